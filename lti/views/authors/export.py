"""Taking a binder away in an open format, every loss named before."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, BinaryIO, cast
from uuid import UUID

from flask import Response, request, send_file

from binder.content import authoring
from exporters import export, exporters
from lti.tool import tool
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["download", "export_form"]


@screen("/binders/<uuid:binder>/export")
def export_form(here: Here, binder: UUID) -> Response:
    """The formats, each with what it cannot say of this binder."""
    own = authoring.own_binder(here.session, here.viewer, binder)
    reports = [(exporter, exporter.foresee(own, tool().storage)) for exporter in exporters]
    return render("export.html", here, binder=own, reports=reports)


@screen("/binders/<uuid:binder>/export", "POST")
def download(here: Here, binder: UUID) -> BaseResponse:
    """The file."""
    own = authoring.own_binder(here.session, here.viewer, binder)
    out = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=8 << 20))  # send_file closes it
    name = request.form.get("format", "")
    try:
        export(name, own, tool().storage, out)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    exporter = exporters[name]
    return send_file(
        out,
        mimetype=exporter.media_type,
        as_attachment=True,
        download_name=f"{own.title[:80]}{exporter.extension}",
    )
