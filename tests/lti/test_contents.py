"""The table of contents as teachers meet it: with forms alone, and in a browser by keyboard, by mouse, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from binder.access import Viewer
from binder.clock import now
from binder.content import authoring
from binder.models import Page as PageRow
from binder.models import Section
from lti.i18n import texts
from tests.browser import chromium as running_chromium
from tests.lti.school import School, open_school, served
from tests.lti.somebody import Somebody, somebody
from tests.lti.test_pages import WCAG, axe_troubles, plain, reach, seen_troubles, window

CHAPTERS = {"Un": ("Alpha", "Bêta", "Gamma"), "Deux": ("Delta", "Epsilon"), "Trois": ()}


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own, with a binder of three chapters."""
    opened = open_school(sqlite_template, tmp_path)
    teacher = opened.people["teacher"]
    with opened.begin() as session:
        binder = authoring.create_binder(session, teacher, title="Rangement")
        opened.ids["shelf"] = binder.id
        for chapter, pages in CHAPTERS.items():
            section = authoring.add_section(session, teacher, binder.id, title=chapter)
            opened.ids[chapter] = section.id
            for title in pages:
                opened.ids[title] = authoring.add_page(session, teacher, section.id, title=title).id
    yield opened
    opened.close()


@pytest.fixture
def teacher(school: School) -> Somebody:
    """The teacher at the table of contents."""
    person = somebody(school, "teacher", "fr")
    person.open(path(school))
    return person


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


def path(school: School, more: str = "") -> str:
    return f"/lti/my/binders/{school.ids['shelf']}{more}"


def order(school: School) -> str:
    """The binder as `Un(Alpha Bêta) Deux()`."""
    with school.begin() as session:
        binder = authoring.own_binder(session, school.people["teacher"], school.ids["shelf"])

        def told(section: Section) -> str:
            inside = [page.title for page in section.pages] + [told(part) for part in section.sections]
            return f"{section.title}({' '.join(inside)})"

        return " ".join(told(chapter) for chapter in binder.chapters)


def do(school: School, teacher: Somebody, verb: str, *names: str, **fields: Any) -> str:
    """Press a button beside a part; what the screen says then."""
    name = " ".join(
        f"{'s' if name in CHAPTERS else 'p'}-{school.ids[name]}" if name in school.ids else name
        for name in names
    )
    html = teacher.send(path(school, "/contents"), do=f"{verb} {name}".strip(), **fields)
    found = re.search(r'id="said" role="status">\s*<div[^>]*>\s*<p>(.*?)</p>', html, re.DOTALL)
    return found[1] if found else ""


def test_up_and_down_say_where_the_page_stands_now(school: School, teacher: Somebody) -> None:
    assert do(school, teacher, "up", "Gamma") == (
        "Page « Gamma » déplacée en position 2 sur 3 du chapitre 1, « Un »."
    )
    assert order(school) == "Un(Alpha Gamma Bêta) Deux(Delta Epsilon) Trois()"
    assert do(school, teacher, "down", "Bêta") == (
        "Page « Bêta » déplacée en position 1 sur 3 du chapitre 2, « Deux »."
    )
    assert do(school, teacher, "down", "Un") == "Chapitre « Un » déplacé en position 2 sur 3."
    assert order(school) == "Deux(Bêta Delta Epsilon) Un(Alpha Gamma) Trois()"


def test_after_an_action_one_is_back_at_the_row(school: School, teacher: Somebody) -> None:
    token = re.search(r'name="token" value="([\w-]+)"', teacher.html)
    assert token
    name = f"p-{school.ids['Gamma']}"
    answer = teacher.client.post(path(school, "/contents"), data={"token": token[1], "do": f"up {name}"})
    assert answer.status_code == 303
    assert answer.location.endswith(f"#{name}")


def test_a_place_is_chosen_in_a_list_of_all_places(school: School, teacher: Somebody) -> None:
    place = f"/lti/my/pages/{school.ids['Alpha']}/place"
    html = teacher.open(place)
    assert '<optgroup label="2 Deux">' in html
    assert "2. Après « Delta »" in html
    teacher.send(place, do="move", to=f"after p-{school.ids['Delta']}")
    assert order(school) == "Un(Bêta Gamma) Deux(Delta Alpha Epsilon) Trois()"
    teacher.send(place, do="move", to=f"in s-{school.ids['Trois']}")
    assert order(school) == "Un(Bêta Gamma) Deux(Delta Epsilon) Trois(Alpha)"
    teacher.send(place, do="move", to=f"after p-{school.ids['Alpha']}")
    assert order(school) == "Un(Bêta Gamma) Deux(Delta Epsilon) Trois(Alpha)"


