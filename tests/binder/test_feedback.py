"""The feedback matrix: three presets, marks and answers, for learners, parents and teachers, until the last one is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.clock import frozen, now
from binder.errors import Forbidden
from binder.giving import accommodating, overriding
from binder.giving.overriding import Dates
from binder.giving.windows import GRACE
from binder.marks import feedback, grading
from binder.marks.feedback import Shown
from binder.models import Attempt, Preset, Release
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOTHING, MARKS, ALL = Shown(False, False), Shown(True, False), Shown(True, True)


def shown(
    session: Session,
    school: School,
    attempt: Attempt | None,
    viewer: Viewer | None = None,
    at: datetime | None = None,
) -> Shown:
    session.expire_all()
    return feedback.visible(session, viewer or school.lina, school.given, attempt, at or now())


@pytest.mark.parametrize(
    ("preset", "release", "at_hand_in", "after_release"),
    [
        (Preset.TRAINING, Release.AT_ONCE, ALL, ALL),
        (Preset.TRAINING, Release.BY_HAND, Shown(False, True), ALL),
        (Preset.HOMEWORK, Release.AT_ONCE, ALL, ALL),
        (Preset.HOMEWORK, Release.BY_HAND, NOTHING, ALL),
        (Preset.TEST, Release.AT_ONCE, ALL, ALL),
        (Preset.TEST, Release.BY_HAND, NOTHING, ALL),
    ],
)
def test_the_matrix(
    session: Session, preset: Preset, release: Release, at_hand_in: Shown, after_release: Shown
) -> None:
    """With one pupil, who is the last one too."""
    school = school_in(session, preset=preset, release=release)
    assert shown(session, school, None) == NOTHING
    revision = submitting.published(session, school.page)
    attempt = submitting.save(
        session, school.lina, school.given.id, revision.id, school.answers("bbbb"), number=1, seq=0
    )
    for viewer in (school.lina, school.teacher):
        assert shown(session, school, attempt, viewer) == NOTHING, "before the hand-in there is nothing"
    hand_in(session, school, school.lina, "aaaa")
    assert shown(session, school, attempt) == at_hand_in
    assert shown(session, school, attempt, school.teacher) == ALL
    grading.release(session, school.teacher, school.given.id)
    assert shown(session, school, attempt) == after_release


@pytest.mark.parametrize("preset", Preset)
def test_nobody_else_sees_anything_and_a_parent_what_their_child_sees(
    session: Session, preset: Preset
) -> None:
    school = school_in(session, preset=preset)
    attempt = hand_in(session, school, school.lina, "aaaa")
    children = frozenset({attempt.person_id})
    parent = factories.viewer(session, school.tenant, school.class_, role=Role.MENTOR, children=children)
    assert shown(session, school, attempt, parent) == shown(session, school, attempt) == ALL
    assert feedback.grade_shown(parent, attempt) is attempt.grades[-1]
    elsewhere = factories.audience(session, school.tenant)
    strangers = [
        school.pupil(session),
        factories.viewer(session, school.tenant, school.class_, role=Role.MENTOR),
        factories.viewer(session, school.tenant, school.class_, role=Role.ADMINISTRATOR),
        factories.viewer(session, school.tenant, school.class_, role=Role.CONTENT_DEVELOPER),
        factories.viewer(session, school.tenant, elsewhere, role=Role.MENTOR, children=children),
        factories.viewer(session, school.tenant, elsewhere),
    ]
    for stranger in strangers:
        assert shown(session, school, attempt, stranger) == NOTHING
        assert feedback.grade_shown(stranger, attempt) is None


def test_before_it_is_released_only_teachers_know_the_grade(session: Session) -> None:
    school = school_in(session, release=Release.BY_HAND)
    attempt = hand_in(session, school, school.lina, "aaaa")
    assert feedback.grade_shown(school.lina, attempt) is None
    assert feedback.grade_shown(school.teacher, attempt) is attempt.grades[-1]
    assert feedback.grade_shown(school.teacher, None) is None


def test_the_answers_of_a_test_wait_for_the_last_one(session: Session) -> None:
    school = school_in(session, preset=Preset.TEST, closes_at=MONDAY + DAY)
    malo = school.pupil(session)
    school.pupil(session, "Test", is_test=True)
    with frozen(MONDAY):
        attempt = hand_in(session, school, school.lina, "aaaa")
        assert shown(session, school, attempt) == MARKS
        hand_in(session, school, malo, "aaaa")
        assert shown(session, school, attempt) == ALL, "nobody is left who could hand in"


def test_the_last_deadline_is_that_of_whoever_has_most_time(session: Session) -> None:
    """Overrides and accommodations included, to the second, and the grace of a slow network."""
    school = school_in(session, preset=Preset.TEST, closes_at=MONDAY, minutes=60)
    malo, ana = school.pupil(session), school.pupil(session, "Ana")
    assert malo.person_id
    assert ana.person_id
    with frozen(MONDAY - DAY):
        accommodating.accommodate(session, school.teacher, malo.person_id, time_factor=Fraction(4, 3))
    with frozen(MONDAY - 90 * MINUTE):
        attempt = hand_in(session, school, school.lina, "aaaa")
    ends = MONDAY + 20 * MINUTE + GRACE
    for at, expected in ((MONDAY + GRACE, MARKS), (ends, MARKS), (ends + timedelta(microseconds=1), ALL)):
        assert shown(session, school, attempt, at=at) == expected
    with frozen(MONDAY):
        overriding.override(
            session,
            school.teacher,
            school.given.id,
            Dates(closes_at=MONDAY + DAY),
            person_id=ana.person_id,
        )
    assert shown(session, school, attempt, at=ends + MINUTE) == MARKS
    assert shown(session, school, attempt, at=MONDAY + DAY + GRACE) == MARKS
    assert shown(session, school, attempt, at=MONDAY + DAY + 2 * GRACE) == ALL


def test_an_attempt_that_is_open_is_waited_for_and_so_are_attempts_left(session: Session) -> None:
    school = school_in(session, preset=Preset.TEST, max_attempts=2, minutes=60)
    with frozen(MONDAY):
        attempt = hand_in(session, school, school.lina, "aaaa")
        assert shown(session, school, attempt) == MARKS, "there is a second attempt, even their own"
        submitting.begin(session, school.lina, school.given.id, number=2)
        assert shown(session, school, attempt) == MARKS
    assert shown(session, school, attempt, at=MONDAY + 60 * MINUTE) == MARKS
    with frozen(MONDAY + DAY):
        submitting.close_overdue(session)
        assert shown(session, school, attempt) == ALL


def test_without_any_end_the_answers_wait_until_all_have_handed_in(session: Session) -> None:
    school = school_in(session, preset=Preset.TEST, due_at=MONDAY)
    malo = school.pupil(session)
    attempt = hand_in(session, school, school.lina, "aaaa")
    assert shown(session, school, attempt, at=MONDAY + 300 * DAY) == MARKS
    hand_in(session, school, malo, "aaaa")
    assert shown(session, school, attempt) == ALL


def test_while_training_what_was_checked_is_told_and_the_answer_once_it_is_right(session: Session) -> None:
    school = school_in(session, preset=Preset.TRAINING)
    name, revision = str(school.activity.id), submitting.published(session, school.page)
    assert feedback.checked(None) == ({}, frozenset())

    def check(*choices: str, seq: int) -> Attempt:
        answer = {"choices": list(choices)}
        return submitting.check(
            session, school.lina, school.given.id, revision.id, name, answer, number=1, seq=seq
        )

    attempt = check("cccc", seq=0)
    results, right = feedback.checked(attempt)
    assert (results[name]["state"], right) == ("incorrect", frozenset())
    submitting.save(
        session,
        school.lina,
        school.given.id,
        revision.id,
        school.answers("bbbb"),
        number=1,
        seq=attempt.seq,
    )
    assert feedback.checked(attempt) == ({}, frozenset()), "an answer that was changed is no longer told"
    results, right = feedback.checked(check("aaaa", seq=attempt.seq))
    assert (results[name]["state"], right) == ("correct", {name})
    hand_in(session, school, school.lina, "aaaa")
    assert feedback.checked(attempt) == ({}, frozenset()), "from then on `visible` says it"


def test_what_was_checked_is_told_in_training_only(session: Session) -> None:
    school = school_in(session, preset=Preset.TRAINING)
    revision = submitting.published(session, school.page)
    attempt = submitting.check(
        session,
        school.lina,
        school.given.id,
        revision.id,
        str(school.activity.id),
        {"choices": ["aaaa"]},
        number=1,
        seq=0,
    )
    school.given.preset = Preset.TEST
    session.flush()
    assert feedback.checked(attempt) == ({}, frozenset())


def test_accommodations_are_no_business_of_who_only_follows_elsewhere(session: Session) -> None:
    school = school_in(session)
    other = factories.viewer(session, school.tenant, factories.audience(session, school.tenant))
    assert school.lina.person_id
    with pytest.raises(Forbidden):
        accommodating.entitled(session, other, school.lina.person_id)
