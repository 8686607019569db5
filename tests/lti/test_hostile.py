"""Hostile content in the real app: every payload through every door, in a browser, with nothing but our cleaning.

The page's own Content-Security-Policy is switched off here, so that it cannot do the cleaner's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Request
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.blocks import load_block
from binder.content import authoring
from binder.errors import Invalid
from binder.marks import grading
from binder.models import Attempt, Binder, Page, Resource
from lti.views.typed import as_html
from tests.binder.payloads import PAYLOADS
from tests.browser import chromium
from tests.lti.school import School, open_school, served

A_PAGE = 14
"""Payloads on one page."""
WIRE = """window.fired = []; Object.defineProperty(window, "xs", {value: () => { window.fired.push(new Error().stack) }});
addEventListener("click", event => {
  const link = event.target.closest && event.target.closest("a");
  if (link && !/^\\s*javascript:/i.test(link.getAttribute("href") ?? "")) event.preventDefault();
}, true);"""
TOUCH = """() => { for (const it of document.querySelectorAll("main *")) {
  for (const kind of ["mouseover", "focus", "pointerenter", "animationstart", "toggle", "load", "error"])
    it.dispatchEvent(new Event(kind, {bubbles: false}));
  if (it.matches("a, #go, summary, area") || it.namespaceURI !== "http://www.w3.org/1999/xhtml")
    it.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
} }"""


def doors(payload: str, picture: str) -> Iterator[dict[str, Any]]:
    """Blocks that let a payload in, each where a person writes."""
    quoted = escape(payload)
    yield {"type": "text", "html": payload}
    yield {"type": "text", "html": as_html(payload)}
    yield {"type": "text", "html": as_html(f"- {payload}\n\n# {payload}\n\n**{payload}**")}
    yield {"type": "text", "html": f'<p><span data-math="{quoted[:1900]}">x</span></p>'}
    yield {"type": "text", "html": f'<p><img src="resource:{picture}" alt="{quoted}"></p>'}
    yield {
        "type": "text",
        "html": f'<p><a href="{quoted}" title="{quoted}">a</a><abbr title="{quoted}">b</abbr></p>',
    }
    yield {"type": "text", "html": f'<p><a href="page:{picture}" title="{quoted}">{payload}</a></p>'}
    yield {"type": "math", "latex": payload[:2000], "label": payload[:100]}
    yield {"type": "math", "latex": rf"\text{{{payload[:1900]}}}"}
    yield {"type": "heading", "text": payload[:255]}
    yield {"type": "image", "resource": picture, "alt": payload[:1000], "caption": payload[:1000]}
    yield {"type": "file", "resource": picture, "label": payload[:255]}
    yield {"type": "callout", "title": payload[:255], "html": payload}


def blocks_of(payload: str, picture: str) -> list[dict[str, Any]]:
    made = []
    for data in doors(payload, picture):
        try:
            made.append(load_block(data))
        except Invalid:  # refused is as good as cleaned
            continue
    return made


def question(session: Session, teacher: Viewer, binder: Binder, payloads: list[str]) -> dict[str, Any]:
    """An activity whose prompt, options and explanation are hostile."""
    options = [
        {"id": f"o{number}", "html": f"{number} {payload}"[:5000]} for number, payload in enumerate(payloads)
    ]
    saved = authoring.save_activity(
        session,
        teacher,
        binder.id,
        {
            "title": payloads[0][:255],
            "points": "1",
            "body": {"prompt": f"<p>p</p>{payloads[0]}", "options": options},
            "key": {"correct": ["o0"], "explanation": payloads[-1], "feedback": {"o1": payloads[1]}},
            "scoring": {},
        },
        type="choice",
        activity_id=None,
    )
    return load_block({"type": "activity", "activity": str(saved.id)})


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school whose binder is full of payloads."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("hostile"))
    with opened.begin() as session:
        fill(opened, session)
    yield opened
    opened.close()


def fill(school: School, session: Session) -> None:
    teacher = school.people["teacher"]
    binder = session.get_one(Binder, (teacher.tenant_id, school.ids["binder"]))
    section = authoring.add_section(session, teacher, binder.id, title="<b>xs()</b>")
    picture = (
        session.scalars(
            sa.select(Resource.id).where(
                Resource.binder_id == binder.id, Resource.media_type == "image/svg+xml"
            )
        ).first()
        or binder.resources[0].id
    )
    texts = [payload.encode("utf-8", "replace").decode().replace("\x00", "") for payload in PAYLOADS.values()]
    pages = []
    for start in range(0, len(texts), A_PAGE):
        chosen = texts[start : start + A_PAGE]
        page = authoring.add_page(session, teacher, section.id, title=chosen[0][:255])
        page.blocks = [block for payload in chosen for block in blocks_of(payload, str(picture))]
        page.blocks = [*page.blocks, question(session, teacher, binder, chosen)]
        pages.append(page.id)
    together = authoring.add_page(session, teacher, section.id, title="Éditeur")
    together.blocks = [
        load_block(
            {
                "type": "text",
                "html": "<hr>".join(block["html"] for block in page_blocks if block["type"] == "text"),
            }
        )
        for page_blocks in (
            [blocks_of(payload, str(picture))[0] for payload in texts[start::6]] for start in range(6)
        )
    ]
    school.ids["together"] = together.id
    school.ids |= {f"hostile{number}": page for number, page in enumerate(pages)}


def comments() -> list[str]:
    """All payloads, in as few comments as will hold them."""
    made = [""]
    for payload in PAYLOADS.values():
        typed = payload.encode("utf-8", "replace").decode()[: grading.MAX_COMMENT // 2]
        if len(made[-1]) + len(typed) >= grading.MAX_COMMENT:
            made.append("")
        made[-1] += f"{typed}\n"
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with chromium(bare=True) as running:
        yield running


def looked_at(
    browser: Browser, origin: str, who: str, path: str, within: str = "main"
) -> tuple[list[str], list[str]]:
    """What fired, and what was asked for that our own page does not ask for: from us or from others."""
    context = browser.new_context(bypass_csp=True, locale="fr")
    context.add_cookies([{"name": "as", "value": who, "url": origin}])
    context.add_init_script(WIRE)
    page, asked = context.new_page(), list[str]()

    def ask(request: Request) -> None:
        ours = re.fullmatch(
            re.escape(origin)
            + r"(/lti/static/[^?#]*(\?[^#]*)?|/lti/my/(binders|pages|work)/[0-9a-f-]{36}/files/[0-9a-f-]{36}(\?w=\d+)?"
            r"|/favicon.ico|/lti/my/maths|/lti/my/pages/[0-9a-f-]{36}/blocks/[0-9a-f]{8}|/lti/my/[a-z]+/[0-9a-f-]{36}(/edit)?)",
            request.url,
        )
        if ours is None and not request.url.startswith("data:image/svg+xml"):
            asked.append(request.url)

    page.on("request", ask)
    page.on("popup", lambda popup: asked.append(f"popup {popup.url}"))
    page.on("dialog", lambda dialog: (asked.append(f"dialog {dialog.message}"), dialog.dismiss()))
    try:
        page.goto(origin + path, wait_until="load")
        page.locator(within).first.wait_for(state="attached")
        page.evaluate(TOUCH)
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        return page.evaluate("() => window.fired"), asked
    finally:
        context.close()


@pytest.mark.browser
def test_no_payload_does_anything_through_any_door(school: School, browser: Browser) -> None:
    with served(school.app) as origin:
        troubles = {}
        for name, page in school.ids.items():
            if name.startswith("hostile"):
                found = looked_at(browser, origin, "teacher", f"/lti/my/pages/{page}")
                if any(found):
                    troubles[name] = found
        assert not troubles


@pytest.mark.browser
def test_no_payload_does_anything_in_the_editor(school: School, browser: Browser) -> None:
    """Where it is shown, stands in a form, and is taken up by the rich-text editor."""
    with served(school.app) as origin:
        path = f"/lti/my/pages/{school.ids['together']}/edit"
        assert looked_at(browser, origin, "teacher", path, ".block-forms .ProseMirror, .ProseMirror") == (
            [],
            [],
        )


@pytest.mark.browser
def test_no_payload_in_a_comment_does_anything(school: School, browser: Browser) -> None:
    pupil = school.people["pupil"]
    with served(school.app) as origin:
        for comment in comments():
            with school.begin() as session:
                attempt = session.scalars(
                    sa.select(Attempt).where(
                        Attempt.assignment_id == school.ids["marked"], Attempt.person_id == pupil.person_id
                    )
                ).one()
                grading.review(session, school.people["teacher"], attempt.id, comment=comment)
            assert looked_at(browser, origin, "pupil", f"/lti/my/work/{school.ids['marked']}") == ([], [])


@pytest.mark.browser
def test_the_trap_works(school: School, browser: Browser) -> None:
    """The same page does fire, and does ask elsewhere, where somebody got round the gate."""
    with school.begin() as session:
        teacher = school.people["teacher"]
        page = session.get_one(Page, (teacher.tenant_id, school.ids["draft"]))
        kept = page.blocks
        page.blocks = [
            {"id": "x", "type": "text", "html": '<img src=q onerror=xs()><a href="javascript:xs()">c</a>'},
            {"id": "y", "type": "text", "html": '<img src="https://evil.test/i">'},
        ]
    with served(school.app) as origin:
        fired, asked = looked_at(browser, origin, "teacher", f"/lti/my/pages/{page.id}")
    with school.begin() as session:
        session.get_one(Page, (teacher.tenant_id, school.ids["draft"])).blocks = kept
    assert len(fired) >= 2
    assert any("evil.test" in url for url in asked)
    assert any(url.startswith(origin) for url in asked)