def test_a_page_moves_behind_a_later_one_of_its_own_chapter(school: School, teacher: Somebody) -> None:
    place = f"/lti/my/pages/{school.ids['Alpha']}/place"
    teacher.send(place, do="move", to=f"after p-{school.ids['Bêta']}")
    assert order(school) == "Un(Bêta Alpha Gamma) Deux(Delta Epsilon) Trois()"


def test_chapters_move_and_go_into_each_other(school: School, teacher: Somebody) -> None:
    place = f"/lti/my/sections/{school.ids['Trois']}/place"
    teacher.open(place)
    teacher.send(place, do="move", to="in")
    assert order(school).startswith("Trois() Un(")
    teacher.send(place, do="move", to=f"after s-{school.ids['Un']}")
    assert order(school) == "Un(Alpha Bêta Gamma) Trois() Deux(Delta Epsilon)"
    html = teacher.send(place, do="move", to=f"in s-{school.ids['Deux']}")
    assert order(school) == "Un(Alpha Bêta Gamma) Deux(Delta Epsilon Trois())"
    assert "Section « Trois » déplacée en position 1 sur 1 du chapitre 2, « Deux »." in html
    html = teacher.send(
        f"/lti/my/sections/{school.ids['Deux']}/place", do="move", to=f"in s-{school.ids['Trois']}"
    )
    assert teacher.status == 422
    assert "une section ne peut pas se ranger dans elle-même" in html


def test_a_title_that_is_none_keeps_what_was_typed(school: School, teacher: Somebody) -> None:
    place = f"/lti/my/sections/{school.ids['Un']}/place"
    html = teacher.send(place, do="rename", title="x" * 300)
    assert teacher.status == 422
    assert "x" * 300 in html
    html = teacher.send(place, do="rename", title="L’été")
    assert "Nouveau titre : « L’été »." in html
    html = teacher.send(f"/lti/my/pages/{school.ids['Alpha']}/place", do="rename", title="Premier")
    assert order(school).startswith("L’été(Premier Bêta")
    html = teacher.send(path(school, "/pages"), section=school.ids["Un"], title="y" * 300)
    assert teacher.status == 422
    assert "y" * 300 in html


def test_a_page_is_hidden_shown_and_planned(school: School, teacher: Somebody) -> None:
    assert do(school, teacher, "publish", "Un") == "3 pages publiées."
    assert do(school, teacher, "publish", "Un") == "Tout était déjà publié."
    assert do(school, teacher, "hide", "Alpha") == "« Alpha » est maintenant masqué aux élèves."
    assert re.search(r"Alpha</a></span> <span class=\"chip closed\">Masqué", teacher.html)
    assert do(school, teacher, "show", "Alpha") == "« Alpha » n’est plus masqué."
    do(school, teacher, "hide", "Un")
    assert "Masqué avec son chapitre" in teacher.html
    assert do(school, teacher, "show", "Alpha") == "« Alpha » reste masqué, avec son chapitre."
    place = f"/lti/my/pages/{school.ids['Delta']}/place"
    soon = texts("fr").input_value(now() + timedelta(days=3))
    html = teacher.send(place, do="show", visible="from", visible_from="bientôt")
    assert teacher.status == 422
    assert "bientôt" in html
    assert re.search(r'value="from" checked', html)
    do(school, teacher, "publish")
    html = teacher.send(place, do="show", visible="from", visible_from=soon)
    assert "Les élèves verront « Delta » à partir du" in html
    assert "Programmé le" in html
    html = teacher.send(place, do="show", visible="hidden")
    assert "« Delta » est maintenant masqué" in html


