"""The offline book in a real browser: from `file://`, without network, for everybody."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy.orm import Session

from binder.storage import FileStorage
from tests.browser import chromium
from tests.exporters import shelf

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with chromium(bare=True) as browser:
        yield browser


@pytest.fixture
def session(sqlite_session: Session) -> Session:
    """Exporters read attributes: one kind of database will do here."""
    return sqlite_session


@pytest.fixture
def book(session: Session, storage: FileStorage, tmp_path: Path) -> Path:
    """An unpacked export with every type of block."""
    return unpack(session, storage, tmp_path / "livre é", shelf.everything, 0)


def unpack(session: Session, storage: FileStorage, folder: Path, make: Any, seed: int) -> Path:
    maker = shelf.Maker(seed)
    out, _ = shelf.write(shelf.of(session, storage, maker, make(maker)), storage)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder)
    return folder


class Watched:
    """A page of which all requests, complaints and script errors are kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


def test_a_reader_goes_through_the_book_and_back(browser: Browser, book: Path) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    watched = Watched(context.new_page())
    page = watched.page
    page.goto((book / "index.html").as_uri())
    page.get_by_role("link", name="Tous les blocs").click()
    assert page.title() == "Tous les blocs – L’eau & la pluie"
    page.get_by_role("link", name="Page suivante Encore").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Encore"
    page.get_by_role("link", name="Page précédente").click()
    page.get_by_role("link", name="Sommaire").click()
    assert page.get_by_role("heading", level=1).inner_text() == "L’eau & la pluie"
    assert [url for url in watched.requests if not url.startswith("file://")] == []
    assert watched.complaints == []
    context.close()


def test_pictures_sounds_and_style_are_there(browser: Browser, book: Path) -> None:
    context = browser.new_context()
    watched = Watched(context.new_page())
    page = watched.page
    page.goto((book / "p/0001.html").as_uri())
    page.evaluate("for (const image of document.images) image.loading = 'eager'")
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
    page.wait_for_function("document.querySelector('audio').readyState >= 1")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    assert watched.complaints == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_everybody_can_read_it(browser: Browser, book: Path, scheme: Any, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    for name in ("index.html", "p/0001.html", "p/0002.html", "p/0003.html"):
        page.goto((book / name).as_uri())
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_hostile_titles_do_nothing(
    browser: Browser, session: Session, storage: FileStorage, tmp_path: Path, seed: int
) -> None:
    book = unpack(session, storage, tmp_path / "book", shelf.hostile, seed)
    context = browser.new_context(viewport={"width": 375, "height": 800})
    watched = Watched(context.new_page())
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    watched.page.on("dialog", note)
    for path in [book / "index.html", *sorted((book / "p").glob("*.html"))]:
        watched.page.goto(path.as_uri())
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 375, path
    assert dialogs == []
    assert [url for url in watched.requests if not url.startswith("file://")] == []
    context.close()


def test_it_prints(browser: Browser, book: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((book / "p/0001.html").as_uri())
    page.emulate_media(media="print")
    assert not page.get_by_role("link", name="Page suivante").is_visible()
    assert page.locator(".activity").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()


def test_a_film_has_its_captions_without_a_server(browser: Browser, book: Path) -> None:
    context = browser.new_context(offline=True)
    watched = Watched(context.new_page())
    watched.page.goto((book / "p/0001.html").as_uri())
    watched.page.evaluate("document.querySelector('track').track.mode = 'showing'")
    watched.page.wait_for_function("document.querySelector('track').track.cues?.length === 1")
    said = watched.page.evaluate("document.querySelector('track').track.cues[0].text")
    assert said == "Il pleut."
    assert watched.complaints == []
    context.close()
