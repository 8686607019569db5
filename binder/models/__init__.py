"""The domain model: SQLAlchemy classes, and nothing beside them."""

from binder.models.content import Activity, ActivityVersion, Binder, Page, PageRevision, Resource, Section
from binder.models.outbox import OutboxEntry
from binder.models.people import Audience, Membership, Person, Tenant
from binder.models.work import ActivityProgress, Assignment, Attempt, Grade, GradingProgress, Release, Visit

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
    "OutboxEntry",
    "Page",
    "PageRevision",
    "Person",
    "Release",
    "Resource",
    "Section",
    "Tenant",
    "Visit",
]
