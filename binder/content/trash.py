"""The trash: what is thrown away can be had back for thirty days, then it is deleted – but never anybody's work.

Parts that went there together have the same instant. A page that was ever given to a class is kept for good, out of
everybody's sight but that of those who have the work: hand-ins and grades must not vanish with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, require
from binder.clock import now
from binder.content.ordering import DEEPEST, Outline, hold, outline, put_pages, put_sections, update
from binder.errors import NotFound
from binder.models import Binder, Page, Section
from binder.owning import own_binder

__all__ = [
    "KEPT",
    "Trashed",
    "restore",
    "restore_all",
    "restore_binder",
    "throw_away",
    "throw_away_binder",
    "trashed",
    "trashed_binders",
]

KEPT = timedelta(days=30)
"""How long what is in the trash can be restored."""


@dataclass(frozen=True)
class Trashed:
    """A part in the trash that can be restored, with all that went there with it."""

    kind: Literal["page", "section"]
    id: UUID
    title: str
    trashed_at: datetime
    pages: int
    """How many pages come back with it, its own self counted."""

    @property
    def until(self) -> datetime:
        """When it is deleted."""
        return self.trashed_at + KEPT


def throw_away(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    *,
    pages: Collection[UUID] = (),
    sections: Collection[UUID] = (),
) -> datetime:
    """Put pages, and sections with all that is in them, into the trash.

    :return: the instant, by which `restore_all` finds them again.
    :raises NotFound: if one of them is not in the binder, or in the trash already.
    """
    binder = hold(session, viewer, binder_id)
    known = outline(session, binder)
    if any(id not in known.homes for id in pages) or any(id not in known.parents for id in sections):
        raise NotFound("no such page or section in this binder")
    gone = {part for id in sections for part in (id, *known.walk(id))}
    leaves = {*pages, *(page for section in gone for page in known.pages[section])}
    at = now()
    for section in gone:
        update(session, Section, binder, section, trashed_at=at)
    for page in leaves:
        update(session, Page, binder, page, trashed_at=at)
    session.expire(binder, ["sections", "pages"])
    _close_ranks(session, known, gone, leaves)
    return at


def _close_ranks(session: Session, known: Outline, gone: set[UUID], leaves: set[UUID]) -> None:
    for parent in {known.parents[id] for id in gone} - gone:
        put_sections(session, known.binder, parent, [id for id in known.inside[parent] if id not in gone])
    for home in {known.homes[id] for id in leaves} - gone:
        put_pages(session, known.binder, home, [id for id in known.pages[home] if id not in leaves])


def throw_away_binder(session: Session, viewer: Viewer, binder_id: UUID) -> Binder:
    """Put a whole binder into the trash."""
    binder = hold(session, viewer, binder_id, "manage")
    binder.trashed_at = now()
    session.flush()
    return binder


def trashed_binders(session: Session, viewer: Viewer) -> list[Binder]:
    """The viewer's own binders that can be restored, the last thrown away first."""
    require(viewer, "write")
    query = sa.select(Binder).where(
        Binder.tenant_id == viewer.tenant_id,
        Binder.owner_id == viewer.person_id,
        Binder.trashed_at > now() - KEPT,
    )
    return list(session.scalars(query.order_by(Binder.trashed_at.desc(), Binder.id)))


def restore_binder(session: Session, viewer: Viewer, binder_id: UUID) -> Binder:
    """Take a binder out of the trash.

    :raises NotFound: if it is not there, or no longer.
    """
    binder = find(session, viewer, Binder, binder_id, lock=True)
    require(viewer, "manage", binder)
    if binder.trashed_at is None or binder.trashed_at <= now() - KEPT:
        raise NotFound("not in the trash")
    binder.trashed_at = None
    session.flush()
    return binder


@dataclass(frozen=True)
class _Part:
    id: UUID
    title: str
    at: datetime
    position: int
    parent_id: UUID | None


def _parts(session: Session, binder: Binder, kind: type[Section | Page]) -> dict[UUID, _Part]:
    parent = Page.section_id if kind is Page else Section.parent_id
    query = sa.select(kind.id, kind.title, kind.trashed_at, kind.position, parent).where(
        kind.tenant_id == binder.tenant_id, kind.binder_id == binder.id, kind.trashed_at > now() - KEPT
    )
    rows = session.execute(query.order_by(kind.position, kind.id))
    return {row[0]: _Part(*cast("Any", row)) for row in rows}


