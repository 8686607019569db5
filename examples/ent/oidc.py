"""The OpenID Connect side of a launch: third-party-initiated login and the authorization endpoint."""

import secrets
import sqlite3
from collections.abc import Mapping

from flask import Blueprint, abort, render_template, request, session
from werkzeug.datastructures import MultiDict

from examples.ent import people, school, visits
from examples.ent.launches import Launch
from examples.ent.platform import Ent
from examples.ent.school import Link, SchoolClass
from examples.ent.tool import Tool

HINT_LIFE = 300
TARGETS = ("iframe", "window")
FIXED = {
    "response_type": ("id_token", "unsupported_response_type"),
    "response_mode": ("form_post", "invalid_request"),
    "prompt": ("none", "interaction_required"),
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
    target = request.args.get("target", "window")
    if target not in TARGETS:
        abort(400)
    with ent.database.reading() as connection:
        link = school.find_link(connection, link_id)
        if link is None or link.client_id not in ent.tools:
            abort(404)
        if not people.belongs(connection, account, link.class_id):
            abort(403)
    return login_form(ent, ent.tools[link.client_id], link.class_id, link=link, target=target)


def login_form(
    ent: Ent, tool: Tool, class_id: str, *, link: Link | None = None, target: str = "window"
) -> str:
    """The page that posts the login request, with a hint that works once in this session."""
    account, hint = visits.account(), secrets.token_urlsafe(32)
    now = ent.clock().timestamp()
    with ent.database.writing() as connection:
        connection.execute("DELETE FROM hints WHERE expires_at <= ?", (now,))
        values = (hint, session["id"], account.id, tool.client_id, class_id, link.id if link else None)
        row = (*values, target, now + HINT_LIFE)
        connection.execute("INSERT INTO hints VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    fields = {
        "iss": ent.addresses.issuer,
        "login_hint": account.id,
        "lti_message_hint": hint,
        "target_link_uri": link.url if link else tool.deep_linking_url,
        "client_id": tool.client_id,
        "lti_deployment_id": ent.deployment_id,
    }
    return posting(tool.login_url, fields, title=visits.text("post.opening", name=tool.name))


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
        answer = {"id_token": _id_token(ent, tool, parameters), **state}
    except AuthorizationError as error:
        answer = {"error": error.code, "error_description": error.description, **state}
    return posting(redirect_uri, answer, title=visits.text("post.opening", name=tool.name))


def posting(action: str, fields: Mapping[str, str], *, title: str) -> str:
    """A page whose form submits itself, or is submitted by its button."""
    return render_template("ent/post.html", action=action, fields=fields, title=title)


def _id_token(ent: Ent, tool: Tool, parameters: MultiDict[str, str]) -> str:
    for name in parameters:
        if len(parameters.getlist(name)) > 1:
            raise AuthorizationError("invalid_request", f"{name} is given more than once")
    if "openid" not in parameters.get("scope", "").split():
        raise AuthorizationError("invalid_scope", "scope must contain openid")
    for name, (value, code) in FIXED.items():
        if name not in parameters:
            raise AuthorizationError("invalid_request", f"{name} is missing")
        if parameters[name] != value:
            raise AuthorizationError(code, f"{name} must be {value}")
    if not parameters.get("nonce"):
        raise AuthorizationError("invalid_request", "nonce is missing")
    account = visits.account_or_none()
    if account is None:
        raise AuthorizationError("login_required", "nobody is signed in")
    if parameters.get("login_hint") != account.id:
        raise AuthorizationError("login_required", "login_hint is not the person who is signed in")
    with ent.database.writing() as connection:
        hint = _used_hint(connection, ent, tool, parameters.get("lti_message_hint", ""))
        link = school.find_link(connection, hint["link_id"] or "")
        school_class = school.find_class(connection, hint["class_id"])
        if school_class is None or (hint["link_id"] and link is None):
            raise AuthorizationError("invalid_request", "the link is gone")
        return _message(ent, connection, tool, parameters["nonce"], hint, school_class, link)


def _used_hint(connection: sqlite3.Connection, ent: Ent, tool: Tool, hint: str) -> sqlite3.Row:
    query = """
        DELETE FROM hints
        WHERE hint = ? AND session_id = ? AND account_id = ? AND client_id = ? AND expires_at > ?
        RETURNING *
    """
    values = (hint, session["id"], session["account_id"], tool.client_id, ent.clock().timestamp())
    row: sqlite3.Row | None = connection.execute(query, values).fetchone()
    if row is None:
        raise AuthorizationError("invalid_request", "lti_message_hint is unknown, used, expired or not yours")
    return row


def _message(
    ent: Ent,
    connection: sqlite3.Connection,
    tool: Tool,
    nonce: str,
    hint: sqlite3.Row,
    school_class: SchoolClass,
    link: Link | None,
) -> str:
    account = visits.account()
    data = "" if link else secrets.token_urlsafe(32)
    opened = Launch(
        account=account,
        school_class=school_class,
        tool=tool,
        nonce=nonce,
        link=link,
        document_target=hint["document_target"],
        data=data,
    )
    if link:
        claims = ent.launcher.resource_link_request(connection, opened)
    else:
        claims = ent.launcher.deep_linking_request(connection, opened)
        row = (data, session["id"], account.id, tool.client_id, school_class.id)
        expires_at = ent.clock().timestamp() + 3600
        query = "INSERT INTO deep_linking_requests VALUES (?, ?, ?, ?, ?, ?)"
        connection.execute(query, (*row, expires_at))
    return ent.sign(claims)
