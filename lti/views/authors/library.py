"""The school's library: finding a colleague's binder, reading what is published in it, copying it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.colleagues import library as shelves
from binder.content import copying
from binder.content.licences import licence_of
from binder.publication import revisions
from binder.resources import files
from binder.vocabularies import LEVELS, SUBJECTS
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, render, screen
from lti.views.transfers.files import send

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["library", "library_binder", "library_copy", "library_file", "library_page"]


@screen("/library")
def library(here: Here) -> Response:
    """All of it, or what fits `?q=`, `?level=` and `?subject=`."""
    wanted = {name: request.args.get(name, "").strip()[:255] for name in ("q", "level", "subject")}
    wanted |= {"level": LEVELS.value(wanted["level"]), "subject": SUBJECTS.value(wanted["subject"])}
    levels, subjects = shelves.facets(here.session, here.viewer)
    found = shelves.entries(
        here.session, here.viewer, words=wanted["q"], level=wanted["level"], subject=wanted["subject"]
    )
    return render(
        "library/list.html",
        here,
        entries=found,
        levels=levels,
        subjects=subjects,
        wanted=wanted,
        narrowed=any(wanted.values()),
    )


@screen("/library/<uuid:binder>")
def library_binder(here: Here, binder: UUID) -> Response:
    """A binder's table of contents, and what its licence lets one do."""
    entry = shelves.entry(here.session, here.viewer, binder)
    return render(
        "library/binder.html",
        here,
        entry=entry,
        binder=entry.binder,
        sections=shelves.contents(here.session, here.viewer, binder),
        licence=licence_of(entry.binder.licence),
        is_mine=entry.binder.owner_id == here.viewer.person_id,
    )


@screen("/library/pages/<uuid:page>")
def library_page(here: Here, page: UUID) -> Response:
    """A page as it was last published, answers included."""
    spread = shelves.page(here.session, here.viewer, page)
    revision = spread.revision

    def url(resource: str) -> str:
        return here.url("library_file", page=page, resource=resource)

    versions = revisions.versions_of(here.session, revision)
    seen = file_views(here, revision.blocks, url)
    shown = Shown(
        spread.cover.lang,
        seen,
        versions,
        "preview",
        seed=str(page),
        pages=lambda other: here.url("library_page", page=other),
    )
    return render("library/page.html", here, spread=spread, content=shown.whole(revision.blocks))


@screen("/library/pages/<uuid:page>/files/<uuid:resource>")
def library_file(here: Here, page: UUID, resource: UUID) -> BaseResponse:
    """A file on such a page."""
    spread = shelves.page(here.session, here.viewer, page)
    return send(here, files.shown_file(here.session, here.viewer, spread.revision, resource))


@screen("/library/<uuid:binder>/copy", "POST")
def library_copy(here: Here, binder: UUID) -> BaseResponse:
    """Copy what is published in it into a binder of one's own."""
    copy = copying.copy_binder(here.session, here.viewer, binder, published=True)
    return here.to("binder", binder=copy.id)
