"""Every screen as people meet it: in a browser, by keyboard, without scripts, in both languages, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.lti.looks import ARGUMENTS, CHROMIUM, screens
from tests.lti.school import School, open_school, served

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = ((375, 700), (700, 600), (1280, 800))


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One school for all tests that only look."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    yield opened
    opened.close()


@pytest.fixture
def own_school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Window:
    """A browser's window, and all that went wrong in it."""

    context: BrowserContext
    page: Page
    origin: str
    troubles: list[str]

    def look(self, who: str, path: str) -> Page:
        """Open a path as somebody."""
        self.context.add_cookies([{"name": "as", "value": who, "url": self.origin}])
        self.page.goto(self.origin + path)
        return self.page


@contextmanager
def window(chromium: Browser, origin: str, lang: str = "fr", **options: Any) -> Iterator[Window]:
    """A window in which requests to other hosts and errors on the console are noted."""
    context = chromium.new_context(locale=lang, **options)
    context.add_cookies([{"name": "lang", "value": lang, "url": origin}])
    page, troubles = context.new_page(), list[str]()
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((origin, "data:"))
            else troubles.append(f"another host: {request.url}")
        ),
    )
    page.on(
        "console",
        lambda message: (
            troubles.append(f"console: {message.text}")
            if message.type in ("error", "warning") and "status of 4" not in message.text
            else None
        ),
    )
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    yield Window(context, page, origin, troubles)
    context.close()


def seen_troubles(page: Page, lang: str) -> list[str]:
    """What no screen may have, whoever looks at it and however wide it is."""
    facts = page.evaluate(
        """() => ({
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            h1: document.querySelectorAll("h1").length,
            lang: document.documentElement.lang,
            title: document.title,
            small: [...document.querySelectorAll("a, button, input, select, summary, textarea")].filter(it => {
                const box = it.getBoundingClientRect();
                const inText = it.matches("a") && getComputedStyle(it).display === "inline";
                const inLabel = it.closest("label");
                return box.width > 1 && !inText && !inLabel && it.type !== "checkbox" && it.type !== "radio"
                    && (box.height < 24 || box.width < 24);
            }).map(it => it.outerHTML.slice(0, 80)),
            ids: [...document.querySelectorAll("[id]")].map(it => it.id),
        })"""
    )
    found = []
    if facts["overflow"] > 0:
        found.append(f"wider than the window by {facts['overflow']} px")
    if facts["h1"] != 1:
        found.append(f"{facts['h1']} h1")
    if facts["lang"] != lang:
        found.append(f"lang={facts['lang']}")
    if not facts["title"].endswith(" · Classeur") or facts["title"].startswith(" "):
        found.append(f"title {facts['title']!r}")
    if len(set(facts["ids"])) < len(facts["ids"]):
        found.append("an id is there twice")
    return found + [f"small target: {html}" for html in facts["small"]]


def axe_troubles(page: Page, rules: list[str]) -> list[str]:
    """What axe finds."""
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("lang", "scheme", "other", "touch"), [("fr", "light", "dark", True), ("en", "dark", "light", False)]
)
def test_every_screen_is_sound(
    school: School, chromium: Browser, lang: str, scheme: Any, other: Any, touch: bool
) -> None:
    troubles = []
    first, *wider = SIZES if touch else SIZES[::-1]
    options = {"color_scheme": scheme, "has_touch": touch, "viewport": {"width": first[0], "height": first[1]}}
    with served(school.app) as origin, window(chromium, origin, lang, **options) as there:
        for name, (who, path) in screens(school).items():
            page = there.look(who, path)
            found = seen_troubles(page, lang)
            page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
            found += [*seen_troubles(page, lang), *axe_troubles(page, WCAG)]
            page.emulate_media(color_scheme=other)
            for width, height in wider:
                page.set_viewport_size({"width": width, "height": height})
                found += seen_troubles(page, lang)
            found += axe_troubles(page, ["cat.color"])  # also the enhanced contrast, 7:1
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": first[0], "height": first[1]})
            troubles += [f"{name}: {trouble}" for trouble in dict.fromkeys([*found, *there.troubles])]
            there.troubles.clear()
    assert not troubles, "\n".join(troubles)


