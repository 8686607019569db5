"""What the scripts of every page do, in a browser: heights, embeds, guards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page, Route

from lti.views.assets import DIST
from tests.browser import chromium as running_chromium
from tests.lti.school import served

EMBED = (
    '<div class="embed" data-embed-src="https://embed.test/film" data-embed-title="L’eau">'
    '<a href="https://embed.test/film" target="_blank" rel="noopener">L’eau</a>'
    '<p class="embed-note">Rien n’est encore chargé.</p></div>'
)
TWO_FORMS = """
<form data-guard action="/sent" method="get"><input id="text" name="text"><button id="send">Send</button></form>
<div id="place"></div><a id="away" href="/page?away">Away</a>
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


def app_with(body: str, attributes: str = "") -> Flask:
    """Pages with the reader alone, under the policy for scripts that the tool has."""
    app = Flask("pages", static_folder=str(DIST), static_url_path="/dist")
    reader = json.loads((DIST / "manifest.json").read_text())["reader.js"]["file"]

    @app.get("/page")
    def page() -> Response:
        html = (
            '<!doctype html><html lang="fr"><title>page</title><link rel="icon" href="data:,">'
            f'<script type="module" src="/dist/{reader}"></script>'
            f'<body data-embed-show="Afficher ici « {{title}} » (depuis {{host}})" {attributes}>{body}</body>'
        )
        policy = "default-src 'none'; script-src 'self'; img-src data:; frame-src https://embed.test"
        return Response(html, headers={"Content-Security-Policy": policy})

    @app.get("/sent")
    def sent() -> str:
        return "sent"

    @app.get("/frame")
    def frame() -> str:
        return (
            "<!doctype html><title>ENT</title><link rel=icon href='data:,'><script>told = [];"
            "addEventListener('message', it => told.push(it.data))</script><iframe src='/page'></iframe>"
        )

    return app


@contextmanager
def opened(
    chromium: Browser, app: Flask, path: str = "/page", **options: bool
) -> Iterator[tuple[Page, list[str]]]:
    """The page, and the addresses that it asked of other sites."""
    with served(app) as origin:
        context = chromium.new_context(**options)
        asked: list[str] = []

        def answer(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(body="<!doctype html><title>film</title>film", content_type="text/html")

        context.route("https://**/*", answer)
        page = context.new_page()
        page.goto(origin + path)
        yield page, asked
        context.close()


@pytest.mark.browser
def test_an_embed_asks_nothing_of_its_site_before_its_button_is_pressed(chromium: Browser) -> None:
    with opened(chromium, app_with(EMBED)) as (page, asked):
        button = page.get_by_role("button", name="Afficher ici « L’eau » (depuis embed.test)")
        button.wait_for()
        assert page.locator("iframe").count() == 0
        assert not asked
        assert button.evaluate(
            "it => document.getElementById(it.getAttribute('aria-describedby')).textContent"
        )
        button.focus()
        page.keyboard.press("Enter")
        page.frame_locator("iframe").get_by_text("film").wait_for()
        assert asked == ["https://embed.test/film"]
        frame = page.locator(".embed iframe")
        assert {
            name: frame.get_attribute(name) for name in ("sandbox", "referrerpolicy", "loading", "title")
        } == {
            "sandbox": "allow-scripts allow-same-origin allow-popups allow-presentation",
            "referrerpolicy": "no-referrer",
            "loading": "lazy",
            "title": "L’eau",
        }
        assert frame.evaluate("it => it === document.activeElement"), "the focus follows what was asked for"
        assert page.get_by_role("link", name="L’eau").is_visible()
        assert page.locator(".embed-note").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    "address", ["http://embed.test/film", "javascript:alert(1)", "/page", "https:", "not an address"]
)
def test_an_embed_of_any_other_address_stays_a_link(chromium: Browser, address: str) -> None:
    body = EMBED.replace('src="https://embed.test/film"', f'src="{address}"') + EMBED
    with opened(chromium, app_with(body)) as (page, _):
        page.get_by_role("button").wait_for()
        assert page.locator(".embed").first.locator("button").count() == 0
        assert page.get_by_role("link", name="L’eau").count() == 2


@pytest.mark.browser
def test_an_embed_of_our_own_site_stays_a_link(chromium: Browser) -> None:
    """It could take its own sandbox away. The page itself is at an https address here."""
    app = app_with(EMBED.replace("embed.test", "own.test") + EMBED)
    context = chromium.new_context()
    client = app.test_client()

    def answer(route: Route) -> None:
        got = client.get(route.request.url.removeprefix("https://own.test"), buffered=True)
        route.fulfill(body=got.data, headers=dict(got.headers))

    context.route("https://own.test/**", answer)
    page = context.new_page()
    page.goto("https://own.test/page")
    page.get_by_role("button", name="(depuis embed.test)").wait_for()
    assert page.get_by_role("button").count() == 1
    context.close()


