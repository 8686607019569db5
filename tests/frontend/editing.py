"""A teacher's page in the editor, in a real browser, before the real app; tests do to it what happens in schools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy.orm import Session

from binder.content import (authoring, composing)
from binder.models import Page as BinderPage
from tests.browser import chromium
from tests.lti.school import School, open_school, served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Desk", "desks"]

WRITING = "[contenteditable=true]"
"""Where a text is written as soon as the rich editor is there; until then it is the field that it will stand over."""


@dataclass
class Desk:
    """A page of a teacher's, and the browser windows in which it is written."""

    school: School
    browser: Browser
    origin: str
    page_id: UUID
    troubles: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the page is read."""
        return f"/lti/my/pages/{self.page_id}"

    def context(self, who: str = "teacher", lang: str = "fr", **options: Any) -> BrowserContext:
        """A browser of somebody's own."""
        context = self.browser.new_context(
            locale=lang, **{"viewport": {"width": 1000, "height": 800}, **options}
        )
        self.contexts.append(context)
        context.add_cookies(
            [
                {"name": name, "value": value, "url": self.origin}
                for name, value in (("as", who), ("lang", lang))
            ]
        )
        return context

    def tab(self, context: BrowserContext | None = None, **options: Any) -> Page:
        """The editor in a window; what goes wrong in it is noted."""
        page = (context or self.context(**options)).new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on(
            "console",
            lambda message: (
                self.troubles.append(f"console: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.goto(f"{self.origin}{self.path}/edit")
        return page

    def blocks(self) -> list[dict[str, Any]]:
        """The page's blocks as the server has them."""
        with Session(self.school.engine) as session:
            tenant = self.school.people["teacher"].tenant_id
            return list(session.get_one(BinderPage, (tenant, self.page_id)).blocks)

    def title(self) -> str:
        """The page's title as the server has it."""
        with Session(self.school.engine) as session:
            tenant = self.school.people["teacher"].tenant_id
            return session.get_one(BinderPage, (tenant, self.page_id)).title

    def words(self) -> list[str]:
        """What headings and texts say, in order."""
        return [str(block.get("text", block.get("html", block["type"]))) for block in self.blocks()]

    @contextmanager
    def cut(self) -> Iterator[Event]:
        """Meanwhile nothing that is saved arrives, not even from a page that is just being closed; what is lost is told.

        A route of Playwright's ends with its page, so that what the page sends at the very end would pass.
        """
        app = self.school.app
        whole, lost = app.wsgi_app, Event()

        def without_blocks(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if "/blocks/" not in environ["PATH_INFO"]:
                return whole(environ, start_response)
            lost.set()
            start_response("502 Bad Gateway", [("Content-Length", "0")])
            return []

        app.wsgi_app = without_blocks  # type: ignore[method-assign]
        try:
            yield lost
        finally:
            app.wsgi_app = whole  # type: ignore[method-assign]

    def change(self, act: Callable[[Session], object]) -> None:
        """Do something at the server, as another request would."""
        with self.school.begin() as session:
            act(session)

    def rewrite(self, number: int, **fields: Any) -> None:
        """Somebody else saves a block."""
        block = self.blocks()[number]
        self.change(
            lambda session: composing.change_block(
                session, self.school.people["teacher"], self.page_id, block["id"], fields
            )
        )

    def remove(self, number: int) -> None:
        """Somebody else removes a block."""
        block = self.blocks()[number]
        self.change(
            lambda session: composing.remove_block(
                session, self.school.people["teacher"], self.page_id, block["id"]
            )
        )


def block(page: Page, number: int) -> Locator:
    """A block in the editor, counted from 1."""
    return page.locator("#blocks > [data-block]").nth(number - 1)


def heading(page: Page, number: int) -> Locator:
    """The field of a heading; its form is opened."""
    place = block(page, number)
    if not place.locator("input[name=text]").is_visible():
        place.locator("details.edit > summary").click()
    return place.locator("input[name=text]")


def state(page: Page) -> Locator:
    """The words that say how far the page is saved."""
    return page.locator("#save-state")


def saved(page: Page) -> None:
    """Wait until all is saved, and the server has said so."""
    expect(state(page)).to_have_attribute("data-state", "saved")


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@contextmanager
def desks(template: Path, folder: Path) -> Iterator[Callable[..., Desk]]:
    """Give `desk(*blocks)`: a new page with these blocks in a school of its own."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium(bare=True))
        opened: list[Desk] = []

        def desk(*blocks: dict[str, Any]) -> Desk:
            place = folder / str(len(opened))
            place.mkdir()
            school = open_school(template, place)
            stack.callback(school.close)
            origin = stack.enter_context(served(school.app))
            teacher = school.people["teacher"]
            with school.begin() as session:
                binder = authoring.create_binder(session, teacher, title="Sciences")
                section = authoring.add_section(session, teacher, binder.id, title="Matière")
                page = authoring.add_page(session, teacher, section.id, title="La pluie")
                for one in blocks:
                    composing.add_block(session, teacher, page.id, one)
            made = Desk(school, browser, origin, page.id)
            opened.append(made)
            return made

        yield desk
        for made in opened:
            for context in made.contexts:
                context.close()
