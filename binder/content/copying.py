"""Copying pages and sections: within a binder, or into another one; copies share nothing that anybody can change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer, find, may, require, who
from binder.clock import uuid7
from binder.content.arranging import move_pages, move_section, own_section
from binder.content.authoring import checked_title
from binder.content.carrying import Act, Sheet
from binder.content.licences import credit_line, licence_of
from binder.content.ordering import DEEPEST, hold, outline
from binder.errors import Forbidden, Invalid, NotFound
from binder.models import Binder, Page, Person, Section
from binder.owning import own_binder, own_page
from binder.publication import reading
from binder.publication.revisions import revision_by_number, versions_of

__all__ = ["Copied", "copy_binder", "copy_page", "copy_section", "duplicate_page", "duplicate_section"]


@dataclass(frozen=True)
class Copied:
    """What came of copying."""

    id: UUID
    """The new page or section."""
    title: str
    binder_id: UUID
    pages: int
    links_removed: int
    """Links to pages that are not in the other binder; their words stay."""


@dataclass(frozen=True)
class _Branch:
    """A section to be copied, with all that is in it."""

    title: str
    hidden: bool
    sheets: list[Sheet]
    branches: list[_Branch]


def duplicate_page(session: Session, viewer: Viewer, page_id: UUID) -> Copied:
    """The same page once more, right behind it: a draft, with questions of its own."""
    page = own_page(session, viewer, page_id)
    copied = copy_page(session, viewer, page_id, page.section_id)
    known = outline(session, page.binder)
    position = known.pages[page.section_id].index(page_id) + 2
    move_pages(session, viewer, page.binder_id, [copied.id], page.section_id, position)
    return copied


def duplicate_section(session: Session, viewer: Viewer, section_id: UUID) -> Copied:
    """The same section with all that is in it once more, right behind it."""
    section = own_section(session, viewer, section_id)
    copied = copy_section(session, viewer, section_id, section.binder_id, section.parent_id)
    siblings = outline(session, section.binder).inside[section.parent_id]
    move_section(session, viewer, copied.id, section.parent_id, siblings.index(section_id) + 2)
    return copied


def copy_page(session: Session, viewer: Viewer, page_id: UUID, section_id: UUID) -> Copied:
    """Copy a page to the end of a section of one's own, in any binder; files are shared by their digest."""
    page = own_page(session, viewer, page_id)
    there = own_section(session, viewer, section_id)
    target = hold(session, viewer, there.binder_id)
    places = outline(session, target).pages
    if section_id not in places:
        raise NotFound("the section is in the trash")
    act = Act(session, viewer, page.binder, target)
    act.pages([(page, section_id)], [len(places[section_id]) + 1])
    return Copied(act.new[str(page.id)], page.title, target.id, 1, act.links_removed)


def copy_section(
    session: Session, viewer: Viewer, section_id: UUID, binder_id: UUID, parent_id: UUID | None = None
) -> Copied:
    """Copy a section with all that is in it to the end of a binder of one's own, or of a section there."""
    section = own_section(session, viewer, section_id)
    source = own_binder(session, viewer, section.binder_id)
    target = hold(session, viewer, binder_id)
    known, there = outline(session, source), outline(session, target)
    if parent_id is not None and parent_id not in there.parents:
        raise NotFound("no such section in that binder")
    if there.level(parent_id) + known.height(section_id) > DEEPEST:
        raise Invalid("too deep", {"to": ["a section stands three levels deep at the most"]})
    act = Act(session, viewer, source, target)
    wanted: list[tuple[UUID, UUID]] = []
    positions: list[int] = []
    by_id = {part.id: part for part in source.sections}

    def copy(id: UUID, parent: UUID | None, position: int) -> UUID:
        old = by_id[id]
        made = Section(
            id=uuid7(),
            tenant_id=target.tenant_id,
            binder_id=target.id,
            parent_id=parent,
            title=old.title,
            position=position,
            hidden=old.hidden,
        )
        session.add(made)
        session.flush()
        wanted.extend((page, made.id) for page in known.pages[id])
        positions.extend(range(1, len(known.pages[id]) + 1))
        for place, inner in enumerate(known.inside.get(id, []), 1):
            copy(inner, made.id, place)
        return made.id

    new = copy(section_id, parent_id, len(there.inside.get(parent_id, [])) + 1)
    pages = {page.id: page for page in source.pages}
    act.pages([(pages[id], place) for id, place in wanted], positions)
    session.expire(target, ["sections"])
    return Copied(new, section.title, target.id, len(wanted), act.links_removed)


