"""Chromium for the tests: Debian's, headless, reaching nothing but this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, sync_playwright

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
MISSING = (
    "The browser tests need Chromium: run 'apt-get install chromium' as root, or 'make test', which does it."
)


@contextmanager
def chromium(**options: Any) -> Iterator[Browser]:
    """A running browser; third-party cookies are blocked, as Chromium does here by itself."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, **options)
        try:
            yield browser
        finally:
            browser.close()
