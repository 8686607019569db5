"""The editor, its menus and dialogs: sound for assistive technology, light and dark, on a phone and with big fingers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, expect

from _build import frontend
from lti import i18n
from tests.browser import chromium as running_chromium
from tests.frontend.bundle import Paper, Site, bundled, papers, site

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEXT = (
    '<h3>Les volcans</h3><p>Un <strong>volcan</strong> et <span lang="en">lava</span>, <a href="https://a.fr">carte</a>, '
    '<code>x</code>, <span data-math="\\frac{1}{2}">\\frac{1}{2}</span>.</p><ul><li>un</li></ul><blockquote><p>Dit-il.</p></blockquote>'
    "<pre><code>y</code></pre>"
    '<table><caption>Liste</caption><thead><tr><th scope="col">Nom</th><th scope="col">Type</th></tr></thead>'
    "<tbody><tr><td>Etna</td><td>effusif</td></tr></tbody></table><p>Fin ici</p>"
)
DIALOGS = {
    "link": ("link",),
    "picture": ("picture",),
    "table": ("table",),
    "formula": ("formula",),
    "language": ("more", "language"),
    "abbreviation": ("more", "abbreviation"),
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site."""
    with site(bundled(tmp_path_factory.mktemp("text"))) as started:
        yield started


@pytest.fixture(scope="module")
def paper(chromium: Browser, running: Site) -> Any:
    """Opens a window with the editor."""
    return papers(chromium, running)


def axe(window: Paper) -> list[str]:
    """What axe finds."""
    found = Axe().run(window.page, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(
    ("lang", "scheme", "width"),
    [("fr", "light", 375), ("fr", "dark", 1000), ("en", "light", 1000), ("en", "dark", 375)],
)
def test_toolbar_menus_and_dialogs_are_sound(paper: Any, lang: str, scheme: Any, width: int) -> None:
    with paper(TEXT, lang=lang, color_scheme=scheme, viewport={"width": width, "height": 700}) as window:
        troubles = axe(window)
        window.select("Etna")
        expect(window.page.locator("[role=textbox] math")).to_be_visible()
        troubles += axe(window)
        for menu in ("style", "more", "tableTools"):
            window.press(menu)
            expect(window.page.get_by_role("menu")).to_be_visible()
            troubles += [f"{menu}: {trouble}" for trouble in axe(window)]
            window.write("<Escape>", "<Escape>")
        window.choose("tableTools", "caption")
        troubles += axe(window)
        window.write("<Escape>")
        for name, path in DIALOGS.items():
            window.fill(TEXT)
            window.select("ici")
            for command in path:
                window.page.locator(f"[data-command={command}]").last.click()
            expect(window.page.locator("dialog")).to_be_visible()
            troubles += [f"{name}: {trouble}" for trouble in axe(window)]
            submit = window.page.locator("dialog [type=submit]")
            submit.click()
            if window.page.locator("dialog .error").count():
                troubles += [f"{name} with an error: {trouble}" for trouble in axe(window)]
            if window.page.locator("dialog").count():
                window.write("<Escape>")
            expect(window.page.locator("dialog")).to_have_count(0)
        assert not troubles, "\n".join(troubles)


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_targets_are_big_enough_and_nothing_is_wider_than_the_window(
    paper: Any, touch: bool, least: int
) -> None:
    with paper(TEXT, viewport={"width": 375, "height": 700}, has_touch=touch, is_mobile=touch) as window:
        window.select("Etna")
        window.press("more")
        small, wide = window.page.evaluate(
            """least => [
                [...document.querySelectorAll(".rich button")].map(it => [it.dataset.command, it.getBoundingClientRect()])
                    .filter(([, box]) => box.width < least || box.height < least).map(([name]) => name),
                document.documentElement.scrollWidth - document.documentElement.clientWidth,
            ]""",
            least,
        )
        assert (small, wide) == ([], 0)


def test_the_words_of_the_page_are_those_of_the_script() -> None:
    source = "import { ENGLISH } from './src/text/labels.js'; process.stdout.write(JSON.stringify(ENGLISH))"
    node = frontend.Node.on_path() or frontend.Node.of_wheel()
    assert node is not None
    told = subprocess.run(
        [node.program, "--input-type=module", "-e", source],
        cwd=frontend.SOURCES,
        capture_output=True,
        check=True,
    )
    template = Environment(
        loader=FileSystemLoader(frontend.ROOT / "lti" / "templates"), autoescape=True
    ).get_template("lti/rich_labels.html")
    given = {}
    for lang in ("en", "fr"):
        rendered = template.render(_=i18n.texts(lang).gettext)
        given[lang] = json.loads(rendered[rendered.index(">") + 1 : rendered.rindex("</script>")])
    assert given["en"] == json.loads(told.stdout)
    assert {key for key in given["fr"] if given["fr"][key] == given["en"][key]} <= {
        "code",
        "fraction",
        "pi",
        "pictureNumber",
    }
