"""Where people come from: what a launch brings is learned once, kept up to date, and shared by all who come at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db
from binder.access import Role, Viewer
from binder.content import authoring
from binder.giving import assigning
from binder.models import Assignment, Audience, Membership, OutboxEntry, Page, Person
from lti import people
from lti.models import Context, Launch, LineItem, Placement, ResourceLink, User
from lti.services.passback import keep_line_item
from tests import factories
from tests.conformance.platform import AGS, ISSUER, MEMBERSHIP, NRPS, L
from tests.lti.arrivals import TEACHER, Platform

OTHER_CLASS = {
    L + "context": {"id": "class-5a", "title": "Cinquième A"},
    L + "resource_link": {"id": "link-9"},
}


def count(engine: sa.Engine, kind: type[Any]) -> int:
    """Rows of a kind."""
    with Session(engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def wait_until_somebody_waits(engine: sa.Engine) -> None:
    """Until the other thread stands at a lock; SQLite does not tell, so it gets a moment."""
    if engine.dialect.name == "sqlite":
        time.sleep(0.1)
        return
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.01)


def overlapping(
    engine: sa.Engine, first: Callable[[sa.Connection], Any], second: Callable[[sa.Connection], Any]
) -> tuple[Any, Any]:
    """What two transactions gave of which the second begins before the first has ended."""
    begin, done = db.writing(engine).begin, []

    def follow() -> None:
        with begin() as connection:
            done.append(second(connection))

    thread = threading.Thread(target=follow)
    with begin() as connection:
        one = first(connection)
        thread.start()
        wait_until_somebody_waits(engine)
    thread.join(20)
    assert len(done) == 1, "the second one failed"
    return one, done[0]


def at_once(
    engine: sa.Engine, platform: Platform, first: dict[str, Any], second: dict[str, Any]
) -> list[Launch]:
    """Two launches that overlap."""
    ids = overlapping(
        engine,
        lambda connection: platform.receive(platform.launch(**first), connection),
        lambda connection: platform.receive(platform.launch(**second), connection),
    )
    with Session(engine) as session:
        return [session.get_one(Launch, (platform.tenant_id, id)) for id in ids]


def test_two_tabs_at_once_are_one_person_in_one_class(engine: sa.Engine, platform: Platform) -> None:
    one, two = at_once(engine, platform, {}, {})
    assert (one.person_id, one.context_id, one.resource_link_id) == (
        two.person_id,
        two.context_id,
        two.resource_link_id,
    )
    kinds = (User, Person, Context, Audience, ResourceLink, Membership)
    assert [count(engine, kind) for kind in kinds] == [1] * 6


def test_two_pupils_who_open_a_new_class_at_once_are_in_the_same(
    engine: sa.Engine, platform: Platform
) -> None:
    one, two = at_once(engine, platform, {"sub": "lina"}, {"sub": "tom"})
    assert one.person_id != two.person_id
    assert one.context_id == two.context_id
    assert [count(engine, kind) for kind in (Context, Audience, ResourceLink, Membership)] == [1, 1, 1, 2]


def test_two_pupils_who_open_a_new_link_at_once_open_the_same(engine: sa.Engine, platform: Platform) -> None:
    for pupil in ("lina", "tom"):
        platform.receive(platform.launch(sub=pupil))
    new = {L + "resource_link": {"id": "link-2", "title": "Les volcans"}}
    one, two = at_once(engine, platform, {"sub": "lina", **new}, {"sub": "tom", **new})
    assert one.resource_link_id == two.resource_link_id
    assert count(engine, ResourceLink) == 2


def test_somebody_who_comes_to_a_class_in_two_tabs_at_once_is_one_member(
    engine: sa.Engine, platform: Platform
) -> None:
    platform.receive(platform.launch(sub="lina"))
    platform.receive(platform.launch(sub="tom", **OTHER_CLASS))
    teaching = {L + "roles": [MEMBERSHIP + "Instructor"]}
    at_once(engine, platform, {"sub": "lina", **OTHER_CLASS}, {"sub": "lina", **OTHER_CLASS, **teaching})
    with Session(engine) as session:
        query = sa.select(Membership.role).join(Audience, Audience.id == Membership.audience_id)
        roles = session.scalars(query.where(Audience.title == "Cinquième A")).all()
    assert sorted(roles) == ["Instructor", "Learner"], (
        "the later launch said that Lina teaches there; Tom learns"
    )


def test_two_parents_of_the_same_children_do_not_block_each_other(
    engine: sa.Engine, platform: Platform
) -> None:
    def children(*subjects: str) -> Callable[[sa.Connection], list[UUID]]:
        def use(connection: sa.Connection) -> list[UUID]:
            with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
                return people.persons(session, platform.tenant_id, ISSUER, subjects)

        return use

    one, two = overlapping(engine, children("lina", "adam"), children("adam", "lina", "adam"))
    assert two == [one[1], one[0], one[1]]
    assert count(engine, Person) == 2


def test_a_second_launch_makes_nothing_but_itself(engine: sa.Engine, platform: Platform) -> None:
    for _ in range(2):
        platform.receive(platform.launch())
    kinds = (User, Person, Context, Audience, ResourceLink, Membership, Launch)
    assert [count(engine, kind) for kind in kinds] == [1, 1, 1, 1, 1, 1, 2]


def test_a_nameless_test_user_who_turns_out_to_be_a_person_is_one(
    engine: sa.Engine, platform: Platform
) -> None:
    nameless = {"name": None, "given_name": None, "family_name": None}
    testing = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
    for roles, is_test in (([MEMBERSHIP + "Learner", testing], True), ([MEMBERSHIP + "Learner"], False)):
        platform.receive(platform.launch(**nameless, **{L + "roles": roles}))
        with Session(engine) as session:
            assert session.scalars(sa.select(Person.is_test)).all() == [is_test]


def test_a_class_that_is_renamed_has_its_new_name(engine: sa.Engine, platform: Platform) -> None:
    platform.receive(platform.launch())
    for told, title in (("Sixième C", "Sixième C"), (None, "Sixième C")):
        platform.receive(platform.launch(**{L + "context": {"id": "class-6b", "title": told}}))
        with Session(engine) as session:
            assert session.scalars(sa.select(Audience.title)).all() == [title]


def test_a_class_that_was_nameless_gets_its_name_from_a_newcomer(
    engine: sa.Engine, platform: Platform
) -> None:
    platform.receive(platform.launch(**{L + "context": {"id": "class-6b"}}))
    platform.receive(platform.launch(sub="tom", **{L + "context": {"id": "class-6b"}}))
    platform.receive(platform.launch(sub="lina", **{L + "context": {"id": "class-6b", "label": "6B"}}))
    with Session(engine) as session:
        assert session.scalars(sa.select(Audience.title)).all() == ["6B"]


def test_services_that_have_moved_are_asked_at_their_new_addresses(
    engine: sa.Engine, platform: Platform
) -> None:
    platform.receive(platform.launch())
    moved = {
        AGS: {"lineitems": "https://new.example/items", "scope": ["a", "b"]},
        NRPS: {"context_memberships_url": "https://new.example/members"},
    }
    platform.receive(platform.launch(**moved))
    with Session(engine) as session:
        row = session.scalars(sa.select(Context)).one()
        assert (row.lineitems_url, row.ags_scopes) == ("https://new.example/items", ["a", "b"])
        assert row.memberships_url == "https://new.example/members"
        assert session.scalars(sa.select(OutboxEntry.seq)).all() == [2], "the class list is wanted anew"
    platform.receive(platform.launch(sub="tom", **{AGS: None, NRPS: None}))
    with Session(engine) as session:
        row = session.scalars(sa.select(Context)).one()
        assert row.lineitems_url == "https://new.example/items", "what is not told stays as it was"
        assert row.memberships_url == "https://new.example/members"


@pytest.mark.parametrize("claim", ["context", "resource_link"])
def test_a_launch_that_does_not_say_from_where_is_received(
    engine: sa.Engine, platform: Platform, claim: str
) -> None:
    for _ in range(2):
        launch_id = platform.receive(platform.launch(**{L + claim: None}))
    with Session(engine) as session:
        launch = session.get_one(Launch, (platform.tenant_id, launch_id))
    assert launch.person_id is not None
    assert launch.resource_link_id is None
    assert (launch.context_id is None) == (claim == "context")
    assert count(engine, ResourceLink) == 0
    assert count(engine, User) == 1


def placed(engine: sa.Engine, platform: Platform) -> tuple[Placement, Page]:
    """A page that a teacher has chosen in the platform's picker."""
    platform.receive(platform.launch(**TEACHER))
    with Session(db.writing(engine), expire_on_commit=False) as session:
        person_id = session.scalars(sa.select(User.person_id).where(User.subject == "morel")).one()
        teacher = Viewer(tenant_id=platform.tenant_id, role=Role.INSTRUCTOR, person_id=person_id)
        page = factories.page(session, teacher, factories.binder(session, teacher))
        authoring.publish(session, teacher, page.id)
        item = Placement(tenant_id=platform.tenant_id, page_id=page.id, created_by_id=person_id)
        session.add(item)
        session.commit()
    return item, page


