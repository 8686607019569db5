"""The editor and all that opens in it: fit for every reader, in both languages, light and dark, narrow and wide."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect
from sqlalchemy.orm import Session

from binder.blocks import blocks as types
from binder.models import Resource
from tests.frontend.editing import Desk, block, desks, heading, saved, state
from tests.media import film

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Make = Callable[..., Desk]


@pytest.fixture(scope="module")
def make(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Pages to write on."""
    with desks(sqlite_template, tmp_path_factory.mktemp("desks")) as desk:
        yield desk


def troubles(page: Page, where: str) -> list[str]:
    """What axe finds, and what no screen may have."""
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response
    told = [
        f"{where}: {violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    facts = page.evaluate(
        """() => ({
            overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            ids: [...document.querySelectorAll("[id]")].map(it => it.id),
            small: [...document.querySelectorAll("a, button, input, select, summary, textarea")].filter(it => {
                const box = it.getBoundingClientRect();
                return it.checkVisibility({ visibilityProperty: true }) && box.width > 1 && !it.closest("label, p > a")
                    && !["checkbox", "radio"].includes(it.type) && (box.height < 24 || box.width < 24);
            }).map(it => it.outerHTML.slice(0, 100)),
        })"""
    )
    if facts["overflow"] > 0:
        told.append(f"{where}: wider than the window by {facts['overflow']} px")
    twice = {one for one in facts["ids"] if facts["ids"].count(one) > 1}
    return (
        told
        + [f"{where}: twice: {one}" for one in twice]
        + [f"{where}: small: {one}" for one in facts["small"]]
    )


def states(page: Page, desk: Desk) -> Iterator[str]:
    """Everything that may stand on the screen, one after the other."""
    yield "at first"
    for number in range(len(desk.blocks())):
        details = block(page, number + 1).locator("details.edit")
        if not details.evaluate("it => it.open"):
            details.locator("> summary").click()
    yield "all forms open"
    page.locator("details.more > summary").first.click()
    yield "a menu"
    page.keyboard.press("Escape")
    page.locator(".add-end").click()
    yield "the kinds of block"
    page.keyboard.press("Escape")
    page.locator(".keys-button").click()
    yield "the shortcuts"
    page.keyboard.press("Escape")
    block(page, 2).locator("[data-act=remove] button").click()
    expect(page.locator("#blocks .undo")).to_be_visible()
    yield "a removal"
    desk.rewrite(0, text="Une collègue")
    heading(page, 1).fill("Moi")
    expect(page.locator(".compare")).to_be_visible()
    yield "two versions"


@pytest.mark.parametrize(
    ("lang", "scheme", "width"),
    [("fr", "light", 375), ("en", "dark", 1280), ("fr", "dark", 375), ("en", "light", 1280)],
)
def test_the_editor_is_sound_whatever_is_open(make: Make, lang: str, scheme: Any, width: int) -> None:
    kinds = [{"type": kind.name} for kind in types if kind.name not in ("activity", "heading")]
    desk = make({"type": "heading", "text": "Un"}, *kinds)
    page = desk.tab(
        lang=lang, color_scheme=scheme, viewport={"width": width, "height": 800}, has_touch=width < 500
    )
    found = []
    for where in states(page, desk):
        found += troubles(page, where)
    assert not found, "\n".join(dict.fromkeys(found))
    assert not desk.troubles


def chosen(name: str, content: bytes) -> FilePayload:
    """A picture as a person chooses it."""
    return {"name": name, "mimeType": "image/png", "buffer": content}


def picture() -> bytes:
    """A photo."""
    stream = io.BytesIO()
    Image.effect_noise((900, 900), 90).convert("RGB").save(stream, "PNG")
    return stream.getvalue()


def test_a_picture_is_sent_as_soon_as_it_is_chosen_and_goes_on_after_a_cut(make: Make) -> None:
    desk = make({"type": "image"})
    page = desk.tab()
    cuts: list[str] = []

    def cut(route: Route) -> None:
        if route.request.method == "PATCH" and len(cuts) < 2:
            cuts.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/*", cut)
    block(page, 1).locator("details.edit > summary").click()
    block(page, 1).get_by_label("Ce qu’elle montre, en mots").fill("Du bruit")
    block(page, 1).locator("input[type=file]").set_input_files(chosen("bruit.png", picture()))
    expect(block(page, 1).locator(".preview img")).to_be_visible(timeout=15_000)
    saved(page)
    (image,) = desk.blocks()
    assert image["alt"] == "Du bruit"
    assert image["resource"]
    assert len(cuts) == 2
    expect(page.locator("#said")).to_have_text(re.compile(r"bruit\.png est envoyé"))


def test_a_film_of_200_mb_arrives_though_the_connection_is_cut_twice(make: Make, tmp_path: Path) -> None:
    desk = make({"type": "video"})
    context = desk.context()
    page = desk.tab(context)
    size, head = 200_000_000, film(b"vide")
    path = tmp_path / "sortie.mp4"
    with path.open("wb") as out:  # the rest is a hole in the file: zeros
        out.write(head[:-5008] + struct.pack(">I", size - len(head) + 5008) + b"mdat")
        out.truncate(size)
    block(page, 1).locator("details.edit > summary").click()
    block(page, 1).locator("input[type=file]").first.set_input_files(path)
    bar = block(page, 1).locator("progress").first
    for share in (0.2, 0.6):
        page.wait_for_function(
            "([bar, share]) => bar.value / bar.max > share", arg=[bar.element_handle(), share], timeout=60_000
        )
        context.set_offline(True)
        expect(block(page, 1).locator(".upload").first).to_contain_text("coupée", timeout=30_000)
        context.set_offline(False)
    expect(block(page, 1).locator(".preview video")).to_be_visible(timeout=90_000)
    saved(page)
    (video,) = desk.blocks()
    with Session(desk.school.engine) as session:
        tenant = desk.school.people["teacher"].tenant_id
        stored = session.get_one(Resource, (tenant, UUID(video["resource"])))
        assert (stored.size, stored.media_type) == (size, "video/mp4")


def test_several_pictures_dropped_on_a_gallery_become_its_lines(make: Make) -> None:
    desk = make({"type": "gallery"})
    page = desk.tab()
    block(page, 1).locator("details.edit > summary").click()
    one = picture()
    block(page, 1).locator("input[type=file]").last.set_input_files(
        [chosen(f"{name}.png", one) for name in ("a", "b")]
    )
    expect(block(page, 1).locator(".preview img")).to_have_count(2, timeout=15_000)
    saved(page)
    assert [bool(item["resource"]) for item in desk.blocks()[0]["items"]] == [True, True]
    expect(block(page, 1).locator("fieldset.line-of")).to_have_count(3)


def test_what_is_refused_is_said_and_the_block_stays_as_it_is(make: Make) -> None:
    desk = make({"type": "image"})
    page = desk.tab()
    block(page, 1).locator("details.edit > summary").click()
    block(page, 1).locator("input[type=file]").set_input_files(chosen("vide.png", b""))
    expect(block(page, 1).locator(".upload")).to_contain_text("vide.png n’a pas été envoyé")
    expect(state(page)).to_have_text("Tout est enregistré")