def reach(page: Page, target: Locator) -> None:
    """Tab to an element, as somebody does who has no mouse; its focus can be seen."""
    for _ in range(150):
        if target.evaluate("it => it === document.activeElement"):
            shown = target.evaluate("it => getComputedStyle(it.closest('.options label') ?? it).outlineStyle")
            assert shown == "solid", "the focus cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


def enter(page: Page) -> None:
    """Press Enter and wait for the page to which it leads."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page: Page, role: Any, name: str | re.Pattern[str]) -> None:
    """Tab to a button or link and press it."""
    reach(page, page.get_by_role(role, name=name, exact=isinstance(name, str)).first)
    enter(page)


def write(page: Page, label: str, text: str) -> None:
    """Tab to a field and type."""
    reach(page, page.get_by_label(label, exact=True).locator("visible=true").first)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_from_an_empty_shelf_to_a_returned_copy_by_keyboard_alone(
    own_school: School, chromium: Browser, scripts: bool
) -> None:
    with (
        served(own_school.app) as origin,
        window(chromium, origin, java_script_enabled=scripts, viewport={"width": 700, "height": 600}) as there,
    ):
        page = there.look("newcomer", "/lti/my/")
        write(page, "Titre", "La photosynthèse")
        press(page, "button", "Créer le classeur")
        write(page, "Titre du chapitre", "Les plantes")
        enter(page)
        reach(page, page.locator("summary", has_text="Ajouter une page"))
        page.keyboard.press("Enter")
        write(page, "Titre de la page", "Vivre de lumière")
        enter(page)

        write(page, "Texte", "Une feuille capte la lumière : 3 < 5.")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.type("Elle fabrique du sucre.")
        press(page, "button", "Ajouter ce bloc")
        assert page.locator(".preview p").all_inner_texts() == [
            "Une feuille capte la lumière : 3 < 5.",
            "Elle fabrique du sucre.",
        ]
        press(page, "link", "Question à choix")
        write(page, "Titre", "La lumière")
        write(page, "Question", "Que capte une feuille ?")
        for number, text in enumerate(("La lumière", "Le bruit"), 1):
            write(page, f"Réponse {number}", text)
        reach(page, page.get_by_role("checkbox", name="Juste pour la réponse 1"))
        page.keyboard.press("Space")
        assert page.get_by_role("checkbox", name="Juste pour la réponse 1").is_checked()
        press(page, "button", "Enregistrer la question")
        press(page, "button", "Descendre le bloc 1")
        assert page.locator(".block h2").all_inner_texts() == [
            "Bloc 1 sur 2 : Activité",
            "Bloc 2 sur 2 : Texte",
        ]
        press(page, "button", "Publier")
        assert "Les élèves la voient telle qu’elle est ici." in page.inner_text("main")
        press(page, "link", "Donner à la classe")
        reach(page, page.get_by_role("radio", name="Dès qu’ils rendent"))
        page.keyboard.press("ArrowDown")
        press(page, "button", "Donner la page")
        assert "Personne n’a encore rendu." in page.inner_text("main")
        follow = page.url.removeprefix(origin)

        page = there.look("pupil2", "/lti/my/work")
        press(page, "link", "Commencer : Vivre de lumière")
        reach(page, page.get_by_role("radio").first)
        page.keyboard.press("Space")
        press(page, "button", "Enregistrer et continuer plus tard")
        assert re.search(r"Enregistré à \d\d h \d\d\.", page.inner_text("#state"))
        assert page.get_by_role("radio").first.is_checked()
        press(page, "button", "Rendre")
        assert "Tu as rendu ton travail." in page.inner_text("#state")
        assert re.search(r"[0-9A-F]{8}", page.inner_text("#state"))

        page = there.look("newcomer", follow)
        press(page, "link", re.compile("Tom Berger"))
        write(page, "Commentaire (facultatif)", "Bien lu.")
        press(page, "button", "Enregistrer")
        press(page, "button", "Rendre les copies (1)")
        assert "Tout ce qui est corrigé a été rendu aux élèves." in page.inner_text("main")

        page = there.look("pupil2", "/lti/my/work")
        press(page, "link", "Voir mon résultat : Vivre de lumière")
        assert "Bien lu." in page.inner_text("main")
        assert not there.troubles
