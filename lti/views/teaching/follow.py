"""Following what was given: who has read, handed in, got what; marking and giving back."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import joinedload

from binder.access import find, require
from binder.attempts import submitting
from binder.errors import Invalid, NotFound
from binder.giving import assigning
from binder.marks import followup, grading
from binder.models import Assignment, Attempt, Page
from lti.services import roster
from lti.tool import tool
from lti.views.forms import identifier, points, problems
from lti.views.learners.work import close_overdue, shown_work
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["copy", "follow_up", "given", "release", "review"]


@screen("/given")
def given(here: Here) -> Response:
    """All that has been given to the class."""
    require(here.viewer, "write")
    return render("given.html", here, assignments=assigning.given_here(here.session, here.viewer))


@screen("/given/<uuid:assignment>")
def follow_up(here: Here, assignment: UUID) -> BaseResponse:
    """The class list with the state of each pupil."""
    rows = followup.progress(here.session, here.viewer, assignment)
    is_overdue = submitting.is_any_overdue(here.session, assignment_id=assignment)
    if is_overdue and (again := close_overdue(assignment)):
        return again
    given = assigning.assignment_of(here.session, here.viewer, assignment, "follow")
    waiting = sum(1 for row in rows if row.grade is not None and row.grade.released_at is None)
    return render(
        "follow_up.html", here, assignment=given, rows=rows, waiting=waiting, own=_owns(here, given)
    )


def _owns(here: Here, assignment: Assignment) -> bool:
    return assignment.page.binder.owner_id == here.viewer.person_id


@screen("/given/<uuid:assignment>/release", "POST")
def release(here: Here, assignment: UUID) -> BaseResponse:
    """Give all marked copies back."""
    grading.release(here.session, here.viewer, assignment)
    return here.to("follow_up", assignment=assignment)


@screen("/given/<uuid:assignment>/send", "POST")
def send_again(here: Here, assignment: UUID) -> BaseResponse:
    """Send one pupil's grade to the gradebook again."""
    person = identifier(request.form.get("person", ""))
    followup.resend(here.session, here.viewer, assignment, person)
    return here.to("follow_up", assignment=assignment)


@screen("/given/<uuid:assignment>/roster", "POST", alone=True)
def refresh_roster(here: Here, assignment: UUID) -> BaseResponse:
    """Fetch the class list from the platform."""
    with tool().reading() as session:
        given = assigning.assignment_of(session, here.viewer, assignment, "follow")
    with contextlib.suppress(NotFound):
        roster.refresh(tool().begin, tool().services, here.viewer.tenant_id, given.audience_id)
    return here.to("follow_up", assignment=assignment)


def _copy(here: Here, attempt_id: UUID, error: Invalid | None = None) -> Response:
    attempt = find(
        here.session,
        here.viewer,
        Attempt,
        attempt_id,
        joinedload(Attempt.assignment).joinedload(Assignment.page).joinedload(Page.binder),
    )
    require(here.viewer, "grade", attempt)
    opened = submitting.work_of_attempt(here.session, attempt)
    grade = grading.newest(attempt)
    shown = shown_work(here, opened, person_id=attempt.person_id)
    shown.marking = True
    return render(
        "copy.html",
        here,
        attempt=attempt,
        assignment=attempt.assignment,
        grade=grade,
        content=shown.whole(opened.blocks),
        typed=request.form,
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/copies/<uuid:attempt>")
def copy(here: Here, attempt: UUID) -> Response:
    """One pupil's copy, with the form for mark and comment."""
    return _copy(here, attempt)


@screen("/copies/<uuid:attempt>", "POST")
def review(here: Here, attempt: UUID) -> BaseResponse:
    """The teacher's mark and comment."""
    untouched = request.form.get("score_given") == request.form.get(
        "score_shown"
    )  # it may be exacter than shown
    try:
        grading.review(
            here.session,
            here.viewer,
            attempt,
            score_given=None if untouched else points("score_given"),
            comment=request.form.get("comment", ""),
        )
    except Invalid as error:
        return _copy(here, attempt, error)
    row = find(here.session, here.viewer, Attempt, attempt)
    return here.to("follow_up", assignment=row.assignment_id)
