"""The learner's side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.clock import frozen, uuid7
from binder.content import authoring, composing
from binder.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from binder.giving import assigning
from binder.models import Activity, ActivityProgress, Attempt, GradingProgress, PageRevision
from binder.publication import revisions
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
MOST_QUERIES = 3


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """What is sent to the database inside the `with`."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "SET")):
            sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def revision_of(session: Session, school: School) -> PageRevision:
    return submitting.published(session, school.page)


def save(
    session: Session, school: School, *choices: str, number: int = 1, seq: int = 0, **changes: Any
) -> Attempt:
    viewer = changes.pop("viewer", school.lina)
    revision_id = changes.pop("revision_id", None) or revision_of(session, school).id
    return submitting.save(
        session, viewer, school.given.id, revision_id, school.answers(*choices), number=number, seq=seq
    )


def test_opening_shows_the_page_and_begins_nothing(session: Session, school: School) -> None:
    work = submitting.open_work(session, school.lina, school.given.id)
    assert (work.attempt, work.handed_in, work.number, work.answering) == (None, 0, 1, True)
    assert not work.may_begin_again
    assert work.revision.blocks == school.page.blocks
    assert list(work.versions) == [str(school.activity.id)]
    assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_the_first_save_begins_the_attempt_and_each_one_raises_its_number(
    session: Session, school: School
) -> None:
    with frozen(MONDAY):
        attempt = save(session, school, "bbbb")
    assert (attempt.seq, attempt.number, attempt.saved_at) == (1, 1, MONDAY)
    assert (attempt.activity_progress, attempt.grading_progress) == (
        ActivityProgress.IN_PROGRESS,
        GradingProgress.NOT_READY,
    )
    with frozen(MONDAY + timedelta(minutes=1)):
        save(session, school, "aaaa", seq=1)
    assert (attempt.seq, attempt.responses) == (2, school.answers("aaaa"))
    assert attempt.saved_at == MONDAY + timedelta(minutes=1)
    work = submitting.open_work(session, school.lina, school.given.id)
    assert (work.attempt, work.number, work.answering) == (attempt, 1, True)
    assert len(attempt.receipt) == 8
    assert attempt.receipt == attempt.receipt.upper()


def test_an_old_tab_with_the_same_answers_disturbs_nobody(session: Session, school: School) -> None:
    attempt = save(session, school, "aaaa")
    assert save(session, school, "aaaa", seq=0) is attempt
    with pytest.raises(Conflict) as conflict:
        save(session, school, "bbbb", seq=0)
    assert conflict.value.current is attempt
    with pytest.raises(Conflict):
        submitting.hand_in(
            session,
            school.lina,
            school.given.id,
            revision_of(session, school).id,
            school.answers("cccc"),
            number=1,
            seq=0,
        )
    assert attempt.submitted_at is None


def test_answers_that_cannot_be_understood_are_refused(session: Session, school: School) -> None:
    revision = revision_of(session, school)
    name = str(school.activity.id)
    for answer in ("aaaa", None, {"choices": "aaaa"}, {"ticks": []}, {"choices": [{}]}):
        with pytest.raises(Invalid):
            submitting.save(
                session, school.lina, school.given.id, revision.id, {name: answer}, number=1, seq=0
            )
    attempt = submitting.save(session, school.lina, school.given.id, revision.id, {"x": 1}, number=1, seq=0)
    assert attempt.responses == {}


def test_what_was_handed_in_stays(session: Session, school: School) -> None:
    with frozen(MONDAY):
        attempt = hand_in(session, school, school.lina, "aaaa")
    assert (attempt.submitted_at, attempt.late) == (MONDAY, False)
    assert attempt.activity_progress is ActivityProgress.COMPLETED
    seq = attempt.seq
    assert hand_in(session, school, school.lina, "cccc") is attempt
    assert (attempt.seq, attempt.submitted_at, attempt.responses) == (seq, MONDAY, school.answers("aaaa"))
    with pytest.raises(Closed) as closed:
        save(session, school, "cccc", seq=seq)
    assert closed.value.reason == "handed-in"
    work = submitting.open_work(session, school.lina, school.given.id, again=True)
    assert (work.attempt, work.answering, work.handed_in, work.may_begin_again) == (attempt, False, 1, False)


