"""The school year's weeks, and a binder that is copied for next year's class."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from binder.content import authoring, composing
from binder.errors import Forbidden, Invalid
from binder.giving import assigning, next_year
from binder.giving.next_year import Shift, Wanted
from binder.giving.school_year import ZONES, SchoolYear, moved
from binder.models import Assignment, Attempt, Page
from tests import factories
from tests.binder.conftest import School, hand_in

PARIS = ZoneInfo("Europe/Paris")


def year(begins: int, zone: str = "A") -> SchoolYear:
    """A school year."""
    return SchoolYear(begins, zone)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2025, 9, 2), "A", date(2026, 9, 1)),  # the first Tuesday
        (date(2025, 11, 4), "A", date(2026, 11, 3)),  # the first one after All Saints
        (date(2026, 2, 3), "A", date(2027, 2, 2)),
        (date(2026, 3, 10), "A", date(2027, 3, 9)),  # week 22 in all zones, the winter holidays behind it
        (date(2026, 3, 10), "B", date(2027, 3, 9)),
        (date(2026, 3, 10), "C", date(2027, 3, 9)),
        (date(2026, 2, 17), "C", date(2027, 3, 2)),  # week 21: before the holidays then, behind them now
        (date(2025, 9, 6), "A", date(2026, 9, 5)),  # a Saturday stays one
    ],
)
def test_a_day_moves_to_the_same_week_of_school(day: date, zone: str, expected: date) -> None:
    assert moved(day, year(2025, zone), year(2026, zone)) == expected


@given(st.dates(date(2020, 9, 7), date(2021, 6, 25)), st.sampled_from(ZONES), st.integers(2021, 2026))
def test_a_school_day_moves_to_a_school_day_of_the_same_week_number(day: date, zone: str, to: int) -> None:
    old, new = year(2020, zone), year(to, zone)
    if not old.is_school_day(day):
        return
    found = moved(day, old, new)
    assert new.is_school_day(found)
    monday = day - timedelta(days=day.weekday())
    number = min(old.weeks().index(monday), len(new.weeks()) - 1)
    assert found >= new.weeks()[number]
    assert found.weekday() == day.weekday() or not new.is_school_day(
        new.weeks()[number] + timedelta(days=day.weekday())
    )


def test_what_was_due_in_the_holidays_is_due_on_a_school_day(session: Session) -> None:
    for at in range(16):
        found = moved(date(2026, 2, 7) + timedelta(days=at), year(2025), year(2026))
        assert year(2026).is_school_day(found) or found.weekday() > 4


def test_where_no_holidays_are_known_weeks_are_counted() -> None:
    assert moved(date(2025, 9, 2), year(2025, ""), year(2026, "")) == date(2026, 9, 1)
    assert moved(date(2026, 2, 10), year(2025, ""), year(2026, "")) == date(2027, 2, 9)
    assert moved(date(2026, 2, 10), year(2025, "A"), year(2060, "A")) == moved(
        date(2026, 2, 10), year(2025, ""), year(2060, "")
    )
    assert not year(2060).is_known
    assert year(2026).is_known


def test_a_year_begins_in_august() -> None:
    assert SchoolYear.of(date(2026, 7, 31), "A").begins == 2025
    assert SchoolYear.of(date(2026, 8, 1), "A").begins == 2026


def at(*values: int) -> datetime:
    """An instant on the school's clock."""
    return datetime(*values, tzinfo=PARIS)  # type: ignore[misc,arg-type]  # year to minute


def test_the_hour_stays_across_summer_time() -> None:
    shift = Shift(2026, "A", PARIS)
    found = shift.moved(at(2025, 10, 17, 8, 30).astimezone(UTC))
    assert found == at(2026, 10, 16, 8, 30)
    winter = shift.moved(at(2026, 3, 27, 8, 30))  # the last day of winter time; a year later it is summer
    assert winter is not None
    assert (winter.hour, winter.minute) == (8, 30)
    assert shift.moved(None) is None


@pytest.fixture
def old(session: Session, school: School) -> Assignment:
    """Given last year, with dates, and handed in; the binder has a hidden block and a planned page, too."""
    given = school.given
    given.opens_at, given.due_at = at(2025, 9, 2, 8, 0), at(2025, 9, 9, 18, 0)
    hand_in(session, school, school.lina, "aaaa")
    section = authoring.add_section(session, school.teacher, school.binder.id, title="Plus tard")
    later = authoring.add_page(session, school.teacher, section.id, title="Corrigé")
    later.visible_from = at(2025, 9, 10, 8, 0)
    block = {"type": "text", "html": "<p>Solution</p>", "hidden_until": at(2025, 9, 10, 8, 0).isoformat()}
    composing.add_block(session, school.teacher, later.id, block)
    meeting = {
        "type": "meeting",
        "url": "https://visio.example/5a",
        "starts_at": at(2025, 9, 11, 10, 0).isoformat(),
    }
    composing.add_block(session, school.teacher, later.id, meeting)
    session.flush()
    session.expire_all()
    return given