def test_copies_say_where_they_are(school: School, teacher: Somebody) -> None:
    said = do(school, teacher, "duplicate", "Alpha")
    assert said == "La copie de « Alpha » se trouve juste après."
    do(school, teacher, "duplicate", "Deux")
    assert order(school) == ("Un(Alpha Alpha Bêta Gamma) Deux(Delta Epsilon) Deux(Delta Epsilon) Trois()")
    with school.begin() as session:
        there = session.scalars(sa.select(Section).where(Section.binder_id == school.ids["binder"])).first()
        assert there
    html = teacher.send(f"/lti/my/pages/{school.ids['Alpha']}/place", do="copy", there=there.id)
    assert "Voici la copie de « Alpha »." in html
    assert "Le cycle de l’eau</h1>" in html
    html = teacher.send(f"/lti/my/sections/{school.ids['Un']}/place", do="copy", there=school.ids["binder"])
    assert "Voici la copie de « Un »." in html


def test_a_deleted_page_comes_back_by_undo_or_from_the_trash(school: School, teacher: Somebody) -> None:
    said = do(school, teacher, "delete", "Bêta")
    assert said.startswith("« Bêta » est dans la corbeille jusqu’au ")
    assert order(school).startswith("Un(Alpha Gamma)")
    html = teacher.send(path(school, "/trash"), at=teacher.field("at"))
    assert "C’est revenu à sa place." in html
    assert order(school).startswith("Un(Alpha Bêta Gamma)")
    do(school, teacher, "delete", "Un")
    assert "Corbeille (1)" in teacher.html
    html = teacher.open(path(school, "/trash"))
    assert "Chapitre ou section · 3 pages" in html
    html = teacher.send(path(school, "/trash"), part=f"s-{school.ids['Un']}")
    assert "Chapitre « Un » déplacé en position 1 sur 3." in html
    assert order(school) == "Un(Alpha Bêta Gamma) Deux(Delta Epsilon) Trois()"


def test_a_binder_comes_back_by_undo_or_from_the_trash(school: School, teacher: Somebody) -> None:
    html = teacher.send(path(school, "/delete"))
    assert "« Rangement » est dans la corbeille pour 30 jours." in html
    assert ">Rangement</a>" not in html
    assert teacher.client.get(path(school)).status_code == 404
    html = teacher.open("/lti/my/trash")
    assert "Rangement" in html
    html = teacher.send(path(school, "/restore"))
    assert "Rangement</h1>" in html


def test_ticked_pages_are_dealt_with_together(school: School, teacher: Somebody) -> None:
    def ticked(verb: str, *titles: str, **more: Any) -> str:
        return do(school, teacher, verb, "ticked", page=[school.ids[title] for title in titles], **more)

    assert ticked("publish", "Alpha", "Delta") == "2 pages publiées."
    assert ticked("hide", "Alpha", "Delta") == "2 pages sont maintenant masquées aux élèves."
    assert ticked("show", "Alpha") == "1 page n’est plus masquée."
    ticked("move", "Gamma", "Alpha", "Delta")
    assert "3 pages, dans cet ordre :" in teacher.html
    assert teacher.html.index(">Alpha<") < teacher.html.index(">Gamma<")
    said = ticked("move", "Gamma", "Alpha", "Delta", to=f"in s-{school.ids['Trois']}")
    assert said.startswith("3 pages déplacées. Page « Alpha » déplacée en position 1 sur 3 du chapitre 3")
    assert order(school) == "Un(Bêta) Deux(Epsilon) Trois(Alpha Gamma Delta)"
    ticked("schedule", "Gamma", "Alpha")
    assert 'name="visible_from"' in teacher.html
    ticked("schedule", "Gamma", "Alpha", visible_from="hier")
    assert teacher.status == 422
    assert "une date et une heure" in teacher.html
    ticked("schedule", "Gamma", "Alpha", visible_from="2031-03-04T08:00")
    assert teacher.html.count("2031") >= 2
    assert ticked("delete", "Alpha", "Epsilon").startswith("2 pages sont dans la corbeille jusqu’au ")
    teacher.send(path(school, "/trash"), at=teacher.field("at"))
    assert order(school) == "Un(Bêta) Deux(Epsilon) Trois(Alpha Gamma Delta)"
    ticked("delete")
    assert teacher.status == 422
    assert "cochez au moins une page" in teacher.html


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "explode p-x"},
        {"do": ""},
        {"do": "up q-00000000-0000-0000-0000-000000000000"},
        {"do": "up p-00000000-0000-0000-0000-000000000000"},
        {"do": "move ALPHA", "to": "after"},
        {"do": "move ALPHA", "to": "up p-00000000-0000-0000-0000-000000000000"},
        {"do": "explode ticked", "page": "ALPHA"},
    ],
)
def test_what_is_no_action_is_not_found(school: School, teacher: Somebody, fields: dict[str, str]) -> None:
    alpha = str(school.ids["Alpha"])
    ready = {
        name: value.replace("move ALPHA", f"move p-{alpha}").replace("ALPHA", alpha)
        for name, value in fields.items()
    }
    teacher.send(path(school, "/contents"), **ready)
    assert teacher.status == 404
    teacher.open(path(school))
    teacher.send(f"/lti/my/pages/{alpha}/place", do="explode")
    assert teacher.status == 404


