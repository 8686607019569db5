"""Giving a page and changing its dates, at the screens: cards, presets, what is told before, one pupil's own time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.attempts import submitting
from binder.clock import frozen
from binder.giving import accommodating, assigning
from binder.models import (
    Accommodation,
    Assignment,
    Attempt,
    Audience,
    Counting,
    Membership,
    Override,
    Preset,
    Recipient,
    Release,
)
from tests import factories
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""Ten o'clock in Paris, on a day of school."""


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    with frozen(TUESDAY):
        yield opened
    opened.close()


@pytest.fixture
def teacher(school: School) -> Somebody:
    """The teacher at the page to give."""
    teacher = somebody(school, "teacher", "en")
    teacher.open(give_path(school))
    return teacher


def give_path(school: School) -> str:
    return f"/lti/my/pages/{school.ids['page']}/give"


def given(school: School) -> list[Assignment]:
    """What was given in this test, the first first."""
    with Session(school.engine) as session:
        query = sa.select(Assignment).where(Assignment.created_at >= TUESDAY).order_by(Assignment.id)
        return list(session.scalars(query))


def pupil_id(school: School, who: str) -> UUID:
    id = school.people[who].person_id
    assert id
    return id


def make_group(school: School, *who: str) -> UUID:
    with school.begin() as session:
        group = Audience(tenant_id=school.people["teacher"].tenant_id, title="Groupe 1")
        session.add(group)
        session.flush()
        for name, role in (("teacher", "Instructor"), *((one, "Learner") for one in who)):
            session.add(
                Membership(
                    tenant_id=group.tenant_id,
                    audience_id=group.id,
                    person_id=pupil_id(school, name),
                    role=role,
                )
            )
        return group.id


def test_the_form_as_it_stands_gives_the_page_to_the_class(school: School, teacher: Somebody) -> None:
    fields = {name: teacher.field(name) for name in ("cards", "told")}
    teacher.send(give_path(school), action="give", who="class", max_attempts="1", **fields)
    (one,) = given(school)
    assert (one.preset, one.release, one.counting) == (Preset.HOMEWORK, Release.AT_ONCE, Counting.LAST)
    assert (one.minutes, one.closes_at, one.pinned, one.shuffled) == (None, None, False, False)


def test_all_that_can_be_said_is_kept(school: School, teacher: Somebody) -> None:
    group = make_group(school, "pupil2")
    html = teacher.open(give_path(school))
    assert "Groupe 1" in html
    teacher.send(
        give_path(school),
        cards="2",
        told="",
        **{
            "who": f"group:{group}",
            "opens_at": "2026-11-26T08:00",
            "due_at": "2026-11-27T17:00",
            "closes_at": "2026-11-30T08:00",
            "minutes": "30",
            "who-1": "pupils",
            "person-1": [str(pupil_id(school, "pupil")), str(pupil_id(school, "pupil3"))],
            "due_at-1": "2031-06-17T17:00",
        },
        preset="training",
        release="by_hand",
        max_attempts="0",
        counting="best",
        try_penalty="1/3",
        shuffled="1",
        pinned="1",
        estimated_minutes="20",
    )
    assert teacher.status == 200
    first, second = given(school)
    for one in (first, second):
        assert (one.preset, one.release, one.counting) == (
            Preset.TRAINING,
            Release.AT_ONCE,
            Counting.BEST,
        ), "training gives everything back at once"
        assert (one.try_penalty, one.shuffled, one.pinned, one.estimated_minutes) == (
            Fraction(1, 3),
            True,
            True,
            20,
        )
    assert first.closes_at == datetime(2026, 11, 30, 7, tzinfo=UTC)
    assert (first.minutes, second.minutes) == (30, None)
    assert second.due_at == datetime(2031, 6, 17, 15, tzinfo=UTC)
    with Session(school.engine) as session:
        rows = session.scalars(sa.select(Recipient)).all()
    assert {row.group_id for row in rows if row.assignment_id == first.id} == {group}
    assert {row.person_id for row in rows if row.assignment_id == second.id} == {
        pupil_id(school, "pupil"),
        pupil_id(school, "pupil3"),
    }


def test_more_cards_and_fewer_without_any_script(school: School, teacher: Somebody) -> None:
    typed = {"who": "pupils", "person": str(pupil_id(school, "pupil")), "minutes": "25"}
    html = teacher.send(give_path(school), action="more", cards="1", **typed)
    assert "Card 2" in html
    assert 'name="closes_at-1"' in html
    assert re.search(r'name="minutes"[^>]*value="25"', html), "what was typed stays"
    html = teacher.send(give_path(school), action="fewer", cards="2", **typed)
    assert "Card 2" not in html
    assert given(school) == []


