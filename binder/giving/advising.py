"""What a teacher may want to know before a page is given: nothing of it forbids anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.clock import now
from binder.giving.accommodating import entitled_here
from binder.giving.school_year import SchoolYear, is_public_holiday
from binder.giving.windows import window
from binder.models import Accommodation, Assignment, Person, Preset, Tenant
from binder.recipients import Card, learners_here, meant

__all__ = ["Advice", "Concern", "Longer", "advice", "longer"]

SOON = timedelta(hours=24)
DAY_BEGINS, DAY_ENDS = time(8), time(18)
MUCH = 2
"""Pieces of work for one day."""


class Concern(StrEnum):
    """What may not be meant."""

    SOON = "soon"
    """Due in less than a day."""
    MUCH = "much"
    """The class has two other pieces of work for that day."""
    HOLIDAY = "holiday"
    """Due on a day without school: a week-end, a public holiday, or in the school's holidays."""
    OUT_OF_HOURS = "out-of-hours"
    """Opened to pupils in the evening, at night, or at the week-end."""
    NO_END = "no-end"
    """A test whose answers nobody sees before all have handed in, since it has no last deadline."""


@dataclass(frozen=True)
class Advice:
    """A concern about one card."""

    card: int
    concern: Concern


@dataclass(frozen=True)
class Longer:
    """A learner who has more time by themselves."""

    person: Person
    minutes: int
    instead: int


def advice(
    session: Session,
    viewer: Viewer,
    cards: Sequence[Card],
    *,
    preset: Preset,
    zone: tzinfo,
    holidays: str | None = None,
) -> list[Advice]:
    """What may not be meant with these cards.

    :param zone: the school's clock.
    :param holidays: zone of its holidays; None for that of the viewer's school. Where it is none of `ZONES`, only
        week-ends and public holidays are known.
    """
    if holidays is None:
        holidays = session.scalar(sa.select(Tenant.zone).where(Tenant.id == viewer.tenant_id)) or ""
    found = []
    for number, card in enumerate(cards):
        concerns = [*_of_due(session, viewer, card.due_at, zone, holidays)]
        opens = (card.opens_at or now()).astimezone(zone)
        if not DAY_BEGINS <= opens.time() < DAY_ENDS or opens.weekday() > 4:
            concerns.append(Concern.OUT_OF_HOURS)
        if preset is Preset.TEST and card.closes_at is None:
            concerns.append(Concern.NO_END)
        found += [Advice(number, concern) for concern in concerns]
    return found


def _of_due(
    session: Session, viewer: Viewer, due_at: datetime | None, zone: tzinfo, holidays: str
) -> list[Concern]:
    if due_at is None:
        return []
    day = due_at.astimezone(zone).date()
    found = [Concern.SOON] if due_at < now() + SOON else []
    begins = datetime.combine(day, time(), tzinfo=zone)
    ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    others = sa.select(sa.func.count(sa.distinct(Assignment.page_id))).where(
        Assignment.tenant_id == viewer.tenant_id,
        Assignment.audience_id == viewer.audience_id,
        Assignment.due_at >= begins,
        Assignment.due_at < ends,
    )
    if (session.scalar(others) or 0) >= MUCH:
        found.append(Concern.MUCH)
    if is_public_holiday(day) or not SchoolYear.of(day, holidays).is_school_day(day):
        found.append(Concern.HOLIDAY)
    return found


def longer(session: Session, viewer: Viewer, card: Card) -> list[Longer]:
    """Those of a card's learners who have more time by themselves, in the order of the class list."""
    if card.minutes is None:
        return []
    only: set[UUID] = meant(session, viewer, card)
    people = [one for one in learners_here(session, viewer) if card.is_for_all or one.id in only]
    known = entitled_here(session, viewer, [one.id for one in people])
    given = Assignment(minutes=card.minutes, max_attempts=1, pinned=False)
    found = []
    for person in people:
        entitled = known.get(person.id)
        if entitled is None:
            continue
        theirs = window(given, person.id, (), Accommodation(time_factor=entitled.time_factor))
        if theirs.minutes is not None and theirs.minutes > card.minutes:
            found.append(Longer(person, theirs.minutes, card.minutes))
    return found
