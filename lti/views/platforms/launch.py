"""The doors for platforms: login, launch and our public keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, g, jsonify, redirect, request, url_for

from lti import logs
from lti.errors import LoginRequestInvalid
from lti.launches import launching, sessions
from lti.protocol import launch as protocol
from lti.protocol import login as logins
from lti.protocol import states
from lti.tool import tool
from lti.values import origin
from lti.views.platforms import bindings
from lti.views.screens import blueprint, is_from_our_page, render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["blueprint_url", "jwks", "launch", "login", "login_again", "login_otherwise"]

log = logs.logger()
LAUNCH_FIELDS = ("state", "id_token", "error", "error_description", "error_uri")


def _external(endpoint: str) -> str:
    """Our address as platforms know it: of the configured host, or of this request's."""
    base = tool().settings.base_url
    if base is None:
        return url_for(endpoint, _external=True)
    return base + url_for(endpoint)


def blueprint_url() -> str:
    """Where the blueprint is mounted, as platforms know it, without a slash at the end."""
    return _external("lti.start").rstrip("/")


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> BaseResponse:
    """A platform asks us to log somebody in: note it, and send the browser to the platform's authorization endpoint.

    A browser that has brought no cookie of ours is given one and sent here once more, so that we know whether it keeps
    cookies at all before the platform is asked: what the platform gave us is then still unused, for another way.
    """
    params = request.values.to_dict()
    if bindings.keeps_cookies():
        return _go(params, "cookie")
    logins.platform(params, begin=tool().begin_lightly)  # nobody is sent round for nothing
    query = request.query_string.decode()
    response = redirect(url_for("lti.login_again") + (f"?{query}" if query else ""), 307)
    return bindings.try_cookies(response)


@blueprint.route("/login/again", methods=["GET", "POST"])
def login_again() -> BaseResponse:
    """The second look: either the browser keeps cookies, or its reader is shown the other ways."""
    params = request.values.to_dict()
    if bindings.keeps_cookies():
        return _go(params, "cookie")
    registration = logins.platform(params, begin=tool().begin_lightly)
    logs.event(log, logs.INFO, "ladder", issuer=registration.issuer)
    # browsers hold each redirection of a form against this, and a platform may send on to a login of its own
    g.lti_form_actions = ("https:", "http://localhost:*", "http://127.0.0.1:*")
    return render(
        "ladder.html",
        params=params,
        platform=registration.name,
        platform_origin=origin(registration.authorization_endpoint),
        storage_target=params.get("lti_storage_target", ""),
    )


@blueprint.post("/login/<any(storage, access):binding>")
def login_otherwise(binding: str) -> BaseResponse:
    """The page of the other ways has found one: begin the login; its script keeps the secret and goes on."""
    if not is_from_our_page():
        raise LoginRequestInvalid("only our own page may ask this")
    our_url = _external("lti.launch")
    begun = _begin(request.form.to_dict(), binding, our_url)
    answer = jsonify(url=begun.authorization_url, key=bindings.storage_key(begun.state), value=begun.secret)
    if binding == "access":
        answer = jsonify(url=begun.authorization_url)
        bindings.keep(answer, begun, our_url, partitioned=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _begin(params: Mapping[str, str], binding: str, our_url: str) -> logins.Login:
    mounted = tool()
    return logins.start(
        params,
        begin=mounted.begin_lightly,
        redirect_uri=our_url,
        settings=mounted.settings,
        binding=binding,
    )


def _go(params: Mapping[str, str], binding: str) -> BaseResponse:
    our_url = _external("lti.launch")
    begun = _begin(params, binding, our_url)
    response = redirect(begun.authorization_url, 302)
    bindings.keep(response, begun, our_url, partitioned=True)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/launch")
def launch() -> BaseResponse:
    """A platform sends somebody with an id_token: check everything, open a session, go on with a GET."""
    our_url = _external("lti.launch")
    state = request.form.get("state", "")
    shown = bindings.shown(state, our_url)
    if shown.opened is not None:
        # the page was reloaded, or left and come back to: the session that was opened then is still there
        return redirect(url_for("lti.home", launch=shown.opened), 303)
    if shown.secret is None:
        with tool().begin_lightly() as connection:
            waiting = states.waiting(connection, state)
        if waiting is not None:
            return _confirm(state, waiting)
    mounted = tool()
    valid = protocol.validate(
        request.form.to_dict(),
        secret=shown.secret,
        begin=mounted.begin_lightly,
        platform_keys=mounted.platform_keys,
        settings=mounted.settings,
        tool_url=our_url,
    )
    return _open(valid, state, our_url)


def _confirm(state: str, waiting: states.Waiting) -> BaseResponse:
    """The browser keeps the secret where only a script gets at it: a page fetches it, and sends the form once more."""
    fields = {name: request.form[name] for name in LAUNCH_FIELDS if name in request.form}
    response = render(
        "confirm.html",
        fields=fields,
        binding=waiting.binding,
        platform_origin=waiting.platform_origin,
        storage_target=request.values.get("lti_storage_target", ""),
        key=bindings.storage_key(state),
    )
    # our own page is known by the origin that its form tells
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _open(valid: protocol.ValidatedLaunch, state: str, our_url: str) -> BaseResponse:
    mounted, secret = tool(), sessions.new_secret()
    lifetime = mounted.settings.launch_lifetime
    by_url = valid.binding != "cookie"
    with mounted.begin_lightly() as connection:
        opened = launching.receive(
            connection, valid, secret=secret, lifetime=lifetime, by_url=by_url, sealer=mounted.sealer
        )
    response = redirect(url_for("lti.home", launch=sessions.Address(opened, secret if by_url else "")), 303)
    if not by_url:
        path = url_for("lti.home", launch=opened)
        bindings.set_cookie(response, sessions.COOKIE, secret, path=path, seconds=lifetime)
        bindings.note_opened(response, state, our_url, opened, seconds=mounted.settings.state_lifetime)
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
