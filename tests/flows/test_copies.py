"""The ENT copies a class: told by a notice or by a launch, links and their work survive, and the teacher sees what came."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import requests
import sqlalchemy as sa

from binder.models import Assignment, Page, Person, Preset
from examples.ent import copying
from lti import copies
from lti.models import Context, CourseCopy, Notice, NoticeHandler, Placement
from lti.protocol.notices import CONTEXT_COPY, HELLO_WORLD
from tests.flows.test_gradebook import give, page_with_activity
from tests.flows.test_launches import LTI, launch
from tests.flows.world import World


@pytest.fixture
def told(world: World) -> World:
    """The ENT delivers at once; its notices come over the plain door, as its services do."""
    plain = world.ent.tool.jwks_url.removesuffix("/lti/jwks")

    def bring(url: str, body: Any) -> int:
        return requests.post(url.replace(world.tool_url, plain), json=body, timeout=20).status_code

    world.ent.courier.background, world.ent.courier.post = False, bring
    return world


def deliver(world: World) -> None:
    """Do all that waits."""
    while world.tool.deliver():
        pass


def copy_of(world: World, label: str, title: str) -> Any:
    """The ENT copies a class."""
    visitor = world.visitor()
    visitor.sign_in("morel")
    old = world.ent.school_class(label)
    visitor.get(f"{world.ent_url}/classes/{old.id}/copy")
    visitor.send("/copy", label="5C", title=title)
    assert visitor.page.ok, visitor.page.text
    return world.ent.school_class("5C")


def test_a_deployments_first_launch_asks_for_notices_and_they_come(told: World) -> None:
    world = told
    launch(world, "morel")
    deliver(world)
    with world.session() as session:
        handler = session.scalars(sa.select(NoticeHandler)).one()
        assert handler.error == ""
        assert handler.agreed == dict.fromkeys((HELLO_WORLD, CONTEXT_COPY), f"{world.tool_url}/lti/notices")


def signed(world: World, notice_id: str = "n-1", **more: Any) -> str:
    """A notice's JWT."""
    claims = world.ent.claims("morel", "5A")
    kept = {name: claims[name] for name in ("iss", "aud", "iat", "exp", "nonce")}
    kept |= {LTI + name: claims[LTI + name] for name in ("version", "deployment_id")}
    kept[LTI + "notice"] = {"id": notice_id, "timestamp": "2026-01-01T00:00:00Z", "type": HELLO_WORLD}
    return world.ent.sign({name: value for name, value in (kept | more).items() if value is not None})


def post(world: World, *jwts: str) -> requests.Response:
    """A platform's request."""
    body = {"notices": [{"jwt": each} for each in jwts]}
    return world.visitor().http.post(f"{world.tool_url}/lti/notices", json=body)


def test_a_notice_counts_once_and_only_if_it_is_the_platforms(told: World) -> None:
    world = told
    launch(world, "morel")
    first = post(world, signed(world), signed(world), signed(world, "n-2"))
    assert (first.status_code, first.json()) == (200, {"accepted": 3, "refused": []})
    forged = world.ent.sign({"iss": world.ent.addresses.issuer}, world.ent.foreign_key())
    for jwt, status in (
        (signed(world, iss="https://elsewhere.example"), 403),
        (signed(world, exp=1), 401),
        (signed(world, **{LTI + "deployment_id": "another"}), 403),
        (signed(world, **{LTI + "version": "1.1"}), 400),
        (signed(world, **{LTI + "notice": {}}), 400),
        ("x.y.z", 400),
        ("", 400),
    ):
        assert post(world, jwt).status_code == status, jwt
    assert post(world, forged).status_code in (401, 403)
    assert post(world).status_code == 400
    mixed = post(world, "nonsense", signed(world, "n-3"))
    assert (mixed.status_code, mixed.json()["accepted"]) == (200, 1)
    deliver(world)
    with world.session() as session:
        kept = session.scalars(sa.select(Notice).order_by(Notice.notice_id)).all()
        ours = [notice.notice_id for notice in kept if notice.notice_id.startswith("n-")]
        assert ours == ["n-1", "n-2", "n-3"]
        assert len(kept) == 4  # the platform has greeted us as well
        assert all(notice.handled_at for notice in kept)


