"""From giving a page to the grade: the main path of the domain."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role
from binder.attempts import submitting
from binder.errors import Closed, Conflict, Forbidden
from binder.giving import assigning
from binder.marks import followup, grading
from binder.models import OutboxEntry
from tests import factories


def test_a_pupil_hands_in_and_the_grade_is_due_for_the_gradebook(session: Session) -> None:
    school = factories.tenant(session)
    class_ = factories.audience(session, school)
    teacher = factories.viewer(session, school, class_)
    pupil = factories.viewer(session, school, class_, role=Role.LEARNER, name="Lina")
    page, activity = factories.page_with_choice(session, teacher)
    given = assigning.give(session, teacher, page.id)

    work = submitting.open_work(session, pupil, given.id)
    assert work.answering
    assert work.attempt is None
    answers = {str(activity.id): {"choices": ["bbbb"]}}
    attempt = submitting.hand_in(session, pupil, given.id, work.revision.id, answers, number=1, seq=0)
    again = submitting.hand_in(session, pupil, given.id, work.revision.id, {}, number=1, seq=0)
    assert again is attempt

    grade = grading.released(attempt)
    assert grade is not None
    assert (grade.score_given, grade.score_maximum) == (Fraction(1), Fraction(2))
    entry = session.scalars(sa.select(OutboxEntry)).one()
    assert entry.subject == f"{given.id}:{pupil.person_id}"
    assert [row.state for row in followup.progress(session, teacher, given.id)] == [followup.State.RETURNED]
    with pytest.raises(Closed):
        submitting.save(session, pupil, given.id, work.revision.id, {}, number=1, seq=attempt.seq)


def test_an_old_tab_does_not_overwrite_newer_answers(session: Session) -> None:
    school = factories.tenant(session)
    class_ = factories.audience(session, school)
    teacher = factories.viewer(session, school, class_)
    pupil = factories.viewer(session, school, class_, role=Role.LEARNER, name="Lina")
    page, activity = factories.page_with_choice(session, teacher)
    given = assigning.give(session, teacher, page.id)
    revision = submitting.open_work(session, pupil, given.id).revision
    name = str(activity.id)
    first = submitting.save(
        session, pupil, given.id, revision.id, {name: {"choices": ["aaaa"]}}, number=1, seq=0
    )
    with pytest.raises(Conflict) as conflict:
        submitting.save(session, pupil, given.id, revision.id, {name: {"choices": ["cccc"]}}, number=1, seq=0)
    assert conflict.value.current is first
    assert first.responses == {name: {"choices": ["aaaa"]}}


def test_another_class_gets_nothing(session: Session) -> None:
    school = factories.tenant(session)
    class_ = factories.audience(session, school)
    other = factories.audience(session, school, "5e B")
    teacher = factories.viewer(session, school, class_)
    stranger = factories.viewer(session, school, other, role=Role.LEARNER)
    page, _ = factories.page_with_choice(session, teacher)
    given = assigning.give(session, teacher, page.id)
    with pytest.raises(Forbidden):
        submitting.open_work(session, stranger, given.id)
