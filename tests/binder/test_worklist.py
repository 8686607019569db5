"""A learner's list of work: what stands where, across classes, and whose it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.attempts.worklist import Part, parted, work_list
from binder.clock import frozen
from binder.content import authoring
from binder.errors import Forbidden
from binder.models import (
    Assignment,
    Attempt,
    Audience,
    Grade,
    Membership,
    Override,
    Page,
    Preset,
    Recipient,
    Tenant,
    Visit,
)
from tests import factories

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Class:
    """A school with a class, a teacher, a pupil and pages that can be given."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tenant: Tenant = factories.tenant(session)
        self.audience: Audience = factories.audience(session, self.tenant)
        self.teacher: Viewer = factories.viewer(session, self.tenant, self.audience)
        self.pupil: Viewer = factories.viewer(
            session, self.tenant, self.audience, role=Role.LEARNER, name="Inès"
        )
        page, _ = factories.page_with_choice(session, self.teacher)
        authoring.publish(session, self.teacher, page.id)
        self.page: Page = page

    def give(self, audience: Audience | None = None, **values: Any) -> Assignment:
        """The page, given."""
        row = Assignment(
            tenant_id=self.tenant.id,
            page_id=self.page.id,
            audience_id=(audience or self.audience).id,
            created_by_id=self.teacher.person_id,
            **values,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def attempt(
        self, given: Assignment, *, handed_in: bool = True, released: datetime | None = None
    ) -> Attempt:
        """The pupil's."""
        revision = authoring.publish(self.session, self.teacher, self.page.id)
        row = Attempt(
            tenant_id=self.tenant.id,
            assignment_id=given.id,
            person_id=self.pupil.person_id,
            revision_id=revision.id,
            submitted_at=TUESDAY if handed_in else None,
        )
        self.session.add(row)
        self.session.flush()
        if released is not None:
            grade = Grade(tenant_id=self.tenant.id, attempt_id=row.id, score_given=1, score_maximum=2)
            grade.per_activity, grade.released_at = {}, released
            self.session.add(grade)
            self.session.flush()
        return row

    def parts(self, viewer: Viewer | None = None, person: UUID | None = None) -> dict[UUID, Part]:
        """Where each assignment stands."""
        self.session.expire_all()
        with frozen(TUESDAY):
            items = work_list(self.session, viewer or self.pupil, person, zone=PARIS)
        return {item.assignment.id: item.part for item in items}


@pytest.fixture
def school(session: Session) -> Class:
    """A class."""
    return Class(session)


def hours(number: float) -> datetime:
    return TUESDAY + timedelta(hours=number)


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({}, Part.LATER),
        ({"due_at": hours(5)}, Part.THIS_WEEK),
        ({"due_at": datetime(2026, 11, 29, 22, 59, tzinfo=UTC)}, Part.THIS_WEEK),
        ({"due_at": datetime(2026, 11, 29, 23, 1, tzinfo=UTC)}, Part.LATER),
        ({"closes_at": hours(5)}, Part.THIS_WEEK),
        ({"due_at": hours(-5)}, Part.LATE),
        ({"due_at": hours(-5), "closes_at": hours(-1)}, Part.DONE),
        ({"due_at": hours(-5), "closes_at": hours(1)}, Part.LATE),
        ({"opens_at": hours(1), "due_at": hours(5)}, Part.LATER),
        ({"preset": Preset.TRAINING, "due_at": hours(-1)}, Part.TRAINING),
        ({"preset": Preset.TRAINING, "opens_at": hours(1)}, Part.LATER),
    ],
)
def test_what_is_to_do_stands_where_its_dates_say(school: Class, values: dict[str, Any], part: Part) -> None:
    given = school.give(**values)
    assert school.parts() == {given.id: part}


def test_what_is_given_back_is_to_be_read_until_it_was_looked_at(school: Class) -> None:
    given = school.give(due_at=hours(-1))
    school.attempt(given)
    assert school.parts() == {given.id: Part.DONE}
    second = school.give(due_at=hours(-1))
    school.attempt(second, released=hours(-2))
    assert school.parts()[second.id] is Part.TO_READ
    visit = Visit(tenant_id=school.tenant.id, assignment_id=second.id, person_id=school.pupil.person_id)
    visit.first_at, visit.last_at = hours(-9), hours(-3)
    school.session.add(visit)
    school.session.flush()
    assert school.parts()[second.id] is Part.TO_READ
    visit.last_at = hours(-1)
    school.session.flush()
    assert school.parts()[second.id] is Part.DONE


