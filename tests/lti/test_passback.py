"""Grades on their way: who is told, who is not, and what comes of platforms that have no place for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db, outbox
from binder.access import Role
from binder.giving import assigning
from binder.marks.grading import GRADE_RELEASED, subject_of
from binder.models import Audience, OutboxEntry, Tenant
from binder.storage import FileStorage
from lti.models import Context, LineItem
from lti.services.passback import TAG
from lti.services.roster import ROSTER_WANTED
from lti.settings import Settings
from lti.tool import Tool
from tests import factories
from tests.keys import PRIVATE_KEY
from tests.lti.gradebook import Class, Gradebook, open_class
from tests.lti.protocol.server import Server, Told


@pytest.fixture
def tool(engine: sa.Engine, tmp_path: Path) -> Iterator[Tool]:
    """A tool at work, without pages."""
    tool = Tool(engine, storage=FileStorage(tmp_path))
    tool.configure(Settings(private_keys=(PRIVATE_KEY,), allow_http_loopback=True, http_timeout=(1, 5)))
    yield tool
    tool.http.close()


@pytest.fixture
def gradebook(server: Server) -> Gradebook:
    """An empty gradebook."""
    return Gradebook(server)


@pytest.fixture
def class_(engine: sa.Engine, gradebook: Gradebook) -> Class:
    """A class whose list need not be fetched any more."""
    return at_rest(open_class(engine, gradebook.server))


def at_rest(class_: Class) -> Class:
    """Nothing is on its way."""
    with db.writing(class_.engine).begin() as connection:
        connection.execute(sa.delete(OutboxEntry))
    return class_


def test_the_first_grade_makes_the_column_and_later_ones_use_it(
    tool: Tool, class_: Class, gradebook: Gradebook
) -> None:
    class_.hand_in()
    assert tool.deliver() == 1
    (item,) = gradebook.items
    assert (item["label"], item["scoreMaximum"], item["tag"]) == ("L’évaporation", 2, TAG)
    assert item["resourceId"] == str(class_.assignment)
    with tool.begin() as session:
        outbox.send_again(session, class_.platform.tenant_id, GRADE_RELEASED, class_.entry().subject)
    assert tool.deliver() == 1
    assert len(gradebook.items) == 1
    assert [(path, score["userId"]) for path, score in gradebook.scores] == [
        ("/lineitems/1/scores", "lina")
    ] * 2


def test_the_column_of_an_earlier_try_is_found_again(tool: Tool, class_: Class, gradebook: Gradebook) -> None:
    """It was made, and its address was lost with the power."""
    of_others = {"id": f"{gradebook.server.url}/lineitems/8", "label": "x", "scoreMaximum": 1}
    ours = {**of_others, "id": f"{gradebook.server.url}/lineitems/9", "tag": TAG}
    gradebook.items = [of_others, {**ours, "resourceId": str(class_.assignment)}]
    class_.hand_in()
    assert tool.deliver() == 1
    assert [path for path, _ in gradebook.scores] == ["/lineitems/9/scores"]
    assert len(gradebook.items) == 2


def test_two_workers_that_make_the_column_at_once_leave_one(
    tool: Tool, class_: Class, gradebook: Gradebook
) -> None:
    theirs = f"{gradebook.server.url}/lineitems/other"

    def other_worker() -> None:
        gradebook.items.append({"id": theirs, "label": "x", "scoreMaximum": 2})
        with tool.begin() as session:
            context_id = session.scalars(sa.select(Context.id)).one()
            session.add(
                LineItem(
                    tenant_id=class_.platform.tenant_id,
                    context_id=context_id,
                    assignment_id=class_.assignment,
                    url=theirs,
                )
            )

    gradebook.hook = other_worker
    class_.hand_in()
    assert tool.deliver() == 1
    assert [item["id"] for item in gradebook.items] == [theirs]
    assert [path for path, _ in gradebook.scores] == ["/lineitems/other/scores"]


def test_a_gradebook_that_has_the_score_already_is_content(
    tool: Tool, class_: Class, gradebook: Gradebook
) -> None:
    class_.hand_in()
    server = gradebook.server
    server.answer = lambda asked: Told(409) if asked.path.endswith("/scores") else gradebook.answer(asked)
    assert tool.deliver() == 1
    assert class_.entry().delivered_at is not None


def test_a_grade_that_is_gone_or_never_was_is_told_to_nobody(
    tool: Tool, class_: Class, gradebook: Gradebook
) -> None:
    assert class_.pupil.person_id
    with tool.begin() as session:
        for assignment in (class_.assignment, uuid4()):
            subject = subject_of(assignment, class_.pupil.person_id)
            outbox.put(session, class_.platform.tenant_id, GRADE_RELEASED, subject)
    assert tool.deliver() == 2
    assert gradebook.server.asked == []


def test_a_class_of_the_host_has_no_gradebook_to_tell(tool: Tool, class_: Class) -> None:
    with tool.begin() as session:
        school = session.get_one(Tenant, class_.platform.tenant_id)
        audience = factories.audience(session, school, "Club")
        teacher = factories.viewer(session, school, audience)
        pupil = factories.viewer(session, school, audience, role=Role.LEARNER)
        page, _ = factories.page_with_choice(session, teacher)
        class_.assignment = assigning.give(session, teacher, page.id).id
    class_.hand_in(pupil)
    assert tool.deliver() == 1
    assert class_.entry().error == ""


def test_somebody_whom_the_platform_does_not_know_gets_no_cell(
    tool: Tool, class_: Class, gradebook: Gradebook
) -> None:
    with tool.begin() as session:
        school = session.get_one(Tenant, class_.platform.tenant_id)
        audience = session.get_one(Audience, (school.id, class_.pupil.audience_id))
        guest = factories.viewer(session, school, audience, role=Role.LEARNER)
    class_.hand_in(guest)
    assert tool.deliver() == 1
    assert gradebook.server.asked == []


def test_a_platform_without_gradebook_is_shown_and_not_asked_again(
    tool: Tool, engine: sa.Engine, gradebook: Gradebook
) -> None:
    class_ = at_rest(open_class(engine, gradebook.server, gradebook=False))
    class_.hand_in()
    assert tool.deliver() == 0
    entry = class_.entry()
    assert (entry.due_at, entry.delivered_at) == (None, None)
    assert entry.error == "the platform offers no gradebook for this class"
    assert gradebook.server.asked == []


def want_roster(tool: Tool, class_: Class, audience_id: UUID | None) -> OutboxEntry:
    """Have a class list fetched; what came of it."""
    with tool.begin() as session:
        outbox.put(session, class_.platform.tenant_id, ROSTER_WANTED, str(audience_id))
    tool.deliver()
    with Session(tool.engine) as session:
        return session.scalars(sa.select(OutboxEntry)).one()


@pytest.mark.parametrize(("status", "again"), [(503, True), (403, False)])
def test_a_class_list_that_cannot_be_had_is_asked_for_again_if_that_may_help(
    tool: Tool, class_: Class, server: Server, gradebook: Gradebook, status: int, again: bool
) -> None:
    server.answer = lambda asked: gradebook.answer(asked) if asked.path == "/token" else Told(status)
    entry = want_roster(tool, class_, class_.pupil.audience_id)
    assert entry.delivered_at is None
    assert (entry.due_at is not None) == again


def test_a_class_without_list_has_nothing_to_fetch(tool: Tool, class_: Class) -> None:
    with tool.begin() as session:
        session.execute(sa.update(Context).values(memberships_url=None))
    entry = want_roster(tool, class_, class_.pupil.audience_id)
    assert (entry.delivered_at is not None, entry.error) == (True, "")
