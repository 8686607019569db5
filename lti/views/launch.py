"""The doors for platforms: login, launch and our public keys."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, jsonify, redirect, request, url_for

from lti import launching, sessions
from lti.protocol import launch as protocol
from lti.protocol import login as logins
from lti.tool import tool
from lti.views.screens import blueprint

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["blueprint_url", "jwks", "launch", "login"]


def _external(endpoint: str) -> str:
    """Our address as platforms know it: of the configured host, or of this request's."""
    base = tool().settings.base_url
    if base is None:
        return url_for(endpoint, _external=True)
    return base + url_for(endpoint)


def blueprint_url() -> str:
    """Where the blueprint is mounted, as platforms know it, without a slash at the end."""
    return _external("lti.start").rstrip("/")


def _set_cookie(response: BaseResponse, name: str, value: str, *, path: str, seconds: float) -> None:
    """A cookie that also lives in an iframe of another site: `SameSite=None; Secure; Partitioned` (CHIPS)."""
    response.set_cookie(
        name,
        value,
        path=path,
        max_age=int(seconds),
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def _state_cookie(state: str, our_url: str) -> str:
    """The cookie's name; the prefix that ties it to this host is only for https."""
    name = logins.cookie_name(state)
    return name if our_url.startswith("https://") else name.removeprefix("__Host-")


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> BaseResponse:
    """A platform asks us to log somebody in: note it, and send the browser to the platform's authorization endpoint."""
    our_url = _external("lti.launch")
    begun = logins.start(
        request.values.to_dict(),
        begin=tool().begin_lightly,
        redirect_uri=our_url,
        settings=tool().settings,
    )
    response = redirect(begun.authorization_url, 302)
    _set_cookie(response, _state_cookie(begun.state, our_url), begun.secret, path="/", seconds=begun.lifetime)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/launch")
def launch() -> BaseResponse:
    """A platform sends somebody with an id_token: check everything, open a session, go on with a GET."""
    our_url = _external("lti.launch")
    name = _state_cookie(request.form.get("state", ""), our_url)
    valid = protocol.validate(
        request.form.to_dict(),
        secret=request.cookies.get(name),
        begin=tool().begin_lightly,
        platform_keys=tool().platform_keys,
        settings=tool().settings,
        tool_url=our_url,
    )
    secret = sessions.new_secret()
    lifetime = tool().settings.launch_lifetime
    with tool().begin_lightly() as connection:
        opened = launching.receive(connection, valid, secret=secret, lifetime=lifetime)
    home = url_for("lti.home", launch=opened)
    response = redirect(home, 303)
    _set_cookie(response, sessions.COOKIE, secret, path=home, seconds=lifetime)
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="None", partitioned=True)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/jwks")
def jwks() -> Response:
    """Our public keys: all of them, so that keys can be changed without a refused token."""
    response = jsonify(tool().keys.jwks())
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@blueprint.get("/open/<uuid:item>")
def open(item: UUID) -> BaseResponse:
    """A link that deep linking made, opened without its platform: it says where to go instead."""
    return redirect(url_for("lti.start"), 303)