def test_what_is_begun_says_so_and_what_was_missed_too(school: Class) -> None:
    begun = school.give(due_at=hours(3))
    school.attempt(begun, handed_in=False)
    missed = school.give(closes_at=hours(-3))
    with frozen(TUESDAY):
        items = {item.assignment.id: item for item in work_list(school.session, school.pupil, zone=PARIS)}
        assert items[begun.id].is_begun
        assert not items[begun.id].is_missed
        assert items[missed.id].is_missed
    assert items[begun.id].questions == 1


def test_all_classes_of_the_pupil_and_no_other(school: Class) -> None:
    choir = factories.audience(school.session, school.tenant, "Chorale")
    other = factories.audience(school.session, school.tenant, "4e B")
    member = Membership(tenant_id=school.tenant.id, audience_id=choir.id, person_id=school.pupil.person_id)
    member.role = Role.LEARNER.value
    school.session.add(member)
    here, there, elsewhere = school.give(), school.give(choir), school.give(other)
    assert set(school.parts()) == {here.id, there.id}
    assert elsewhere.id not in school.parts()
    member.active = False
    school.session.flush()
    assert set(school.parts()) == {here.id}


def test_what_is_for_others_is_not_there(school: Class) -> None:
    friend = factories.viewer(school.session, school.tenant, school.audience, role=Role.LEARNER, name="Tom")
    for_friend, for_me = school.give(), school.give()
    for given, whom in ((for_friend, friend), (for_me, school.pupil)):
        school.session.add(
            Recipient(tenant_id=school.tenant.id, assignment_id=given.id, person_id=whom.person_id)
        )
    school.session.flush()
    assert set(school.parts()) == {for_me.id}
    assert set(school.parts(friend)) == {for_friend.id}


def test_an_override_moves_it(school: Class) -> None:
    given = school.give(due_at=hours(-5))
    override = Override(tenant_id=school.tenant.id, assignment_id=given.id, person_id=school.pupil.person_id)
    override.due_at, override.created_by_id = hours(5), school.teacher.person_id
    school.session.add(override)
    school.session.flush()
    assert school.parts() == {given.id: Part.THIS_WEEK}


def test_a_parent_sees_their_child_in_that_class_only(school: Class) -> None:
    child = school.pupil.person_id
    assert child is not None
    parent = factories.viewer(
        school.session,
        school.tenant,
        school.audience,
        role=Role.MENTOR,
        name="M. A.",
        children=frozenset({child}),
    )
    choir = factories.audience(school.session, school.tenant, "Chorale")
    school.session.add(
        Membership(tenant_id=school.tenant.id, audience_id=choir.id, person_id=child, role=Role.LEARNER.value)
    )
    here, _ = school.give(), school.give(choir)
    assert set(school.parts(parent, child)) == {here.id}
    stranger = factories.viewer(
        school.session, school.tenant, school.audience, role=Role.MENTOR, name="M. B."
    )
    for viewer, person in ((stranger, child), (school.teacher, child), (school.pupil, stranger.person_id)):
        with pytest.raises(Forbidden):
            work_list(school.session, viewer, person, zone=PARIS)


def test_the_most_urgent_comes_first(school: Class) -> None:
    undated, later, late = school.give(), school.give(due_at=hours(400)), school.give(due_at=hours(-1))
    soon, sooner = school.give(due_at=hours(9)), school.give(due_at=hours(8))
    assert list(school.parts()) == [late.id, sooner.id, soon.id, later.id, undated.id]
    with frozen(TUESDAY):
        groups = parted(work_list(school.session, school.pupil, zone=PARIS))
    assert list(groups) == [Part.LATE, Part.THIS_WEEK, Part.LATER]


def test_it_takes_as_many_queries_for_forty_as_for_two(school: Class, engine: sa.Engine) -> None:
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sa.event.listen(engine, "before_cursor_execute", counted)
    school.give(), school.give()
    school.parts()
    few, count = count, 0
    for _ in range(38):
        school.give()
    count = 0
    school.parts()
    assert count <= few + 1


def test_a_page_in_the_trash_is_no_work(school: Class) -> None:
    school.give()
    school.page.trashed_at = hours(-1)
    school.session.flush()
    assert school.parts() == {}


def test_work_of_another_class_of_ones_own_can_be_opened(school: Class) -> None:
    choir = factories.audience(school.session, school.tenant, "Chorale")
    given = school.give(choir)
    with pytest.raises(Forbidden):
        submitting.open_work(school.session, school.pupil, given.id)
    member = Membership(tenant_id=school.tenant.id, audience_id=choir.id, person_id=school.pupil.person_id)
    member.role = Role.LEARNER.value
    school.session.add(member)
    school.session.flush()
    school.session.expire_all()
    assert submitting.open_work(school.session, school.pupil, given.id).answering
    member.role = Role.MENTOR.value
    school.session.flush()
    school.session.expire_all()
    with pytest.raises(Forbidden):
        submitting.open_work(school.session, school.pupil, given.id)
