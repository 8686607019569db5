"""Link & Content service (draft): content items listed, made, changed and taken away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lti.errors import ClaimInvalid, ServiceError
from lti.protocol import link_content
from lti.protocol.bodies import BodyInvalid
from lti.protocol.content_items import Link, ResourceLink
from lti.protocol.http import Http
from lti.protocol.link_content import (
    KeptItem,
    LinkContentService,
    create_item,
    delete_item,
    items,
    read_item,
    update_item,
)
from lti.protocol.services import Connector, Services
from tests.conformance.platform import L, registration
from tests.lti.protocol.server import JSON, Server, Told
from tests.lti.protocol.test_services import KEYS, Platform

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/contentitem."
QUIZ = {"id": "i-1", "type": "ltiResourceLink", "url": "https://tool.example/a", "title": "Quiz"}
PLAN = {"id": 2, "type": "link", "url": "https://tool.example/b"}


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def connector(http: Http, server: Server) -> Connector:
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    return Services(http, KEYS).connector(row)


@pytest.fixture
def service(server: Server) -> LinkContentService:
    return LinkContentService(server.url + "/items?c=1", server.url + "/items/1?c=1")


def told(body: Any, status: int = 200, **headers: str) -> Told:
    return Told(status, json.dumps(body).encode(), JSON | headers)


def scopes(platform: Platform) -> list[str]:
    return [asked.form["scope"].removeprefix(SCOPE) for asked in platform.tokens]


def test_items_come_page_by_page(
    platform: Platform, connector: Connector, service: LinkContentService
) -> None:
    platform.told = [told({"items": [QUIZ]}, Link='</Items?P=2>; rel="next"'), told({"items": [PLAN]})]
    found = list(items(connector, service, resource_link_id="l", page_size=1))
    assert found == [KeptItem("i-1", "ltiResourceLink", QUIZ), KeptItem("2", "link", PLAN)]
    assert [(asked.path, asked.query) for asked in platform.calls] == [
        ("/items", {"c": ["1"], "resource_link_id": ["l"], "limit": ["1"]}),
        ("/Items", {"P": ["2"]}),
    ]
    assert platform.calls[0].headers["Accept"] == "application/json"
    assert scopes(platform) == ["read"]


@pytest.mark.parametrize("body", [[], {}, {"items": {}}, {"items": ["x"]}, {"items": [{"id": "1"}]}, None])
def test_answer_that_is_no_list_of_items(
    platform: Platform, connector: Connector, service: LinkContentService, body: Any
) -> None:
    platform.told = [told(body)]
    with pytest.raises(ServiceError):
        list(items(connector, service))


def test_items_without_end(
    platform: Platform, connector: Connector, service: LinkContentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_content, "MOST_ITEMS", 1)
    platform.told = [told({"items": [QUIZ, PLAN]})]
    with pytest.raises(ServiceError, match="too many"):
        list(items(connector, service))


def test_item_is_made_read_changed_and_taken_away(
    platform: Platform, connector: Connector, service: LinkContentService
) -> None:
    changed = QUIZ | {"title": "Neu"}
    platform.told = [told(QUIZ, 201), told(QUIZ), told(changed), Told(204, b"", {}), Told(204, b"", {})]
    made = create_item(connector, service, ResourceLink(url="https://tool.example/a", title="Quiz"))
    assert made == KeptItem("i-1", "ltiResourceLink", QUIZ)
    url = service.item_url or ""
    assert read_item(connector, url) == made
    wish = dict(made.properties) | {"title": "Neu"}
    assert update_item(connector, url, wish) == KeptItem("i-1", "ltiResourceLink", changed)
    assert update_item(connector, url, wish) is None
    delete_item(connector, url)
    assert [(asked.method, asked.path, asked.query) for asked in platform.calls] == [
        ("POST", "/items", {"c": ["1"]}),
        ("GET", "/items/1", {"c": ["1"]}),
        ("PUT", "/items/1", {"c": ["1"]}),
        ("PUT", "/items/1", {"c": ["1"]}),
        ("DELETE", "/items/1", {"c": ["1"]}),
    ]
    assert platform.calls[0].json == {
        "type": "ltiResourceLink",
        "title": "Quiz",
        "url": "https://tool.example/a",
    }
    assert platform.calls[2].json == changed
    assert {platform.calls[n].headers["Content-Type"] for n in (0, 2)} == {"application/json"}
    assert scopes(platform) == ["create", "read", "update", "delete"]


def test_type_that_the_platform_does_not_take_is_not_sent(connector: Connector, server: Server) -> None:
    service = LinkContentService(server.url + "/items", None, types=("ltiResourceLink",))
    with pytest.raises(BodyInvalid, match="not one that the platform takes"):
        create_item(connector, service, Link(url="https://tool.example"))
    for wrong in ({}, {"type": ""}, {"type": 5}):
        with pytest.raises(BodyInvalid, match="missing"):
            create_item(connector, service, wrong)
    assert server.asked == []


def test_items_where_only_one_is_offered(connector: Connector, server: Server) -> None:
    only = LinkContentService(None, server.url + "/items/1")
    with pytest.raises(BodyInvalid, match="not offered"):
        list(items(connector, only))
    assert server.asked == []


def test_refused_item_says_why(platform: Platform, connector: Connector, service: LinkContentService) -> None:
    platform.told = [Told(403, b"not yours")]
    with pytest.raises(ServiceError, match="not yours"):
        read_item(connector, service.item_url or "")


def test_claim_of_the_launch() -> None:
    offered = {
        "contentitems": "https://ent.example/items",
        "contentitem": "https://ent.example/items/1",
        "version": ["1.0"],
        "scopes": [link_content.READ],
        "types": ["link"],
    }
    claim = L + "linkcontentservice"
    assert LinkContentService.read({claim: offered}) == LinkContentService(
        "https://ent.example/items", "https://ent.example/items/1", (link_content.READ,), ("link",), ("1.0",)
    )
    for nothing in ({}, {claim: None}, {claim: {"types": ["link"]}}):
        assert LinkContentService.read(nothing) is None
    for wrong in ("x", offered | {"contentitems": "x"}, offered | {"types": "link"}):
        with pytest.raises(ClaimInvalid):
            LinkContentService.read({claim: wrong})
