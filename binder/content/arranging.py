"""Arranging a binder: rename and move its parts, hide and schedule them, publish many pages at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer, find
from binder.content import authoring
from binder.content.ordering import DEEPEST, Outline, hold, outline, put_pages, put_sections, update
from binder.errors import Invalid, NotFound
from binder.models import Page, Section
from binder.owning import own_page

__all__ = [
    "Place",
    "move_pages",
    "move_section",
    "own_section",
    "publish_all",
    "rename_section",
    "shift_page",
    "shift_section",
    "show",
]


@dataclass(frozen=True)
class Place:
    """Where a part stands."""

    parent_id: UUID | None
    """The section; None: the binder itself."""
    position: int
    """Counted from 1."""
    of: int
    """How many parts of its kind are there."""


def own_section(session: Session, viewer: Viewer, section_id: UUID) -> Section:
    """A section of a binder that the viewer may change.

    :raises NotFound: also if it is in the trash.
    """
    section = find(session, viewer, Section, section_id)
    authoring.own_binder(session, viewer, section.binder_id)
    if section.trashed_at is not None:
        raise NotFound("the section is in the trash")
    return section


def rename_section(session: Session, viewer: Viewer, section_id: UUID, *, title: str) -> Section:
    """Another title for a section."""
    section = own_section(session, viewer, section_id)
    hold(session, viewer, section.binder_id)
    update(session, Section, section.binder, section.id, title=authoring.checked_title(title))
    return section


def _at(rest: Sequence[UUID], ids: Sequence[UUID], position: int | None) -> list[UUID]:
    """`ids` among `rest`, the first of them at `position`; None: at the end."""
    before = len(rest) if position is None else max(0, min(len(rest), position - 1))
    return [*rest[:before], *ids, *rest[before:]]


def move_pages(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    page_ids: Sequence[UUID],
    section_id: UUID,
    position: int | None = None,
) -> Place:
    """Put pages into a section of the same binder; they keep the order among themselves in which they are named.

    :param position: of the first one, counted from 1 among the pages that stay; None: at the end.
    :return: where the first one stands now.
    :raises NotFound: if a page or the section is not in that binder, or in the trash.
    """
    binder = hold(session, viewer, binder_id)
    known = outline(session, binder)
    ids = list(dict.fromkeys(page_ids))
    if section_id not in known.pages or not ids or any(id not in known.homes for id in ids):
        raise NotFound("no such page or section in this binder")
    rest = [id for id in known.pages[section_id] if id not in ids]
    there = _at(rest, ids, position)
    put_pages(session, binder, section_id, there)
    for left in {known.homes[id] for id in ids} - {section_id}:
        put_pages(session, binder, left, [id for id in known.pages[left] if id not in ids])
    return Place(section_id, there.index(ids[0]) + 1, len(there))


def move_section(
    session: Session, viewer: Viewer, section_id: UUID, parent_id: UUID | None, position: int | None = None
) -> Place:
    """Put a section, with all that is in it, into another one of its binder; None: let it be a chapter.

    :param position: counted from 1 among the sections that are there already; None: at the end.
    :raises Invalid: if it would stand in itself, or too deep.
    """
    section = own_section(session, viewer, section_id)
    binder = hold(session, viewer, section.binder_id)
    known = outline(session, binder)
    if section_id not in known.parents or (parent_id is not None and parent_id not in known.parents):
        raise NotFound("no such section in this binder")
    if parent_id is not None and parent_id in (section_id, *known.walk(section_id)):
        raise Invalid("in itself", {"to": ["a section cannot stand in itself"]})
    if known.level(parent_id) + known.height(section_id) > DEEPEST:
        raise Invalid("too deep", {"to": ["a section stands three levels deep at the most"]})
    rest = [id for id in known.inside.get(parent_id, []) if id != section_id]
    there = _at(rest, [section_id], position)
    put_sections(session, binder, parent_id, there)
    left = known.parents[section_id]
    if left != parent_id:
        put_sections(session, binder, left, [id for id in known.inside[left] if id != section_id])
    return Place(parent_id, there.index(section_id) + 1, len(there))


def shift_page(session: Session, viewer: Viewer, page_id: UUID, *, by: int) -> Place:
    """Move a page one place up (-1) or down (+1); past the end of its section it comes into the next one."""
    page = own_page(session, viewer, page_id)
    known = outline(session, hold(session, viewer, page.binder_id))
    if page_id not in known.homes:
        raise NotFound("the page is in the trash")
    home = known.homes[page_id]
    siblings = known.pages[home]
    to = siblings.index(page_id) + 1 + by
    if not 1 <= to <= len(siblings):
        order = list(known.walk())
        nearby = order.index(home) + by
        if 0 <= nearby < len(order):
            position = None if by < 0 else 1
            return move_pages(session, viewer, page.binder_id, [page_id], order[nearby], position)
    return move_pages(session, viewer, page.binder_id, [page_id], home, to)


def shift_section(session: Session, viewer: Viewer, section_id: UUID, *, by: int) -> Place:
    """Move a section one place up (-1) or down (+1) among its siblings."""
    section = own_section(session, viewer, section_id)
    known = outline(session, hold(session, viewer, section.binder_id))
    if section_id not in known.parents:
        raise NotFound("the section is in the trash")
    parent_id = known.parents[section_id]
    at = known.inside[parent_id].index(section_id) + 1
    return move_section(session, viewer, section_id, parent_id, at + by)


def show(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    *,
    pages: Collection[UUID] = (),
    sections: Collection[UUID] = (),
    hidden: bool = False,
    visible_from: datetime | None = None,
) -> int:
    """Decide whether pupils see these parts, and from when on; None: at once.

    :return: how many parts there were.
    """
    binder = hold(session, viewer, binder_id)
    known = outline(session, binder)
    _check_there(known, pages, sections)
    for kind, ids in ((Page, pages), (Section, sections)):
        for id in ids:
            update(session, kind, binder, id, hidden=hidden, visible_from=visible_from)
    return len(pages) + len(sections)


def _check_there(known: Outline, pages: Collection[UUID], sections: Collection[UUID]) -> None:
    if any(id not in known.homes for id in pages) or any(id not in known.parents for id in sections):
        raise NotFound("no such page or section in this binder")


def publish_all(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    *,
    pages: Collection[UUID] = (),
    sections: Collection[UUID] = (),
) -> int:
    """Publish what is a draft, or has changes waiting, among these pages and in these sections.

    :return: how many pages were published.
    """
    binder = hold(session, viewer, binder_id)
    known = outline(session, binder)
    _check_there(known, pages, sections)
    chosen = set(pages)
    for section_id in sections:
        for part in (section_id, *known.walk(section_id)):
            chosen.update(known.pages[part])
    # in the order in which other writers lock them, too
    waiting = [
        page.id
        for page in binder.pages
        if page.id in chosen and (page.changed or page.published_number is None)
    ]
    for id in waiting:
        authoring.publish(session, viewer, id)
    return len(waiting)
