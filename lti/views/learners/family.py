"""A parent's side: what their children have to do and got back; to read, never to change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from binder.access import Role, find
from binder.attempts import submitting
from binder.errors import Forbidden
from binder.marks import feedback
from binder.models import Person
from lti.views.learners.work import close_overdue, shown_work
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["child_work"]


def _only_family(here: Here) -> None:
    if here.viewer.role is not Role.MENTOR:
        raise Forbidden("for families")


@screen("/family/<uuid:child>/work/<uuid:assignment>")
def child_work(here: Here, child: UUID, assignment: UUID) -> BaseResponse:
    """A child's page, and the result once it has been given back."""
    _only_family(here)
    opened = submitting.open_work(here.session, here.viewer, assignment, person_id=child)
    if opened.is_overdue and (again := close_overdue(assignment)):
        return again
    seen = feedback.visible(here.session, here.viewer, opened.assignment, opened.attempt, opened.at)
    shown = shown_work(here, opened, person_id=child, home="../../..")
    return render(
        "child_work.html",
        here,
        child=find(here.session, here.viewer, Person, child),
        work=opened,
        content=shown.whole(opened.blocks),
        grade=feedback.grade_shown(here.viewer, opened.attempt) if seen.marks else None,
        now=opened.at,
    )
