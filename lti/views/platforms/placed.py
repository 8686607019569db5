"""What was placed in a platform, seen from there: the files of sealed addresses, and dates that it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response

from binder.giving import assigning
from lti.launches import placements
from lti.launches.placements import Moved
from lti.links import handouts
from lti.models import Placement
from lti.tool import tool
from lti.views.screens import Here, blueprint, form_key, render, screen
from lti.views.transfers.files import send

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["moved_dates", "placed_file", "read_moved_dates", "waiting"]


@blueprint.get("/placed/<secret>/<path:name>")
def placed_file(secret: str, name: str) -> BaseResponse:
    """A file that a teacher has placed; its name stands there for whoever saves it."""
    with tool().reading() as session:
        handout = handouts.opened(session, form_key(), secret)
        response = send(Here(session, handout.viewer, ""), handout.resource)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def waiting(here: Here) -> list[Moved]:
    """What the platform has changed about the work of the launched link, and nobody was told yet."""
    launch = here.launch
    if launch is None or launch.assignment_id is None or launch.placement_id is None:
        return []
    placement = here.session.get(Placement, (here.viewer.tenant_id, launch.placement_id))
    return placements.moved(placement, launch.assignment_id) if placement is not None else []


@screen("/moved/<uuid:assignment>")
def moved_dates(here: Here, assignment: UUID) -> BaseResponse | Response:
    """Another end than the teacher knows: what holds now."""
    given = assigning.assignment_of(here.session, here.viewer, assignment, "follow")
    found = waiting(here)
    if not found:
        return here.to("follow_up", assignment=assignment)
    return render("moved.html", here, assignment=given, moved=found)


@screen("/moved/<uuid:assignment>", "POST")
def read_moved_dates(here: Here, assignment: UUID) -> BaseResponse:
    """The teacher has read it."""
    assigning.assignment_of(here.session, here.viewer, assignment, "follow")
    if waiting(here) and here.launch is not None:
        placement = here.session.get_one(Placement, (here.viewer.tenant_id, here.launch.placement_id))
        placements.note_told(placement, assignment)
    return here.to("follow_up", assignment=assignment)
