"""The gate for HTML, tried by a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from itertools import islice

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, Error

from binder.blocks import FileView, blocks, load_block
from binder.blocks.references import formula, formulas
from binder.errors import Invalid
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
    except Error:  # it has led the browser elsewhere
        return True
    finally:
        page.close()


def written(payload: str) -> str:
    """A payload as a text can be sent to a browser."""
    return payload.encode("utf-8", "replace").decode()


ID = "01890000-0000-7000-8000-000000000001"


class Place:
    """Where texts are shown: every file and page is there."""

    lang = "fr"
    embed_hosts = ()

    def file(self, resource_id: str) -> FileView:
        return FileView("data:,", 'a"b', "image/png", 1, width=1, height=1, variants=((1, "data:,"),))

    def activity(self, activity_id: str) -> Markup:
        return Markup("")

    def page(self, page_id: str) -> str:
        return "#p"


def doors(payload: str) -> Iterator[str]:
    """A payload as each of them shows it."""
    quoted = escape(payload)
    for html in (
        payload,
        f'<span data-math="{quoted[:1900]}">x</span>',
        f'<img src="resource:{ID}" alt="{quoted}"><a href="page:{ID}" title="{quoted}">{payload}</a>',
        f'<a href="{quoted}" title="{quoted}">c</a>',
    ):
        with suppress(Invalid):
            block = load_block({"type": "text", "html": html})
            yield str(blocks["text"].html(block, Place()))
    yield f"<p>{formulas(InlineHtml().deserialize(payload))}</p>"
    yield f"<p>{formulas(Html().deserialize(payload))}</p>"
    yield str(linked(payload))
    yield str(formula(payload, display=True))
    with suppress(Invalid):
        block = load_block({"type": "math", "latex": rf"\text{{{payload}}}", "label": payload[:100]})
        yield str(blocks["math"].html(block, Place()))


@pytest.mark.browser
def test_many_payloads_do_fire_where_nothing_cleans_them() -> None:
    """Otherwise the trip-wire would prove nothing."""
    with chromium(bare=True) as browser:
        live = (name for name, payload in PAYLOADS.items() if fires(browser, written(payload)))
        assert len(list(islice(live, 25))) == 25


@pytest.mark.browser
def test_no_cleaned_text_does_anything_in_a_browser() -> None:
    """All cleaned texts at once, as the page holds them and as a script would put them in a second time."""
    shown = [made for payload in PAYLOADS.values() for made in doors(payload)]
    assert len(shown) > 5 * len(PAYLOADS)
    again = json.dumps(shown).replace("<", chr(92) + "u003c")
    script = f"<div id=again></div><script>document.getElementById('again').innerHTML = {again}.join('<hr>')</script>"
    with chromium(bare=True) as browser:
        assert not fires(browser, "<hr>".join(written(html) for html in shown) + script)
