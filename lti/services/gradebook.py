"""The column of a piece of work in the platform's gradebook, seen from here: what it holds, its name, and its end.

Marks go there by themselves (`lti.services.passback`); this is for a teacher who wants to see whether they arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.errors import NotFound
from binder.marks.grading import GRADE_RELEASED, counting_grade, subject_of
from binder.models import Assignment, Person
from binder.outbox import Begin
from binder.recipients import learners_of
from lti.errors import ServiceError
from lti.models import Context, LineItem, User
from lti.protocol import ags
from lti.protocol.services import Connector, Services

__all__ = ["Column", "Row", "forget", "look", "rename", "resend"]

NEAR = Fraction(1, 1000)
"""Platforms keep marks as floating numbers, some rounded to a few places."""


@dataclass(frozen=True)
class Row:
    """One learner: what was given back here, and what the gradebook holds; None for nothing."""

    person: Person
    ours: Fraction | None
    """In parts of the maximum."""
    theirs: Fraction | None
    points: Fraction | None
    maximum: Fraction | None

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        if self.ours is None or self.theirs is None:
            return self.ours is self.theirs
        return abs(self.ours - self.theirs) <= NEAR


@dataclass(frozen=True)
class Column:
    """The column as the platform has it, and everybody whom the work is for."""

    item: ags.LineItem
    rows: tuple[Row, ...]

    @property
    def differing(self) -> tuple[Row, ...]:
        """Those for whom the gradebook holds something else than was given back here."""
        return tuple(row for row in self.rows if not row.agrees)


@dataclass(frozen=True)
class _Reach:
    """How the column is reached, apart from the database."""

    connector: Connector
    url: str
    can_change: bool
    can_read_results: bool

    def item(self) -> ags.LineItem:
        """The column as the platform has it."""
        return ags.read_line_item(self.connector, self.url, read_only=not self.can_change)


def _reach(session: Session, services: Services, assignment: Assignment) -> _Reach:
    row = session.execute(
        sa.select(LineItem.url, Context)
        .join(Context, sa.and_(Context.tenant_id == LineItem.tenant_id, Context.id == LineItem.context_id))
        .where(LineItem.tenant_id == assignment.tenant_id, LineItem.assignment_id == assignment.id)
    ).first()
    if row is None:
        raise NotFound("no column in the gradebook yet")
    url, context = row
    connector = services.connector(context.deployment.registration)
    scopes = set(context.ags_scopes)
    return _Reach(connector, url, ags.LINE_ITEM in scopes, ags.RESULT_READ in scopes)


def look(begin: Begin, services: Services, assignment: Assignment) -> Column:
    """Read the column and compare; no transaction is open meanwhile.

    :raises NotFound: if there is no column: nothing was sent yet, or the platform has no gradebook for the class.
    :raises ServiceError: if the platform does not give it.
    """
    with begin() as session:
        reach = _reach(session, services, assignment)
    item = reach.item()
    results = list(ags.results(reach.connector, reach.url)) if reach.can_read_results else []
    with begin() as session:
        known = session.get_one(Assignment, (assignment.tenant_id, assignment.id))
        return Column(item, tuple(_rows(session, known, results)))


def _rows(session: Session, assignment: Assignment, results: Sequence[ags.Result]) -> list[Row]:
    learners = learners_of(session, assignment)
    query = sa.select(User.person_id, User.subject).where(
        User.tenant_id == assignment.tenant_id, User.person_id.in_([person.id for person in learners])
    )
    persons = {subject: person_id for person_id, subject in session.execute(query)}
    theirs = {persons[each.user_id]: each for each in results if each.user_id in persons}
    rows = []
    for person in learners:
        counting = counting_grade(session, assignment, person.id)
        grade = counting[1] if counting is not None else None
        ours = grade.score_given / grade.score_maximum if grade is not None and grade.score_maximum else None
        held = theirs.get(person.id)
        share = None
        if held is not None and held.score is not None and held.maximum:
            share = Fraction(held.score).limit_denominator(10**6) / Fraction(held.maximum).limit_denominator(
                10**6
            )
        points, maximum = (grade.score_given, grade.score_maximum) if grade is not None else (None, None)
        rows.append(Row(person, ours, share, points, maximum))
    return rows


def resend(session: Session, column: Column, assignment: Assignment) -> int:
    """Have the marks sent again for which the gradebook holds something else.

    :return: how many; what was never given back here is left alone there.
    """
    behind = [row for row in column.differing if row.ours is not None and not row.person.is_test]
    for row in behind:
        outbox.send_again(
            session, assignment.tenant_id, GRADE_RELEASED, subject_of(assignment.id, row.person.id)
        )
    return len(behind)


def rename(begin: Begin, services: Services, assignment: Assignment, label: str) -> ags.LineItem:
    """Give the column another name; everything else of it stays. https://www.imsglobal.org/spec/lti-ags/v2p0

    :raises NotFound: if there is no column.
    :raises ServiceError: if the platform refuses.
    """
    with begin() as session:
        reach = _reach(session, services, assignment)
    if not reach.can_change:
        raise ServiceError(403, retryable=False, detail="the platform lets nobody change its columns")
    item = reach.item()
    return ags.update_line_item(reach.connector, replace(item, label=label))


def forget(begin: Begin, services: Services, tenant_id: UUID, assignment: Assignment) -> None:
    """Take the column, with the marks in it, out of the gradebook; marks that are given back later make a new one.

    :raises NotFound: if there is no column.
    :raises ServiceError: if the platform refuses; one that is gone already is fine.
    """
    with begin() as session:
        reach = _reach(session, services, assignment)
    try:
        ags.delete_line_item(reach.connector, reach.url)
    except ServiceError as error:
        if error.platform_status not in (404, 410):
            raise
    with begin() as session:
        session.execute(
            sa.delete(LineItem).where(
                LineItem.tenant_id == tenant_id, LineItem.assignment_id == assignment.id
            )
        )
