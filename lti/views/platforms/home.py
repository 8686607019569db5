"""Where a launch leads: to the work that its link names, or to what the viewer's role is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from binder.access import Role, may
from binder.models import Binder
from lti import kept_forms
from lti.copies import copied
from lti.models import Placement
from lti.protocol.messages import RESOURCE_LINK_REQUEST, message_type
from lti.views.platforms import placed
from lti.views.screens import Here, blueprint, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["home", "start"]

FIRST_SCREEN = {
    Role.INSTRUCTOR: "binders",
    Role.CONTENT_DEVELOPER: "binders",
    Role.LEARNER: "work_list",
    Role.MENTOR: "family",
    Role.ADMINISTRATOR: "overview",
}


@screen("/")
def home(here: Here) -> BaseResponse:
    """The first screen: before all others, what was kept from a session that had ended too soon."""
    viewer, launch = here.viewer, here.launch
    if request.args.get("kept") != "later" and kept_forms.waiting(here.session, viewer):
        return here.to("kept")
    opens = (
        message_type(launch.message_type or RESOURCE_LINK_REQUEST).screen if launch is not None else "home"
    )
    if opens != "home":
        return here.to(opens)
    if copied.waiting(here.session, viewer) is not None:
        return here.to("course_copy")
    if launch is not None and launch.assignment_id is not None:
        if viewer.role is Role.INSTRUCTOR and placed.waiting(here):
            return here.to("moved_dates", assignment=launch.assignment_id)
        if viewer.teaches:
            return here.to("follow_up", assignment=launch.assignment_id)
        if viewer.role is Role.LEARNER:
            return here.to("work", assignment=launch.assignment_id)
    if viewer.teaches and viewer.person_id is None:
        return here.to("nameless")
    if (reading := _placed(here)) is not None:
        return reading
    return here.to(FIRST_SCREEN[viewer.role])


def _placed(here: Here) -> BaseResponse | None:
    """A link to a binder or a section leads there: those who write it to their table of contents, the class to read."""
    viewer, launch = here.viewer, here.launch
    if launch is None or launch.placement_id is None or viewer.role is Role.ADMINISTRATOR:
        return None
    placement = here.session.get(Placement, (viewer.tenant_id, launch.placement_id))
    if placement is None or placement.binder_id is None or placement.page_id is not None:
        return None
    binder = here.session.get(Binder, (viewer.tenant_id, placement.binder_id))
    writes = binder is not None and binder.trashed_at is None and may(viewer, "author", binder)
    anchor = f"s-{placement.section_id}" if placement.section_id else None
    return here.to("binder" if writes else "read_binder", binder=placement.binder_id, _anchor=anchor)


@screen("/nameless")
def nameless(here: Here) -> Response:
    """A teacher whose platform does not say who they are can own nothing."""
    return render("nameless.html", here)


@blueprint.get("/")
def start() -> Response:
    """The bare address, opened outside of any platform."""
    return render("start.html", address=request.host_url)
