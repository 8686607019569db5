"""Class lists and groups from the demo ENT: whole, by what has changed, by hand, by the command."""

from __future__ import annotations

import json

import sqlalchemy as sa

from binder.access import Role
from binder.models import Audience, Membership, Person
from lti.models import Context, Group
from lti.services import roster
from tests.flows.test_launches import launch
from tests.flows.world import World


def context_of(world: World) -> Context:
    """The only class that has been launched from."""
    with world.session() as session:
        return session.scalars(sa.select(Context)).one()


def class_title(world: World) -> str:
    """What the class is called here."""
    context = context_of(world)
    with world.session() as session:
        return session.get_one(Audience, (context.tenant_id, context.audience_id)).title


def learners(world: World, audience: str) -> set[str]:
    """Names of the active learners of an audience."""
    query = (
        sa.select(Person.display_name)
        .join(Membership, Membership.person_id == Person.id)
        .join(Audience, Audience.id == Membership.audience_id)
        .where(Audience.title == audience, Membership.active, Membership.role == Role.LEARNER.value)
    )
    with world.session() as session:
        return set(session.scalars(query))


def refreshed(world: World, *, whole: bool = False) -> roster.Refreshed:
    """One look at the class list."""
    context = context_of(world)
    return roster.refresh(
        world.tool.begin, world.tool.services, context.tenant_id, context.audience_id, whole=whole
    )


def test_after_the_whole_list_only_what_has_changed_is_asked_for(world: World) -> None:
    world.ent.page_size = 3
    launch(world, "morel")
    first = refreshed(world)
    assert first.is_whole
    assert first.named >= 6
    before = learners(world, class_title(world))
    assert refreshed(world) == roster.Refreshed(0, 0, first.groups, is_whole=False)
    lina = world.ent.account("lina")
    world.ent.withdraw("lina", "5A")
    world.ent.enrol("hugo", "5A")
    second = refreshed(world)
    assert (second.is_whole, second.named < first.named) == (False, True)  # her parents have left, too
    after = learners(world, class_title(world))
    assert {name for name in before - after} == {lina.name}
    assert len(after - before) == 1
    assert refreshed(world, whole=True).is_whole


def test_groups_are_audiences_with_their_members_and_teachers(world: World) -> None:
    launch(world, "morel")
    got = refreshed(world)
    assert got.groups > 1
    with world.session() as session:
        groups = session.scalars(sa.select(Group)).all()
        assert len(groups) == got.groups
        assert any(group.set_title for group in groups)
        titles = {
            group.id: session.get_one(Audience, (group.tenant_id, group.audience_id)).title
            for group in groups
        }
        teachers = session.scalars(
            sa.select(Membership.audience_id)
            .join(Person, Person.id == Membership.person_id)
            .where(Person.display_name == world.ent.account("morel").name, Membership.active)
        ).all()
    inside = {title: learners(world, title) for title in titles.values()}
    assert any(inside.values())
    assert all(people <= learners(world, class_title(world)) for people in inside.values())
    assert {group.audience_id for group in groups} < set(teachers)


def test_the_command_fetches_all_and_says_what_failed(world: World) -> None:
    launch(world, "morel")
    runner = world.tool_app.test_cli_runner()
    done = runner.invoke(args=["lti", "roster", "--json"])
    told = json.loads(done.output)
    assert (done.exit_code, told["ok"], len(told["classes"])) == (0, True, 1)
    assert told["classes"][0]["whole"] is True
    none = runner.invoke(args=["lti", "roster", "--class", "Elsewhere"])
    assert "No class" in none.output
    world.ent.faults.plan("memberships", status=503, times=9)
    failed = runner.invoke(args=["lti", "roster", "--whole"])
    assert failed.exit_code == 1
    assert context_of(world).roster_error
