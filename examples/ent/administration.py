"""The administrator's screens: the tools of the ENT, and registering one more."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examples.ent import notices, registration, school, visits
from examples.ent.notice_service import greet
from examples.ent.people import Privacy, Profile
from examples.ent.platform import Ent
from examples.ent.registration import Known
from examples.ent.registration_checks import is_address
from examples.ent.vocabulary import RESOURCE_LINK_REQUEST, SCOPES

administration = Blueprint("administration", __name__, url_prefix="/administration/tools")


@administration.get("")
def tools() -> str:
    """Every tool, and the form that starts a registration."""
    return _list(_ent())


@administration.post("")
def start() -> str | tuple[str, int]:
    """Open a tool's registration address with an invitation (Dynamic Registration 1.0, 3.3)."""
    ent = _ent(form=True)
    url = request.form.get("url", "").strip()
    if not is_address(url, ent.addresses.schemes):
        return _list(ent, url=url, wrong=True), 400
    with ent.database.writing() as connection:
        token = registration.invite(connection, ent.clock().timestamp())
    parts = urlsplit(url)
    invited = {"openid_configuration": ent.addresses.configuration, "registration_token": token}
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *invited.items()])
    g.frame_origins = (f"{parts.scheme}://{parts.netloc}",)
    return render_template(
        "ent/registering.html",
        address=urlunsplit(parts._replace(query=query)),
        origin=f"{parts.scheme}://{parts.netloc}",
    )


@administration.get("/<number>")
def tool(number: str) -> str:
    """All that is known of a tool, and what it may do."""
    ent = _ent()
    known = _known(ent, number)
    client_id = known.tool.client_id
    with ent.database.reading() as connection:
        shown = {
            "classes": school.classes(connection),
            "handlers": notices.handlers(connection, client_id),
            "notices": notices.recent(connection, client_id),
        }
    asked = known.document["scope"].split() if known.document else SCOPES
    scopes = [scope for scope in SCOPES if scope in {*asked, *known.tool.scopes}]
    return render_template(
        "ent/tool.html", known=known, tool=known.tool, scopes=scopes, levels=list(Privacy), **shown
    )


@administration.post("/<number>")
def save(number: str) -> Response:
    """Keep what the tool may do and learn."""
    ent = _ent(form=True)
    known = _known(ent, number)
    level = request.form.get("privacy", "")
    if level not in ("", *Privacy):
        abort(400)
    changed = replace(
        known.tool,
        scopes=tuple(scope for scope in SCOPES if scope in request.form.getlist("scope")),
        privacy=Privacy(level) if level else None,
        deployment_per_class="per_class" in request.form,
    )
    ent.set_up(changed, active=known.active)
    return _done("admin.saved", changed.name, number)


@administration.post("/<number>/state")
def switch(number: str) -> Response:
    """Activate or deactivate a tool."""
    ent = _ent(form=True)
    known = _known(ent, number)
    active = request.form.get("active") == "1"
    ent.set_up(known.tool, active=active)
    return _done("admin.activated" if active else "admin.deactivated", known.tool.name, number)


@administration.post("/<number>/links")
def place(number: str) -> Response:
    """Put a link to the tool into a class."""
    ent = _ent(form=True)
    found = _known(ent, number).tool
    with ent.database.writing() as connection:
        school_class = school.find_class(connection, request.form.get("class_id", ""))
        if school_class is None:
            abort(404)
        url = found.target(RESOURCE_LINK_REQUEST)
        school.add_link(connection, school_class.id, found.client_id, title=found.name, url=url)
    return _done("admin.placed", school_class.title, number)


@administration.post("/<number>/hello")
def hello(number: str) -> Response:
    """Send the tool a test notice."""
    ent = _ent(form=True)
    known = _known(ent, number)
    with ent.database.writing() as connection:
        sent = greet(connection, ent, known.tool)
    ent.courier.send()
    return _done("admin.hello_sent" if sent else "admin.no_handlers", known.tool.name, number)


@administration.post("/<number>/notices")
def resend(number: str) -> Response:
    """Send again the notices that did not arrive."""
    ent = _ent(form=True)
    known = _known(ent, number)
    with ent.database.writing() as connection:
        notices.try_again(connection, known.tool.client_id)
    ent.courier.send()
    return redirect(url_for("administration.tool", number=number))


@administration.post("/<number>/delete")
def delete(number: str) -> Response:
    """Forget a tool that had registered."""
    ent = _ent(form=True)
    known = _known(ent, number)
    if known.document is None:
        abort(400)
    with ent.database.writing() as connection:
        registration.remove(connection, known.tool.client_id)
    flash(visits.text("admin.deleted", name=known.tool.name))
    return redirect(url_for("administration.tools"))


def _ent(*, form: bool = False) -> Ent:
    """The ENT, for its administrator only."""
    if visits.account().profile is not Profile.ADMINISTRATOR:
        abort(403)
    if form:
        visits.check_csrf()
    return visits.ent()


def _known(ent: Ent, number: str) -> Known:
    for known in ent.known_tools.values():
        if known.tool.number == number:
            return known
    abort(404)


def _list(ent: Ent, *, url: str = "", wrong: bool = False) -> str:
    known = list(ent.known_tools.values())
    return render_template("ent/tools.html", known=known, url=url[:2000], wrong=wrong)


def _done(key: str, name: str, number: str) -> Response:
    flash(visits.text(key, name=name))
    return redirect(url_for("administration.tool", number=number))
