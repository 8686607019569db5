"""The page on which a teacher or the administrator copies a class."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examples.ent import copying, people, school, visits
from examples.ent.notice_service import tell_of_copy
from examples.ent.people import Profile
from examples.ent.school import SchoolClass

LABEL = re.compile(r"[\w-]{1,20}")
LONGEST_TITLE = 60

copy_pages = Blueprint("copying", __name__)


@copy_pages.get("/classes/<class_id>/copy")
def form(class_id: str) -> str:
    """What the copy shall be called."""
    origin = _origin(class_id)
    return _form(origin, label=f"{origin.label}-2", title=origin.title)


@copy_pages.post("/classes/<class_id>/copy")
def copy(class_id: str) -> Response | tuple[str, int]:
    """Copy the class and tell the tools."""
    visits.check_csrf()
    ent, account, origin = visits.ent(), visits.account(), _origin(class_id)
    label, title = (request.form.get(name, "").strip() for name in ("label", "title"))
    if not LABEL.fullmatch(label) or not 0 < len(title) <= LONGEST_TITLE:
        return _form(origin, label=label, title=title, wrong="copy.wrong"), 400
    with ent.database.writing() as connection:
        taken = school.find_class(connection, label) is not None
        if not taken:
            own = account.profile is Profile.TEACHER
            teachers = [account] if own else people.teachers(connection, origin.id)
            made = copying.copy_class(connection, origin, label=label, title=title, teachers=teachers)
            tell_of_copy(connection, ent, origin, made)
    if taken:
        return _form(origin, label=label, title=title, wrong="copy.taken"), 409
    ent.courier.send()
    flash(visits.text("copy.done", name=origin.title))
    return redirect(url_for("pages.class_page", class_id=made.id))


def _origin(class_id: str) -> SchoolClass:
    """The class, if this person may copy it."""
    ent, account = visits.ent(), visits.account()
    with ent.database.reading() as connection:
        found = school.find_class(connection, class_id)
        if found is None:
            abort(404)
        allowed = account.profile in (Profile.TEACHER, Profile.ADMINISTRATOR)
        if not allowed or not people.belongs(connection, account, found.id):
            abort(403)
    return found


def _form(origin: SchoolClass, *, label: str, title: str, wrong: str = "") -> str:
    return render_template(
        "ent/copy.html", school_class=origin, label=label[:100], title=title[:200], wrong=wrong
    )
