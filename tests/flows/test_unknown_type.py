"""A package with a type of activity is taken away: nothing breaks, nothing is lost, and it says what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from binder.activities import activities
from binder.attempts import submitting
from binder.content import authoring, composing
from binder.giving import assigning
from binder.models import Attempt
from examples.publisher.timeline import Timeline
from tests import factories
from tests.lti.school import School, open_school
from tests.lti.somebody import somebody


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


def test_a_type_that_is_gone_breaks_nothing(school: School) -> None:
    teacher, pupil = school.people["teacher"], school.people["pupil"]
    response: dict[str, Any] = {}
    with activities.temporarily(Timeline) as kind, school.begin() as session:
        binder = factories.binder(session, teacher)
        page, _ = factories.page_with_choice(session, teacher, binder)
        activity = authoring.save_activity(
            session, teacher, binder.id, {**kind.example("fr")}, type=kind.name
        )
        session.expire(binder, ["activities"])
        composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(activity.id)})
        given = assigning.give(session, teacher, page.id)
        revision = submitting.open_work(session, pupil, given.id).revision
        years = kind.load(kind.example("fr")).key["years"]
        response = kind.answer({"years": {event: years[event][0] for event in years}})
        answered = {str(activity.id): response}
        submitting.save(session, pupil, given.id, revision.id, answered, number=1, seq=0)
        ids = page.id, given.id, activity.id
    looking, writing = somebody(school, "pupil"), somebody(school, "teacher")
    for path in (f"/lti/my/pages/{ids[0]}", f"/lti/my/pages/{ids[0]}/edit", f"/lti/my/pages/{ids[0]}/print"):
        assert "extension" in writing.open(path)
        assert writing.status == 200
    work = f"/lti/my/work/{ids[1]}"
    assert "extension" in looking.open(work)
    fields = {name: looking.field(name) for name in ("revision", "number", "seq")}
    looking.send(work, action="hand-in", **fields)
    assert looking.status == 200
    with school.begin() as session:
        attempt = session.scalars(sa.select(Attempt).where(Attempt.assignment_id == ids[1])).one()
        assert attempt.submitted_at is not None
        assert attempt.responses[str(ids[2])] == response
        assert attempt.grades[-1].per_activity[str(ids[2])]["state"] == "to_mark"
        copy = f"/lti/my/copies/{attempt.id}"
    assert "extension" in writing.open(copy)
    assert "extension" not in writing.open(f"/lti/my/given/{ids[1]}")
    assert writing.status == 200
