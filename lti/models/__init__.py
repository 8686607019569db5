"""The rows that LTI needs beside the domain's: who the platforms are, what they call things, and open launches."""

from lti.models.launches import Agreement, FeedAddress, KeptForm, Launch, StoredState
from lti.models.places import Context, CourseCopy, Group, LegacyId, LineItem, Placement, ResourceLink, User
from lti.models.platforms import (
    AdminSession,
    Deployment,
    DeploymentPolicy,
    DeploymentStatus,
    Invitation,
    KeyState,
    LegacyConsumer,
    Notice,
    NoticeHandler,
    RefusedLaunch,
    Registration,
    RegistrationStatus,
    ToolKey,
)

__all__ = [
    "AdminSession",
    "Agreement",
    "Context",
    "CourseCopy",
    "Deployment",
    "DeploymentPolicy",
    "DeploymentStatus",
    "FeedAddress",
    "Group",
    "Invitation",
    "KeptForm",
    "KeyState",
    "Launch",
    "LegacyConsumer",
    "LegacyId",
    "LineItem",
    "Notice",
    "NoticeHandler",
    "Placement",
    "RefusedLaunch",
    "Registration",
    "RegistrationStatus",
    "ResourceLink",
    "StoredState",
    "ToolKey",
    "User",
]