@pytest.mark.parametrize(
    "query",
    [
        "said=moved",
        "said=deleted&at=x",
        "said=deleted&at=9999-12-31",
        "said=moved&part=p-x",
        "said=zzz&part=p-x",
    ],
)
def test_an_address_that_says_nothing_true_says_nothing(
    school: School, teacher: Somebody, query: str
) -> None:
    html = teacher.open(path(school, f"?{query}"))
    assert teacher.status == 200
    assert 'class="note good' not in html


def test_what_an_address_says_is_only_text(school: School, teacher: Somebody) -> None:
    html = teacher.open(path(school, "?said=deleted&at=2026-01-01T00:00%2B00:00&title=<b>x</b>"))
    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_a_template_is_looked_at_and_becomes_a_binder(school: School, teacher: Somebody) -> None:
    html = teacher.open("/lti/my/templates")
    assert html.index("Cahier de leçons") < html.index("Lesson sequence")
    html = teacher.open("/lti/my/templates?name=voyage-scolaire")
    assert "Mon carnet de bord" in html
    html = teacher.send("/lti/my/templates", template="voyage-scolaire", title="Rome 2027")
    assert "Rome 2027</h1>" in html
    assert "La valise" in html
    html = teacher.open("/lti/my/templates?name=nothing")
    assert "Partir d’un modèle</h1>" in html
    english = somebody(school, "teacher", "en")
    html = english.open("/lti/my/templates")
    assert html.index("Lesson sequence") < html.index("Cahier de leçons")
    html = english.open("/lti/my/templates?name=lesson-sequence")
    english.send("/lti/my/templates", template="nothing")
    assert english.status == 404


def test_the_contents_lead_to_what_is_to_mark(school: School) -> None:
    html = somebody(school, "teacher").open(f"/lti/my/binders/{school.ids['fractions']}")
    link = re.search(rf'href="/lti/my/given/{school.ids["by_hand"]}"[^>]*>([^<]*)<', html)
    assert link
    assert link[1] == "3/6 rendus · 3 à corriger"


def test_five_hundred_pages_take_as_many_queries_as_five(school: School, teacher: Somebody) -> None:
    def statements() -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        sa.event.listen(school.engine, "before_cursor_execute", note)
        teacher.open(path(school))
        sa.event.remove(school.engine, "before_cursor_execute", note)
        return len(seen)

    few = statements()
    viewer: Viewer = replace(school.people["teacher"])
    with school.begin() as session:
        for number in range(500):
            session.add(
                PageRow(
                    tenant_id=viewer.tenant_id,
                    binder_id=school.ids["shelf"],
                    section_id=school.ids[("Un", "Deux", "Trois")[number % 3]],
                    title=f"Page {number}",
                    position=number + 10,
                )
            )
    assert statements() == few <= 12
    assert "Page 499" in teacher.html


def names(page: Page) -> str:
    return " ".join(page.locator(".leaf .name").all_inner_texts())


