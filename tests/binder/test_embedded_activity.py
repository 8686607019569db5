"""An assignment about one activity of a page: it alone is shown, saved, scored, followed up, regraded and counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.activities import type_of
from binder.attempts import handing, submitting, worklist
from binder.clock import now
from binder.content import authoring, composing, contents
from binder.errors import Closed, NotFound
from binder.giving import assigning, next_year
from binder.marks import counting, followup, grading, regrading, statistics
from binder.marks.remarking import Change, Kind
from binder.media.mediatypes import Limits
from binder.models import Activity, Assignment, Attempt, Page, Preset
from binder.publication import opening, reading, revisions
from tests import factories

UTC_ZONE = UTC
FILE_UPLOAD = type_of("file_upload").example("fr")


@dataclass
class Embedded:
    """A page with three questions, one of which was given alone."""

    teacher: Viewer
    pupil: Viewer
    page: Page
    first: Activity
    second: Activity
    given: Assignment

    def right(self, *activities: Activity) -> dict[str, Any]:
        """The right answers."""
        return {str(one.id): {"choices": ["aaaa"]} for one in activities}

    def hand_in(self, session: Session, responses: dict[str, Any], *, number: int = 1) -> Attempt:
        """The pupil's copy."""
        work = submitting.open_work(session, self.pupil, self.given.id, again=number > 1)
        return submitting.hand_in(
            session, self.pupil, self.given.id, work.revision.id, responses, number=number, seq=0
        )


@pytest.fixture
def embedded(session: Session) -> Embedded:
    """The second question of a page, embedded by a link."""
    tenant = factories.tenant(session)
    klass = factories.audience(session, tenant)
    teacher = factories.viewer(session, tenant, klass)
    pupil = factories.viewer(session, tenant, klass, role=Role.LEARNER, name="Lina")
    page, first = factories.page_with_choice(session, teacher)
    second = authoring.save_activity(
        session, teacher, page.binder_id, factories.choice(title="La deuxième", points="5")
    )
    composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(second.id)})
    authoring.publish(session, teacher, page.id)
    assert teacher.person_id
    terms = assigning.Terms(activity_id=second.id, max_attempts=2)
    given = assigning.place(session, tenant.id, page.id, klass.id, teacher.person_id, terms)
    return Embedded(teacher, pupil, page, first, second, given)


@pytest.mark.parametrize("who", ["pupil", "teacher"])
def test_only_it_is_shown(session: Session, embedded: Embedded, who: str) -> None:
    work = submitting.open_work(session, getattr(embedded, who), embedded.given.id)
    assert list(work.versions) == [str(embedded.second.id)]
    assert [block["type"] for block in work.blocks] == ["activity"]


def test_an_answer_to_another_question_of_the_page_is_not_kept(session: Session, embedded: Embedded) -> None:
    attempt = embedded.hand_in(session, embedded.right(embedded.first, embedded.second))
    assert list(attempt.responses) == [str(embedded.second.id)]


def test_only_it_is_scored(session: Session, embedded: Embedded) -> None:
    grade = grading.newest(embedded.hand_in(session, embedded.right(embedded.second)))
    assert grade is not None
    assert (grade.score_given, grade.score_maximum) == (Fraction(5), Fraction(5))
    assert list(grade.per_activity) == [str(embedded.second.id)]


def test_what_the_gradebook_gets_is_out_of_its_points(session: Session, embedded: Embedded) -> None:
    embedded.hand_in(session, {str(embedded.second.id): {"choices": ["bbbb"]}})
    assert embedded.pupil.person_id
    found = counting.counting_grade(session, embedded.given, embedded.pupil.person_id)
    assert found is not None
    assert (found[1].score_given, found[1].score_maximum) == (Fraction(5, 2), Fraction(5))


