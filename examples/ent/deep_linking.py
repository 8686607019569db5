"""Deep Linking 2.0: a teacher chooses in the tool what shall stand on the class page."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from examples.ent import files, items, logs, people, school, visits
from examples.ent.launches import Launch
from examples.ent.oidc import login_form, posting
from examples.ent.people import Profile
from examples.ent.platform import Ent
from examples.ent.tool import Tool
from examples.ent.tool_messages import RefusedMessage, check_deployment, verified
from examples.ent.vocabulary import DEEP_LINKING, DEEP_LINKING_REQUEST

deep_linking = Blueprint("deep_linking", __name__)


@deep_linking.post("/classes/<class_id>/activities")
def choose(class_id: str) -> str:
    """Send a teacher to the tool to choose an activity."""
    visits.check_csrf()
    ent, account = visits.ent(), visits.account()
    with ent.database.reading() as connection:
        school_class = school.find_class(connection, class_id)
        if school_class is None:
            abort(404)
        if account.profile is not Profile.TEACHER or not people.belongs(connection, account, school_class.id):
            abort(403)
    tool = ent.tools.get(request.form.get("client_id", ent.tool.client_id))
    if tool is None or not tool.offers(DEEP_LINKING_REQUEST):
        abort(404)
    asked = Launch(
        account=account,
        tool=tool,
        school_class=school_class,
        message_type=DEEP_LINKING_REQUEST,
        details=ent.options.choice.settings(),
    )
    return login_form(ent, asked)


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
        tool, claims = verified(ent, token, "LtiDeepLinkingResponse")
        with ent.database.writing() as connection:
            asked = _asked(connection, ent, tool, claims)
            class_id, settings = asked["class_id"], json.loads(asked["settings"])
            _keep_logs(connection, ent, tool, claims)
        check_deployment(claims, tool.deployment_of(class_id))
        titles = _store(ent, tool, class_id, settings, claims)
    except RefusedMessage as error:
        return render_template("ent/refused_content.html", reasons=error.reasons), 400
    for message in _said(titles, claims):
        flash(message)
    back = url_for("pages.class_page", class_id=class_id)
    if asked["document_target"] == "iframe":
        return render_template("ent/leave.html", back=back)
    return redirect(back)


def _asked(connection: sqlite3.Connection, ent: Ent, tool: Tool, claims: Mapping[str, Any]) -> sqlite3.Row:
    """The class this session asked content for, once, what it accepts, and where the tool was shown."""
    query = """
        DELETE FROM choices
        WHERE data = ? AND session_id = ? AND account_id = ? AND client_id = ? AND expires_at > ?
        RETURNING class_id, settings, document_target
    """
    data = claims.get(f"{DEEP_LINKING}data")
    values = (session["id"], session["account_id"], tool.client_id, ent.clock().timestamp())
    named = data if isinstance(data, str) else ""
    row: sqlite3.Row | None = connection.execute(query, (named, *values)).fetchone()
    if row is None:
        raise RefusedMessage(("content.data", ""))
    return row


def _keep_logs(connection: sqlite3.Connection, ent: Ent, tool: Tool, claims: Mapping[str, Any]) -> None:
    for_technicians = {name: claims.get(f"{DEEP_LINKING}{name}") for name in ("log", "errorlog")}
    logs.keep(connection, tool.client_id, for_technicians, ent.clock())


def _store(
    ent: Ent, tool: Tool, class_id: str, settings: Mapping[str, Any], claims: Mapping[str, Any]
) -> list[str]:
    """Store all items or none; their titles."""
    error, chosen = claims.get(f"{DEEP_LINKING}errormsg"), claims.get(f"{DEEP_LINKING}content_items", [])
    if error:
        raise RefusedMessage(("content.tool_error", str(error)[: logs.LONGEST]))
    if not isinstance(chosen, list):
        raise RefusedMessage(("content.items", ""))
    if len(chosen) > 1 and not settings.get("accept_multiple"):
        raise RefusedMessage(("content.one_item", ""))
    if len(chosen) > items.MOST_ITEMS:
        raise RefusedMessage(("content.too_many", str(items.MOST_ITEMS)))
    found = [reason for item in chosen for reason in items.reasons(item, tool, settings, ent.clock())]
    if found:
        raise RefusedMessage(*dict.fromkeys(found))
    copies = [files.copied(ent, tool, item) for item in chosen]
    with ent.database.writing() as connection:
        links = [items.store(connection, class_id, tool, item, settings) for item in chosen]
        for link, file in zip(links, copies, strict=True):
            if file:
                files.keep(connection, link.id, file)
    return [link.title for link in links]


def _said(titles: list[str], claims: Mapping[str, Any]) -> list[str]:
    """What people are told: the tool's own message, and what was added."""
    message = claims.get(f"{DEEP_LINKING}msg")
    told = [message[: logs.LONGEST]] if isinstance(message, str) and message else []
    if len(titles) > 1:
        names = ", ".join(titles)
        return [*told, visits.text("content.several", count=len(titles), titles=names)]
    if titles:
        return [*told, visits.text("content.added", title=titles[0])]
    return told or [visits.text("content.nothing")]
