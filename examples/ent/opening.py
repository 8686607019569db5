"""The doors to a tool beside its links: submission review, data privacy, a whole class, its terms of use."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, session, url_for

from examples.ent import gradebook, people, proctored, school, visits
from examples.ent.gradebook import LineItem, Score
from examples.ent.items import is_review
from examples.ent.launches import Launch
from examples.ent.oidc import document_target, login_form
from examples.ent.people import Account, Profile
from examples.ent.platform import Ent
from examples.ent.school import SchoolClass
from examples.ent.tool import Tool
from examples.ent.vocabulary import (
    CONTEXT_REQUEST,
    DATA_PRIVACY_REQUESTS,
    DEEP_LINKING_REQUEST,
    END_ASSESSMENT,
    EULA_REQUEST,
    SUBMISSION_REVIEW_REQUEST,
    is_administrator,
)

ARGUMENTS = ("line_item", "user", "tool", "class_id", "next")

opening = Blueprint("opening", __name__)


@dataclass(frozen=True)
class Opened:
    """What stands behind a door: the message, the title of its page, the way back."""

    launch: Launch
    title: str
    back: str


@opening.get("/open/<door>")
def page(door: str) -> str:
    """The tool in a frame of this page."""
    opened = _opened(door)
    asked = {name: value for name, value in request.args.items() if name in ARGUMENTS}
    return render_template(
        "ent/frame.html",
        title=opened.title,
        school_class=opened.launch.school_class,
        frame=_address(door, asked, "iframe"),
        new_tab=_address(door, asked, "window"),
        tool=opened.launch.tool,
        back=opened.back,
    )


@opening.get("/open/<door>/launch")
def launch(door: str) -> str:
    """Send the browser to the tool's login address."""
    target = document_target()
    return login_form(visits.ent(), replace(_opened(door).launch, document_target=target))


@opening.post("/proctoring/end")
def end() -> str:
    """End a supervised attempt, and tell the tool that supervised it (LTI proctoring 1.0)."""
    visits.check_csrf()
    ent, account = visits.ent(), visits.account()
    with ent.database.writing() as connection:
        attempt = proctored.end(connection, request.form.get("session_data"), session["id"])
        link = school.find_link(connection, attempt.link_id) if attempt else None
        if attempt is None or link is None or attempt.client_id not in ent.tools:
            abort(404)
        ended = Launch(
            account=account,
            tool=ent.tools[attempt.client_id],
            message_type=END_ASSESSMENT,
            school_class=school.find_class(connection, link.class_id),
            link=link,
            details={"session_data": attempt.session_data, "attempt_number": attempt.number},
        )
    return login_form(ent, ended)


@opening.get("/privacy")
def privacy() -> str:
    """Whose data one may ask a tool for: one's own, or anybody's as administrator."""
    ent, account = visits.ent(), visits.account()
    with ent.database.reading() as connection:
        everybody = people.everybody(connection) if is_administrator(account.profile) else [account]
    tools = [each for each in ent.tools.values() if privacy_request(ent, each)]
    return render_template("ent/privacy.html", people=everybody, tools=tools)


def privacy_request(ent: Ent, tool: Tool) -> str | None:
    """The type of data privacy message a tool takes, if any."""
    preferred = ent.options.data_privacy_request
    ordered = [preferred, *(each for each in DATA_PRIVACY_REQUESTS if each != preferred)]
    return next((each for each in ordered if tool.offers(each)), None)


def may_review(account: Account, item: LineItem, pupil: Account, score: Score | None) -> bool:
    """Whether somebody may look at what a pupil handed in (AGS 2.0, submission review)."""
    review = item.submission_review
    if not is_review(review) or not (account.profile is Profile.TEACHER or account.id == pupil.id):
        return False
    if "reviewableStatus" not in review:
        return score is not None
    return (score.activity_progress if score else "None") in review["reviewableStatus"]


def _address(door: str, asked: Mapping[str, str], target: str) -> str:
    return f"{url_for('opening.launch', door=door)}?{urlencode({**asked, 'target': target})}"


