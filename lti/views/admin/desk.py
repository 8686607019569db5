"""What the administrators' pages share: who may open them, the transaction, the forms' token, the headers.

Two ways lead here: the host's own login says that somebody is an administrator, or a one-time link of `flask lti admin`
has been used in this browser.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, make_response, redirect, request, url_for
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.errors import NotFound
from lti import tokens
from lti.platforms import administrators
from lti.tool import tool
from lti.views.screens import Outdated, blueprint, form_key, is_from_our_page, render, sent_token

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["COOKIE", "Desk", "page", "protected", "set_cookie"]

COOKIE = "lti-admin"
FORM_COOKIE = "lti-admin-forms"
"""What the forms' tokens are bound to where the host's own login says who may come in."""
NOBODY = Viewer(tenant_id=UUID(int=0), role=Role.ADMINISTRATOR)
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Desk:
    """Where a view of administrators stands."""

    session: Session
    token: str
    can_leave: bool
    """Whether a session of our own is open."""

    def url(self, name: str, **values: Any) -> str:
        """Address of one of these pages."""
        return url_for(f"lti.admin_{name}", **values)

    def to(self, name: str, **values: Any) -> BaseResponse:
        """A redirection after a POST (303)."""
        return redirect(self.url(name, **values), 303)

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """One of their templates."""
        return render(f"admin/{template}", status=status, desk=self, **values)


View = Callable[..., Any]


def page(rule: str, *methods: str, alone: bool = False) -> Callable[[View], View]:
    """Register a view `f(desk, **values)` under `<prefix>/admin`, as `admin_<name>`; GET unless said otherwise.

    :param alone: the view talks to other servers, so no transaction is open around it; it opens its own.
    """

    def register(function: View) -> View:
        @wraps(function)
        def view(**values: Any) -> Response:
            writes = request.method == "POST"
            with tool().begin() if writes else tool().reading() as session:
                bound = _bound_to(session)
                if bound is None:
                    raise NotFound
                seal, can_leave = bound
                desk = Desk(session, tokens.make(form_key(), NOBODY, f"admin/{seal}"), can_leave)
                if writes and not (is_from_our_page() and tokens.fits(sent_token(), desk.token)):
                    raise Outdated
                if not alone:
                    return _answer(function(desk, **values), seal, can_leave)
            return _answer(function(desk, **values), seal, can_leave)

        name = f"admin_{function.__name__}"
        blueprint.add_url_rule(f"/admin{rule}", name, view, methods=list(methods) or ["GET"])
        return function

    return register


def _bound_to(session: Session) -> tuple[str, bool] | None:
    """What the forms' token is bound to, and whether by a session of ours; None for whoever may not come in."""
    cookie = request.cookies.get(COOKIE, "")
    if administrators.is_open(session, cookie):
        return cookie, True
    allows = tool().administrator
    if allows is not None and allows():
        return request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32), False
    return None


def _answer(answer: Any, seal: str, can_leave: bool) -> Response:
    response = protected(make_response(answer))
    if not can_leave and request.cookies.get(FORM_COOKIE) != seal:
        set_cookie(response, FORM_COOKIE, seal)
    return response


def protected(response: Response) -> Response:
    """In no frame, in no cache."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    # our own forms are known by the origin that they tell
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def set_cookie(response: Response, name: str, value: str, *, seconds: float | None = None) -> None:
    """A cookie that goes to these pages only, and is not sent by other sites' forms."""
    secure = request.is_secure or (tool().settings.base_url or "").startswith("https://")
    response.set_cookie(
        name,
        value,
        path=url_for("lti.admin_overview"),
        max_age=None if seconds is None else int(seconds),
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
