"""The main path over real HTTP, without scripts: a page is given, answered, handed in, and the mark arrives."""

from __future__ import annotations

import re

import sqlalchemy as sa

from binder.models import Assignment, Binder, Page
from lti.models import User
from tests.flows.world import Visitor, World


def page_with_activity(world: World) -> Page:
    """A sample page of Mme Morel, in French, with an activity on it."""
    morel = world.ent.account("morel").id
    with world.session() as session:
        pages = session.scalars(
            sa.select(Page)
            .join(Binder, Binder.id == Page.binder_id)
            .join(User, User.person_id == Binder.owner_id)
            .where(User.subject == morel, Binder.lang == "fr")
            .order_by(Page.id)
        )
        return next(page for page in pages if any(block["type"] == "activity" for block in page.blocks))


def give(world: World, page: Page) -> str:
    """Mme Morel gives a page to 5e A; the assignment's id."""
    teacher = world.visitor()
    teacher.sign_in("morel")
    teacher.launch(world.ent.link("5A").id)
    teacher.open(f"/pages/{page.id}/give")
    teacher.send("/give")
    assert teacher.page.ok, teacher.page.text
    with world.session() as session:
        return str(session.scalars(sa.select(Assignment.id).where(Assignment.page_id == page.id)).one())


def answer(visitor: Visitor) -> dict[str, list[str]]:
    """The first option of each activity on the page."""
    names: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input[^>]*name="([0-9a-f-]{36}\.choices)"[^>]*value="([^"]*)"', visitor.page.text
    ):
        names.setdefault(name, [value])
    return names


def test_a_mark_travels_from_the_page_to_the_gradebook(world: World) -> None:
    page = page_with_activity(world)
    assignment = give(world, page)

    pupil = world.visitor()
    pupil.sign_in("lina")
    pupil.launch(world.ent.link("5A").id)
    assert page.title in pupil.page.text
    pupil.open(f"/work/{assignment}")
    pupil.send(f"/work/{assignment}", action="hand-in", **answer(pupil))
    assert pupil.page.ok
    assert world.tool.deliver() >= 1
    assert world.tool.deliver() == 0

    (cell,) = world.ent.scores("5A")
    assert cell.user.login == "lina"
    assert len(world.ent.score_posts()) == 1

    parent = world.visitor()
    parent.sign_in("samira")
    parent.launch(world.ent.link("5A").id)
    assert page.title in parent.page.text

    stranger = world.visitor()
    stranger.sign_in("adam")
    stranger.launch(world.ent.link("5B").id)
    stranger.open(f"/work/{assignment}")
    assert stranger.page.status_code == 403


def test_an_answer_that_cannot_be_understood_keeps_the_others(world: World) -> None:
    assignment = give(world, page_with_activity(world))
    pupil = world.visitor()
    pupil.sign_in("lina")
    pupil.launch(world.ent.link("5A").id)
    pupil.open(f"/work/{assignment}")
    answers = answer(pupil)
    spoilt, *kept = sorted(answers)
    pupil.send(f"/work/{assignment}", action="hand-in", **{**answers, spoilt: ["<script>"]})
    assert pupil.page.status_code == 422
    for name in kept:
        ticked = next(form[2] for form in pupil.forms() if f"/work/{assignment}" in form[1])
        assert ticked[name] == answers[name]
    pupil.send(f"/work/{assignment}", action="hand-in", **{spoilt: answers[spoilt]})
    assert pupil.page.ok
