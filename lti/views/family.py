"""A parent's side: what their children have to do and got back; to read, never to change."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from binder import grading, submitting
from binder.access import Role, find
from binder.clock import now
from binder.errors import Forbidden
from binder.models import Person
from lti.views.screens import Here, render, screen
from lti.views.work import shown_work

__all__ = ["child_work"]


def _only_family(here: Here) -> None:
    if here.viewer.role is not Role.MENTOR:
        raise Forbidden("for families")


@screen("/family/<uuid:child>/work/<uuid:assignment>")
def child_work(here: Here, child: UUID, assignment: UUID) -> Response:
    """A child's page, and the result once it has been given back."""
    _only_family(here)
    opened = submitting.open_work(here.session, here.viewer, assignment, person_id=child)
    shown = shown_work(here, opened, person_id=child, home="../../..")
    return render(
        "child_work.html",
        here,
        child=find(here.session, here.viewer, Person, child),
        work=opened,
        content=shown.whole(opened.blocks),
        grade=grading.released(opened.attempt) if opened.attempt else None,
        now=now(),
    )
