"""What is kept of a person, told as plain JSON.

Whoever calls has seen to it that the asker may know: it is the person, or somebody who answers for the school's data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import Enum
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now
from binder.db import TenantRow
from binder.errors import NotFound
from binder.models import (
    Accommodation,
    AnswerFile,
    Assignment,
    Attempt,
    Audience,
    Binder,
    Grade,
    Membership,
    Override,
    Page,
    PageRevision,
    PageVersion,
    Person,
    Proposal,
    Recipient,
    Regrade,
    Share,
    Upload,
    Visit,
)

__all__ = ["KINDS", "Kinds", "as_json", "counts", "rows", "told", "whose"]

Kinds = Mapping[str, tuple[type[TenantRow], str]]

KINDS: Kinds = {
    "classes": (Membership, "person_id"),
    "attempts": (Attempt, "person_id"),
    "visits": (Visit, "person_id"),
    "files": (AnswerFile, "person_id"),
    "uploads": (Upload, "person_id"),
    "meant_for": (Recipient, "person_id"),
    "other_dates": (Override, "person_id"),
    "accommodations": (Accommodation, "person_id"),
    "binders": (Binder, "owner_id"),
    "shares": (Share, "person_id"),
    "proposals": (Proposal, "person_id"),
    "page_versions": (PageVersion, "person_id"),
    "page_revisions": (PageRevision, "created_by_id"),
    "given": (Assignment, "created_by_id"),
    "grades_given": (Grade, "grader_id"),
    "regrades": (Regrade, "person_id"),
}
"""Name in the export → the table, and its column that says whose a row is."""
BRIEF: Mapping[str, tuple[str, ...]] = {
    "page_versions": ("id", "page_id", "number", "title", "name", "begun_at", "saved_at"),
    "page_revisions": ("id", "page_id", "number", "title", "created_at"),
    "grades_given": ("id", "attempt_id", "comment", "graded_at", "released_at"),
}
"""Kinds of which only these columns are told: the rest stands in the binders, or is about somebody else."""

TITLED = {"assignment_id": "work", "audience_id": "class", "binder_id": "binder", "page_id": "page"}
"""Column → under which name the title of what it names stands beside it."""


def whose(kind: type[TenantRow], column: str, tenant_id: UUID, person_id: UUID) -> sa.ColumnElement[bool]:
    """The condition on a person's rows of a table."""
    return sa.and_(kind.tenant_id == tenant_id, getattr(kind, column) == person_id)


def counts(session: Session, tenant_id: UUID, person_id: UUID, kinds: Kinds = KINDS) -> dict[str, int]:
    """How much there is of each kind."""
    found = {}
    for name, (kind, column) in kinds.items():
        query = sa.select(sa.func.count()).select_from(kind)
        found[name] = session.scalar(query.where(whose(kind, column, tenant_id, person_id))) or 0
    return found


def rows(
    session: Session, tenant_id: UUID, person_id: UUID, kinds: Kinds = KINDS
) -> dict[str, list[dict[str, Any]]]:
    """All rows of each kind, as plain JSON."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, (kind, column) in kinds.items():
        query = sa.select(kind).where(whose(kind, column, tenant_id, person_id)).order_by(kind.id)
        found[name] = [as_json(row, BRIEF.get(name, ())) for row in session.scalars(query)]
    return found


def as_json(row: TenantRow, columns: Collection[str] = ()) -> dict[str, Any]:
    """A row's columns, but for the school that it is in."""
    names = columns or [each.key for each in sa.inspect(type(row)).column_attrs if each.key != "tenant_id"]
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID | Fraction) else value


def told(session: Session, tenant_id: UUID, person_id: UUID, *, unreleased: bool) -> dict[str, Any]:
    """Everything about a person but the bytes of files and the insides of binders, as plain JSON.

    :param unreleased: with marks and comments that their teacher has not given back yet.
    :raises NotFound: if there is no such person.
    """
    person = session.get(Person, (tenant_id, person_id))
    if person is None:
        raise NotFound("no such person")
    found = rows(session, tenant_id, person_id)
    grades = _grades(session, tenant_id, person_id, unreleased=unreleased)
    for attempt in found["attempts"]:
        attempt["grades"] = [grade for grade in grades if grade["attempt_id"] == attempt["id"]]
        if not unreleased and not attempt["grades"]:
            attempt["checks"] = {}
    titles = _titles(session, tenant_id, found)
    for row in (row for each in found.values() for row in each):
        row |= {name: titles[row[key]] for key, name in TITLED.items() if row.get(key) in titles}
    return {"person": as_json(person), **found}


def _grades(session: Session, tenant_id: UUID, person_id: UUID, *, unreleased: bool) -> list[dict[str, Any]]:
    query = (
        sa.select(Grade)
        .join(Attempt, sa.and_(Attempt.tenant_id == Grade.tenant_id, Attempt.id == Grade.attempt_id))
        .where(Attempt.tenant_id == tenant_id, Attempt.person_id == person_id)
        .order_by(Grade.id)
    )
    if not unreleased:
        query = query.where(Grade.released_at <= now())
    return [as_json(grade) for grade in session.scalars(query)]


def _titles(session: Session, tenant_id: UUID, found: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Id → what people call it, for all that the rows name."""
    named = {row.get(key) for each in found.values() for row in each for key in TITLED}
    ids = [UUID(id) for id in named if id]
    page = sa.and_(Page.tenant_id == Assignment.tenant_id, Page.id == Assignment.page_id)
    titles: dict[str, str] = {}
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        for query in (
            sa.select(Assignment.id, Page.title).join(Page, page).where(Assignment.id.in_(some)),
            *(sa.select(kind.id, kind.title).where(kind.id.in_(some)) for kind in (Audience, Binder, Page)),
        ):
            tenant = query.selected_columns[0].table.c.tenant_id
            titles |= {str(id): title for id, title in session.execute(query.where(tenant == tenant_id))}
    return titles
