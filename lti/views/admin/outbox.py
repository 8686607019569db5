"""What platforms have not been told yet, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.marks.grading import GRADE_RELEASED
from binder.resources.quarantine import FILE_STORED
from lti.i18n import N_
from lti.platforms import administering
from lti.platforms.administering import State
from lti.services.noticing import NOTICE_CAME, NOTICES_WANTED
from lti.services.roster import ROSTER_WANTED
from lti.views.admin.desk import Desk, page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["drop", "outbox", "send_again", "send_all_again"]

EVENTS = {
    GRADE_RELEASED: N_("Marks for a gradebook"),
    ROSTER_WANTED: N_("Class lists to be fetched"),
    FILE_STORED: N_("Files to be scanned"),
    NOTICES_WANTED: N_("Notices to be agreed on"),
    NOTICE_CAME: N_("Notices to be acted on"),
}


@page("/outbox")
def outbox(desk: Desk) -> Response:
    """How many there are of each sort, and the newest of one state."""
    asked = request.args.get("state", "")
    states = [State(asked)] if asked in list(State) else [State.DEAD, State.FAILED]
    counted = administering.waiting(desk.session)
    events = sorted({event for event, _ in counted})
    return desk.render(
        "outbox.html",
        table=[
            (EVENTS.get(event, event), [counted.get((event, state), 0) for state in State])
            for event in events
        ],
        rows=administering.entries(desk.session, *states),
        events=EVENTS,
        states=list(State),
        asked=asked,
        most=administering.MOST,
        again=request.args.get("again", type=int),
    )


@page("/outbox/again", "POST")
def send_all_again(desk: Desk) -> BaseResponse:
    """All that failed is due at once."""
    return desk.to("outbox", again=administering.send_again(desk.session))


@page("/outbox/<uuid:key>/again", "POST")
def send_again(desk: Desk, key: UUID) -> BaseResponse:
    """One of them is due at once."""
    return desk.to("outbox", again=administering.send_again(desk.session, key))


@page("/outbox/<uuid:key>/drop", "POST")
def drop(desk: Desk, key: UUID) -> BaseResponse:
    """Nobody will be told; only of what failed for good."""
    administering.drop(desk.session, key)
    return desk.to("outbox")
