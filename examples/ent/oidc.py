"""The OpenID Connect side of a launch: third-party-initiated login and the authorization endpoint."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, render_template, request, session
from werkzeug.datastructures import MultiDict

from examples.ent import messages, pending, people, proctored, school, visits
from examples.ent.launches import Launch
from examples.ent.people import Profile
from examples.ent.platform import Ent
from examples.ent.tool import Tool
from examples.ent.vocabulary import DEEP_LINKING_REQUEST, START_PROCTORING

CHOICE_LIFE = 3600
TARGETS = ("iframe", "window")
FIXED = {
    "response_type": ("id_token", "unsupported_response_type"),
    "response_mode": ("form_post", "invalid_request"),
    "prompt": ("none", "interaction_required"),
}
UNSUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}

oidc = Blueprint("oidc", __name__)


class AuthorizationError(Exception):
    """An error that the tool is told about (OpenID Connect core 1.0, 3.1.2.6)."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


@oidc.get("/links/<link_id>/launch")
def launch(link_id: str) -> str:
    """Send the browser to the tool's login address (LTI security framework 1.0, 5.1.1.1)."""
    ent, account = visits.ent(), visits.account()
    target = document_target()
    with ent.database.writing() as connection:
        link = school.find_link(connection, link_id)
        if link is None or link.client_id not in ent.tools:
            abort(404)
        if not people.belongs(connection, account, link.class_id):
            abort(403)
        opened = Launch(
            account=account,
            tool=ent.tools[link.client_id],
            school_class=school.find_class(connection, link.class_id),
            link=link,
            document_target=target,
        )
        opened = _supervised(connection, ent, opened)
    return login_form(ent, opened)


def document_target() -> str:
    """Where the browser shows the tool, from the address."""
    target = request.args.get("target", "window")
    if target not in TARGETS:
        abort(400)
    return target


def login_form(ent: Ent, opened: Launch) -> str:
    """The page that posts the login request, with a hint that works once in this session."""
    with ent.database.writing() as connection:
        hint = pending.remember(connection, ent, opened, session["id"])
    tool = opened.tool
    fields = {
        "iss": ent.addresses.issuer,
        "login_hint": opened.account.id,
        "lti_message_hint": hint,
        "target_link_uri": messages.target(opened),
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_of(opened.class_id or ""),
        **_storage(ent, opened),
    }
    title = visits.text("post.opening", name=tool.name)
    waits_for = fields.get("lti_storage_target", "")
    if "no_frame" in ent.options.storage_faults:
        waits_for = ""
    return posting(tool.login_url, fields, title=title, waits_for=waits_for)


@oidc.route("/oidc/auth", methods=["GET", "POST"])
def authorize() -> str:
    """Answer the tool with a signed message, or with an error (LTI security framework 1.0, 5.1.1.2 and 3)."""
    ent = visits.ent()
    parameters = request.form if request.method == "POST" else request.args
    tool = ent.tools.get(parameters.get("client_id", ""))
    if tool is None:
        abort(400, visits.text("error.client"))
    redirect_uri = parameters.get("redirect_uri", "")
    if redirect_uri not in tool.redirect_uris or len(parameters.getlist("redirect_uri")) > 1:
        abort(400, visits.text("error.redirect_uri"))
    if visits.account_or_none() is None and "repost" not in parameters:
        # A SameSite cookie does not come with a form that a tool's page posted; it comes with our own.
        fields = {**parameters.to_dict(), "repost": "1"}
        return posting(ent.addresses.authorization, fields, title=visits.text("post.checking"))
    state = {"state": parameters["state"]} if "state" in parameters else {}
    try:
        answer = {**_answer(ent, tool, parameters), **state}
    except AuthorizationError as error:
        answer = {"error": error.code, "error_description": error.description, **state}
    return posting(redirect_uri, answer, title=visits.text("post.opening", name=tool.name))


