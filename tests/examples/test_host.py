"""The host with a login of its own: a school's day without any platform."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from binder.models import Attempt, Binder, OutboxEntry, Person, Tenant
from examples.host import create_app
from tests.browser import chromium
from tests.flows.world import serving


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The host at its first start."""
    return create_app(tmp_path)


def sign_in(app: Flask, login: str) -> FlaskClient:
    """The browser of somebody who pressed the button with their name."""
    client = app.test_client()
    front = client.get("/").text
    assert f'value="{login}"' in front
    assert client.post("/login", data={"login": login}).location == "/classeur/my/"
    return client


def send(client: FlaskClient, page: str, to: str, /, **fields: Any) -> str:
    """Send the form of a page that goes to `to`, and see where it leads."""
    html = client.get(page, follow_redirects=True).text
    form = re.search(rf'<form[^>]*action="{to}".*?</form>', html, re.DOTALL)
    assert form, html
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    answer = client.post(to, data={**hidden, **fields}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return str(answer.request.path)


def one_day(app: Flask) -> tuple[FlaskClient, str]:
    """The teacher writes a page and gives it, a pupil hands in; the teacher, and where they follow the class."""
    teacher = sign_in(app, "dupuis")
    binder = send(teacher, "/classeur/my/", "/classeur/my/binders", title="Le ciel")
    send(teacher, binder, f"{binder}/sections", title="La Lune")
    edit = send(teacher, binder, f"{binder}/pages", title="Les phases")
    page = edit.removesuffix("/edit")
    send(teacher, edit, f"{page}/blocks", type="text", html="Observe la Lune ce soir.")
    question = {"title": "Forme", "prompt": "Que vois-tu ?", "option": ["un disque", "rien"], "correct": "0"}
    send(teacher, f"{page}/activity", f"{page}/activity", action="save", **question)
    given = send(teacher, f"{page}/give", f"{page}/give")
    work = given.replace("/given/", "/work/")

    pupil = sign_in(app, "leo")
    assert "Les phases" in pupil.get("/classeur/my/", follow_redirects=True).text
    html = pupil.get(work).text
    name, value = re.findall(r'name="([\w-]+\.choices)" value="(\w+)"', html)[0]
    assert send(pupil, work, work, action="hand-in", **{name: value}) == work
    assert "Observe la Lune" in pupil.get(work).text
    return teacher, given


def test_a_page_is_written_given_and_handed_in(app: Flask) -> None:
    teacher, given = one_day(app)
    with Session(app.extensions["lti"].engine) as session:
        assert session.scalars(sa.select(Attempt.submitted_at)).one() is not None
    assert "Léo Martin" in teacher.get(given).text


def test_grades_without_a_platform_are_told_to_nobody(app: Flask) -> None:
    one_day(app)
    assert app.test_cli_runner().invoke(args=["lti", "deliver"]).output.startswith("Sent ")
    with Session(app.extensions["lti"].engine) as session:
        assert session.scalars(sa.select(OutboxEntry).where(OutboxEntry.delivered_at.is_(None))).all() == []


def test_who_has_signed_out_is_nobody(app: Flask) -> None:
    client = sign_in(app, "zoe")
    assert "Zoé Petit" in client.get("/").text
    assert client.get("/classeur/my/work").status_code == 200
    assert client.post("/logout").location == "/"
    assert client.get("/classeur/my/work").status_code == 401


def test_a_stranger_is_told_that_they_are_not_signed_in(app: Flask) -> None:
    for client in (app.test_client(), app.test_client()):
        answer = client.get("/classeur/my/")
        assert answer.status_code == 401
        assert "session est terminée" in answer.text
        client.post("/login", data={"login": "nobody"})
        assert client.get("/classeur/my/").status_code == 401


def test_the_next_start_finds_the_same_school(app: Flask, tmp_path: Path) -> None:
    send(sign_in(app, "dupuis"), "/classeur/my/", "/classeur/my/binders", title="Le ciel")
    again = create_app(tmp_path)
    assert "Le ciel" in sign_in(again, "dupuis").get("/classeur/my/binders").text
    with Session(again.extensions["lti"].engine) as session:
        counts = [session.scalar(sa.select(sa.func.count()).select_from(k)) for k in (Tenant, Person, Binder)]
    assert counts == [1, 3, 1]


@pytest.mark.browser
def test_the_front_page_is_for_everybody(app: Flask) -> None:
    with serving(app) as port, chromium(bare=True) as browser:
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme, viewport={"width": 375, "height": 700})
            page.goto(f"http://127.0.0.1:{port}/")
            assert Axe().run(page).violations_count == 0
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_role("heading", level=1).wait_for()
            assert "/classeur/my/" in page.url
            page.context.clear_cookies()
