"""Supervised assessments: that nobody is supervised here, said to the person and to the platform."""

from __future__ import annotations

from flask import Response, g

from lti.models import Launch, Registration
from lti.protocol.message_kinds import END_ASSESSMENT, START_PROCTORING
from lti.protocol.proctoring import start_assessment
from lti.tool import tool
from lti.values import origin
from lti.views.screens import Here, asked, render, screen, texts

__all__ = ["end_assessment", "start_proctoring"]


@screen("/proctoring")
def start_proctoring(here: Here) -> Response:
    """A page in plain words; its button tells the platform."""
    asked_for = asked(here, START_PROCTORING)
    launch = here.session.get_one(Launch, (here.viewer.tenant_id, asked_for.id))
    registration = here.session.get_one(Registration, launch.registration_id)
    connector = tool().services.connector(registration)
    said = texts().gettext("Classeur does not supervise: nobody was watched or checked here.")
    jwt = start_assessment(connector.registration, asked_for.message, said=said)
    address = str(asked_for.message["start_assessment_url"])
    g.lti_form_actions = (origin(address),)
    return render("messages/start_proctoring.html", here, address=address, jwt=jwt)


@screen("/proctoring/end")
def end_assessment(here: Here) -> Response:
    """It is over; what the platform has to say about it."""
    launch = asked(here, END_ASSESSMENT)
    return render("messages/end_assessment.html", here, said=launch.message.get("errormsg", ""))
