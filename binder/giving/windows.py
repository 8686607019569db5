"""When a learner may work on an assignment, how long and how often: all of it is computed here, and only here.

What everybody has stands on the assignment. A group's override replaces it for the group, a standing accommodation
stretches the time limit, and an override of the learner's own goes before both: what it says holds exactly. Those who get
more time get it also where the work would end before: closing and due dates move by as much, unless they are pinned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.errors import Invalid
from binder.models import Accommodation, Assignment, Membership, Override

__all__ = ["GRACE", "MAX_ATTEMPTS", "MAX_MINUTES", "Window", "checked", "deadline", "window", "windows_of"]

GRACE = timedelta(seconds=30)
"""What a slow network is given after the end."""
MAX_MINUTES = 1440
MAX_ATTEMPTS = 100
Value = TypeVar("Value", int, datetime)


@dataclass(frozen=True)
class Window:
    """One learner's dates, in UTC, their time limit in minutes, and how many attempts they have."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    minutes: int | None = None
    max_attempts: int = 1
    """0: as many as one likes."""

    def is_open(self, at: datetime) -> bool:
        """Whether the learner may see it at that instant."""
        return self.opens_at is None or self.opens_at <= at

    def is_late(self, at: datetime) -> bool:
        """Whether a copy handed in at that instant is late."""
        return self.due_at is not None and at > self.due_at

    def is_over(self, at: datetime) -> bool:
        """Whether nothing can be begun any more at that instant."""
        return self.closes_at is not None and at > self.closes_at

    def allows(self, number: int) -> bool:
        """Whether there is an attempt of that number."""
        return not self.max_attempts or number <= self.max_attempts


def window(
    assignment: Assignment,
    person_id: UUID | None,
    overrides: Iterable[Override] = (),
    accommodation: Accommodation | None = None,
) -> Window:
    """What holds for one learner.

    :param overrides: of the assignment, for the learner and for groups that they are in; others' do no harm as long as
        they are for persons. Of several groups, each date is the one that leaves most time.
    :param accommodation: the learner's own.
    """
    known = list(overrides)
    base = _for_groups(assignment, [one for one in known if one.group_id is not None])
    shifts = not assignment.pinned
    factor = max(Fraction(1), accommodation.time_factor) if accommodation is not None else Fraction(1)
    limit = None if base.minutes is None else ceil(base.minutes * factor)
    own = next((one for one in known if one.person_id is not None and one.person_id == person_id), None)
    if own is not None and own.minutes is not None:
        limit = own.minutes
    longer = _extra(base.minutes, limit) if shifts else timedelta(0)
    found = replace(
        base,
        due_at=_later(base.due_at, longer),
        closes_at=_later(base.closes_at, longer),
        minutes=limit,
    )
    return found if own is None else _with(found, own)


def deadline(window: Window, started_at: datetime) -> datetime | None:
    """When an attempt begun at that instant is over: by its time limit or by the closing, whichever comes first."""
    ends = [] if window.closes_at is None else [window.closes_at]
    if window.minutes is not None:
        ends.append(started_at.astimezone(UTC) + timedelta(minutes=window.minutes))
    return min(ends, default=None)


def checked(found: Window) -> Window:
    """The window as it is.

    :raises Invalid: if its dates are the wrong way round, or minutes or attempts out of bounds; messages by field.
    """
    messages: dict[str, list[str]] = {}
    opens, due, closes = found.opens_at, found.due_at, found.closes_at
    if opens and due and due <= opens:
        messages["due_at"] = ["the work is due before it opens"]
    if closes and due and closes < due:
        messages["closes_at"] = ["the last deadline is before the date it is due"]
    elif closes and opens and closes <= opens:
        messages["closes_at"] = ["the last deadline is before the work opens"]
    if found.minutes is not None and not 1 <= found.minutes <= MAX_MINUTES:
        messages["minutes"] = [f"a whole number from 1 to {MAX_MINUTES}"]
    if not 0 <= found.max_attempts <= MAX_ATTEMPTS:
        messages["max_attempts"] = [f"from 1 to {MAX_ATTEMPTS}, or 0 for as many as one likes"]
    if messages:
        raise Invalid("not a window", messages)
    return found


