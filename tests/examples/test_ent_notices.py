"""The demo ENT's platform notification service: handlers, notices, and what becomes of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jwt
import pytest
import requests
from flask import Flask
from werkzeug.test import TestResponse

from examples.ent import Ent
from examples.ent.notices import post_json
from tests.examples.ent_tool import ISSUER, LTI, SCORE, Browser, FakeTool

Browse = Callable[[str], Browser]
CLAIM = f"{LTI}platformnotificationservice"
SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
HELLO, COPY = "LtiHelloWorldNotice", "LtiContextCopyNotice"
HANDLER = "http://tool.test/notices"


class Post:
    """Catches what the ENT posts, and answers with the next of its statuses."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, list[str]]] = []
        self.answers: list[int | Exception] = []

    def __call__(self, url: str, body: Mapping[str, Any]) -> int:
        assert body.keys() == {"notices"}
        self.posts.append((url, [notice["jwt"] for notice in body["notices"]]))
        answer = self.answers.pop(0) if self.answers else 202
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def post(ent: Ent) -> Post:
    ent.courier.background, ent.courier.post = False, Post()
    return ent.courier.post


@pytest.fixture
def url(ent: Ent) -> str:
    return str(ent.claims("morel", "5A")[CLAIM]["platform_notification_service_url"])


def put(tool: FakeTool, url: str, *, media_type: str = "application/json", **body: Any) -> TestResponse:
    return tool.call(url, SCOPE, method="PUT", body=body, media_type=media_type)


def claims_of(tool: FakeTool, token: str) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict(tool.client.get("/oidc/jwks").get_json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return dict(jwt.decode(token, key, algorithms=["RS256"], audience=tool.client_id, issuer=ISSUER))


def copy(browser: Browser, ent: Ent, label: str = "5A", new: str = "5A-2027") -> TestResponse:
    fields = {"label": new, "title": f"Classe {new}"}
    return browser.post(f"/classes/{ent.school_class(label).id}/copy", fields)


def test_a_launch_announces_the_service_to_tools_that_may_use_it(ent: Ent, url: str) -> None:
    claim = ent.claims("lina", "5A")[CLAIM]
    assert claim["service_versions"] == ["1.0"]
    assert claim["scope"] == [SCOPE]
    assert claim["notice_types_supported"] == [HELLO, COPY]
    assert url.startswith(ISSUER)
    ent.set_up(replace(ent.tool, scopes=(SCORE,)))
    assert CLAIM not in ent.claims("lina", "5A")


def test_a_handler_is_set_read_replaced_and_removed(ent: Ent, tool: FakeTool, url: str, post: Post) -> None:
    first = put(tool, url, notice_type=COPY, handler=HANDLER, max_batch_size=3)
    assert first.get_json() == {"notice_type": COPY, "handler": HANDLER, "max_batch_size": 3}
    put(tool, url, notice_type=HELLO, handler=HANDLER)
    put(tool, url, notice_type=COPY, handler=f"{HANDLER}/copies")
    read = tool.call(url, SCOPE).get_json()
    assert read == {
        "client_id": tool.client_id,
        "deployment_id": ent.deployment_id,
        "notice_handlers": [
            {"notice_type": COPY, "handler": f"{HANDLER}/copies"},
            {"notice_type": HELLO, "handler": HANDLER},
        ],
    }
    assert put(tool, url, notice_type=COPY, handler="").get_json()["handler"] == ""
    assert [each["notice_type"] for each in tool.call(url, SCOPE).get_json()["notice_handlers"]] == [HELLO]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"notice_type": HELLO},
        {"notice_type": "LtiOtherNotice", "handler": HANDLER},
        {"notice_type": [HELLO], "handler": HANDLER},
        {"notice_type": HELLO, "handler": None},
        {"notice_type": HELLO, "handler": "/notices"},
        {"notice_type": HELLO, "handler": "ftp://tool.test/notices"},
        {"notice_type": HELLO, "handler": "http://elsewhere.test/notices"},
        {"notice_type": HELLO, "handler": "http://tool.test@elsewhere.test/notices"},
        {"notice_type": HELLO, "handler": HANDLER, "max_batch_size": 0},
        {"notice_type": HELLO, "handler": HANDLER, "max_batch_size": True},
        {"notice_type": HELLO, "handler": HANDLER, "max_batch_size": 10**30},
    ],
)
def test_a_wrong_handler_is_refused(tool: FakeTool, url: str, post: Post, body: dict[str, Any]) -> None:
    assert put(tool, url, **body).status_code == 400
    assert tool.call(url, SCOPE).get_json()["notice_handlers"] == []
    assert post.posts == []


def test_the_service_wants_token_scope_media_type_and_its_address(
    ent: Ent, tool: FakeTool, other_tool: FakeTool, url: str
) -> None:
    body = {"notice_type": HELLO, "handler": HANDLER}
    assert tool.client.get(url).status_code == 401
    assert tool.client.put(url, json=body).status_code == 401
    assert tool.call(url, SCORE).status_code == 403
    assert put(tool, url, media_type="text/plain", **body).status_code == 415
    assert tool.call(url, SCOPE, accept="text/html").status_code == 406
    assert other_tool.call(url, SCOPE).status_code == 404
    assert tool.call(url.replace("deployment=", "deployment=x"), SCOPE).status_code == 404


