"""The pages people read: home, class, link, gradebook, and the way back from a tool."""

import sqlite3
from typing import NoReturn

from flask import Blueprint, abort, current_app, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from examples.ent import gradebook, people, school, visits
from examples.ent.people import Account, Profile
from examples.ent.school import SchoolClass

pages = Blueprint("pages", __name__)
CODES = (400, 403, 404)


@pages.get("/")
def home() -> str:
    """My classes."""
    account = visits.account()
    with visits.ent().database.reading() as connection:
        classes = school.own_classes(connection, account)
        children = {each.id: people.children(connection, account, each.id) for each in classes}
    return render_template("ent/home.html", classes=classes, children=children)


@pages.get("/classes/<class_id>")
def class_page(class_id: str) -> str:
    """A class: its links, and its people for the teacher."""
    ent, account = visits.ent(), visits.account()
    with ent.database.reading() as connection:
        school_class = _class(connection, account, class_id)
        links = school.links(connection, school_class.id)
        is_teacher = account.profile is Profile.TEACHER
        members = sorted(people.members(connection, school_class.id), key=_by_profile) if is_teacher else []
        has_gradebook = account.profile is not Profile.HEAD
        families = {
            each.id: people.children(connection, each, school_class.id)
            for each in members
            if each.profile is Profile.GUARDIAN
        }
    return render_template(
        "ent/class.html",
        school_class=school_class,
        links=links,
        members=members,
        families=families,
        tools=list(ent.tools.values()),
        is_teacher=is_teacher,
        has_gradebook=has_gradebook,
    )


@pages.get("/links/<link_id>")
def link_page(link_id: str) -> str | Response:
    """A link, opened in a frame of this page."""
    account = visits.account()
    with visits.ent().database.reading() as connection:
        link = school.find_link(connection, link_id)
        if link is None:
            abort(404)
        school_class = _class(connection, account, link.class_id)
    if link.client_id is None:
        return redirect(link.url)
    return render_template("ent/link.html", link=link, school_class=school_class)


@pages.get("/classes/<class_id>/gradebook")
def gradebook_page(class_id: str) -> str:
    """The gradebook: all of it, one's own line, or one's children's lines."""
    account = visits.account()
    with visits.ent().database.reading() as connection:
        school_class = _class(connection, account, class_id)
        pupils = _readable_pupils(connection, account, school_class)
        items = gradebook.line_items(connection, school_class.id)
        scores = {
            (item.id, score.account_id): score
            for item in items
            for score in gradebook.scores(connection, item.id)
            if item.grades_released or account.profile is Profile.TEACHER
        }
    return render_template(
        "ent/gradebook.html", school_class=school_class, pupils=pupils, items=items, scores=scores
    )


@pages.get("/classes/<class_id>/return")
def way_back(class_id: str) -> str:
    """Where a tool sends people back, with what it has to say (LTI 1.3 core, 5.4.4)."""
    account = visits.account()
    with visits.ent().database.reading() as connection:
        school_class = _class(connection, account, class_id)
    for name in ("lti_log", "lti_errorlog"):
        if name in request.args:
            current_app.logger.info("%s of a tool: %r", name, request.args[name][:1000])
    said = {name: request.args.get(name, "") for name in ("lti_msg", "lti_errormsg")}
    return render_template("ent/return.html", school_class=school_class, **said)


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


def _by_profile(account: Account) -> int:
    return list(Profile).index(account.profile)


def _forbid() -> NoReturn:
    abort(403)