def test_nothing_opens_too_early(session: Session) -> None:
    school = school_in(session, opens_at=MONDAY, due_at=MONDAY + timedelta(days=1))
    revision = revision_of(session, school)
    child = school.lina.person_id
    assert child is not None
    parent = factories.viewer(
        session, school.tenant, school.class_, role=Role.MENTOR, children=frozenset({child})
    )
    with frozen(MONDAY - timedelta(seconds=1)):
        for viewer, whose in ((school.lina, None), (parent, child), (parent, None)):
            with pytest.raises(Closed) as closed:
                submitting.open_work(session, viewer, school.given.id, person_id=whose)
            assert closed.value.reason == "not-open"
        for write in (submitting.save, submitting.hand_in):
            with pytest.raises(Closed) as closed:
                write(session, school.lina, school.given.id, revision.id, {}, number=1, seq=0)
            assert closed.value.reason == "not-open"
        assert not submitting.open_work(session, school.teacher, school.given.id).answering
    with frozen(MONDAY):
        assert submitting.open_work(session, school.lina, school.given.id).answering


def test_a_late_copy_is_accepted_and_flagged(session: Session) -> None:
    school = school_in(session, due_at=MONDAY)
    malo = school.pupil(session)
    with frozen(MONDAY):
        assert not hand_in(session, school, school.lina, "aaaa").late
    with frozen(MONDAY + timedelta(seconds=1)):
        assert hand_in(session, school, malo, "aaaa").late


@pytest.mark.parametrize("allowed", [1, 2, 0])
def test_as_many_attempts_as_are_allowed(session: Session, allowed: int) -> None:
    school = school_in(session, max_attempts=allowed)
    for number in range(1, (allowed or 4) + 1):
        work = submitting.open_work(session, school.lina, school.given.id, again=True)
        assert (work.attempt, work.number, work.answering) == (None, number, True)
        hand_in(session, school, school.lina, "aaaa", number=number)
    last = submitting.open_work(session, school.lina, school.given.id)
    assert last.attempt is not None
    assert last.may_begin_again == (allowed == 0)
    if allowed:
        with pytest.raises(Closed) as closed:
            save(session, school, "aaaa", number=allowed + 1)
        assert closed.value.reason == "no-attempt-left"
        assert submitting.open_work(session, school.lina, school.given.id, again=True).attempt is last.attempt


def test_attempts_come_one_after_the_other(session: Session) -> None:
    school = school_in(session, max_attempts=0)
    for number in (0, 2, -1, 99):
        with pytest.raises(Invalid, match="no such attempt"):
            save(session, school, number=number)
    first = save(session, school)
    with pytest.raises(Conflict) as conflict:
        save(session, school, number=2)
    assert conflict.value.current is first


def test_an_attempt_goes_on_with_the_page_it_was_begun_on(session: Session, school: School) -> None:
    save(session, school, "bbbb")
    before = revision_of(session, school)
    authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        factories.choice(points="9"),
        activity_id=school.activity.id,
    )
    authoring.publish(session, school.teacher, school.page.id)
    work = submitting.open_work(session, school.lina, school.given.id)
    assert work.revision.id == before.id
    assert work.versions[str(school.activity.id)].points == 2
    other = submitting.open_work(session, school.pupil(session), school.given.id)
    assert other.revision.number == 2
    assert other.versions[str(school.activity.id)].points == 9
    saved = save(session, school, "aaaa", seq=1, revision_id=other.revision.id)
    assert saved.revision_id == before.id


def test_a_revision_of_another_page_is_refused(session: Session, school: School) -> None:
    page = factories.page(session, school.teacher, school.binder)
    elsewhere = authoring.publish(session, school.teacher, page.id)
    for revision_id in (elsewhere.id, uuid7()):
        with pytest.raises(NotFound):
            save(session, school, revision_id=revision_id)


def test_a_page_that_was_never_published_is_not_there(session: Session, school: School) -> None:
    page = factories.page(session, school.teacher, school.binder)
    owner = school.given.created_by_id
    placed = assigning.place(session, school.tenant.id, page.id, school.class_.id, owner)
    with pytest.raises(NotFound, match="not published"):
        submitting.open_work(session, school.lina, placed.id)
    with pytest.raises(NotFound, match="not published"):
        submitting.published(session, page)
    authoring.publish(session, school.teacher, page.id)
    assert submitting.open_work(session, school.lina, placed.id).versions == {}


def test_only_learners_of_the_class_answer(session: Session, school: School) -> None:
    revision = revision_of(session, school)
    others = [
        factories.viewer(session, school.tenant, school.class_, role=role)
        for role in Role
        if role != "Learner"
    ]
    others.append(Viewer(school.tenant.id, Role.LEARNER, audience_id=school.class_.id))
    for viewer in others:
        for write in (submitting.save, submitting.hand_in):
            with pytest.raises(Forbidden):
                write(session, viewer, school.given.id, revision.id, {}, number=1, seq=0)