@pytest.mark.browser
def test_the_whole_screen_by_keyboard_alone(school: School, chromium: Browser) -> None:
    with (
        served(school.app) as origin,
        window(chromium, origin, viewport={"width": 700, "height": 600}) as there,
    ):
        page = there.look("teacher", path(school))
        page.wait_for_selector(".fold")
        down = page.get_by_role("button", name="Descendre : Alpha")
        reach(page, down)
        for place in ("2 sur 3 du chapitre 1", "3 sur 3 du chapitre 1", "1 sur 3 du chapitre 2"):
            page.keyboard.press("Enter")
            page.get_by_role("status").get_by_text(place).wait_for()
            assert down.evaluate("it => it === document.activeElement"), "focus was lost"
        assert names(page) == "Bêta Gamma Alpha Delta Epsilon"
        # the menu of a row: opened, left by Escape, opened again, a page deleted, and had back
        menu = page.locator(f"#p-{school.ids['Delta']} .menu > summary")
        reach(page, menu)
        page.keyboard.press("Enter")
        assert page.get_by_role("button", name="Supprimer").locator("visible=true").count() == 1
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert menu.evaluate("it => it === document.activeElement")
        page.keyboard.press("Enter")
        delete = page.locator(f"#p-{school.ids['Delta']}").get_by_role("button", name="Supprimer")
        reach(page, delete)
        page.keyboard.press("Enter")
        undo = page.get_by_role("button", name="Annuler")
        undo.wait_for()
        assert undo.evaluate("it => it === document.activeElement")
        assert names(page) == "Bêta Gamma Alpha Epsilon"
        page.keyboard.press("Enter")
        expect(page.locator(".leaf")).to_have_count(5)
        assert names(page) == "Bêta Gamma Alpha Delta Epsilon"
        # two pages ticked and hidden
        for title in ("Bêta", "Delta"):
            reach(page, page.get_by_role("checkbox", name=f"Cocher : {title}"))
            page.keyboard.press("Space")
        hide = page.locator(".ticked").get_by_role("button", name="Masquer aux élèves")
        reach(page, hide)
        page.keyboard.press("Enter")
        page.get_by_text("2 pages sont maintenant masquées aux élèves.").wait_for()
        assert page.locator(".chip.closed").count() == 2
        # a chapter folded, and still folded after a reload
        fold = page.get_by_role("button", name="Un", exact=True)
        reach(page, fold)
        page.keyboard.press("Enter")
        assert not page.get_by_role("link", name="Gamma", exact=True).is_visible()
        page.reload()
        page.wait_for_selector(".fold")
        assert page.get_by_role("button", name="Un", exact=True).get_attribute("aria-expanded") == "false"
        assert not page.get_by_role("link", name="Gamma", exact=True).is_visible()
        assert not there.troubles
    assert order(school) == "Un(Bêta Gamma) Deux(Alpha Delta Epsilon) Trois()"


@pytest.mark.browser
@pytest.mark.browser
def test_a_page_is_moved_in_a_dialog_by_keyboard(school: School, chromium: Browser) -> None:
    with (
        served(school.app) as origin,
        window(chromium, origin, viewport={"width": 700, "height": 600}) as there,
    ):
        page = there.look("teacher", path(school))
        page.wait_for_selector(".fold")
        row = page.locator(f"#p-{school.ids['Alpha']}")
        row.locator(".menu > summary").press("Enter")
        row.get_by_role("link", name="Déplacer…").press("Enter")
        dialog = page.get_by_role("dialog", name="Déplacer")
        dialog.wait_for()
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
        assert row.locator(".menu > summary").evaluate("it => it === document.activeElement")
        row.get_by_role("link", name="Déplacer…").press("Enter")
        dialog.get_by_label("Nouvelle place").select_option(f"in s-{school.ids['Trois']}")
        dialog.get_by_role("button", name="Déplacer").press("Enter")
        page.locator("#said", has_text="position 1").wait_for()
        assert page.locator("dialog").count() == 0