@pytest.mark.parametrize(
    ("fields", "words", "field"),
    [
        ({"who": "pupils"}, "choose at least one pupil", "who"),
        ({"who": "pupils", "person": str(uuid4())}, "choose pupils of this class", "who"),
        ({"who": f"group:{uuid4()}"}, "choose a group of this class", "who"),
        ({"cards": "2", "minutes-1": "0"}, "a whole number from 1 to 1440", "minutes-1"),
        ({"cards": "2", "minutes-1": "x"}, "a whole number from 1 to 1440", "minutes-1"),
        (
            {"cards": "2", "opens_at-1": "2026-11-27T08:00", "closes_at-1": "2026-11-26T08:00"},
            "the last deadline is before the work opens",
            "closes_at-1",
        ),
        ({"cards": "2", "due_at-1": "demain"}, "write a date and a time", "due_at-1"),
        ({"cards": "2", "who-1": "class"}, "somebody would get it twice", "who-1"),
        ({"cards": "99"}, "a whole number from 1 to 20", ""),
        ({"estimated_minutes": "-1"}, "a whole number", "estimated_minutes"),
    ],
)
def test_what_is_wrong_on_a_card_is_told_at_its_field(
    school: School, teacher: Somebody, fields: dict[str, str], words: str, field: str
) -> None:
    html = teacher.send(give_path(school), **fields)
    assert teacher.status == 422
    assert words in html
    if field:
        assert f'href="#{field}"' in html
        assert f'id="{field}"' in html
    assert given(school) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"preset": "exam"},
        {"counting": "worst"},
        {"try_penalty": "-7"},
        {"release": "never"},
        {"shuffled": "yes"},
    ],
)
def test_values_that_the_form_does_not_have_are_the_usual_ones(
    school: School, teacher: Somebody, fields: dict[str, str]
) -> None:
    teacher.send(give_path(school), **fields)
    (one,) = given(school)
    assert (one.preset, one.counting, one.try_penalty, one.release, one.shuffled) == (
        Preset.HOMEWORK,
        Counting.LAST,
        0,
        Release.AT_ONCE,
        False,
    )


def test_what_may_not_be_meant_is_told_once(school: School, teacher: Somebody) -> None:
    soon: dict[str, Any] = {"due_at": "2026-11-25T08:00", "who": "class", "cards": "1"}
    html = teacher.send(give_path(school), told="", **soon)
    assert "It is due in less than 24 hours." in html
    assert "Give it all the same" in html
    assert re.search(r'name="due_at"[^>]*value="2026-11-25T08:00"', html)
    assert given(school) == []
    saturday = {**soon, "due_at": "2026-11-28T08:00"}
    html = teacher.send(give_path(school), told=teacher.field("told"), **saturday)
    assert "There is no school on the day it is due." in html, "another concern is told again"
    teacher.send(give_path(school), told=teacher.field("told"), **saturday)
    assert len(given(school)) == 1


def test_who_has_more_time_is_named_before_it_is_given(school: School, teacher: Somebody) -> None:
    with school.begin() as session:
        accommodating.accommodate(
            session,
            school.people["teacher"],
            pupil_id(school, "pupil"),
            time_factor=Fraction(4, 3),
        )
    timed = {"minutes": "30", "cards": "1", "who": "class"}
    html = teacher.send(give_path(school), told="", **timed)
    assert "Inès Amrani: 40 min instead of 30, by themselves." in html
    teacher.send(give_path(school), told=teacher.field("told"), **timed)
    assert len(given(school)) == 1


def test_in_the_evening_the_form_says_that_pupils_see_it_at_once(school: School) -> None:
    teacher = somebody(school, "teacher", "en")
    assert "outside school hours" not in teacher.open(give_path(school))
    with frozen(TUESDAY.replace(hour=21)):
        assert "outside school hours" in teacher.open(give_path(school))


# Afterwards


def pupil_path(school: School, who: str = "pupil2", what: str = "free") -> str:
    return f"/lti/my/given/{school.ids[what]}/pupils/{pupil_id(school, who)}"


def test_one_pupil_gets_other_dates_and_loses_them_again(school: School) -> None:
    teacher = somebody(school, "teacher", "en")
    html = teacher.open(f"/lti/my/given/{school.ids['free']}")
    assert pupil_path(school).removeprefix("/lti/my") in html
    teacher.open(pupil_path(school))
    html = teacher.send(
        pupil_path(school),
        action="override",
        due_at="2026-12-01T17:00",
        minutes="45",
        max_attempts="3",
        reason="Absent",
    )
    assert teacher.status == 200
    assert "45 minutes" in html
    assert 'value="2026-12-01T17:00"' in html
    assert 'value="Absent"' in html
    pupil = somebody(school, "pupil2", "en")
    html = pupil.open(f"/lti/my/work/{school.ids['free']}")
    assert "You have 45 minutes from when you begin." in html
    assert "Absent" not in html
    teacher.send(pupil_path(school), action="withdraw")
    with Session(school.engine) as session:
        assert session.scalars(sa.select(Override)).all() == []


