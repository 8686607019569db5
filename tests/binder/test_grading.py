"""Marking: score by itself, review by hand, release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role
from binder.activities import Content, Score, ScoreState, activities
from binder.activities.choice import Choice
from binder.attempts import submitting
from binder.clock import frozen, uuid7
from binder.content import authoring, composing
from binder.errors import Closed, Forbidden, Invalid
from binder.marks import grading
from binder.models import ActivityProgress, Attempt, Grade, GradingProgress, OutboxEntry, Release
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)


def entries(session: Session) -> list[OutboxEntry]:
    return list(session.scalars(sa.select(OutboxEntry).execution_options(populate_existing=True)))


class Opinion(Choice):
    """A type that a person must mark."""

    name = "opinion"

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        return Score(Fraction(0), ScoreState.TO_MARK)


@pytest.fixture
def opinion() -> Iterator[None]:
    with activities.temporarily(Opinion):
        yield


def with_opinion(session: Session, **given: Any) -> School:
    """A school whose page also asks something that a person must mark."""
    school = school_in(session, **given)
    asked = authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(points="3"), type="opinion"
    )
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "activity", "activity": str(asked.id)}
    )
    authoring.publish(session, school.teacher, school.page.id)
    return school


def test_a_copy_is_scored_and_given_back_at_once(session: Session, school: School) -> None:
    with frozen(MONDAY):
        attempt = hand_in(session, school, school.lina, "bbbb")
    grade = grading.newest(attempt)
    assert grade is not None
    assert grade is grading.released(attempt)
    assert (grade.score_given, grade.score_maximum, grade.grader_id) == (1, 2, None)
    assert (grade.graded_at, grade.released_at) == (MONDAY, MONDAY)
    assert grade.per_activity == {
        str(school.activity.id): {"fraction": "1/2", "points": "1", "state": "partial"}
    }
    assert attempt.grading_progress is GradingProgress.FULLY_GRADED
    assert [entry.event for entry in entries(session)] == [grading.GRADE_RELEASED]


def test_a_third_of_a_point_stays_a_third(session: Session) -> None:
    school = school_in(session)
    data = factories.choice(points="1")
    data["key"]["mapping"] = {"bbbb": "1/3"}
    authoring.save_activity(session, school.teacher, school.binder.id, data, activity_id=school.activity.id)
    authoring.publish(session, school.teacher, school.page.id)
    attempt = hand_in(session, school, school.lina, "bbbb")
    session.expire_all()
    assert attempt.grades[-1].score_given == Fraction(1, 3)


def test_before_the_hand_in_there_is_no_grade(session: Session, school: School) -> None:
    revision = submitting.published(session, school.page)
    attempt = submitting.save(session, school.lina, school.given.id, revision.id, {}, number=1, seq=0)
    assert grading.newest(attempt) is None
    assert grading.released(attempt) is None
    with pytest.raises(Closed) as closed:
        grading.review(session, school.teacher, attempt.id, score_given=Fraction(1))
    assert closed.value.reason == "not-handed-in"


def test_by_hand_nothing_is_seen_before_the_teacher_gives_it_back(session: Session) -> None:
    school = school_in(session, release=Release.BY_HAND)
    attempts = [hand_in(session, school, viewer, "aaaa") for viewer in (school.lina, school.pupil(session))]
    assert all(grading.newest(attempt) and not grading.released(attempt) for attempt in attempts)
    assert entries(session) == []
    assert grading.release(session, school.teacher, school.given.id) == 2
    assert all(grading.released(attempt) for attempt in attempts)
    assert len(entries(session)) == 2
    assert grading.release(session, school.teacher, school.given.id) == 0
    assert [entry.seq for entry in entries(session)] == [1, 1]


def test_what_a_person_must_mark_waits_for_them(session: Session, opinion: None) -> None:
    school = with_opinion(session)
    attempt = hand_in(session, school, school.lina, "aaaa")
    assert attempt.grading_progress is GradingProgress.PENDING_MANUAL
    assert attempt.activity_progress is ActivityProgress.SUBMITTED
    assert grading.released(attempt) is None
    assert entries(session) == []
    assert grading.release(session, school.teacher, school.given.id) == 0
    with pytest.raises(Invalid):
        grading.review(session, school.teacher, attempt.id, comment="sans points")
    grade = grading.review(
        session, school.teacher, attempt.id, score_given=Fraction(9, 2), comment=" Bien.\x00 "
    )
    assert (grade.score_given, grade.score_maximum, grade.comment) == (Fraction(9, 2), 5, "Bien.")
    assert grade.grader_id == school.teacher.person_id
    assert attempt.grading_progress is GradingProgress.FULLY_GRADED
    assert attempt.activity_progress is ActivityProgress.COMPLETED
    assert grading.released(attempt) is grade
    assert len(attempt.grades) == 2


def test_by_hand_a_review_waits_for_the_release(session: Session, opinion: None) -> None:
    school = with_opinion(session, release=Release.BY_HAND)
    attempt = hand_in(session, school, school.lina, "aaaa")
    grade = grading.review(session, school.teacher, attempt.id, score_given=Fraction(4))
    assert grading.newest(attempt) is grade
    assert grading.released(attempt) is None
    assert grading.release(session, school.teacher, school.given.id) == 1
    assert grading.released(attempt) is grade
    later = grading.review(session, school.teacher, attempt.id, score_given=Fraction(5))
    assert grading.released(attempt) is grade
    assert grading.newest(attempt) is later


def test_corrections_leave_a_trail(session: Session, school: School) -> None:
    attempt = hand_in(session, school, school.lina, "cccc")
    grading.review(session, school.teacher, attempt.id, score_given=Fraction(1), comment="Presque.")
    last = grading.review(session, school.teacher, attempt.id, comment="Relu.")
    assert [grade.score_given for grade in attempt.grades] == [0, 1, 1]
    assert [grade.comment for grade in attempt.grades] == ["", "Presque.", "Relu."]
    assert grading.newest(attempt) is last
    assert grading.counting_grade(session, school.given, attempt.person_id) == (attempt, last)
    (entry,) = entries(session)
    assert entry.seq == 3


@pytest.mark.parametrize("score", [Fraction(-1, 100), Fraction(201, 100)])
def test_a_score_lies_between_nothing_and_the_maximum(
    session: Session, school: School, score: Fraction
) -> None:
    attempt = hand_in(session, school, school.lina, "cccc")
    with pytest.raises(Invalid) as refused:
        grading.review(session, school.teacher, attempt.id, score_given=score)
    assert "score_given" in refused.value.messages


def test_a_comment_has_a_length(session: Session, school: School) -> None:
    attempt = hand_in(session, school, school.lina, "cccc")
    with pytest.raises(Invalid) as refused:
        grading.review(session, school.teacher, attempt.id, comment="x" * (grading.MAX_COMMENT + 1))
    assert "comment" in refused.value.messages


def test_two_releases_for_one_learner_are_a_second_apart(session: Session) -> None:
    """Also across attempts, for the gradebook has one cell."""
    school = school_in(session, max_attempts=2)
    with frozen(MONDAY):
        first = hand_in(session, school, school.lina, "cccc")
        grading.review(session, school.teacher, first.id, score_given=Fraction(1))
        grading.review(session, school.teacher, first.id, score_given=Fraction(2))
        second = hand_in(session, school, school.lina, "aaaa", number=2)
        other = hand_in(session, school, school.pupil(session), "aaaa")
    instants = [grade.released_at for attempt in (first, second) for grade in attempt.grades]
    assert instants == [MONDAY + timedelta(seconds=n) for n in range(4)]
    assert other.grades[0].released_at == MONDAY
    with frozen(MONDAY + timedelta(hours=1)):
        late = grading.review(session, school.teacher, first.id, score_given=Fraction(0))
    assert late.released_at == MONDAY + timedelta(hours=1)
    assert first.person_id
    counts = grading.counting_grade(session, school.given, first.person_id)
    assert counts is not None
    assert (counts[0], counts[1].score_given) == (second, 2), "the last attempt counts"
    assert counts[1].released_at == late.released_at, "and what is sent is newer than what was sent"


def test_the_grade_of_a_teacher_trying_things_out_goes_nowhere(session: Session, school: School) -> None:
    attempt = hand_in(session, school, school.pupil(session, is_test=True), "aaaa")
    assert grading.released(attempt) is not None
    assert entries(session) == []


def test_a_page_without_activities_sends_no_grade(session: Session) -> None:
    school = school_in(session)
    for block in list(school.page.blocks):
        composing.remove_block(session, school.teacher, school.page.id, block["id"])
    authoring.publish(session, school.teacher, school.page.id)
    attempt = hand_in(session, school, school.lina)
    assert attempt.grades[-1].score_maximum == 0
    assert grading.released(attempt) is not None
    assert entries(session) == []


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.ADMINISTRATOR, Role.CONTENT_DEVELOPER])
def test_only_the_teacher_of_the_class_marks(session: Session, school: School, role: Role) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    viewer = factories.viewer(
        session, school.tenant, school.class_, role=role, children=frozenset({attempt.person_id})
    )
    with pytest.raises(Forbidden):
        grading.review(session, viewer, attempt.id)
    with pytest.raises(Forbidden):
        grading.release(session, viewer, school.given.id)


def test_without_a_grade_nothing_counts(session: Session, school: School) -> None:
    assert grading.counting_grade(session, school.given, uuid7()) is None
    assert session.scalar(sa.select(sa.func.count()).select_from(Grade)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0
