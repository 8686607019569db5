"""Questions with pictures in a browser: pointed at, labelled, drawn – by mouse, keyboard and finger, with scripts or without."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from binder.giving import assigning
from binder.content import (authoring, composing)
from binder.resources import files
from binder.activities import drawing, hotspot, label_image
from binder.models import Activity, Attempt, Grade
from tests import factories
from tests.browser import chromium as running_chromium
from tests.lti.school import School, open_school, served
from tests.lti.test_pages import Window, axe_troubles, ordinary, reach, seen_troubles, window

pytestmark = pytest.mark.browser

KINDS = {"hotspot": hotspot.Hotspot, "label_image": label_image.LabelImage, "drawing": drawing.Drawing}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "cat.color"]
PHONE = {"viewport": {"width": 375, "height": 700}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
WIDTH, HEIGHT = 800, 400
ALT = "Trois formes sur un fond clair."
CIRCLE, SQUARE, TRIANGLE = "un rond", "un carré", "un triangle"
PLACES = {
    CIRCLE: {"shape": "circle", "coords": [0.25, 0.5, 0.1]},
    SQUARE: {"shape": "rect", "coords": [0.425, 0.3, 0.15, 0.3]},
    TRIANGLE: {"shape": "poly", "coords": [0.75, 0.3, 0.85, 0.7, 0.65, 0.7]},
}


def picture() -> bytes:
    """A round, a square and a triangle."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#f3ead8")
    pen = ImageDraw.Draw(image)
    pen.ellipse((120, 120, 280, 280), fill="#7aa6d8")
    pen.rectangle((340, 120, 460, 240), fill="#d88a7a")
    pen.polygon([(600, 120), (680, 280), (520, 280)], fill="#8ac48f")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def image(resource: str) -> dict[str, Any]:
    return {"resource": resource, "width": WIDTH, "height": HEIGHT, "alt": ALT}


def hidden(resource: str) -> dict[str, Any]:
    """Click on the round."""
    return {
        "title": "Le rond",
        "points": "2",
        "body": {
            "prompt": "<p>Clique sur le rond.</p>",
            "image": image(resource),
            "alternative": {
                "prompt": "<p>Laquelle de ces formes n’a pas de coin ?</p>",
                "options": [{"id": "o1", "text": CIRCLE}, {"id": "o2", "text": SQUARE}],
            },
        },
        "key": {
            "zones": [{"id": "z1", **PLACES[CIRCLE], "label": CIRCLE}],
            "correct": ["z1"],
            "alternative": ["o1"],
            "feedback": {"z1": "<p>Bien vu.</p>"},
        },
    }


def visible(resource: str) -> dict[str, Any]:
    """Choose the shapes with corners."""
    names = (CIRCLE, SQUARE, TRIANGLE)
    return {
        "title": "Des coins",
        "points": "2",
        "body": {
            "prompt": "<p>Quelles formes ont des coins ?</p>",
            "image": image(resource),
            "visible": True,
            "max_points": 2,
            "zones": [{"id": f"z{n}", **PLACES[name], "label": name} for n, name in enumerate(names)],
        },
        "key": {"correct": ["z1", "z2"]},
    }


def labels(resource: str, mode: str = "drag") -> dict[str, Any]:
    """Label the three shapes; one label too many."""
    names = (CIRCLE, SQUARE, TRIANGLE)
    where = ("à gauche", "au milieu", "à droite")
    texts = (*names, "un ovale")
    return {
        "title": "Les formes",
        "points": "3",
        "body": {
            "prompt": "<p>Légende les formes.</p>",
            "image": image(resource),
            "mode": mode,
            "zones": [{"id": f"z{n}", **PLACES[name], "label_sr": where[n]} for n, name in enumerate(names)],
            "labels": []
            if mode == "text"
            else [{"id": f"l{n}", "text": text} for n, text in enumerate(texts)],
        },
        "key": {"texts": {f"z{n}": [{"text": name}] for n, name in enumerate(names)}}
        if mode == "text"
        else {"zones": {f"z{n}": [f"l{n}"] for n in range(3)}},
    }


