"""Blocks for one group or from a date on: nobody sees what is not theirs, or scores what they never saw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import clock
from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.audiences import taught
from binder.blocks import visible
from binder.content import authoring, composing
from binder.errors import Invalid
from binder.giving import assigning
from binder.marks import grading
from binder.models import Assignment, Audience, Membership
from binder.publication.visibility import seen
from tests import factories
from tests.binder.conftest import School

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = {"type": "text", "html": "<p>La réponse</p>"}


@pytest.mark.parametrize(
    ("until", "at", "there"),
    [
        ("2026-11-24T13:00:00+01:00", NOON, True),
        ("2026-11-24T13:00:01+01:00", NOON, False),
        ("2026-11-24T16:00:00+04:00", NOON, True),
        ("2026-11-24T08:00:00-04:00", NOON, True),
        ("2026-11-24T08:00:00-05:00", NOON, False),
        ("2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        ("2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), False),
    ],
)
def test_a_block_appears_at_its_instant_whatever_clock_it_was_read_from(
    until: str, at: datetime, *, there: bool
) -> None:
    block = {"id": "a", "type": "divider", "hidden_until": until}
    assert visible(block, audiences=(), at=at) is there
    assert not visible({**block, "audience": "x"}, audiences=("y",), at=at + timedelta(days=9))


def test_an_activity_that_was_hidden_at_the_hand_in_stays_out_of_the_copy() -> None:
    later = (NOON + timedelta(hours=1)).isoformat()
    blocks = [
        {"id": "a", "type": "activity", "activity": "1", "hidden_until": later},
        {"id": "b", "type": "text", "html": "", "hidden_until": later},
    ]
    after = NOON + timedelta(hours=2)
    assert [block["id"] for block in seen(blocks, audiences=(), at=after)] == ["a", "b"]
    assert [block["id"] for block in seen(blocks, audiences=(), at=after, done_at=NOON)] == ["b"]
    assert seen(blocks, audiences=(), at=NOON, done_at=NOON) == []


def group(session: Session, school: School, *pupils: Viewer) -> Audience:
    """A group that the school's teacher teaches."""
    made = factories.audience(session, school.tenant, "Groupe 1")
    for person, role in ((school.teacher, Role.INSTRUCTOR), *((pupil, Role.LEARNER) for pupil in pupils)):
        session.add(
            Membership(
                tenant_id=school.tenant.id,
                audience_id=made.id,
                person_id=person.person_id,
                role=role.value,
            )
        )
    session.flush()
    return made


def second_question(session: Session, school: School, **limits: Any) -> str:
    """Another activity on the school's page, under these limits, published."""
    activity = authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(title="Encore")
    )
    session.expire(school.binder)
    block = {"type": "activity", "activity": str(activity.id), **limits}
    composing.add_block(session, school.teacher, school.page.id, block)
    authoring.publish(session, school.teacher, school.page.id)
    return str(activity.id)


def hand_in(session: Session, school: School, pupil: Viewer, *names: str) -> Fraction:
    """Answer these activities rightly; the maximum of the score."""
    work = submitting.open_work(session, pupil, school.given.id)
    attempt = submitting.hand_in(
        session,
        pupil,
        school.given.id,
        work.revision.id,
        {name: {"choices": ["aaaa"]} for name in names},
        number=1,
        seq=0,
    )
    assert set(attempt.responses) <= set(work.versions)
    grade = grading.newest(attempt)
    assert grade is not None
    assert set(grade.per_activity) == set(work.versions)
    assert grade.score_given == grade.score_maximum
    return grade.score_maximum


def test_what_a_group_alone_is_asked_counts_for_that_group_alone(session: Session, school: School) -> None:
    malo = school.pupil(session)
    extra = second_question(session, school, audience=str(group(session, school, malo).id))
    first = str(school.activity.id)
    assert set(submitting.open_work(session, malo, school.given.id).versions) == {first, extra}
    assert set(submitting.open_work(session, school.lina, school.given.id).versions) == {first}
    assert hand_in(session, school, malo, first, extra) == 4
    assert hand_in(session, school, school.lina, first, extra) == 2, (
        "an answer that was smuggled in is dropped"
    )


def test_the_family_sees_what_their_child_sees(session: Session, school: School) -> None:
    malo = school.pupil(session)
    assert malo.person_id
    assert school.lina.person_id
    second_question(session, school, audience=str(group(session, school, malo).id))
    for child, count in ((malo, 3), (school.lina, 2)):
        parent = Viewer(
            school.tenant.id,
            Role.MENTOR,
            factories.viewer(session, school.tenant, name="Parent").person_id,
            school.class_.id,
            frozenset({child.person_id}) if child.person_id else frozenset(),
        )
        work = submitting.open_work(session, parent, school.given.id, person_id=child.person_id)
        assert len(work.blocks) == count


