"""Other dates for one learner or one group, and what a teacher is told before giving."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role
from binder.attempts import submitting
from binder.clock import frozen, uuid7
from binder.errors import Closed, Forbidden, Invalid, NotFound
from binder.giving import accommodating, advising, assigning, overriding
from binder.giving.advising import Concern
from binder.giving.assigning import Card, Rules
from binder.giving.overriding import Dates
from binder.giving.windows import Window
from binder.marks import followup
from binder.models import Membership, Override, Preset
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")


def group_with(session: Session, school: School, *persons: object) -> object:
    group = factories.audience(session, school.tenant, "Groupe 1")
    for person, role in ((school.teacher.person_id, "Instructor"), *((one, "Learner") for one in persons)):
        session.add(Membership(tenant_id=school.tenant.id, audience_id=group.id, person_id=person, role=role))
    session.flush()
    return group.id


def test_one_pupil_has_until_tomorrow(session: Session) -> None:
    school = school_in(session, due_at=MONDAY, closes_at=MONDAY)
    lina, malo = school.lina.person_id, school.pupil(session)
    with frozen(MONDAY):
        row = overriding.override(
            session,
            school.teacher,
            school.given.id,
            Dates(due_at=MONDAY + DAY, closes_at=MONDAY + DAY),
            person_id=lina,
            reason=" Absente\x00 lundi ",
        )
    assert (row.reason, row.created_by_id, row.created_at) == (
        "Absente lundi",
        school.teacher.person_id,
        MONDAY,
    )
    with frozen(MONDAY + HOUR):
        assert {
            r.person.id: r.missing
            for r in followup.progress(session, school.teacher, school.given.id)
            if r.person
        } == {lina: False, malo.person_id: True}
        assert submitting.open_work(session, school.lina, school.given.id).answering
        assert not submitting.open_work(session, malo, school.given.id).answering
        (item,) = followup.work_of(session, school.lina)
        assert (item.missing, item.window.due_at) == (False, MONDAY + DAY)
        assert not hand_in(session, school, school.lina, "aaaa").late
        with pytest.raises(Closed):
            hand_in(session, school, malo, "aaaa")


def test_one_more_attempt_for_one(session: Session, school: School) -> None:
    hand_in(session, school, school.lina, "bbbb")
    overriding.override(
        session, school.teacher, school.given.id, Dates(max_attempts=2), person_id=school.lina.person_id
    )
    assert submitting.open_work(session, school.lina, school.given.id).may_begin_again
    assert hand_in(session, school, school.lina, "aaaa", number=2).number == 2


def test_setting_it_again_replaces_it_and_taking_it_back_undoes_it(session: Session, school: School) -> None:
    lina, given = school.lina.person_id, school.given.id
    for minutes in (40, 50):
        overriding.override(session, school.teacher, given, Dates(minutes=minutes), person_id=lina)
    (row,) = overriding.overrides_of(session, school.teacher, given)
    assert row.minutes == 50
    group = group_with(session, school, lina)
    overriding.override(session, school.teacher, given, Dates(due_at=MONDAY), group_id=group)  # type: ignore[arg-type]
    assert len(overriding.overrides_of(session, school.teacher, given)) == 2
    for _ in range(2):
        overriding.withdraw(session, school.teacher, given, person_id=lina)
    (row,) = overriding.overrides_of(session, school.teacher, given)
    assert row.group_id == group


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        (Dates(), "due_at"),
        (Dates(due_at=MONDAY - DAY), "due_at"),
        (Dates(closes_at=MONDAY + HOUR), "closes_at"),
        (Dates(minutes=0), "minutes"),
        (Dates(minutes=100_000), "minutes"),
        (Dates(max_attempts=-1), "max_attempts"),
        (Dates(max_attempts=101), "max_attempts"),
    ],
)
def test_what_cannot_be_changes_nothing(session: Session, dates: Dates, field: str) -> None:
    school = school_in(session, opens_at=MONDAY, due_at=MONDAY + DAY, minutes=30)
    overriding.override(
        session, school.teacher, school.given.id, Dates(minutes=40), person_id=school.lina.person_id
    )
    with pytest.raises(Invalid) as refused:
        overriding.override(session, school.teacher, school.given.id, dates, person_id=school.lina.person_id)
    assert field in refused.value.messages
    session.flush()
    session.expire_all()
    assert session.scalars(sa.select(Override.minutes)).all() == [40]


def test_a_reason_has_a_length(session: Session, school: School) -> None:
    with pytest.raises(Invalid) as refused:
        overriding.override(
            session,
            school.teacher,
            school.given.id,
            Dates(minutes=4),
            person_id=school.lina.person_id,
            reason="x" * 501,
        )
    assert "reason" in refused.value.messages


def test_it_is_for_those_whom_the_work_is_for(session: Session, school: School) -> None:
    malo = school.pupil(session)
    assert malo.person_id
    (given,) = assigning.distribute(
        session, school.teacher, school.page.id, [Card(persons=[malo.person_id])], Rules()
    )
    elsewhere = group_with(
        session,
        school,
        factories.viewer(session, school.tenant, role=Role.LEARNER).person_id,
    )
    for whose in (
        {"person_id": school.lina.person_id},
        {"person_id": uuid7()},
        {"group_id": uuid7()},
        {"group_id": school.class_.id},
        {"group_id": elsewhere},
        {"person_id": malo.person_id, "group_id": elsewhere},
        {},
    ):
        with pytest.raises(NotFound):
            overriding.override(session, school.teacher, given.id, Dates(minutes=4), **whose)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.ADMINISTRATOR, Role.CONTENT_DEVELOPER])
def test_only_the_teacher_of_the_class_sets_or_sees_them(
    session: Session, school: School, role: Role
) -> None:
    lina = school.lina.person_id
    assert lina
    viewer = factories.viewer(session, school.tenant, school.class_, role=role, children=frozenset({lina}))
    given = school.given.id
    with pytest.raises(Forbidden):
        overriding.override(session, viewer, given, Dates(minutes=4), person_id=lina)
    with pytest.raises(Forbidden):
        overriding.withdraw(session, viewer, given, person_id=lina)
    with pytest.raises(Forbidden):
        overriding.overrides_of(session, viewer, given)
    with pytest.raises(Forbidden):
        overriding.reschedule(session, viewer, given, Window())


def test_new_dates_for_everybody_reach_open_copies_and_leave_what_was_promised(session: Session) -> None:
    school = school_in(session, due_at=MONDAY, closes_at=MONDAY)
    malo = school.pupil(session)
    assert malo.person_id
    overriding.override(
        session,
        school.teacher,
        school.given.id,
        Dates(closes_at=MONDAY + 5 * DAY),
        person_id=malo.person_id,
    )
    revision = submitting.published(session, school.page)
    with frozen(MONDAY - HOUR):
        mine, theirs = (
            submitting.save(session, who, school.given.id, revision.id, {}, number=1, seq=0)
            for who in (school.lina, malo)
        )
        overriding.reschedule(
            session, school.teacher, school.given.id, Window(None, MONDAY, MONDAY + DAY, None, 3)
        )
    assert (mine.deadline_at, theirs.deadline_at) == (MONDAY + DAY, MONDAY + 5 * DAY)
    assert school.given.max_attempts == 3
    with pytest.raises(Invalid):
        overriding.reschedule(session, school.teacher, school.given.id, Window(MONDAY, MONDAY - DAY))
    assert school.given.closes_at == MONDAY + DAY


# Before giving


def concerns(
    session: Session, school: School, *cards: Card, at: datetime, preset: Preset = Preset.HOMEWORK
) -> list[tuple[int, Concern]]:
    with frozen(at):
        found = advising.advice(session, school.teacher, cards, preset=preset, zone=PARIS, holidays="A")
    return [(one.card, one.concern) for one in found]


def test_a_teacher_is_told_what_may_not_be_meant(session: Session, school: School) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=PARIS)
    assert concerns(session, school, Card(due_at=noon + 2 * DAY), at=noon) == []
    assert concerns(session, school, Card(due_at=noon + 23 * HOUR), at=noon) == [(0, Concern.SOON)]
    christmas = datetime(2026, 12, 24, 12, tzinfo=PARIS)
    assert concerns(session, school, Card(), Card(due_at=christmas), at=noon) == [(1, Concern.HOLIDAY)]
    saturday = Card(due_at=datetime(2026, 11, 28, 12, tzinfo=PARIS))
    assert concerns(session, school, saturday, at=noon) == [(0, Concern.HOLIDAY)]
    for at in (noon.replace(hour=7, minute=59), noon.replace(hour=18), noon + 4 * DAY):
        assert concerns(session, school, Card(), at=at) == [(0, Concern.OUT_OF_HOURS)]
    assert concerns(session, school, Card(opens_at=noon + DAY), at=noon.replace(hour=22)) == []
    assert concerns(session, school, Card(), at=noon, preset=Preset.TEST) == [(0, Concern.NO_END)]
    assert concerns(session, school, Card(closes_at=noon + 9 * DAY), at=noon, preset=Preset.TEST) == []


@pytest.mark.parametrize(
    ("zone", "day", "told"),
    [
        ("", "2027-02-15", False),  # a Monday of zone A's winter holidays
        ("A", "2027-02-15", True),
        ("C", "2027-02-15", True),
        ("B", "2027-02-15", False),
        ("Corse", "2027-02-15", False),
        ("", "2027-05-06", True),  # Ascension
        ("", "2027-03-29", True),  # Easter Monday
        ("", "2027-05-17", True),  # Whit Monday
        ("B", "2026-11-11", True),
        ("", "2026-11-15", True),  # a Sunday
        ("", "2026-11-16", False),
    ],
)
def test_a_day_without_school_is_told_by_the_schools_own_calendar(
    session: Session, school: School, zone: str, day: str, told: bool
) -> None:
    school.tenant.zone = zone
    session.flush()
    due = datetime.fromisoformat(day).replace(hour=12, tzinfo=PARIS)
    with frozen(datetime(2026, 11, 3, 12, tzinfo=PARIS)):
        found = advising.advice(
            session, school.teacher, [Card(due_at=due)], preset=Preset.HOMEWORK, zone=PARIS
        )
    assert (Concern.HOLIDAY in [one.concern for one in found]) is told


def test_a_third_piece_of_work_for_one_day_is_told(session: Session, school: School) -> None:
    noon = datetime(2026, 11, 26, 12, tzinfo=PARIS)
    due = noon.replace(hour=0)
    for number in range(2):
        assert concerns(session, school, Card(due_at=due), at=noon - 2 * DAY) == []
        page = factories.page(session, school.teacher, school.binder, f"Feuille {number}")
        assigning.give(session, school.teacher, page.id, due_at=due.replace(hour=8 + number))
        assigning.give(session, school.teacher, page.id, due_at=due.replace(hour=23))
    assert concerns(session, school, Card(due_at=due), at=noon - 2 * DAY) == [(0, Concern.MUCH)]
    assert concerns(session, school, Card(due_at=due + DAY), at=noon - 2 * DAY) == []


def test_those_who_have_more_time_are_named(session: Session, school: School) -> None:
    malo = school.pupil(session)
    lina = school.lina.person_id
    assert lina
    assert malo.person_id
    accommodating.accommodate(session, school.teacher, lina, time_factor=Fraction(4, 3))
    accommodating.accommodate(
        session, school.teacher, malo.person_id, time_factor=Fraction(1), effects=["no_spelling"]
    )
    (found,) = advising.longer(session, school.teacher, Card(minutes=50))
    assert (found.person.id, found.minutes, found.instead) == (lina, 67, 50)
    assert advising.longer(session, school.teacher, Card()) == []
    assert advising.longer(session, school.teacher, Card(minutes=50, persons=[malo.person_id])) == []
    assert len(advising.longer(session, school.teacher, Card(minutes=50, persons=[lina]))) == 1
