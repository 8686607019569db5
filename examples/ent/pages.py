"""The pages people read: home, class, link, gradebook, and the way back from a tool."""

import mimetypes
import sqlite3
from io import BytesIO
from typing import NoReturn

from flask import Blueprint, abort, redirect, render_template, request, send_file, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from examples.ent import files, gradebook, items, logs, people, proctored, school, terms, visits
from examples.ent.markup import origin
from examples.ent.opening import may_review
from examples.ent.people import Account, Profile
from examples.ent.school import Link, SchoolClass
from examples.ent.shown import is_expired, shown_item
from examples.ent.vocabulary import (
    CONTEXT_REQUEST,
    DEEP_LINKING_REQUEST,
    EULA_REQUEST,
    SUBMISSION_REVIEW_REQUEST,
)

pages = Blueprint("pages", __name__)
CODES = (400, 403, 404)


@pages.get("/")
def home() -> str:
    """My classes."""
    ent, account = visits.ent(), visits.account()
    eulas = [each for each in ent.tools.values() if each.offers(EULA_REQUEST)]
    with ent.database.reading() as connection:
        classes = school.own_classes(connection, account)
        children = {each.id: people.children(connection, account, each.id) for each in classes}
        answers = {each.client_id: _answer(terms.accepted(connection, each, account)) for each in eulas}
    return render_template("ent/home.html", classes=classes, children=children, eulas=eulas, answers=answers)


@pages.get("/classes/<class_id>")
def class_page(class_id: str) -> str:
    """A class: its links, and its people for the teacher."""
    ent, account = visits.ent(), visits.account()
    tools = list(ent.tools.values())
    with ent.database.reading() as connection:
        school_class = _class(connection, account, class_id)
        links = school.links(connection, school_class.id)
        copied = files.links_with_files(connection, school_class.id)
        shown = {
            link_id: shown_item(item, ent.clock(), is_copied=link_id in copied)
            for link_id, item in items.of_links(connection, school_class.id).items()
        }
        is_teacher = account.profile is Profile.TEACHER
        members = sorted(people.members(connection, school_class.id), key=_by_profile) if is_teacher else []
        families = {
            each.id: people.children(connection, each, school_class.id)
            for each in members
            if each.profile is Profile.GUARDIAN
        }
        attempts = proctored.running(connection, session["id"])
    visits.show_from(origin for each in shown.values() for origin in each.origins)
    return render_template(
        "ent/class.html",
        school_class=school_class,
        links=links,
        shown=shown,
        members=members,
        families=families,
        choosers=[each for each in tools if each.offers(DEEP_LINKING_REQUEST)],
        class_tools=[each for each in tools if each.offers(CONTEXT_REQUEST)],
        attempts=[each for each in attempts if each.wants_end],
        is_teacher=is_teacher,
        may_copy=is_teacher or account.profile is Profile.ADMINISTRATOR,
        has_gradebook=account.profile not in (Profile.HEAD, Profile.ADMINISTRATOR),
    )


@pages.get("/links/<link_id>")
def link_page(link_id: str) -> str | Response:
    """A link, opened in a frame of this page."""
    ent, account = visits.ent(), visits.account()
    with ent.database.reading() as connection:
        link = school.find_link(connection, link_id)
        if link is None:
            abort(404)
        school_class = _class(connection, account, link.class_id)
        item = items.of_links(connection, school_class.id).get(link.id, {})
        file = files.find(connection, link.id)
        tool = ent.tools.get(link.client_id or "")
        if tool and terms.must_accept(connection, tool, account):
            address = url_for("opening.page", door="eula", tool=tool.client_id, next=request.path)
            return redirect(address)
    if file:
        return _download(link, file)
    box = item.get("iframe", {})
    values = {"title": link.title, "school_class": school_class}
    values |= {"width": box.get("width"), "height": box.get("height")}
    values["back"] = url_for("pages.class_page", class_id=school_class.id)
    if link.client_id is not None:
        if tool is None:
            abort(404)
        for name in ("iframe", "window"):
            key = "frame" if name == "iframe" else "new_tab"
            values[key] = url_for("oidc.launch", link_id=link.id, target=name)
        return render_template("ent/frame.html", tool=tool, **values)
    if item.get("presentation") == "iframe":
        address = box.get("src") or link.url
        visits.show_from([origin(address)])
        return render_template("ent/frame.html", frame=address, new_tab=link.url, **values)
    if not link.url or is_expired(item, ent.clock()):
        abort(404)
    return redirect(link.url)