def test_a_new_handler_is_greeted_with_a_signed_notice(
    ent: Ent, tool: FakeTool, url: str, post: Post
) -> None:
    put(tool, url, notice_type=HELLO, handler=HANDLER)
    [(address, [token])] = post.posts
    assert address == HANDLER
    claims = claims_of(tool, token)
    notice = claims[f"{LTI}notice"]
    assert notice.keys() == {"id", "timestamp", "type"}
    assert notice["type"] == HELLO
    assert (claims[f"{LTI}version"], claims[f"{LTI}deployment_id"]) == ("1.3.0", ent.deployment_id)
    assert claims["azp"] == tool.client_id
    assert claims["exp"] > claims["iat"]
    assert claims["nonce"]
    assert claims[f"{LTI}context"]["id"]
    assert not {"sub", f"{LTI}roles", f"{LTI}message_type"} & claims.keys()


def test_a_copied_class_is_told_to_tools_that_asked(
    ent: Ent, tool: FakeTool, other_tool: FakeTool, url: str, post: Post, browse: Browse
) -> None:
    assert copy(browse("morel"), ent, new="before").status_code == 302
    assert post.posts == []
    put(tool, url, notice_type=HELLO, handler=HANDLER)
    put(tool, url, notice_type=COPY, handler=HANDLER)
    assert copy(browse("morel"), ent).status_code == 302
    [_, (_, [token])] = post.posts
    claims = claims_of(tool, token)
    assert claims[f"{LTI}notice"]["type"] == COPY
    assert claims[f"{LTI}origin_contexts"] == [ent.school_class("5A").id]
    assert claims[f"{LTI}context"]["id"] == ent.school_class("5A-2027").id
    assert claims[f"{LTI}context"]["label"] == "5A-2027"


def test_notices_come_in_batches_no_larger_than_asked(
    ent: Ent, tool: FakeTool, url: str, post: Post, browse: Browse
) -> None:
    put(tool, url, notice_type=COPY, handler=HANDLER, max_batch_size=2)
    ent.courier.send = lambda: None  # type: ignore[method-assign]
    for number in range(5):
        copy(browse("morel"), ent, new=f"copy-{number}")
    ent.courier.deliver()
    assert [len(tokens) for _, tokens in post.posts] == [2, 2, 1]
    claims = [claims_of(tool, token) for _, tokens in post.posts for token in tokens]
    assert [each[f"{LTI}context"]["label"] for each in claims] == [f"copy-{number}" for number in range(5)]
    assert len({each[f"{LTI}notice"]["id"] for each in claims}) == 5
    ent.courier.deliver()
    assert len(post.posts) == 3


def test_the_administrator_sends_a_greeting_and_sends_again_what_failed(
    ent: Ent, tool: FakeTool, url: str, post: Post, browse: Browse
) -> None:
    admin, path = browse("admin"), f"/administration/tools/{ent.tool.number}"
    admin.post(f"{path}/hello", {})
    assert post.posts == []
    assert "L’outil n’en a demandé aucune." in admin.text(path)
    put(tool, url, notice_type=HELLO, handler=HANDLER)
    post.answers = [500, requests.ConnectTimeout()]
    admin.post(f"{path}/hello", {})
    admin.post(f"{path}/hello", {})
    page = admin.text(path)
    assert (page.count('data-state="failed"'), page.count('data-state="delivered"')) == (2, 1)
    assert "HTTP 500" in page
    assert "ConnectTimeout" in page
    failed = [claims_of(tool, tokens[0])[f"{LTI}notice"]["id"] for _, tokens in post.posts[1:]]
    admin.post(f"{path}/notices", {})
    [(_, again)] = post.posts[3:]
    assert [claims_of(tool, token)[f"{LTI}notice"]["id"] for token in again] == failed
    assert admin.text(path).count('data-state="delivered"') == 3


def test_a_notice_without_a_handler_any_more_has_failed(
    ent: Ent, tool: FakeTool, url: str, post: Post, browse: Browse
) -> None:
    put(tool, url, notice_type=COPY, handler=HANDLER)
    send, ent.courier.send = ent.courier.send, lambda: None  # type: ignore[method-assign]
    copy(browse("morel"), ent)
    put(tool, url, notice_type=COPY, handler="")
    send()
    assert post.posts == []
    assert "no handler" in browse("admin").text(f"/administration/tools/{ent.tool.number}")


def test_each_deployment_has_its_own_handlers(
    ent: Ent, tool: FakeTool, url: str, post: Post, browse: Browse
) -> None:
    put(tool, url, notice_type=HELLO, handler=HANDLER)
    ent.set_up(replace(ent.tool, deployment_per_class=True))
    urls = {
        label: ent.claims("morel", label)[CLAIM]["platform_notification_service_url"]
        for label in ("5A", "5B")
    }
    assert len({url, *urls.values()}) == 3
    put(tool, urls["5A"], notice_type=HELLO, handler=f"{HANDLER}/5A")
    assert tool.call(urls["5B"], SCOPE).get_json()["notice_handlers"] == []
    claims = claims_of(tool, post.posts[-1][1][0])
    assert claims[f"{LTI}deployment_id"] == f"{ent.deployment_id}:{ent.school_class('5A').id}"


def test_notices_travel_beside_the_request_over_http(
    app: Flask, ent: Ent, tool: FakeTool, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []

    class Answer:
        status_code = 204

        def __enter__(self) -> "Answer":
            return self

        def __exit__(self, *_: object) -> None:
            return None

    def arrive(url: str, **options: Any) -> Answer:
        sent.append({"url": url, **options})
        return Answer()

    monkeypatch.setattr(requests, "post", arrive)
    assert post_json(HANDLER, {"notices": []}) == 204
    assert sent[0]["allow_redirects"] is False
    assert sent[0]["timeout"]
    put(tool, url, notice_type=HELLO, handler=HANDLER)
    ent.courier.wait()
    assert [each["url"] for each in sent] == [HANDLER, HANDLER]
    put(tool, url, notice_type=HELLO, handler="")
    ent.courier.wait()
    assert len(sent) == 2
