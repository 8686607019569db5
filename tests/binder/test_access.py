"""Who may do what."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer, find, may, require, who
from binder.clock import uuid7
from binder.errors import Forbidden, NotFound
from binder.models import Attempt, Binder
from tests import factories
from tests.binder.conftest import School, hand_in

ON_ASSIGNMENTS = {
    Role.LEARNER: {"read", "answer"},
    Role.INSTRUCTOR: {"read", "follow"},
    Role.CONTENT_DEVELOPER: {"read"},
    Role.ADMINISTRATOR: set(),
    Role.MENTOR: {"read"},
}


@pytest.mark.parametrize("role", Role)
def test_the_table_of_roles_on_an_assignment(session: Session, school: School, role: Role) -> None:
    viewer = factories.viewer(session, school.tenant, school.class_, role=role)
    assert {action for action in ("read", "answer", "follow") if may(viewer, action, school.given)} == (
        ON_ASSIGNMENTS[role]
    )
    assert may(viewer, "administer") == (role is Role.ADMINISTRATOR)
    assert may(viewer, "write") == viewer.teaches == (role in (Role.INSTRUCTOR, Role.CONTENT_DEVELOPER))


@pytest.mark.parametrize("role", Role)
def test_nobody_of_another_class_does_anything_with_an_assignment(
    session: Session, school: School, role: Role
) -> None:
    other = factories.audience(session, school.tenant, "5e B")
    for class_ in (other, None):
        viewer = factories.viewer(session, school.tenant, class_, role=role)
        assert not any(may(viewer, action, school.given) for action in ("read", "answer", "follow"))


@pytest.mark.parametrize("role", Role)
def test_a_copy_is_seen_by_its_learner_their_parent_and_the_teacher(
    session: Session, school: School, role: Role
) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    lina = attempt.person_id
    stranger = factories.viewer(session, school.tenant, school.class_, role=role)
    parent = factories.viewer(session, school.tenant, school.class_, role=role, children=frozenset({lina}))
    elsewhere = factories.viewer(
        session,
        school.tenant,
        factories.audience(session, school.tenant),
        role=role,
        children=frozenset({lina}),
    )
    assert may(stranger, "see-copy", attempt) == (role is Role.INSTRUCTOR)
    assert may(parent, "see-copy", attempt) == (role in (Role.INSTRUCTOR, Role.MENTOR))
    assert not may(elsewhere, "see-copy", attempt)
    assert may(stranger, "grade", attempt) == (role is Role.INSTRUCTOR)
    assert may(school.lina, "see-copy", attempt)
    assert not may(school.lina, "grade", attempt)


def test_somebody_without_a_name_reads_and_leaves_no_trace(session: Session, school: School) -> None:
    for role in (Role.LEARNER, Role.INSTRUCTOR, Role.MENTOR):
        nobody = Viewer(school.tenant.id, role, audience_id=school.class_.id)
        assert may(nobody, "read", school.given)
        assert not may(nobody, "answer", school.given)
        assert not may(nobody, "write")
        assert not may(nobody, "author", school.binder)
        with pytest.raises(Forbidden):
            who(nobody)
    attempt = hand_in(session, school, school.lina, "aaaa")
    assert not may(Viewer(school.tenant.id, Role.LEARNER, audience_id=school.class_.id), "see-copy", attempt)
    assert who(school.lina) == school.lina.person_id


def test_only_its_owner_writes_a_binder(session: Session, school: School) -> None:
    colleague = factories.viewer(session, school.tenant, school.class_)
    assert may(school.teacher, "author", school.binder)
    assert not may(colleague, "author", school.binder)
    owner_as_pupil = Viewer(school.tenant.id, Role.LEARNER, school.teacher.person_id, school.class_.id)
    assert not may(owner_as_pupil, "author", school.binder)


def test_a_thing_of_another_tenant_is_never_anybodys(session: Session, school: School) -> None:
    twin = Viewer(uuid7(), Role.INSTRUCTOR, school.teacher.person_id, school.class_.id)
    assert not may(twin, "author", school.binder)
    assert not may(twin, "read", school.given)
    with pytest.raises(NotFound, match="no such binder"):
        find(session, twin, Binder, school.binder.id)
    with pytest.raises(NotFound, match="no such attempt"):
        find(session, twin, Attempt, uuid7(), lock=True)


def test_a_refusal_says_who_may_not_do_what(session: Session, school: School) -> None:
    with pytest.raises(Forbidden, match="a Learner may not author binder"):
        require(school.lina, "author", school.binder)
    with pytest.raises(Forbidden, match="a Learner may not administer$"):
        require(school.lina, "administer")
    require(school.lina, "read", school.given)
