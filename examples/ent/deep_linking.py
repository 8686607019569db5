"""Deep Linking 2.0: a teacher chooses in the tool what shall stand on the class page."""

import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from examples.ent import gradebook, people, school, visits
from examples.ent.gradebook import LineItem
from examples.ent.launches import ACCEPTED_TYPES
from examples.ent.oidc import login_form, posting
from examples.ent.people import Profile
from examples.ent.platform import Ent
from examples.ent.services import is_number
from examples.ent.tool import Tool, UnknownKey
from examples.ent.vocabulary import DEEP_LINKING, LTI, VERSION

LEEWAY = 60
OLDEST = 600

deep_linking = Blueprint("deep_linking", __name__)


class RefusedContent(Exception):
    """An answer of the tool that the ENT does not take; the key is what people are told."""

    def __init__(self, key: str, detail: str = "") -> None:
        super().__init__(f"{key}: {detail}")
        self.key = key
        self.detail = detail


@deep_linking.post("/classes/<class_id>/activities")
def choose(class_id: str) -> str:
    """Send a teacher to the tool to choose an activity."""
    visits.check_csrf()
    ent, account = visits.ent(), visits.account()
    with ent.database.reading() as connection:
        if school.find_class(connection, class_id) is None:
            abort(404)
        if account.profile is not Profile.TEACHER or not people.belongs(connection, account, class_id):
            abort(403)
    tool = ent.tools.get(request.form.get("client_id", ent.tool.client_id))
    if tool is None:
        abort(404)
    return login_form(ent, tool, class_id)


@deep_linking.post("/deep-linking/return")
def take() -> Response | str | tuple[str, int]:
    """Put what the teacher chose on the class page, or say why not (Deep Linking 2.0, 4)."""
    ent, token = visits.ent(), request.form.get("JWT", "")
    if visits.account_or_none() is None and "repost" not in request.form:
        # The session cookie stays away from a form of another site; it comes with our own.
        fields = {"JWT": token, "repost": "1"}
        return posting(ent.addresses.deep_linking_return, fields, title=visits.text("post.checking"))
    visits.account()
    try:
        tool, claims = _verified(ent, token)
        with ent.database.writing() as connection:
            class_id = _asked(connection, ent, tool, claims)
        said = _store(ent, tool, class_id, claims)
    except RefusedContent as error:
        return render_template("ent/refused_content.html", key=error.key, detail=error.detail), 400
    flash(said)
    return redirect(url_for("pages.class_page", class_id=class_id))


def _verified(ent: Ent, token: str) -> tuple[Tool, dict[str, Any]]:
    """The tool and its claims (LTI security framework 1.0, 5.2.3)."""
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise RefusedContent("content.unreadable", str(error)) from error
    tool = ent.tools.get(issuer) if isinstance(issuer, str) else None
    if tool is None:
        raise RefusedContent("content.unknown_tool")
    if header.get("alg") != "RS256" or not header.get("kid"):
        raise RefusedContent("content.signature", "alg, kid")
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    try:
        key = ent.tool_keys.find(tool, header["kid"])
        claims = jwt.decode(token, key, algorithms=["RS256"], options=options)  # type: ignore[arg-type]  # PyJWT's Options is a TypedDict of its own
    except (UnknownKey, jwt.PyJWTError) as error:
        raise RefusedContent("content.signature", str(error)) from error
    _check(ent, claims)
    return tool, claims


def _check(ent: Ent, claims: Mapping[str, Any]) -> None:
    audience, now = claims.get("aud"), ent.clock().timestamp()
    audiences = audience if isinstance(audience, list) else [audience]
    if audiences != [ent.addresses.issuer] or claims.get("azp", audiences[0]) != audiences[0]:
        raise RefusedContent("content.audience")
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if not is_number(issued_at) or not is_number(expires_at):
        raise RefusedContent("content.time")
    if not (now - OLDEST <= issued_at <= now + LEEWAY and expires_at > now - LEEWAY):
        raise RefusedContent("content.time")
    if not isinstance(claims.get("nonce"), str) or not claims["nonce"]:
        raise RefusedContent("content.message", "nonce")
    expected = {
        "message_type": "LtiDeepLinkingResponse",
        "version": VERSION,
        "deployment_id": ent.deployment_id,
    }
    for name, value in expected.items():
        if claims.get(f"{LTI}{name}") != value:
            raise RefusedContent("content.message", name)


