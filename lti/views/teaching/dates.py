"""Other dates and more time: for one pupil, for a group, or for everybody, after a page was given."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request

from binder import recipients
from binder.activities import Effect
from binder.errors import Invalid, NotFound
from binder.giving import accommodating, assigning, overriding
from binder.giving.overriding import Dates
from binder.giving.windows import MAX_ATTEMPTS, Window, windows_of
from binder.models import Assignment, Attempt, Override, Person
from lti.i18n import N_
from lti.views.forms import identifier, problems
from lti.views.screens import Here, render, screen, texts
from lti.views.teaching.giving import instants, whole

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["change_dates", "dates", "pupil", "set_pupil"]

FACTORS = {
    "1": N_("No more time than the others"),
    "4/3": N_("A third more time"),
    "3/2": N_("Half as much again"),
    "2": N_("Twice the time"),
}
EFFECTS = {
    Effect.NO_SPELLING.value: N_("Spelling costs nothing"),
    Effect.ALTERNATIVES.value: N_("Questions in their form for those who cannot see, hear or point"),
}


def _asked_dates() -> Dates:
    opens_at, due_at, closes_at = instants("opens_at", "due_at", "closes_at")
    return Dates(opens_at, due_at, closes_at, whole("minutes"), whole("max_attempts", MAX_ATTEMPTS, least=0))


def _typed(dates: Dates | Override | Assignment | None) -> Mapping[str, str]:
    """The form as it was sent, or else with what holds."""
    if request.method == "POST":
        return request.form
    words = texts()
    values: dict[str, Any] = {
        name: words.input_value(getattr(dates, name)) if dates is not None else ""
        for name in ("opens_at", "due_at", "closes_at")
    }
    for name in ("minutes", "max_attempts"):
        value = getattr(dates, name) if dates is not None else None
        values[name] = "" if value is None else str(value)
    values["reason"] = dates.reason if isinstance(dates, Override) else ""
    return values


@screen("/given/<uuid:assignment>/pupils/<uuid:person>")
def pupil(here: Here, assignment: UUID, person: UUID) -> Response:
    """One pupil: what holds for them, their attempts, other dates, and what they are always entitled to."""
    return _pupil(here, assignment, person)


def _pupil(here: Here, assignment: UUID, person: UUID, error: Invalid | None = None) -> Response:
    given = assigning.assignment_of(here.session, here.viewer, assignment, "follow")
    whose = _learner(here, given, person)
    own = next(
        (
            one
            for one in overriding.overrides_of(here.session, here.viewer, assignment)
            if one.person_id == person
        ),
        None,
    )
    entitled = accommodating.entitled(here.session, here.viewer, person)
    factor = str(entitled.time_factor)
    return render(
        "pupil.html",
        here,
        assignment=given,
        person=whose,
        window=windows_of(here.session, [given], [person])[given.id, person],
        override=own,
        attempts=_attempts(here, given, person),
        entitled=entitled,
        effects_on={effect.value for effect in entitled.effects},
        factor=factor,
        factors={**FACTORS, **({} if factor in FACTORS else {factor: factor})},
        effects=EFFECTS,
        typed=_typed(own),
        problems=problems(error),
        status=422 if error else 200,
    )


def _learner(here: Here, given: Assignment, person: UUID) -> Person:
    found = next((one for one in recipients.learners_of(here.session, given) if one.id == person), None)
    if found is None:
        raise NotFound("nobody whom it is for")
    return found


def _attempts(here: Here, given: Assignment, person: UUID) -> list[Attempt]:
    query = sa.select(Attempt).where(
        Attempt.tenant_id == given.tenant_id,
        Attempt.assignment_id == given.id,
        Attempt.person_id == person,
    )
    return list(here.session.scalars(query.order_by(Attempt.number)))


@screen("/given/<uuid:assignment>/pupils/<uuid:person>", "POST")
def set_pupil(here: Here, assignment: UUID, person: UUID) -> BaseResponse:
    """Other dates for this pupil, those of everybody again, or what they are entitled to from now on."""
    session, viewer, action = here.session, here.viewer, request.form.get("action")
    try:
        if action == "withdraw":
            overriding.withdraw(session, viewer, assignment, person_id=person)
        elif action == "accommodate":
            given = assigning.assignment_of(session, viewer, assignment, "follow")
            _learner(here, given, person)
            accommodating.accommodate(
                session, viewer, person, time_factor=_factor(), effects=request.form.getlist("effects")
            )
        else:
            reason = request.form.get("reason", "")
            overriding.override(session, viewer, assignment, _asked_dates(), person_id=person, reason=reason)
    except Invalid as error:
        return _pupil(here, assignment, person, error)
    return here.to("pupil", assignment=assignment, person=person)


def _factor() -> Fraction:
    try:
        return Fraction(request.form.get("time_factor", "1")[:16])
    except (ValueError, ZeroDivisionError):
        raise Invalid("factor", {"time_factor": ["choose from what is offered"]}) from None


@screen("/given/<uuid:assignment>/dates")
def dates(here: Here, assignment: UUID) -> Response:
    """The dates of everybody, and those of groups."""
    return _dates(here, assignment)


def _dates(here: Here, assignment: UUID, error: Invalid | None = None) -> Response:
    given = assigning.assignment_of(here.session, here.viewer, assignment, "follow")
    known = {
        one.group_id: one
        for one in overriding.overrides_of(here.session, here.viewer, assignment)
        if one.group_id is not None
    }
    groups = recipients.groups_here(here.session, here.viewer)
    asked = request.values.get("group", "")
    group = next((one for one in groups if str(one.id) == asked), None)
    return render(
        "dates.html",
        here,
        assignment=given,
        groups=groups,
        group=group,
        known=known,
        typed=_typed(given if group is None else known.get(group.id)),
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/given/<uuid:assignment>/dates", "POST")
def change_dates(here: Here, assignment: UUID) -> BaseResponse:
    """New dates for everybody, or other ones for a group."""
    session, viewer, asked = here.session, here.viewer, request.form.get("group", "")
    try:
        if asked and request.form.get("action") == "withdraw":
            overriding.withdraw(session, viewer, assignment, group_id=identifier(asked))
        elif asked:
            group, reason = identifier(asked), request.form.get("reason", "")
            overriding.override(session, viewer, assignment, _asked_dates(), group_id=group, reason=reason)
        else:
            found = _asked_dates()
            attempts = 1 if found.max_attempts is None else found.max_attempts
            window = Window(found.opens_at, found.due_at, found.closes_at, found.minutes, attempts)
            overriding.reschedule(session, viewer, assignment, window)
    except Invalid as error:
        return _dates(here, assignment, error)
    return here.to("follow_up", assignment=assignment)
