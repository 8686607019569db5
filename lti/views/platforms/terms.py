"""The terms of use, where a platform wants an answer to them (LtiEulaRequest)."""

from __future__ import annotations

from flask import Response, request

from binder.access import Role, require, who
from binder.clock import now
from lti import terms as agreed
from lti.protocol import eula
from lti.protocol.message_kinds import EULA_REQUEST
from lti.tool import tool
from lti.views.screens import Here, asked, render, screen

__all__ = ["answer_terms", "manage_terms", "terms"]


@screen("/terms")
def terms(here: Here) -> Response:
    """What is to be accepted; for administrators also whether everybody must."""
    launch = asked(here, EULA_REQUEST)
    administers = here.viewer.role is Role.ADMINISTRATOR
    return render(
        "messages/terms.html",
        here,
        address=tool().settings.terms_url,
        known=agreed.agreement(here.session, here.viewer) if here.viewer.person_id else None,
        may_require=administers and eula.DEPLOYMENT_SCOPE in launch.message.get("scopes", ()),
        may_reset=administers and eula.USER_SCOPE in launch.message.get("scopes", ()),
    )


def _service(here: Here) -> agreed.Asked:
    launch = asked(here, EULA_REQUEST)
    with tool().reading() as session:
        return agreed.asked(session, here.viewer, launch.id, tool().services)


@screen("/terms", "POST", alone=True)
def answer_terms(here: Here) -> Response:
    """The platform is told first: what it does not know has not been answered."""
    service = _service(here)
    who(here.viewer)
    accepted = request.form.get("answer") == "accept"
    eula.answer(service.connector, service.url, service.subject, accepted=accepted, at=now())
    with tool().begin() as session:
        agreed.answered(session, here.viewer, accepted=accepted)
    return render("messages/terms_done.html", here, done="accepted" if accepted else "declined")


@screen("/terms/deployment", "POST", alone=True)
def manage_terms(here: Here) -> Response:
    """Whether everybody must accept, or that everybody is asked anew."""
    service = _service(here)
    require(here.viewer, "administer")
    done = request.form.get("do", "")
    if done == "reset":
        eula.reset(service.connector, service.url)
        with tool().begin() as session:
            agreed.forgotten(session, here.viewer, service.connector.registration.issuer)
    else:
        done = "required" if done == "required" else "optional"
        eula.require(service.connector, service.url, required=done == "required")
    return render("messages/terms_done.html", here, done=done)
