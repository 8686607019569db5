"""A binder for next year's class: the same content, and what was given given again in the same weeks of school."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from binder.access import Role, Viewer
from binder.content.composing import changed
from binder.content.copying import copy_binder
from binder.errors import Forbidden, Invalid
from binder.giving import assigning
from binder.giving.school_year import SchoolYear, moved
from binder.models import Assignment, Audience, Binder, Membership, Page, Section
from binder.owning import own_binder
from binder.recipients import Card

__all__ = ["Planned", "Shift", "Wanted", "carry_over", "classes", "plan"]


@dataclass(frozen=True)
class Shift:
    """From any year to another.

    :param year: in which the other school year begins.
    :param zone: of the school holidays, `A`, `B` or `C`; anything else counts whole weeks.
    :param clock: the school's.
    """

    year: int
    zone: str
    clock: ZoneInfo

    def moved(self, instant: datetime | None) -> datetime | None:
        """The same hour of the school's clock on the day that corresponds; summer time makes no difference to it."""
        if instant is None:
            return None
        local = instant.astimezone(self.clock)
        day = moved(local.date(), SchoolYear.of(local.date(), self.zone), SchoolYear(self.year, self.zone))
        return datetime.combine(day, time(local.hour, local.minute, local.second), self.clock)


@dataclass(frozen=True)
class Planned:
    """Something that was given, with the dates that it would have."""

    assignment_id: UUID
    page_id: UUID
    title: str
    opened_at: datetime | None
    was_due_at: datetime | None
    opens_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Wanted:
    """The dates that the teacher has confirmed for something that was given."""

    opens_at: datetime | None
    due_at: datetime | None


def classes(session: Session, viewer: Viewer, binder_id: UUID) -> list[Audience]:
    """The viewer's classes that were given pages of a binder, those given to last first."""
    binder = own_binder(session, viewer, binder_id)
    query = (
        sa.select(Audience)
        .join(
            Assignment,
            sa.and_(Assignment.tenant_id == Audience.tenant_id, Assignment.audience_id == Audience.id),
        )
        .join(Page, sa.and_(Page.tenant_id == Assignment.tenant_id, Page.id == Assignment.page_id))
        .join(
            Membership,
            sa.and_(Membership.tenant_id == Audience.tenant_id, Membership.audience_id == Audience.id),
        )
        .where(
            Audience.tenant_id == viewer.tenant_id,
            Page.binder_id == binder.id,
            Membership.person_id == viewer.person_id,
            Membership.role == Role.INSTRUCTOR.value,
        )
        .group_by(Audience.tenant_id, Audience.id, Audience.title)
        .order_by(sa.func.max(Assignment.created_at).desc())
    )
    return list(session.scalars(query))


def plan(session: Session, viewer: Viewer, binder_id: UUID, audience_id: UUID, shift: Shift) -> list[Planned]:
    """What was given of a binder to a class, with the dates moved to the same weeks of another year.

    :raises Forbidden: if the class is none of the viewer's.
    """
    binder = own_binder(session, viewer, binder_id)
    if audience_id not in {known.id for known in classes(session, viewer, binder_id)}:
        raise Forbidden("not a class that was given anything of this binder")
    query = (
        sa.select(Assignment)
        .join(Assignment.page)
        .where(
            Assignment.tenant_id == viewer.tenant_id,
            Assignment.audience_id == audience_id,
            Page.binder_id == binder.id,
            Page.trashed_at.is_(None),
            Assignment.activity_id.is_(None),
        )
        .options(joinedload(Assignment.page))
        .order_by(
            sa.func.coalesce(Assignment.opens_at, Assignment.due_at, Assignment.created_at), Assignment.id
        )
    )
    return [
        Planned(
            given.id,
            given.page_id,
            given.page.title,
            given.opens_at,
            given.due_at,
            shift.moved(given.opens_at),
            shift.moved(given.due_at),
        )
        for given in session.scalars(query)
    ]


def carry_over(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    *,
    title: str,
    wanted: Mapping[UUID, Wanted],
    shift: Shift,
) -> Binder:
    """Copy a binder, without anybody's work, and give the copy's pages to the class that the viewer came from.

    What the old binder shows from some day on, the new one shows from the day that corresponds.

    :param wanted: assignment of the old binder → its dates; what is not there is not given.
    :raises Invalid: if dates are the wrong way round; nothing has been made then.
    :raises Forbidden: if something is to be given and the viewer came from no class.
    """
    old = own_binder(session, viewer, binder_id)
    if wanted and viewer.audience_id is None:
        raise Forbidden("no class to give it to")
    for dates in wanted.values():
        if dates.opens_at and dates.due_at and dates.due_at <= dates.opens_at:
            raise Invalid("dates", {"due_at": ["the work is due before it opens"]})
    given = _given(session, viewer, old, list(wanted))
    with session.begin_nested():
        new = copy_binder(session, viewer, binder_id, title=title)
        _move_dates(session, viewer, old, new, shift)
        pages = dict(zip(_in_order(old.chapters), _in_order(new.chapters), strict=True))
        for row in given:
            card = _card(row, wanted[row.id], shift)
            assigning.distribute(session, viewer, pages[row.page_id], [card], assigning.rules_of(row))
    return new


def _card(row: Assignment, dates: Wanted, shift: Shift) -> Card:
    """For the whole class, whoever had it last year; the last deadline stays as far behind the date as it was."""
    closes_at = shift.moved(row.closes_at)
    if row.closes_at and row.due_at and dates.due_at:
        closes_at = dates.due_at + (row.closes_at - row.due_at)
    return Card(opens_at=dates.opens_at, due_at=dates.due_at, closes_at=closes_at, minutes=row.minutes)


DATED = ("hidden_until", "starts_at", "ends_at")
"""Fields of blocks that hold an instant: when a block appears, when a virtual class takes place."""


def _move_dates(session: Session, viewer: Viewer, old: Binder, new: Binder, shift: Shift) -> None:
    """Pages and sections that were shown from some day on, and the dates in blocks."""
    for theirs, ours in zip(_walk(old.chapters), _walk(new.chapters), strict=True):
        ours.visible_from = shift.moved(theirs.visible_from)
        if isinstance(ours, Page) and any(block.get(name) for block in ours.blocks for name in DATED):
            ours.blocks = [_moved_block(block, shift) for block in ours.blocks]
            changed(session, viewer, ours)


def _moved_block(block: Mapping[str, Any], shift: Shift) -> dict[str, Any]:
    found = dict(block)
    for name in DATED:
        instant = shift.moved(datetime.fromisoformat(block[name]) if block.get(name) else None)
        if instant is not None:
            found[name] = instant.isoformat()
    return found


def _given(session: Session, viewer: Viewer, binder: Binder, ids: Sequence[UUID]) -> list[Assignment]:
    query = (
        sa.select(Assignment)
        .join(Assignment.page)
        .where(
            Assignment.tenant_id == viewer.tenant_id,
            Assignment.id.in_(ids),
            Page.binder_id == binder.id,
            Page.trashed_at.is_(None),
            Assignment.activity_id.is_(None),
        )
        .order_by(Assignment.id)
    )
    return list(session.scalars(query))


def _walk(sections: Sequence[Section]) -> Iterator[Section | Page]:
    """All sections and pages in reading order: a copy has the same order."""
    for section in sections:
        yield section
        yield from section.pages
        yield from _walk(section.sections)


def _in_order(sections: Sequence[Section]) -> list[UUID]:
    return [part.id for part in _walk(sections) if isinstance(part, Page)]