def opening(item_id: UUID, line_item: str | None = None) -> dict[str, Any]:
    """Claims of a launch through a link that deep linking made."""
    endpoint = {"scope": ["a"], "lineitems": ISSUER + "/lineitems", "lineitem": line_item}
    return {
        L + "target_link_uri": f"https://tool.example/lti/open/{item_id}?from=ent",
        L + "resource_link": {"id": "link-7", "title": "L’évaporation"},
        AGS: endpoint,
    }


def test_the_first_opening_of_a_placed_page_gives_it_with_its_column(
    engine: sa.Engine, platform: Platform
) -> None:
    item, page = placed(engine, platform)
    for pupil in ("lina", "tom", "lina"):
        platform.receive(platform.launch(sub=pupil, **opening(item.id, ISSUER + "/lineitems/7")))
    with Session(engine) as session:
        given = session.scalars(sa.select(Assignment)).one()
        assert (given.page_id, given.created_by_id) == (page.id, item.created_by_id)
        assert session.scalars(sa.select(LineItem.url)).all() == [ISSUER + "/lineitems/7"]


def test_a_placed_page_may_have_no_column(engine: sa.Engine, platform: Platform) -> None:
    item, _ = placed(engine, platform)
    platform.receive(platform.launch(**opening(item.id)))
    assert [count(engine, kind) for kind in (Assignment, LineItem)] == [1, 0]