def _download(link: Link, file: files.File) -> Response:
    """A copied file, which the browser saves and never shows as a page of ours."""
    name = f"{link.title[:100]}{mimetypes.guess_extension(file[1]) or ''}"
    response = send_file(BytesIO(file[0]), file[1], as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@pages.get("/classes/<class_id>/gradebook")
def gradebook_page(class_id: str) -> str:
    """The gradebook: all of it, one's own line, or one's children's lines."""
    ent, account = visits.ent(), visits.account()
    tools = ent.tools
    with ent.database.reading() as connection:
        school_class = _class(connection, account, class_id)
        pupils = _readable_pupils(connection, account, school_class)
        columns = gradebook.line_items(connection, school_class.id)
        scores = {
            (item.id, score.account_id): score
            for item in columns
            for score in gradebook.scores(connection, item.id)
            if item.grades_released or account.profile is Profile.TEACHER
        }
        reviews = {
            (item.id, pupil.id): (item.submission_review or {}).get("label") or visits.text("review.open")
            for item in columns
            for pupil in pupils
            if item.client_id in tools
            and tools[item.client_id].offers(SUBMISSION_REVIEW_REQUEST)
            and may_review(account, item, pupil, scores.get((item.id, pupil.id)))
        }
    return render_template(
        "ent/gradebook.html",
        school_class=school_class,
        pupils=pupils,
        items=columns,
        scores=scores,
        reviews=reviews,
        is_teacher=account.profile is Profile.TEACHER,
    )


@pages.get("/classes/<class_id>/return")
def way_back(class_id: str) -> str:
    """Where a tool sends people back, with what it has to say (LTI 1.3 core, 5.4.4)."""
    account = visits.account()
    with visits.ent().database.reading() as connection:
        school_class = _class(connection, account, class_id)
    return _returned(school_class)


@pages.get("/return")
def way_home() -> str:
    """The same, from a message that belongs to no class."""
    visits.account()
    return _returned(None)


def _returned(school_class: SchoolClass | None) -> str:
    ent = visits.ent()
    number = request.args.get("tool", "")
    tool = next((each.client_id for each in ent.tools.values() if each.number == number), None)
    with ent.database.writing() as connection:
        for_technicians = {name: request.args.get(name) for name in ("lti_log", "lti_errorlog")}
        logs.keep(connection, tool, for_technicians, ent.clock())
        attempts = [each for each in proctored.running(connection, session["id"]) if each.wants_end]
    said = {name: request.args.get(name, "")[: logs.LONGEST] for name in ("lti_msg", "lti_errormsg")}
    return render_template("ent/return.html", school_class=school_class, attempts=attempts, **said)


def problem(error: HTTPException) -> tuple[str, int]:
    """The page for a refusal, in words."""
    code = error.code or 500
    words = visits.text(f"error.{code}") if code in CODES else visits.text("error.other")
    own = error.description if error.description != type(error).description else None
    return render_template("ent/problem.html", words=own or words, code=code), code


def number(value: float) -> str:
    """A number as the reader's language writes it."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return written.replace(".", ",") if visits.locale() == "fr" else written


def _class(connection: sqlite3.Connection, account: Account, class_id: str) -> SchoolClass:
    found = school.find_class(connection, class_id)
    if found is None:
        abort(404)
    if not people.belongs(connection, account, found.id):
        _forbid()
    return found


def _readable_pupils(
    connection: sqlite3.Connection, account: Account, school_class: SchoolClass
) -> list[Account]:
    match account.profile:
        case Profile.TEACHER:
            return people.pupils(connection, school_class.id)
        case Profile.PUPIL:
            return [account]
        case Profile.GUARDIAN:
            return people.children(connection, account, school_class.id)
        case _:
            _forbid()


def _answer(accepted: bool | None) -> str:
    return {True: "accepted", False: "declined", None: "unanswered"}[accepted]


def _by_profile(account: Account) -> int:
    return list(Profile).index(account.profile)


def _forbid() -> NoReturn:
    abort(403)
