"""What a request looks like from here, for `flask lti doctor`, which calls our own public address."""

from __future__ import annotations

from flask import Response, jsonify, request, url_for

from lti.views.screens import blueprint

__all__ = ["mirror"]


@blueprint.get("/mirror")
def mirror() -> Response:
    """Scheme, host and path that arrived; all of it is the caller's own."""
    answer = jsonify(
        scheme=request.scheme,
        host=request.host[:255],
        prefix=url_for("lti.start").rstrip("/"),
        tool="classeur",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
