"""The first page: what waits for an administrator."""

from __future__ import annotations

from flask import Response

from lti.platforms import administering
from lti.views.admin.desk import Desk, page

__all__ = ["overview"]


@page("/")
def overview(desk: Desk) -> Response:
    """What is to be seen to, with where."""
    return desk.render("overview.html", counts=administering.counts(desk.session))
