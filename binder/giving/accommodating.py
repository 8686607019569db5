"""What a learner is always entitled to: set by their teachers, seen by these and by themselves; effects, never reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.access import Role, Viewer, who
from binder.activities import Effect
from binder.audiences import taught
from binder.clock import now, uuid7
from binder.errors import Forbidden, Invalid, NotFound
from binder.giving import deadlines
from binder.models import Accommodation, Membership

__all__ = ["MOST_FACTOR", "Entitled", "accommodate", "entitled", "entitled_here"]

MOST_FACTOR = Fraction(3)


@dataclass(frozen=True)
class Entitled:
    """A learner's accommodations; without any, their time is that of everybody."""

    time_factor: Fraction = Fraction(1)
    """Times any time limit: 4/3 for a third more."""
    effects: Collection[Effect] = field(default_factory=frozenset)


def _teaches(session: Session, viewer: Viewer, person_id: UUID) -> bool:
    """Whether the viewer teaches a class or group in which that person learns."""
    if viewer.role is not Role.INSTRUCTOR or viewer.person_id is None:
        return False
    query = sa.select(Membership.id).where(
        Membership.tenant_id == viewer.tenant_id,
        Membership.person_id == person_id,
        Membership.audience_id.in_([audience.id for audience in taught(session, viewer)]),
        Membership.role == Role.LEARNER.value,
        Membership.active,
    )
    return session.execute(query.limit(1)).first() is not None


def _row(session: Session, viewer: Viewer, person_id: UUID) -> Accommodation | None:
    query = sa.select(Accommodation).where(
        Accommodation.tenant_id == viewer.tenant_id, Accommodation.person_id == person_id
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def entitled(session: Session, viewer: Viewer, person_id: UUID) -> Entitled:
    """A learner's accommodations, for themselves and their teachers.

    :raises Forbidden: for anybody else.
    """
    own = viewer.role is Role.LEARNER and viewer.person_id == person_id
    if not own and not _teaches(session, viewer, person_id):
        raise Forbidden("another learner's accommodations")
    return _entitled(session, viewer, [person_id]).get(person_id, Entitled())


def entitled_here(session: Session, viewer: Viewer, persons: Collection[UUID]) -> dict[UUID, Entitled]:
    """Those of these learners who have any, for a teacher of the class that the viewer came from.

    :raises Forbidden: unless the viewer teaches there.
    """
    if viewer.role is not Role.INSTRUCTOR or viewer.audience_id is None:
        raise Forbidden("another class's accommodations")
    inside = sa.select(Membership.person_id).where(
        Membership.tenant_id == viewer.tenant_id,
        Membership.audience_id == viewer.audience_id,
        Membership.active,
        Membership.person_id.in_(persons),
    )
    return _entitled(session, viewer, list(session.scalars(inside)))


def _entitled(session: Session, viewer: Viewer, persons: Collection[UUID]) -> dict[UUID, Entitled]:
    query = sa.select(Accommodation).where(
        Accommodation.tenant_id == viewer.tenant_id, Accommodation.person_id.in_(persons)
    )
    return {
        row.person_id: Entitled(row.time_factor, Effect.among(row.effects)) for row in session.scalars(query)
    }


def accommodate(
    session: Session, viewer: Viewer, person_id: UUID, *, time_factor: Fraction, effects: Collection[str] = ()
) -> Entitled:
    """Say what a learner is entitled to from now on; attempts that are open get their time at once.

    :param time_factor: from 1 to `MOST_FACTOR`.
    :param effects: values of `Effect`; those of an open attempt stay as they were when it began.
    :raises Forbidden: unless the viewer teaches them.
    :raises Invalid: if a value is none of those.
    """
    if not _teaches(session, viewer, person_id):
        raise Forbidden("another class's learner")
    if not 1 <= time_factor <= MOST_FACTOR:
        raise Invalid("factor", {"time_factor": [f"must lie between 1 and {MOST_FACTOR}"]})
    if not set(effects) <= {effect.value for effect in Effect}:
        raise Invalid("effects", {"effects": ["choose from what is offered"]})
    values = {
        "time_factor": time_factor,
        "effects": sorted(set(effects)),
        "changed_by_id": who(viewer),
        "changed_at": now(),
    }
    row = _row(session, viewer, person_id)
    if row is None:
        row = Accommodation(id=uuid7(), tenant_id=viewer.tenant_id, person_id=person_id, **values)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # another teacher was first
            row = _row(session, viewer, person_id)
            if row is None:
                raise NotFound("no such person") from None
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    deadlines.renew(session, viewer.tenant_id, persons=[person_id])
    return Entitled(row.time_factor, Effect.among(row.effects))