def test_the_follow_up_and_the_copy_have_only_it(session: Session, embedded: Embedded) -> None:
    attempt = embedded.hand_in(session, embedded.right(embedded.second))
    (row,) = followup.progress(session, embedded.teacher, embedded.given.id)
    assert row.state is followup.State.RETURNED
    assert row.grade
    assert row.grade.score_maximum == 5
    assert list(submitting.work_of_attempt(session, attempt).versions) == [str(embedded.second.id)]


def test_statistics_count_only_it(session: Session, embedded: Embedded) -> None:
    embedded.hand_in(session, embedded.right(embedded.second))
    (figure,) = statistics.figures(session, embedded.teacher, embedded.given.id)
    assert (figure.activity_id, figure.copies) == (str(embedded.second.id), 1)


def test_it_can_be_regraded_and_the_others_cannot(session: Session, embedded: Embedded) -> None:
    embedded.hand_in(session, {str(embedded.second.id): {"choices": ["cccc"]}})
    change, given = Change(Kind.FULL), embedded.given.id
    with pytest.raises(NotFound):
        regrading.preview(session, embedded.teacher, given, embedded.first.id, change)
    preview = regrading.preview(session, embedded.teacher, given, embedded.second.id, change)
    assert [(int(move.given), int(move.maximum)) for move in preview] == [(5, 5)]


def test_a_pupils_list_says_one_question(session: Session, embedded: Embedded) -> None:
    (item,) = worklist.work_list(session, embedded.pupil, zone=UTC_ZONE)
    assert item.questions == 1


def test_the_page_given_as_a_whole_is_another_assignment(session: Session, embedded: Embedded) -> None:
    assert embedded.pupil.audience_id
    assert embedded.teacher.person_id
    whole = assigning.place(
        session,
        embedded.page.tenant_id,
        embedded.page.id,
        embedded.pupil.audience_id,
        embedded.teacher.person_id,
    )
    assert whole.id != embedded.given.id
    assert len(submitting.open_work(session, embedded.pupil, whole.id).versions) == 2
    assert len(worklist.work_list(session, embedded.pupil, zone=UTC_ZONE)) == 2


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"max_attempts": 3}, False),
        ({"preset": Preset.TEST}, False),
        ({"due_at": now() + timedelta(days=2)}, False),
        ({"activity_id": None}, False),
    ],
)
def test_links_with_the_same_terms_share_one_assignment(
    session: Session, embedded: Embedded, changes: dict[str, Any], same: bool
) -> None:
    terms = replace(assigning.Terms(activity_id=embedded.second.id, max_attempts=2), **changes)
    assert embedded.pupil.audience_id
    assert embedded.teacher.person_id
    for _ in range(2):
        again = assigning.place(
            session,
            embedded.page.tenant_id,
            embedded.page.id,
            embedded.pupil.audience_id,
            embedded.teacher.person_id,
            terms,
        )
        assert (again.id == embedded.given.id) is same
        assert again.max_attempts == terms.max_attempts


def test_it_stays_when_it_is_taken_off_the_page(session: Session, embedded: Embedded) -> None:
    block = next(one for one in embedded.page.blocks if one.get("activity") == str(embedded.second.id))
    composing.remove_block(session, embedded.teacher, embedded.page.id, block["id"])
    authoring.publish(session, embedded.teacher, embedded.page.id)
    assert list(submitting.open_work(session, embedded.pupil, embedded.given.id).versions) == [
        str(embedded.second.id)
    ]
    begun = submitting.begin(session, embedded.pupil, embedded.given.id, number=1)
    assert str(embedded.second.id) in revisions.revision_of(session, begun).activities


def test_a_question_that_was_never_published_is_not_there(session: Session, embedded: Embedded) -> None:
    other = authoring.save_activity(
        session, embedded.teacher, embedded.page.binder_id, factories.choice(title="La troisième")
    )
    revision = revisions.published(session, embedded.page)
    with pytest.raises(NotFound):
        revisions.revision_asking(session, revision, other.id)


