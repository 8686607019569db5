"""Signing in and out, and the choice of a language."""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from examples.ent import people, school, visits
from examples.ent.people import Account, Profile
from examples.ent.wording import LOCALES

sign_in = Blueprint("sign_in", __name__)


@sign_in.get("/sign-in")
def page() -> str:
    """The sign-in page with the demo accounts."""
    return _page()


@sign_in.post("/sign-in")
def with_password() -> Response | tuple[str, int]:
    """Sign in with login and password."""
    visits.check_csrf()
    ent = visits.ent()
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    with ent.database.reading() as connection:
        account = people.sign_in(connection, login, password)
    if account is None:
        return _page(login=login, wrong=True), 403
    return _welcome(account)


@sign_in.post("/sign-in/demo")
def with_one_click() -> Response:
    """Sign in as one of the demo people, whose password everybody knows."""
    visits.check_csrf()
    with visits.ent().database.reading() as connection:
        account = people.find(connection, request.form.get("login", ""))
    if account is None:
        abort(404)
    return _welcome(account)


@sign_in.post("/sign-out")
def leave() -> Response:
    """Sign out."""
    visits.check_csrf()
    locale = visits.locale()
    session.clear()
    session["locale"] = locale
    return redirect(url_for("sign_in.page"))


@sign_in.post("/locale")
def choose_locale() -> Response:
    """Read on in another language."""
    visits.check_csrf()
    locale, account = request.form.get("locale", ""), visits.account_or_none()
    if locale not in LOCALES:
        abort(400)
    session["locale"] = locale
    if account:
        with visits.ent().database.writing() as connection:
            people.set_locale(connection, account, locale)
    return redirect(visits.local_target(request.form.get("next")))


def _page(*, login: str = "", wrong: bool = False) -> str:
    with visits.ent().database.reading() as connection:
        accounts = people.everybody(connection)
        titles = {each.id: school.own_classes(connection, each) for each in accounts}
    groups = {profile: [each for each in accounts if each.profile is profile] for profile in Profile}
    target = visits.local_target(request.values.get("next"))
    values = {"groups": groups, "classes": titles, "password": visits.ent().password, "target": target}
    return render_template("ent/sign_in.html", login=login, wrong=wrong, **values)


def _welcome(account: Account) -> Response:
    visits.begin(account)
    return redirect(visits.local_target(request.form.get("next")))
