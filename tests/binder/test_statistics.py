"""What a class answered, question by question."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.orm import Session

from binder import authoring, composing, regrading, statistics
from binder.access import Role
from binder.activities import activities
from binder.activities.choice import Choice
from binder.errors import Forbidden, NotFound
from binder.regrading import Change, Kind
from tests import factories
from tests.binder.conftest import School, hand_in, school_in


def answered(session: Session, school: School, *choices: str) -> None:
    for number, choice in enumerate(choices):
        pupil = school.lina if number == 0 else school.pupil(session, f"Élève {number}")
        hand_in(session, school, pupil, *([choice] if choice else []))


def test_states_and_answers_are_counted(session: Session, school: School) -> None:
    answered(session, school, "aaaa", "cccc", "cccc", "bbbb", "")
    (one,) = statistics.figures(session, school.teacher, school.given.id)
    assert (one.activity_id, one.copies) == (str(school.activity.id), 5)
    assert dict(one.statistics.states) == {"correct": 1, "incorrect": 2, "partial": 1, "unanswered": 1}
    assert [(tally.answer, tally.count) for tally in one.statistics.tallies] == [
        ("de la vapeur", 1),
        ("un nuage", 1),
        ("de la glace", 2),
    ]
    assert one.statistics.mean == Fraction(3, 10)
    assert one.correction == {}


@pytest.mark.parametrize(("count", "told"), [(1, False), (4, False), (5, True)])
def test_a_mean_of_few_copies_would_tell_on_somebody(
    session: Session, school: School, count: int, told: bool
) -> None:
    answered(session, school, *["aaaa"] * count)
    (one,) = statistics.figures(session, school.teacher, school.given.id)
    assert (one.statistics.mean is not None) is told


def test_the_last_copy_of_each_learner_counts_and_no_teachers(session: Session) -> None:
    school = school_in(session, max_attempts=3)
    hand_in(session, school, school.lina, "cccc")
    hand_in(session, school, school.lina, "aaaa", number=2)
    hand_in(session, school, school.pupil(session, "Essai", is_test=True), "cccc")
    (one,) = statistics.figures(session, school.teacher, school.given.id)
    assert dict(one.statistics.states) == {"correct": 1}


def test_nothing_handed_in_no_figures(session: Session, school: School) -> None:
    assert statistics.figures(session, school.teacher, school.given.id) == []


def test_corrections_count(session: Session, school: School) -> None:
    answered(session, school, "cccc")
    change = Change(Kind.ACCEPT, {"choices": ["cccc"]})
    regrading.apply(session, school.teacher, school.given.id, school.activity.id, change)
    (one,) = statistics.figures(session, school.teacher, school.given.id)
    assert dict(one.statistics.states) == {"correct": 1}
    regrading.apply(
        session, school.teacher, school.given.id, school.activity.id, Change(Kind.FULL), reason="Énoncé faux"
    )
    (one,) = statistics.figures(session, school.teacher, school.given.id)
    assert one.correction["full"] is True


def test_a_question_is_counted_where_it_was_asked(session: Session, school: School) -> None:
    """A second question that only later copies have."""
    answered(session, school, "aaaa")
    data: dict[str, Any] = factories.choice(title="Autre")
    other = authoring.save_activity(session, school.teacher, school.binder.id, data)
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "activity", "activity": str(other.id)}
    )
    authoring.publish(session, school.teacher, school.page.id)
    hand_in(session, school, school.pupil(session), "aaaa")
    first, second = statistics.figures(session, school.teacher, school.given.id)
    assert (first.copies, second.copies) == (2, 1)
    assert dict(second.statistics.states) == {"unanswered": 1}


def test_a_type_that_is_not_installed_any_more_has_no_figures(session: Session, school: School) -> None:
    class Opinion(Choice):
        name = "opinion"

    with activities.temporarily(Opinion):
        data = factories.choice()
        authoring.save_activity(
            session, school.teacher, school.binder.id, data, type="opinion", activity_id=school.activity.id
        )
        authoring.publish(session, school.teacher, school.page.id)
        answered(session, school, "aaaa")
    assert statistics.figures(session, school.teacher, school.given.id) == []
    with pytest.raises(NotFound):
        regrading.preview(session, school.teacher, school.given.id, school.activity.id, Change(Kind.FULL))


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.ADMINISTRATOR, Role.CONTENT_DEVELOPER])
def test_only_the_teacher_of_the_class_sees_them(session: Session, school: School, role: Role) -> None:
    viewer = factories.viewer(session, school.tenant, school.class_, role=role)
    with pytest.raises(Forbidden):
        statistics.figures(session, viewer, school.given.id)
    elsewhere = factories.viewer(session, school.tenant, factories.audience(session, school.tenant, "4e C"))
    with pytest.raises(Forbidden):
        statistics.figures(session, elsewhere, school.given.id)
