"""Two at the same moment, each in a thread and transaction of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.attempts import submitting
from binder.clock import frozen
from binder.content import authoring, composing
from binder.errors import Closed, Conflict
from binder.giving import accommodating, assigning, overriding
from binder.giving.overriding import Dates
from binder.giving.windows import GRACE
from binder.marks import followup, grading
from binder.models import (
    Accommodation,
    ActivityVersion,
    Assignment,
    Attempt,
    Grade,
    OutboxEntry,
    Override,
    Page,
    PageRevision,
    Visit,
)
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

Begin = Callable[[], Any]


@pytest.fixture
def committed(begin: Begin) -> School:
    """A school that every connection sees."""
    with begin() as session:
        return school_in(session)


def at_once(begin: Begin, *uses: Callable[[Session], Any]) -> list[Any]:
    """What each use gave, or its error."""
    start, results = threading.Barrier(len(uses)), [None] * len(uses)

    def run(number: int, use: Callable[[Session], Any]) -> None:
        start.wait()
        try:
            with begin() as session:
                results[number] = use(session)
        except Exception as error:
            results[number] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(number, use)) for number, use in enumerate(uses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def count(begin: Begin, kind: type[Any]) -> int:
    with begin() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def saving(school: School, *choices: str, seq: int = 0) -> Callable[[Session], Attempt]:
    def use(session: Session) -> Attempt:
        revision = submitting.published(session, session.get_one(Page, (school.tenant.id, school.page.id)))
        return submitting.save(
            session, school.lina, school.given.id, revision.id, school.answers(*choices), number=1, seq=seq
        )

    return use


def handing_in(school: School, *choices: str, seq: int = 0) -> Callable[[Session], Attempt]:
    def use(session: Session) -> Attempt:
        revision = submitting.published(session, session.get_one(Page, (school.tenant.id, school.page.id)))
        return submitting.hand_in(
            session, school.lina, school.given.id, revision.id, school.answers(*choices), number=1, seq=seq
        )

    return use


def test_two_tabs_begin_one_attempt(begin: Begin, committed: School) -> None:
    def first_save(choice: str) -> Callable[[Session], Any]:
        def use(session: Session) -> tuple[str, Any]:
            try:
                return "kept", saving(committed, choice)(session).id
            except Conflict as conflict:
                return "refused", conflict.current.id

        return use

    results = dict(at_once(begin, first_save("aaaa"), first_save("bbbb")))
    assert set(results) == {"kept", "refused"}
    assert results["kept"] == results["refused"]
    assert count(begin, Attempt) == 1


def test_two_tabs_with_the_same_answers_begin_one_attempt_and_both_are_well(
    begin: Begin, committed: School
) -> None:
    results = at_once(begin, *[saving(committed, "aaaa")] * 3)
    assert {result.id for result in results} == {results[0].id}
    assert count(begin, Attempt) == 1


def test_a_double_click_hands_in_once_and_gives_one_receipt(begin: Begin, committed: School) -> None:
    results = at_once(begin, *[handing_in(committed, "aaaa")] * 3)
    assert len({result.receipt for result in results}) == 1
    assert (count(begin, Attempt), count(begin, Grade), count(begin, OutboxEntry)) == (1, 1, 1)
    with begin() as session:
        assert session.scalar(sa.select(OutboxEntry.seq)) == 1


def test_a_double_click_on_a_saved_attempt_hands_in_once(begin: Begin, committed: School) -> None:
    with begin() as session:
        saving(committed, "bbbb")(session)
    results = at_once(begin, *[handing_in(committed, "aaaa", seq=1)] * 3)
    assert len({result.receipt for result in results}) == 1
    assert (count(begin, Attempt), count(begin, Grade)) == (1, 1)


def test_a_save_and_a_hand_in_at_once_lose_nothing(begin: Begin, committed: School) -> None:
    results = at_once(begin, saving(committed, "aaaa"), handing_in(committed, "aaaa"))
    assert isinstance(results[1], Attempt)
    assert results[1].submitted_at is not None
    assert count(begin, Grade) == 1


def test_two_tabs_save_and_the_second_learns_of_the_first(begin: Begin, committed: School) -> None:
    with begin() as session:
        saving(committed)(session)
    results = at_once(begin, saving(committed, "aaaa", seq=1), saving(committed, "bbbb", seq=1))
    assert sorted(type(result).__name__ for result in results) == ["Attempt", "Conflict"]


def test_many_note_the_same_change(begin: Begin, committed: School) -> None:
    results = at_once(begin, *[lambda session: outbox.put(session, committed.tenant.id, "told", "a")] * 4)
    assert results == [None] * 4
    with begin() as session:
        assert session.scalars(sa.select(OutboxEntry.seq)).all() == [4]


def test_two_processes_record_the_first_visit(begin: Begin, committed: School) -> None:
    assert committed.lina.person_id is not None
    note = followup.VisitNote(
        committed.tenant.id, committed.given.id, committed.lina.person_id, datetime(2026, 9, 7, tzinfo=UTC)
    )
    assert at_once(begin, *[lambda session: followup.record_visits(session, [note])] * 4) == [1] * 4
    with begin() as session:
        assert session.scalars(sa.select(Visit.count)).all() == [4]


def test_a_class_that_opens_a_link_at_once_gets_one_assignment(begin: Begin, committed: School) -> None:
    with begin() as session:
        page = factories.page(
            session, committed.teacher, authoring.own_binder(session, committed.teacher, committed.binder.id)
        )
    place = (committed.tenant.id, page.id, committed.class_.id, committed.given.created_by_id)
    results = at_once(begin, *[lambda session: assigning.place(session, *place)] * 4)
    assert len({result.id for result in results}) == 1
    assert count(begin, Assignment) == 2


def test_two_authors_in_different_blocks_disturb_nobody(begin: Begin, committed: School) -> None:
    def adding(number: int) -> Callable[[Session], Any]:
        block = {"type": "text", "html": str(number)}
        return lambda session: composing.add_block(session, committed.teacher, committed.page.id, block)

    results = at_once(begin, *[adding(number) for number in range(4)])
    assert not [result for result in results if isinstance(result, Exception)]
    with begin() as session:
        blocks = session.get_one(Page, (committed.tenant.id, committed.page.id)).blocks
    assert {"0", "1", "2", "3"} <= {block.get("html") for block in blocks}


def test_publishing_twice_at_once_makes_two_revisions(begin: Begin, committed: School) -> None:
    results = at_once(begin, *[lambda s: authoring.publish(s, committed.teacher, committed.page.id)] * 2)
    assert sorted(result.number for result in results) == [2, 3]
    assert count(begin, PageRevision) == 3


def test_saving_an_activity_twice_at_once_makes_two_versions(begin: Begin, committed: School) -> None:
    def use(session: Session) -> Any:
        return authoring.save_activity(
            session,
            committed.teacher,
            committed.binder.id,
            factories.choice(),
            activity_id=committed.activity.id,
        ).number

    assert sorted(at_once(begin, use, use)) == [2, 3]
    assert count(begin, ActivityVersion) == 3


def test_two_teachers_mark_one_copy_and_both_grades_are_kept(begin: Begin, committed: School) -> None:
    with begin() as session:
        attempt = hand_in(session, committed, committed.lina, "aaaa")

    def marking(points: int) -> Callable[[Session], Any]:
        return lambda s: grading.review(s, committed.teacher, attempt.id, score_given=Fraction(points))

    results = at_once(begin, marking(0), marking(1))
    assert {result.score_given for result in results} == {0, 1}
    released = sorted(grade.released_at for grade in results)
    assert (released[1] - released[0]).total_seconds() >= 1


def test_two_clicks_on_begin_start_one_clock(begin: Begin, committed: School) -> None:
    starting = lambda s: submitting.begin(s, committed.lina, committed.given.id, number=1)  # noqa: E731
    results = at_once(begin, *[starting] * 4)
    assert len({result.id for result in results}) == 1
    assert count(begin, Attempt) == 1


def test_time_is_over_in_several_processes_while_the_learner_saves(begin: Begin, committed: School) -> None:
    """The copy is handed in once, with all that was acknowledged."""
    with begin() as session:
        attempt = saving(committed, "bbbb")(session)
        ends = attempt.started_at
        session.execute(sa.update(Attempt.__table__).values(deadline_at=ends))  # type: ignore[arg-type]
    with frozen(ends + GRACE + timedelta(seconds=1)):
        closing = submitting.close_overdue
        results = at_once(begin, closing, closing, saving(committed, "aaaa", seq=1), closing)
    late = results.pop(2)
    assert isinstance(late, Closed)
    assert late.reason == "time-over"
    assert sum(results) == 1
    with begin() as session:
        kept = session.scalars(sa.select(Attempt)).one()
        assert (kept.responses, kept.by_server) == (committed.answers("bbbb"), True)
    assert (count(begin, Grade), count(begin, OutboxEntry)) == (1, 1)


def test_two_teachers_set_the_same_pupils_time(begin: Begin, committed: School) -> None:
    lina = committed.lina.person_id
    assert lina

    def setting(minutes: int) -> Callable[[Session], Any]:
        def use(session: Session) -> None:
            accommodating.accommodate(session, committed.teacher, lina, time_factor=Fraction(minutes, 30))
            overriding.override(
                session, committed.teacher, committed.given.id, Dates(minutes=minutes), person_id=lina
            )

        return use

    assert at_once(begin, *[setting(30 + more) for more in range(4)]) == [None] * 4
    assert (count(begin, Accommodation), count(begin, Override)) == (1, 1)
