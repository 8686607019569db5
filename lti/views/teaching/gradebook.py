"""A piece of work's column in the platform's gradebook, for its teacher: did the marks arrive?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.errors import Forbidden, NotFound
from binder.giving import assigning
from binder.models import Assignment
from lti.errors import ServiceError
from lti.i18n import N_
from lti.services import gradebook
from lti.tool import tool
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["gradebook_column", "gradebook_forget", "gradebook_rename", "gradebook_resend"]

MOST_LABEL = 255


def _given(here: Here, assignment: UUID) -> Assignment:
    with tool().reading() as session:
        given = assigning.assignment_of(session, here.viewer, assignment, "follow")
        # what the page shows of it, for after the transaction
        _ = (given.title, given.page.binder.lang, given.audience.title)
        return given


@screen("/given/<uuid:assignment>/gradebook", alone=True)
def gradebook_column(here: Here, assignment: UUID) -> Response:
    """What the gradebook holds, beside what was given back here."""
    given = _given(here, assignment)
    return _shown(here, given)


def _shown(here: Here, given: Assignment, *, problem: str = "", status: int = 200) -> Response:
    column = None
    try:
        column = gradebook.look(tool().begin, tool().services, given)
    except NotFound:
        problem = problem or N_(
            "The gradebook has no column for this work yet: it is made with the first mark."
        )
    except ServiceError:
        problem = problem or N_(
            "The gradebook does not answer just now. Nothing is lost: try again in a few minutes."
        )
    return render("gradebook.html", here, assignment=given, column=column, problem=problem, status=status)


@screen("/given/<uuid:assignment>/gradebook/send", "POST", alone=True)
def gradebook_resend(here: Here, assignment: UUID) -> BaseResponse:
    """Send what is missing there, or differs, once more."""
    given = _given(here, assignment)
    try:
        column = gradebook.look(tool().begin, tool().services, given)
    except (NotFound, ServiceError):
        return here.to("gradebook_column", assignment=assignment)
    with tool().begin() as session:
        gradebook.resend(session, column, given)
    return here.to("follow_up", assignment=assignment)


@screen("/given/<uuid:assignment>/gradebook/name", "POST", alone=True)
def gradebook_rename(here: Here, assignment: UUID) -> BaseResponse:
    """Give the column another name."""
    given = _given(here, assignment)
    label = " ".join(request.form.get("label", "").split())[:MOST_LABEL]
    if not label:
        return _shown(here, given, problem=N_("A column needs a name."), status=422)
    try:
        gradebook.rename(tool().begin, tool().services, given, label)
    except (NotFound, ServiceError):
        return _shown(
            here, given, problem=N_("Your school’s workspace does not let us change this column."), status=502
        )
    return here.to("gradebook_column", assignment=assignment)


@screen("/given/<uuid:assignment>/gradebook/remove", "POST", alone=True)
def gradebook_forget(here: Here, assignment: UUID) -> BaseResponse:
    """Take the column away, once it was said twice."""
    given = _given(here, assignment)
    if given.created_by_id != here.viewer.person_id:
        raise Forbidden("only who gave the work takes its column away")
    if not request.form.get("sure"):
        return _shown(here, given, problem=N_("Tick that you are sure."), status=422)
    try:
        gradebook.forget(tool().begin, tool().services, here.viewer.tenant_id, given)
    except NotFound:
        pass
    except ServiceError:
        return _shown(
            here, given, problem=N_("Your school’s workspace does not let us change this column."), status=502
        )
    return here.to("follow_up", assignment=assignment)
