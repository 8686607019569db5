"""The column in the demo ENT's gradebook, seen and changed from here."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import sqlalchemy as sa

from lti.models import LineItem, Registration
from lti.protocol import ags
from tests.flows.test_gradebook import answer, give, page_with_activity
from tests.flows.test_launches import launch
from tests.flows.world import Visitor, World


def deliver(world: World) -> None:
    """Do all that waits."""
    while world.tool.deliver():
        pass


def marked(world: World) -> tuple[str, Visitor]:
    """Lina has handed in, and her mark is in the gradebook; the work, and its teacher."""
    assignment = give(world, page_with_activity(world))
    pupil, _ = launch(world, "lina")
    pupil.open(f"/work/{assignment}")
    pupil.send(f"/work/{assignment}", action="hand-in", **answer(pupil))
    deliver(world)
    teacher, _ = launch(world, "morel")
    return str(assignment), teacher


def test_a_mark_that_somebody_changed_there_is_seen_and_sent_again(world: World) -> None:
    assignment, teacher = marked(world)
    teacher.open(f"/given/{assignment}/gradebook")
    assert "Tout ce qui a été rendu est arrivé" in teacher.page.text
    (cell,) = world.ent.scores("5A")
    assert cell.score.score_given is not None
    with world.session() as session:
        url = session.scalars(sa.select(LineItem.url)).one()
        registration = session.scalars(sa.select(Registration)).one()
        connector = world.tool.services.connector(registration)
    changed = ags.Score(
        user_id=cell.user.id,
        timestamp=datetime.fromtimestamp(cell.score.instant + 1.1, UTC),
        activity_progress="Completed",
        grading_progress="FullyGraded",
        score_given=1 - cell.score.score_given,
        score_maximum=1,
    )
    ags.put_score(connector, url, changed)
    time.sleep(1.5)  # gradebooks compare whole seconds
    teacher.open(f"/given/{assignment}/gradebook")
    assert "1 note n’y est pas" in teacher.page.text
    teacher.send("/gradebook/send")
    deliver(world)
    teacher.open(f"/given/{assignment}/gradebook")
    assert "Tout ce qui a été rendu est arrivé" in teacher.page.text


def test_the_column_is_renamed_and_taken_away(world: World) -> None:
    assignment, teacher = marked(world)
    teacher.open(f"/given/{assignment}/gradebook")
    teacher.send("/gradebook/name", label="  Devoir   n° 1 ")
    assert "Colonne « Devoir n° 1 »" in teacher.page.text.replace("\u202f", " ").replace("\xa0", " ")
    (item,) = world.ent.line_items("5A")
    assert (item.label, item.tag) == ("Devoir n° 1", "classeur")
    teacher.send("/gradebook/remove", sure="1")
    assert world.ent.line_items("5A") == []
    teacher.open(f"/given/{assignment}/gradebook")
    assert "pas encore de colonne" in teacher.page.text


def test_a_gradebook_that_does_not_answer_is_told_in_words(world: World) -> None:
    assignment, teacher = marked(world)
    world.ent.faults.plan("lineitems", status=500, times=9)
    teacher.open(f"/given/{assignment}/gradebook")
    assert "ne répond pas pour le moment" in teacher.page.text


def test_a_column_needs_a_name_and_a_second_word(world: World) -> None:
    assignment, teacher = marked(world)
    teacher.open(f"/given/{assignment}/gradebook")
    teacher.send("/gradebook/name", label="   ")
    assert teacher.page.status_code == 422
    teacher.open(f"/given/{assignment}/gradebook")
    teacher.send("/gradebook/remove", sure="")
    assert teacher.page.status_code == 422
    world.ent.faults.plan("lineitems", status=403, times=20)
    for path, fields in (("/gradebook/name", {"label": "x"}), ("/gradebook/remove", {"sure": "1"})):
        world.ent.faults.clear()
        teacher.open(f"/given/{assignment}/gradebook")
        world.ent.faults.plan("lineitems", status=403, times=20)
        teacher.send(path, **fields)
        assert teacher.page.status_code == 502
    world.ent.faults.clear()
    assert len(world.ent.line_items("5A")) == 1