def test_a_question_from_a_draw_is_always_asked(session: Session, embedded: Embedded) -> None:
    drawn = [
        authoring.save_activity(
            session, embedded.teacher, embedded.page.binder_id, factories.choice(title=f"Tirage {number}")
        )
        for number in range(4)
    ]
    block = {"type": "draw", "activities": [str(one.id) for one in drawn], "count": 1}
    composing.add_block(session, embedded.teacher, embedded.page.id, block)
    authoring.publish(session, embedded.teacher, embedded.page.id)
    assert embedded.pupil.audience_id
    assert embedded.teacher.person_id
    for one in drawn:
        given = assigning.place(
            session,
            embedded.page.tenant_id,
            embedded.page.id,
            embedded.pupil.audience_id,
            embedded.teacher.person_id,
            assigning.Terms(activity_id=one.id),
        )
        assert list(submitting.open_work(session, embedded.pupil, given.id).versions) == [str(one.id)]


def test_next_year_and_the_table_of_contents_speak_of_whole_pages(
    session: Session, embedded: Embedded
) -> None:
    assert embedded.teacher.audience_id
    shift = next_year.Shift(2029, "A", ZoneInfo("Europe/Paris"))
    binder_id = embedded.page.binder_id
    assert next_year.plan(session, embedded.teacher, binder_id, embedded.teacher.audience_id, shift) == []
    assert [row.given for row in contents.contents(session, embedded.teacher, binder_id).pages] == [None]


@pytest.mark.parametrize("times", [1, 2])
def test_a_placed_binder_is_open_to_the_class(session: Session, embedded: Embedded, times: int) -> None:
    binder_id = embedded.page.binder_id
    assert opening.opened(session, embedded.pupil) == []
    assert embedded.pupil.audience_id
    assert embedded.teacher.person_id
    for _ in range(times):
        opening.open_placed(
            session,
            embedded.page.tenant_id,
            binder_id,
            embedded.pupil.audience_id,
            embedded.teacher.person_id,
        )
    assert [one.id for one in opening.opened(session, embedded.pupil)] == [binder_id]
    assert reading.spread(session, embedded.pupil, embedded.page.id).page_id == embedded.page.id


def test_after_two_attempts_it_is_closed(session: Session, embedded: Embedded) -> None:
    for number in (1, 2):
        embedded.hand_in(session, embedded.right(embedded.second), number=number)
    with pytest.raises(Closed, match="no-attempt-left"):
        submitting.begin(session, embedded.pupil, embedded.given.id, number=3)


def test_files_are_taken_for_it_alone(session: Session, embedded: Embedded) -> None:
    upload = {**FILE_UPLOAD, "title": "Dépôt"}
    asked = [
        authoring.save_activity(
            session, embedded.teacher, embedded.page.binder_id, upload, type="file_upload"
        )
        for _ in range(2)
    ]
    session.expire(embedded.page.binder)
    for one in asked:
        block = {"type": "activity", "activity": str(one.id)}
        composing.add_block(session, embedded.teacher, embedded.page.id, block)
    authoring.publish(session, embedded.teacher, embedded.page.id)
    assert embedded.pupil.audience_id
    assert embedded.teacher.person_id
    given = assigning.place(
        session,
        embedded.page.tenant_id,
        embedded.page.id,
        embedded.pupil.audience_id,
        embedded.teacher.person_id,
        assigning.Terms(activity_id=asked[0].id),
    )
    block = next(one for one in embedded.page.blocks if one.get("activity") == str(asked[0].id))
    composing.remove_block(session, embedded.teacher, embedded.page.id, block["id"])
    authoring.publish(session, embedded.teacher, embedded.page.id)
    assert handing.ToAssignment(given.id, str(asked[0].id)).enter(session, embedded.pupil, Limits())
    with pytest.raises(NotFound):
        handing.ToAssignment(given.id, str(asked[1].id)).enter(session, embedded.pupil, Limits())
