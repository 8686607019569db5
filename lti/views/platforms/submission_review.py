"""From a platform's gradebook to one pupil's copy (LtiSubmissionReviewRequest)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from binder.access import Role
from binder.errors import NotFound
from binder.giving import assigning
from lti.protocol.message_kinds import SUBMISSION_REVIEW
from lti.reviewing import Reviewed, reviewed
from lti.views.screens import Here, asked, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["submission_review"]


@screen("/review")
def submission_review(here: Here) -> BaseResponse:
    """Teachers get to the copy, learners to their own; anybody else is told why not."""
    launch = asked(here, SUBMISSION_REVIEW)
    try:
        found = reviewed(here.session, here.viewer, launch.id)
    except NotFound:
        return _told(here, "unknown", status=404)
    if here.viewer.role is Role.INSTRUCTOR:
        return _for_teacher(here, found)
    if here.viewer.role is Role.LEARNER and found.person_id == here.viewer.person_id is not None:
        return here.to("work", assignment=found.assignment_id)
    return _told(here, "refused", status=403)


def _for_teacher(here: Here, found: Reviewed) -> BaseResponse:
    if found.attempt_id is not None:
        return here.to("copy", attempt=found.attempt_id)
    given = assigning.assignment_of(here.session, here.viewer, found.assignment_id, "follow")
    return _told(here, "nothing", assignment=given)


def _told(here: Here, what: str, *, status: int = 200, assignment: object = None) -> Response:
    return render("messages/review.html", here, what=what, assignment=assignment, status=status)
