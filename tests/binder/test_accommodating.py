"""Standing accommodations: who sets them, who sees them, and that no reason is kept."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.activities import Effect
from binder.clock import uuid7
from binder.errors import Forbidden, Invalid
from binder.giving import accommodating
from binder.giving.accommodating import Entitled
from binder.models import Accommodation, Membership
from tests import factories
from tests.binder.conftest import School


def test_a_teacher_sets_them_and_the_pupil_sees_them(session: Session, school: School) -> None:
    lina = school.lina.person_id
    assert lina
    assert accommodating.entitled(session, school.teacher, lina) == Entitled()
    set_ = accommodating.accommodate(
        session,
        school.teacher,
        lina,
        time_factor=Fraction(4, 3),
        effects=["no_spelling", "alternatives", "no_spelling"],
    )
    assert set_ == Entitled(Fraction(4, 3), frozenset(Effect))
    for viewer in (school.teacher, school.lina):
        assert accommodating.entitled(session, viewer, lina) == set_
    accommodating.accommodate(session, school.teacher, lina, time_factor=Fraction(1))
    assert accommodating.entitled(session, school.lina, lina) == Entitled()
    row = session.scalars(sa.select(Accommodation)).one()
    assert (row.changed_by_id, row.effects) == (school.teacher.person_id, [])


def test_only_effects_are_kept() -> None:
    """No plan, no diagnosis, no free text: nothing medical can be written down."""
    columns = {column.name for column in Accommodation.__table__.columns}
    assert columns == {
        "tenant_id",
        "id",
        "person_id",
        "time_factor",
        "effects",
        "changed_by_id",
        "changed_at",
    }


def test_any_of_a_pupils_teachers_and_nobody_else(session: Session, school: School) -> None:
    lina = school.lina.person_id
    assert lina
    group = factories.audience(session, school.tenant, "Groupe")
    session.add(
        Membership(tenant_id=school.tenant.id, audience_id=group.id, person_id=lina, role=Role.LEARNER.value)
    )
    session.flush()
    of_group = factories.viewer(session, school.tenant, group)
    accommodating.accommodate(session, of_group, lina, time_factor=Fraction(3, 2))
    elsewhere = factories.audience(session, school.tenant, "4e C")
    parent = factories.viewer(
        session, school.tenant, school.class_, role=Role.MENTOR, children=frozenset({lina})
    )
    other = factories.tenant(session)
    strangers = [
        factories.viewer(session, school.tenant, elsewhere),
        factories.viewer(session, school.tenant, school.class_, role=Role.CONTENT_DEVELOPER),
        factories.viewer(session, school.tenant, school.class_, role=Role.ADMINISTRATOR),
        school.pupil(session),
        parent,
        Viewer(school.tenant.id, Role.INSTRUCTOR, audience_id=school.class_.id),
        factories.viewer(session, other, factories.audience(session, other)),
        Viewer(other.id, Role.INSTRUCTOR, school.teacher.person_id, school.class_.id),
    ]
    for stranger in strangers:
        with pytest.raises(Forbidden):
            accommodating.entitled(session, stranger, lina)
        with pytest.raises(Forbidden):
            accommodating.accommodate(session, stranger, lina, time_factor=Fraction(1))
    with pytest.raises(Forbidden):
        accommodating.accommodate(session, school.lina, lina, time_factor=Fraction(3))
    assert accommodating.entitled(session, school.teacher, lina).time_factor == Fraction(3, 2)


def test_a_pupil_who_left_is_no_longer_the_teachers(session: Session, school: School) -> None:
    lina = school.lina.person_id
    assert lina
    session.execute(sa.update(Membership).where(Membership.person_id == lina).values(active=False))
    with pytest.raises(Forbidden):
        accommodating.entitled(session, school.teacher, lina)


@pytest.mark.parametrize(
    ("factor", "effects"),
    [
        (Fraction(0), []),
        (Fraction(99, 100), []),
        (Fraction(301, 100), []),
        (Fraction(-1), []),
        (Fraction(1), ["dys"]),
        (Fraction(1), [""]),
    ],
)
def test_values_have_bounds(session: Session, school: School, factor: Fraction, effects: list[str]) -> None:
    assert school.lina.person_id
    with pytest.raises(Invalid):
        accommodating.accommodate(
            session, school.teacher, school.lina.person_id, time_factor=factor, effects=effects
        )
    assert session.scalars(sa.select(Accommodation)).all() == []


def test_those_of_a_class_at_one_look(session: Session, school: School) -> None:
    lina, malo = school.lina.person_id, school.pupil(session).person_id
    stranger = factories.viewer(
        session, school.tenant, factories.audience(session, school.tenant), role=Role.LEARNER
    ).person_id
    assert lina
    assert malo
    assert stranger
    accommodating.accommodate(session, school.teacher, lina, time_factor=Fraction(4, 3))
    session.add(
        Accommodation(
            tenant_id=school.tenant.id, person_id=stranger, changed_by_id=lina, time_factor=Fraction(2)
        )
    )
    session.flush()
    found = accommodating.entitled_here(session, school.teacher, [lina, malo, stranger, uuid7()])
    assert found == {lina: Entitled(Fraction(4, 3))}
    for viewer in (school.lina, factories.viewer(session, school.tenant)):
        with pytest.raises(Forbidden):
            accommodating.entitled_here(session, viewer, [lina])