def test_what_is_hidden_until_a_date_is_asked_from_then_on(session: Session, school: School) -> None:
    extra = second_question(session, school, hidden_until="2126-01-01T08:00:00+01:00")
    first = str(school.activity.id)
    assert hand_in(session, school, school.lina, first) == 2
    with clock.frozen(datetime(2126, 1, 1, 7, tzinfo=UTC)):
        malo = school.pupil(session)
        assert set(submitting.open_work(session, malo, school.given.id).versions) == {first, extra}
        done = submitting.open_work(session, school.lina, school.given.id)
        assert set(done.versions) == {first}, "the copy that was handed in is as it was"
        assert len(done.blocks) == 2
        attempt = done.attempt
        assert attempt is not None
        assert set(submitting.work_of_attempt(session, attempt).versions) == {first}


def test_the_answer_appears_in_a_copy_that_was_handed_in_before(session: Session, school: School) -> None:
    composing.add_block(
        session, school.teacher, school.page.id, {**SECRET, "hidden_until": "2126-01-01T08:00:00+01:00"}
    )
    authoring.publish(session, school.teacher, school.page.id)
    hand_in(session, school, school.lina, str(school.activity.id))
    assert len(submitting.open_work(session, school.lina, school.given.id).blocks) == 2
    with clock.frozen(datetime(2126, 1, 1, 7, tzinfo=UTC)):
        assert len(submitting.open_work(session, school.lina, school.given.id).blocks) == 3


def test_a_page_without_limits_costs_no_query(session: Session, school: School) -> None:
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    connection = session.connection()
    submitting.open_work(session, school.lina, school.given.id)
    sa.event.listen(connection, "before_cursor_execute", note)
    submitting.open_work(session, school.lina, school.given.id)
    assert len(sent) == 1
    composing.add_block(
        session, school.teacher, school.page.id, {**SECRET, "audience": str(school.class_.id)}
    )
    authoring.publish(session, school.teacher, school.page.id)
    submitting.open_work(session, school.lina, school.given.id)
    sent.clear()
    submitting.open_work(session, school.lina, school.given.id)
    sa.event.remove(connection, "before_cursor_execute", note)
    assert len(sent) == 1, "a block for the class that one came from needs none either"


def test_a_teacher_chooses_among_the_classes_that_they_teach(session: Session, school: School) -> None:
    own = group(session, school)
    assert [one.title for one in taught(session, school.teacher)] == ["5e A", "Groupe 1"]
    assert taught(session, school.lina) == []
    stranger = factories.audience(session, school.tenant, "3e C")
    elsewhere = factories.audience(session, factories.tenant(session, "Ailleurs"), "5e A")
    for audience in (stranger, elsewhere):
        with pytest.raises(Invalid) as refused:
            composing.add_block(
                session, school.teacher, school.page.id, {**SECRET, "audience": str(audience.id)}
            )
        assert refused.value.messages == {"block": {"audience": ["choose a class that you teach"]}}
    block = composing.add_block(session, school.teacher, school.page.id, {**SECRET, "audience": str(own.id)})
    with pytest.raises(Invalid):
        composing.change_block(
            session, school.teacher, school.page.id, block["id"], {**SECRET, "audience": str(elsewhere.id)}
        )


def test_a_member_who_left_teaches_and_sees_nothing_there(session: Session, school: School) -> None:
    malo = school.pupil(session)
    own = group(session, school, malo)
    second_question(session, school, audience=str(own.id))
    session.execute(sa.update(Membership).where(Membership.audience_id == own.id).values(active=False))
    assert [one.id for one in taught(session, school.teacher)] == [school.class_.id]
    assert len(submitting.open_work(session, malo, school.given.id).versions) == 1


def test_a_co_author_leaves_the_class_of_a_block_as_it_is(session: Session, school: School) -> None:
    own = group(session, school)
    block = composing.add_block(session, school.teacher, school.page.id, {**SECRET, "audience": str(own.id)})
    session.execute(sa.delete(Membership).where(Membership.audience_id == own.id))
    changed = {"html": "<p>Autre</p>", "audience": str(own.id)}
    saved = composing.change_block(session, school.teacher, school.page.id, block["id"], changed)
    assert saved["audience"] == str(own.id)


def test_a_block_of_a_type_that_is_gone_is_carried_along(session: Session, school: School) -> None:
    poem = {"id": "poem1", "type": "poem", "verses": ["Il pleure"]}
    school.page.blocks = [*school.page.blocks, poem]
    session.flush()
    composing.move_block(session, school.teacher, school.page.id, "poem1", by=-9)
    authoring.publish(session, school.teacher, school.page.id)
    given = assigning.give(session, school.teacher, school.page.id)
    assert isinstance(given, Assignment)
    work = submitting.open_work(session, school.lina, given.id)
    assert work.blocks[0] == poem
    hand_in(session, school, school.lina, str(school.activity.id))