def test_two_links_to_one_page_are_one_work_with_the_first_column(
    engine: sa.Engine, platform: Platform
) -> None:
    item, _ = placed(engine, platform)
    platform.receive(platform.launch(**opening(item.id, ISSUER + "/lineitems/7")))
    copied = {**opening(item.id, ISSUER + "/lineitems/8"), L + "resource_link": {"id": "copy"}}
    platform.receive(platform.launch(**copied))
    with Session(engine) as session:
        assert len(set(session.scalars(sa.select(ResourceLink.assignment_id))) - {None}) == 1
        assert session.scalars(sa.select(LineItem.url)).all() == [ISSUER + "/lineitems/7"]


def test_pupils_who_open_a_placed_page_at_once_are_given_one_work(
    engine: sa.Engine, platform: Platform
) -> None:
    item, _ = placed(engine, platform)
    for pupil in ("lina", "tom"):
        platform.receive(platform.launch(sub=pupil))
    claims = opening(item.id, ISSUER + "/lineitems/7")
    one, two = at_once(engine, platform, {"sub": "lina", **claims}, {"sub": "tom", **claims})
    assert one.resource_link_id == two.resource_link_id
    assert [count(engine, kind) for kind in (Assignment, LineItem)] == [1, 1]


def test_a_link_to_a_page_that_nobody_placed_opens_nothing_of_its_own(
    engine: sa.Engine, platform: Platform
) -> None:
    platform.receive(platform.launch(**opening(uuid4())))
    assert [count(engine, kind) for kind in (Launch, Assignment)] == [1, 0]


def test_two_columns_that_are_made_at_once_become_one(engine: sa.Engine, platform: Platform) -> None:
    item, page = placed(engine, platform)
    with Session(db.writing(engine), expire_on_commit=False) as session:
        context = session.scalars(sa.select(Context)).one()
        given = assigning.place(session, platform.tenant_id, page.id, context.audience_id, item.created_by_id)
        session.commit()

    def keeping(url: str) -> Callable[[sa.Connection], str]:
        def use(connection: sa.Connection) -> str:
            with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
                return keep_line_item(session, platform.tenant_id, context.id, given.id, url=url)

        return use

    assert overlapping(engine, keeping("https://a.example"), keeping("https://b.example")) == (
        "https://a.example",
        "https://a.example",
    )
    assert count(engine, LineItem) == 1
