"""Deep linking into the demo ENT: the request, the answer, everything that is refused."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from examples.ent import Ent
from tests.examples.ent_tool import AGS, DL, ISSUER, LTI, Browser, FakeTool, Form, new_private_key

Browse = Callable[[str], Browser]
QUIZ = {
    "type": "ltiResourceLink",
    "title": "Les fractions",
    "text": "Dix questions",
    "url": "http://tool.test/launch?page=7",
    "custom": {"page": "7", "until": "$ResourceLink.submission.endDateTime"},
    "submission": {"endDateTime": "2026-12-01T18:00:00+01:00"},
    "lineItem": {"scoreMaximum": 20, "label": "Fractions", "resourceId": "7", "tag": "grade"},
}


def request(tool: FakeTool, browser: Browser, ent: Ent, label: str = "5A") -> dict[str, Any]:
    """What the tool gets when the teacher adds an activity."""
    answer = browser.post(f"/classes/{ent.school_class(label).id}/activities", {})
    assert answer.status_code == 200
    parameters = tool.authorization(Form(answer.get_data(as_text=True), "message").fields)
    return tool.verified(tool.authorize(browser, parameters).fields["id_token"], parameters["nonce"])


def response(tool: FakeTool, asked: dict[str, Any], items: Any, **changes: Any) -> dict[str, Any]:
    """What the tool answers; a change to None leaves a claim out."""
    now = int(time.time())
    claims = {
        "iss": tool.client_id,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 300,
        "nonce": "once",
        f"{LTI}message_type": "LtiDeepLinkingResponse",
        f"{LTI}version": "1.3.0",
        f"{LTI}deployment_id": asked[f"{LTI}deployment_id"],
        f"{DL}data": asked[f"{DL}deep_linking_settings"]["data"],
        f"{DL}content_items": items,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def send(browser: Browser, token: str) -> TestResponse:
    return browser.client.post("/deep-linking/return", data={"JWT": token})


def test_the_request_says_what_is_wanted(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    asked = request(tool, browse("morel"), ent)
    assert asked[f"{LTI}message_type"] == "LtiDeepLinkingRequest"
    assert f"{LTI}resource_link" not in asked
    settings = asked[f"{DL}deep_linking_settings"]
    assert settings["deep_link_return_url"] == f"{ISSUER}/deep-linking/return"
    assert set(settings["accept_types"]) == {"link", "ltiResourceLink", "file", "html", "image"}
    assert settings["accept_multiple"] is True
    assert len(settings["data"]) > 30


def test_what_the_teacher_chose_stands_on_the_class_page(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    asked = request(tool, browser, ent)
    answer = send(browser, tool.sign(response(tool, asked, [QUIZ])))
    assert answer.headers["Location"] == f"/classes/{ent.school_class('5A').id}"
    page = browser.text(answer.headers["Location"])
    assert "«\u00a0Les fractions\u00a0» a été ajouté à la classe." in page
    link = ent.links("5A")[1]
    assert (link.title, link.text, link.url) == (QUIZ["title"], QUIZ["text"], QUIZ["url"])
    [item] = ent.line_items("5A")
    assert (item.link_id, item.label, item.score_maximum) == (link.id, "Fractions", 20)
    assert (item.resource_id, item.tag) == ("7", "grade")
    claims = tool.launch(browse("lina"), link.id)
    assert claims[f"{LTI}target_link_uri"] == QUIZ["url"]
    assert claims[f"{LTI}custom"]["page"] == "7"
    assert claims[f"{LTI}custom"]["until"] == "2026-12-01T18:00:00+01:00"
    assert claims[f"{LTI}resource_link"]["description"] == "Dix questions"
    assert item.id in claims[AGS]["lineitem"]
    assert len(ent.links("5B")) == 1


def test_an_item_may_say_very_little(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    items = [{"type": "ltiResourceLink", "lineItem": {"scoreMaximum": 5}}]
    send(browser, tool.sign(response(tool, request(tool, browser, ent), items)))
    assert (ent.links("5A")[1].title, ent.links("5A")[1].url) == ("Classeur", "http://tool.test/launch")
    assert ent.line_items("5A")[0].label == "Classeur"


def test_a_web_link_is_kept_as_one(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    items = [{"type": "link", "title": "Musée", "url": "https://musee.example/"}]
    send(browser, tool.sign(response(tool, request(tool, browser, ent), items)))
    link = ent.links("5A")[1]
    assert link.client_id is None
    assert browse("lina").get(f"/links/{link.id}").headers["Location"] == "https://musee.example/"
    assert browse("lina").get(f"/links/{link.id}/launch").status_code == 404


@pytest.mark.parametrize("items", [[], None])
def test_choosing_nothing_changes_nothing(ent: Ent, tool: FakeTool, browse: Browse, items: Any) -> None:
    browser = browse("morel")
    answer = send(browser, tool.sign(response(tool, request(tool, browser, ent), items)))
    assert "Rien n’a été ajouté." in browser.text(answer.headers["Location"])
    assert len(ent.links("5A")) == 1


def test_a_message_of_the_tool_is_shown(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    claims = response(tool, request(tool, browser, ent), [], **{f"{DL}msg": "Choix <b>annulé</b>"})
    answer = send(browser, tool.sign(claims))
    assert "Choix &lt;b&gt;annulé&lt;/b&gt;" in browser.text(answer.headers["Location"])


def test_an_error_of_the_tool_is_shown(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    claims = response(tool, request(tool, browser, ent), [], **{f"{DL}errormsg": "<b>Panne</b>"})
    answer = send(browser, tool.sign(claims))
    assert answer.status_code == 400
    assert "&lt;b&gt;Panne&lt;/b&gt;" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"iss": "nobody"}, "content.unknown_tool"),
        ({"iss": None}, "content.unknown_tool"),
        ({"aud": "https://elsewhere.test"}, "content.audience"),
        ({"aud": [ISSUER, "https://elsewhere.test"]}, "content.audience"),
        ({"aud": None}, "content.audience"),
        ({"azp": "https://elsewhere.test"}, "content.audience"),
        ({"exp": None}, "content.time"),
        ({"exp": int(time.time()) - 600}, "content.time"),
        ({"iat": None}, "content.time"),
        ({"iat": int(time.time()) - 3600}, "content.time"),
        ({"iat": int(time.time()) + 3600}, "content.time"),
        ({"nonce": None}, "content.message"),
        ({f"{LTI}message_type": "LtiResourceLinkRequest"}, "content.message"),
        ({f"{LTI}version": "1.1"}, "content.message"),
        ({f"{LTI}deployment_id": "another"}, "content.message"),
        ({f"{DL}data": None}, "content.data"),
        ({f"{DL}data": "made up"}, "content.data"),
        ({f"{DL}data": 7}, "content.data"),
        ({f"{DL}content_items": [QUIZ] * 51}, "content.too_many"),
        ({f"{DL}content_items": "quiz"}, "content.items"),
        ({f"{DL}content_items": ["quiz"]}, "content.type"),
        ({f"{DL}content_items": [{"type": "ltiAssetProcessor"}]}, "content.type"),
        ({f"{DL}content_items": [{**QUIZ, "title": 7}]}, "content.text"),
        ({f"{DL}content_items": [{**QUIZ, "custom": {"page": 7}}]}, "content.custom"),
        ({f"{DL}content_items": [{**QUIZ, "url": "http://evil.test/"}]}, "content.url"),
        ({f"{DL}content_items": [{"type": "link", "url": "javascript:alert(1)"}]}, "content.url"),
        ({f"{DL}content_items": [{"type": "link"}]}, "content.url"),
        ({f"{DL}content_items": [{**QUIZ, "lineItem": {}}]}, "content.line_item"),
        ({f"{DL}content_items": [{**QUIZ, "lineItem": 20}]}, "content.line_item"),
        ({f"{DL}content_items": [{**QUIZ, "lineItem": {"scoreMaximum": 0}}]}, "content.line_item"),
        ({f"{DL}content_items": [{**QUIZ, "lineItem": {"scoreMaximum": 1, "tag": 7}}]}, "content.line_item"),
    ],
)
def test_a_wrong_answer_is_refused_in_words(
    ent: Ent, tool: FakeTool, browse: Browse, changes: dict[str, Any], key: str
) -> None:
    browser = browse("morel")
    answer = send(browser, tool.sign(response(tool, request(tool, browser, ent), [QUIZ], **changes)))
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert f'data-key="{key}"' in page
    assert "L’activité n’a pas été ajoutée" in page
    assert len(ent.links("5A")) == 1
    assert ent.line_items("5A") == []


def test_an_answer_needs_the_tools_signature(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    claims = response(tool, request(tool, browser, ent), [QUIZ])
    hostile = [
        tool.sign(claims, key=new_private_key()),
        tool.sign(claims, kid="unheard-of"),
        ent.sign(claims),
        ent.sign(claims, algorithm="none", headers={"kid": tool.kid}),
        ent.sign(claims, "secret", algorithm="HS256", headers={"kid": tool.kid}),
        "not a token",
        "",
    ]
    for token in hostile:
        assert send(browser, token).status_code == 400
    assert len(ent.links("5A")) == 1


def test_an_answer_counts_once_and_only_in_its_session(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    token = tool.sign(response(tool, request(tool, browser, ent), [QUIZ]))
    for stranger in ("morel", "haddad", "lina"):
        assert send(browse(stranger), token).status_code == 400
    assert send(browser, token).status_code == 302
    assert send(browser, token).status_code == 400
    assert len(ent.links("5A")) == 2


def test_an_answer_to_another_tools_request_is_refused(
    ent: Ent, tool: FakeTool, other_tool: FakeTool, browse: Browse
) -> None:
    browser = browse("morel")
    claims = response(other_tool, request(tool, browser, ent), [QUIZ])
    assert send(browser, other_tool.sign(claims)).status_code == 400


def test_a_request_expires(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("morel")
    asked = request(tool, browser, ent)
    later = datetime.now(UTC) + timedelta(hours=2)
    ent.clock = lambda: later
    times = {"iat": int(later.timestamp()), "exp": int(later.timestamp()) + 60}
    answer = send(browser, tool.sign(response(tool, asked, [QUIZ], **times)))
    assert 'data-key="content.data"' in answer.get_data(as_text=True)


def test_without_its_cookie_the_ent_posts_the_answer_to_itself_once(
    ent: Ent, tool: FakeTool, browse: Browse
) -> None:
    browser = browse("morel")
    token = tool.sign(response(tool, request(tool, browser, ent), [QUIZ]))
    stranger = Browser(browser.app)
    form = Form(send(stranger, token).get_data(as_text=True), "message")
    assert form.action == f"{ISSUER}/deep-linking/return"
    assert form.fields == {"JWT": token, "repost": "1"}
    assert "/sign-in" in stranger.client.post("/deep-linking/return", data=form.fields).headers["Location"]
    assert browser.client.post("/deep-linking/return", data=form.fields).status_code == 302


def test_only_the_classs_teacher_may_add(ent: Ent, browse: Browse) -> None:
    path = f"/classes/{ent.school_class('5A').id}/activities"
    for login in ("haddad", "lina", "samira", "fournier"):
        assert browse(login).post(path, {}).status_code == 403
    assert browse("morel").post("/classes/nothing/activities", {}).status_code == 404
    assert browse("morel").post(path, {"client_id": "nobody"}).status_code == 404


def test_the_teacher_chooses_between_tools(ent: Ent, browse: Browse) -> None:
    browser = browse("morel")
    path = f"/classes/{ent.school_class('5A').id}"
    assert 'name="client_id" value="other"' in browser.text(path)
    answer = browser.post(f"{path}/activities", {"client_id": "other"})
    assert Form(answer.get_data(as_text=True), "message").action == "http://other.test/login"


def test_scripted_claims_for_choosing_may_ask_nothing_back(ent: Ent) -> None:
    settings = f"{DL}deep_linking_settings"
    assert "data" not in ent.deep_linking_claims("morel", "5A")[settings]
    assert ent.deep_linking_claims("morel", "5A", data="")[settings]["data"] == ""
