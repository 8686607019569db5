"""Something new, made in the middle of choosing: a page, and the way back to the picker with it ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from binder.access import may, require
from binder.content import authoring
from binder.errors import Invalid
from binder.models import Binder, Page
from lti.links import picking
from lti.links.things import Key, Kind
from lti.views.forms import problems
from lti.views.platforms.linking import chosen, keep, settings_of
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["make", "make_page"]

NEW = "new"


@screen("/link/new")
def make(here: Here) -> Response:
    """Where the page goes, and what it is called."""
    return _form(here)


def _form(here: Here, error: Invalid | None = None) -> Response:
    require(here.viewer, "write")
    known = picking.binders(here.session, here.viewer)
    return render(
        "picker_new.html",
        here,
        binders=[binder for binder in known if may(here.viewer, "author", binder)],
        new=NEW,
        typed=request.form,
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/link/new", "POST")
def make_page(here: Here) -> BaseResponse:
    """The new page, ticked; its author goes on to its first question, or to its editor."""
    try:
        with here.session.begin_nested():
            page = _made(here, request.form.get("where", NEW), request.form.get("title", ""))
    except Invalid as error:
        return _form(here, error)
    settings = settings_of(here)
    before = [str(thing.key) for thing in chosen(here, settings)] if settings.accept_multiple else []
    keep(here, [str(Key(Kind.PAGE, page.id)), *before])
    asks = request.form.get("with", "activity") == "activity"
    return here.to("new_activity" if asks else "edit_page", page=page.id)


def _made(here: Here, where: str, title: str) -> Page:
    session, viewer = here.session, here.viewer
    authoring.checked_title(title)
    if where == NEW:
        named = request.form.get("binder_title", "")
        language = texts().language
        binder = authoring.create_binder(session, viewer, title=named or title, lang=language)
        return _first(here, binder, title)
    key = Key.read(where)
    if key.kind is Kind.BINDER:
        return _first(here, authoring.own_binder(session, viewer, key.id), title)
    section = picking.section_of(session, viewer, key.id)
    return authoring.add_page(session, viewer, section.id, title=title)


def _first(here: Here, binder: Binder, title: str) -> Page:
    """The first page of a binder that has no chapter yet."""
    named = texts().gettext("Chapter 1")
    section = authoring.add_section(here.session, here.viewer, binder.id, title=named)
    return authoring.add_page(here.session, here.viewer, section.id, title=title)
