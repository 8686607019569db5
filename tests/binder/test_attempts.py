"""Attempts: begun by a button, over in time, saved question by question, checked, counted, in an order of their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer, may
from binder.activities import Content, Effect, Score, ScoreState, activities
from binder.activities.choice import Choice
from binder.attempts import submitting
from binder.clock import frozen, now, uuid7
from binder.content import authoring, composing
from binder.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from binder.giving import accommodating, assigning, overriding
from binder.giving.assigning import Card, Rules
from binder.giving.overriding import Dates
from binder.giving.windows import GRACE
from binder.marks import followup, grading
from binder.models import (
    ActivityVersion,
    Assignment,
    Attempt,
    Counting,
    Grade,
    Membership,
    OutboxEntry,
    Preset,
    Release,
)
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def save(session: Session, school: School, *choices: str, seq: int = 0, **more: Any) -> Attempt:
    viewer = more.pop("viewer", school.lina)
    revision = submitting.published(session, school.page)
    answers = more.pop("answers", None) or school.answers(*choices)
    number = more.pop("number", 1)
    return submitting.save(
        session, viewer, school.given.id, revision.id, answers, number=number, seq=seq, **more
    )


def opened(session: Session, school: School, viewer: Viewer | None = None, **how: Any) -> submitting.Work:
    session.expire_all()
    return submitting.open_work(session, viewer or school.lina, school.given.id, **how)


def ask_more(session: Session, school: School, count: int) -> list[str]:
    """More questions on the page; the ids of all, in their order."""
    for number in range(count):
        more = authoring.save_activity(
            session, school.teacher, school.binder.id, factories.choice(title=f"Nr. {number}")
        )
        session.expire(school.binder)
        composing.add_block(
            session, school.teacher, school.page.id, {"type": "activity", "activity": str(more.id)}
        )
    authoring.publish(session, school.teacher, school.page.id)
    revision = submitting.published(session, school.page)
    return [block["activity"] for block in revision.blocks if block["type"] == "activity"]


# Recipients


def group_of(session: Session, school: School, *pupils: Viewer) -> Any:
    group = factories.audience(session, school.tenant, "Groupe 1")
    for viewer, role in ((school.teacher, Role.INSTRUCTOR), *((one, Role.LEARNER) for one in pupils)):
        session.add(
            Membership(
                tenant_id=school.tenant.id,
                audience_id=group.id,
                person_id=viewer.person_id,
                role=role.value,
            )
        )
    session.flush()
    return group


def test_several_cards_are_several_assignments_each_for_its_own(session: Session, school: School) -> None:
    malo, ana = school.pupil(session), school.pupil(session, "Ana")
    group = group_of(session, school, malo)
    assert ana.person_id
    cards = [
        Card(group_id=group.id, due_at=MONDAY, minutes=30),
        Card(persons=[ana.person_id, ana.person_id], due_at=MONDAY + DAY, closes_at=MONDAY + 2 * DAY),
    ]
    first, second = assigning.distribute(
        session, school.teacher, school.page.id, cards, Rules(preset=Preset.TEST, estimated_minutes=20)
    )
    assert (first.due_at, first.minutes, first.preset) == (MONDAY, 30, Preset.TEST)
    assert (second.due_at, second.closes_at, second.minutes) == (MONDAY + DAY, MONDAY + 2 * DAY, None)
    assert second.estimated_minutes == 20

    def meant(given: Assignment) -> list[Viewer]:
        return [one for one in (school.lina, malo, ana) if may(one, "answer", given)]

    assert [meant(given) for given in (first, second, school.given)] == [
        [malo],
        [ana],
        [school.lina, malo, ana],
    ]
    rows = followup.progress(session, school.teacher, first.id)
    assert [row.person.id for row in rows if row.person] == [malo.person_id]
    assert {row.assignment.id for row in followup.work_of(session, ana)} == {second.id, school.given.id}
    for stranger in (school.lina, ana):
        with pytest.raises(Forbidden):
            submitting.open_work(session, stranger, first.id)
        with pytest.raises(Forbidden):
            submitting.begin(session, stranger, first.id, number=1)
    nobody = Viewer(school.tenant.id, Role.LEARNER, audience_id=school.class_.id)
    assert not may(nobody, "read", first)
    assert may(nobody, "read", school.given)


def test_parents_see_what_is_for_their_own_child(session: Session, school: School) -> None:
    malo, ana = school.pupil(session), school.pupil(session, "Ana")
    assert malo.person_id
    assert ana.person_id
    (given,) = assigning.distribute(
        session, school.teacher, school.page.id, [Card(persons=[malo.person_id])], Rules()
    )
    both = frozenset({malo.person_id, ana.person_id})
    parent = factories.viewer(session, school.tenant, school.class_, role=Role.MENTOR, children=both)
    other = factories.viewer(
        session, school.tenant, school.class_, role=Role.MENTOR, children=frozenset({ana.person_id})
    )
    assert submitting.open_work(session, parent, given.id, person_id=malo.person_id).versions
    with pytest.raises(Forbidden):
        submitting.open_work(session, parent, given.id, person_id=ana.person_id)
    with pytest.raises(Forbidden):
        submitting.open_work(session, other, given.id)
    for child, found in ((malo.person_id, 2), (ana.person_id, 1)):
        assert len(followup.work_of(session, parent, child)) == found
    assert [one.id for one in assigning.given_here(session, other)] == [school.given.id]


def test_who_leaves_a_group_has_its_work_no_longer_and_who_comes_gets_it(
    session: Session, school: School
) -> None:
    malo = school.pupil(session)
    group = group_of(session, school, malo)
    (given,) = assigning.distribute(
        session, school.teacher, school.page.id, [Card(group_id=group.id)], Rules()
    )
    revision = submitting.published(session, school.page)
    attempt = submitting.hand_in(session, malo, given.id, revision.id, {}, number=1, seq=0)
    assert may(malo, "see-copy", attempt)
    leaving = (Membership.person_id == malo.person_id, Membership.audience_id == group.id)
    session.execute(sa.update(Membership).where(*leaving).values(active=False))
    session.add(
        Membership(
            tenant_id=school.tenant.id,
            audience_id=group.id,
            person_id=school.lina.person_id,
            role="Learner",
        )
    )
    session.flush()
    session.expire_all()
    assert [may(one, "read", given) for one in (malo, school.lina)] == [False, True]
    assert not may(malo, "see-copy", attempt)
    assert may(school.teacher, "see-copy", attempt)


def test_a_placed_link_is_for_the_whole_class(session: Session, school: School) -> None:
    page = factories.page(session, school.teacher, school.binder)
    lina = school.lina.person_id
    assert lina
    (given,) = assigning.distribute(session, school.teacher, page.id, [Card(persons=[lina])], Rules())
    owner = school.given.created_by_id
    placed = assigning.place(session, school.tenant.id, page.id, school.class_.id, owner)
    assert placed.id != given.id


@pytest.mark.parametrize(
    ("cards", "field"),
    [
        (lambda lina, group: [Card(), Card(persons=[lina])], "who"),
        (lambda lina, group: [Card(persons=[lina]), Card(persons=[lina])], "who"),
        (lambda lina, group: [Card(persons=[lina]), Card(group_id=group)], "who"),
        (lambda lina, group: [Card(), Card(persons=[uuid7()])], "who"),
        (lambda lina, group: [Card(), Card(group_id=uuid7())], "who"),
        (lambda lina, group: [Card(persons=[lina]), Card(minutes=0)], "minutes"),
        (lambda lina, group: [Card(persons=[lina]), Card(minutes=1441)], "minutes"),
        (
            lambda lina, group: [
                Card(persons=[lina]),
                Card(group_id=group, due_at=MONDAY, closes_at=MONDAY - SECOND),
            ],
            "closes_at",
        ),
        (
            lambda lina, group: [Card(persons=[lina]), Card(opens_at=MONDAY, closes_at=MONDAY)],
            "closes_at",
        ),
    ],
)
def test_a_card_that_cannot_be_is_told_by_its_number(
    session: Session, school: School, cards: Callable[..., list[Card]], field: str
) -> None:
    group = group_of(session, school, school.lina)
    with pytest.raises(Invalid) as refused:
        assigning.distribute(
            session,
            school.teacher,
            school.page.id,
            cards(school.lina.person_id, group.id),
            Rules(),
        )
    assert list(refused.value.messages["cards"]) == [1]
    assert field in refused.value.messages["cards"][1]
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


@pytest.mark.parametrize(
    "rules",
    [Rules(try_penalty=Fraction(2)), Rules(try_penalty=Fraction(-1)), Rules(estimated_minutes=0)],
)
def test_rules_have_bounds(session: Session, school: School, rules: Rules) -> None:
    with pytest.raises(Invalid):
        assigning.distribute(session, school.teacher, school.page.id, [Card()], rules)
    with pytest.raises(Invalid):
        assigning.distribute(session, school.teacher, school.page.id, [Card()] * 21, Rules())


# Beginning, and the end


def test_with_a_time_limit_the_page_is_shown_once_it_is_begun(session: Session) -> None:
    school = school_in(session, minutes=30)
    assert school.lina.person_id
    parent = factories.viewer(
        session,
        school.tenant,
        school.class_,
        role=Role.MENTOR,
        children=frozenset({school.lina.person_id}),
    )
    before = opened(session, school)
    assert (before.must_begin, before.answering, list(before.blocks), before.remaining) == (
        True,
        True,
        [],
        None,
    )
    assert not before.versions
    assert not opened(session, school, parent, person_id=school.lina.person_id).blocks
    assert opened(session, school, school.teacher).blocks
    with frozen(MONDAY):
        begun = submitting.begin(session, school.lina, school.given.id, number=1)
        assert submitting.begin(session, school.lina, school.given.id, number=1) is begun, "a double click"
    assert (begun.started_at, begun.deadline_at, begun.seq) == (MONDAY, MONDAY + 30 * MINUTE, 1)
    with frozen(MONDAY + 10 * MINUTE + timedelta(milliseconds=1)):
        work = opened(session, school)
        assert (work.must_begin, work.answering, work.remaining) == (False, True, 20 * 60 - 1)
        assert work.versions


@pytest.mark.parametrize(("number", "error"), [(0, Invalid), (2, Invalid), (-1, Invalid)])
def test_only_the_next_attempt_is_begun(session: Session, number: int, error: type[Exception]) -> None:
    school = school_in(session, minutes=30, max_attempts=3)
    with pytest.raises(error):
        submitting.begin(session, school.lina, school.given.id, number=number)


def test_nothing_is_begun_before_it_opens_or_after_it_closes(session: Session) -> None:
    school = school_in(session, opens_at=MONDAY, closes_at=MONDAY + DAY, minutes=30)
    for at, reason in ((MONDAY - SECOND, "not-open"), (MONDAY + DAY + SECOND, "over")):
        with frozen(at), pytest.raises(Closed) as closed:
            submitting.begin(session, school.lina, school.given.id, number=1)
        assert closed.value.reason == reason
    with frozen(MONDAY + DAY + SECOND):
        work = opened(session, school)
        assert (work.answering, work.is_over, work.may_begin_again) == (False, True, False)


def test_what_comes_in_time_is_taken_in_and_what_a_slow_network_brings_is_flagged(session: Session) -> None:
    school = school_in(session, minutes=30)
    with frozen(MONDAY):
        submitting.begin(session, school.lina, school.given.id, number=1)
    ends = MONDAY + 30 * MINUTE
    with frozen(ends):
        attempt = save(session, school, "bbbb", seq=1)
    assert not attempt.in_grace
    with frozen(ends + SECOND):
        assert not opened(session, school).answering, "the form is gone; what is on its way is still taken in"
        assert opened(session, school).remaining == 0
    with frozen(ends + GRACE):
        attempt = save(session, school, "aaaa", seq=2)
    assert attempt.in_grace
    assert attempt.responses == school.answers("aaaa")
    with frozen(ends + GRACE + SECOND):
        for write in (save, lambda *args, **more: hand_in(session, school, school.lina, "cccc")):
            with pytest.raises(Closed) as closed:
                write(session, school, "cccc", seq=3)
            assert closed.value.reason == "time-over"
        assert opened(session, school).is_overdue
    assert attempt.responses == school.answers("aaaa")


def test_a_hand_in_in_the_seconds_of_grace_is_not_late(session: Session) -> None:
    school = school_in(session, due_at=MONDAY, closes_at=MONDAY)
    with frozen(MONDAY - MINUTE):
        save(session, school, "bbbb")
    with frozen(MONDAY + 20 * SECOND):
        attempt = hand_in(session, school, school.lina, "aaaa")
    assert (attempt.late, attempt.in_grace, attempt.submitted_at) == (False, True, MONDAY + 20 * SECOND)


def test_whoever_typed_without_ever_saving_has_the_same_grace(session: Session) -> None:
    school = school_in(session, closes_at=MONDAY)
    with frozen(MONDAY + GRACE):
        attempt = save(session, school, "aaaa")
        assert attempt.in_grace
    school = school_in(session, closes_at=MONDAY)
    with frozen(MONDAY + GRACE + SECOND), pytest.raises(Closed) as closed:
        save(session, school, "aaaa")
    assert closed.value.reason == "over"


def test_a_copy_that_cannot_be_scored_is_not_tried_at_each_look(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = school_in(session, minutes=30)
    malo, tries = school.pupil(session), list[datetime]()
    with frozen(MONDAY):
        attempt = save(session, school, "aaaa")
        submitting.begin(session, malo, school.given.id, number=1)
    score = grading.score

    def fails(session: Session, one: Attempt, versions: Any) -> Any:
        if one.id != attempt.id or len(tries) > 1:
            return score(session, one, versions)
        tries.append(now())
        raise RuntimeError("a type that fails")

    monkeypatch.setattr(grading, "score", fails)
    over = MONDAY + 31 * MINUTE
    for minutes, closed, seen in ((0, 1, 1), (1, 0, 1), (14, 0, 1), (16, 0, 2), (30, 0, 2), (32, 1, 2)):
        with frozen(over + minutes * MINUTE):
            assert submitting.is_any_overdue(session) is (minutes in (0, 16, 32))
            assert submitting.close_overdue(session) == closed
        assert len(tries) == seen
    assert attempt.submitted_at is not None
    assert attempt.grades[-1].score_given == 2


def test_the_server_hands_in_what_is_saved(session: Session) -> None:
    school = school_in(session, minutes=30)
    malo = school.pupil(session)
    with frozen(MONDAY):
        submitting.begin(session, malo, school.given.id, number=1)
        save(session, school, "aaaa")
    ends = MONDAY + 30 * MINUTE
    with frozen(ends + GRACE):
        assert not submitting.is_any_overdue(session)
        assert submitting.close_overdue(session) == 0
    with frozen(ends + GRACE + SECOND):
        assert submitting.is_any_overdue(session)
        assert submitting.is_any_overdue(session, assignment_id=school.given.id)
        assert not submitting.is_any_overdue(session, assignment_id=uuid7())
        assert submitting.close_overdue(session, 1) == 1
        assert submitting.close_overdue(session) == 1
        assert submitting.close_overdue(session) == 0
    for viewer, points in ((school.lina, 2), (malo, 0)):
        attempt = opened(session, school, viewer).attempt
        assert attempt is not None
        assert (attempt.submitted_at, attempt.by_server, attempt.late) == (ends, True, False)
        assert grading.released(attempt) is not None
        assert attempt.grades[-1].score_given == points
    assert len(session.scalars(sa.select(OutboxEntry)).all()) == 2


def test_after_that_the_same_answers_give_the_receipt_and_others_are_told_that_they_came_too_late(
    session: Session,
) -> None:
    school = school_in(session, minutes=30)
    with frozen(MONDAY):
        save(session, school, "aaaa")
    with frozen(MONDAY + DAY):
        submitting.close_overdue(session)
        attempt = hand_in(session, school, school.lina, "aaaa")
        assert attempt.by_server
        for write in (submitting.save, submitting.hand_in):
            revision = submitting.published(session, school.page)
            with pytest.raises(Closed) as closed:
                write(
                    session,
                    school.lina,
                    school.given.id,
                    revision.id,
                    school.answers("bbbb"),
                    number=1,
                    seq=1,
                )
            assert closed.value.reason == "time-over"
    assert attempt.responses == school.answers("aaaa")
    assert session.scalar(sa.select(sa.func.count()).select_from(Grade)) == 1


def test_one_copy_that_cannot_be_scored_keeps_no_other_waiting(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = school_in(session, minutes=30)
    malo = school.pupil(session)
    with frozen(MONDAY):
        save(session, school, "aaaa")
        save(session, school, "bbbb", viewer=malo)
    score = grading.score

    def breaking(session: Session, attempt: Attempt, versions: Any) -> Any:
        if attempt.person_id == school.lina.person_id:
            raise RuntimeError("a type that is gone")
        return score(session, attempt, versions)

    monkeypatch.setattr(grading, "score", breaking)
    with frozen(MONDAY + DAY):
        assert submitting.close_overdue(session) == 1
        monkeypatch.undo()
    with frozen(MONDAY + DAY + 16 * MINUTE):
        assert submitting.close_overdue(session) == 1


def test_the_closing_ends_attempts_without_a_time_limit_too(session: Session) -> None:
    school = school_in(session, closes_at=MONDAY)
    with frozen(MONDAY - DAY):
        attempt = save(session, school, "aaaa")
    assert attempt.deadline_at == MONDAY
    with frozen(MONDAY + DAY):
        assert submitting.close_overdue(session) == 1
    assert (attempt.submitted_at, attempt.by_server) == (MONDAY, True)


def test_without_an_end_nothing_is_ever_overdue(session: Session) -> None:
    school = school_in(session, due_at=MONDAY)
    with frozen(MONDAY):
        assert save(session, school, "aaaa").deadline_at is None
    with frozen(MONDAY + 400 * DAY):
        assert submitting.close_overdue(session) == 0
        assert opened(session, school).answering


def test_the_clock_of_the_device_plays_no_part(session: Session) -> None:
    """All that a device sends is what it has been told: number, sequence, answers."""
    school = school_in(session, minutes=30)
    with frozen(MONDAY):
        attempt = save(session, school, "aaaa")
    assert (attempt.started_at, attempt.saved_at, attempt.deadline_at) == (
        MONDAY,
        MONDAY,
        MONDAY + 30 * MINUTE,
    )


def test_a_teacher_who_edits_the_question_meanwhile_changes_no_open_copy(session: Session) -> None:
    school = school_in(session, minutes=30)
    with frozen(MONDAY):
        attempt = save(session, school, "bbbb")
        authoring.save_activity(
            session,
            school.teacher,
            school.binder.id,
            factories.choice(points="9"),
            activity_id=school.activity.id,
        )
        authoring.publish(session, school.teacher, school.page.id)
        save(session, school, "aaaa", seq=1)
    with frozen(MONDAY + DAY):
        submitting.close_overdue(session)
    assert (attempt.grades[-1].score_given, attempt.grades[-1].score_maximum) == (2, 2)


# More time


def test_more_time_reaches_an_open_attempt_and_disturbs_no_tab(session: Session) -> None:
    school = school_in(session, minutes=30)
    lina = school.lina.person_id
    assert lina
    with frozen(MONDAY):
        attempt = save(session, school, "bbbb")
        malo = school.pupil(session)
        other = save(session, school, "bbbb", viewer=malo)
        accommodating.accommodate(session, school.teacher, lina, time_factor=Fraction(4, 3))
        assert (attempt.deadline_at, other.deadline_at) == (MONDAY + 40 * MINUTE, MONDAY + 30 * MINUTE)
        overriding.override(session, school.teacher, school.given.id, Dates(minutes=60), person_id=lina)
        assert attempt.deadline_at == MONDAY + 60 * MINUTE
        session.expire_all()
        assert (attempt.deadline_at, attempt.seq) == (MONDAY + 60 * MINUTE, 1)
        assert save(session, school, "aaaa", seq=1).seq == 2
        overriding.withdraw(session, school.teacher, school.given.id, person_id=lina)
        assert attempt.deadline_at == MONDAY + 40 * MINUTE
    assert opened(session, school).attempt is attempt


def test_effects_are_those_of_the_beginning(session: Session) -> None:
    school = school_in(session, max_attempts=0)
    lina = school.lina.person_id
    assert lina
    set_ = lambda *names: accommodating.accommodate(  # noqa: E731
        session, school.teacher, lina, time_factor=Fraction(1), effects=names
    )
    set_("no_spelling")
    assert opened(session, school).effects == {Effect.NO_SPELLING}
    attempt = save(session, school, "aaaa")
    set_("alternatives")
    assert attempt.effects == ["no_spelling"]
    assert opened(session, school).effects == {Effect.NO_SPELLING}
    hand_in(session, school, school.lina, "aaaa")
    assert opened(session, school, again=True).effects == {Effect.ALTERNATIVES}


class Lenient(Choice):
    """A type in which everything is right for those who are spared spelling."""

    name = "lenient"

    def adapted(self, content: Content, effects: Any) -> Content:
        spared = Effect.NO_SPELLING in effects
        key = {**content.key, "mapping": {"cccc": "1"}} if spared else content.key
        return Content(content.points, content.body, key, content.scoring)


def test_a_copy_is_scored_as_its_learner_was_asked(session: Session, school: School) -> None:
    lina = school.lina.person_id
    assert lina
    with activities.temporarily(Lenient):
        asked = authoring.save_activity(
            session, school.teacher, school.binder.id, factories.choice(), type="lenient"
        )
        composing.add_block(
            session, school.teacher, school.page.id, {"type": "activity", "activity": str(asked.id)}
        )
        authoring.publish(session, school.teacher, school.page.id)
        accommodating.accommodate(
            session, school.teacher, lina, time_factor=Fraction(1), effects=["no_spelling"]
        )
        revision = submitting.published(session, school.page)
        answers = {str(asked.id): {"choices": ["cccc"]}}
        scores = [
            submitting.hand_in(session, who, school.given.id, revision.id, answers, number=1, seq=0)
            .grades[-1]
            .score_given
            for who in (school.lina, school.pupil(session))
        ]
    assert scores == [2, 0]


# Question by question


def test_one_question_is_saved_and_the_others_stay(session: Session, school: School) -> None:
    first, second, third = ask_more(session, school, 2)
    save(session, school, answers={first: {"choices": ["aaaa"]}}, partial=True)
    save(session, school, answers={second: {"choices": ["bbbb"]}}, partial=True, seq=1)
    attempt = save(session, school, answers={second: {"choices": ["cccc"]}}, partial=True, seq=2)
    assert attempt.responses == {first: {"choices": ["aaaa"]}, second: {"choices": ["cccc"]}}
    assert attempt.seq == 3
    again = save(session, school, answers={second: {"choices": ["cccc"]}}, partial=True, seq=2)
    assert again.responses == attempt.responses, "a replay of what is there is well"
    with pytest.raises(Conflict) as conflict:
        save(session, school, answers={third: {"choices": ["aaaa"]}}, partial=True, seq=2)
    assert conflict.value.current is attempt
    assert third not in attempt.responses
    save(session, school, answers={str(uuid7()): {"choices": ["aaaa"]}}, partial=True, seq=again.seq)
    assert len(attempt.responses) == 2


def test_an_open_page_may_save_over_what_it_saved_itself(session: Session, school: School) -> None:
    save(session, school, "aaaa", writer="page-1")
    attempt = save(session, school, "bbbb", seq=0, writer="page-1")
    assert attempt.responses == school.answers("bbbb"), "the answer to its first save was lost on the way"
    for writer in ("page-2", ""):
        with pytest.raises(Conflict):
            save(session, school, "cccc", seq=0, writer=writer)
    save(session, school, "cccc", seq=attempt.seq, writer="page-2")
    with pytest.raises(Conflict):
        save(session, school, "aaaa", seq=0, writer="page-1")


# Checking


@pytest.fixture
def training(session: Session) -> School:
    """A school in which answers are told while working."""
    school = school_in(session, preset=Preset.TRAINING, max_attempts=0)
    school.given.try_penalty = Fraction(1, 3)
    session.flush()
    return school


def check(session: Session, school: School, *choices: str, seq: int, activity: str = "") -> Attempt:
    revision = submitting.published(session, school.page)
    name = activity or str(school.activity.id)
    return submitting.check(
        session,
        school.lina,
        school.given.id,
        revision.id,
        name,
        {"choices": list(choices)},
        number=1,
        seq=seq,
    )


def test_a_try_is_told_and_counted_once(session: Session, training: School) -> None:
    name = str(training.activity.id)
    attempt = check(session, training, "cccc", seq=0)
    assert attempt.responses == training.answers("cccc"), "what is checked is saved"
    told = attempt.checks[name]
    assert (told["tries"], told["wrong"], told["right"], told["result"]["state"]) == (
        1,
        1,
        False,
        "incorrect",
    )
    check(session, training, "cccc", seq=attempt.seq)
    assert attempt.checks[name]["tries"] == 1, "a double click"
    check(session, training, "bbbb", seq=attempt.seq)
    assert attempt.checks[name]["wrong"] == 2, "what is partly right is not right"
    check(session, training, seq=attempt.seq)
    told = attempt.checks[name]
    assert (told["tries"], told["wrong"], told["result"]["state"]) == (2, 2, "unanswered")
    check(session, training, "aaaa", seq=attempt.seq)
    check(session, training, "cccc", seq=attempt.seq)
    told = attempt.checks[name]
    assert (told["tries"], told["wrong"], told["right"]) == (4, 2, True), (
        "once right, playing on costs nothing"
    )


@pytest.mark.parametrize(
    ("tries", "final", "fraction"),
    [
        ([], "aaaa", Fraction(1)),
        (["aaaa"], "aaaa", Fraction(1)),
        (["cccc"], "aaaa", Fraction(2, 3)),
        (["cccc", "bbbb"], "aaaa", Fraction(1, 3)),
        (["cccc", "bbbb", "cccc", "bbbb"], "aaaa", Fraction(0)),
        (["bbbb"], "bbbb", Fraction(1, 2)),
        (["cccc", "bbbb"], "bbbb", Fraction(1, 6)),
        (["cccc", "aaaa"], "bbbb", Fraction(1, 6)),
        (["cccc"], "cccc", Fraction(0)),
    ],
)
def test_each_wrong_try_before_costs_its_part(
    session: Session, training: School, tries: list[str], final: str, fraction: Fraction
) -> None:
    seq = 0
    for answer in tries:
        seq = check(session, training, answer, seq=seq).seq
    attempt = hand_in(session, training, training.lina, final)
    result = attempt.grades[-1].per_activity[str(training.activity.id)]
    assert Fraction(result["fraction"]) == fraction
    assert attempt.grades[-1].score_given == 2 * fraction


@pytest.mark.parametrize("preset", [Preset.HOMEWORK, Preset.TEST])
def test_in_work_that_is_marked_nothing_is_told(session: Session, preset: Preset) -> None:
    school = school_in(session, preset=preset)
    with pytest.raises(Forbidden):
        check(session, school, "aaaa", seq=0)


def test_a_question_that_is_not_on_the_page_is_not_checked(session: Session, training: School) -> None:
    for name in (str(uuid7()), "x", ""):
        with pytest.raises(NotFound):
            submitting.check(
                session,
                training.lina,
                training.given.id,
                submitting.published(session, training.page).id,
                name,
                {"choices": []},
                number=1,
                seq=0,
            )


# What counts, and corrections


@pytest.mark.parametrize(
    ("mode", "counts", "number"),
    [
        (Counting.FIRST, Fraction(1), 1),
        (Counting.BEST, Fraction(2), 2),
        (Counting.LAST, Fraction(0), 3),
        (Counting.AVERAGE, Fraction(1), 3),
    ],
)
def test_which_attempt_counts(session: Session, mode: Counting, counts: Fraction, number: int) -> None:
    school = school_in(session, max_attempts=3)
    school.given.counting = mode
    for at, answer in enumerate(("bbbb", "aaaa", "cccc"), 1):
        with frozen(MONDAY + at * MINUTE):
            hand_in(session, school, school.lina, answer, number=at)
    assert school.lina.person_id
    found = grading.counting_grade(session, school.given, school.lina.person_id)
    assert found is not None
    assert (found[0].number, found[1].score_given, found[1].score_maximum) == (number, counts, 2)
    assert found[1].released_at == MONDAY + 3 * MINUTE, "newer than what the gradebook has"
    session.flush()
    assert session.scalar(sa.select(sa.func.count()).select_from(Grade)) == 3, (
        "what is computed is not stored"
    )
    (row,) = followup.progress(session, school.teacher, school.given.id)
    assert row.counting is not None
    assert row.counting.score_given == counts


def test_an_average_of_copies_with_other_points_is_one_of_fractions(session: Session) -> None:
    school = school_in(session, max_attempts=2)
    school.given.counting = Counting.AVERAGE
    hand_in(session, school, school.lina, "aaaa")
    authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        factories.choice(points="10"),
        activity_id=school.activity.id,
    )
    authoring.publish(session, school.teacher, school.page.id)
    hand_in(session, school, school.lina, "bbbb", number=2)
    assert school.lina.person_id
    found = grading.counting_grade(session, school.given, school.lina.person_id)
    assert found is not None
    assert (found[1].score_given, found[1].score_maximum) == (Fraction(15, 2), 10)


def test_what_was_not_given_back_does_not_count(session: Session) -> None:
    school = school_in(session, max_attempts=2, release=Release.BY_HAND)
    hand_in(session, school, school.lina, "bbbb")
    grading.release(session, school.teacher, school.given.id)
    hand_in(session, school, school.lina, "aaaa", number=2)
    assert school.lina.person_id
    found = grading.counting_grade(session, school.given, school.lina.person_id)
    assert found is not None
    assert found[0].number == 1


def test_corrections_hold_for_copies_that_come_later(session: Session, school: School) -> None:
    first, second, third = ask_more(session, school, 2)
    better = authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        factories.choice(key={"correct": ["cccc"], "mapping": {}}),
        activity_id=session.scalars(
            sa.select(ActivityVersion.activity_id).where(ActivityVersion.title == "Nr. 0")
        ).first(),
    )
    version = session.scalars(
        sa.select(ActivityVersion).where(
            ActivityVersion.activity_id == better.id, ActivityVersion.number == better.number
        )
    ).one()
    school.given.corrections = {
        first: {"neutral": True},
        second: {"version": str(version.id)},
        third: {"full": True},
    }
    session.flush()
    answers = {name: {"choices": ["cccc"]} for name in (first, second, third)}
    revision = submitting.published(session, school.page)
    attempt = submitting.hand_in(session, school.lina, school.given.id, revision.id, answers, number=1, seq=0)
    grade = attempt.grades[-1]
    assert (grade.score_given, grade.score_maximum) == (4, 4)
    assert grade.per_activity[first]["neutral"] is True
    assert grade.per_activity[first]["points"] == "0"
    assert [grade.per_activity[name]["state"] for name in (second, third)] == ["correct", "correct"]
    assert opened(session, school).versions[second].key["correct"] == ["cccc"]
    authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(), activity_id=better.id
    )
    authoring.publish(session, school.teacher, school.page.id)
    malo = school.pupil(session)
    newest = submitting.published(session, school.page)
    later = submitting.hand_in(session, malo, school.given.id, newest.id, answers, number=1, seq=0)
    assert later.grades[-1].per_activity[second]["state"] == "incorrect", "what was published since stands"


# Order


def test_questions_stand_in_an_order_of_their_own_for_each_attempt(session: Session, school: School) -> None:
    names = ask_more(session, school, 5)
    composing.add_block(session, school.teacher, school.page.id, {"type": "text", "html": "<p>Fin.</p>"})
    authoring.publish(session, school.teacher, school.page.id)
    pupils = [school.pupil(session, f"P{number}") for number in range(6)]

    def order(viewer: Viewer, **how: Any) -> list[str]:
        blocks = opened(session, school, viewer, **how).blocks
        assert [block["type"] for block in blocks] == ["text", *["activity"] * 6, "text"], "places stay"
        return [block["activity"] for block in blocks if block["type"] == "activity"]

    assert {tuple(order(one)) for one in pupils} == {tuple(names)}
    school.given.shuffled = True
    session.flush()
    orders = {tuple(order(one)) for one in pupils}
    assert len(orders) > 1
    assert all(sorted(one) == sorted(names) for one in orders)
    assert order(pupils[0]) == order(pupils[0])
    assert order(school.teacher) == names, "their teacher reads them as they were written"
    attempt = save(session, school, answers={names[0]: {"choices": ["aaaa"]}}, viewer=pupils[0])
    copy = submitting.work_of_attempt(session, attempt)
    assert [block.get("activity") for block in copy.blocks] == [
        None,
        *order(pupils[0]),
        None,
    ], "and a copy as its learner saw it"


# What a person must mark


class Opinion(Choice):
    """A type that a person must mark."""

    name = "opinion"

    def score(self, content: Content, response: Any) -> Score:
        return Score(Fraction(0), ScoreState.TO_MARK)


def test_a_try_that_a_person_must_mark_is_not_wrong(session: Session, training: School) -> None:
    with activities.temporarily(Opinion):
        asked = authoring.save_activity(
            session, training.teacher, training.binder.id, factories.choice(), type="opinion"
        )
        composing.add_block(
            session, training.teacher, training.page.id, {"type": "activity", "activity": str(asked.id)}
        )
        authoring.publish(session, training.teacher, training.page.id)
        attempt = check(session, training, "cccc", seq=0, activity=str(asked.id))
        assert attempt.checks[str(asked.id)]["wrong"] == 0
