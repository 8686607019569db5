"""Whom of a class something is for: everybody, a group, or chosen learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.audiences import taught
from binder.errors import Invalid
from binder.models import Assignment, Audience, Membership, Person

__all__ = ["Card", "groups_here", "learners_here", "learners_of", "meant", "members"]


@dataclass(frozen=True)
class Card:
    """Who gets a page, and when: the viewer's class, or a group of it, or persons."""

    group_id: UUID | None = None
    persons: Sequence[UUID] = ()
    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    minutes: int | None = None

    @property
    def is_for_all(self) -> bool:
        """Whether the whole class gets it."""
        return self.group_id is None and not self.persons


def members(session: Session, tenant_id: UUID, audience_id: UUID | None) -> set[UUID]:
    """The learners of a class or group."""
    query = sa.select(Membership.person_id).where(
        Membership.tenant_id == tenant_id,
        Membership.audience_id == audience_id,
        Membership.role == Role.LEARNER.value,
        Membership.active,
    )
    return set(session.scalars(query))


def groups_here(session: Session, viewer: Viewer) -> list[Audience]:
    """The groups of the viewer's class that they teach, by title; one whose members are not known yet may be of it."""
    here = members(session, viewer.tenant_id, viewer.audience_id)
    return [
        audience
        for audience in taught(session, viewer)
        if audience.id != viewer.audience_id
        and (not (inside := members(session, viewer.tenant_id, audience.id)) or inside & here)
    ]


def learners_here(session: Session, viewer: Viewer) -> list[Person]:
    """The learners of the viewer's class, in the order of the class list."""
    return _learners(session, viewer.tenant_id, viewer.audience_id)


def learners_of(session: Session, assignment: Assignment) -> list[Person]:
    """Those of the class whom an assignment is for, in the order of the class list."""
    everybody = _learners(session, assignment.tenant_id, assignment.audience_id)
    return [person for person in everybody if assignment.is_for(person.id)]


def _learners(session: Session, tenant_id: UUID, audience_id: UUID | None) -> list[Person]:
    query = (
        sa.select(Person)
        .join(
            Membership, sa.and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id)
        )
        .where(
            Membership.tenant_id == tenant_id,
            Membership.audience_id == audience_id,
            Membership.role == Role.LEARNER.value,
            Membership.active,
            sa.not_(Person.is_test),
        )
        .order_by(Person.sort_name, Person.id)
    )
    return list(session.scalars(query))


def meant(session: Session, viewer: Viewer, card: Card) -> set[UUID]:
    """The learners whom a card names; none for the whole class.

    :raises Invalid: if its group is none of this class, or a person is no learner of it.
    """
    if card.is_for_all:
        return set()
    if card.group_id is not None:
        if card.group_id not in {group.id for group in groups_here(session, viewer)}:
            raise Invalid("group", {"who": ["choose a group of this class"]})
        return members(session, viewer.tenant_id, card.group_id)
    if not set(card.persons) <= members(session, viewer.tenant_id, viewer.audience_id):
        raise Invalid("persons", {"who": ["choose pupils of this class"]})
    return set(card.persons)
