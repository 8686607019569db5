"""The order of a binder's parts: whoever changes it waits for others who do; places count from 1, without gaps.

Positions are written by plain UPDATEs: they are no change of a page's draft, so they leave its version alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.models import Binder, Page, Section
from binder.owning import own_binder

__all__ = ["DEEPEST", "Outline", "hold", "outline", "put_pages", "put_sections", "update"]

DEEPEST = 3
"""Levels of sections, chapters counted."""


@dataclass(frozen=True)
class Outline:
    """The ids of a binder's sections and pages in their order, those in the trash left out."""

    binder: Binder
    inside: dict[UUID | None, list[UUID]]
    """Section → its sub-sections; None → the chapters."""
    parents: dict[UUID, UUID | None]
    """Section → the one that it stands in."""
    pages: dict[UUID, list[UUID]]
    """Section → its own pages."""
    homes: dict[UUID, UUID]
    """Page → its section."""

    def walk(self, section_id: UUID | None = None) -> Iterable[UUID]:
        """All sections below one, or of the binder, in reading order."""
        for inner in self.inside.get(section_id, []):
            yield inner
            yield from self.walk(inner)

    def level(self, section_id: UUID | None) -> int:
        """1 for a chapter, one more for each section above; 0 for the binder itself."""
        return 0 if section_id is None else 1 + self.level(self.parents[section_id])

    def height(self, section_id: UUID) -> int:
        """How many levels a section has, its own counted."""
        return 1 + max((self.height(inner) for inner in self.inside.get(section_id, [])), default=0)


def hold(session: Session, viewer: Viewer, binder_id: UUID, action: str = "author") -> Binder:
    """As `own_binder`; others who would rearrange the binder wait for the end of the transaction.

    The lock lets rows that only refer to the binder come in (`FOR NO KEY UPDATE`): writers of a page go on.
    """
    session.flush()
    key = (viewer.tenant_id, binder_id)
    session.get(Binder, key, populate_existing=True, with_for_update=cast("Any", {"key_share": True}))
    return own_binder(session, viewer, binder_id, action)


def outline(session: Session, binder: Binder) -> Outline:
    """The order as it is now; call `hold` first to change it."""
    found = Outline(binder, {}, {}, {}, {})

    def rows(kind: type[Section | Page], parent: Any) -> Iterable[tuple[UUID, Any]]:
        query = (
            sa.select(kind.id, parent)
            .where(kind.tenant_id == binder.tenant_id, kind.binder_id == binder.id, kind.trashed_at.is_(None))
            .order_by(kind.position, kind.id)
        )
        return ((row[0], row[1]) for row in session.execute(query))

    for id, parent in rows(Section, Section.parent_id):
        found.inside.setdefault(parent, []).append(id)
        found.parents[id] = parent
        found.pages[id] = []
    for id, section in rows(Page, Page.section_id):
        if section in found.pages:
            found.pages[section].append(id)
            found.homes[id] = section
    return found


def update(session: Session, kind: type[Section | Page], binder: Binder, id: UUID, **values: Any) -> None:
    """Write some columns of a part, and nothing else of it."""
    statement = (
        sa.update(kind)
        .where(kind.tenant_id == binder.tenant_id, kind.id == id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.execute(statement)
    known = session.identity_map.get(session.identity_key(kind, (binder.tenant_id, id)))
    if known is not None:
        session.expire(known, list(values))


def put_pages(session: Session, binder: Binder, section_id: UUID, ids: Sequence[UUID]) -> None:
    """Let these pages be a section's, in this order."""
    _put(session, Page, binder, ids, Page.section_id, section_id)
    session.expire(binder, ["pages"])


def put_sections(session: Session, binder: Binder, parent_id: UUID | None, ids: Sequence[UUID]) -> None:
    """Let these sections stand in `parent_id`, in this order; None: be the chapters."""
    _put(session, Section, binder, ids, Section.parent_id, parent_id)
    session.expire(binder, ["sections"])


def _put(
    session: Session,
    kind: type[Section | Page],
    binder: Binder,
    ids: Sequence[UUID],
    column: Any,
    parent_id: UUID | None,
) -> None:
    known = sa.select(kind.id, kind.position, column).where(
        kind.tenant_id == binder.tenant_id, kind.id.in_(ids)
    )
    before = {id: (position, parent) for id, position, parent in session.execute(known)}
    for position, id in enumerate(ids, 1):
        if before[id] != (position, parent_id):
            update(session, kind, binder, id, position=position, **{column.key: parent_id})
