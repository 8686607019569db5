"""In and out by a one-time link: a click uses it up, not a look, so that no preview of a message does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from binder.errors import NotFound
from lti.platforms import administrators
from lti.tool import tool
from lti.views.admin.desk import COOKIE, Desk, page, protected, set_cookie
from lti.views.screens import Outdated, blueprint, is_from_our_page, render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["enter", "leave"]


@blueprint.route("/admin/enter/<secret>", methods=["GET", "POST"], endpoint="admin_enter")
def enter(secret: str) -> BaseResponse:
    """A button; then the session is open."""
    if request.method == "GET":
        return protected(render("admin/enter.html", secret=secret))
    if not is_from_our_page():
        raise Outdated
    with tool().begin() as session:
        cookie = administrators.enter(session, secret)
    if cookie is None:
        raise NotFound
    response = make_response(redirect(url_for("lti.admin_overview"), 303))
    set_cookie(response, COOKIE, cookie, seconds=administrators.SESSION_LIFE.total_seconds())
    return protected(response)


@page("/leave", "POST")
def leave(desk: Desk) -> BaseResponse:
    """The session is over."""
    administrators.leave(desk.session, request.cookies.get(COOKIE, ""))
    response = make_response(redirect(url_for("lti.start"), 303))
    response.delete_cookie(COOKIE, path=url_for("lti.admin_overview"))
    return response
