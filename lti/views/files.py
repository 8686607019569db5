"""Handing out the bytes of files so that nothing in them can run in our origin."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import redirect, send_file

from binder import authoring, files, submitting
from binder.models import Page, PageRevision, Resource
from lti.tool import tool
from lti.views.screens import Here, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

__all__ = ["page_file", "work_file"]

INLINE = ("image/", "audio/", "video/", "application/pdf")
"""What a browser may show in place; anything else is only saved."""
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Also a picture that is a document (SVG) has no scripts and no origin."""


def _send(here: Here, resource: Resource) -> Response:
    direct = tool().storage.url(here.viewer.tenant_id, resource.sha256)
    if direct is not None:
        return redirect(direct, 302)
    response = send_file(
        tool().storage.open(here.viewer.tenant_id, resource.sha256),
        mimetype=resource.media_type,
        as_attachment=not resource.media_type.startswith(INLINE),
        download_name=resource.name,
        etag=resource.sha256,
        max_age=3600,
        conditional=True,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.cache_control.private = True
    return response


def _shown(here: Here, shown: Page | PageRevision, resource: UUID) -> Response:
    return _send(here, files.shown_file(here.session, here.viewer, shown, resource))


@screen("/pages/<uuid:page>/files/<uuid:resource>")
def page_file(here: Here, page: UUID, resource: UUID) -> Response:
    """A file on a page of one's own."""
    return _shown(here, authoring.own_page(here.session, here.viewer, page), resource)


@screen("/work/<uuid:assignment>/files/<uuid:resource>")
def work_file(here: Here, assignment: UUID, resource: UUID) -> Response:
    """A file on a page that was given to the viewer's class."""
    work = submitting.open_work(here.session, here.viewer, assignment)
    return _shown(here, work.revision, resource)
