"""Who has read, done, got what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.clock import frozen, now, uuid7
from binder.errors import Forbidden, NotFound
from binder.giving import assigning
from binder.marks import followup, grading
from binder.marks.followup import Passback, State, VisitNote
from binder.models import Membership, OutboxEntry, Release, Visit
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)


def note(school: School, viewer: Viewer, at: datetime | None = None) -> VisitNote:
    assert viewer.person_id is not None
    return VisitNote(school.tenant.id, school.given.id, viewer.person_id, at or now())


def states(session: Session, school: School) -> dict[str, State]:
    rows = followup.progress(session, school.teacher, school.given.id)
    return {row.person.display_name: row.state for row in rows if row.person is not None}


def test_the_class_list_shows_how_far_each_learner_is(session: Session) -> None:
    school = school_in(session, opens_at=MONDAY, release=Release.BY_HAND)
    names = ["Zoé", "Ana", "Bo", "Cléo", "Dan"]
    zoe, ana, bo, cleo, dan = (school.pupil(session, name) for name in names)
    gone = school.pupil(session, "Parti")
    session.execute(sa.update(Membership).where(Membership.person_id == gone.person_id).values(active=False))
    school.pupil(session, "Test", is_test=True)
    factories.viewer(session, school.tenant, school.class_, role=Role.MENTOR, name="Parent")
    with frozen(MONDAY - timedelta(days=1)):
        assert set(states(session, school).values()) == {State.NOT_OPEN}
    with frozen(MONDAY):
        followup.record_visits(session, [note(school, ana), note(school, bo)])
        revision = submitting.published(session, school.page)
        submitting.save(session, bo, school.given.id, revision.id, {}, number=1, seq=0)
        hand_in(session, school, dan, "aaaa")
        grading.release(session, school.teacher, school.given.id)
        hand_in(session, school, cleo, "aaaa")
        assert list(states(session, school).items()) == [
            ("Ana", State.SEEN),
            ("Bo", State.STARTED),
            ("Cléo", State.HANDED_IN),
            ("Dan", State.RETURNED),
            ("Lina", State.TO_DO),
            ("Zoé", State.TO_DO),
        ]
    rows = {
        row.person.display_name: row
        for row in followup.progress(session, school.teacher, school.given.id)
        if row.person
    }
    assert rows["Cléo"].grade is not None, "the teacher sees a grade before it is given back"
    assert rows["Cléo"].passback is Passback.NONE
    assert rows["Dan"].passback is Passback.WAITING
    assert rows["Zoé"].attempt is None
    assert zoe.person_id


def test_a_class_without_pupils_is_an_empty_list(session: Session, school: School) -> None:
    session.execute(sa.update(Membership).values(active=False))
    assert followup.progress(session, school.teacher, school.given.id) == []


def test_what_is_due_and_not_handed_in_is_missing(session: Session) -> None:
    school = school_in(session, due_at=MONDAY, max_attempts=2)
    started, done = school.pupil(session, "Ana"), school.pupil(session, "Bo")
    revision = submitting.published(session, school.page)
    with frozen(MONDAY):
        submitting.save(session, started, school.given.id, revision.id, {}, number=1, seq=0)
        hand_in(session, school, done, "aaaa")
        submitting.save(session, done, school.given.id, revision.id, {}, number=2, seq=0)
        assert not any(row.missing for row in followup.progress(session, school.teacher, school.given.id))
    with frozen(MONDAY + timedelta(seconds=1)):
        rows = followup.progress(session, school.teacher, school.given.id)
        assert {row.person.display_name: row.missing for row in rows if row.person} == {
            "Ana": True,
            "Bo": False,
            "Lina": True,
        }
        assert [row.missing for row in followup.work_of(session, school.lina)] == [True]


def test_a_learner_sees_their_own_work_and_released_grades_only(session: Session) -> None:
    school = school_in(session, release=Release.BY_HAND)
    attempt = hand_in(session, school, school.lina, "aaaa")
    later = assigning.give(session, school.teacher, school.page.id, opens_at=now() + timedelta(days=1))
    rows = {row.assignment.id: row for row in followup.work_of(session, school.lina)}
    assert (rows[school.given.id].state, rows[school.given.id].grade) == (State.HANDED_IN, None)
    assert rows[later.id].state is State.NOT_OPEN
    grading.release(session, school.teacher, school.given.id)
    grading.review(session, school.teacher, attempt.id, score_given=Fraction(0))
    row = {row.assignment.id: row for row in followup.work_of(session, school.lina)}[school.given.id]
    assert row.state is State.RETURNED
    assert row.grade is not None
    assert row.grade.score_given == 2, "a correction that was not given back is not seen"
    assert row.person is None


def test_a_parent_sees_their_own_childs_released_grades_only(session: Session) -> None:
    school = school_in(session, release=Release.BY_HAND)
    attempt = hand_in(session, school, school.lina, "aaaa")
    malo = school.pupil(session)
    hand_in(session, school, malo, "aaaa")
    parent = factories.viewer(
        session, school.tenant, school.class_, role=Role.MENTOR, children=frozenset({attempt.person_id})
    )
    (row,) = followup.work_of(session, parent, attempt.person_id)
    assert (row.state, row.grade) == (State.HANDED_IN, None)
    grading.release(session, school.teacher, school.given.id)
    (row,) = followup.work_of(session, parent, attempt.person_id)
    assert row.grade is not None
    for whose in (malo.person_id, None, parent.person_id, uuid7()):
        with pytest.raises(Forbidden):
            followup.work_of(session, parent, whose)
    with pytest.raises(Forbidden):
        followup.progress(session, parent, school.given.id)


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMINISTRATOR, Role.CONTENT_DEVELOPER])
def test_nobody_else_looks_at_work_as_a_family_does(session: Session, school: School, role: Role) -> None:
    viewer = factories.viewer(session, school.tenant, school.class_, role=role)
    for whose in (None, school.lina.person_id):
        with pytest.raises(Forbidden):
            followup.work_of(session, viewer, whose)


def test_a_learner_does_not_see_anothers_work(session: Session, school: School) -> None:
    with pytest.raises(Forbidden):
        followup.work_of(session, school.lina, school.pupil(session).person_id)


def test_somebody_without_a_name_sees_what_there_is_to_do(session: Session, school: School) -> None:
    nobody = Viewer(school.tenant.id, Role.LEARNER, audience_id=school.class_.id)
    assert [(row.state, row.attempt) for row in followup.work_of(session, nobody)] == [(State.TO_DO, None)]
    assert followup.work_of(session, Viewer(school.tenant.id, Role.LEARNER)) == []


def test_an_administrator_sees_numbers_and_no_pupil(session: Session, school: School) -> None:
    hand_in(session, school, school.lina, "aaaa")
    administrator = factories.viewer(session, school.tenant, school.class_, role=Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        followup.progress(session, administrator, school.given.id)
    counts = followup.counts(session, administrator)
    assert (counts.binders, counts.pages, counts.assignments, counts.handed_in) == (1, 1, 1, 1)
    assert (counts.grades_waiting, counts.grades_refused) == (1, 0)
    session.execute(sa.update(OutboxEntry).values(due_at=None))
    assert followup.counts(session, administrator).grades_refused == 1
    other = factories.viewer(session, factories.tenant(session), role=Role.ADMINISTRATOR)
    assert followup.counts(session, other) == followup.Counts(0, 0, 0, 0, 0, 0)
    with pytest.raises(Forbidden):
        followup.counts(session, school.teacher)


def test_the_teacher_sees_what_became_of_a_grade_on_its_way(session: Session, school: School) -> None:
    hand_in(session, school, school.lina, "aaaa")

    def told() -> tuple[Passback, str]:
        session.expire_all()
        (row,) = followup.progress(session, school.teacher, school.given.id)
        return row.passback, row.passback_error

    assert told() == (Passback.WAITING, "")
    session.execute(sa.update(OutboxEntry).values(due_at=None, error="no such line item"))
    assert told() == (Passback.REFUSED, "no such line item")
    assert school.lina.person_id is not None
    followup.resend(session, school.teacher, school.given.id, school.lina.person_id)
    assert told() == (Passback.WAITING, "")
    session.execute(sa.update(OutboxEntry).values(due_at=None, delivered_at=now()))
    assert told() == (Passback.SENT, "")


def test_only_a_grade_that_was_given_back_is_sent_again(session: Session) -> None:
    school = school_in(session, release=Release.BY_HAND)
    test_user = school.pupil(session, is_test=True)
    hand_in(session, school, school.lina, "aaaa")
    for whose in (school.lina.person_id, uuid7()):
        with pytest.raises(NotFound):
            followup.resend(session, school.teacher, school.given.id, whose)  # type: ignore[arg-type]
    hand_in(session, school, test_user, "aaaa")
    grading.release(session, school.teacher, school.given.id)
    with pytest.raises(NotFound):
        followup.resend(session, school.teacher, school.given.id, test_user.person_id)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        followup.resend(session, school.lina, school.given.id, school.lina.person_id)  # type: ignore[arg-type]
    assert session.scalar(sa.select(sa.func.count()).select_from(OutboxEntry)) == 1


def test_other_entries_are_not_taken_for_grades(session: Session, school: School) -> None:
    outbox.put(session, school.tenant.id, "something.else", f"{school.given.id}:{school.lina.person_id}")
    (row,) = followup.progress(session, school.teacher, school.given.id)
    assert row.passback is Passback.NONE


def test_visits_are_written_in_batches(session: Session, school: School) -> None:
    malo = school.pupil(session)
    hours = [MONDAY + timedelta(hours=n) for n in range(4)]
    batch = [
        note(school, school.lina, hours[1]),
        note(school, malo, hours[2]),
        note(school, school.lina, hours[0]),
    ]
    assert followup.record_visits(session, batch) == 2
    assert followup.record_visits(session, [note(school, school.lina, hours[3])]) == 1
    assert followup.record_visits(session, []) == 0
    visit = session.scalars(sa.select(Visit).where(Visit.person_id == school.lina.person_id)).one()
    session.refresh(visit)
    assert (visit.first_at, visit.last_at, visit.count) == (hours[0], hours[3], 3)


def test_a_visit_of_somebody_who_is_gone_is_forgotten(session: Session, school: School) -> None:
    followup.record_visits(
        session, [VisitNote(school.tenant.id, school.given.id, uuid7(), MONDAY), note(school, school.lina)]
    )
    assert session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 1
