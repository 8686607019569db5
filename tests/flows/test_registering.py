"""A platform registers itself: invitation, review in the ENT's frame, approval, and then everything works by it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from binder import db
from examples.ent.tool import Tool
from lti.models import Deployment, DeploymentStatus, Invitation, Registration, RegistrationStatus
from tests.browser import chromium
from tests.flows.test_gradebook import answer, page_with_activity
from tests.flows.test_in_a_browser import person
from tests.flows.world import Visitor, World, running


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two sites whose servers call each other by their public addresses."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    settings = {"LTI_SECRET": "a secret of the tests"}
    with running(engine, tmp_path, settings=settings) as world:
        yield world
    engine.dispose()


def run(world: World, *words: str) -> dict[str, Any]:
    """One command; what it tells machines."""
    done = world.tool_app.test_cli_runner().invoke(args=["lti", *words, "--json"])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def open_link(world: World, link: str) -> Visitor:
    """The ENT's administrator opens an invitation; what the frame would show."""
    head = world.visitor()
    head.sign_in("admin")
    head.get(f"{world.ent_url}/administration/tools")
    head.send("/administration/tools", url=link)
    source = re.search(r'<iframe id="registration"[^>]* src="([^"]+)"', head.page.text)
    assert source, head.page.text
    frame = world.visitor()
    frame.get(unescape(source[1]))
    return frame


def registered(world: World, *invite: str) -> Registration:
    """Invitation, review, yes; the newest registration."""
    link = run(world, "invite", "--tenant", "Collège des Quatre-Vents", *invite)["link"]
    frame = open_link(world, link)
    assert frame.page.status_code == 200, frame.page.text
    frame.send("/register/")
    assert frame.page.status_code == 200, frame.page.text
    assert "data-close" in frame.page.text
    with world.session() as session:
        return session.scalars(sa.select(Registration).order_by(Registration.id.desc()).limit(1)).one()


def tool_of(world: World, registration: Registration, **changes: Any) -> Tool:
    """The tool as the ENT knows it, switched on there."""
    found = replace(world.ent.known_tools[registration.client_id].tool, **changes)
    world.ent.set_up(found, active=True)
    return found


def place(world: World, tool: Tool, class_id: str) -> str:
    """A link to the tool in a class; its id."""
    head = world.visitor()
    head.sign_in("admin")
    head.get(f"{world.ent_url}/administration/tools/{tool.number}")
    head.send("/links", class_id=class_id)
    with world.ent.database.reading() as connection:
        row = connection.execute(
            "SELECT id FROM links WHERE client_id = ? ORDER BY rowid DESC", (tool.client_id,)
        ).fetchone()
    return str(row["id"])


def launched(world: World, login: str, link: str) -> Visitor:
    visitor = world.visitor()
    visitor.sign_in(login)
    visitor.launch(link)
    return visitor


def test_from_the_invitation_to_a_mark_in_the_gradebook(world: World) -> None:
    registration = registered(world)
    assert registration.status is RegistrationStatus.PENDING
    assert registration.registration_token
    assert registration.registration_token.startswith("sealed:1:")
    assert "registration_access_token" not in json.dumps(registration.configuration)
    tool = tool_of(world, registration)
    link = place(world, tool, world.ent.link("5A").class_id)

    refused = launched(world, "morel", link)
    assert refused.page.status_code == 403
    assert "activé" in refused.page.text
    run(world, "registrations", "approve", str(registration.id))
    teacher = launched(world, "morel", link)
    assert teacher.page.ok, teacher.page.text

    # deep linking, by the address that was registered
    lesson = page_with_activity(world)
    teacher.get(f"{world.ent_url}/classes/{world.ent.link('5A').class_id}")
    assert tool.offers("LtiDeepLinkingRequest")
    teacher.send("/activities", client_id=tool.client_id)
    teacher.send("/lti/login")
    teacher.send("/lti/launch")
    assert teacher.page.url.endswith("/link"), teacher.page.text
    teacher.send("/link", what=f"p:{lesson.id}", action="place")
    teacher.send("/deep-linking/return")
    with world.ent.database.reading() as connection:
        placed = connection.execute(
            "SELECT id FROM links WHERE client_id = ? ORDER BY rowid DESC", (tool.client_id,)
        ).fetchone()["id"]

    pupil = launched(world, "lina", placed)
    work = urlsplit(pupil.page.url).path
    assert "/work/" in work, pupil.page.text
    pupil.send(work, action="hand-in", **answer(pupil))
    assert pupil.page.ok
    world.tool.deliver()
    (score,) = world.ent.scores("5A")
    assert score.user.login == "lina"


