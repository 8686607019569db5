"""The demo ENT in a real browser, with the tool on another site: frames, cookies, forms, accessibility."""

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, redirect, request
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from examples.ent import Choice, Tool, create_ent, items
from tests.browser import chromium as running_chromium
from tests.examples.ent_tool import DL, LTI, ent_of, new_private_key, public_jwk
from tests.examples.test_ent_contents import FILE, HTML, ICON, IMAGE, LINK, VIDEO
from tests.examples.test_ent_pages import give

pytestmark = pytest.mark.browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FORM = """<!doctype html><html lang="fr"><title>Outil</title><form method="post" action="{action}">{fields}
<button>Envoyer</button></form><script>{script}</script></html>"""


def web_tool(key: Any, by_form: bool) -> Flask:
    """A tool as a web application; `by_form` goes to the ENT by a form of its own page."""
    app = Flask("web_tool")

    def form(action: str, fields: dict[str, str], script: str = "") -> str:
        inputs = "".join(f'<input name="{name}" value="{escape(value)}">' for name, value in fields.items())
        return FORM.format(action=action, fields=inputs, script=script)

    @app.post("/login")
    def login() -> str | Response:
        fields = {name: request.form[name] for name in ("client_id", "login_hint", "lti_message_hint")}
        fields |= {"scope": "openid", "response_type": "id_token", "response_mode": "form_post"}
        fields |= {"prompt": "none", "redirect_uri": f"{request.host_url}launch"}
        fields |= {"state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16)}
        address = f"{request.form['iss']}/oidc/auth"
        if by_form:
            return form(address, fields, "document.forms[0].submit()")
        return redirect(f"{address}?{urlencode(fields)}", 303)

    @app.post("/launch")
    def launch() -> str:
        if "error" in request.form:
            return f"<!doctype html><title>Erreur</title><p id=error>{escape(request.form['error'])}</p>"
        claims = jwt.decode(request.form["id_token"], options={"verify_signature": False})
        if claims[f"{LTI}message_type"] == "LtiDeepLinkingRequest":
            settings = claims[f"{DL}deep_linking_settings"]
            answer = {
                "iss": claims["aud"],
                "aud": claims["iss"],
                "iat": claims["iat"],
                "exp": claims["exp"],
                "nonce": secrets.token_urlsafe(16),
                f"{LTI}message_type": "LtiDeepLinkingResponse",
                f"{LTI}version": "1.3.0",
                f"{LTI}deployment_id": claims[f"{LTI}deployment_id"],
                f"{DL}data": settings["data"],
                f"{DL}content_items": [
                    {"type": "ltiResourceLink", "title": "Fractions", "lineItem": {"scoreMaximum": 20}}
                ],
            }
            signed = jwt.encode(answer, key, algorithm="RS256", headers={"kid": "web"})
            return form(settings["deep_link_return_url"], {"JWT": signed})
        target = claims[f"{LTI}launch_presentation"]["document_target"]
        return f"<!doctype html><html lang=fr><title>Outil</title><h1>{claims['name']}</h1><p id=target>{target}</p></html>"

    return app


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with running_chromium(bare=True) as browser:
        yield browser


@pytest.fixture(params=[False, True], ids=["by redirect", "by form"])
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SimpleNamespace]:
    with opened_school(tmp_path, request.param) as school:
        yield school


@pytest.fixture
def one_school(tmp_path: Path) -> Iterator[SimpleNamespace]:
    with opened_school(tmp_path, False) as school:
        yield school


@contextmanager
def opened_school(tmp_path: Path, by_form: bool) -> Iterator[SimpleNamespace]:
    key, running = new_private_key(), []

    def serve(app: Flask, port: int = 0) -> int:
        server = make_server("127.0.0.1", port, app, threaded=True)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return int(server.server_port)

    tool_port = serve(web_tool(key, by_form))
    switch = SimpleNamespace(app=None)
    ent_port = serve(lambda environ, start: switch.app(environ, start))  # type: ignore[arg-type]
    host = f"http://127.0.0.1:{tool_port}"
    tool = Tool(
        name="Classeur",
        client_id="classeur",
        login_url=f"{host}/login",
        launch_url=f"{host}/launch",
        jwks=[public_jwk("web", key)],
    )
    switch.app = create_ent(
        database=tmp_path / "ent.sqlite", public_url=f"http://localhost:{ent_port}", tool=tool
    )
    yield SimpleNamespace(url=f"http://localhost:{ent_port}", ent=ent_of(switch.app))
    for server in running:
        server.shutdown()
        server.server_close()


