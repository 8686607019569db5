"""A binder's table of contents, and what is done to its parts in place: add, move, hide, publish, delete, duplicate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, current_app, request

from binder.colleagues import proposing
from binder.content import arranging, authoring, copying, trash
from binder.content.contents import Contents, contents
from binder.errors import Invalid, NotFound
from binder.publication import opening
from lti.views.authors.placing import Part, part_of, target, where_to_go
from lti.views.forms import identifier, problems
from lti.views.saying import Said, said
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["add_page", "add_section", "arrange", "binder"]

NOBODY = UUID(int=0)


class Addresses:
    """Addresses of many parts on the same screens: each kind is made once, then only filled in."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._made: dict[tuple[str, str], list[str]] = {}

    def __call__(self, screen: str, name: str, id: UUID) -> str:
        """Address of a screen whose parameter `name` is `id`."""
        key = (screen, name)
        if key not in self._made:
            self._made[key] = self._here.url(screen, **{name: NOBODY}).split(str(NOBODY))
        before, after = self._made[key]
        return f"{before}{id}{after}"


@screen("/binders/<uuid:binder>")
def binder(here: Here, binder: UUID) -> Response:
    """The table of contents."""
    return _contents(here, binder)


def _contents(here: Here, binder_id: UUID, error: Invalid | None = None) -> Response:
    found = contents(here.session, here.viewer, binder_id)
    classes = opening.opened_to(here.session, here.viewer, binder_id)
    return render(
        "binder.html",
        here,
        binder=found.binder,
        contents=found,
        at=Addresses(here),
        said=said(found),
        has_history="lti.history" in current_app.view_functions,
        proposals_waiting=proposing.open_counts(here.session, here.viewer, [found.binder.id]).get(
            found.binder.id
        ),
        classes=classes,
        is_open_here=here.viewer.audience_id in {known.id for known in classes},
        problems=problems(error),
        typed=request.form,
        status=422 if error else 200,
    )


@screen("/binders/<uuid:binder>/sections", "POST")
def add_section(here: Here, binder: UUID) -> BaseResponse:
    """A new chapter, or a section in one."""
    parent = request.form.get("parent", "")
    try:
        new = authoring.add_section(
            here.session,
            here.viewer,
            binder,
            title=request.form.get("title", ""),
            parent_id=identifier(parent) if parent else None,
        )
    except Invalid as error:
        return _contents(here, binder, error)
    return here.to("binder", binder=binder, said="added", part=f"s-{new.id}", _anchor=f"s-{new.id}")


@screen("/binders/<uuid:binder>/pages", "POST")
def add_page(here: Here, binder: UUID) -> BaseResponse:
    """A new page at the end of a section; one goes on writing it, or a question on it."""
    own = authoring.own_binder(here.session, here.viewer, binder)
    try:
        section = identifier(request.form.get("section", ""))
        if arranging.own_section(here.session, here.viewer, section).binder_id != own.id:
            raise NotFound("no such section in this binder")
        page = authoring.add_page(here.session, here.viewer, section, title=request.form.get("title", ""))
    except Invalid as error:
        return _contents(here, binder, error)
    asks = request.form.get("with") == "activity"
    return here.to("new_activity" if asks else "edit_page", page=page.id)


def _shift(by: int) -> Callable[[Here, Contents, Part], Said]:
    def act(here: Here, known: Contents, part: Part) -> Said:
        shift = arranging.shift_page if part.kind == "page" else arranging.shift_section
        shift(here.session, here.viewer, part.id, by=by)
        return Said("moved", part.name)

    return act


def _move(here: Here, known: Contents, part: Part) -> Said:
    where_to_go(here, known, part, request.form.get("to", ""))
    return Said("moved", part.name)


def _duplicate(here: Here, known: Contents, part: Part) -> Said:
    duplicate = copying.duplicate_page if part.kind == "page" else copying.duplicate_section
    copied = duplicate(here.session, here.viewer, part.id)
    return Said("duplicated", f"{part.name[0]}-{copied.id}")


