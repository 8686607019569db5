"""One page or section of a binder: give it another title, place, or time, or copy it to another binder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request

from binder.content import arranging, authoring, copying
from binder.content.contents import Contents, PageRow, SectionRow, contents
from binder.errors import Invalid, NotFound
from binder.models import Section
from lti.views.forms import identifier, problems
from lti.views.saying import Said
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["Part", "page_place", "part_of", "section_place", "target", "where_to_go"]


@dataclass(frozen=True)
class Part:
    """A page or section that a form names."""

    kind: Literal["page", "section"]
    row: PageRow | SectionRow

    @property
    def id(self) -> UUID:
        """Its identifier."""
        return self.row.id

    @property
    def title(self) -> str:
        """Its title."""
        return self.row.title

    @property
    def name(self) -> str:
        """What forms and anchors call it: `p-<id>` or `s-<id>`."""
        return f"{self.kind[0]}-{self.id}"

    @property
    def alone(self) -> dict[str, Any]:
        """As the use cases want it that take pages and sections."""
        return {f"{self.kind}s": [self.id]}


def part_of(known: Contents, name: str) -> Part:
    """The part that `p-<id>` or `s-<id>` names.

    :raises NotFound: if the binder has no such part.
    """
    id = identifier(name[2:])
    if name.startswith("p-"):
        for page in known.pages:
            if page.id == id:
                return Part("page", page)
    if name.startswith("s-"):
        for section in known.walk():
            if section.id == id:
                return Part("section", section)
    raise NotFound("no such part")


def target(known: Contents, to: str, moving: Collection[UUID]) -> tuple[UUID, int | None]:
    """The section and the position that a form names for pages.

    :param to: `in s-<id>`, at the beginning of that section; `end s-<id>`; or `after p-<id>`.
    :param moving: the pages that are on their way, so that they count for nothing.
    """
    word, _, name = to.partition(" ")
    part = part_of(known, name)
    if word in ("in", "end") and part.kind == "section":
        return part.id, 1 if word == "in" else None
    if word == "after" and isinstance(part.row, PageRow):
        section = next(row for row in known.walk() if row.id == part.row.section_id)
        place = 0
        for page in section.pages:
            place += page.id not in moving
            if page.id == part.id:
                return section.id, place + 1
    raise NotFound("no such place")


def where_to_go(here: Here, known: Contents, part: Part, to: str) -> None:
    """Move a part to the place that a form names.

    :param to: for a page as `target` has it; for a section `in`, the beginning of the binder, `in s-<id>`, or
        `after s-<id>`.
    """
    session, viewer = here.session, here.viewer
    if part.kind == "page":
        section, position = target(known, to, [part.id])
        arranging.move_pages(session, viewer, known.binder.id, [part.id], section, position)
        return
    word, _, name = to.partition(" ")
    if word == "in" or (word == "end" and name):
        above = part_of(known, name).id if name else None
        arranging.move_section(session, viewer, part.id, above, 1 if word == "in" else None)
        return
    before = part_of(known, name)
    if word != "after" or not isinstance(before.row, SectionRow):
        raise NotFound("no such place")
    siblings = [row for row in known.walk() if row.parent_id == before.row.parent_id and row.id != part.id]
    ids = [row.id for row in siblings]
    if before.id not in ids:
        raise Invalid("in itself", {"to": ["a section cannot stand in itself"]})
    arranging.move_section(session, viewer, part.id, before.row.parent_id, ids.index(before.id) + 2)


@screen("/pages/<uuid:page>/place")
def page_place(here: Here, page: UUID) -> Response:
    """The forms for a page."""
    own = authoring.own_page(here.session, here.viewer, page)
    return _forms(here, own.binder_id, f"p-{page}")


@screen("/sections/<uuid:section>/place")
def section_place(here: Here, section: UUID) -> Response:
    """The forms for a section."""
    own = arranging.own_section(here.session, here.viewer, section)
    return _forms(here, own.binder_id, f"s-{section}")


@screen("/pages/<uuid:page>/place", "POST")
def place_page(here: Here, page: UUID) -> BaseResponse:
    """Do what one of the forms wants."""
    own = authoring.own_page(here.session, here.viewer, page)
    return _act(here, own.binder_id, f"p-{page}")


@screen("/sections/<uuid:section>/place", "POST")
def place_section(here: Here, section: UUID) -> BaseResponse:
    """Do what one of the forms wants."""
    own = arranging.own_section(here.session, here.viewer, section)
    return _act(here, own.binder_id, f"s-{section}")


def _forms(here: Here, binder_id: UUID, name: str, error: Invalid | None = None) -> Response:
    known = contents(here.session, here.viewer, binder_id)
    binders = authoring.own_binders(here.session, here.viewer)
    query = sa.select(Section.binder_id, Section.id, Section.title).where(
        Section.tenant_id == here.viewer.tenant_id,
        Section.binder_id.in_([binder.id for binder in binders]),
        Section.trashed_at.is_(None),
    )
    rows = here.session.execute(query.order_by(Section.position, Section.id)).all()
    return render(
        "contents/part.html",
        here,
        binder=known.binder,
        contents=known,
        part=part_of(known, name),
        places=[(binder, [row for row in rows if row[0] == binder.id]) for binder in binders],
        problems=problems(error),
        typed=request.form,
        status=422 if error else 200,
    )


def _act(here: Here, binder_id: UUID, name: str) -> BaseResponse:
    known = contents(here.session, here.viewer, binder_id)
    part = part_of(known, name)
    acts = {"rename": _rename, "move": _move, "copy": _copy, "show": _show}
    act = acts.get(request.form.get("do", ""))
    if act is None:
        raise NotFound("no such action")
    try:
        done, binder_id = act(here, known, part)
    except Invalid as error:
        return _forms(here, known.binder.id, name, error)
    return here.to("binder", binder=binder_id, **done.values)


def _rename(here: Here, known: Contents, part: Part) -> tuple[Said, UUID]:
    title = request.form.get("title", "")
    if part.kind == "page":
        authoring.change_page_title(here.session, here.viewer, part.id, title=title)
    else:
        arranging.rename_section(here.session, here.viewer, part.id, title=title)
    return Said("renamed", part.name), known.binder.id


def _move(here: Here, known: Contents, part: Part) -> tuple[Said, UUID]:
    where_to_go(here, known, part, request.form.get("to", ""))
    return Said("moved", part.name), known.binder.id


def _copy(here: Here, known: Contents, part: Part) -> tuple[Said, UUID]:
    there = identifier(request.form.get("there", ""))
    if part.kind == "page":
        copied = copying.copy_page(here.session, here.viewer, part.id, there)
    else:
        copied = copying.copy_section(here.session, here.viewer, part.id, there)
    name = f"{part.name[0]}-{copied.id}"
    return Said("copied", name, count=copied.links_removed), copied.binder_id


def _show(here: Here, known: Contents, part: Part) -> tuple[Said, UUID]:
    choice, visible_from = request.form.get("visible", "now"), None
    if choice == "from":
        try:
            visible_from = texts().instant(request.form.get("visible_from", ""))
        except ValueError:
            visible_from = None
        if visible_from is None:
            raise Invalid("no date", {"visible_from": ["write a date and a time"]})
    arranging.show(
        here.session,
        here.viewer,
        known.binder.id,
        **part.alone,
        hidden=choice == "hidden",
        visible_from=visible_from,
    )
    return Said({"from": "scheduled", "hidden": "hidden"}.get(choice, "shown"), part.name), known.binder.id
