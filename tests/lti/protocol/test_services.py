"""Access tokens and services, against a real server."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pylti1p3.names_roles import NamesRolesProvisioningService

from lti.errors import ServiceError
from lti.protocol.http import Http
from lti.protocol.keys import KeyRing
from lti.protocol.registrations import PlatformRegistration
from lti.protocol.services import AccessToken, Connector, Services, TokenCache
from tests.conformance.platform import CLIENT, private_key, registration
from tests.lti.protocol.server import JSON, Asked, Server, Told

KEYS = KeyRing(
    [private_key("tool").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()]
)


class Platform:
    """Token endpoint and one service; each answer can be replaced."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.grant: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3600}
        self.token_status = 200
        self.told: list[Told] = []
        server.answer = self.answer

    def answer(self, asked: Asked) -> Told:
        if asked.path == "/token":
            number = len(self.tokens)
            return Told(self.token_status, json.dumps({"access_token": f"t{number}"} | self.grant).encode())
        return self.told.pop(0) if self.told else Told(body=b"{}")

    @property
    def tokens(self) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path == "/token"]

    @property
    def calls(self) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.path != "/token"]


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def row(server: Server) -> Any:
    return registration(id=uuid.uuid4(), token_endpoint=server.url + "/token", algorithms=["RS256"])


@pytest.fixture
def connector(http: Http, row: Any) -> Connector:
    return Services(http, KEYS).connector(row)


def call(connector: Connector, *scopes: str, method: str = "GET", **more: Any) -> Any:
    return connector.call(
        method,
        connector.registration.token_endpoint.replace("/token", "/service"),
        scopes=scopes or ("s",),
        **more,
    )


def test_token_is_asked_for_by_a_signed_assertion(platform: Platform, connector: Connector) -> None:
    """Security 4.1.1; RFC 7523."""
    call(connector, "b", "a")
    (asked,) = platform.tokens
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.form["grant_type"] == "client_credentials"
    assert asked.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert asked.form["scope"] == "a b"
    key = jwt.PyJWKSet.from_dict(KEYS.jwks()).keys[0]
    claims = jwt.decode(
        asked.form["client_assertion"],
        key,
        algorithms=["RS256"],
        audience=connector.registration.token_endpoint,
    )
    assert (claims["iss"], claims["sub"]) == (CLIENT, CLIENT)
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert claims["iat"] <= time.time()
    assert uuid.UUID(claims["jti"])
    assert platform.calls[0].headers["Authorization"] == "Bearer t1"


def test_platform_may_want_another_audience(platform: Platform, http: Http, row: Any) -> None:
    row.token_audience = "https://ent.example/oauth"
    call(Services(http, KEYS).connector(PlatformRegistration.of(row)))
    claims = jwt.decode(platform.tokens[0].form["client_assertion"], options={"verify_signature": False})
    assert claims["aud"] == "https://ent.example/oauth"


def test_token_is_kept_for_its_scopes(platform: Platform, http: Http, row: Any) -> None:
    services = Services(http, KEYS)
    for scopes in (("a",), ("a",), ("a", "b"), ("b", "a")):
        call(services.connector(row), *scopes)
    assert len(platform.tokens) == 2
    row.client_id = "other"
    call(services.connector(row), "a")
    assert len(platform.tokens) == 3


@pytest.mark.parametrize(
    ("expires_in", "kept"),
    [(3600, 3540), ("3600", 3540), (None, 240), ("soon", 240), (100, 50), (-5, 240), (1e300, 240)],
)
def test_token_is_kept_until_a_minute_before_its_end(
    platform: Platform, http: Http, row: Any, expires_in: Any, kept: float
) -> None:
    moment = [1000.0]
    connector = Connector(PlatformRegistration.of(row), KEYS, http, TokenCache(clock=lambda: moment[0]))
    platform.grant["expires_in"] = expires_in
    connector.get_access_token(["s"])
    moment[0] += kept - 0.5
    connector.get_access_token(["s"])
    assert len(platform.tokens) == 1
    moment[0] += 0.5
    connector.get_access_token(["s"])
    assert len(platform.tokens) == 2


def test_only_one_thread_asks(platform: Platform, http: Http, row: Any) -> None:
    services = Services(http, KEYS)
    threads = [threading.Thread(target=lambda: call(services.connector(row))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(platform.tokens), len(platform.calls)) == (1, 8)


def test_who_waits_for_a_token_gets_the_one_that_came() -> None:
    cache, got = TokenCache(clock=lambda: 0), []
    key, token = ("p", "c", "s"), AccessToken("t", frozenset("s"), 1)
    waiting = threading.Thread(target=lambda: got.append(cache.get(key, lambda: pytest.fail("asked again"))))

    def fetch() -> AccessToken:
        waiting.start()
        time.sleep(0.1)  # time enough to get to the lock
        return token

    assert cache.get(key, fetch) is token
    waiting.join()
    assert got == [token]


def test_refused_token_is_replaced_once(platform: Platform, connector: Connector) -> None:
    platform.told = [Told(401), Told(body=b"[1]")]
    assert call(connector, method="POST", data="é", content_type="text/x").body == [1]
    assert [asked.headers["Authorization"] for asked in platform.calls] == ["Bearer t1", "Bearer t2"]
    assert platform.calls[1].body == "é".encode()
    platform.told = [Told(401), Told(401), Told()]
    with pytest.raises(ServiceError) as caught:
        call(connector)
    assert (caught.value.platform_status, caught.value.retryable) == (401, False)
    assert len(platform.told) == 1


def test_token_that_took_the_place_of_a_refused_one_stays() -> None:
    cache = TokenCache(clock=lambda: 0)
    key, newer = ("p", "c", "s"), AccessToken("newer", frozenset("s"), 1)
    cache.get(key, lambda: newer)
    cache.drop(key, "older")
    assert cache.get(key, lambda: AccessToken("newest", frozenset("s"), 1)) is newer


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        (400, False),
        (403, False),
        (404, False),
        (409, False),
        (422, False),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_errors_of_services(platform: Platform, connector: Connector, status: int, retryable: bool) -> None:
    platform.told = [Told(status, b"why")]
    with pytest.raises(ServiceError) as caught:
        call(connector)
    assert (caught.value.platform_status, caught.value.retryable, caught.value.detail) == (
        status,
        retryable,
        "why",
    )
    assert len(platform.calls) == 1


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (401, False), (503, True)])
def test_errors_of_the_token_endpoint(
    platform: Platform, connector: Connector, status: int, retryable: bool
) -> None:
    platform.token_status = status
    with pytest.raises(ServiceError) as caught:
        call(connector)
    assert (caught.value.platform_status, caught.value.retryable) == (status, retryable)
    assert platform.calls == []


