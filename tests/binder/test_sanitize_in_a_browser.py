"""The gate for HTML, tried by a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser

from binder.blocks import blocks
from binder.sanitize import Html, InlineHtml, linked
from tests.binder.payloads import PAYLOADS
from tests.browser import chromium

PAGE = """<!doctype html><meta charset=utf-8><script>
window.fired = 0; Object.defineProperty(window, "xs", {value: () => { window.fired += 1 }});
addEventListener("click", e => {
  const link = e.target.closest && e.target.closest("a");
  if (link && link.protocol !== "javascript:" && link.href.baseVal === undefined) e.preventDefault();
}, true);
</script><body>"""
CLICK = "document.querySelectorAll('a, button, input, #go').forEach(e => { try { e.click ? e.click() : e.dispatchEvent(new MouseEvent('click')) } catch {} })"


def fires(browser: Browser, html: str) -> bool:
    """Whether the trip-wire is touched when a page with that text is opened and everything on it is clicked."""
    page = browser.new_page()
    try:
        page.route("**/*", lambda route: route.abort())
        page.set_content(PAGE + html, wait_until="commit")
        page.wait_for_timeout(40)
        fired = bool(page.evaluate("window.fired > 0"))
        if not fired:
            page.evaluate(CLICK)
            page.wait_for_timeout(40)
            fired = bool(page.evaluate("window.fired > 0"))
        return fired
    finally:
        page.close()


def written(payload: str) -> str:
    """A payload as a text can be sent to a browser."""
    return payload.encode("utf-8", "replace").decode()


@pytest.mark.browser
def test_no_cleaned_text_does_anything_in_a_browser() -> None:
    """All cleaned texts at once, as the page holds them and as a script would put them in a second time."""
    with chromium() as browser:
        samples = [
            "script element",
            "handler on a broken image",
            "link that is a script",
            "drawing that loads",
        ]
        samples += ["form whose action is a script", "frame with its text", "handler on focus"]
        samples += [
            "handler on a toggle",
            "second reading: drawing, paragraph, style",
            "style that closes itself",
        ]
        samples += ["second reading: comment that ends early", "formula with a picture"]
        silent = [name for name in samples if not fires(browser, written(PAYLOADS[name]))]
        assert not silent, "the trip-wire does not work"
        shown = [
            str(made)
            for payload in PAYLOADS.values()
            for cleaned in [Html().deserialize(payload)]
            for made in (
                blocks["text"].html({"html": cleaned}, None),  # type: ignore[arg-type]
                f"<p>{InlineHtml().deserialize(payload)}</p>",
                linked(payload),
            )
        ]
        again = f"<div id=again></div><script>document.getElementById('again').innerHTML = {json.dumps(shown).replace('<', chr(92) + 'u003c')}.join('<hr>')</script>"
        assert not fires(browser, "<hr>".join(written(html) for html in shown) + again)
