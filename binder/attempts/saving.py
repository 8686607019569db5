"""How answers are kept: in whose attempt, begun when and until when, and never over newer ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.access import Viewer, find, who
from binder.activities import activities
from binder.attempts import handing
from binder.attempts.closing import asked
from binder.clock import now, uuid7
from binder.errors import Closed, Conflict, Invalid, NotFound
from binder.giving.assigning import assignment_of
from binder.giving.windows import GRACE, Window, deadline, windows_of
from binder.models import Accommodation, ActivityVersion, Assignment, Attempt, PageRevision

__all__ = ["Place", "attempts_of", "begin_attempt", "check_may_begin", "save_answers", "window_of"]

MAX_WRITER = 32
_ATTEMPTS = (
    sa.select(Attempt)
    .where(
        Attempt.tenant_id == sa.bindparam("tenant_id"),
        Attempt.assignment_id == sa.bindparam("assignment_id"),
        Attempt.person_id == sa.bindparam("person_id"),
    )
    .order_by(Attempt.number)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def attempts_of(session: Session, assignment: Assignment, person_id: UUID) -> list[Attempt]:
    """A person's attempts, the first one first, read afresh; another tab that would write waits for our end."""
    whose = {"tenant_id": assignment.tenant_id, "assignment_id": assignment.id, "person_id": person_id}
    return list(session.scalars(_ATTEMPTS, whose))


def window_of(session: Session, assignment: Assignment, person_id: UUID) -> Window:
    """What holds for one learner."""
    return windows_of(session, [assignment], [person_id])[assignment.id, person_id]


@dataclass(frozen=True)
class Place:
    """Where answers belong: whose, to what, as it was shown, and in which attempt."""

    viewer: Viewer
    assignment_id: UUID
    revision_id: UUID
    number: int


def save_answers(
    session: Session,
    place: Place,
    responses: Mapping[str, Any],
    *,
    seq: int,
    partial: bool = False,
    writer: str = "",
    final: bool = False,
) -> Attempt:
    """See `binder.attempts.submitting.save`.

    :param final: they are being handed in.
    """
    assignment = assignment_of(session, place.viewer, place.assignment_id, "answer")
    person_id, instant = who(place.viewer), now()
    attempts = attempts_of(session, assignment, person_id)
    attempt = next((one for one in attempts if one.number == place.number), None)
    if attempt is not None and attempt.submitted_at is not None and not attempt.by_server:
        raise Closed("handed-in")
    window = None if attempt is not None else window_of(session, assignment, person_id)
    if window is not None:
        check_may_begin(window, attempts, place.number)
    revision = find(
        session, place.viewer, PageRevision, attempt.revision_id if attempt else place.revision_id
    )
    if revision.page_id != assignment.page_id:
        raise NotFound("no such revision of this page")
    versions = asked(session, assignment, revision, person_id, place.number)
    cleaned = _cleaned(versions, responses)
    cleaned = handing.settled(session, assignment, person_id, versions, cleaned, final=final)
    if attempt is None and window is not None:
        begun = begin_attempt(session, place, assignment, revision, cleaned, window, writer)
        if begun is not None:
            return begun
        attempt = attempts_of(session, assignment, person_id)[-1]
    assert attempt is not None  # noqa: S101 - for the type checker
    wanted = {**attempt.responses, **cleaned} if partial else {**_untouchable(attempt, versions), **cleaned}
    if attempt.submitted_at is not None:
        raise Closed("time-over" if attempt.by_server and attempt.responses != wanted else "handed-in")
    in_grace = _in_time(attempt.deadline_at, instant)
    is_own = bool(writer) and attempt.writer == writer
    if attempt.seq != seq and attempt.responses != wanted and not is_own:
        raise Conflict("saved in another tab", attempt)
    attempt.responses, attempt.saved_at, attempt.writer = wanted, instant, writer[:MAX_WRITER]
    attempt.in_grace = attempt.in_grace or in_grace
    session.flush()
    return attempt


def _untouchable(attempt: Attempt, versions: Mapping[str, ActivityVersion]) -> dict[str, Any]:
    """Answers to questions whose type is not installed at this moment: no form shows them, so none may clear them."""
    return {
        name: response
        for name, response in attempt.responses.items()
        if name in versions and versions[name].type not in activities
    }


def _cleaned(
    versions: Mapping[str, ActivityVersion], responses: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The answers to these activities; what else was sent is left out.

    :raises Invalid: activity id → messages.
    """
    cleaned, messages = {}, {}
    for name, version in versions.items():
        if name not in responses or version.type not in activities:
            continue
        try:
            cleaned[name] = activities[version.type].answer(responses[name])
        except Invalid as error:
            messages[name] = error.messages
    if messages:
        raise Invalid("answers", messages)
    return cleaned


def _in_time(ends: datetime | None, instant: datetime) -> bool:
    """Whether something arrives in the seconds after the end that a slow network is given.

    :raises Closed: `time-over` after them.
    """
    if ends is not None and instant > ends + GRACE:
        raise Closed("time-over")
    return ends is not None and instant > ends


def check_may_begin(window: Window, attempts: list[Attempt], number: int) -> None:
    """:raises Closed: if the attempt of that number may not be begun now; of `Conflict`, `Invalid` if it is not the next."""
    instant = now()
    if not window.is_open(instant):
        raise Closed("not-open")
    if attempts and attempts[-1].submitted_at is None:
        raise Conflict("another attempt is open", attempts[-1])
    if not window.allows(len(attempts) + 1):
        raise Closed("no-attempt-left")
    if number != len(attempts) + 1:
        raise Invalid("no such attempt", {"number": [f"the next attempt is number {len(attempts) + 1}"]})
    if window.closes_at is not None and instant > window.closes_at + GRACE:
        raise Closed("over")


def begin_attempt(
    session: Session,
    place: Place,
    assignment: Assignment,
    revision: PageRevision,
    responses: dict[str, Any],
    window: Window,
    writer: str = "",
) -> Attempt | None:
    """The new attempt; None if another request has begun it at this moment."""
    instant, person_id = now(), who(place.viewer)
    query = sa.select(Accommodation.effects).where(
        Accommodation.tenant_id == assignment.tenant_id, Accommodation.person_id == person_id
    )
    ends = deadline(window, instant)
    attempt = Attempt(
        id=uuid7(),
        tenant_id=assignment.tenant_id,
        assignment_id=assignment.id,
        person_id=person_id,
        number=place.number,
        revision_id=revision.id,
        responses=responses,
        started_at=instant,
        saved_at=instant,
        deadline_at=ends,
        in_grace=ends is not None and instant > ends,
        effects=list(session.scalar(query) or ()),
        writer=writer[:MAX_WRITER],
    )
    try:
        with session.begin_nested():
            session.add(attempt)
    except IntegrityError:
        return None
    return attempt
