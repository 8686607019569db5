"""Client-side storage of the demo ENT: what is announced, and what a tool in a frame gets in a real browser."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Frame, Page

from examples.ent import Ent, create_ent
from tests.browser import chromium as running_chromium
from tests.examples.ent_tool import ISSUER, Browser, FakeTool, Form
from tests.examples.test_ent_browser import opened_school, sign_in

Browse = Callable[[str], Browser]
ASK = """([where, message, patience]) => new Promise((resolve) => {
  let target;
  try {
    target = where === "_parent" ? parent : parent.frames[where];
    target.postMessage;
  } catch {
    return resolve("no such frame");
  }
  const late = setTimeout(() => resolve("silence"), patience);
  addEventListener("message", function take(event) {
    if (!event.data.subject?.endsWith(".response")) return;
    clearTimeout(late);
    removeEventListener("message", take);
    resolve({...event.data, origin: event.origin});
  });
  target.postMessage(message, "*");
})"""


# What is announced


@pytest.mark.parametrize(
    ("target", "announced"), [("lti_storage", "lti_storage"), ("_parent", "_parent"), (None, None)]
)
def test_storage_is_announced_to_tools_in_a_frame(
    ent: Ent, tool: FakeTool, browse: Browse, target: str | None, announced: str | None
) -> None:
    ent.options.storage_target = target
    browser, link = browse("lina"), ent.link("5A").id
    login = tool.login(browser.text(f"/links/{link}/launch?target=iframe"))
    assert login.get("lti_storage_target") == announced
    launch = tool.authorize(browser, tool.authorization(login)).fields
    assert launch.get("lti_storage_target") == announced
    assert "lti_storage_target" not in tool.login(browser.text(f"/links/{link}/launch?target=window"))
    assert ('name="lti_storage"' in browser.text(f"/links/{link}")) == (target == "lti_storage")


def test_a_refusal_announces_nothing(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = tool.log_in(browser, ent.link("5A").id, "iframe")
    assert tool.authorize(browser, {**parameters, "nonce": ""}).fields.keys() == {
        "error",
        "error_description",
        "state",
    }


def test_where_storage_is_can_be_set_from_the_start(tool: FakeTool, tmp_path: Path) -> None:
    for target in (None, "_parent", "drawer"):
        app = create_ent(
            database=tmp_path / "ent.sqlite", public_url=ISSUER, tool=tool.registration, storage_target=target
        )
        assert app.extensions["ent"].options.storage_target == target


def test_the_storage_frame_is_for_people_who_are_signed_in(app: Flask, browse: Browse) -> None:
    assert Browser(app).get("/lti-storage").status_code == 302
    first, second = (browse("lina").text("/lti-storage") for _ in range(2))
    assert 'data-origins="http://other.test http://tool.test"' in first
    assert first != second, "another session, another partition"


def test_the_form_waits_for_the_frame_only_if_there_will_be_one(ent: Ent, browse: Browse) -> None:
    path = f"/links/{ent.link('5A').id}/launch?target=iframe"
    assert 'data-waits-for="lti_storage"' in browse("lina").text(path)
    ent.options.storage_faults = frozenset({"no_frame"})
    page = browse("lina").text(path)
    assert "data-waits-for" not in page
    assert Form(page, "message").fields["lti_storage_target"] == "lti_storage"


# In a browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def school(tmp_path: Path) -> Iterator[SimpleNamespace]:
    with opened_school(tmp_path, False) as school:
        yield school


def tool_frame(page: Page, school: SimpleNamespace) -> Frame:
    """The tool, opened in a frame of the ENT."""
    page.goto(f"{school.url}/links/{school.ent.link('5A').id}")
    frame = page.frame(name="tool")
    assert frame is not None
    frame.wait_for_url(school.ent.tool.launch_url)  # not a page on the way there
    frame.get_by_role("heading").wait_for()
    return frame


def ask(frame: Frame | Page, where: str, subject: str, patience: int = 20_000, **message: Any) -> Any:
    """Send one message to the ENT, and wait so many milliseconds for the answer."""
    return frame.evaluate(ASK, [where, {"subject": subject, "message_id": "m1", **message}, patience])


@pytest.mark.browser
def test_a_tool_in_a_frame_keeps_values(chromium: Chromium, school: SimpleNamespace) -> None:
    host = urlsplit(school.ent.tool.launch_url)
    second = f"http://localhost:{host.port}"
    school.ent.configured_tools = (
        replace(school.ent.tool, redirect_uris=(school.ent.tool.launch_url, f"{second}/launch")),
    )
    page = chromium.new_page()
    sign_in(page, school.url, "lina")
    frame = tool_frame(page, school)
    told = ask(frame, "_parent", "lti.capabilities")
    storing = {each["subject"]: each.get("frame") for each in told["supported_messages"]}
    assert storing["lti.put_data"] == storing["lti.get_data"] == "lti_storage"
    assert told["origin"] == school.url
    put = ask(frame, "lti_storage", "lti.put_data", key="state_1", value="secret")
    assert put == {
        "subject": "lti.put_data.response",
        "message_id": "m1",
        "key": "state_1",
        "value": "secret",
        "origin": school.url,
    }
    frame.goto(f"{host.scheme}://{host.netloc}/nowhere")
    assert ask(frame, "lti_storage", "lti.get_data", key="state_1")["value"] == "secret"
    assert ask(frame, "lti_storage", "org.imsglobal.lti.get_data", key="state_1")["value"] == "secret"
    assert ask(frame, "lti_storage", "lti.get_data", key="state_2")["value"] is None
    for subject, changes, code in [
        ("lti.put_data", {"key": "k", "value": 7}, "bad_request"),
        ("lti.put_data", {"key": "", "value": "v"}, "bad_request"),
        ("lti.get_data", {}, "bad_request"),
        ("lti.get_data", {"key": "k", "message_id": 7}, "bad_request"),
        ("lti.forget_all", {}, "unsupported_subject"),
        ("lti.put_data", {"key": "k", "value": "é" * 2049}, "storage_exhaustion"),
    ]:
        assert ask(frame, "lti_storage", subject, **changes)["error"]["code"] == code, (subject, changes)
    assert ask(frame, "_parent", "lti.put_data", key="k", value="v")["error"]["code"] == "unsupported_subject"
    assert ask(frame, "lti_storage", "lti.put_data", key="k", value="é" * 2048)["key"] == "k"
    for number in range(498):
        frame.evaluate(
            "(n) => parent.frames.lti_storage.postMessage({subject: 'lti.put_data', message_id: 'x', key: 'n' + n, value: ''}, '*')",
            number,
        )
    assert (
        ask(frame, "lti_storage", "lti.put_data", key="one", value="too many")["error"]["code"]
        == "storage_exhaustion"
    )
    assert ask(frame, "lti_storage", "lti.put_data", key="k", value=None)["value"] is None
    assert ask(frame, "lti_storage", "lti.put_data", key="one", value="more")["value"] == "more"
    frame.goto(f"{second}/nowhere")
    assert ask(frame, "lti_storage", "lti.get_data", key="state_1")["value"] is None, "another origin"
    stranger = ask(page, "lti_storage", "lti.get_data", key="state_1")
    assert stranger["error"]["code"] == "wrong_origin"
    sign_in(page, school.url, "lina")
    frame = tool_frame(page, school)
    assert ask(frame, "lti_storage", "lti.get_data", key="state_1")["value"] is None, "another session"
    page.close()


@pytest.mark.browser
def test_storage_can_be_elsewhere_or_fail(chromium: Chromium, school: SimpleNamespace) -> None:
    page, options = chromium.new_page(), school.ent.options
    sign_in(page, school.url, "lina")
    for target, faults, where, expected in [
        ("_parent", set(), "_parent", "v"),
        ("drawer", set(), "drawer", "v"),
        ("drawer", {"no_frame"}, "drawer", "no such frame"),
        ("drawer", {"no_frame"}, "_parent", "v"),
        ("drawer", {"no_frame", "silent"}, "_parent", "silence"),
        ("drawer", {"silent"}, "drawer", "silence"),
        ("drawer", {"wrong_origin"}, "drawer", "wrong_origin"),
        ("drawer", {"exhausted"}, "drawer", "storage_exhaustion"),
        (None, set(), "_parent", "unsupported_subject"),
    ]:
        options.storage_target, options.storage_faults = target, frozenset(faults)
        patience = 1200 if expected == "silence" else 20_000
        answer = ask(tool_frame(page, school), where, "lti.put_data", patience, key="k", value="v")
        if isinstance(answer, dict):
            answer = answer["error"]["code"] if "error" in answer else answer["value"]
        assert answer == expected, (target, faults)
    page.close()


@pytest.mark.browser
def test_a_tool_in_a_frame_asks_for_its_height_and_to_be_closed(
    chromium: Chromium, school: SimpleNamespace
) -> None:
    page = chromium.new_page()
    sign_in(page, school.url, "lina")
    frame = tool_frame(page, school)
    box = page.locator("#tool")
    usual = box.bounding_box()["height"]  # type: ignore[index]
    for height, expected in (
        ("321", 321),
        (123.4, 123),
        (-5, 123),
        ("tall", 123),
        ("100%", usual),
        (10**9, 20000),
    ):
        frame.evaluate("(height) => parent.postMessage({subject: 'lti.frameResize', height}, '*')", height)
        frame.evaluate("() => new Promise(requestAnimationFrame)")
        page.wait_for_timeout(30)
        fits = "(height) => Math.abs(document.getElementById('tool').offsetHeight - height) <= 1"
        page.wait_for_function(fits, arg=expected, timeout=5000)
    page.evaluate("() => window.postMessage({subject: 'lti.close'}, '*')")
    page.wait_for_timeout(50)
    assert "/links/" in page.url, "only a tool closes its frame"
    frame.evaluate("() => parent.postMessage({subject: 'org.imsglobal.lti.close'}, '*')")
    page.wait_for_url(f"**/classes/{school.ent.school_class('5A').id}")
    page.close()
