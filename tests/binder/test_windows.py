"""One function computes a learner's window: dates in every French zone, extra time, overrides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.giving.windows import Window, deadline, window, windows_of
from binder.models import Accommodation, Assignment, Membership, Override
from tests import factories
from tests.binder.conftest import School

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINA, MALO, GROUP = uuid7(), uuid7(), uuid7()
ZONES = (
    "Europe/Paris",
    "Indian/Reunion",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Mayotte",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "America/Miquelon",
)
"""Miquelon changes its clocks as well, on other days than Paris."""


def work(**values: object) -> Assignment:
    return Assignment(**{"max_attempts": 1, "pinned": False, **values})


def extra(factor: Fraction | int | str) -> Accommodation:
    return Accommodation(person_id=LINA, time_factor=Fraction(factor), effects=[])


def own(**values: object) -> Override:
    return Override(person_id=LINA, **values)


def of_group(**values: object) -> Override:
    return Override(group_id=GROUP, **values)


def test_without_anything_special_it_is_what_everybody_has() -> None:
    given_ = work(opens_at=MONDAY, due_at=MONDAY + HOUR, closes_at=MONDAY + 2 * HOUR, minutes=30)
    assert window(given_, LINA) == Window(MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR, 30, 1)
    assert window(work(), None) == Window()


@pytest.mark.parametrize(
    ("minutes", "factor", "longer"),
    [(30, "4/3", 40), (50, "4/3", 67), (55, "4/3", 74), (1, "4/3", 2), (60, "3/2", 90), (45, 1, 45)],
)
def test_a_third_more_time_is_rounded_up_to_the_minute(minutes: int, factor: str, longer: int) -> None:
    assert window(work(minutes=minutes), LINA, (), extra(factor)).minutes == longer


def test_the_end_moves_with_the_extra_time_unless_it_is_pinned() -> None:
    ends = MONDAY + HOUR
    for pinned, moved in ((False, timedelta(minutes=20)), (True, timedelta(0))):
        given_ = work(due_at=ends, closes_at=ends, minutes=60, pinned=pinned)
        found = window(given_, LINA, (), extra("4/3"))
        assert (found.closes_at, found.due_at, found.minutes) == (ends + moved, ends + moved, 80)
        assert deadline(found, MONDAY) == ends + moved
        assert deadline(found, MONDAY - 2 * HOUR) == MONDAY - 2 * HOUR + timedelta(minutes=80)


def test_extra_time_without_a_time_limit_changes_no_date() -> None:
    given_ = work(due_at=MONDAY, closes_at=MONDAY + HOUR)
    assert window(given_, LINA, (), extra(2)) == window(given_, LINA)


def test_a_factor_below_one_takes_nothing_away() -> None:
    assert window(work(minutes=30), LINA, (), extra("1/2")).minutes == 30


def test_ones_own_override_goes_before_that_of_the_group_before_that_of_everybody() -> None:
    given_ = work(due_at=MONDAY, closes_at=MONDAY + HOUR, minutes=30, max_attempts=1)
    group = of_group(due_at=MONDAY + HOUR, minutes=45, max_attempts=3)
    mine = own(minutes=50, max_attempts=0)
    assert window(given_, LINA, [group]) == Window(
        None, MONDAY + HOUR, MONDAY + HOUR + timedelta(minutes=15), 45, 3
    )
    for order in ([group, mine], [mine, group]):
        found = window(given_, LINA, order)
        assert (found.due_at, found.minutes, found.max_attempts) == (
            MONDAY + HOUR + timedelta(minutes=5),
            50,
            0,
        )
    assert window(given_, MALO, [mine]) == window(given_, MALO), "an override is for one"


def test_extra_time_counts_on_what_a_group_has_and_not_on_what_is_ones_own() -> None:
    given_ = work(minutes=30)
    assert window(given_, LINA, [of_group(minutes=60)], extra("4/3")).minutes == 80
    assert window(given_, LINA, [own(minutes=60)], extra("4/3")).minutes == 60


def test_of_several_groups_the_most_generous_holds() -> None:
    given_ = work(opens_at=MONDAY, due_at=MONDAY, minutes=30)
    both = [
        of_group(opens_at=MONDAY - HOUR, due_at=MONDAY + HOUR, max_attempts=2),
        of_group(opens_at=MONDAY + HOUR, due_at=MONDAY + 2 * HOUR, minutes=20, max_attempts=0),
    ]
    for order in (both, both[::-1]):
        assert window(given_, LINA, order) == Window(MONDAY - HOUR, MONDAY + 2 * HOUR, None, 20, 0)


def test_what_is_asked_of_a_window() -> None:
    found = Window(MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR, None, 2)
    tick = timedelta(microseconds=1)
    assert [found.is_open(at) for at in (MONDAY - tick, MONDAY)] == [False, True]
    assert [found.is_late(MONDAY + HOUR + more) for more in (0 * tick, tick)] == [False, True]
    assert [found.is_over(MONDAY + 2 * HOUR + more) for more in (0 * tick, tick)] == [False, True]
    assert [found.allows(number) for number in (1, 2, 3)] == [True, True, False]
    always = Window(max_attempts=0)
    assert always.is_open(MONDAY)
    assert not always.is_late(MONDAY)
    assert not always.is_over(MONDAY)
    assert always.allows(999)
    assert deadline(always, MONDAY) is None


near_a_change = st.sampled_from(
    [datetime(2026, 10, 25), datetime(2027, 3, 28), datetime(2026, 11, 1), datetime(2027, 3, 14)]
).flatmap(
    lambda day: st.timedeltas(timedelta(hours=-30), timedelta(hours=30)).map(
        lambda by: (day + by).replace(microsecond=0)
    )
)
clocks = st.builds(
    lambda at, zone, fold: at.replace(tzinfo=ZoneInfo(zone), fold=fold),
    st.one_of(near_a_change, st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31))),
    st.sampled_from(ZONES),
    st.sampled_from([0, 1]),
)
limits = st.one_of(st.none(), st.integers(1, 600))
factors = st.fractions(1, 3, max_denominator=12)
assignments = st.builds(
    work,
    opens_at=st.none() | clocks,
    due_at=st.none() | clocks,
    closes_at=st.none() | clocks,
    minutes=limits,
    pinned=st.booleans(),
    max_attempts=st.integers(0, 5),
)
values = {
    "opens_at": st.none() | clocks,
    "due_at": st.none() | clocks,
    "closes_at": st.none() | clocks,
    "minutes": limits,
    "max_attempts": st.none() | st.integers(0, 5),
}
owns, groups = st.builds(own, **values), st.builds(of_group, **values)


def no_earlier(first: datetime | None, then: datetime | None) -> bool:
    return first is None or (then is not None and then >= first)


@given(assignments, st.lists(groups, max_size=2), st.none() | owns, factors, factors, clocks)
def test_more_extra_time_never_shortens_anything(
    given_: Assignment,
    group: list[Override],
    mine: Override | None,
    one: Fraction,
    other: Fraction,
    started: datetime,
) -> None:
    overrides = [*group, *([mine] if mine else [])]
    less, more = sorted((one, other))
    short, long = (window(given_, LINA, overrides, extra(factor)) for factor in (less, more))
    assert no_earlier(short.closes_at, long.closes_at)
    assert no_earlier(short.due_at, long.due_at)
    assert (short.minutes is None) == (long.minutes is None)
    assert (short.minutes or 0) <= (long.minutes or 0)
    assert no_earlier(deadline(short, started), deadline(long, started))
    assert (short.opens_at, short.max_attempts) == (long.opens_at, long.max_attempts)


@given(assignments, st.lists(groups, max_size=2), owns, factors)
def test_ones_own_override_is_exact(
    given_: Assignment, group: list[Override], mine: Override, factor: Fraction
) -> None:
    found = window(given_, LINA, [*group, mine], extra(factor))
    for name in values:
        said = getattr(mine, name)
        if said is not None:
            assert getattr(found, name) == (said.astimezone(UTC) if isinstance(said, datetime) else said), (
                name
            )


@given(assignments, st.lists(groups, max_size=2), st.none() | owns, factors, clocks)
def test_instants_are_utc_and_elapsed_time_is_real_time(
    given_: Assignment, group: list[Override], mine: Override | None, factor: Fraction, started: datetime
) -> None:
    overrides = [*group, *([mine] if mine else [])]
    found = window(given_, LINA, overrides, extra(factor))
    for instant in (found.opens_at, found.due_at, found.closes_at):
        assert instant is None or instant.tzinfo is UTC
    ends = deadline(found, started)
    if found.minutes is None:
        assert ends == found.closes_at
        return
    assert ends is not None
    assert ends.tzinfo is UTC
    assert ends.timestamp() - started.timestamp() <= found.minutes * 60, "also over a night of 25 hours"
    if found.closes_at is None:
        assert ends.timestamp() - started.timestamp() == found.minutes * 60


@given(st.integers(1, 600), factors, clocks)
def test_a_time_limit_is_as_long_in_every_zone(minutes: int, factor: Fraction, started: datetime) -> None:
    found = window(work(minutes=minutes), LINA, (), extra(factor))
    assert found.minutes == ceil(minutes * factor)
    same = {deadline(found, started.astimezone(ZoneInfo(zone))) for zone in ZONES}
    assert same == {started.astimezone(UTC) + timedelta(minutes=found.minutes)}


def test_the_night_that_has_an_hour_twice() -> None:
    """In Paris two o'clock comes twice on 25 October 2026; the test lasts an hour all the same."""
    paris = ZoneInfo("Europe/Paris")
    before = datetime(2026, 10, 25, 2, 30, tzinfo=paris)
    ends = deadline(window(work(minutes=60), LINA), before)
    assert ends == datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=paris).astimezone(UTC)


