"""The teacher's binders: the list, and a binder's table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, cast
from uuid import UUID

from flask import Response, request

from binder import authoring
from binder.errors import Invalid, NotFound
from binder.importing import import_binder
from exporters import read_archive
from lti.tool import tool
from lti.views.forms import identifier, problems
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["add_page", "add_section", "binder", "binders", "create_binder", "import_file"]


@screen("/binders")
def binders(here: Here) -> Response:
    """All binders of one's own, and forms for a new one."""
    return _list(here)


def _list(here: Here, error: Invalid | None = None) -> Response:
    own = authoring.own_binders(here.session, here.viewer)
    return render("binders.html", here, binders=own, problems=problems(error), status=422 if error else 200)


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
            new = import_binder(here.session, here.viewer, archive.document, tool().storage, archive.open)
    except Invalid as error:
        return _list(here, error)
    return here.to("binder", binder=new.id)


@screen("/binders/<uuid:binder>")
def binder(here: Here, binder: UUID) -> Response:
    """The table of contents."""
    return _contents(here, binder)


def _contents(here: Here, binder_id: UUID, error: Invalid | None = None) -> Response:
    own = authoring.own_binder(here.session, here.viewer, binder_id)
    return render("binder.html", here, binder=own, problems=problems(error), status=422 if error else 200)


@screen("/binders/<uuid:binder>/sections", "POST")
def add_section(here: Here, binder: UUID) -> BaseResponse:
    """A new chapter, or a section in one."""
    parent = request.form.get("parent", "")
    try:
        authoring.add_section(
            here.session,
            here.viewer,
            binder,
            title=request.form.get("title", ""),
            parent_id=identifier(parent) if parent else None,
        )
    except Invalid as error:
        return _contents(here, binder, error)
    return here.to("binder", binder=binder, _anchor="contents")


@screen("/binders/<uuid:binder>/pages", "POST")
def add_page(here: Here, binder: UUID) -> BaseResponse:
    """A new page at the end of a section; one goes on writing it."""
    try:
        section = identifier(request.form.get("section", ""))
        if section not in {
            part.id for part in authoring.own_binder(here.session, here.viewer, binder).sections
        }:
            raise NotFound("no such section in this binder")
        page = authoring.add_page(here.session, here.viewer, section, title=request.form.get("title", ""))
    except Invalid as error:
        return _contents(here, binder, error)
    return here.to("edit_page", page=page.id)