def _for_groups(assignment: Assignment, overrides: list[Override]) -> Window:
    everybody = Window(
        _utc(assignment.opens_at),
        _utc(assignment.due_at),
        _utc(assignment.closes_at),
        assignment.minutes,
        assignment.max_attempts,
    )
    if not overrides:
        return everybody
    minutes = _most(one.minutes for one in overrides) or everybody.minutes
    longer = timedelta(0) if assignment.pinned else _extra(everybody.minutes, minutes)
    attempts = [one.max_attempts for one in overrides if one.max_attempts is not None]
    opens = [one.opens_at for one in overrides if one.opens_at is not None]
    return Window(
        min(map(_utc, opens)) if opens else everybody.opens_at,  # type: ignore[type-var]  # none of them is None
        _utc(_most(one.due_at for one in overrides)) or _later(everybody.due_at, longer),
        _utc(_most(one.closes_at for one in overrides)) or _later(everybody.closes_at, longer),
        minutes,
        everybody.max_attempts if not attempts else 0 if 0 in attempts else max(attempts),
    )


def _with(found: Window, own: Override) -> Window:
    return Window(
        _utc(own.opens_at) or found.opens_at,
        _utc(own.due_at) or found.due_at,
        _utc(own.closes_at) or found.closes_at,
        found.minutes,
        found.max_attempts if own.max_attempts is None else own.max_attempts,
    )


def _utc(instant: datetime | None) -> datetime | None:
    """Instants are added to in UTC only: on a wall clock an hour may be missing, or come twice."""
    return None if instant is None else instant.astimezone(UTC)


def _later(instant: datetime | None, by: timedelta) -> datetime | None:
    return None if instant is None else instant + by


def _extra(before: int | None, after: int | None) -> timedelta:
    return timedelta(0) if before is None or after is None else timedelta(minutes=max(0, after - before))


def _most(values: Iterable[Value | None]) -> Value | None:
    return max((value for value in values if value is not None), default=None)


Whose = tuple[UUID, UUID]
"""(assignment, person)"""


def windows_of(
    session: Session, assignments: Collection[Assignment], persons: Collection[UUID]
) -> Mapping[Whose, Window]:
    """What holds for each of these persons in each of these assignments, in three queries at the most."""
    if not assignments or not persons:
        return {}
    tenant_id = next(iter(assignments)).tenant_id
    overrides = _overrides(session, tenant_id, [one.id for one in assignments], persons)
    query = sa.select(Accommodation).where(
        Accommodation.tenant_id == tenant_id, Accommodation.person_id.in_(persons)
    )
    entitled = {one.person_id: one for one in session.scalars(query)}
    return {
        (given.id, person): window(given, person, overrides[given.id, person], entitled.get(person))
        for given in assignments
        for person in persons
    }


def _overrides(
    session: Session, tenant_id: UUID, assignments: list[UUID], persons: Collection[UUID]
) -> Mapping[Whose, list[Override]]:
    query = sa.select(Override).where(
        Override.tenant_id == tenant_id,
        Override.assignment_id.in_(assignments),
        sa.or_(Override.group_id.is_not(None), Override.person_id.in_(persons)),
    )
    found: dict[Whose, list[Override]] = defaultdict(list)
    rows = list(session.scalars(query))
    groups = {row.group_id for row in rows if row.group_id is not None}
    members: dict[UUID, list[UUID]] = defaultdict(list)
    if groups:
        those = sa.select(Membership.audience_id, Membership.person_id).where(
            Membership.tenant_id == tenant_id,
            Membership.audience_id.in_(groups),
            Membership.person_id.in_(persons),
            Membership.active,
        )
        for group_id, person_id in session.execute(those):
            members[group_id].append(person_id)
    for row in rows:
        for person in members[row.group_id] if row.group_id is not None else [row.person_id]:
            if person is not None:
                found[row.assignment_id, person].append(row)
    return found