def member(
    session: Session, school: School, group: UUID, person: UUID | None, *, active: bool = True
) -> None:
    session.add(
        Membership(
            tenant_id=school.tenant.id, audience_id=group, person_id=person, role="Learner", active=active
        )
    )
    session.flush()


def test_those_of_a_class_at_one_look(session: Session, school: School) -> None:
    malo, ana = school.pupil(session), school.pupil(session, "Ana")
    group = factories.audience(session, school.tenant, "Groupe 1")
    member(session, school, group.id, malo.person_id)
    member(session, school, group.id, ana.person_id, active=False)
    lina = school.lina.person_id
    assert lina
    assert malo.person_id
    assert ana.person_id
    common = {
        "tenant_id": school.tenant.id,
        "assignment_id": school.given.id,
        "created_by_id": school.teacher.person_id,
    }
    session.add_all(
        [
            Override(group_id=group.id, due_at=MONDAY, **common),
            Override(person_id=lina, minutes=7, **common),
            Accommodation(
                tenant_id=school.tenant.id,
                person_id=ana.person_id,
                time_factor=Fraction(4, 3),
                changed_by_id=school.teacher.person_id,
            ),
        ]
    )
    school.given.minutes = 30
    session.flush()
    found = windows_of(session, [school.given], [lina, malo.person_id, ana.person_id])
    told = [found[school.given.id, who] for who in (lina, malo.person_id, ana.person_id)]
    assert [(one.minutes, one.due_at) for one in told] == [(7, None), (30, MONDAY), (40, None)]
    assert windows_of(session, [], [lina]) == windows_of(session, [school.given], []) == {}