def _went_along(part: _Part, sections: dict[UUID, _Part]) -> bool:
    """Whether what it stood in was thrown away in the same moment, so that it comes back with that."""
    above = sections.get(part.parent_id) if part.parent_id else None
    return above is not None and above.at == part.at


def _below(section_id: UUID, sections: dict[UUID, _Part]) -> set[UUID]:
    """A section in the trash, and those in it that went there with it."""
    found = {section_id}
    for part in sections.values():
        if part.parent_id == section_id and part.at == sections[section_id].at:
            found |= _below(part.id, sections)
    return found


def trashed(session: Session, viewer: Viewer, binder_id: UUID) -> list[Trashed]:
    """The parts of a binder that can be restored, the last thrown away first."""
    binder = own_binder(session, viewer, binder_id)
    sections, pages = _parts(session, binder, Section), _parts(session, binder, Page)
    found = [
        Trashed("page", page.id, page.title, page.at, 1)
        for page in pages.values()
        if not _went_along(page, sections)
    ]
    for section in sections.values():
        if not _went_along(section, sections):
            inside = _below(section.id, sections)
            count = sum(page.parent_id in inside and page.at == section.at for page in pages.values())
            found.append(Trashed("section", section.id, section.title, section.at, count))
    return sorted(found, key=lambda part: (part.trashed_at, part.id), reverse=True)


def restore_all(session: Session, viewer: Viewer, binder_id: UUID, at: datetime) -> int:
    """Undo: restore what was thrown away at that instant, where it stood.

    :return: how many pages and sections came back; 0 if it has been done already.
    """
    binder = hold(session, viewer, binder_id)
    there = {part.id for part in trashed(session, viewer, binder_id) if part.trashed_at == at}
    # those that stood first come back first, so that each finds the place that it had
    order = [*_parts(session, binder, Section), *_parts(session, binder, Page)]
    for id in order:
        if id in there:
            restore(session, viewer, binder_id, id)
    return len(there)


def restore(session: Session, viewer: Viewer, binder_id: UUID, part_id: UUID) -> UUID:
    """Take a page, or a section with all that went there with it, out of the trash.

    It stands where it stood. A section whose own one is gone becomes the last chapter; such a page comes to the end of
    the binder, and brings its section back, empty, where there is no other.

    :return: the section in which it stands now; for a section its own id.
    :raises NotFound: if it is not in the trash, or no longer.
    """
    binder = hold(session, viewer, binder_id)
    sections, pages = _parts(session, binder, Section), _parts(session, binder, Page)
    if part_id in sections:
        _restore_section(session, binder, sections[part_id], sections, pages)
        return part_id
    if part_id not in pages:
        raise NotFound("not in the trash")
    return _restore_page(session, binder, pages[part_id])


def _restore_section(
    session: Session,
    binder: Binder,
    section: _Part,
    sections: dict[UUID, _Part],
    pages: dict[UUID, _Part],
) -> None:
    known, inside = outline(session, binder), _below(section.id, sections)
    for id in inside:
        update(session, Section, binder, id, trashed_at=None)
    for page in pages.values():
        if page.parent_id in inside and page.at == section.at:
            update(session, Page, binder, page.id, trashed_at=None)
    session.expire(binder, ["sections", "pages"])
    stays = section.parent_id is None or section.parent_id in known.parents
    parent = section.parent_id if stays else None
    if known.level(parent) + outline(session, binder).height(section.id) > DEEPEST:
        parent, stays = None, False
    there = list(known.inside.get(parent, []))
    there.insert(section.position - 1 if stays else len(there), section.id)
    put_sections(session, binder, parent, there)


def _restore_page(session: Session, binder: Binder, page: _Part) -> UUID:
    known = outline(session, binder)
    home = cast("UUID", page.parent_id)
    position = page.position - 1
    if home not in known.pages:
        order = list(known.walk())
        if order:
            home = order[-1]
        else:
            update(session, Section, binder, home, trashed_at=None)
            put_sections(session, binder, None, [home])
        position = len(known.pages.get(home, []))
    update(session, Page, binder, page.id, trashed_at=None)
    there = list(known.pages.get(home, []))
    there.insert(position, page.id)
    put_pages(session, binder, home, there)
    return home
