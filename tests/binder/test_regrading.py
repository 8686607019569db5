"""Marking a question anew: who gets what, what stays, what is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.clock import frozen, uuid7
from binder.content import authoring, composing
from binder.errors import Forbidden, Invalid, NotFound
from binder.marks import grading, regrading
from binder.marks.corrections import share
from binder.marks.regrading import Change, Kept, Kind, Move
from binder.models import Activity, ActivityVersion, Assignment, Attempt, OutboxEntry, Regrade, Release
from tests import factories
from tests.binder.conftest import School, school_in

NEUTRALISE, FULL, RESTORE, REPLACE = (
    Change(kind) for kind in (Kind.NEUTRALISE, Kind.FULL, Kind.RESTORE, Kind.REPLACE)
)
SHORT = {
    "title": "L’eau devient vapeur",
    "points": "3",
    "body": {"prompt": "<p>Comment s’appelle ce passage ?</p>"},
    "key": {"accepted": [{"text": "évaporation"}]},
}


@dataclass
class Class:
    """A class whose page asks a choice (2 points) and a word (3 points)."""

    session: Session
    school: School
    word: Activity

    @property
    def teacher(self) -> Viewer:
        return self.school.teacher

    def hand_in(self, name: str, choice: str, word: str, **person: Any) -> Attempt:
        """A new pupil's copy."""
        pupil = self.school.pupil(self.session, name, **person)
        work = submitting.open_work(self.session, pupil, self.school.given.id)
        answers = {**self.school.answers(choice), str(self.word.id): {"text": word}}
        return submitting.hand_in(
            self.session, pupil, self.school.given.id, work.revision.id, answers, number=1, seq=0
        )

    def apply(self, change: Change, *, choice: bool = False, **options: Any) -> Regrade | None:
        """Regrade the word, or the choice."""
        asked = self.school.activity if choice else self.word
        return regrading.apply(self.session, self.teacher, self.school.given.id, asked.id, change, **options)

    def preview(self, change: Change, *, choice: bool = False, **options: Any) -> dict[str, Move]:
        """Name → what would become of the copy."""
        asked = self.school.activity if choice else self.word
        moves = regrading.preview(
            self.session, self.teacher, self.school.given.id, asked.id, change, **options
        )
        return {move.person.display_name: move for move in moves}

    def seqs(self) -> list[int]:
        """How often each cell was told."""
        query = sa.select(OutboxEntry.seq).order_by(OutboxEntry.id)
        return list(self.session.scalars(query))


def class_in(session: Session, **given: Any) -> Class:
    school = school_in(session, **given)
    word = authoring.save_activity(session, school.teacher, school.binder.id, SHORT, type="short_answer")
    block = {"type": "activity", "activity": str(word.id)}
    composing.add_block(session, school.teacher, school.page.id, block)
    authoring.publish(session, school.teacher, school.page.id)
    return Class(session, school, word)


@pytest.fixture
def klass(session: Session) -> Class:
    """In the test's database, not committed."""
    return class_in(session)


def accept(word: str, fraction: str = "1") -> Change:
    return Change(Kind.ACCEPT, {"text": word}, Fraction(fraction))


def score(attempt: Attempt) -> tuple[Fraction, Fraction]:
    grade = grading.newest(attempt)
    assert grade is not None
    return grade.score_given, grade.score_maximum


def test_accepting_changes_only_affected_copies(klass: Class) -> None:
    right, near, wrong = (
        klass.hand_in(name, "aaaa", word)
        for name, word in (("Inès", "évaporation"), ("Tom", "vaporisation"), ("Zoé", "fusion"))
    )
    assert klass.seqs() == [1, 1, 1]
    told = klass.preview(accept("vaporisation"))
    assert {name: (move.given, move.kept) for name, move in told.items()} == {
        "Inès": (5, Kept.UNCHANGED),
        "Tom": (5, None),
        "Zoé": (2, Kept.UNCHANGED),
    }
    row = klass.apply(accept("vaporisation"), reason=" Le livre le\n dit. ")
    assert row is not None
    assert (row.kind, row.changed, row.kept, row.reason) == ("accept", 1, 0, "Le livre le dit.")
    assert row.detail["answer"] == "vaporisation"
    assert row.person_id == klass.teacher.person_id
    assert [score(one) for one in (right, near, wrong)] == [(5, 5), (5, 5), (2, 5)]
    assert [len(one.grades) for one in (right, near, wrong)] == [1, 2, 1]
    assert grading.released(near) is near.grades[-1]
    assert klass.seqs() == [1, 2, 1]


