"""What a class answered, question by question."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.activities import activities
from binder.activities.choice import Choice
from binder.attempts import submitting
from binder.content import authoring, composing
from binder.errors import Forbidden, NotFound
from binder.giving import accommodating
from binder.marks import answered as answered_module
from binder.marks import regrading, statistics
from binder.marks.marking import greatest_points
from binder.marks.regrading import Change, Kind
from binder.models import Activity, Membership
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


def asking(session: Session, school: School, *names: str, **draw: Any) -> dict[str, Activity]:
    """A page that asks these words, or draws from them; given anew."""
    made = {}
    for name in names:
        data = {
            "title": name,
            "points": "2",
            "body": {"prompt": f"<p>{name} ?</p>"},
            "key": {"accepted": [{"text": name}]},
            "scoring": {},
        }
        made[name] = authoring.save_activity(
            session, school.teacher, school.binder.id, data, type="short_answer"
        )
    ids = [str(activity.id) for activity in made.values()]
    blocks = (
        [{"type": "draw", "activities": ids, **draw}]
        if draw
        else [{"type": "activity", "activity": i} for i in ids]
    )
    for block in blocks:
        composing.add_block(session, school.teacher, school.page.id, block)
    authoring.publish(session, school.teacher, school.page.id)
    return made


def send(session: Session, school: School, pupil: Viewer, **texts: str) -> None:
    work = submitting.open_work(session, pupil, school.given.id, again=True)
    responses = {name.replace("_", "-"): {"text": text} for name, text in texts.items()}
    submitting.hand_in(session, pupil, school.given.id, work.revision.id, responses, number=1, seq=0)


def test_answers_count_as_they_are_marked(session: Session, school: School) -> None:
    """A learner whose spelling costs nothing is right where another is not."""
    (activity,) = asking(session, school, "évaporation").values()
    name, malo = str(activity.id), school.pupil(session)
    assert malo.person_id
    accommodating.accommodate(
        session, school.teacher, malo.person_id, time_factor=Fraction(4, 3), effects=["no_spelling"]
    )
    for pupil in (school.lina, malo):
        send(session, school, pupil, **{name.replace("-", "_"): "evaporation"})
    *_, one = statistics.figures(session, school.teacher, school.given.id)
    assert one.activity_id == name
    assert dict(one.statistics.states) == {"incorrect": 1, "correct": 1}
    marked = {
        copy.attempt.person_id: copy.grade.per_activity[name]["state"]
        for copy in answered_module.copies(session, school.given)
    }
    assert marked == {school.lina.person_id: "incorrect", malo.person_id: "correct"}
    assert [(tally.answer, tally.count) for tally in one.statistics.tallies] == [("evaporation", 2)]


def test_a_question_that_was_never_drawn_counts_nobody(session: Session, school: School) -> None:
    made = asking(session, school, "un", "deux", "trois", count=1)
    send(session, school, school.lina)
    found = statistics.figures(session, school.teacher, school.given.id)
    drawn = [one for one in found if one.activity_id in {str(activity.id) for activity in made.values()}]
    assert [one.copies for one in drawn] == [1]


def test_copies_of_another_version_are_scored_by_their_own(session: Session, school: School) -> None:
    answered(session, school, "aaaa")
    data = factories.choice()
    data["key"]["correct"] = ["cccc"]
    authoring.save_activity(session, school.teacher, school.binder.id, data, activity_id=school.activity.id)
    authoring.publish(session, school.teacher, school.page.id)
    for _ in range(2):
        hand_in(session, school, school.pupil(session), "aaaa")
    (one,) = statistics.figures(session, school.teacher, school.given.id)
    assert [(each.version.number, each.copies) for each in one.versions] == [(2, 2), (1, 1)]
    assert [dict(each.statistics.states).get("correct", 0) for each in one.versions] == [0, 1]
    assert one.copies == sum(one.statistics.states.values()) == 3
    assert one.version.number == 2


def test_the_greatest_points_are_those_of_the_dearest_questions(session: Session, school: School) -> None:
    before = greatest_points(session, school.given)
    assert before == school.activity.current.points
    made = asking(session, school, "un", "deux", "trois", count=2)
    assert greatest_points(session, school.given) == before + 4
    dear = {
        "title": "un",
        "points": "7",
        "body": {"prompt": "<p>un ?</p>"},
        "key": {"accepted": [{"text": "un"}]},
    }
    authoring.save_activity(
        session, school.teacher, school.binder.id, dear, type="short_answer", activity_id=made["un"].id
    )
    group = factories.audience(session, school.tenant, "Groupe 1")
    other = factories.audience(session, school.tenant, "Groupe 2")
    for audience in (group, other):
        common = {"tenant_id": school.tenant.id, "audience_id": audience.id}
        teaching = Membership(**common, person_id=school.teacher.person_id, role=Role.INSTRUCTOR.value)
        session.add(teaching)
        session.flush()
        data = factories.choice(title=audience.title)
        mine = authoring.save_activity(session, school.teacher, school.binder.id, {**data, "points": "10"})
        block = {"type": "activity", "activity": str(mine.id), "audience": str(audience.id)}
        composing.add_block(session, school.teacher, school.page.id, block)
    revision = authoring.publish(session, school.teacher, school.page.id)
    assert greatest_points(session, revision) == before + 9 + 10
    assert greatest_points(session, school.given) == before + 9, "nobody of the class is in a group"
    for audience in (group, other):
        session.add(
            Membership(
                tenant_id=school.tenant.id,
                audience_id=audience.id,
                person_id=school.lina.person_id,
                role=Role.LEARNER.value,
            )
        )
    session.flush()
    assert greatest_points(session, school.given) == before + 9 + 20
    regrading_of = {str(school.activity.id): {"neutral": True}}
    school.given.corrections = regrading_of
    assert greatest_points(session, school.given) == 29


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
