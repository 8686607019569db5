"""The platform's users as persons of the domain: found, or made at first sight."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.access import Role
from binder.clock import uuid7
from binder.models import Membership, Person
from lti.models import User

__all__ = ["Name", "display_name", "join", "person", "persons", "sort_key"]

Name = tuple[str, str, str]
"""(whole, given, family); each empty where the platform does not tell it."""


def display_name(name: Name) -> str:
    """The name as a whole; empty if none of it is told."""
    return (name[0] or f"{name[1]} {name[2]}").strip()[:255]


def sort_key(name: Name) -> str:
    """Family name first, case and accents folded: the order of a French class list."""
    whole, given, family = name
    text = f"{family} {given}".strip() or whole
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in folded if not unicodedata.combining(character))[:255]


def person(
    session: Session,
    tenant_id: UUID,
    issuer: str,
    subject: str,
    name: Name = ("", "", ""),
    *,
    is_test: bool = False,
    former: Callable[[], UUID | None] | None = None,
) -> Person:
    """The person behind a platform's user; a name that the platform tells replaces the one that we had.

    :param former: asked for a user whom we have never seen: which person of ours they were before (`lti.legacy`).
    """
    query = (
        sa.select(Person)
        .join(User, sa.and_(User.tenant_id == Person.tenant_id, User.person_id == Person.id))
        .where(User.tenant_id == tenant_id, User.issuer == issuer, User.subject == subject)
    )
    found = session.scalar(query)
    if found is None:
        found = _make(session, tenant_id, issuer, subject, former) or session.scalars(query).one()
    display = display_name(name)
    if display and (found.display_name, found.is_test) != (display, is_test):
        found.display_name, found.sort_name, found.is_test = display, sort_key(name), is_test
    elif found.is_test != is_test:
        found.is_test = is_test
    return found


def _make(
    session: Session,
    tenant_id: UUID,
    issuer: str,
    subject: str,
    former: Callable[[], UUID | None] | None,
) -> Person | None:
    """A new user, and person unless they were one before; None if another launch has made them at this moment."""
    try:
        with session.begin_nested():
            known = former() if former is not None else None
            person = session.get_one(Person, (tenant_id, known)) if known else None
            if person is None:
                person = Person(id=uuid7(), tenant_id=tenant_id)
                session.add(person)
                session.flush()
            session.add(
                User(id=uuid7(), tenant_id=tenant_id, issuer=issuer, subject=subject, person_id=person.id)
            )
    except IntegrityError:
        return None
    return person


def persons(session: Session, tenant_id: UUID, issuer: str, subjects: Sequence[str]) -> list[UUID]:
    """The persons behind several users, such as a Mentor's children; unknown ones are made, without a name."""
    query = sa.select(User.subject, User.person_id).where(
        User.tenant_id == tenant_id, User.issuer == issuer, User.subject.in_(subjects)
    )
    known = {subject: person_id for subject, person_id in session.execute(query)}
    for subject in sorted(
        set(subjects) - set(known)
    ):  # in one order, so that two launches do not block each other
        known[subject] = person(session, tenant_id, issuer, subject).id
    return [known[subject] for subject in subjects]


def join(
    session: Session, tenant_id: UUID, audience_id: UUID, person_id: UUID, role: Role, *, active: bool = True
) -> None:
    """Make a person a member of an audience, in that role; a changed role is the new one."""
    query = sa.select(Membership).where(
        Membership.tenant_id == tenant_id,
        Membership.audience_id == audience_id,
        Membership.person_id == person_id,
    )
    found = session.scalar(query)
    if found is None:
        new = Membership(id=uuid7(), tenant_id=tenant_id, audience_id=audience_id, person_id=person_id)
        new.role, new.active = role.value, active
        try:
            with session.begin_nested():
                session.add(new)
            return
        except IntegrityError:  # another launch was first
            found = session.scalars(query).one()
    if (found.role, found.active) != (role.value, active):
        found.role, found.active = role.value, active