@pytest.mark.browser
def test_a_page_is_dragged_to_another_chapter(school: School, chromium: Browser) -> None:
    with (
        served(school.app) as origin,
        window(chromium, origin, viewport={"width": 1280, "height": 1600}) as there,
    ):
        page = there.look("teacher", path(school))
        grip = page.locator(f"#p-{school.ids['Alpha']} .grip")
        target = page.locator(f"#p-{school.ids['Delta']} .entry")
        box = target.bounding_box()
        assert box
        grip.drag_to(target, target_position={"x": 300, "y": box["height"] - 4})
        page.get_by_text("déplacée en position 2 sur 3 du chapitre 2").wait_for()
        assert names(page) == "Bêta Gamma Delta Alpha Epsilon"
        head = page.locator(f"#s-{school.ids['Trois']} > .head")
        page.locator(f"#p-{school.ids['Bêta']} .grip").drag_to(head)
        page.get_by_text("déplacée en position 1 sur 1 du chapitre 3").wait_for()
        first = page.locator(f"#p-{school.ids['Gamma']} .entry")
        page.locator(f"#p-{school.ids['Epsilon']} .grip").drag_to(first, target_position={"x": 300, "y": 3})
        page.get_by_text("déplacée en position 1 sur 2 du chapitre 1").wait_for()
        assert not there.troubles
    assert order(school) == "Un(Epsilon Gamma) Deux(Delta Alpha) Trois(Bêta)"


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_by_mouse_with_and_without_scripts(school: School, chromium: Browser, scripts: bool) -> None:
    with (
        served(school.app) as origin,
        window(
            chromium, origin, java_script_enabled=scripts, viewport={"width": 375, "height": 700}
        ) as there,
    ):
        page = there.look("teacher", path(school))
        if scripts:
            page.wait_for_selector(".fold")
        page.get_by_role("button", name="Monter : Gamma").click()
        page.get_by_text("déplacée en position 2 sur 3 du chapitre 1").wait_for()
        page.get_by_role("checkbox", name="Cocher : Alpha").check()
        page.get_by_role("checkbox", name="Cocher : Delta").check()
        page.locator(".ticked").get_by_role("button", name="Déplacer…").click()
        page.get_by_label("Nouvelle place").select_option(label="Au début de « Trois »")
        page.get_by_role("button", name="Déplacer", exact=True).click()
        page.get_by_text("2 pages déplacées.").wait_for()
        assert names(page) == "Gamma Bêta Epsilon Alpha Delta"
        page.locator(f"#p-{school.ids['Bêta']} .menu > summary").click()
        page.locator(f"#p-{school.ids['Bêta']}").get_by_role("button", name="Supprimer").click()
        page.get_by_role("button", name="Annuler").click()
        page.get_by_text("C’est revenu à sa place.").wait_for()
        page.get_by_role("link", name="Fermer ce message").click()
        page.get_by_text("C’est revenu à sa place.").wait_for(state="detached")
        page.locator("summary", has_text="Ajouter une page").first.click()
        page.get_by_label("Titre de la page").locator("visible=true").fill("Zêta")
        page.get_by_role("button", name="Ajouter avec une question").locator("visible=true").click()
        page.wait_for_url("**/activity**")
        assert not there.troubles
    assert order(school) == "Un(Gamma Bêta Zêta) Deux(Epsilon) Trois(Alpha Delta)"


@pytest.mark.browser
def test_a_server_that_is_gone_loses_no_action_silently(school: School, chromium: Browser) -> None:
    """What cannot be sent by the script is sent by the browser, whose own page tells what is wrong."""
    with served(school.app) as origin, window(chromium, origin) as there:
        page = there.look("teacher", path(school))
        page.wait_for_selector(".fold")
        there.context.clear_cookies(name="as")
        page.get_by_role("button", name="Monter : Gamma").click()
        page.wait_for_url("**/contents")
        assert page.locator("h1").count() == 1
        assert "Rangement" not in plain(page, "h1")


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_and_what_is_said_is_sound(
    school: School, chromium: Browser, lang: str, scheme: Any
) -> None:
    """Menus, the bar of ticked pages, the note with its button: on a phone and on a desk."""
    teacher = somebody(school, "teacher")
    teacher.open(path(school))
    do(school, teacher, "hide", "Un")
    troubles = []
    with (
        served(school.app) as origin,
        window(chromium, origin, lang, color_scheme=scheme, viewport={"width": 375, "height": 700}) as there,
    ):
        page = there.look("teacher", path(school))
        page.wait_for_selector(".fold")
        page.locator(f"#p-{school.ids['Delta']} .menu > summary").click()
        page.locator(f"#p-{school.ids['Delta']} .menu .danger").click()
        page.wait_for_selector(".undo")
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 700})
            for menu in (page.locator(".leaf .menu").first, page.locator(".head .menu").last):
                menu.locator("summary").click()
                troubles += [*seen_troubles(page, lang), *axe_troubles(page, WCAG)]
                page.keyboard.press("Escape")
            # the bar sticks to the lower edge of the window; here it is looked at where it belongs
            page.locator(".pick").first.check()
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            troubles += [*seen_troubles(page, lang), *axe_troubles(page, WCAG)]
            page.locator(".pick").first.uncheck()
        troubles += axe_troubles(page, ["cat.color"])
        troubles += there.troubles
    assert not troubles, "\n".join(troubles)