def sheet(resource: str) -> dict[str, Any]:
    """Draw over the picture."""
    return {
        "title": "Le chemin",
        "points": "2",
        "body": {"prompt": "<p>Relie le rond au carré.</p>", "image": image(resource)},
        "key": {"model": "<p>Un trait de gauche à droite.</p>"},
    }


TASKS = {
    "hidden": ("hotspot", hidden),
    "visible": ("hotspot", visible),
    "labels": ("label_image", labels),
} | {"sheet": ("drawing", sheet)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser."""
    with running_chromium(bare=True) as browser:
        yield browser


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@dataclass
class Given:
    """A question that was given to the class."""

    school: School
    assignment: UUID
    activity: str

    @property
    def path(self) -> str:
        return f"/lti/my/work/{self.assignment}"

    def attempt(self) -> Attempt:
        with self.school.begin() as session:
            found = session.scalars(sa.select(Attempt).where(Attempt.assignment_id == self.assignment)).all()
            (attempt,) = found
            return attempt

    def answer(self) -> dict[str, Any]:
        """What the server has kept."""
        return dict(self.attempt().responses[self.activity])

    def fraction(self) -> Fraction:
        """What it was worth, handed in."""
        attempt = self.attempt()
        assert attempt.submitted_at is not None
        with self.school.begin() as session:
            grade = session.scalars(sa.select(Grade).where(Grade.attempt_id == attempt.id)).one()
            return Fraction(grade.per_activity[self.activity]["fraction"])


def given(school: School, task: str, **changes: Any) -> Given:
    """A page with one question and its picture, given to the class."""
    kind, make = TASKS[task]
    teacher = school.people["teacher"]
    with school.begin() as session:
        binder = factories.binder(session, teacher, "Des images")
        page = factories.page(session, teacher, binder, "Regarder")
        storage = school.app.extensions["lti"].storage
        stored = files.add_file(
            session, teacher, binder.id, storage, io.BytesIO(picture()), name="formes.png"
        )
        session.expire(binder)
        data = make(str(stored.id), **changes)
        activity = authoring.save_activity(session, teacher, binder.id, data, type=kind)
        session.expire(binder)
        composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(activity.id)})
        authoring.publish(session, teacher, page.id)
        return Given(school, assigning.give(session, teacher, page.id).id, str(activity.id))


def looked_at(page: Page, name: str) -> None:
    """A picture of the screen for people, where they ask for it."""
    if folder := os.environ.get("LOOKS"):
        Path(folder).mkdir(exist_ok=True)
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


@contextmanager
def at_work(chromium: Browser, on: Given, **options: Any) -> Iterator[Window]:
    """The pupil before the question."""
    with served(on.school.app) as origin, window(chromium, origin, **options) as there:
        there.page.set_default_timeout(10_000)
        there.look("pupil", on.path)
        if options.get("java_script_enabled", True):
            there.page.wait_for_load_state("networkidle")
        yield there
        assert not there.troubles


def hand_in(page: Page) -> None:
    """By keyboard."""
    reach(page, page.get_by_role("button", name="Rendre", exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def no_overflow(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def presses(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def middle(page: Page, over: Locator, x: float, y: float) -> tuple[float, float]:
    """A place on an element, in the window."""
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


# ---- learners ----


def test_a_point_is_placed_by_keyboard(school: School, chromium: Browser) -> None:
    on = given(school, "hidden")
    with at_work(chromium, on, **DESK) as there:
        page = there.page
        pad = page.get_by_role("button", name="L’image : place un point")
        expect(pad).to_be_visible()
        expect(page.locator("[data-in-words]")).to_be_hidden()
        reach(page, pad)
        presses(page, *["Shift+ArrowLeft"] * 6, "ArrowRight", "ArrowDown", "Enter")
        expect(page.locator("[data-marks] circle")).to_have_count(1)
        expect(page.locator("[data-live]")).to_contain_text("21")
        looked_at(page, "hotspot-hidden-form")
        presses(page, "Delete")
        expect(page.locator("[data-marks] circle")).to_have_count(0)
        presses(page, *["ArrowRight"] * 4, "Enter")
        hand_in(page)
        looked_at(page, "hotspot-hidden-result")
        assert "dans un bon endroit" in ordinary(page.inner_text("main"))
    assert on.answer() == {"points": [[0.25, 0.51]]}
    assert on.fraction() == 1


def test_a_click_on_the_picture_is_the_place_where_it_was(school: School, chromium: Browser) -> None:
    on = given(school, "hidden")
    with at_work(chromium, on, **DESK) as there:
        page = there.page
        over = page.locator(".clicking img")
        page.mouse.click(*middle(page, over, 0.6, 0.4))
        page.mouse.click(*middle(page, over, 0.26, 0.7))  # one point may be placed: the second replaces it
        expect(page.locator("[data-marks] circle")).to_have_count(1)
        hand_in(page)
    ((x, y),) = on.answer()["points"]
    assert abs(x - 0.26) < 0.01
    assert abs(y - 0.7) < 0.01
    assert on.fraction() == 1  # in pixels it is a circle: 0.2 of the height is 0.1 of the width


def test_zones_are_ticked_by_keyboard(school: School, chromium: Browser) -> None:
    on = given(school, "visible")
    with at_work(chromium, on, **DESK) as there:
        page = there.page
        for name in (SQUARE, TRIANGLE):
            reach(page, page.get_by_role("checkbox", name=name))
            page.keyboard.press("Space")
        expect(page.locator(".choosing .chosen")).to_have_count(2)
        looked_at(page, "hotspot-visible-form")
        hand_in(page)
        looked_at(page, "hotspot-visible-result")
    assert on.fraction() == 1


def test_labels_are_chosen_by_keyboard(school: School, chromium: Browser) -> None:
    on = given(school, "labels")
    with at_work(chromium, on, **DESK) as there:
        page = there.page
        for number, text in enumerate((CIRCLE, TRIANGLE, SQUARE), 1):
            reach(page, page.get_by_label(f"Zone {number} sur 3"))
            page.keyboard.type(text)
        expect(page.locator(".labelling .put").first).to_have_text(CIRCLE)
        looked_at(page, "label-image-form")
        hand_in(page)
        looked_at(page, "label-image-result")
    assert on.fraction() == Fraction(1, 3)


def test_labels_are_written(school: School, chromium: Browser) -> None:
    on = given(school, "labels", mode="text")
    with at_work(chromium, on, **PHONE) as there:
        page = there.page
        no_overflow(page)
        for number, text in enumerate((CIRCLE, "un carre", "Un triangle."), 1):
            page.get_by_label(f"Zone {number} sur 3").fill(text)
        looked_at(page, "label-image-text-form")
        page.get_by_role("button", name="Rendre", exact=True).tap()
        page.wait_for_url("**#state")
    assert on.fraction() == Fraction(2, 3)


def test_labels_are_dragged_with_the_mouse(school: School, chromium: Browser) -> None:
    on = given(school, "labels")
    with at_work(chromium, on, **DESK) as there:
        page = there.page
        for number, text in enumerate((CIRCLE, SQUARE, CIRCLE)):
            page.get_by_role("button", name=text, exact=True).drag_to(
                page.locator(f'[data-zone="z{number}"]')
            )
        values = [field.input_value() for field in page.locator(".zone-answers select").all()]
        assert values == ["", "l1", "l0"]  # a label stands in one place
        page.get_by_role("button", name="Annuler", exact=True).click()
        expect(page.locator(".zone-answers select").first).to_have_value("l0")
        page.get_by_role("button", name=TRIANGLE, exact=True).drag_to(page.locator('[data-zone="z2"]'))
        hand_in(page)
    assert on.fraction() == 1


def test_words_stand_for_a_drawing_of_those_who_use_the_keyboard(school: School, chromium: Browser) -> None:
    on = given(school, "sheet")
    with at_work(chromium, on, **DESK) as there:
        page = there.page
        reach(page, page.get_by_label("Décris ton dessin"))
        page.keyboard.type("Un trait du rond au carré.")
        hand_in(page)
    assert on.answer() == {"text": "Un trait du rond au carré."}


def test_strokes_are_drawn_and_undone_with_the_mouse(school: School, chromium: Browser) -> None:
    on = given(school, "sheet")
    with at_work(chromium, on, **DESK) as there:
        page = there.page
        over = page.locator("[data-strokes]")
        page.get_by_role("button", name="Rouge").click()
        for y in (0.5, 0.9):
            page.mouse.move(*middle(page, over, 0.25, y))
            page.mouse.down()
            page.mouse.move(*middle(page, over, 0.5, y), steps=5)
            page.mouse.up()
        expect(page.locator("[data-strokes] path")).to_have_count(2)
        page.get_by_role("button", name="Annuler", exact=True).click()
        expect(page.locator("[data-strokes] path")).to_have_count(1)
        page.get_by_role("button", name="Effacer le dessin").click()
        page.get_by_role("button", name="Annuler", exact=True).click()
        expect(page.locator("[data-strokes] path")).to_have_count(1)
        looked_at(page, "drawing-form")
        hand_in(page)
        expect(page.locator(".drawing-sheet path")).to_have_attribute("class", "ink red")
        looked_at(page, "drawing-copy")
    (stroke,) = on.answer()["strokes"]
    numbers = [int(text) for text in stroke["points"].split()]
    assert (stroke["ink"], stroke["width"]) == ("red", 4)
    assert abs(numbers[0] - 250) < 5
    assert abs(numbers[-2] - 500) < 5
    assert {abs(y - 250) < 5 for y in numbers[1::2]} == {
        True
    }  # half of 500: the picture is twice as wide as high


@pytest.mark.parametrize("task", list(TASKS))
def test_everything_is_answered_without_scripts(school: School, chromium: Browser, task: str) -> None:
    on = given(school, task)
    with at_work(chromium, on, java_script_enabled=False, **DESK) as there:
        page = there.page
        if task == "hidden":
            reach(page, page.get_by_role("radio").first)  # one stop for the group, whose order is the attempt's
            page.keyboard.press("Space")
            for _ in range(5):
                if page.get_by_role("radio", name=CIRCLE).is_checked():
                    break
                page.keyboard.press("ArrowDown")
        elif task == "visible":
            for name in (CIRCLE, SQUARE):
                page.get_by_role("checkbox", name=name).check()
        elif task == "labels":
            for number in range(3):
                page.get_by_label(f"Zone {number + 1} sur 3").select_option(f"l{number}")
        else:
            page.get_by_label("Décris ton dessin").fill("Un trait.")
        looked_at(page, f"no-script-{task}")
        hand_in(page)
    if task != "sheet":
        assert on.fraction() == {"hidden": 1, "visible": 0, "labels": 1}[task]


def test_a_point_is_given_as_numbers_without_scripts(school: School, chromium: Browser) -> None:
    on = given(school, "hidden")
    with at_work(chromium, on, java_script_enabled=False, **DESK) as there:
        page = there.page
        page.locator(".in-numbers > summary").click()
        page.get_by_label("Point 1 : depuis la gauche").fill("25,5")
        page.get_by_label("Point 1 : depuis le haut").fill("beaucoup")
        page.get_by_role("button", name="Enregistrer et continuer plus tard").click()
        assert "la place de chaque point" in ordinary(page.inner_text("main"))
        expect(page.get_by_label("Point 1 : depuis le haut")).to_have_value("beaucoup")
        page.get_by_label("Point 1 : depuis le haut").fill("50")
        hand_in(page)
    assert on.answer() == {"points": [[0.255, 0.5]]}
    assert on.fraction() == 1


@pytest.mark.parametrize("task", list(TASKS))
def test_everything_is_answered_with_a_finger(school: School, chromium: Browser, task: str) -> None:
    on = given(school, task)
    with at_work(chromium, on, **PHONE) as there:
        page = there.page
        no_overflow(page)
        found = [text for text in seen_troubles(page, "fr") if "id is there" not in text]
        assert not found
        if task == "hidden":
            page.touchscreen.tap(*middle(page, page.locator(".clicking img"), 0.25, 0.5))
        elif task == "visible":
            for x in (0.5, 0.75):
                page.touchscreen.tap(*middle(page, page.locator(".choosing img"), x, 0.55))
        elif task == "labels":
            for number, text in enumerate((CIRCLE, SQUARE, TRIANGLE)):
                page.get_by_role("button", name=text, exact=True).tap()
                page.locator(f'[data-zone="z{number}"]').tap()
        else:
            swipe(page, page.locator("[data-strokes]"))
            expect(page.locator("[data-strokes] path")).to_have_count(1)
        assert not axe_troubles(page, WCAG)
        looked_at(page, f"touch-{task}")
        page.get_by_role("button", name="Rendre", exact=True).tap()
        page.wait_for_url("**#state")
        no_overflow(page)
        looked_at(page, f"touch-{task}-after")
    if task == "sheet":
        assert on.answer()["strokes"]
    else:
        assert on.fraction() == 1


def swipe(page: Page, over: Locator) -> None:
    """A finger draws from left to right; the page does not scroll."""
    devtools = page.context.new_cdp_session(page)
    before = page.evaluate("scrollY")
    for kind, x in (("touchStart", 0.2), ("touchMove", 0.35), ("touchMove", 0.5), ("touchEnd", 0.5)):
        left, top = middle(page, over, x, 0.5)
        points = [] if kind == "touchEnd" else [{"x": left, "y": top}]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert page.evaluate("scrollY") == before or before == 0


# ---- authors ----


@contextmanager
def writing(school: School, chromium: Browser, kind: str, **options: Any) -> Iterator[Page]:
    """A teacher before the form of a new question; the picture is chosen on their computer."""
    path = f"/lti/my/pages/{school.ids['draft']}/activity?type={kind}"
    with served(school.app) as origin, window(chromium, origin, **options) as there:
        there.page.set_default_timeout(10_000)
        page = there.look("teacher", path)
        page.get_by_label("Titre").fill("Les formes")
        question = page.locator("[contenteditable=true]").first
        if question.count():
            question.fill("Où est le rond ?")
        else:
            page.locator("#prompt").fill("Où est le rond ?")
        page.locator("#image-file").set_input_files(
            {"name": "formes.png", "mimeType": "image/png", "buffer": picture()}
        )
        page.get_by_label("Ce qu’elle montre, en mots").or_(page.locator("#picture_alt")).first.fill(ALT)
        yield page
        assert not there.troubles


def saved(school: School) -> Activity:
    """The newest question of the school."""
    with school.begin() as session:
        found = session.scalars(sa.select(Activity).order_by(Activity.id.desc()).limit(1)).one()
        assert found.current
        return found


def save(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer la question").last.click()
    page.wait_for_url("**/edit#*")


def near(found: list[float], wanted: list[float]) -> bool:
    return len(found) == len(wanted) and all(abs(a - b) < 0.012 for a, b in zip(found, wanted, strict=True))


def test_an_author_draws_zones_with_the_mouse(school: School, chromium: Browser) -> None:
    with writing(school, chromium, "hotspot", **DESK) as page:
        over = page.locator("[data-zones]")
        expect(page.get_by_role("button", name="Dessiner un rond")).to_be_visible()

        def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
            page.mouse.move(*middle(page, over, *start))
            page.mouse.down()
            page.mouse.move(*middle(page, over, *end), steps=4)
            page.mouse.up()

        page.get_by_role("button", name="Dessiner un rond").click()
        drag((0.25, 0.5), (0.35, 0.5))
        page.get_by_role("button", name="Dessiner un rectangle").click()
        drag((0.4, 0.2), (0.5, 0.6))
        drag((0.45, 0.4), (0.5, 0.45))  # then it is moved
        page.get_by_role("button", name="Dessiner un polygone").click()
        for x, y in ((0.75, 0.3), (0.85, 0.7), (0.65, 0.7), (0.75, 0.3)):
            page.mouse.click(*middle(page, over, x, y))
        page.get_by_label("Nom de la zone 1").fill(CIRCLE)
        page.locator("#right-0").check()
        looked_at(page, "author-hotspot")
        save(page)
    version = saved(school).current
    shapes = [(zone["shape"], zone["coords"]) for zone in version.key["zones"]]
    assert [shape for shape, _ in shapes] == ["circle", "rect", "poly"]
    assert near(shapes[0][1], [0.25, 0.5, 0.1])
    assert near(shapes[1][1], [0.45, 0.25, 0.1, 0.4])
    assert near(shapes[2][1], [0.75, 0.3, 0.85, 0.7, 0.65, 0.7])
    assert (version.body["image"]["width"], version.body["image"]["height"]) == (WIDTH, HEIGHT)
    assert version.body["zones"] == []


def test_an_author_places_a_zone_by_keyboard(school: School, chromium: Browser) -> None:
    with writing(school, chromium, "label_image", **DESK) as page:
        reach(page, page.get_by_role("button", name="Dessiner un rectangle"))
        page.keyboard.press("Enter")
        presses(page, *["ArrowLeft"] * 10, *["ArrowUp"] * 5, *["Shift+ArrowRight"] * 5, "Shift+ArrowUp")
        expect(page.locator("#zones [data-live]")).to_contain_text("Zone 1")
        reach(page, page.get_by_label("Ce qui va dans la zone 1"))
        page.keyboard.type("carré ; rectangle")
        reach(page, page.locator("#zone-place-0"))
        page.keyboard.type("au milieu")
        looked_at(page, "author-label-image")
        save(page)
    version = saved(school).current
    (zone,) = version.body["zones"]
    assert near(zone["coords"], [0.3, 0.25, 0.25, 0.39])
    assert [label["text"] for label in version.body["labels"]] == ["carré", "rectangle"]
    assert len(version.key["zones"][zone["id"]]) == 2


def test_an_author_places_a_zone_without_scripts(school: School, chromium: Browser) -> None:
    with writing(school, chromium, "hotspot", java_script_enabled=False, **PHONE) as page:
        page.locator("#shape-0").select_option("circle")
        page.locator("#zone-x-0").fill("25")
        page.locator("#zone-y-0").fill("a")
        page.locator("#zone-w-0").fill("10,5")
        page.locator("#right-0").check()
        page.get_by_role("button", name="Enregistrer la question").last.click()
        expect(page.locator("#problems")).to_be_visible()
        expect(page.locator("#zone-y-0")).to_have_value("a")
        expect(page.locator("[data-image]")).to_be_visible()
        no_overflow(page)
        looked_at(page, "author-hotspot-no-script")
        page.locator("#zone-y-0").fill("50")
        save(page)
    version = saved(school).current
    (zone,) = version.key["zones"]
    assert (zone["shape"], zone["coords"]) == ("circle", [0.25, 0.5, 0.105])


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_authors_form_is_sound(school: School, chromium: Browser, kind: str) -> None:
    with writing(school, chromium, kind, **PHONE) as page:
        page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
        assert not seen_troubles(page, "fr")
        assert not axe_troubles(page, WCAG)
        looked_at(page, f"author-{kind}")