@pytest.mark.parametrize(
    "grant",
    [
        {"access_token": None},
        {"access_token": 5},
        {"access_token": "a\nb"},
        {"access_token": "é"},
        {"token_type": "mac"},
    ],
)
def test_answer_without_a_bearer_token(
    platform: Platform, connector: Connector, grant: dict[str, Any]
) -> None:
    platform.grant |= grant
    with pytest.raises(ServiceError, match="no bearer token"):
        call(connector)


def test_answer_that_is_no_object(server: Server, connector: Connector) -> None:
    server.tells(["token"])
    with pytest.raises(ServiceError, match="no bearer token"):
        call(connector)


def test_scope_that_is_not_granted_is_not_used(platform: Platform, connector: Connector) -> None:
    platform.grant |= {"scope": "a c", "token_type": "bearer"}
    call(connector, "a")
    with pytest.raises(ServiceError) as caught:
        call(connector, "a", "b")
    assert (caught.value.platform_status, caught.value.retryable, caught.value.detail) == (
        403,
        False,
        "scope not granted: b",
    )
    assert len(platform.calls) == 1


def test_query_of_a_service_url_is_kept(platform: Platform, connector: Connector) -> None:
    url = connector.registration.token_endpoint.replace("/token", "/service?type_id=2")
    connector.call("GET", url, scopes=["s"], params={"limit": "5"})
    assert platform.calls[0].query == {"type_id": ["2"], "limit": ["5"]}


def test_answer_that_is_no_json_has_no_body(platform: Platform, connector: Connector) -> None:
    platform.told = [Told(204, b"", {}), Told(200, b"OK", {"Content-Type": "text/plain"})]
    assert [call(connector, method="DELETE").body, call(connector).body] == [None, None]


def pages(connector: Connector) -> list[Any]:
    url = connector.registration.token_endpoint.replace("/token", "/list")
    return [page.body for page in connector.pages(url, scopes=["s"], accept="x/y", params={"limit": "2"})]


def next_page(url: str, body: bytes = b"[]") -> Told:
    return Told(body=body, headers=JSON | {"Link": f'<{url}>; rel="next"'})


def test_pages_are_followed_by_their_links_as_they_are(platform: Platform, connector: Connector) -> None:
    platform.told = [next_page("/List?Page=2&Key=aB"), next_page("/List?Page=3"), Told(body=b'["end"]')]
    assert pages(connector) == [[], [], ["end"]]
    assert [(asked.path, asked.query) for asked in platform.calls] == [
        ("/list", {"limit": ["2"]}),
        ("/List", {"Page": ["2"], "Key": ["aB"]}),
        ("/List", {"Page": ["3"]}),
    ]


def test_pages_that_go_round_in_a_circle_end(platform: Platform, connector: Connector) -> None:
    platform.told = [next_page(f"/list?page={number % 3}") for number in range(9)]
    with pytest.raises(ServiceError, match="do not end"):
        pages(connector)
    assert len(platform.calls) == 4


def test_pages_without_end_end(
    platform: Platform, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lti.protocol.services.MOST_PAGES", 5)
    platform.told = [next_page(f"/list?page={number}") for number in range(9)]
    with pytest.raises(ServiceError, match="do not end"):
        pages(connector)


def test_next_page_of_another_scheme_is_not_asked_for(platform: Platform, connector: Connector) -> None:
    platform.told = [next_page("http://ent.example/list")]
    with pytest.raises(ServiceError):
        pages(connector)


def test_stock_services_of_pylti1p3_work_over_it(platform: Platform, connector: Connector) -> None:
    platform.told = [
        next_page("/Members?Page=2", b'{"members": [{"user_id": "1"}]}'),
        Told(body=b'{"members": [{"user_id": "2"}]}'),
    ]
    url = connector.registration.token_endpoint.replace("/token", "/members")
    stock = NamesRolesProvisioningService(connector, {"context_memberships_url": url})
    assert [member["user_id"] for member in stock.get_members()] == ["1", "2"]
    assert platform.calls[1].query == {"Page": ["2"]}
    connector.make_service_request(["s"], url, is_post=True, data="{}", content_type="a/b")
    assert (platform.calls[2].method, platform.calls[2].headers["Content-Type"]) == ("POST", "a/b")
