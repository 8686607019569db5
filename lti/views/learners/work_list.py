"""A learner's list of work, and the same list for their family."""

from __future__ import annotations

from flask import Response

from binder.access import Role, find
from binder.attempts import worklist
from binder.errors import Forbidden
from binder.models import Person
from lti.views.screens import Here, render, screen, texts

__all__ = ["family", "work_list"]


@screen("/work")
def work_list(here: Here) -> Response:
    """What has been given to the viewer in any of their classes, and how far they are."""
    items = worklist.work_list(here.session, here.viewer, zone=texts().zone) if here.viewer.person_id else []
    return render("work_list.html", here, parts_of_list=worklist.parted(items))


@screen("/family")
def family(here: Here) -> Response:
    """All children with their work in this class."""
    if here.viewer.role is not Role.MENTOR:
        raise Forbidden("for families")
    zone = texts().zone
    children = [
        (
            find(here.session, here.viewer, Person, child),
            worklist.parted(worklist.work_list(here.session, here.viewer, child, zone=zone)),
        )
        for child in sorted(here.viewer.children)
    ]
    return render("family.html", here, children=children)
