"""Binders that are open to a class, for its pupils and their families; and a teacher's look at them as a pupil."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.access import Role, Viewer, require
from binder.marks import followup
from binder.owning import own_page
from binder.publication import opening, reading, revisions, visibility
from lti.views.forms import identifier
from lti.views.rendering import Shown, file_views, leading, still
from lti.views.screens import Here, render, screen
from lti.views.transfers.files import handed_out

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = [
    "open_binder",
    "read",
    "read_binder",
    "read_file",
    "readable",
    "shut_binder",
    "trial",
    "trial_page",
]


@screen("/read")
def readable(here: Here) -> Response:
    """All binders that are open to the viewer's class."""
    require(here.viewer, "read-opened")
    return render("reading/binders.html", here, binders=opening.opened(here.session, here.viewer))


@screen("/read/binders/<uuid:binder>")
def read_binder(here: Here, binder: UUID) -> Response:
    """The table of contents of one, with how far a pupil is with what was given."""
    cover, parts = reading.contents(here.session, here.viewer, binder)
    is_pupil = here.viewer.role is Role.LEARNER and here.viewer.person_id is not None
    rows = followup.work_of(here.session, here.viewer) if is_pupil else []
    return render(
        "reading/contents.html",
        here,
        cover=cover,
        sections=parts,
        work={row.assignment.page_id: row for row in reversed(rows) if row.assignment.activity_id is None},
        page_screen="read",
    )


@screen("/read/pages/<uuid:page>")
def read(here: Here, page: UUID) -> Response:
    """A page of an open binder."""
    spread = reading.spread(here.session, here.viewer, page)
    return _page(here, spread, here.viewer, "read", folder=f"{page}/files", home="read_binder")


def _page(
    here: Here, spread: reading.Spread, viewer: Viewer, page_screen: str, *, folder: str, home: str
) -> Response:
    """A page to read; its activities stand there without their forms.

    :param folder: where the page's files are, relative to the screen's address.
    """
    revision, lang = spread.revision, spread.cover.lang
    known = still(here, revision, lang, folder, "../..")
    seen = visibility.seen_in_class(here.session, viewer, revision)
    others = [block for block in seen if block["id"] not in known]
    shown = Shown(
        lang,
        file_views(here, others, lambda resource: f"{folder}/{resource}"),
        revisions.versions_of(here.session, revision),
        "copy",
        still=known,
        pages=leading("../.."),
    )
    return render(
        "reading/page.html",
        here,
        spread=spread,
        content=shown.whole(seen),
        page_screen=page_screen,
        home=home,
    )


@screen("/read/pages/<uuid:page>/files/<uuid:resource>")
def read_file(here: Here, page: UUID, resource: UUID) -> BaseResponse:
    """A file on a page of an open binder."""
    spread = reading.spread(here.session, here.viewer, page)
    seen = visibility.seen_in_class(here.session, here.viewer, spread.revision)
    return handed_out(here, visibility.Seen(seen), resource)


@screen("/binders/<uuid:binder>/open", "POST")
def open_binder(here: Here, binder: UUID) -> BaseResponse:
    """Open it to the class that the teacher came from."""
    opening.open_to_class(here.session, here.viewer, binder)
    return here.to("binder", binder=binder, _anchor="readers")


@screen("/binders/<uuid:binder>/shut", "POST")
def shut_binder(here: Here, binder: UUID) -> BaseResponse:
    """Close it to that class."""
    opening.close(here.session, here.viewer, binder)
    return here.to("binder", binder=binder, _anchor="readers")


def _wanted_class() -> UUID | None:
    return identifier(request.args["class"]) if request.args.get("class") else None


@screen("/binders/<uuid:binder>/as-pupil")
def trial(here: Here, binder: UUID) -> Response:
    """The table of contents as a pupil of a class sees it; `?class=` is another than the one the teacher came from."""
    pupil = opening.as_pupil(here.session, here.viewer, binder, _wanted_class())
    cover, parts = reading.contents(here.session, pupil, binder, previewing=True)
    return render(
        "reading/contents.html",
        here,
        cover=cover,
        sections=parts,
        work={},
        page_screen="trial_page",
        trial=True,
        as_class=request.args.get("class"),
    )


@screen("/pages/<uuid:page>/as-pupil")
def trial_page(here: Here, page: UUID) -> Response:
    """A page as a pupil of a class reads it."""
    binder_id = own_page(here.session, here.viewer, page, "look").binder_id
    pupil = opening.as_pupil(here.session, here.viewer, binder_id, _wanted_class())
    spread = reading.spread(here.session, pupil, page, previewing=True)
    return _page(here, spread, pupil, "trial_page", folder="files", home="trial")
