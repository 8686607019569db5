"""Giving a page to an audience."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.clock import uuid7
from binder.content import authoring
from binder.errors import Forbidden, Invalid, NotFound
from binder.giving import assigning
from binder.models import Release
from tests import factories
from tests.binder.conftest import School

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)


def test_a_draft_is_published_by_giving_it(session: Session, school: School) -> None:
    page = factories.page(session, school.teacher, school.binder)
    given = assigning.give(
        session,
        school.teacher,
        page.id,
        opens_at=MONDAY,
        due_at=MONDAY + timedelta(days=7),
        max_attempts=0,
        release=Release.BY_HAND,
    )
    assert page.published_number == 1
    assert (given.audience_id, given.created_by_id) == (school.class_.id, school.teacher.person_id)
    assert (given.max_attempts, given.release) == (0, Release.BY_HAND)
    assert not given.is_open(MONDAY - timedelta(seconds=1))
    assert given.is_open(MONDAY)
    assert not given.is_late(MONDAY + timedelta(days=7))
    assert given.is_late(MONDAY + timedelta(days=7, microseconds=1))


def test_what_is_published_and_unchanged_is_given_as_it_is(session: Session, school: School) -> None:
    assigning.give(session, school.teacher, school.page.id)
    assert school.page.published_number == 1
    authoring.change_page_title(session, school.teacher, school.page.id, title="Neu")
    assigning.give(session, school.teacher, school.page.id)
    assert school.page.published_number == 2


def test_work_without_dates_is_open_and_never_late(school: School) -> None:
    assert school.given.is_open(MONDAY)
    assert not school.given.is_late(MONDAY)


@pytest.mark.parametrize("due", [MONDAY, MONDAY - timedelta(days=1)])
def test_work_is_not_due_before_it_opens(session: Session, school: School, due: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        assigning.give(session, school.teacher, school.page.id, opens_at=MONDAY, due_at=due)
    assert "due_at" in refused.value.messages


@pytest.mark.parametrize("attempts", [-1, 101])
def test_the_number_of_attempts_is_bounded(session: Session, school: School, attempts: int) -> None:
    with pytest.raises(Invalid) as refused:
        assigning.give(session, school.teacher, school.page.id, max_attempts=attempts)
    assert "max_attempts" in refused.value.messages


def test_a_teacher_who_came_from_no_class_gives_nothing(session: Session, school: School) -> None:
    homeless = Viewer(school.tenant.id, school.teacher.role, school.teacher.person_id)
    with pytest.raises(Forbidden, match="no class"):
        assigning.give(session, homeless, school.page.id)
    assert assigning.given_here(session, homeless) == []


def test_a_placed_link_finds_its_assignment_or_makes_it_once(session: Session, school: School) -> None:
    owner, page = school.given.created_by_id, factories.page(session, school.teacher, school.binder)
    made = assigning.place(session, school.tenant.id, page.id, school.class_.id, owner)
    assert made.id != school.given.id
    assert assigning.place(session, school.tenant.id, page.id, school.class_.id, owner) is made
    assert assigning.place(session, school.tenant.id, school.page.id, school.class_.id, owner) is school.given
    with pytest.raises(NotFound):
        assigning.place(session, school.tenant.id, uuid7(), school.class_.id, owner)
    with pytest.raises(NotFound):
        assigning.place(session, uuid7(), page.id, school.class_.id, owner)


def test_a_class_sees_what_was_given_to_it_the_newest_first(session: Session, school: School) -> None:
    newer = assigning.give(session, school.teacher, school.page.id)
    other = factories.audience(session, school.tenant, "5e B")
    assigning.place(session, school.tenant.id, school.page.id, other.id, newer.created_by_id)
    assert [row.id for row in assigning.given_here(session, school.lina)] == [newer.id, school.given.id]
    assert assigning.assignment_of(session, school.lina, newer.id, "read") is newer
    with pytest.raises(Forbidden):
        assigning.assignment_of(session, school.lina, newer.id, "follow")
