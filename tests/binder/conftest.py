"""A school in which something has been given: what most tests of the domain begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.giving import assigning
from binder.models import Activity, Assignment, Attempt, Audience, Binder, Page, Tenant
from tests import factories


@dataclass(frozen=True)
class School:
    """One class with its teacher and a pupil; a page with one choice has been given to it."""

    tenant: Tenant
    class_: Audience
    teacher: Viewer
    lina: Viewer
    binder: Binder
    page: Page
    activity: Activity
    given: Assignment

    def pupil(self, session: Session, name: str = "Malo", **changes: Any) -> Viewer:
        """Another pupil of the class."""
        return factories.viewer(session, self.tenant, self.class_, role=Role.LEARNER, name=name, **changes)

    def answers(self, *choices: str) -> dict[str, Any]:
        """Answers to the page."""
        return {str(self.activity.id): {"choices": list(choices)}}


def school_in(session: Session, **given: Any) -> School:
    """A new school; `given` goes to `assigning.give`."""
    tenant = factories.tenant(session)
    class_ = factories.audience(session, tenant)
    teacher = factories.viewer(session, tenant, class_)
    lina = factories.viewer(session, tenant, class_, role=Role.LEARNER, name="Lina")
    binder = factories.binder(session, teacher)
    page, activity = factories.page_with_choice(session, teacher, binder)
    assignment = assigning.give(session, teacher, page.id, **given)
    return School(tenant, class_, teacher, lina, binder, page, activity, assignment)


def hand_in(session: Session, school: School, viewer: Viewer, *choices: str, number: int = 1) -> Attempt:
    """Hand in the school's page."""
    work = submitting.open_work(session, viewer, school.given.id, again=True)
    seq = work.attempt.seq if work.attempt else 0
    return submitting.hand_in(
        session, viewer, school.given.id, work.revision.id, school.answers(*choices), number=number, seq=seq
    )


@pytest.fixture
def school(session: Session) -> School:
    """A school in the test's database, not committed."""
    return school_in(session)