def test_a_deployment_that_is_not_known_waits_for_a_yes(world: World) -> None:
    registration = registered(world, "--at-once")
    assert registration.status is RegistrationStatus.ACTIVE
    tool = tool_of(world, registration, deployment_per_class=True)
    link = place(world, tool, world.ent.link("5A").class_id)
    assert launched(world, "morel", link).page.status_code == 403
    (waiting,) = run(world, "deployments", "--pending")["deployments"]
    assert waiting["deployment_id"] == tool.deployment_of(world.ent.link("5A").class_id)
    run(world, "deployments", "approve", waiting["id"], "--tenant", "Collège Voisin")
    assert launched(world, "morel", link).page.ok
    run(world, "deployments", "deny", waiting["id"])
    assert launched(world, "morel", link).page.status_code == 403
    with world.session() as session:
        assert (
            session.scalar(sa.select(sa.func.count()).where(Deployment.status == DeploymentStatus.DENIED))
            == 1
        )


def test_a_registration_is_read_and_said_anew(world: World) -> None:
    registration = registered(world)
    known = world.ent.known_tools[registration.client_id]
    assert known.document is not None
    assert known.document["client_name"] == "Classeur"
    fewer = tuple(scope for scope in known.tool.scopes if "gs" not in scope)
    world.ent.set_up(replace(known.tool, scopes=fewer), active=True)
    told = run(world, "registration-refresh", str(registration.id))
    assert tuple(told["scopes"]) == fewer
    world.tool_app.config["LTI_TOOL_NAME"] = "Autrement"
    world.tool.settings = replace(world.tool.settings, tool_name="Autrement")
    run(world, "registration-refresh", "--update", str(registration.id))
    again = world.ent.known_tools[registration.client_id]
    assert again.document is not None
    assert again.document["client_name"] == "Autrement"
    assert again.active


def test_what_fails_at_the_platform_can_be_tried_again_and_serves_once(world: World) -> None:
    link = run(world, "invite", "--tenant", "Collège des Quatre-Vents")["link"]
    world.ent.faults.plan("registration", status=503, times=3)
    frame = open_link(world, link)
    assert frame.page.status_code == 422
    assert "illisible" in frame.page.text
    frame = open_link(world, link)
    world.ent.faults.plan("registration", status=503, times=1)
    frame.send("/register/")
    assert frame.page.status_code == 502
    assert "Rien n’est perdu" in frame.page.text
    frame.send("/register/")
    assert frame.page.status_code == 200, frame.page.text
    again = open_link(world, link)
    assert again.page.status_code == 410
    assert "déjà servi" in again.page.text
    with world.session() as session:
        used = session.scalars(sa.select(Invitation)).one()
        assert used.used_at is not None
        assert used.under_way is None
        assert used.registration_id is not None


def test_the_platforms_own_token_serves_once(world: World) -> None:
    """Two invitations, one registration token: the second is refused in words."""
    first, second = (run(world, "invite", "--tenant", "Collège")["link"] for _ in range(2))
    frame = open_link(world, first)
    query = urlsplit(frame.page.url).query
    other = world.visitor()
    other.get(f"{second}?{query}")
    frame.send("/register/")
    assert frame.page.status_code == 200
    other.send("/register/")
    assert other.page.status_code == 502
    assert "token_already_used" in other.page.text
    assert "autorisation" in other.page.text


@pytest.mark.browser
def test_the_frame_closes(world: World) -> None:
    link = run(world, "invite", "--tenant", "Collège des Quatre-Vents")["link"]
    with chromium(bare=True) as browser:
        context, page = person(browser, world, "admin", scripts=True)
        page.goto(f"{world.ent_url}/administration/tools")
        page.locator("#register input[name=url]").fill(link)
        page.locator("#register button").click()
        frame = page.frame_locator("iframe#registration")
        expect(frame.get_by_role("heading", level=1)).to_have_text("Inscrire Classeur")
        frame.get_by_label("Rien qu’un numéro pour chaque personne").check()
        frame.get_by_role("button", name="Inscrire").click()
        expect(frame.get_by_role("heading", level=1)).to_have_text("Inscription faite")
        frame.get_by_role("button", name="Fermer").click()
        page.wait_for_url("**/administration/tools")
        expect(page.locator("#tools tbody tr")).to_have_count(2)
        context.close()
    with world.session() as session:
        made = session.scalars(sa.select(Registration).order_by(Registration.id.desc())).first()
        assert made is not None
        assert made.configuration is not None
        assert made.configuration["privacy"] == "anonymous"
