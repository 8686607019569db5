"""Messages beside links, from the demo ENT over real HTTP: review, privacy, a class, terms, a supervised test."""

from __future__ import annotations

import io
import json
import zipfile
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from binder.models import Person
from examples.ent.vocabulary import EULA_SCOPES
from lti.models import Agreement, User
from tests.flows.test_gradebook import answer, give, page_with_activity
from tests.flows.world import Visitor, World


def opened(world: World, login: str, door: str, **asked: str) -> Visitor:
    """Somebody goes through one of the ENT's doors, as a browser without scripts."""
    visitor = world.visitor()
    visitor.sign_in(login)
    visitor.get(f"{world.ent_url}/open/{door}/launch?{urlencode(asked)}")
    visitor.send("/lti/login")
    if "/lti/launch" in "".join(form[1] for form in visitor.forms()):
        visitor.send("/lti/launch")
    return visitor


@pytest.fixture
def handed_in(world: World) -> str:
    """Lina has handed in what was given, and has a mark in the gradebook; the assignment."""
    assignment = give(world, page_with_activity(world))
    pupil = world.visitor()
    pupil.sign_in("lina")
    pupil.launch(world.ent.link("5A").id)
    pupil.open(f"/work/{assignment}")
    pupil.send(f"/work/{assignment}", action="hand-in", **answer(pupil))
    world.tool.deliver()
    return assignment


def subject(world: World, login: str) -> str:
    """The ENT's id of somebody."""
    return str(world.ent.account(login).id)


def test_from_the_gradebook_to_the_copy_and_back(world: World, handed_in: str) -> None:
    [item] = [item for item in world.ent.line_items("5A") if item.resource_id == handed_in]
    world.ent.messages.review(item, label="Relire la copie")
    teacher = opened(world, "morel", "review", line_item=item.id, user=subject(world, "lina"))
    assert "/copies/" in teacher.page.url
    assert "Lina" in teacher.page.text
    assert f"{world.ent_url}/" in teacher.page.text, "the way back"
    pupil = opened(world, "lina", "review", line_item=item.id, user=subject(world, "lina"))
    assert pupil.page.url.endswith(f"/work/{handed_in}")


@pytest.mark.parametrize("name", ["LtiDataPrivacyLaunchRequest", "DataPrivacyLaunchRequest"])
def test_an_administrator_takes_away_and_erases(world: World, handed_in: str, name: str) -> None:
    world.ent.options.data_privacy_request = name
    tool = world.ent.tool.client_id
    head = opened(world, "fournier", "privacy", user=subject(world, "lina"), tool=tool)
    assert "Lina" in head.page.text, head.page.text
    shown = head.page.url
    head.send("/privacy/export")
    with zipfile.ZipFile(io.BytesIO(head.page.content)) as packed:
        document = json.loads(packed.read("data.json"))
    assert document["attempts"][0]["grades"]
    head.get(shown + "/erase")
    head.send("/privacy/erase")
    head.send("/privacy/erase", sure="1")
    assert "C’est effacé" in head.page.text
    with world.session() as session:
        assert not session.scalars(sa.select(User).where(User.subject == subject(world, "lina"))).all()
        assert not [name for name in session.scalars(sa.select(Person.display_name)) if "Lina" in name]
    pupil = world.visitor()
    pupil.sign_in("lina")
    pupil.launch(world.ent.link("5A").id)
    assert pupil.page.ok, "somebody new"


def test_a_person_asks_for_what_is_kept_of_them(world: World, handed_in: str) -> None:
    pupil = opened(world, "lina", "privacy", user=subject(world, "lina"), tool=world.ent.tool.client_id)
    assert "Ce qui est conservé sur vous" in pupil.page.text


@pytest.mark.parametrize(("login", "screen"), [("morel", "/binders"), ("lina", "/work")])
def test_a_class_opens_without_a_link(world: World, login: str, screen: str) -> None:
    klass = world.ent.school_class("5A")
    visitor = opened(world, login, "class", class_id=klass.id, tool=world.ent.tool.client_id)
    assert visitor.page.url.endswith(screen)


def test_the_ent_learns_who_accepts_the_terms(world: World) -> None:
    assert set(EULA_SCOPES) <= set(world.ent.tool.scopes)
    pupil = opened(world, "lina", "eula", tool=world.ent.tool.client_id)
    pupil.send("/terms", answer="accept")
    assert pupil.page.ok, pupil.page.text
    with world.ent.database.reading() as connection:
        [row] = connection.execute("SELECT account_id, accepted FROM eula_answers").fetchall()
    assert (str(row[0]), bool(row[1])) == (subject(world, "lina"), True)
    with world.session() as session:
        assert session.scalars(sa.select(Agreement.accepted)).all() == [True]
    head = opened(world, "fournier", "eula", tool=world.ent.tool.client_id)
    head.send("/terms/deployment", do="required")
    assert head.page.ok, head.page.text
    with world.ent.database.reading() as connection:
        [row] = connection.execute("SELECT required FROM eula_required").fetchall()
    assert bool(row[0])


def test_a_supervised_test_does_not_begin_unsupervised(world: World) -> None:
    link = world.ent.link("5A")
    world.ent.messages.proctor(link)
    pupil = world.visitor()
    pupil.sign_in("lina")
    pupil.launch(link.id)
    assert "ne surveille pas" in pupil.page.text
    pupil.send("/proctoring/start")
    if any("/proctoring/start" in form[1] for form in pupil.forms()):
        pupil.send("/proctoring/start")
    assert pupil.page.status_code == 400
    assert "Classeur ne surveille pas" in pupil.page.text
    assert any("no supervision took place" in log.text for log in world.ent.messages.logs())