def _show(hidden: bool) -> Callable[[Here, Contents, Part], Said]:
    def act(here: Here, known: Contents, part: Part) -> Said:
        arranging.show(here.session, here.viewer, known.binder.id, **part.alone, hidden=hidden)
        return Said("hidden" if hidden else "shown", part.name)

    return act


def _publish(here: Here, known: Contents, part: Part) -> Said:
    count = arranging.publish_all(here.session, here.viewer, known.binder.id, **part.alone)
    return Said("published", part.name, count=count)


def _delete(here: Here, known: Contents, part: Part) -> Said:
    at = trash.throw_away(here.session, here.viewer, known.binder.id, **part.alone)
    return Said("deleted", title=part.title, count=1, at=at)


ACTS: dict[str, Callable[[Here, Contents, Part], Said]] = {
    "up": _shift(-1),
    "down": _shift(+1),
    "move": _move,
    "duplicate": _duplicate,
    "hide": _show(True),
    "show": _show(False),
    "publish": _publish,
    "delete": _delete,
}
"""What the buttons beside a part do, by the first word of their value; the second is the part, such as `p-<id>`."""


@screen("/binders/<uuid:binder>/contents", "POST")
def arrange(here: Here, binder: UUID) -> BaseResponse:
    """Do something to one part, or to all pages that are ticked."""
    known = contents(here.session, here.viewer, binder)
    verb, _, name = request.form.get("do", "").partition(" ")
    try:
        if name == "ticked":
            done = _ticked(here, known, verb)
        elif verb == "publish" and not name:
            every = [chapter.id for chapter in known.chapters]
            count = arranging.publish_all(here.session, here.viewer, binder, sections=every)
            done = Said("published", count=count)
        elif verb in ACTS:
            done = ACTS[verb](here, known, part_of(known, name))
        else:
            raise NotFound("no such action")
    except Invalid as error:
        return _contents(here, binder, error)
    if isinstance(done, Said):
        return here.to("binder", binder=binder, **done.values)
    return done


def _ticked(here: Here, known: Contents, verb: str) -> Said | Response:
    """The same for several pages at once."""
    order = {page.id: page for page in known.pages}
    named = {identifier(text) for text in request.form.getlist("page")}
    pages = [id for id in order if id in named]
    if not pages or len(pages) < len(named):
        raise Invalid("nothing ticked", {"page": ["tick at least one page"]})
    everything: dict[str, Any] = {"pages": pages}
    session, viewer, id = here.session, here.viewer, known.binder.id
    count = len(pages)
    if verb == "move":
        to = request.form.get("to", "")
        if not to:
            return render("contents/move.html", here, binder=known.binder, contents=known, pages=pages)
        section, position = target(known, to, pages)
        arranging.move_pages(session, viewer, id, pages, section, position)
        return Said("moved", f"p-{pages[0]}", count=count)
    if verb == "schedule":
        return _scheduled(here, known, pages)
    if verb in ("show", "hide"):
        arranging.show(session, viewer, id, **everything, hidden=verb == "hide")
        return Said("hidden" if verb == "hide" else "shown", count=count)
    if verb == "publish":
        return Said("published", count=arranging.publish_all(session, viewer, id, **everything))
    if verb == "delete":
        return Said("deleted", count=count, at=trash.throw_away(session, viewer, id, **everything))
    raise NotFound("no such action")


def _scheduled(here: Here, known: Contents, pages: list[UUID]) -> Said | Response:
    """Pages that pupils see from a date on; the date is asked for first."""
    error = at = None
    if "visible_from" in request.form:
        try:
            at = texts().instant(request.form["visible_from"])
        except ValueError:
            at = None
        error = None if at else Invalid("no date", {"visible_from": ["write a date and a time"]})
    if at is None:
        return render(
            "contents/schedule.html",
            here,
            binder=known.binder,
            contents=known,
            pages=pages,
            problems=problems(error),
            status=422 if error else 200,
        )
    arranging.show(here.session, here.viewer, known.binder.id, pages=pages, hidden=False, visible_from=at)
    return Said("scheduled", f"p-{pages[0]}", count=len(pages))