def sign_in(page: Page, url: str, login: str) -> None:
    page.goto(f"{url}/sign-in")
    page.click(f"button[name=login][value={login}]")
    page.wait_for_selector(f"[data-login={login}]")


def test_a_teacher_opens_and_adds_and_a_pupil_opens_too(chromium: Chromium, school: SimpleNamespace) -> None:
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    sign_in(page, school.url, "morel")
    page.get_by_role("link", name="5e A").click()
    page.get_by_role("link", name="Classeur", exact=True).click()
    frame = page.frame_locator("iframe[title='Classeur (outil dans un cadre)']")
    frame.get_by_role("heading", name="Claire Morel").wait_for()
    assert frame.locator("#target").inner_text() == "iframe"
    with context.expect_page() as opened:
        page.get_by_role("link", name="Ouvrir dans un nouvel onglet").click()
    opened.value.wait_for_selector("#target")
    assert opened.value.locator("#target").inner_text() == "window"
    page.get_by_role("link", name="5e A").click()
    page.get_by_role("button", name="Ajouter une activité").click()
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_selector("[role=status]")
    assert "Fractions" in page.locator("#links").inner_text()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page, school.url, "lina")
    page.get_by_role("link", name="5e A").click()
    page.get_by_role("link", name="Fractions", exact=True).click()
    page.frame_locator("#tool").get_by_role("heading", name="Lina Benali").wait_for()
    context.close()


def test_content_chosen_in_a_frame_leads_back_to_the_class(
    chromium: Chromium, one_school: SimpleNamespace
) -> None:
    page, class_id = chromium.new_page(), one_school.ent.school_class("5A").id
    sign_in(page, one_school.url, "morel")
    page.goto(f"{one_school.url}/open/content?class_id={class_id}")
    page.frame_locator("#tool").get_by_role("button", name="Envoyer").click()
    page.wait_for_url(f"**/classes/{class_id}")
    page.get_by_role("link", name="Fractions", exact=True).wait_for()
    page.close()


def test_without_scripts_the_button_opens_the_link(chromium: Chromium, school: SimpleNamespace) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, school.url, "tom")
    page.goto(f"{school.url}/links/{school.ent.link('5A').id}/launch?target=window")
    for _ in range(4):
        if page.locator("#target").count():
            break
        page.get_by_role("button").click()
    assert page.locator("h1").inner_text() == "Tom Garnier"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_pages_have_no_accessibility_violation(
    chromium: Chromium, one_school: SimpleNamespace, scheme: Any, width: int, tmp_path: Path
) -> None:
    school, ent = one_school, one_school.ent
    for number in range(1, 5):
        ent.add_link("5A", title=f"Activité {number} : les fractions", score_maximum=20)
    first, second = ent.line_items("5A")[:2]
    first = ent.messages.review(first)
    ent.messages.proctor(ent.links("5A")[1])
    with ent.database.writing() as connection:
        for item in (HTML, {**LINK, "embed": {"html": VIDEO}}, {**IMAGE, "icon": ICON}, FILE):
            items.store(connection, ent.school_class("5A").id, ent.tool, item, Choice().settings())
    give(ent, first.id, "lina", 15.5, "Très bon travail, relis la question 3.")
    give(ent, first.id, "tom", None, "Copie rendue le 3 novembre.")
    give(ent, second.id, "lina", 20)
    context = chromium.new_context(
        locale="fr-FR", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    requests = []
    page.on("request", lambda each: requests.append(each.url))
    class_id = ent.school_class("5A").id
    paths = {
        "sign-in": "/sign-in",
        "home": "/",
        "class": f"/classes/{class_id}",
        "gradebook": f"/classes/{class_id}/gradebook",
        "return": f"/classes/{class_id}/return?lti_msg=Fini&lti_errormsg=Panne",
        "link": f"/links/{ent.link('5A').id}",
        "problem": "/nowhere",
        "privacy": "/privacy",
        "review": f"/open/review?line_item={first.id}&user={ent.account('lina').id}",
    }
    for name, path in paths.items():
        if name == "home":
            sign_in(page, school.url, "morel")
        page.goto(school.url + path)
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": [*WCAG, "best-practice"]}})
        violations = found.response["violations"]
        assert violations == [], (name, json.dumps(violations, indent=1))
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, (name, overflow)
    elsewhere = {url for url in requests if not url.startswith((school.url, "http://127.0.0.1:"))}
    assert elsewhere == {ICON["url"], IMAGE["url"], "https://film.test/42"}, "only what a teacher embedded"
    context.close()