def test_what_cannot_be_is_told_and_what_was_typed_stays(school: School) -> None:
    teacher = somebody(school, "teacher", "en")
    teacher.open(pupil_path(school))
    html = teacher.send(
        pupil_path(school), opens_at="2026-12-02T08:00", due_at="2026-12-01T08:00", reason="Voyage"
    )
    assert teacher.status == 422
    assert "the work is due before it opens" in html
    assert 'value="2026-12-02T08:00"' in html
    assert 'value="Voyage"' in html
    assert "say what is different" in teacher.send(pupil_path(school), due_at="")
    for factor in ("0", "1/0", "viel", "9"):
        teacher.send(pupil_path(school), action="accommodate", time_factor=factor)
        assert teacher.status == 422, factor
    teacher.send(pupil_path(school), action="accommodate", time_factor="1", effects="dys")
    assert teacher.status == 422


def test_more_time_is_set_for_all_work(school: School) -> None:
    teacher = somebody(school, "teacher", "en")
    teacher.open(pupil_path(school))
    html = teacher.send(pupil_path(school), action="accommodate", time_factor="4/3", effects=["no_spelling"])
    assert re.search(r'value="4/3" selected', html)
    assert re.search(r'value="no_spelling" checked', html)
    with Session(school.engine) as session:
        row = session.scalars(sa.select(Accommodation)).one()
        assert (row.time_factor, row.effects) == (Fraction(4, 3), ["no_spelling"])
    html = teacher.open(f"/lti/my/given/{school.ids['free']}")
    for words in ("4/3", "third more", "no_spelling", "entitled"):
        assert words not in html, "the list may be projected"


def test_new_dates_for_everybody_and_for_a_group(school: School) -> None:
    group = make_group(school, "pupil2")
    path = f"/lti/my/given/{school.ids['free']}/dates"
    teacher = somebody(school, "teacher", "en")
    html = teacher.open(path)
    assert "Groupe 1" in html
    assert re.search(r'name="max_attempts"[^>]*value="0"', html), "what holds stands in the form"
    teacher.send(path, due_at="2026-12-01T17:00", minutes="50", max_attempts="2")
    assert teacher.status == 200
    teacher.open(f"{path}?group={group}")
    teacher.send(path, group=str(group), minutes="60", reason="Demi-groupe")
    with Session(school.engine) as session:
        one = session.get_one(Assignment, (school.people["teacher"].tenant_id, school.ids["free"]))
        assert (one.minutes, one.max_attempts) == (50, 2)
        assert session.scalars(sa.select(Override.minutes)).all() == [60]
    html = teacher.open(f"{path}?group={group}")
    assert "Demi-groupe" in html
    assert "For everybody: 50 minutes" in html
    teacher.send(path, group=str(group), action="withdraw")
    teacher.open(path)
    html = teacher.send(path, due_at="2026-12-01T17:00", opens_at="2026-12-02T17:00")
    assert teacher.status == 422
    assert "the work is due before it opens" in html
    for wrong in (str(uuid4()), "x"):
        teacher.open(path)
        teacher.send(path, group=wrong, minutes="60")
        assert teacher.status == 404


@pytest.mark.parametrize("who", ["pupil", "parent", "head", "colleague", "stranger"])
def test_nobody_else_sees_or_sets_any_of_it(school: School, who: str) -> None:
    for path in (pupil_path(school), f"/lti/my/given/{school.ids['free']}/dates"):
        other = somebody(school, who)
        other.open(path)
        assert other.status == 403
        token = somebody(school, who)
        token.open("/lti/my/")
        if 'name="token"' in token.html:
            token.send(path, minutes="99", action="override")
            assert token.status in (403, 404)
    with Session(school.engine) as session:
        assert session.scalars(sa.select(Override)).all() == []


def test_a_pupil_whom_it_is_not_for_is_not_found(school: School) -> None:
    teacher = somebody(school, "teacher")
    for person in (uuid4(), pupil_id(school, "parent"), pupil_id(school, "teacher")):
        teacher.open(f"/lti/my/given/{school.ids['free']}/pupils/{person}")
        assert teacher.status == 404


def test_following_hands_in_what_is_overdue(school: School) -> None:
    with school.begin() as session:
        page, _ = factories.page_with_choice(session, school.people["teacher"])
        one = assigning.give(session, school.people["teacher"], page.id, minutes=10)
        submitting.begin(session, school.people["pupil"], one.id, number=1)
    teacher = somebody(school, "teacher", "en")
    path = f"/lti/my/given/{one.id}"
    assert "Begun" in teacher.open(path)
    with frozen(TUESDAY.replace(hour=10)):
        html = teacher.open(path)
        assert teacher.status == 200
        assert "Time was over" in html
        html = teacher.open(f"{path}/pupils/{pupil_id(school, 'pupil')}")
        assert "Handed in when time was over" in html
    with Session(school.engine) as session:
        assert session.scalars(sa.select(Attempt.by_server).where(Attempt.assignment_id == one.id)).all() == [
            True
        ]
