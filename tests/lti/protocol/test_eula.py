"""What a platform is told about answers to the terms of use."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from lti.errors import ServiceError
from lti.protocol import eula
from lti.protocol.http import Http
from lti.protocol.services import Connector, Services
from tests.conformance.platform import registration
from tests.lti.protocol.server import Asked, Server, Told
from tests.lti.protocol.test_services import KEYS

SCOPES = f"{eula.USER_SCOPE} {eula.DEPLOYMENT_SCOPE}"


@pytest.fixture
def connector(http: Http, server: Server) -> Connector:
    """To a platform at the server."""
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    return Services(http, KEYS).connector(row)


def answering(server: Server, status: int, scopes: str = SCOPES) -> None:
    """Tokens for all who ask, and one status for the rest."""
    token = json.dumps({"access_token": "t", "expires_in": 3600, "scope": scopes}).encode()
    server.answer = lambda asked: Told(200, token) if asked.path == "/token" else Told(status, b"{}")


def told(server: Server) -> Asked:
    """The last request that was no one for a token."""
    return [asked for asked in server.asked if asked.path != "/token"][-1]


@pytest.mark.parametrize("url", ["/eula", "/eula/", "/eula?tool=7"])
def test_an_answer(server: Server, connector: Connector, url: str) -> None:
    answering(server, 201)
    at = datetime(2026, 11, 3, 11, 0, tzinfo=timezone(timedelta(hours=1)))
    eula.answer(connector, server.url + url, "lina", accepted=True, at=at)
    request = told(server)
    assert (request.method, request.path) == ("POST", "/eula/user")
    assert request.query == ({"tool": ["7"]} if "?" in url else {})
    assert request.headers["Content-Type"] == "application/json"
    assert request.json == {"userId": "lina", "accepted": True, "timestamp": "2026-11-03T10:00:00.000Z"}


def test_for_everybody(server: Server, connector: Connector) -> None:
    answering(server, 200)
    eula.require(connector, server.url + "/eula", required=True)
    assert (told(server).method, told(server).path, told(server).json) == (
        "PUT",
        "/eula/deployment",
        {"eulaRequired": True},
    )
    answering(server, 204)
    eula.reset(connector, server.url + "/eula")
    assert (told(server).method, told(server).path, told(server).body) == ("DELETE", "/eula/user", b"")


def test_each_call_asks_for_its_own_scope(server: Server, connector: Connector) -> None:
    answering(server, 200, eula.USER_SCOPE)
    with pytest.raises(ServiceError, match="scope not granted"):
        eula.require(connector, server.url + "/eula", required=False)
    answering(server, 201, eula.USER_SCOPE)
    eula.answer(connector, server.url + "/eula", "lina", accepted=False, at=datetime.now(UTC))


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (404, False), (503, True)])
def test_a_refusal_is_an_error(server: Server, connector: Connector, status: int, retryable: bool) -> None:
    answering(server, status)
    with pytest.raises(ServiceError) as refused:
        eula.answer(connector, server.url + "/eula", "lina", accepted=True, at=datetime.now(UTC))
    assert (refused.value.platform_status, refused.value.retryable) == (status, retryable)
