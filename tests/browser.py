"""Chromium for the tests: Debian's, headless, reaching nothing but this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserType, Locator, Page, expect, sync_playwright

FLAGS = [
    # a cross-site iframe's POST may otherwise hang for ever on a busy machine; cookies behave the same
    "--disable-site-isolation-trials",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
SHELL = "chromium-headless-shell"
expect.set_options(timeout=20_000)  # on a busy machine a window may be seconds late
MISSING = (
    "The browser tests need Chromium: run 'apt-get install chromium chromium-headless-shell' as root, or 'make test', "
    "which does it."
)


class _Running:
    """Playwright and the browsers of this process, which stay for the next tests; who uses them is counted."""

    def __init__(self) -> None:
        self._kept = ExitStack()
        self._type: BrowserType | None = None
        self._browsers: dict[tuple[object, ...], Browser] = {}
        self.users = 0

    def launch(self, *flags: str, bare: bool = False, **options: Any) -> Browser:
        """A new browser."""
        path = shutil.which(SHELL if bare else "chromium")
        if path is None:
            raise RuntimeError(MISSING)
        if self._type is None:
            self._type = self._kept.enter_context(sync_playwright()).chromium
        return self._type.launch(executable_path=path, args=[*FLAGS, *flags], **options)

    def shared(self, *flags: str, bare: bool) -> Browser:
        """The one with these flags; a new one, should it have died."""
        browser = self._browsers.get((bare, *flags))
        if browser is None or not browser.is_connected():
            browser = self._browsers[(bare, *flags)] = self.launch(*flags, bare=bare)
        return browser

    def stop(self) -> None:
        """End all."""
        for browser in self._browsers.values():
            browser.close()
        self._browsers.clear()
        self._kept.close()
        self._type = None


_running = _Running()


@contextmanager
def chromium(*flags: str, bare: bool = False, **options: Any) -> Iterator[Browser]:
    """A running browser with these flags besides ours; third-party cookies are blocked, as Chromium does by itself.

    :param bare: the same engine without a browser's window and what belongs to it: a third of the processor time. Where
        cookies, frames, permissions or the clipboard matter, tests take the whole.

    Without options it is the one that others had before: each has contexts of its own, which are closed at the end.
    """
    if options:
        browser = _running.launch(*flags, bare=bare, **options)
    else:
        browser = _running.shared(*flags, bare=bare)
    before = list(browser.contexts)
    _running.users += 1
    try:
        yield browser
    finally:
        _running.users -= 1
        if options:
            browser.close()
        else:
            for context in [each for each in browser.contexts if each not in before]:
                context.close()


def rest() -> None:
    """End what nobody uses: while Playwright runs, this thread counts as asynchronous, which Django refuses."""
    if _running.users == 0:
        _running.stop()


def reach(page: Page, target: Locator, *, back: bool = False) -> None:
    """Tab to an element, as somebody does who has no mouse."""
    for _ in range(150):
        if target.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not lead to {target}")


def violations(page: Page, rules: list[str]) -> list[dict[str, Any]]:
    """What axe finds by these rules; its script is put into each page once."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        """async rules => (await axe.run({ runOnly: rules, resultTypes: ["violations"] })).violations""",
        rules,
    )
    return found