def copy_binder(
    session: Session, viewer: Viewer, binder_id: UUID, *, title: str | None = None, published: bool = False
) -> Binder:
    """A binder of the viewer's own with all that is in another, as drafts; it says whose work it was.

    :param published: only what is published there, which is what readers of the school's library may copy, too.
    :raises Forbidden: if it is not shared with the viewer and its author wants to be asked.
    """
    require(viewer, "write")
    source = own_binder(session, viewer, binder_id, "browse" if published else "look")
    licence = licence_of(source.licence)
    if not may(viewer, "look", source) and (licence is None or not licence.may_copy):
        raise Forbidden("its author wants to be asked")
    described = {
        name: getattr(source, name) for name in ("description", "lang", "subject", "level", "licence")
    }
    target = Binder(
        id=uuid7(),
        tenant_id=viewer.tenant_id,
        owner_id=who(viewer),
        title=source.title if title is None else checked_title(title),
        credit=_credit(session, viewer, source),
        **described,
    )
    session.add(target)
    session.flush()
    act = Act(session, viewer, source, target)
    wanted: list[tuple[Page | Sheet, UUID]] = []
    positions: list[int] = []
    _copy_branches(act, _published(act) if published else _drafts(source), None, wanted, positions)
    act.pages(wanted, positions)
    session.expire(target)
    return target


def _credit(session: Session, viewer: Viewer, source: Binder) -> str:
    if source.owner_id == viewer.person_id:
        return source.credit
    author = find(session, viewer, Person, source.owner_id).display_name
    return credit_line(
        title=source.title, author=author, licence=source.licence, credit=source.credit, lang=source.lang
    )


def _for_all(page_blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks without the class or group to which the author shows them: the copy is for other classes."""
    return [{name: value for name, value in it.items() if name != "audience"} for it in page_blocks]


def _drafts(source: Binder) -> list[_Branch]:
    def branch(section: Section) -> _Branch:
        sheets = [Sheet(page.id, page.title, page.hidden, _for_all(page.blocks)) for page in section.pages]
        return _Branch(section.title, section.hidden, sheets, [branch(inner) for inner in section.sections])

    return [branch(chapter) for chapter in source.chapters]


def _published(act: Act) -> list[_Branch]:
    def sheet(leaf: reading.Leaf) -> Sheet:
        revision = revision_by_number(act.session, act.viewer.tenant_id, leaf.id, leaf.number)
        act.versions |= versions_of(act.session, revision)
        return Sheet(leaf.id, revision.title, False, _for_all(revision.blocks))

    def branch(part: reading.Part) -> _Branch:
        return _Branch(
            part.title, False, [sheet(it) for it in part.pages], [branch(it) for it in part.sections]
        )

    return [branch(it) for it in reading.contents(act.session, act.viewer, act.source.id, previewing=True)[1]]


def _copy_branches(
    act: Act,
    branches: list[_Branch],
    parent_id: UUID | None,
    wanted: list[tuple[Page | Sheet, UUID]],
    positions: list[int],
) -> None:
    """Make the sections; their pages are gathered in `wanted`, for links lead to any of them."""
    for place, branch in enumerate(branches, 1):
        made = Section(
            id=uuid7(),
            tenant_id=act.target.tenant_id,
            binder_id=act.target.id,
            parent_id=parent_id,
            title=branch.title,
            position=place,
            hidden=branch.hidden,
        )
        act.session.add(made)
        act.session.flush()
        wanted.extend((sheet, made.id) for sheet in branch.sheets)
        positions.extend(range(1, len(branch.sheets) + 1))
        _copy_branches(act, branch.branches, made.id, wanted, positions)