def test_a_preview_writes_nothing(klass: Class, session: Session) -> None:
    klass.hand_in("Tom", "aaaa", "fusion")
    session.commit()
    for change in (accept("fusion"), NEUTRALISE, FULL, RESTORE, REPLACE):
        klass.preview(change)
        assert not session.dirty
        assert not session.new
    assert klass.school.given.corrections == {}
    assert session.scalar(sa.select(sa.func.count()).select_from(ActivityVersion)) == 2


@pytest.mark.parametrize(
    ("change", "options"),
    [
        (accept("fusion"), {}),
        (accept("fusion", "1/2"), {}),
        (NEUTRALISE, {}),
        (NEUTRALISE, {"lower": True}),
        (FULL, {}),
    ],
)
def test_a_second_click_changes_nothing(
    klass: Class, session: Session, change: Change, options: dict[str, Any]
) -> None:
    klass.hand_in("Inès", "cccc", "évaporation")
    klass.hand_in("Tom", "aaaa", "fusion")
    assert klass.apply(change, **options) is not None

    def state() -> list[Any]:
        kinds = (grading.Grade, ActivityVersion, Regrade)
        counts = [session.scalar(sa.select(sa.func.count()).select_from(kind)) for kind in kinds]
        return [*counts, klass.seqs(), dict(klass.school.given.corrections)]

    before = state()
    assert klass.apply(change, **options) is None
    assert state() == before


def test_half_the_points(klass: Class) -> None:
    near = klass.hand_in("Tom", "aaaa", "vaporisation")
    klass.apply(accept("vaporisation", "1/2"))
    assert score(near) == (Fraction(7, 2), 5)
    klass.apply(accept("vaporisation"))
    assert score(near) == (5, 5)


@pytest.mark.parametrize("fraction", ["0", "3/2", "-1"])
def test_what_an_answer_may_be_worth(klass: Class, fraction: str) -> None:
    klass.hand_in("Tom", "aaaa", "fusion")
    with pytest.raises(Invalid):
        klass.preview(accept("fusion", fraction))


def test_a_choice_takes_another_option_but_not_two(klass: Class) -> None:
    wrong = klass.hand_in("Tom", "cccc", "évaporation")
    klass.apply(Change(Kind.ACCEPT, {"choices": ["cccc"]}), choice=True)
    assert score(wrong) == (5, 5)
    with pytest.raises(Invalid):
        klass.preview(Change(Kind.ACCEPT, {"choices": ["bbbb", "cccc"]}), choice=True)


def test_a_mark_set_by_hand_is_kept_and_a_comment_is_not_one(klass: Class, session: Session) -> None:
    marked, commented = (klass.hand_in(name, "aaaa", "vaporisation") for name in ("Inès", "Tom"))
    grading.review(session, klass.teacher, marked.id, score_given=Fraction(3))
    grading.review(session, klass.teacher, commented.id, comment="Bien vu.")
    for lower in (False, True):
        assert klass.preview(accept("vaporisation"), lower=lower)["Inès"].kept is Kept.OVERRIDE
    row = klass.apply(accept("vaporisation"), lower=True)
    assert row is not None
    assert (row.changed, row.kept) == (1, 1)
    assert (score(marked), score(commented)) == ((3, 5), (5, 5))
    assert commented.grades[-1].comment == "Bien vu."
    assert commented.grades[-1].grader_id is None


