"""The demo ENT's messages beside links: review, privacy, a whole class, terms of use, supervised assessments."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from examples.ent import Ent, Privacy
from examples.ent.messages import SUPPORTED, TYPES
from tests.examples.ent_tool import AGS, ISSUER, LTI, NRPS, Browser, FakeTool, Form
from tests.examples.test_ent_pages import give

Browse = Callable[[str], Browser]
AP = "https://purl.imsglobal.org/spec/lti-ap/claim/"
EULA = f"{LTI}eulaservice"
EULA_USER = "https://purl.imsglobal.org/spec/lti/scope/eula/user"
EULA_DEPLOYMENT = "https://purl.imsglobal.org/spec/lti/scope/eula/deployment"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
WHEN = "2026-11-03T10:00:00Z"


def status(browser: Browser, door: str, **arguments: str) -> int:
    return browser.client.get(f"/open/{door}/launch", query_string=arguments).status_code


# Submission review


@pytest.fixture
def handed_in(ent: Ent) -> str:
    """A line item whose submissions can be looked at once they are handed in."""
    ent.add_link("5A", title="Dictée", score_maximum=20, custom={"page": "7"})
    item = ent.messages.review(
        ent.line_items("5A")[0],
        url="http://tool.test/review",
        custom={"review": "yes"},
        label="Relire la copie",
        reviewableStatus=["Completed"],
    )
    give(ent, item.id, "lina", 12)
    return item.id


def test_a_teacher_reviews_what_a_pupil_handed_in(
    ent: Ent, tool: FakeTool, browse: Browse, handed_in: str
) -> None:
    browser, lina = browse("morel"), ent.account("lina")
    page = browser.text(f"/classes/{ent.school_class('5A').id}/gradebook")
    [door] = re.findall(r'class="review" href="(/open/review[^"]*)">Relire la copie', page)
    framed = browser.text(door.replace("&amp;", "&"))
    assert "Dictée – Lina Benali" in framed
    [frame] = re.findall(r'id="tool"[^>]* src="([^"]*)"', framed)
    claims = tool.follow(browser, browser.text(frame.replace("&amp;", "&")))
    assert claims[f"{LTI}message_type"] == "LtiSubmissionReviewRequest"
    assert claims[f"{LTI}target_link_uri"] == "http://tool.test/review"
    assert claims[f"{LTI}resource_link"]["title"] == "Dictée"
    assert claims[f"{LTI}context"]["id"] == ent.school_class("5A").id
    assert handed_in in claims[AGS]["lineitem"]
    about = claims[f"{LTI}for_user"]
    assert (about["user_id"], about["name"]) == (lina.id, "Lina Benali")
    assert about["roles"][0].endswith("membership#Learner")
    assert claims["sub"] == ent.account("morel").id
    assert claims[f"{LTI}custom"].items() >= {("page", "7"), ("review", "yes")}
    assert claims[f"{LTI}launch_presentation"]["document_target"] == "iframe"


def test_a_pupil_reviews_only_what_is_theirs(
    ent: Ent, tool: FakeTool, browse: Browse, handed_in: str
) -> None:
    lina, tom = ent.account("lina").id, ent.account("tom").id
    claims = tool.open(browse("lina"), "review", line_item=handed_in, user=lina)
    assert claims[f"{LTI}for_user"]["user_id"] == claims["sub"] == lina
    for login, user, expected in [
        ("tom", lina, 403),
        ("samira", lina, 403),
        ("fournier", lina, 403),
        ("haddad", lina, 403),
        ("tom", tom, 403),
        ("morel", tom, 403),
        ("morel", ent.account("adam").id, 404),
        ("morel", ent.account("morel").id, 404),
        ("morel", "nobody", 404),
    ]:
        assert status(browse(login), "review", line_item=handed_in, user=user) == expected, (login, user)
    assert status(browse("morel"), "review", line_item="nothing", user=lina) == 404


def test_a_line_item_without_a_review_has_none(ent: Ent, browse: Browse) -> None:
    ent.add_link("5A", title="Dictée", score_maximum=20)
    [item] = ent.line_items("5A")
    give(ent, item.id, "lina", 12)
    assert status(browse("morel"), "review", line_item=item.id, user=ent.account("lina").id) == 404
    ent.messages.review(item, reviewableStatus=[])
    assert status(browse("morel"), "review", line_item=item.id, user=ent.account("lina").id) == 403
    ent.messages.review(item)
    for login, expected in (("lina", 200), ("tom", 403)):
        user = ent.account(login).id
        assert status(browse("morel"), "review", line_item=item.id, user=user) == expected
    for wrong in ({"url": 7}, {"custom": {"a": 1}}, {"custom": "a"}, {"reviewableStatus": "Completed"}):
        ent.messages.review(item, **wrong)
        assert status(browse("morel"), "review", line_item=item.id, user=ent.account("lina").id) == 403


def test_a_review_without_a_link_goes_to_the_tool(ent: Ent) -> None:
    item = ent.messages.review(ent.add_line_item("5A", label="Oral"))
    claims = ent.messages.submission_review("morel", item, "lina")
    assert f"{LTI}resource_link" not in claims
    assert claims[f"{LTI}target_link_uri"] == "http://tool.test/launch"


# Data privacy


@pytest.mark.parametrize("name", ["LtiDataPrivacyLaunchRequest", "DataPrivacyLaunchRequest"])
def test_an_administrator_opens_the_data_of_anybody(
    ent: Ent, tool: FakeTool, browse: Browse, name: str
) -> None:
    ent.options.data_privacy_request = name
    lina = ent.account("lina")
    browser = browse("admin")
    assert f"user={lina.id}" in browser.text("/privacy")
    claims = tool.open(browser, "privacy", user=lina.id)
    assert claims[f"{LTI}message_type"] == name
    assert claims[f"{LTI}for_user"]["user_id"] == lina.id
    assert claims["sub"] == ent.account("admin").id
    assert claims[f"{LTI}roles"] == [
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
    ]
    assert not {f"{LTI}context", f"{LTI}resource_link", AGS, NRPS} & claims.keys()
    assert f"{LTI}for_user" not in ent.messages.data_privacy("admin")


def test_everybody_else_opens_their_own_data(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    lina, tom = ent.account("lina"), ent.account("tom")
    page = browse("lina").text("/privacy")
    assert f"user={lina.id}" in page
    assert tom.id not in page
    assert tool.open(browse("lina"), "privacy")[f"{LTI}for_user"]["user_id"] == lina.id
    for login in ("lina", "morel", "samira"):
        assert status(browse(login), "privacy", user=tom.id) == 403
    assert status(browse("admin"), "privacy", user="nobody") == 404
    assert status(browse("admin"), "privacy", tool="nobody") == 404


# A whole class


def test_a_class_opens_in_the_tool(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    class_id = ent.school_class("5A").id
    page = browse("lina").text(f"/classes/{class_id}")
    assert "Ouvrir la classe dans Classeur" in page
    for login in ("lina", "morel", "samira", "fournier"):
        claims = tool.open(browse(login), "class", class_id=class_id)
        assert claims[f"{LTI}message_type"] == "LtiContextLaunchRequest"
        assert claims[f"{LTI}context"]["id"] == class_id
        assert f"{LTI}resource_link" not in claims
        assert "lineitem" not in claims[AGS]
    assert status(browse("haddad"), "class", class_id=class_id) == 403
    assert status(browse("morel"), "class", class_id="nothing") == 404
    assert status(browse("morel"), "nothing") == 404


def test_a_tool_gets_only_the_messages_it_registered(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    message = {
        "type": "LtiContextLaunchRequest",
        "target_link_uri": "http://tool.test/course",
        "custom_parameters": {"from": "course"},
    }
    ent.configured_tools = (replace(tool.registration, messages=(message,)), *ent.configured_tools[1:])
    class_id = ent.school_class("5A").id
    claims = tool.open(browse("morel"), "class", class_id=class_id)
    assert claims[f"{LTI}target_link_uri"] == "http://tool.test/course"
    assert claims[f"{LTI}custom"]["from"] == "course"
    for door in ("privacy", "eula"):
        assert status(browse("morel"), door) == 404
    home = browse("morel").text("/")
    assert ("/open/eula?tool=other" in home, "/open/eula?tool=classeur" in home) == (True, False)
    assert browse("morel").post(f"/classes/{class_id}/activities", {}).status_code == 404


# Terms of use


def call(tool: FakeTool, url: str, scope: str, method: str, body: Any = None) -> Any:
    return tool.call(url, scope, method=method, body=body, media_type="application/json" if body else None)


def test_a_tool_says_who_accepted_its_terms(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    lina = ent.account("lina").id
    claims = tool.open(browse("lina"), "eula")
    assert claims[f"{LTI}message_type"] == "LtiEulaRequest"
    assert claims[EULA]["scope"] == [EULA_USER, EULA_DEPLOYMENT]
    url = claims[EULA]["url"]
    answer = {"userId": lina, "accepted": True, "timestamp": WHEN}
    for accepted, words in ((True, "acceptées"), (False, "refusées")):
        said = call(tool, f"{url}/user", EULA_USER, "POST", {**answer, "accepted": accepted})
        assert (said.status_code, said.get_json()) == (201, {**answer, "accepted": accepted})
        assert words in browse("lina").text("/")
    assert "sans réponse" in browse("tom").text("/")
    assert call(tool, f"{url}/user", EULA_USER, "DELETE").status_code == 204
    assert "acceptées" not in browse("lina").text("/")


def test_links_wait_for_terms_that_are_required(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    url = ent.messages.eula("lina")[EULA]["url"]
    link = f"/links/{ent.link('5A').id}"
    required = call(tool, f"{url}/deployment", EULA_DEPLOYMENT, "PUT", {"eulaRequired": True})
    assert (required.status_code, required.get_json()) == (200, {"eulaRequired": True})
    browser = browse("lina")
    answer = browser.get(link)
    assert answer.headers["Location"].startswith("/open/eula?")
    assert f'data-back="{link}"' in browser.text(answer.headers["Location"])
    body = {"userId": ent.account("lina").id, "accepted": True, "timestamp": WHEN}
    call(tool, f"{url}/user", EULA_USER, "POST", body)
    assert browser.get(link).status_code == 200
    assert browse("tom").get(link).status_code == 302
    call(tool, f"{url}/deployment", EULA_DEPLOYMENT, "PUT", {"eulaRequired": False})
    assert browse("tom").get(link).status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "scope", "body", "expected"),
    [
        ("user", "POST", EULA_DEPLOYMENT, {"userId": "?", "accepted": True, "timestamp": WHEN}, 403),
        ("user", "POST", EULA_USER, {"userId": "nobody", "accepted": True, "timestamp": WHEN}, 404),
        ("user", "POST", EULA_USER, {"userId": "lina", "accepted": True, "timestamp": WHEN}, 404),
        ("user", "POST", EULA_USER, {"userId": "?", "accepted": "yes", "timestamp": WHEN}, 400),
        ("user", "POST", EULA_USER, {"userId": "?", "accepted": True, "timestamp": "2026-11-03"}, 400),
        ("user", "POST", EULA_USER, {"userId": "?", "accepted": True}, 400),
        ("user", "POST", EULA_USER, ["?"], 400),
        ("user", "DELETE", EULA_DEPLOYMENT, None, 403),
        ("deployment", "PUT", EULA_USER, {"eulaRequired": True}, 403),
        ("deployment", "PUT", EULA_DEPLOYMENT, {"eulaRequired": 1}, 400),
        ("deployment", "GET", EULA_DEPLOYMENT, None, 405),
    ],
)
def test_the_eula_service_is_strict(
    ent: Ent, tool: FakeTool, path: str, method: str, scope: str, body: Any, expected: int
) -> None:
    url = ent.messages.eula("lina")[EULA]["url"]
    if isinstance(body, dict) and body.get("userId") == "?":
        body = {**body, "userId": ent.account("lina").id}
    assert call(tool, f"{url}/{path}", scope, method, body).status_code == expected


def test_the_eula_address_of_another_tool_is_refused(ent: Ent, tool: FakeTool, other_tool: FakeTool) -> None:
    url = ent.messages.eula("lina")[EULA]["url"]
    assert call(other_tool, f"{url}/user", EULA_USER, "DELETE").status_code == 404


# Supervised assessments


def assessment(tool: FakeTool, asked: dict[str, Any], **changes: Any) -> str:
    claims = {
        f"{AP}session_data": asked[f"{AP}session_data"],
        f"{AP}attempt_number": asked[f"{AP}attempt_number"],
        f"{LTI}resource_link": asked[f"{LTI}resource_link"],
        f"{AP}verified_user": {"name": "Lina Benali"},
        f"{AP}end_assessment_return": True,
        **changes,
    }
    return tool.message("LtiStartAssessment", **claims)


def begin(browser: Browser, token: str) -> Any:
    return browser.client.post("/proctoring/start", data={"JWT": token})


@pytest.fixture
def exam(ent: Ent) -> str:
    link = ent.add_link("5A", title="Contrôle", score_maximum=20)
    ent.messages.proctor(link)
    return link.id


def test_a_supervised_assessment_from_start_to_end(
    ent: Ent, tool: FakeTool, browse: Browse, exam: str
) -> None:
    browser = browse("lina")
    asked = tool.launch(browser, exam)
    assert asked[f"{LTI}message_type"] == "LtiStartProctoring"
    assert asked[f"{AP}start_assessment_url"] == f"{ISSUER}/proctoring/start"
    assert (asked[f"{AP}attempt_number"], asked[f"{LTI}resource_link"]["id"]) == (1, exam)
    answer = begin(browser, assessment(tool, asked))
    opened = tool.follow(browser, answer.get_data(as_text=True))
    assert opened[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert opened[f"{LTI}resource_link"]["id"] == exam
    assert tool.launch(browser, exam)[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    page = browser.text(f"/classes/{ent.school_class('5A').id}/return")
    assert "Terminer l’épreuve" in page
    data = asked[f"{AP}session_data"]
    assert browse("lina").post("/proctoring/end", {"session_data": data}).status_code == 404
    ended = tool.follow(
        browser, browser.post("/proctoring/end", {"session_data": data}).get_data(as_text=True)
    )
    assert ended[f"{LTI}message_type"] == "LtiEndAssessment"
    assert (ended[f"{AP}session_data"], ended[f"{AP}attempt_number"]) == (data, 1)
    assert browser.post("/proctoring/end", {"session_data": data}).status_code == 404
    assert tool.launch(browser, exam)[f"{AP}attempt_number"] == 2


def test_a_supervisor_that_wants_no_end_is_told_none(
    ent: Ent, tool: FakeTool, browse: Browse, exam: str
) -> None:
    browser = browse("lina")
    asked = tool.launch(browser, exam)
    begin(browser, assessment(tool, asked, **{f"{AP}end_assessment_return": None}))
    assert "Terminer" not in browser.text(f"/classes/{ent.school_class('5A').id}/return")


def test_a_teacher_opens_a_supervised_link_as_any_other(
    ent: Ent, tool: FakeTool, browse: Browse, exam: str
) -> None:
    assert tool.launch(browse("morel"), exam)[f"{LTI}message_type"] == "LtiResourceLinkRequest"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({f"{LTI}message_type": "LtiDeepLinkingResponse"}, "content.message"),
        ({f"{LTI}deployment_id": "another"}, "content.message"),
        ({"aud": "https://elsewhere.test"}, "content.audience"),
        ({"exp": 5}, "content.time"),
        ({f"{AP}session_data": "made up"}, "content.data"),
        ({f"{AP}session_data": None}, "content.data"),
        ({f"{AP}attempt_number": 2}, "content.message"),
        ({f"{AP}attempt_number": None}, "content.message"),
        ({f"{LTI}resource_link": {"id": "another"}}, "content.message"),
        ({f"{LTI}resource_link": None}, "content.message"),
        ({f"{AP}verified_user": "Lina"}, "content.message"),
        ({f"{AP}end_assessment_return": "yes"}, "content.message"),
        ({f"{AP}errormsg": "Caméra absente", f"{AP}errorlog": "E7"}, "content.tool_error"),
    ],
)
def test_a_wrong_start_is_refused_in_words(
    ent: Ent, tool: FakeTool, browse: Browse, exam: str, changes: dict[str, Any], key: str
) -> None:
    browser = browse("lina")
    answer = begin(browser, assessment(tool, tool.launch(browser, exam), **changes))
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert f'data-key="{key}"' in page
    assert "L’épreuve n’a pas commencé" in page
    if key == "content.tool_error":
        assert "Caméra absente" in page
        assert [(log.kind, log.text) for log in ent.messages.logs()] == [("errorlog", "E7")]


def test_a_start_counts_once_and_in_its_session(ent: Ent, tool: FakeTool, browse: Browse, exam: str) -> None:
    browser = browse("lina")
    token = assessment(tool, tool.launch(browser, exam))
    for login in ("lina", "tom"):
        assert begin(browse(login), token).status_code == 400
    stranger = Browser(browser.app)
    form = Form(begin(stranger, token).get_data(as_text=True), "message")
    assert form.fields == {"JWT": token, "repost": "1"}
    assert begin(browser, token).status_code == 200
    assert begin(browser, token).status_code == 400


# Privacy and people


def test_an_anonymous_launch_may_have_no_sub(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    ent.privacy, ent.options.anonymous_sub = Privacy.ANONYMOUS, False
    claims = tool.launch(browse("samira"), ent.link("5A").id)
    assert not {"sub", "name", "email", f"{LTI}role_scope_mentor"} & claims.keys()
    assert claims[f"{LTI}roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"]


def test_privacy_may_differ_from_tool_to_tool(ent: Ent, tool: FakeTool) -> None:
    ent.configured_tools = (replace(tool.registration, privacy=Privacy.EMAIL), *ent.configured_tools[1:])
    claims = ent.claims("lina", "5A")
    assert claims["email"] == "lina@quatre-vents.test"
    assert not {"name", "given_name"} & claims.keys()
    about = ent.messages.data_privacy("admin", "lina")[f"{LTI}for_user"]
    assert about.keys() == {"user_id", "email", "roles"}


def test_a_test_user_says_so_beside_a_real_role(ent: Ent) -> None:
    ent.options.test_users = frozenset({"lina"})
    roles = ent.claims("lina", "5A")[f"{LTI}roles"]
    assert TEST_USER in roles
    assert any(role.endswith("membership#Learner") for role in roles)
    assert TEST_USER not in ent.claims("tom", "5A")[f"{LTI}roles"]


# Odds and ends


def test_an_authorization_request_can_be_refused_on_order(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = tool.log_in(browser, ent.link("5A").id)
    ent.options.authorization_error = ("consent_required", "ask first")
    refused = tool.authorize(browser, parameters).fields
    assert (refused["error"], refused["error_description"]) == ("consent_required", "ask first")
    ent.options.authorization_error = None
    assert "id_token" in tool.authorize(browser, parameters).fields


def test_somebody_who_left_the_class_is_denied(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("tom")
    parameters = tool.log_in(browser, ent.link("5A").id)
    ent.withdraw("tom", "5A")
    assert tool.authorize(browser, parameters).fields["error"] == "access_denied"


def test_what_a_tool_says_to_technicians_is_kept(ent: Ent, browse: Browse) -> None:
    class_id = ent.school_class("5A").id
    said = {"lti_log": "done", "lti_errorlog": "E" * 3000, "lti_msg": "Fini"}
    for path in (f"/classes/{class_id}/return", "/return"):
        page = browse("lina").client.get(path, query_string=said).get_data(as_text=True)
        assert "Fini" in page
        assert ">EEE" not in page
    kept = ent.messages.logs()
    assert [log.kind for log in kept] == ["lti_log", "lti_errorlog"] * 2
    assert max(len(log.text) for log in kept) == 1000


def test_every_type_is_announced() -> None:
    assert [each["type"] for each in SUPPORTED] == list(TYPES)
    assert len(TYPES) == 9
