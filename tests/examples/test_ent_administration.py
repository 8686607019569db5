"""The demo ENT's screens of administration in a real browser, with a tool that registers from its frame."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from werkzeug.serving import make_server

from examples.ent import Tool, create_ent
from examples.ent.gradebook import Score, record
from tests.browser import chromium as running_chromium
from tests.examples.ent_registering import TOOL_CONFIGURATION
from tests.examples.ent_tool import LINE_ITEM, MEMBERS, ent_of
from tests.examples.test_ent_browser import WCAG, sign_in

pytestmark = pytest.mark.browser
DONE = """<!doctype html><html lang="fr"><title>Outil</title><main><h1>Enregistré</h1><button>Fermer</button></main><script>
document.querySelector("button").onclick = () =>
  (window.opener || window.parent).postMessage({subject: "org.imsglobal.lti.close"}, "*");
</script></html>"""


def registering_tool() -> Flask:
    """A tool that registers at once when its registration address is opened."""
    app = Flask("registering_tool")

    @app.get("/register")
    def register() -> str:
        here = request.host_url.rstrip("/")
        configuration = requests.get(request.args["openid_configuration"], timeout=10).json()
        document = {
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["implicit", "client_credentials"],
            "initiate_login_uri": f"{here}/login",
            "redirect_uris": [f"{here}/launch"],
            "client_name": "Atelier d’écriture",
            "jwks_uri": f"{here}/jwks",
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": f"{LINE_ITEM} {MEMBERS}",
            TOOL_CONFIGURATION: {
                "domain": request.host.partition(":")[0],
                "target_link_uri": f"{here}/launch",
                "description": "Des ateliers pour écrire à plusieurs.",
                "claims": ["sub", "name"],
                "custom_parameters": {"history": "$Context.id.history"},
                "messages": [
                    {
                        "type": "LtiDeepLinkingRequest",
                        "label": "Choisir un atelier",
                        "placements": ["ContentArea"],
                    }
                ],
            },
        }
        headers = {"Authorization": f"Bearer {request.args['registration_token']}"}
        endpoint = configuration["registration_endpoint"]
        requests.post(endpoint, json=document, headers=headers, timeout=10).raise_for_status()
        return DONE

    return app


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with running_chromium(bare=True) as browser:
        yield browser


@pytest.fixture
def school(tmp_path: Path) -> Iterator[SimpleNamespace]:
    servers = []

    def serve(app: Any) -> int:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return int(server.server_port)

    switch = SimpleNamespace(app=None)
    url = f"http://localhost:{serve(lambda environ, start: switch.app(environ, start))}"
    tool_url = f"http://127.0.0.1:{serve(registering_tool())}"
    tool = Tool(
        name="Classeur", client_id="classeur", login_url=f"{tool_url}/login", launch_url=f"{tool_url}/launch"
    )
    switch.app = create_ent(database=tmp_path / "ent.sqlite", public_url=url, tool=tool)
    yield SimpleNamespace(url=url, tool_url=tool_url, ent=ent_of(switch.app))
    for server in servers:
        server.shutdown()
        server.server_close()


def start(page: Page, school: SimpleNamespace) -> None:
    """Open the tool's registration address as the administrator does."""
    page.goto(f"{school.url}/administration/tools")
    page.get_by_label("Adresse d’enregistrement donnée par l’outil").fill(f"{school.tool_url}/register")
    page.get_by_role("button", name="Commencer").click()


def test_a_tool_registers_from_its_frame_and_is_activated(
    chromium: Chromium, school: SimpleNamespace
) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    sign_in(page, school.url, "admin")
    start(page, school)
    page.frame_locator("#registration").get_by_role("button", name="Fermer").click()
    page.wait_for_url(f"{school.url}/administration/tools")
    page.get_by_role("link", name="Atelier d’écriture").click()
    assert "Désactiver" not in page.inner_text("main")
    page.get_by_role("button", name="Activer").click()
    assert "est activé" in page.get_by_role("status").inner_text()
    page.get_by_label("Classe", exact=True).select_option(label="5e\u00a0A")
    page.get_by_role("button", name="Ajouter le lien").click()
    assert [link.title for link in school.ent.links("5A")] == ["Classeur", "Atelier d’écriture"]
    context.close()


def test_a_tool_registers_from_a_tab_of_its_own(chromium: Chromium, school: SimpleNamespace) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    sign_in(page, school.url, "admin")
    page.route(
        "**/register?*",
        lambda route: route.abort() if route.request.frame.parent_frame else route.continue_(),
    )
    start(page, school)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Ouvrir dans un nouvel onglet").click()
    opened.value.get_by_role("button", name="Fermer").click()
    page.wait_for_url(f"{school.url}/administration/tools")
    page.get_by_role("link", name="Atelier d’écriture").wait_for()
    context.close()


@pytest.mark.parametrize(
    ("width", "scheme", "locale"), [(1280, "light", "fr"), (375, "dark", "fr"), (375, "light", "en")]
)
def test_the_screens_have_no_accessibility_violation(
    chromium: Chromium, school: SimpleNamespace, width: int, scheme: Any, locale: str, tmp_path: Path
) -> None:
    ent = school.ent
    item = ent.add_line_item("5A", label="Dictée", score_maximum=20)
    score = Score(
        line_item_id=item.id,
        account_id=ent.account("lina").id,
        score_given=15,
        score_maximum=20,
        comment="Très bien, relis la dernière phrase.",
        activity_progress="Completed",
        grading_progress="FullyGraded",
        scoring_user_id=ent.account("morel").id,
        timestamp="2026-11-03T10:00:00Z",
        instant=1793700000,
        started_at="2026-11-03T08:00:00Z",
        submitted_at="2026-11-03T09:00:00Z",
    )
    with ent.database.writing() as connection:
        record(connection, score, body={}, at=ent.clock())
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()

    def look(name: str) -> None:
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}})
        violations = found.response["violations"]
        assert violations == [], (name, json.dumps(violations, indent=1))
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, (name, overflow)

    sign_in(page, school.url, "admin")
    start(page, school)
    page.frame_locator("#registration").get_by_role("button", name="Fermer").wait_for()
    look("registering")
    page.get_by_role("button", name={"fr": "Français", "en": "English"}[locale]).click()
    page.goto(f"{school.url}/administration/tools")
    look("tools")
    page.get_by_role("link", name="Atelier d’écriture").click()
    look("tool")
    page.goto(f"{school.url}/classes/{ent.school_class('5A').id}/copy")
    look("copy")
    sign_in(page, school.url, "morel")
    page.goto(f"{school.url}/classes/{ent.school_class('5A').id}/gradebook/{item.id}")
    look("column")
    context.close()