def posting(action: str, fields: Mapping[str, str], *, title: str, waits_for: str = "") -> str:
    """A page whose form submits itself, or is submitted by its button.

    `waits_for` names the frame around that must be ready first, for a moment at most.
    """
    values = {"action": action, "fields": fields, "title": title}
    return render_template("ent/post.html", waits_for=waits_for, **values)


def _supervised(connection: sqlite3.Connection, ent: Ent, opened: Launch) -> Launch:
    """What a pupil gets who opens a supervised link: first the tool that supervises (LTI proctoring 1.0)."""
    link, account = opened.link, opened.account
    client_id = proctored.supervisor(connection, link.id) if link else None
    if link is None or client_id not in ent.tools or account.profile is not Profile.PUPIL:
        return opened
    if proctored.running(connection, session["id"], link.id):
        return opened
    now = ent.clock().timestamp()
    attempt = proctored.begin(connection, session["id"], account.id, client_id, link.id, now)
    details = {"session_data": attempt.session_data, "attempt_number": attempt.number}
    return replace(opened, tool=ent.tools[client_id], message_type=START_PROCTORING, details=details)


def _storage(ent: Ent, opened: Launch) -> dict[str, str]:
    """Where a tool in a frame may keep values (LTI client-side storage)."""
    target = ent.options.storage_target
    return {"lti_storage_target": target} if target and opened.document_target == "iframe" else {}


def _answer(ent: Ent, tool: Tool, parameters: MultiDict[str, str]) -> dict[str, str]:
    _check(ent, parameters)
    account = visits.account_or_none()
    if account is None:
        raise AuthorizationError("login_required", "nobody is signed in")
    if parameters.get("login_hint") != account.id:
        raise AuthorizationError("login_required", "login_hint is not the person who is signed in")
    hint = parameters.get("lti_message_hint", "")
    with ent.database.writing() as connection:
        try:
            found = pending.take(connection, ent, tool, hint, session["id"], account.id)
        except pending.Gone as error:
            raise AuthorizationError("invalid_request", f"{error} is gone") from error
        if found is None:
            raise AuthorizationError(
                "invalid_request", "lti_message_hint is unknown, used, expired or not yours"
            )
        if found.class_id and not people.belongs(connection, account, found.class_id):
            raise AuthorizationError("access_denied", "this person is not in the class any more")
        opened = replace(found, nonce=parameters["nonce"])
        if opened.message_type == DEEP_LINKING_REQUEST:
            opened = replace(opened, data=secrets.token_urlsafe(32))
            _remember_choice(connection, ent, opened)
        claims = messages.write(ent.launcher, connection, opened)
    return {"id_token": ent.sign(claims), **_storage(ent, opened)}


def _check(ent: Ent, parameters: MultiDict[str, str]) -> None:
    if ent.options.authorization_error:
        raise AuthorizationError(*ent.options.authorization_error)
    for name in parameters:
        if len(parameters.getlist(name)) > 1:
            raise AuthorizationError("invalid_request", f"{name} is given more than once")
    for name, code in UNSUPPORTED.items():
        if name in parameters:
            raise AuthorizationError(code, f"{name} is not supported")
    if "openid" not in parameters.get("scope", "").split():
        raise AuthorizationError("invalid_scope", "scope must contain openid")
    for name, (value, code) in FIXED.items():
        if name not in parameters:
            raise AuthorizationError("invalid_request", f"{name} is missing")
        if parameters[name] != value:
            raise AuthorizationError(code, f"{name} must be {value}")
    if not parameters.get("nonce"):
        raise AuthorizationError("invalid_request", "nonce is missing")


def _remember_choice(connection: sqlite3.Connection, ent: Ent, opened: Launch) -> None:
    """Keep what content was asked for, and by whom."""
    now = ent.clock().timestamp()
    connection.execute("DELETE FROM choices WHERE expires_at <= ?", (now,))
    row = (opened.data, session["id"], opened.account.id, opened.tool.client_id, opened.class_id)
    values = (*row, json.dumps(dict(opened.details)), opened.document_target, now + CHOICE_LIFE)
    connection.execute("INSERT INTO choices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