@pytest.mark.browser
def test_an_embed_that_came_later_gets_its_button_when_that_is_said(chromium: Browser) -> None:
    with opened(chromium, app_with(f"<div id=place></div>{EMBED}")) as (page, _):
        page.get_by_role("button").wait_for()
        page.evaluate(
            """html => {
                const place = document.getElementById("place");
                place.innerHTML = html;
                place.dispatchEvent(new Event("renewed", { bubbles: true }));
                document.body.dispatchEvent(new Event("renewed", { bubbles: true }));
            }""",
            EMBED,
        )
        assert page.get_by_role("button").count() == 2
        described = page.get_by_role("button").evaluate_all(
            "all => all.map(it => it.getAttribute('aria-describedby'))"
        )
        assert len(set(described)) == 2


@pytest.mark.browser
def test_without_scripts_an_embed_is_a_link(chromium: Browser) -> None:
    with opened(chromium, app_with(EMBED), java_script_enabled=False) as (page, asked):
        assert page.get_by_role("link", name="L’eau").get_attribute("href") == "https://embed.test/film"
        assert page.get_by_role("button").count() == 0
        assert not asked


@pytest.mark.browser
def test_the_platform_hears_of_the_height_only_where_the_page_wants_that(chromium: Browser) -> None:
    tall = '<div style="height:900px"></div><svg width="10" height="1000"></svg>' + EMBED
    with opened(chromium, app_with(tall, "data-resize"), "/frame") as (page, _):
        page.wait_for_function("told.length > 0")
        first = page.evaluate("told[0]")
        assert first["subject"] == "lti.frameResize"
        assert first["height"] > 1000
        page.frames[1].evaluate("document.querySelector('svg').setAttribute('height', 2000)")
        page.wait_for_function("told.some(it => it.height > 2000)")
    with opened(chromium, app_with(tall), "/frame") as (page, _):
        page.frame_locator("iframe").get_by_role("button").wait_for()  # the scripts have run
        page.frames[1].evaluate(
            "() => { parent.postMessage({ subject: 'last' }, '*'); }"  # messages arrive in their order
        )
        page.wait_for_function("told.some(it => it.subject === 'last')")
        assert page.evaluate("told.length") == 1


@pytest.mark.browser
def test_leaving_is_asked_about_only_while_something_is_unsaved(chromium: Browser) -> None:
    with opened(chromium, app_with(TWO_FORMS + EMBED)) as (page, _):
        page.get_by_role("button", name="Afficher ici").wait_for()
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

        def leave() -> int:
            before = len(asked)
            with page.expect_navigation():
                page.click("#away")
            page.get_by_role("button", name="Afficher ici").wait_for()
            return len(asked) - before

        assert leave() == 0
        page.fill("#text", "a")
        assert leave() == 1
        page.fill("#text", "a")
        saved = "document.querySelector('form').dispatchEvent(new Event('saved', { bubbles: true }))"
        page.evaluate(saved)
        assert leave() == 0, "a script has saved it"
        page.fill("#text", "a")
        page.evaluate(saved)
        page.fill("#text", "ab")
        assert leave() == 1, "written in since"
        page.fill("#text", "a")
        page.evaluate("document.querySelector('form').remove()")
        assert leave() == 0, "taken away on purpose"
        page.evaluate(
            "document.querySelector('#place').innerHTML = '<form data-guard><input id=late></form>'"
        )
        page.fill("#late", "a")
        assert leave() == 1, "put in later"
        page.fill("#text", "a")
        page.click("#send")
        page.wait_for_url("**/sent?text=a")
        assert len(asked) == 3


@pytest.mark.browser
def test_a_form_is_sent_once_however_often_one_clicks(chromium: Browser) -> None:
    with opened(chromium, app_with(TWO_FORMS + EMBED)) as (page, _):
        page.get_by_role("button", name="Afficher ici").wait_for()
        page.evaluate(
            """() => {
                window.went = [];
                const form = document.querySelector("form");
                form.target = "elsewhere";  // so that this page stays
                window.addEventListener("submit", (event) => {
                    went.push(!event.defaultPrevented);
                    event.preventDefault();
                });
            }"""
        )
        page.click("#send")
        page.locator("#send").dispatch_event("click")
        assert page.evaluate("went") == [True, False]
        assert page.locator("#send").get_attribute("aria-disabled") == "true"


@pytest.mark.browser
def test_a_form_that_another_script_sends_is_left_to_it(chromium: Browser) -> None:
    with opened(chromium, app_with(TWO_FORMS + EMBED)) as (page, _):
        page.get_by_role("button", name="Afficher ici").wait_for()
        page.evaluate(
            """() => {
                window.taken = 0;
                document.addEventListener("submit", (event) => { taken += 1; event.preventDefault(); });
            }"""
        )
        page.click("#send")
        page.click("#send")
        assert page.evaluate("taken") == 2
        assert page.locator("form").get_attribute("data-sent") is None
