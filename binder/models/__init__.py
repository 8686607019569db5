"""The domain model: SQLAlchemy classes, and nothing beside them."""

from binder.models.content import (
    Activity,
    ActivityVersion,
    Binder,
    Opening,
    Page,
    Resource,
    ResourceState,
    Right,
    Section,
    Share,
)
from binder.models.outbox import OutboxEntry
from binder.models.people import Audience, Membership, Person, Tenant
from binder.models.work import ActivityProgress, Assignment, Attempt, Grade, GradingProgress, Release, Visit
from binder.models.writing import PageRevision, PageText, PageVersion, Proposal, ProposalState, Upload

__all__ = [
    "Activity",
    "ActivityProgress",
    "ActivityVersion",
    "Assignment",
    "Attempt",
    "Audience",
    "Binder",
    "Grade",
    "GradingProgress",
    "Membership",
    "Opening",
    "OutboxEntry",
    "Page",
    "PageRevision",
    "PageText",
    "PageVersion",
    "Person",
    "Proposal",
    "ProposalState",
    "Release",
    "Resource",
    "ResourceState",
    "Right",
    "Section",
    "Share",
    "Tenant",
    "Upload",
    "Visit",
]
