"""The host's own people: who they are is the host's business; Classeur only learns what a Viewer holds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.clock import uuid7
from binder.models import Audience, Membership, Person, Tenant

__all__ = ["PEOPLE", "School", "found_school"]

NAME = "École du Vallon"
CLASS = "CM2"
PEOPLE = {
    "dupuis": ("Anne Dupuis", Role.INSTRUCTOR),
    "leo": ("Léo Martin", Role.LEARNER),
    "zoe": ("Zoé Petit", Role.LEARNER),
}


@dataclass(frozen=True)
class School:
    """One school with one class, as rows of the domain."""

    tenant_id: UUID
    audience_id: UUID
    people: dict[str, UUID]
    """Login → person."""

    def viewer(self, login: str) -> Viewer | None:
        """Who is looking; None if nobody has that login."""
        if login not in self.people:
            return None
        return Viewer(
            tenant_id=self.tenant_id,
            role=PEOPLE[login][1],
            person_id=self.people[login],
            audience_id=self.audience_id,
            locale="fr",
        )

    @property
    def logins(self) -> dict[str, str]:
        """Login → name, for the front page."""
        return {login: PEOPLE[login][0] for login in self.people}


def found_school(session: Session) -> School:
    """The school; its rows are made the first time."""
    tenant = session.scalar(sa.select(Tenant).where(Tenant.name == NAME))
    if tenant is None:
        tenant = _make(session)
    audience = session.scalars(sa.select(Audience).where(Audience.tenant_id == tenant.id)).one()
    named = {name: login for login, (name, _) in PEOPLE.items()}
    persons = session.scalars(sa.select(Person).where(Person.tenant_id == tenant.id))
    people = {named[person.display_name]: person.id for person in persons if person.display_name in named}
    return School(tenant.id, audience.id, people)


def _make(session: Session) -> Tenant:
    tenant = Tenant(id=uuid7(), name=NAME)
    session.add(tenant)
    session.flush()
    audience = Audience(id=uuid7(), tenant_id=tenant.id, title=CLASS)
    session.add(audience)
    session.flush()
    for name, role in PEOPLE.values():
        person = Person(
            id=uuid7(), tenant_id=tenant.id, display_name=name, sort_name=name.split()[1].casefold()
        )
        session.add(person)
        session.flush()
        session.add(
            Membership(
                id=uuid7(), tenant_id=tenant.id, audience_id=audience.id, person_id=person.id, role=role.value
            )
        )
    session.flush()
    return tenant
