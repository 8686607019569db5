"""The list of the teacher's binders, and the three ways to begin one: empty, from a template, from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, cast

from flask import Response, request

from binder.access import require
from binder.content import authoring, trash
from binder.content.contents import sizes
from binder.content.importing import import_binder
from binder.errors import Invalid, NotFound
from binder.models import Binder
from binder.templates import Template, template, templates
from exporters import read_archive
from lti.tool import tool
from lti.views.forms import problems
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["begin", "binders", "choose_template", "create_binder", "import_file"]


@screen("/binders")
def binders(here: Here) -> Response:
    """All binders of one's own, and forms for a new one."""
    return _list(here)


def _list(here: Here, error: Invalid | None = None) -> Response:
    own = authoring.own_binders(here.session, here.viewer)
    thrown = trash.trashed_binders(here.session, here.viewer)
    return render(
        "binders.html",
        here,
        binders=own,
        sizes=sizes(here.session, here.viewer, own),
        trash=thrown,
        just_thrown=_just_thrown(thrown),
        problems=problems(error),
        status=422 if error else 200,
    )


def _just_thrown(thrown: list[Binder]) -> Binder | None:
    name = request.args.get("thrown", "")
    return next((binder for binder in thrown if str(binder.id) == name), None)


@screen("/binders", "POST")
def create_binder(here: Here) -> BaseResponse:
    """A new, empty binder."""
    try:
        new = authoring.create_binder(
            here.session,
            here.viewer,
            title=request.form.get("title", ""),
            lang="en" if request.form.get("lang") == "en" else "fr",
            description=request.form.get("description", "")[:20_000],
        )
    except Invalid as error:
        return _list(here, error)
    return here.to("binder", binder=new.id)


@screen("/binders/import", "POST")
def import_file(here: Here) -> BaseResponse:
    """A binder from a file that Classeur has exported."""
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise Invalid("no file", {"file": ["choose a file"]})
        with read_archive(cast("BinaryIO", upload.stream)) as archive, here.session.begin_nested():
            new = import_binder(
                here.session,
                here.viewer,
                archive.document,
                tool().storage,
                archive.open,
                scan=tool().scanner is not None,
            )
    except Invalid as error:
        return _list(here, error)
    return here.to("binder", binder=new.id)


def _wanted(name: str) -> Template | None:
    try:
        return template(name)
    except KeyError:
        return None


@screen("/templates")
def choose_template(here: Here) -> Response:
    """What a binder can begin from, and what one of them holds."""
    require(here.viewer, "write")
    language = texts().language
    # those in the viewer's own language come first
    offered = sorted(templates(), key=lambda each: each.lang != language)
    chosen = _wanted(request.args.get("name", ""))
    return render("contents/templates.html", here, templates=offered, chosen=chosen)


@screen("/templates", "POST")
def begin(here: Here) -> BaseResponse:
    """A new binder from a template."""
    require(here.viewer, "write")
    chosen = _wanted(request.form.get("template", ""))
    if chosen is None:
        raise NotFound("no such template")
    new = import_binder(here.session, here.viewer, chosen.document, tool().storage, _no_file)
    title = request.form.get("title", "").strip()
    if title:
        new.title = authoring.checked_title(title[:255])
    return here.to("binder", binder=new.id)


def _no_file(digest: str) -> BinaryIO:
    raise KeyError(digest)
