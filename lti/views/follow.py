"""Giving a page to the class, and following it: who has read, handed in, got what; marking and giving back."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request
from sqlalchemy.orm import joinedload

from binder import assigning, authoring, followup, grading, submitting
from binder.access import find, require
from binder.errors import Invalid, NotFound
from binder.models import Assignment, Attempt, Audience, Page, Release
from lti import roster
from lti.tool import tool
from lti.views.forms import identifier, number, points, problems
from lti.views.screens import Here, render, screen, texts
from lti.views.work import shown_work

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["copy", "follow_up", "give", "given", "release", "review"]


@screen("/pages/<uuid:page>/give")
def give_form(here: Here, page: UUID) -> Response:
    """When, until when, how often, and when results are seen."""
    return _give_form(here, page)


def _give_form(here: Here, page: UUID, error: Invalid | None = None) -> Response:
    own = authoring.own_page(here.session, here.viewer, page)
    audience_id = here.viewer.audience_id
    return render(
        "give.html",
        here,
        page=own,
        audience=find(here.session, here.viewer, Audience, audience_id) if audience_id else None,
        typed=request.form,
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/pages/<uuid:page>/give", "POST")
def give(here: Here, page: UUID) -> BaseResponse:
    """Give the page to the class that the viewer came from."""
    words = texts()
    try:
        try:
            opens_at = words.instant(request.form.get("opens_at", ""))
            due_at = words.instant(request.form.get("due_at", ""))
        except ValueError:
            raise Invalid("date", {"due_at": ["write a date and a time"]}) from None
        assignment = assigning.give(
            here.session,
            here.viewer,
            page,
            opens_at=opens_at,
            due_at=due_at,
            max_attempts=number("max_attempts", 1),
            release=Release.BY_HAND if request.form.get("release") == Release.BY_HAND else Release.AT_ONCE,
        )
    except Invalid as error:
        return _give_form(here, page, error)
    roster.want(here.session, assignment.tenant_id, assignment.audience_id)
    return here.to("follow_up", assignment=assignment.id)


@screen("/given")
def given(here: Here) -> Response:
    """All that has been given to the class."""
    require(here.viewer, "write")
    return render("given.html", here, assignments=assigning.given_here(here.session, here.viewer))


@screen("/given/<uuid:assignment>")
def follow_up(here: Here, assignment: UUID) -> Response:
    """The class list with the state of each pupil."""
    rows = followup.progress(here.session, here.viewer, assignment)
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
    shown.mode, shown.results = ("result", grade.per_activity) if grade else ("copy", {})
    shown.solved = set(opened.versions) if grade else ()
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