@pytest.mark.parametrize("told_by", ["notice", "launch"])
def test_links_and_their_work_survive_and_the_teacher_sees_it(told: World, told_by: str) -> None:
    world = told
    page = page_with_activity(world)
    visitor, _ = launch(world, "morel")
    deliver(world)
    loose = give(world, page)
    with world.session() as session:
        known = session.get_one(Assignment, (page.tenant_id, UUID(str(loose))))
        known.preset, known.max_attempts = Preset.TEST, 3
        session.commit()
    if told_by == "launch":
        with world.session() as session:
            handler = session.scalars(sa.select(NoticeHandler)).one()
            handler.agreed = {}
            session.commit()
        with world.ent.database.writing() as connection:
            connection.execute("DELETE FROM notice_handlers")
    new = copy_of(world, "5A", "La copie")
    deliver(world)
    with world.session() as session:
        assert bool(session.scalars(sa.select(CourseCopy)).all()) == (told_by == "notice")
    with world.ent.database.reading() as connection:
        assert copying.context_history(connection, new.id) == [world.ent.school_class("5A").id]

    def with_history(claims: dict[str, Any]) -> None:
        claims[LTI + "custom"] = {"context_history": world.ent.school_class("5A").id}

    teacher, home = launch(world, "morel", with_history, "5C")
    assert home.url.endswith("/copied"), home.text
    assert "copiant" in home.text
    teacher.send("/copied", work=str(loose))
    with world.session() as session:
        copy = session.scalars(sa.select(CourseCopy)).one()
        assert (copy.told_by, copy.seen_at is not None) == (told_by, True)
        audience = session.get_one(Context, (copy.tenant_id, copy.context_id)).audience_id
        given = session.scalars(sa.select(Assignment).where(Assignment.audience_id == audience)).one()
        assert (given.page_id, given.preset, given.max_attempts) == (page.id, Preset.TEST, 3)
        assert (given.due_at, given.opens_at) == (None, None)
    _, again = launch(world, "morel", with_history, "5C")
    assert again.url.endswith("/binders")


def placed(world: World, page: Page) -> str:
    """A link to the page, as a teacher has placed it."""
    with world.session() as session:
        teacher = session.scalars(sa.select(Person.id).where(Person.display_name == "Claire Morel")).one()
        row = Placement(
            tenant_id=page.tenant_id, page_id=page.id, binder_id=page.binder_id, created_by_id=teacher
        )
        session.add(row)
        session.commit()
        return str(row.id)


def test_a_copied_link_takes_the_rules_of_the_old_one_when_it_is_first_opened(told: World) -> None:
    world = told
    page = page_with_activity(world)
    item = placed(world, page)
    old_class = world.ent.school_class("5A")

    def of_link(link: str, **custom: str) -> Any:
        def change(claims: dict[str, Any]) -> None:
            claims[LTI + "resource_link"] = {"id": link, "title": "Devoir"}
            claims[LTI + "custom"] = {"placement": item, **custom}

        return change

    launch(world, "morel", of_link("old-1"))
    launch(world, "morel", of_link("old-2"))
    with world.session() as session:
        work = session.scalars(sa.select(Assignment)).one()
        work.max_attempts, work.preset, work.minutes = 3, Preset.TRAINING, 20
        session.commit()
    copy_of(world, "5A", "La copie")
    deliver(world)
    histories = {"context_history": f"ancient%2C1, {old_class.id}", "link_history": "old-0,old-1"}
    teacher, home = launch(world, "morel", of_link("new-1", **histories), "5C")
    assert home.url.endswith("/copied")
    with world.session() as session:
        new = session.scalars(sa.select(Assignment).where(Assignment.id != work.id)).one()
        assert (new.max_attempts, new.preset, new.minutes) == (3, Preset.TRAINING, 20)
        new.minutes = 30
        session.commit()
    launch(world, "morel", of_link("new-1", **histories), "5C")
    with world.session() as session:
        assert session.get_one(Assignment, (new.tenant_id, new.id)).minutes == 30, "taken over once"
    teacher.open("/copied")
    assert page.title in teacher.page.text
    teacher.send("/copied", binders="1")
    assert teacher.page.ok
    stranger, refused = launch(world, "lina", of_link("new-1"), "5A")
    assert stranger.open("/copied").status_code == 403
    assert world.visitor() is not None


def test_histories_are_read_with_care() -> None:
    assert copies.history_of("a%2Cb, c,,%20,d") == ["a,b", "c", "d"]
    assert copies.history_of("") == []
    assert len(copies.history_of(",".join(map(str, range(500))))) == copies.MOST_ORIGINS
    assert copies.history_of("x" * 300 + ",ok") == ["ok"]