SHIFT = Shift(2026, "A", PARIS)


def test_the_plan_shows_old_and_new_dates(session: Session, school: School, old: Assignment) -> None:
    assert school.class_.id in [
        known.id for known in next_year.classes(session, school.teacher, school.binder.id)
    ]
    plan = next_year.plan(session, school.teacher, school.binder.id, school.class_.id, SHIFT)
    assert [(row.assignment_id, row.opened_at, row.opens_at, row.due_at) for row in plan] == [
        (old.id, at(2025, 9, 2, 8, 0), at(2026, 9, 1, 8, 0), at(2026, 9, 8, 18, 0))
    ]


def test_the_copy_is_given_to_the_new_class_as_confirmed(
    session: Session, school: School, old: Assignment
) -> None:
    new_class = factories.audience(session, school.tenant, "5e C")
    teacher = factories.viewer(session, school.tenant, new_class)
    moved_on = type(school.teacher)(**{**vars(school.teacher), "audience_id": teacher.audience_id})
    wanted = {old.id: Wanted(at(2026, 9, 3, 8, 0), None)}
    new = next_year.carry_over(
        session, moved_on, school.binder.id, title="L’eau 2026", wanted=wanted, shift=SHIFT
    )
    assert (new.title, new.owner_id) == ("L’eau 2026", school.teacher.person_id)
    given = session.scalars(sa.select(Assignment).where(Assignment.audience_id == new_class.id)).one()
    assert (given.opens_at, given.due_at, given.max_attempts) == (
        at(2026, 9, 3, 8, 0),
        None,
        old.max_attempts,
    )
    assert session.get_one(Page, (school.tenant.id, given.page_id)).binder_id == new.id
    attempts = sa.select(Attempt.id).where(Attempt.assignment_id == given.id)
    assert session.scalars(attempts).all() == []
    later = next(page for page in new.pages if page.title == "Corrigé")
    assert later.visible_from == at(2026, 9, 9, 8, 0)
    assert datetime.fromisoformat(later.blocks[0]["hidden_until"]) == at(2026, 9, 9, 8, 0)
    assert datetime.fromisoformat(later.blocks[1]["starts_at"]) == at(2026, 9, 10, 10, 0)
    assert old.due_at == at(2025, 9, 9, 18, 0)


def test_what_is_not_confirmed_is_not_given(session: Session, school: School, old: Assignment) -> None:
    before = session.scalar(sa.select(sa.func.count()).select_from(Assignment))
    new = next_year.carry_over(
        session, school.teacher, school.binder.id, title="Seul le contenu", wanted={}, shift=SHIFT
    )
    assert [page.title for page in new.pages] == [page.title for page in school.binder.pages]
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == before


def test_dates_the_wrong_way_round_make_nothing(session: Session, school: School, old: Assignment) -> None:
    wanted = {old.id: Wanted(at(2026, 9, 3, 8, 0), at(2026, 9, 1, 8, 0))}
    with pytest.raises(Invalid):
        next_year.carry_over(session, school.teacher, school.binder.id, title="x", wanted=wanted, shift=SHIFT)


def test_another_teachers_class_or_binder_is_not_planned_with(
    session: Session, school: School, old: Assignment
) -> None:
    colleague = factories.viewer(session, school.tenant, school.class_, name="Paul Roux")
    other = factories.audience(session, school.tenant, "4e B")
    with pytest.raises(Forbidden):
        next_year.plan(session, school.teacher, school.binder.id, other.id, SHIFT)
    with pytest.raises(Forbidden):
        next_year.plan(session, colleague, school.binder.id, school.class_.id, SHIFT)
    at_home = type(school.teacher)(**{**vars(school.teacher), "audience_id": None})
    with pytest.raises(Forbidden):
        next_year.carry_over(
            session, at_home, school.binder.id, title="x", wanted={old.id: Wanted(None, None)}, shift=SHIFT
        )


def test_what_was_given_of_another_binder_is_not_given_by_this_one(
    session: Session, school: School, old: Assignment
) -> None:
    other, _ = factories.page_with_choice(session, school.teacher)
    elsewhere = assigning.give(session, school.teacher, other.id)
    new = next_year.carry_over(
        session,
        school.teacher,
        school.binder.id,
        title="x",
        wanted={elsewhere.id: Wanted(None, None)},
        shift=SHIFT,
    )
    query = sa.select(Assignment).join(Assignment.page).where(Page.binder_id == new.id)
    assert session.scalars(query).all() == []
