"""What runs beside the pages: the courier, visits, class lists."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db
from binder.access import Role
from binder.clock import now
from binder.giving import assigning
from binder.marks.followup import VisitNote
from binder.models import Membership, OutboxEntry, Visit
from lti.courier import Courier
from lti.visits import MAX_WAITING, VisitBuffer
from tests import factories
from tests.flows.test_gradebook import answer, give, page_with_activity
from tests.flows.world import World, running


@pytest.fixture
def world(engine: sa.Engine, tmp_path: Path) -> object:
    """Both servers, over the test's database."""
    with running(engine, tmp_path) as world:
        yield world


def test_the_courier_goes_on_after_an_error_and_stops_when_told() -> None:
    looks: list[int] = []
    enough = threading.Event()

    def deliver() -> int:
        looks.append(len(looks))
        if len(looks) == 3:
            enough.set()
        if len(looks) == 1:
            raise RuntimeError("the database is away")
        return 0

    before = set(threading.enumerate())
    courier = Courier(deliver, seconds=0.01)
    courier.start()
    courier.start()
    assert enough.wait(10)
    new = [thread for thread in set(threading.enumerate()) - before if thread.name == "classeur-courier"]
    assert len(new) == 1
    courier.stop()
    new[0].join(10)
    assert not new[0].is_alive()


def test_visits_are_written_in_batches(engine: sa.Engine) -> None:
    with Session(db.writing(engine), expire_on_commit=False) as session:
        school = factories.tenant(session)
        class_ = factories.audience(session, school)
        teacher = factories.viewer(session, school, class_)
        pupil = factories.viewer(session, school, class_, role=Role.LEARNER)
        page, _ = factories.page_with_choice(session, teacher)
        given = assigning.give(session, teacher, page.id)
        session.commit()
    sessions = sa.orm.sessionmaker(db.writing(engine))
    visits = VisitBuffer(sessions.begin, 3600)
    assert pupil.person_id
    for _ in range(5):
        visits.add(VisitNote(school.id, given.id, pupil.person_id, now()))
    assert visits.flush() == 1
    assert visits.flush() == 0
    visits.add(VisitNote(school.id, given.id, pupil.person_id, now()))
    assert visits.flush() == 1
    with Session(engine) as session:
        assert session.scalars(sa.select(Visit.count)).all() == [6]


def test_visits_wait_while_the_database_is_away_and_are_bounded() -> None:
    def begin() -> object:
        raise RuntimeError("away")

    visits = VisitBuffer(begin, 3600)  # type: ignore[arg-type]
    school = factories.Tenant(name="x").id
    note = VisitNote(school, school, school, now())  # type: ignore[arg-type]
    for _ in range(MAX_WAITING + 5):
        visits.add(note)
    assert visits.flush() == 0
    assert len(visits._notes) == MAX_WAITING
    visits._notes.clear()


def deliver_all(world: World) -> None:
    """All that is due, until nothing is."""
    while world.tool.deliver():
        pass


def test_who_left_the_class_is_off_the_list_but_not_forgotten(world: World) -> None:
    teacher = world.visitor()
    teacher.sign_in("morel")
    teacher.launch(world.ent.link("5A").id)
    deliver_all(world)
    with world.session() as session:
        assert len(session.scalars(sa.select(Membership).where(Membership.active)).all()) >= 4
    with world.ent.database.writing() as connection:
        connection.execute("DELETE FROM enrolments WHERE account_id = ?", (world.ent.account("tom").id,))
    page = page_with_activity(world)
    assignment = give(world, page)
    teacher.open(f"/given/{assignment}")
    teacher.send("/roster")
    assert "Lina" in teacher.page.text
    assert "Tom" not in teacher.page.text


def test_a_gradebook_that_fails_is_tried_again_and_one_that_refuses_is_shown(world: World) -> None:
    page = page_with_activity(world)
    assignment = give(world, page)
    deliver_all(world)
    hand_in(world, "lina", assignment)

    world.ent.faults.plan("scores", 503, retry_after=1)
    assert world.tool.deliver() == 0
    assert entry(world).due_at is not None
    make_due(world)
    world.ent.faults.plan("scores", 403)
    assert world.tool.deliver() == 0
    assert entry(world).due_at is None
    teacher = world.visitor()
    teacher.sign_in("morel")
    teacher.launch(world.ent.link("5A").id)
    teacher.open(f"/given/{assignment}")
    assert "403" in teacher.page.text
    teacher.send("/send")
    deliver_all(world)
    assert [cell.user.login for cell in world.ent.scores("5A")] == ["lina"]


def test_an_answer_that_was_lost_on_the_way_does_no_harm(world: World) -> None:
    """The gradebook took the score, we never heard: it is sent again and counted once."""
    page = page_with_activity(world)
    assignment = give(world, page)
    deliver_all(world)
    hand_in(world, "tom", assignment)
    world.ent.faults.plan("scores", 502, after=True)
    assert world.tool.deliver() == 0
    make_due(world)
    assert world.tool.deliver() == 1
    assert len(world.ent.score_posts()) == 1
    assert len(world.ent.line_items("5A")) == 1


def hand_in(world: World, login: str, assignment: str) -> None:
    """A pupil of 5e A opens their work and hands it in."""
    pupil = world.visitor()
    pupil.sign_in(login)
    pupil.launch(world.ent.link("5A").id)
    pupil.open(f"/work/{assignment}")
    pupil.send(f"/work/{assignment}", action="hand-in", **answer(pupil))


def entry(world: World) -> OutboxEntry:
    """The one entry for a grade."""
    with world.session() as session:
        return session.scalars(sa.select(OutboxEntry).where(OutboxEntry.event == "grade.released")).one()


def make_due(world: World) -> None:
    """As if the wait were over."""
    with db.writing(world.engine).begin() as connection:
        connection.execute(
            sa.update(OutboxEntry).values(due_at=now()).where(OutboxEntry.delivered_at.is_(None))
        )