def test_never_lower_unless_asked(klass: Class, session: Session) -> None:
    """A key that was too kind: who profits keeps it."""
    kind, right = klass.hand_in("Inès", "bbbb", "évaporation"), klass.hand_in("Tom", "aaaa", "évaporation")
    data = factories.choice()
    data["key"]["mapping"] = {}
    authoring.save_activity(
        session, klass.teacher, klass.school.binder.id, data, activity_id=klass.school.activity.id
    )
    told = klass.preview(REPLACE, choice=True)
    assert (told["Inès"].kept, told["Inès"].given, told["Tom"].kept) == (Kept.LOWER, 3, Kept.UNCHANGED)
    row = klass.apply(REPLACE, choice=True)
    assert row is not None
    assert (row.changed, row.kept) == (0, 1)
    assert (score(kind), score(right)) == ((4, 5), (5, 5))
    assert klass.seqs() == [1, 1]
    late = klass.hand_in("Zoé", "bbbb", "évaporation")
    assert score(late) == (3, 5), "who hands in later is scored by the new key"
    again = klass.apply(REPLACE, choice=True, lower=True)
    assert again is not None
    assert (again.changed, again.detail["lower"]) == (1, True)
    assert (score(kind), klass.seqs()) == ((3, 5), [2, 1, 1])


def test_another_regrade_leaves_what_was_kept(klass: Class, session: Session) -> None:
    """Only the part of the question that is marked anew is replaced."""
    kept = klass.hand_in("Inès", "bbbb", "vaporisation")
    data = factories.choice()
    data["key"]["mapping"] = {}
    authoring.save_activity(
        session, klass.teacher, klass.school.binder.id, data, activity_id=klass.school.activity.id
    )
    klass.apply(REPLACE, choice=True)
    assert score(kept) == (1, 5)
    klass.apply(accept("vaporisation"))
    assert score(kept) == (4, 5)


def test_a_question_that_does_not_count_any_more(klass: Class) -> None:
    best, profits, loses = (
        klass.hand_in(name, choice, word)
        for name, choice, word in (
            ("Inès", "aaaa", "évaporation"),
            ("Tom", "aaaa", "fusion"),
            ("Zoé", "cccc", "évaporation"),
        )
    )
    row = klass.apply(NEUTRALISE)
    assert row is not None
    assert (row.changed, row.kept) == (2, 1)
    assert (score(best), score(profits), score(loses)) == ((2, 2), (2, 2), (3, 5))
    assert best.grades[-1].per_activity[str(klass.word.id)]["neutral"] is True
    assert score(klass.hand_in("Malo", "bbbb", "évaporation")) == (1, 2)
    klass.apply(NEUTRALISE, lower=True)
    assert score(loses) == (0, 2)
    klass.apply(RESTORE)
    assert klass.school.given.corrections == {}
    assert score(loses) == (3, 5)
    assert score(profits) == (2, 2), "which would be lower"


def test_the_last_question_that_counts_stays(klass: Class) -> None:
    klass.hand_in("Tom", "aaaa", "fusion")
    klass.apply(NEUTRALISE)
    with pytest.raises(Invalid) as refused:
        klass.apply(NEUTRALISE, choice=True)
    assert "neutral" in refused.value.messages


def test_a_question_changed_after_a_regrade_is_scored_by_itself(klass: Class, session: Session) -> None:
    klass.hand_in("Tom", "aaaa", "vaporisation")
    klass.apply(accept("vaporisation"))
    changed = {**SHORT, "key": {"accepted": [{"text": "ébullition"}]}}
    authoring.save_activity(
        session,
        klass.teacher,
        klass.school.binder.id,
        changed,
        type="short_answer",
        activity_id=klass.word.id,
    )
    authoring.publish(session, klass.teacher, klass.school.page.id)
    assert score(klass.hand_in("Zoé", "aaaa", "vaporisation")) == (2, 5)
    assert score(klass.hand_in("Malo", "aaaa", "ébullition")) == (5, 5)
    told = klass.preview(accept("fusion"), lower=True)
    assert {move.kept for move in told.values()} == {Kept.UNCHANGED}, "accepting lowers nobody"


def test_all_points_for_those_who_answered(klass: Class) -> None:
    wrong = klass.hand_in("Tom", "aaaa", "fusion")
    klass.apply(FULL)
    assert score(wrong) == (5, 5)
    assert score(klass.hand_in("Zoé", "aaaa", "rien")) == (5, 5)