def _asked(connection: sqlite3.Connection, ent: Ent, tool: Tool, claims: Mapping[str, Any]) -> str:
    """The class this session asked content for, once."""
    query = """
        DELETE FROM deep_linking_requests
        WHERE data = ? AND session_id = ? AND account_id = ? AND client_id = ? AND expires_at > ?
        RETURNING class_id
    """
    data = claims.get(f"{DEEP_LINKING}data")
    values = (session["id"], session["account_id"], tool.client_id, ent.clock().timestamp())
    row = connection.execute(query, (data if isinstance(data, str) else "", *values)).fetchone()
    if row is None:
        raise RefusedContent("content.data")
    return str(row["class_id"])


def _store(ent: Ent, tool: Tool, class_id: str, claims: Mapping[str, Any]) -> str:
    """Store the one item there may be, and say what happened."""
    message, items = claims.get(f"{DEEP_LINKING}errormsg"), claims.get(f"{DEEP_LINKING}content_items", [])
    if message:
        raise RefusedContent("content.tool_error", str(message))
    if not isinstance(items, list) or len(items) > 1:
        raise RefusedContent("content.one_item")
    if not items:
        return str(claims.get(f"{DEEP_LINKING}msg") or visits.text("content.nothing"))
    item = items[0]
    if not isinstance(item, dict) or item.get("type") not in ACCEPTED_TYPES:
        raise RefusedContent("content.type")
    is_lti = item["type"] == "ltiResourceLink"
    url = item.get("url", tool.launch_url if is_lti else None)
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise RefusedContent("content.url")
    if is_lti and "{0.scheme}://{0.netloc}".format(urlsplit(url)) not in tool.origins:
        raise RefusedContent("content.url")
    title, text, custom = item.get("title") or tool.name, item.get("text") or "", item.get("custom") or {}
    if not all(isinstance(each, str) for each in (title, text)) or not _is_custom(custom):
        raise RefusedContent("content.type")
    dates = {name: item[name] for name in ("available", "submission") if _is_custom(item.get(name))}
    with ent.database.writing() as connection:
        client_id = tool.client_id if is_lti else None
        link = school.add_link(
            connection, class_id, client_id, title=title, url=url, text=text, custom=custom, dates=dates
        )
        if is_lti and "lineItem" in item:
            gradebook.add_line_item(connection, _line_item(item["lineItem"], tool, class_id, link.id, title))
    return visits.text("content.added", title=title)


def _line_item(described: Any, tool: Tool, class_id: str, link_id: str, title: str) -> LineItem:
    """The line item of a content item (Deep Linking 2.0, 3.1.3)."""
    maximum = described.get("scoreMaximum") if isinstance(described, dict) else None
    if not is_number(maximum) or not maximum > 0:
        raise RefusedContent("content.line_item")
    label, review = described.get("label") or title, described.get("submissionReview")
    optional = [described.get("resourceId", ""), described.get("tag", "")]
    if not all(isinstance(each, str) for each in (label, *optional)) or not isinstance(review, dict | None):
        raise RefusedContent("content.line_item")
    return LineItem(
        id=gradebook.new_id(),
        client_id=tool.client_id,
        class_id=class_id,
        link_id=link_id,
        label=label,
        score_maximum=float(maximum),
        resource_id=described.get("resourceId"),
        tag=described.get("tag"),
        grades_released=described.get("gradesReleased", True) is True,
        submission_review=review,
    )


def _is_custom(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
