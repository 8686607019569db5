"""A parent's side: what their children have to do and got back; to read, never to change."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from binder import followup, grading, submitting
from binder.access import Role, find
from binder.clock import now
from binder.errors import Forbidden
from binder.models import Person
from lti.views.screens import Here, render, screen
from lti.views.work import shown_work

__all__ = ["child_work", "family"]


def _only_family(here: Here) -> None:
    if here.viewer.role is not Role.MENTOR:
        raise Forbidden("for families")


@screen("/family")
def family(here: Here) -> Response:
    """All children with their work in this class."""
    _only_family(here)
    children = [
        (find(here.session, here.viewer, Person, child), followup.work_of(here.session, here.viewer, child))
        for child in sorted(here.viewer.children)
    ]
    return render("family.html", here, children=children)


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