def test_what_was_not_given_back_stays_so(session: Session) -> None:
    klass = class_in(session, release=Release.BY_HAND)
    near = klass.hand_in("Tom", "aaaa", "vaporisation")
    klass.apply(accept("vaporisation"))
    assert score(near) == (5, 5)
    assert grading.released(near) is None
    assert klass.seqs() == []
    assert grading.release(session, klass.teacher, klass.school.given.id) == 1
    assert klass.seqs() == [1]


def test_scores_sent_anew_are_newer(klass: Class) -> None:
    with frozen(datetime(2026, 9, 7, 8, tzinfo=UTC)):
        near = klass.hand_in("Tom", "aaaa", "vaporisation")
        klass.apply(accept("vaporisation"))
    before, after = (grade.released_at for grade in near.grades)
    assert before is not None
    assert after is not None
    assert (after - before).total_seconds() == 1


def test_teachers_who_try_things_out_send_nothing(klass: Class) -> None:
    copy = klass.hand_in("Essai", "aaaa", "vaporisation", is_test=True)
    klass.apply(accept("vaporisation"))
    assert score(copy) == (5, 5)
    assert klass.seqs() == []


def test_a_question_that_is_older_than_its_author_wants_keeps_both(klass: Class, session: Session) -> None:
    """The author has changed the question since: their text stays, and the copies are scored by what they were asked."""
    near = klass.hand_in("Tom", "aaaa", "vaporisation")
    changed = {**SHORT, "body": {"prompt": "<p>Comment se nomme ce passage ?</p>"}}
    authoring.save_activity(
        session,
        klass.teacher,
        klass.school.binder.id,
        changed,
        type="short_answer",
        activity_id=klass.word.id,
    )
    klass.apply(accept("vaporisation"))
    assert score(near) == (5, 5)
    current = klass.word.current
    assert current.body["prompt"] == changed["body"]["prompt"]  # type: ignore[index]
    assert [each["text"] for each in current.key["accepted"]] == ["évaporation", "vaporisation"]
    used = session.get_one(
        ActivityVersion,
        (klass.teacher.tenant_id, UUID(klass.school.given.corrections[str(klass.word.id)]["version"])),
    )
    assert used.body["prompt"] == SHORT["body"]["prompt"]  # type: ignore[index]
    assert used.number < current.number


def test_a_question_that_has_become_unfit_for_the_answer_stays_as_it_is(
    klass: Class, session: Session
) -> None:
    wrong = klass.hand_in("Tom", "cccc", "évaporation")
    several = factories.choice()
    several["body"]["multiple"], several["key"]["mapping"] = True, {}
    authoring.save_activity(
        session, klass.teacher, klass.school.binder.id, several, activity_id=klass.school.activity.id
    )
    klass.apply(Change(Kind.ACCEPT, {"choices": ["cccc"]}), choice=True)
    assert score(wrong) == (5, 5)
    current = klass.school.activity.current
    assert (current.body["multiple"], current.key["mapping"], current.number) == (True, {}, 4)


def test_a_teacher_of_the_class_who_is_no_author(klass: Class, session: Session) -> None:
    """They accept an answer for their class; the author's question stays as it was, and its key is not theirs to take."""
    near = klass.hand_in("Tom", "aaaa", "vaporisation")
    other = factories.viewer(session, klass.school.tenant, klass.school.class_, name="Paul Nouveau")
    given, word = klass.school.given.id, klass.word
    assert regrading.apply(session, other, given, word.id, accept("vaporisation"))
    assert score(near) == (5, 5)
    assert [each["text"] for each in word.current.key["accepted"]] == ["évaporation"]
    with pytest.raises(Forbidden):
        regrading.preview(session, other, given, word.id, REPLACE)


def test_a_question_turned_into_another_is_no_key(klass: Class, session: Session) -> None:
    klass.hand_in("Tom", "aaaa", "fusion")
    authoring.save_activity(
        session, klass.teacher, klass.school.binder.id, factories.choice(), activity_id=klass.word.id
    )
    with pytest.raises(Invalid):
        klass.preview(REPLACE)


