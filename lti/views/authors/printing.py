"""On paper: a page, a section or a whole binder, with a QR code that leads back to each activity."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import segno
from flask import Response, redirect, request, url_for
from markupsafe import Markup

from binder.access import Role, find
from binder.blocks import kind_of
from binder.errors import Forbidden, NotFound
from binder.giving.assigning import given_here
from binder.models import Assignment, Binder, Page, Section
from binder.owning import own_binder, own_page
from binder.publication import reading
from lti.tool import tool
from lti.views.platforms.launch import blueprint_url
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, blueprint, by_the_schools_clock, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["go", "print_binder", "print_page", "print_section", "qr_code", "wanted_page"]


def qr_code(address: str) -> Markup:
    """An address as a picture (SVG) that a phone reads."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=4, nl=False
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - lines and numbers only


@dataclass(frozen=True)
class Sheet:
    """A page on paper."""

    page: Page
    content: Markup
    section: str
    """Title of the section that it opens; empty in the middle of one."""


@dataclass
class OnPaper(Shown):
    """A page to print: activities have boxes to tick, and a code that leads to them."""

    address: str = ""
    """Where the page is on the web; empty for no codes."""

    def activity(self, activity_id: str) -> Markup:
        """See `Rendering.activity`."""
        html = super().activity(activity_id)
        if not self.address or not html:
            return html
        return Markup(
            '<div class="with-code">{}<p class="code" role="img" aria-label="{}">{}</p></div>'
        ).format(html, self.address, qr_code(self.address))


def _sheets(here: Here, binder: Binder, pages: Sequence[tuple[str, Page]]) -> Iterator[Sheet]:
    """The pages with their sections' titles, all files found at one look."""
    everything = [block for _, page in pages for block in page.blocks]
    addresses = {
        name: here.url("page_file", page=page.id, resource=name)
        for _, page in pages
        for name in page_resources(page)
    }
    files = file_views(here, everything, lambda name: addresses[name])
    versions = {str(activity.id): activity.current for activity in binder.activities}
    answers, codes = request.args.get("answers") == "1", request.args.get("codes", "1") == "1"
    for section, page in pages:
        shown = OnPaper(
            binder.lang,
            files,
            versions,
            "preview" if answers else "paper",
            str(page.id),
            address=f"{blueprint_url()}/go/{page.id}" if codes else "",
        )
        yield Sheet(page, shown.whole(page.blocks, below=2 if len(pages) > 1 else 1), section)


def page_resources(page: Page) -> list[str]:
    """Ids of all files on a page."""
    return [name for block in page.blocks for name in kind_of(block).resources(block)]


def _walk(sections: Sequence[Section]) -> Iterator[tuple[str, Page]]:
    """Pages in reading order; the first of a section with its title."""
    for section in sections:
        for at, page in enumerate(section.pages):
            yield ("" if at else section.title), page
        yield from _walk(section.sections)


def _print(here: Here, binder: Binder, title: str, pages: Sequence[tuple[str, Page]]) -> Response:
    by_the_schools_clock()
    return render(
        "print.html",
        here,
        binder=binder,
        printed_title=title,
        sheets=list(_sheets(here, binder, pages)),
        answers=request.args.get("answers") == "1",
        codes=request.args.get("codes", "1") == "1",
    )


@screen("/pages/<uuid:page>/print")
def print_page(here: Here, page: UUID) -> Response:
    """One page; `?answers=1` with the answers, `?codes=0` without codes."""
    own = own_page(here.session, here.viewer, page, "look")
    return _print(here, own.binder, own.title, [("", own)])


@screen("/sections/<uuid:section>/print")
def print_section(here: Here, section: UUID) -> Response:
    """A section with all that is in it."""
    own = find(here.session, here.viewer, Section, section)
    binder = own_binder(here.session, here.viewer, own.binder_id, "look")
    if own.trashed_at is not None:
        raise NotFound("the section is in the trash")
    return _print(here, binder, own.title, list(_walk([own])))


@screen("/binders/<uuid:binder>/print")
def print_binder(here: Here, binder: UUID) -> Response:
    """A whole binder, its table of contents first."""
    own = own_binder(here.session, here.viewer, binder, "look")
    return _print(here, own, own.title, list(_walk(own.chapters)))


@blueprint.get("/go/<uuid:page>")
def go(page: UUID) -> BaseResponse | Response:
    """The address in a printed code: to the page for those whom the host has signed in, or else to the workspace."""
    who_is_here = tool().viewer
    if who_is_here is not None and who_is_here() is not None:
        return redirect(url_for("lti.wanted_page", launch=None, page=page), 303)
    return render("start.html", address=request.host_url)


@screen("/go/<uuid:page>")
def wanted_page(here: Here, page: UUID) -> BaseResponse:
    """The page as it concerns the viewer: to write, to do, or to read."""
    viewer = here.viewer
    if viewer.teaches:
        own_page(here.session, viewer, page, "look")
        return here.to("page", page=page)
    if viewer.role is Role.LEARNER:
        given = _given(here, page)
        if given is not None:
            return here.to("work", assignment=given.id)
    if viewer.role in (Role.LEARNER, Role.MENTOR):
        reading.spread(here.session, viewer, page)
        return here.to("read", page=page)
    raise Forbidden("not for this role")


def _given(here: Here, page_id: UUID) -> Assignment | None:
    here_given = given_here(here.session, here.viewer)
    return next((one for one in here_given if one.page_id == page_id and one.activity_id is None), None)
