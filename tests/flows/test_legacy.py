"""Lina moves over from LTI 1.1 with her class: the demo ENT signs the claim, and her old work is behind the old link."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from binder.access import Role, Viewer
from binder.clock import uuid7
from binder.content import authoring
from binder.giving import assigning
from binder.models import Audience, Person
from examples.demo.setting import CLIENT_ID
from examples.ent import Legacy, legacy
from lti.models import Context, LegacyId, ResourceLink, User
from tests import factories
from tests.flows.world import World

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
KEY, SECRET = "ent-lti1", "the secret of LTI 1.1"


def agree(world: World, secret: str = SECRET) -> None:
    """The ENT signs with this secret what it calls people under LTI 1.1."""
    first, *others = world.ent.configured_tools
    world.ent.configured_tools = (replace(first, legacy=Legacy(KEY, secret)), *others)


@pytest.fixture
def past(world: World, tmp_path: Path) -> tuple[Person, Audience]:
    """Lina and 5A as they were known under LTI 1.1, taken in by the commands."""
    agree(world)
    with world.session() as session:
        tenant_id = session.scalars(sa.select(User.tenant_id).limit(1)).one()
        lina, author = (Person(id=uuid7(), tenant_id=tenant_id) for _ in range(2))
        audience = Audience(id=uuid7(), tenant_id=tenant_id, title="5A, as it was")
        session.add_all((lina, author, audience))
        session.flush()
        teacher = Viewer(tenant_id=tenant_id, role=Role.INSTRUCTOR, person_id=author.id)
        page = factories.page(session, teacher, factories.binder(session, teacher), "The old work")
        authoring.publish(session, teacher, page.id)
        work = assigning.place(session, tenant_id, page.id, audience.id, author.id)
        session.commit()
    claims = world.ent.claims("lina", "5A")
    ids = {
        "user": (claims["sub"], lina.id),
        "context": (claims[f"{LTI}context"]["id"], audience.id),
        "link": (claims[f"{LTI}resource_link"]["id"], work.id),
    }
    path = tmp_path / "ids.csv"
    path.write_text("\n".join(f"{kind},{legacy.old_id(new)},{target}" for kind, (new, target) in ids.items()))
    runner = world.tool_app.test_cli_runner()
    of_platform = ("--issuer", world.ent.addresses.issuer, "--client-id", CLIENT_ID, "--key", KEY)
    school = ("--tenant", "Collège des Quatre-Vents", "--key", KEY)
    for words in (("consumer", "add", *of_platform), ("import", str(path), *school)):
        done = runner.invoke(args=["lti", "legacy", *words], input=f"{SECRET}\n")
        assert done.exit_code == 0, done.output
    return lina, audience


def test_a_pupil_and_her_class_find_their_work_again(world: World, past: tuple[Person, Audience]) -> None:
    lina, audience = past
    visitor = world.visitor()
    visitor.sign_in("lina")
    page = visitor.launch(world.ent.link("5A").id)
    assert page.ok
    assert "The old work" in page.text
    with world.session() as session:
        assert session.scalars(sa.select(User.person_id).where(User.person_id == lina.id)).one()
        assert session.scalars(sa.select(Context.audience_id)).all() == [audience.id]
        assert session.scalars(sa.select(ResourceLink.assignment_id)).one() is not None
        assert session.scalar(sa.select(sa.func.count(LegacyId.taken_at))) == 3


def test_a_wrong_secret_makes_somebody_new_and_shows_no_error(
    world: World, past: tuple[Person, Audience]
) -> None:
    agree(world, "another secret")
    visitor = world.visitor()
    visitor.sign_in("lina")
    page = visitor.launch(world.ent.link("5A").id)
    assert page.ok
    assert "The old work" not in page.text
    with world.session() as session:
        assert session.scalar(sa.select(sa.func.count(LegacyId.taken_at))) == 0
