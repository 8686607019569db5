"""Every screen as people meet it: in a browser, by keyboard, without scripts, in both languages, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from binder.models import Grade
from tests.browser import chromium as running_chromium
from tests.browser import reach as tab_to
from tests.browser import violations
from tests.exporters.shelf import PNG
from tests.lti.looks import screens
from tests.lti.school import School, open_school, served
from tests.lti.somebody import somebody

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PARTS = 4
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
    with running_chromium(bare=True) as browser:
        yield browser


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


def plain(page: Page, selector: str) -> str:
    """What stands there, with ordinary spaces."""
    return ordinary(page.inner_text(selector))


def ordinary(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


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
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in violations(page, rules)
        for node in violation["nodes"]
    ]


@pytest.mark.browser
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("lang", "scheme", "touch"), [("fr", "light", True), ("en", "dark", False)])
def test_every_screen_is_sound(
    school: School, chromium: Browser, lang: str, scheme: Any, touch: bool, part: int
) -> None:
    troubles = []
    first, *others = SIZES if touch else SIZES[::-1]
    options = {
        "color_scheme": scheme,
        "has_touch": touch,
        "viewport": {"width": first[0], "height": first[1]},
    }
    with served(school.app) as origin, window(chromium, origin, lang, **options) as there:
        for name, (who, path) in list(screens(school).items())[part::PARTS]:
            page = there.look(who, path)
            found = seen_troubles(page, lang)
            page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
            found += [*seen_troubles(page, lang), *axe_troubles(page, [*WCAG, "cat.color"])]
            for width, height in others:
                page.set_viewport_size({"width": width, "height": height})
                found += seen_troubles(page, lang)
            page.set_viewport_size({"width": first[0], "height": first[1]})
            troubles += [f"{name}: {trouble}" for trouble in dict.fromkeys([*found, *there.troubles])]
            there.troubles.clear()
    assert not troubles, "\n".join(troubles)


@pytest.mark.browser
def test_scripts_add_comfort(school: School, chromium: Browser) -> None:
    path = f"/lti/my/work/{school.ids['free']}"
    with served(school.app) as origin, window(chromium, origin) as there:
        page = there.look("pupil", path)
        clear = page.get_by_role("button", name="Effacer ma réponse")
        assert not clear.is_visible()
        page.get_by_role("radio").first.check()
        clear.click()
        assert page.get_by_role("radio", checked=True).count() == 0
        assert not clear.is_visible()
        page.get_by_role("radio").first.check()
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.get_by_role("link", name="Mon travail").first.click()
        page.wait_for_url("**/my/work")
        assert asked == ["beforeunload"]

        page.goto(f"{origin}/frame?of={path}")
        page.wait_for_function("window.heights.length > 0")
        assert page.evaluate("window.heights[0]") > 500

        page.goto(f"{origin}/picked")
        page.wait_for_url("**/platform")
        assert page.inner_text("body") == "JWT=a.b.c"
        assert not there.troubles


@pytest.mark.browser
def test_the_choice_goes_back_by_its_button_where_there_are_no_scripts(
    school: School, chromium: Browser
) -> None:
    with served(school.app) as origin, window(chromium, origin, java_script_enabled=False) as there:
        there.page.goto(f"{origin}/picked")
        there.page.get_by_role("button", name="Continuer").click()
        assert there.page.inner_text("body") == "JWT=a.b.c"


def reach(page: Page, target: Locator) -> None:
    """Tab to an element; its focus can be seen."""
    tab_to(page, target)
    shown = target.evaluate("it => getComputedStyle(it.closest('.options label') ?? it).outlineStyle")
    assert shown == "solid", "the focus cannot be seen"


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


def add(page: Page, kind: str, *, scripts: bool) -> None:
    """Add a block of that kind to the page."""
    if scripts:
        reach(page, page.locator(".add-end"))
        page.keyboard.press("Enter")
        page.keyboard.type(kind)
        page.keyboard.press("Enter")
    else:
        press(page, "button", re.compile(f"^{kind}"))


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_from_an_empty_shelf_to_a_returned_copy_by_keyboard_alone(
    own_school: School, chromium: Browser, scripts: bool
) -> None:
    with (
        served(own_school.app) as origin,
        window(
            chromium, origin, java_script_enabled=scripts, viewport={"width": 700, "height": 600}
        ) as there,
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

        add(page, "Texte", scripts=scripts)
        if scripts:
            page.wait_for_function("() => document.activeElement.isContentEditable")
        else:
            reach(page, page.get_by_label("Texte", exact=True))
        page.keyboard.type("Une feuille capte la lumière : 3 < 5.")
        page.keyboard.press("Enter")
        if not scripts:
            page.keyboard.press("Enter")
        page.keyboard.type("Elle fabrique du sucre.")
        if scripts:
            page.keyboard.press("Control+s")
            page.locator("#save-state[data-state=saved]").wait_for()
        else:
            press(page, "button", "Enregistrer ce bloc")
        written = [ordinary(text) for text in page.locator(".preview p").all_text_contents()]
        assert written == ["Une feuille capte la lumière : 3 < 5.", "Elle fabrique du sucre."]
        add(page, "Activité", scripts=scripts)
        page.wait_for_url("**/activity/new*")
        press(page, "link", "Choix unique ou multiple")
        page.wait_for_url("**/activity?*")
        write(page, "Titre", "La lumière")
        if scripts:
            for _ in range(20):  # the frame around a rich text shows the focus, not the text itself
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.isContentEditable"):
                    break
            page.keyboard.type("Que capte une feuille ?")
        else:
            write(page, "Question", "Que capte une feuille ?")
        for number, text in enumerate(("La lumière", "Le bruit"), 1):
            write(page, f"Réponse {number}", text)
        reach(page, page.get_by_role("checkbox", name="Juste pour la réponse 1"))
        page.keyboard.press("Space")
        assert page.get_by_role("checkbox", name="Juste pour la réponse 1").is_checked()
        press(page, "button", "Enregistrer la question")
        reach(page, page.get_by_role("button", name="Descendre le bloc 1"))
        page.keyboard.press("Enter")
        page.locator("#blocks h2", has_text=re.compile(r"Bloc 1 sur 2\s: Activité")).wait_for()
        assert plain(page, "#blocks").index("Bloc 1 sur 2 : Activité") < plain(page, "#blocks").index(
            "Bloc 2 sur 2 : Texte"
        )
        press(page, "button", "Publier")
        assert "Les élèves la voient telle qu’elle est ici." in plain(page, "main")
        press(page, "link", "Donner à la classe")
        reach(page, page.get_by_role("radio", name="Dès qu’ils rendent"))
        page.keyboard.press("ArrowDown")
        press(page, "button", "Donner la page")
        assert "Personne n’a encore rendu." in plain(page, "main")
        follow = page.url.removeprefix(origin)

        page = there.look("pupil2", "/lti/my/work")
        press(page, "link", "Commencer : Vivre de lumière")
        reach(page, page.get_by_role("radio").first)
        page.keyboard.press("Space")
        press(page, "button", "Enregistrer et continuer plus tard")
        assert re.search(r"Enregistré à \d\d h \d\d\.", plain(page, "main"))
        assert page.get_by_role("radio").first.is_checked()
        press(page, "button", "Rendre")
        assert "Tu as rendu ton travail." in plain(page, "#state")
        assert re.search(r"[0-9A-F]{8}", plain(page, "#state"))

        page = there.look("newcomer", follow)
        press(page, "link", re.compile("Tom Berger"))
        write(page, "Commentaire (facultatif)", "Bien lu.")
        press(page, "button", "Enregistrer")
        press(page, "button", "Rendre les copies (1)")
        assert "Tout ce qui est corrigé a été rendu aux élèves." in plain(page, "main")

        page = there.look("pupil2", "/lti/my/work")
        press(page, "link", "Voir la correction : Vivre de lumière")
        assert "Bien lu." in plain(page, "main")
        assert not there.troubles


# ---- without a browser ----


def test_no_screen_has_anything_inline(school: School) -> None:
    inline = re.compile(
        r"<style|<script(?![^>]*\b(?:src=|type=.application/json))|\sstyle=|\son\w+=|javascript:",
        re.IGNORECASE,
    )
    for name, (who, path) in screens(school).items():
        assert not inline.search(somebody(school, who).open(path)), name


def test_every_form_that_posts_carries_the_token(school: School) -> None:
    for name, (who, path) in screens(school).items():
        html = somebody(school, who).open(path)
        for form in re.findall(r'<form[^>]*method="post".*?</form>', html, re.DOTALL):
            assert 'name="token"' in form, name


@pytest.mark.parametrize(
    ("who", "tabs"),
    [
        ("teacher", ["Mes classeurs", "Travail de la classe", "Bibliothèque"]),
        ("pupil", ["Mon travail", "Classeurs de la classe"]),
        ("parent", ["Le travail de mes enfants", "Classeurs de la classe"]),
        ("head", ["L’établissement"]),
        ("nobody", []),
    ],
)
def test_the_menu_holds_what_a_role_is_about(school: School, who: str, tabs: list[str]) -> None:
    html = somebody(school, who).open("/lti/my/")
    menu = re.search(r'<nav class="tabs".*?</nav>', html, re.DOTALL)
    assert re.findall(r"<a [^>]*>(.*?)</a>", menu[0] if menu else "") == tabs


def test_every_role_finds_its_first_screen_in_english_too(school: School) -> None:
    for who, words in (
        ("teacher", "My binders"),
        ("pupil", "My work"),
        ("parent", "My children’s work"),
        ("head", "The school"),
        ("nobody", "We do not know who you are"),
    ):
        assert f"<h1>{words}</h1>" in somebody(school, who, "en").open("/lti/my/")


def test_an_answer_that_is_not_returned_shows_no_solution(school: School) -> None:
    ids = school.ids
    for path in (
        f"/lti/my/work/{ids['by_hand']}",
        f"/lti/my/work/{ids['free']}",
        f"/lti/my/work/{ids['late']}",
    ):
        html = somebody(school, "pupil").open(path)
        assert 'class="activity choice"' in html
        for trace in ("Explication", 'class="feedback"', 'class="right"', 'class="missed"', "Pas juste"):
            assert trace not in html, path


def test_words_of_people_are_escaped(own_school: School) -> None:
    teacher = somebody(own_school, "newcomer")
    teacher.open("/lti/my/binders")
    teacher.send(
        "/lti/my/binders", title="<script>alert(1)</script>", description="<b>x</b> https://example.org/"
    )
    assert "<script>alert" not in teacher.html
    assert "&lt;script&gt;alert(1)" in teacher.html
    assert 'href="https://example.org/"' in teacher.html
    assert "&lt;b&gt;x&lt;/b&gt;" in teacher.html


def test_a_title_that_is_missing_is_asked_for_in_words(own_school: School) -> None:
    teacher = somebody(own_school, "newcomer")
    teacher.open("/lti/my/binders")
    html = teacher.send("/lti/my/binders", title=" ", description="Gardé")
    assert teacher.status == 422
    assert "il manque un titre" in html
    assert 'aria-invalid="true" aria-describedby="new-title-error"' in html
    assert ">Gardé</textarea>" in html


def test_a_file_that_is_no_binder_is_refused_in_words(own_school: School) -> None:
    teacher = somebody(own_school, "newcomer")
    teacher.open("/lti/my/binders")
    html = teacher.send("/lti/my/binders/import", file=(BytesIO(b"not a zip"), "x.zip"))
    assert "ce fichier ne vient pas de Classeur" in html
    assert teacher.status == 422


def test_a_picture_without_words_is_kept_and_says_that_they_are_missing(own_school: School) -> None:
    page = f"/lti/my/pages/{own_school.ids['draft']}"
    teacher = somebody(own_school, "teacher")
    teacher.open(f"{page}/edit")
    html = teacher.send(f"{page}/blocks", type="image", caption="Une légende", file=(BytesIO(PNG), "a.png"))
    assert teacher.status == 200
    assert 'alt="Image sans description"' in html
    assert 'value="Une légende"' in html
    block = re.findall(r'data-block="(\w+)" data-kind="image"', html)[-1]
    resource = re.findall(r'name="resource" value="([^"]+)"', html)[-1]
    html = teacher.send(
        f"{page}/blocks/{block}", caption="Une légende", alt="Un point", resource=resource, action="save"
    )
    assert teacher.status == 200
    assert 'alt="Un point"' in html
    assert "Image sans description" not in html


def test_two_people_in_one_block_lose_nothing(own_school: School) -> None:
    page = f"/lti/my/pages/{own_school.ids['page']}"
    teacher = somebody(own_school, "teacher")
    block = re.search(r'id="b-(\w+)"', teacher.open(f"{page}/edit"))
    assert block
    base = teacher.field("base")
    teacher.send(f"{page}/blocks/{block[1]}", base=base, html="De l’une")
    html = teacher.send(f"{page}/blocks/{block[1]}", base=base, html="De l’autre")
    assert teacher.status == 409
    assert "les deux versions sont là" in html
    assert ">De l’autre</textarea>" in html
    assert "<p>De l’une</p>" in html
    html = teacher.send(f"{page}/blocks/{block[1]}", base=teacher.field("base"), html="Des deux")
    assert teacher.status == 200
    assert "<p>Des deux</p>" in html


def test_a_question_that_is_not_whole_keeps_what_was_typed(own_school: School) -> None:
    path = f"/lti/my/pages/{own_school.ids['page']}/activity"
    teacher = somebody(own_school, "teacher")
    teacher.open(path)
    typed = {
        "title": "Essai",
        "prompt": "2 < 3 ?",
        "option": ["oui", "non"],
        "option_id": ["", ""],
        "option_feedback": ["", "Regarde mieux."],
        "points": "trois",
    }
    html = teacher.send(path, action="save", **typed)
    assert teacher.status == 422
    assert "un nombre est attendu" in html
    for kept in (
        'value="oui"',
        'value="non"',
        'value="Regarde mieux."',
        ">2 &lt; 3 ?</textarea>",
        'value="Essai"',
    ):
        assert kept in html
    html = teacher.send(path, action="more", **typed)
    assert html.count('name="option"') > 4
    html = teacher.send(path, action="save", **{**typed, "points": "1,5", "correct": "0"})
    assert teacher.status == 200
    assert "1,5 point" in html


def test_dates_the_wrong_way_round_are_told_in_words(own_school: School) -> None:
    path = f"/lti/my/pages/{own_school.ids['page']}/give"
    teacher = somebody(own_school, "teacher")
    teacher.open(path)
    html = teacher.send(
        path, opens_at="2027-01-02T08:00", due_at="2027-01-01T08:00", max_attempts="3", release="by_hand"
    )
    assert "la date limite est avant l’ouverture" in html
    assert 'value="2027-01-02T08:00"' in html
    assert 'value="3"' in html


def test_more_points_than_there_are_is_told_in_words(own_school: School) -> None:
    path = f"/lti/my/copies/{own_school.ids['copy']}"
    teacher = somebody(own_school, "teacher")
    teacher.open(path)
    html = teacher.send(path, score_given="7", comment="Gardé")
    assert teacher.status == 422
    assert "de 0 à 1" in html
    assert ">Gardé</textarea>" in html


def test_points_that_are_shown_rounded_stay_exact_when_only_a_comment_is_written(own_school: School) -> None:
    ids = own_school.ids
    with own_school.begin() as session:
        grade = session.scalars(sa.select(Grade).where(Grade.attempt_id == ids["unreturned"])).one()
        grade.score_given = Fraction(1, 3)
    teacher = somebody(own_school, "teacher")
    teacher.open(f"/lti/my/copies/{ids['unreturned']}")
    assert teacher.field("score_shown") == "0,33"
    teacher.send(
        f"/lti/my/copies/{ids['unreturned']}", score_given="0,33", score_shown="0,33", comment="Bien."
    )
    with own_school.begin() as session:
        newest = session.scalars(sa.select(Grade).where(Grade.comment == "Bien.")).one()
        assert newest.score_given == Fraction(1, 3)


def _answers(html: str) -> list[tuple[str, str]]:
    return re.findall(r'name="([\w-]+\.choices)" value="(\w+)"', html)


def test_answers_of_an_old_tab_stay_in_the_form(own_school: School) -> None:
    path = f"/lti/my/work/{own_school.ids['free']}"
    pupil = somebody(own_school, "pupil")
    (name, first), (_, second), *_ = _answers(pupil.open(path))
    sent = {"revision": pupil.field("revision"), "number": "1", "seq": "0", "action": "save"}
    pupil.send(path, **sent, **{name: first})
    assert "Enregistré à" in pupil.html
    html = pupil.send(path, **sent, **{name: second})
    assert pupil.status == 409
    assert "dans un autre onglet" in html
    assert re.search(rf'value="{second}" checked', html)
    html = pupil.send(path, **{**sent, "seq": pupil.field("seq")}, **{name: second})
    assert pupil.status == 200
    assert re.search(rf'value="{second}" checked', html)


def test_a_second_attempt_that_cannot_be_saved_keeps_its_answers(own_school: School) -> None:
    path = f"/lti/my/work/{own_school.ids['marked']}"
    pupil = somebody(own_school, "pupil")
    (name, value), *_ = _answers(pupil.open(f"{path}?again=1"))
    assert pupil.field("number") == "2"
    sent = {"revision": pupil.field("revision"), "action": "save", "seq": "0"}
    html = pupil.send(path, **sent, number="3", **{name: value})
    assert pupil.status == 422
    assert re.search(rf'value="{value}" checked', html)
    pupil.send(path, **sent, number="2", **{name: value})
    assert pupil.status == 200
    assert re.search(rf'value="{value}" checked', pupil.html)


def test_a_second_click_shows_the_first_receipt(own_school: School) -> None:
    path = f"/lti/my/work/{own_school.ids['free']}"
    pupil = somebody(own_school, "pupil")
    (name, value), *_ = _answers(pupil.open(path))
    sent = {"revision": pupil.field("revision"), "number": "1", "seq": "0", "action": "hand-in", name: value}
    token = pupil.field("token")
    receipts = []
    for _ in range(2):
        pupil.html = f'name="token" value="{token}"'
        found = re.search(r"<code>([0-9A-F]{8})</code>", pupil.send(path, **sent))
        receipts.append(found and found[1])
    assert receipts[0] is not None
    assert receipts[0] == receipts[1]


def test_an_error_page_says_what_to_do_and_leads_on(school: School) -> None:
    pupil = somebody(school, "pupil")
    html = pupil.open(f"/lti/my/work/{school.ids['later']}")
    assert pupil.status == 403
    assert "<h1>Pas encore ouvert</h1>" in html
    assert "Mon travail</a>" in html
    assert "Référence" in html


def test_the_states_of_a_grade_on_its_way_are_told(school: School) -> None:
    html = somebody(school, "teacher").open(f"/lti/my/given/{school.ids['marked']}")
    for words in ("Envoyé", "En attente", "Refusé", "insufficient scope", "Renvoyer"):
        assert words in html


def test_a_family_sees_only_what_was_returned(school: School) -> None:
    ids = school.ids
    parent = somebody(school, "parent")
    html = parent.open(f"/lti/my/family/{ids['child']}/work/{ids['marked']}")
    assert "Bravo Inès" in html
    html = parent.open(f"/lti/my/family/{ids['child']}/work/{ids['by_hand']}")
    assert "Le travail est rendu." in html
    assert "0,25" not in html
    assert "<form" not in html


def test_every_format_is_offered_with_its_losses_and_taken_away(school: School) -> None:
    path = f"/lti/my/binders/{school.ids['binder']}/export"
    teacher = somebody(school, "teacher")
    html = teacher.open(path)
    assert "ne le donnez pas aux élèves" in html
    token = teacher.field("token")
    for name in re.findall(r'name="format" value="([\w-]+)"', html):
        response = teacher.client.post(path, data={"token": token, "format": name})
        assert response.status_code == 200
        assert "attachment" in response.headers["Content-Disposition"]
        assert ".." not in response.headers["Content-Disposition"]
        response.close()
