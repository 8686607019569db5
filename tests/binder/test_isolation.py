"""No use case gives anything to another tenant, nor to another class or author."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.content import authoring, composing
from binder.errors import Forbidden, NotFound
from binder.giving import assigning
from binder.marks import followup, grading
from binder.models import Attempt
from binder.resources import files
from binder.storage import FileStorage
from tests import factories
from tests.binder.conftest import School, hand_in

Use = Callable[[Session, Viewer, School, Attempt, FileStorage], Any]

BY_AUTHORS: dict[str, Use] = {
    "own_binder": lambda s, v, school, a, f: authoring.own_binder(s, v, school.binder.id),
    "own_page": lambda s, v, school, a, f: authoring.own_page(s, v, school.page.id),
    "add_section": lambda s, v, school, a, f: authoring.add_section(s, v, school.binder.id, title="x"),
    "add_page": lambda s, v, school, a, f: authoring.add_page(s, v, school.page.section_id, title="x"),
    "change_page_title": lambda s, v, school, a, f: authoring.change_page_title(
        s, v, school.page.id, title="x"
    ),
    "add_block": lambda s, v, school, a, f: composing.add_block(
        s, v, school.page.id, {"type": "text", "html": ""}
    ),
    "change_block": lambda s, v, school, a, f: composing.change_block(
        s, v, school.page.id, school.page.blocks[0]["id"], {"html": ""}
    ),
    "move_block": lambda s, v, school, a, f: composing.move_block(
        s, v, school.page.id, school.page.blocks[0]["id"], by=1
    ),
    "remove_block": lambda s, v, school, a, f: composing.remove_block(
        s, v, school.page.id, school.page.blocks[0]["id"]
    ),
    "save_activity": lambda s, v, school, a, f: authoring.save_activity(
        s, v, school.binder.id, factories.choice(), activity_id=school.activity.id
    ),
    "publish": lambda s, v, school, a, f: authoring.publish(s, v, school.page.id),
    "add_file": lambda s, v, school, a, f: files.add_file(
        s, v, school.binder.id, f, io.BytesIO(b"x"), name="x"
    ),
    "give": lambda s, v, school, a, f: assigning.give(s, v, school.page.id),
}
IN_CLASS: dict[str, Use] = {
    "assignment_of": lambda s, v, school, a, f: assigning.assignment_of(s, v, school.given.id, "read"),
    "open_work": lambda s, v, school, a, f: submitting.open_work(s, v, school.given.id),
    "save": lambda s, v, school, a, f: submitting.save(
        s, v, school.given.id, a.revision_id, {}, number=1, seq=0
    ),
    "hand_in": lambda s, v, school, a, f: submitting.hand_in(
        s, v, school.given.id, a.revision_id, {}, number=1, seq=0
    ),
    "review": lambda s, v, school, a, f: grading.review(s, v, a.id, comment="x"),
    "release": lambda s, v, school, a, f: grading.release(s, v, school.given.id),
    "progress": lambda s, v, school, a, f: followup.progress(s, v, school.given.id),
    "resend": lambda s, v, school, a, f: followup.resend(s, v, school.given.id, a.person_id),
}
ALL = BY_AUTHORS | IN_CLASS


@pytest.mark.parametrize("use", ALL.values(), ids=ALL)
def test_a_thing_of_another_school_is_not_there(
    session: Session, school: School, storage: FileStorage, use: Use
) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    other = factories.tenant(session)
    class_ = factories.audience(session, other)
    for role in (Role.INSTRUCTOR, Role.LEARNER, Role.ADMINISTRATOR, Role.MENTOR):
        stranger = factories.viewer(
            session, other, class_, role=role, children=frozenset({attempt.person_id})
        )
        with pytest.raises(NotFound):
            use(session, stranger, school, attempt, storage)
    # nor with the identifiers of the right person and class, which a hostile platform could send
    twin = Viewer(other.id, Role.INSTRUCTOR, school.teacher.person_id, school.class_.id)
    with pytest.raises(NotFound):
        use(session, twin, school, attempt, storage)


@pytest.mark.parametrize("use", ALL.values(), ids=ALL)
def test_another_class_or_author_is_refused(
    session: Session, school: School, storage: FileStorage, use: Use
) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    other = factories.audience(session, school.tenant, "5e B")
    for role in Role:
        stranger = factories.viewer(
            session, school.tenant, other, role=role, children=frozenset({attempt.person_id})
        )
        with pytest.raises(Forbidden):
            use(session, stranger, school, attempt, storage)


@pytest.mark.parametrize("use", BY_AUTHORS.values(), ids=BY_AUTHORS)
def test_a_colleague_or_pupil_of_the_class_is_no_author(
    session: Session, school: School, storage: FileStorage, use: Use
) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    for role in Role:
        with pytest.raises(Forbidden):
            use(
                session,
                factories.viewer(session, school.tenant, school.class_, role=role),
                school,
                attempt,
                storage,
            )


def test_a_revision_of_another_school_is_not_there(session: Session, school: School) -> None:
    other = factories.tenant(session)
    teacher = factories.viewer(session, other, factories.audience(session, other))
    page, _ = factories.page_with_choice(session, teacher)
    theirs = authoring.publish(session, teacher, page.id)
    with pytest.raises(NotFound):
        submitting.save(session, school.lina, school.given.id, theirs.id, {}, number=1, seq=0)


def test_lists_hold_what_belongs_to_the_viewer(session: Session, school: School) -> None:
    other = factories.tenant(session)
    teacher = Viewer(other.id, Role.INSTRUCTOR, school.teacher.person_id, school.class_.id)
    assert authoring.own_binders(session, teacher) == []
    assert assigning.given_here(session, teacher) == []
    pupil = Viewer(other.id, Role.LEARNER, school.lina.person_id, school.class_.id)
    assert followup.work_of(session, pupil) == []