def test_the_trail_is_told_newest_first(klass: Class, session: Session) -> None:
    klass.hand_in("Tom", "aaaa", "fusion")
    klass.apply(FULL, reason="Énoncé faux")
    klass.apply(NEUTRALISE)
    rows = regrading.past(session, klass.teacher, klass.school.given.id)
    assert [(row.kind, person.display_name) for row, person in rows] == [
        ("neutralise", "Claire Morel"),
        ("full", "Claire Morel"),
    ]


def test_a_reason_has_a_length(klass: Class) -> None:
    klass.hand_in("Tom", "aaaa", "fusion")
    with pytest.raises(Invalid) as refused:
        klass.apply(FULL, reason="x" * 501)
    assert "reason" in refused.value.messages


def test_what_nobody_was_asked_cannot_be_marked(klass: Class, session: Session) -> None:
    with pytest.raises(NotFound):
        klass.preview(FULL)
    klass.hand_in("Tom", "aaaa", "fusion")
    with pytest.raises(NotFound):
        regrading.preview(session, klass.teacher, klass.school.given.id, uuid7(), FULL)


@pytest.mark.parametrize("role", [*(role for role in Role if role is not Role.INSTRUCTOR), None])
def test_only_teachers_of_the_class(klass: Class, session: Session, role: Role | None) -> None:
    """None: a teacher of another class."""
    pupil = klass.hand_in("Tom", "aaaa", "fusion").person_id
    school = klass.school
    class_ = school.class_ if role else factories.audience(session, school.tenant, "4e C")
    viewer = factories.viewer(
        session, school.tenant, class_, role=role or Role.INSTRUCTOR, children=frozenset({pupil})
    )
    for use in (regrading.preview, regrading.apply):
        with pytest.raises(Forbidden):
            use(session, viewer, school.given.id, klass.word.id, FULL)  # type: ignore[operator]
    with pytest.raises(Forbidden):
        regrading.past(session, viewer, school.given.id)


Begin = Callable[[], Any]


@pytest.mark.parametrize("first", ["hand-in", "regrade"])
def test_a_hand_in_under_way_is_not_forgotten(begin: Begin, first: str) -> None:
    """Whoever comes first, the copy is scored by what was set right; the other waits."""
    with begin() as session:
        klass = class_in(session)
        klass.hand_in("Inès", "aaaa", "évaporation")
        pupil = klass.school.pupil(session, "Tom")
        revision = submitting.published(session, klass.school.page).id
    given, word = klass.school.given.id, klass.word.id
    inside, done = threading.Event(), threading.Event()

    def hand_in() -> None:
        with begin() as session:
            assignment = session.get_one(Assignment, (pupil.tenant_id, given))
            if first == "hand-in":
                share(session, assignment)
                inside.set()
                done.wait(0.3)
            answers = {str(word): {"text": "fusion"}}
            submitting.hand_in(session, pupil, given, revision, answers, number=1, seq=0)

    def regrade() -> None:
        with begin() as session:
            regrading.apply(session, klass.teacher, given, word, FULL)
            if first == "regrade":
                inside.set()
                done.wait(0.3)

    order = [hand_in, regrade] if first == "hand-in" else [regrade, hand_in]
    one, two = (threading.Thread(target=use) for use in order)
    one.start()
    assert inside.wait(20)
    two.start()
    one.join()
    done.set()
    two.join()
    with begin() as session:
        query = sa.select(Attempt).where(Attempt.person_id == pupil.person_id)
        attempt = session.scalars(query).one()
        assert attempt.grades[-1].score_given == 3


def test_two_regrades_at_once_write_one_line(begin: Begin) -> None:
    with begin() as session:
        klass = class_in(session)
        klass.hand_in("Inès", "aaaa", "fusion")
    start, results = threading.Barrier(3), list[Any]()

    def regrade() -> None:
        start.wait()
        with begin() as session:
            row = regrading.apply(
                session, klass.teacher, klass.school.given.id, klass.word.id, accept("fusion")
            )
            results.append(row is not None)

    threads = [threading.Thread(target=regrade) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, True]