def test_somebody_without_a_name_reads_and_cannot_answer(session: Session, school: School) -> None:
    nobody = Viewer(school.tenant.id, Role.LEARNER, audience_id=school.class_.id)
    work = submitting.open_work(session, nobody, school.given.id)
    assert (work.attempt, work.answering) == (None, False)


def test_an_administrator_sees_no_work(session: Session, school: School) -> None:
    administrator = factories.viewer(session, school.tenant, school.class_, role=Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        submitting.open_work(session, administrator, school.given.id)
    with pytest.raises(Forbidden):
        submitting.open_work(session, administrator, school.given.id, person_id=school.lina.person_id)


def test_a_parent_sees_the_copy_of_their_own_child_only(session: Session, school: School) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    malo = school.pupil(session)
    parent = factories.viewer(
        session, school.tenant, school.class_, role=Role.MENTOR, children=frozenset({attempt.person_id})
    )
    work = submitting.open_work(session, parent, school.given.id, person_id=attempt.person_id)
    assert (work.attempt, work.answering) == (attempt, False)
    for viewer in (parent, school.lina, school.teacher):
        with pytest.raises(Forbidden):
            submitting.open_work(session, viewer, school.given.id, person_id=malo.person_id)


def test_a_teacher_sees_a_copy_with_the_page_its_learner_was_shown(session: Session, school: School) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    shown = revision_of(session, school)
    authoring.change_page_title(session, school.teacher, school.page.id, title="Neu")
    authoring.publish(session, school.teacher, school.page.id)
    work = submitting.work_of_attempt(session, attempt)
    assert (work.attempt, work.revision.id, work.answering, work.number) == (attempt, shown.id, False, 1)


def test_the_order_of_options_is_the_same_at_each_loading_and_another_for_each_attempt(
    school: School,
) -> None:
    school_id, given, lina = school.tenant.id, school.given.id, school.lina.person_id
    assert submitting.seed(school_id, given, lina, 1) == submitting.seed(school_id, given, lina, 1)
    seeds = {submitting.seed(school_id, given, who, n) for who in (lina, None, uuid7()) for n in (1, 2)}
    assert len(seeds) == 6


def big_page(session: Session) -> School:
    """A page with five activities."""
    school = school_in(session)
    for number in range(4):
        more = authoring.save_activity(
            session, school.teacher, school.binder.id, factories.choice(title=f"Nr. {number}")
        )
        composing.add_block(
            session, school.teacher, school.page.id, {"type": "activity", "activity": str(more.id)}
        )
    authoring.publish(session, school.teacher, school.page.id)
    return school


@pytest.mark.parametrize("begun", [False, True])
def test_reading_takes_few_queries_and_writes_nothing(
    engine: sa.Engine, session: Session, begun: bool
) -> None:
    school = big_page(session)
    if begun:
        hand_in(session, school, school.lina, "aaaa")
    session.commit()
    with Session(engine) as reader, statements(engine) as sent:
        if engine.dialect.name == "postgresql":
            reader.connection(execution_options={"postgresql_readonly": True})
        else:
            reader.connection().exec_driver_sql("PRAGMA query_only=ON")
        sent.clear()
        work = submitting.open_work(reader, school.lina, school.given.id)
        assert len(work.versions) == 5
        assert work.assignment.page.title
        assert work.assignment.page.binder.title
        assert not reader.new
        assert not reader.dirty
        if engine.dialect.name == "sqlite":
            reader.connection().exec_driver_sql("PRAGMA query_only=OFF")
    assert all(statement.startswith(("SELECT", "PRAGMA")) for statement in sent)
    assert len([statement for statement in sent if statement.startswith("SELECT")]) <= MOST_QUERIES


def test_activities_on_a_page_have_one_copy(session: Session) -> None:
    school = big_page(session)
    names = [str(id) for id in session.scalars(sa.select(Activity.id))]
    answers = {name: {"choices": ["aaaa"]} for name in names}
    revision = revision_of(session, school)
    attempt = submitting.hand_in(session, school.lina, school.given.id, revision.id, answers, number=1, seq=0)
    assert attempt.responses == answers
    assert (attempt.grades[-1].score_given, attempt.grades[-1].score_maximum) == (10, 10)


def test_a_revision_that_never_was_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        revisions.revision_by_id(session, uuid7(), uuid7())
