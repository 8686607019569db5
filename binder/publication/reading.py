"""Reading a binder that was opened to one's class: what is published in it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, may, require
from binder.clock import now
from binder.errors import Forbidden, NotFound
from binder.models import Binder, Opening, Page, PageRevision, Section
from binder.publication.revisions import revision_by_number

__all__ = [
    "Cover",
    "Leaf",
    "Part",
    "Spread",
    "contents",
    "spread",
]


@dataclass(frozen=True)
class Cover:
    """What a reader is told of a binder."""

    id: UUID
    title: str
    lang: str
    description: str
    credit: str


@dataclass(frozen=True)
class Leaf:
    """A page that may be read, in a table of contents."""

    id: UUID
    title: str
    number: int
    """Of the published revision."""


@dataclass(frozen=True)
class Part:
    """A section with something to read in it."""

    id: UUID
    title: str
    pages: list[Leaf] = field(default_factory=list)
    sections: list[Part] = field(default_factory=list)

    def leaves(self) -> Iterator[Leaf]:
        """All its pages, in reading order."""
        yield from self.pages
        for section in self.sections:
            yield from section.leaves()


@dataclass(frozen=True)
class Spread:
    """A page opened: what to show, and what stands before and behind it."""

    cover: Cover
    revision: PageRevision
    page_id: UUID
    before: Leaf | None
    behind: Leaf | None
    section: str
    """Title of the section that it stands in."""


_COVER = (Binder.id, Binder.title, Binder.lang, Binder.description, Binder.credit)


_OPEN_PAGE = (
    sa.select(*_COVER, Opening.id)
    .select_from(Page)
    .join(Binder, sa.and_(Binder.tenant_id == Page.tenant_id, Binder.id == Page.binder_id))
    .outerjoin(
        Opening,
        sa.and_(
            Opening.tenant_id == Binder.tenant_id,
            Opening.binder_id == Binder.id,
            Opening.audience_id == sa.bindparam("audience_id"),
        ),
    )
    .where(
        Page.tenant_id == sa.bindparam("tenant_id"),
        Page.id == sa.bindparam("page_id"),
        Binder.trashed_at.is_(None),
    )
)
_PARTS: sa.CompoundSelect[Any] = sa.union_all(
    sa.select(
        sa.literal_column("0").label("is_page"),
        Section.id,
        Section.parent_id.label("above"),
        Section.position,
        Section.title,
        Section.hidden,
        Section.visible_from,
        sa.null().label("number"),
    ).where(
        Section.tenant_id == sa.bindparam("tenant_id"),
        Section.binder_id == sa.bindparam("binder_id"),
        Section.trashed_at.is_(None),
    ),
    sa.select(
        sa.literal_column("1"),
        Page.id,
        Page.section_id,
        Page.position,
        Page.title,
        Page.hidden,
        Page.visible_from,
        Page.published_number,
    ).where(
        Page.tenant_id == sa.bindparam("tenant_id"),
        Page.binder_id == sa.bindparam("binder_id"),
        Page.trashed_at.is_(None),
        Page.published_number.is_not(None),
    ),
)
"""Sections and published pages of a binder: one query for the whole table of contents."""


def _parts(session: Session, viewer: Viewer, binder_id: UUID, at: datetime) -> list[Part]:
    rows = session.connection().execute(_PARTS, {"tenant_id": viewer.tenant_id, "binder_id": binder_id})
    below: dict[UUID | None, list[sa.Row[Any]]] = {}
    for row in sorted(rows, key=lambda row: (row.position, row.id)):
        if not row.hidden and (row.visible_from is None or row.visible_from <= at):
            below.setdefault(row.above, []).append(row)

    def part(row: sa.Row[Any]) -> Part:
        inside = below.get(row.id, ())
        return Part(
            row.id,
            row.title,
            [Leaf(page.id, page.title, page.number) for page in inside if page.is_page],
            [found for found in (part(section) for section in inside if not section.is_page) if _full(found)],
        )

    return [found for found in (part(row) for row in below.get(None, ()) if not row.is_page) if _full(found)]


def _full(part: Part) -> bool:
    return bool(part.pages or part.sections)


def contents(
    session: Session, viewer: Viewer, binder_id: UUID, *, previewing: bool = False
) -> tuple[Cover, list[Part]]:
    """A binder's table of contents as its readers see it; chapters with nothing to read are not there.

    :param previewing: the caller has made sure, by `as_pupil`, that the viewer may look.
    """
    binder = find(session, viewer, Binder, binder_id)
    if not previewing:
        require(viewer, "read-binder", binder)
    if binder.trashed_at is not None:
        raise NotFound("the binder is in the trash")
    cover = Cover(binder.id, binder.title, binder.lang, binder.description, binder.credit)
    return cover, _parts(session, viewer, binder.id, now())


def spread(session: Session, viewer: Viewer, page_id: UUID, *, previewing: bool = False) -> Spread:
    """A page of an open binder, as it was last published.

    :raises NotFound: if there is no such page to read.
    :raises Forbidden: if its binder is not open to the viewer's class.
    """
    values = {"tenant_id": viewer.tenant_id, "page_id": page_id, "audience_id": viewer.audience_id}
    row = session.connection().execute(_OPEN_PAGE, values).first()
    if row is None:
        raise NotFound("no such page")
    if not previewing and (row[-1] is None or not may(viewer, "read-opened")):
        raise Forbidden("not open to this class")
    cover = Cover(*row[:-1])
    leaves = [(leaf, part) for top in _parts(session, viewer, cover.id, now()) for leaf, part in _placed(top)]
    for at, (leaf, part) in enumerate(leaves):
        if leaf.id == page_id:
            return Spread(
                cover,
                revision_by_number(session, viewer.tenant_id, page_id, leaf.number),
                page_id,
                leaves[at - 1][0] if at else None,
                leaves[at + 1][0] if at + 1 < len(leaves) else None,
                part.title,
            )
    raise NotFound("nothing to read there")


def _placed(part: Part) -> Iterator[tuple[Leaf, Part]]:
    for leaf in part.pages:
        yield leaf, part
    for section in part.sections:
        yield from _placed(section)