def _opened(door: str) -> Opened:
    ent, account = visits.ent(), visits.account()
    if door not in DOORS:
        abort(404)
    with ent.database.reading() as connection:
        return DOORS[door](ent, connection, account)


def _review(ent: Ent, connection: sqlite3.Connection, account: Account) -> Opened:
    item = gradebook.find_line_item(connection, request.args.get("line_item", ""))
    pupil = people.find(connection, request.args.get("user", ""))
    if item is None or pupil is None or item.client_id not in ent.tools or item.submission_review is None:
        abort(404)
    school_class = _class(connection, account, item.class_id)
    if not people.belongs(connection, pupil, item.class_id) or pupil.profile is not Profile.PUPIL:
        abort(404)
    if not may_review(account, item, pupil, gradebook.score_of(connection, item.id, pupil.id)):
        abort(403)
    launch = Launch(
        account=account,
        tool=_tool(ent, item.client_id, SUBMISSION_REVIEW_REQUEST),
        message_type=SUBMISSION_REVIEW_REQUEST,
        school_class=school_class,
        link=school.find_link(connection, item.link_id or ""),
        line_item=item,
        for_user=pupil,
    )
    back = url_for("pages.gradebook_page", class_id=school_class.id)
    return Opened(launch, visits.text("review.title", label=item.label, name=pupil.name), back)


def _privacy(ent: Ent, connection: sqlite3.Connection, account: Account) -> Opened:
    about = people.find(connection, request.args.get("user", account.id))
    tool = ent.tools.get(request.args.get("tool", ent.tool.client_id))
    message_type = privacy_request(ent, tool) if tool else None
    if about is None or tool is None or message_type is None:
        abort(404)
    if about.id != account.id and not is_administrator(account.profile):
        abort(403)
    launch = Launch(account=account, tool=tool, message_type=message_type, for_user=about)
    return Opened(launch, visits.text("privacy.of", name=about.name), url_for("opening.privacy"))


def _whole_class(ent: Ent, connection: sqlite3.Connection, account: Account) -> Opened:
    school_class = _class(connection, account, request.args.get("class_id", ""))
    launch = Launch(
        account=account,
        tool=_tool(ent, request.args.get("tool", ent.tool.client_id), CONTEXT_REQUEST),
        message_type=CONTEXT_REQUEST,
        school_class=school_class,
    )
    title = f"{launch.tool.name} – {school_class.title}"
    return Opened(launch, title, url_for("pages.class_page", class_id=school_class.id))


def _choice(ent: Ent, connection: sqlite3.Connection, account: Account) -> Opened:
    school_class = _class(connection, account, request.args.get("class_id", ""))
    if account.profile is not Profile.TEACHER:
        abort(403)
    launch = Launch(
        account=account,
        tool=_tool(ent, request.args.get("tool", ent.tool.client_id), DEEP_LINKING_REQUEST),
        message_type=DEEP_LINKING_REQUEST,
        school_class=school_class,
        details=ent.options.choice.settings(),
    )
    back = url_for("pages.class_page", class_id=school_class.id)
    return Opened(launch, visits.text("class.add"), back)


def _eula(ent: Ent, connection: sqlite3.Connection, account: Account) -> Opened:
    tool = _tool(ent, request.args.get("tool", ent.tool.client_id), EULA_REQUEST)
    launch = Launch(account=account, tool=tool, message_type=EULA_REQUEST)
    back = visits.local_target(request.args.get("next"))
    return Opened(launch, visits.text("eula.title", name=tool.name), back)


DOORS: dict[str, Callable[[Ent, sqlite3.Connection, Account], Opened]] = {
    "review": _review,
    "privacy": _privacy,
    "class": _whole_class,
    "content": _choice,
    "eula": _eula,
}
"""Name in the address → what it opens, after checking that this person may."""


def _tool(ent: Ent, client_id: str, message_type: str) -> Tool:
    tool = ent.tools.get(client_id)
    if tool is None or not tool.offers(message_type):
        abort(404)
    return tool


def _class(connection: sqlite3.Connection, account: Account, class_id: str) -> SchoolClass:
    found = school.find_class(connection, class_id)
    if found is None:
        abort(404)
    if not people.belongs(connection, account, found.id):
        abort(403)
    return found
