"""The way to platforms' servers, against a real server."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme

from lti.errors import ServiceError
from lti.protocol import breaker, connections
from lti.protocol.addresses import Gate, literal
from lti.protocol.breaker import Breaker
from lti.protocol.http import Http
from lti.settings import Settings
from tests.lti.protocol.server import Asked, Server, Told, serving


def test_answer_is_given_whatever_its_status(server: Server, http: Http) -> None:
    server.tells({"error": "no"}, status=418)
    answer = http.call("GET", server.url + "/x?a=b", headers={"Accept": "application/json"})
    assert (answer.status, answer.ok, answer.json()) == (418, False, {"error": "no"})
    assert server.asked[0].headers["User-Agent"].startswith("Probe/1 python-requests/")
    assert server.asked[0].query == {"a": ["b"]}


def test_connection_is_used_again(server: Server, http: Http) -> None:
    server.tells({})
    for _ in range(3):
        http.call("GET", server.url)
    assert len({asked.port for asked in server.asked}) == 1


def slowly(piece: bytes, times: int, pause: float) -> Iterator[bytes]:
    for _ in range(times):
        yield piece
        time.sleep(pause)


def test_silent_server_is_given_up(server: Server, http: Http) -> None:
    def answer(asked: Asked) -> Told:
        time.sleep(1)
        return Told()

    server.answer = answer
    with pytest.raises(ServiceError, match="ReadTimeout") as caught:
        http.call("GET", server.url)
    assert (caught.value.platform_status, caught.value.retryable) == (None, True)


def test_server_that_stops_half_way_is_given_up(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(body=slowly(b"x", 2, 1))
    with pytest.raises(ServiceError, match="ReadTimeout"):
        http.call("GET", server.url)


def test_server_that_drips_is_given_up(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(body=slowly(b"x", 100, 0.05))
    with pytest.raises(ServiceError, match="ReadTimeout"):
        http.call("GET", server.url)


def test_endless_body_is_cut(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(body=slowly(b"x" * 65536, 10_000, 0))
    with pytest.raises(ServiceError, match="ContentDecodingError"):
        http.call("GET", server.url, most_bytes=200_000)


def test_compressed_bomb_is_cut(server: Server, http: Http) -> None:
    server.tells(gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip")
    with pytest.raises(ServiceError):
        http.call("GET", server.url, most_bytes=1_000_000)
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


def test_broken_off_body_is_an_error(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(body=iter([b"5\r\nab"]), headers={"Transfer-Encoding": "chunked"})
    with pytest.raises(ServiceError) as caught:
        http.call("GET", server.url)
    assert caught.value.retryable


def test_nobody_listens(http: Http) -> None:
    with pytest.raises(ServiceError) as caught:
        http.call("GET", "http://127.0.0.1:9/")
    assert (caught.value.platform_status, caught.value.retryable, caught.value.status) == (None, True, 502)


@pytest.mark.parametrize(
    "url", ["http://ent.example/", "ftp://127.0.0.1/", "file:///etc/passwd", "", "http://[", "x"]
)
def test_other_schemes_are_not_talked_to(http: Http, url: str) -> None:
    with pytest.raises(ServiceError) as caught:
        http.call("GET", url)
    assert not caught.value.retryable


def test_http_of_this_machine_only_where_allowed(server: Server) -> None:
    with Http(Settings()) as http, pytest.raises(ServiceError):
        http.call("GET", server.url)
    assert not server.asked


def test_redirect_within_one_origin_is_followed(server: Server, http: Http) -> None:
    def answer(asked: Asked) -> Told:
        return Told(301, headers={"Location": "/new?x=1"}) if asked.path == "/old" else Told(body=b"[1]")

    server.answer = answer
    reply = http.call("GET", server.url + "/old", headers={"Authorization": "Bearer t"}, params={"role": "r"})
    assert (reply.json(), reply.url) == ([1], server.url + "/new?x=1")
    assert server.asked[1].headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize(
    "place", ["http://127.0.0.2:1/", "https://ent.example/", "http://ent.example/", "file:///x"]
)
def test_redirect_elsewhere_is_not_followed(server: Server, http: Http, place: str) -> None:
    server.answer = lambda asked: Told(302, headers={"Location": place})
    with pytest.raises(ServiceError) as caught:
        http.call("GET", server.url, headers={"Authorization": "Bearer t"})
    assert not caught.value.retryable


def test_circle_of_redirects_ends(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(302, headers={"Location": "/"})
    with pytest.raises(ServiceError):
        http.call("GET", server.url)
    assert len(server.asked) == 4


def test_post_is_never_redirected(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(307, headers={"Location": "/elsewhere"})
    assert http.call("POST", server.url, data={"client_assertion": "x"}).status == 307
    assert len(server.asked) == 1


def test_cookies_are_not_kept(server: Server, http: Http) -> None:
    server.tells({}, Set_Cookie="session=1")
    http.call("GET", server.url)
    http.call("GET", server.url)
    assert "Cookie" not in server.asked[1].headers


def test_netrc_does_not_replace_our_token(
    server: Server, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.tells({})
    http.call("GET", server.url, headers={"Authorization": "Bearer t"})
    http.call("GET", server.url)
    assert server.asked[0].headers["Authorization"] == "Bearer t"
    assert "Authorization" not in server.asked[1].headers


def test_error_of_an_answer(server: Server, http: Http) -> None:
    server.tells(b"Slow\r\ndown" + b"!" * 500, status=429, Retry_After="30")
    error = http.call("GET", server.url).error()
    assert (error.platform_status, error.retryable, error.retry_after) == (429, True, 30.0)
    assert error.detail.startswith("Slow  down!")
    assert len(error.detail) == 200
    server.tells(b"", status=404, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")
    error = http.call("GET", server.url).error()
    assert (error.platform_status, error.retryable, error.retry_after) == (404, False, None)


def test_body_that_is_no_json(server: Server, http: Http) -> None:
    server.tells(b"<html>")
    with pytest.raises(ServiceError, match="not JSON"):
        http.call("GET", server.url).json()
    server.tells(b" ")
    assert http.call("GET", server.url).json() is None


def test_stock_calls_go_the_same_way(server: Server, http: Http) -> None:
    """PyLTI1p3 calls `session.get(url)` and `session.post(url, data=…)` without a time-out."""
    server.tells({"a": 1})
    assert http.get(server.url).json() == {"a": 1}
    assert http.post(server.url, data={"x": "y"}).ok
    assert server.asked[1].form == {"x": "y"}


# Only where we mean to go

PUBLIC = [
    "9.9.9.9",
    "128.66.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "2620:fe::fe",
    "2a01:e0a::1",
    "64:ff9b::909:909",
]
INSIDE = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12:3456::1"]
NOWHERE = [
    "0.0.0.0",  # noqa: S104 - not bound to
    "0.1.2.3",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "::ffff:169.254.169.254",
]
LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
NAMED = Settings(allow_private_hosts=("ent.school.example", "172.20.0.0/16", "fe80::/64"))


@pytest.mark.parametrize(
    ("settings", "host", "allowed"),
    [
        (Settings(), "ent.example", {*PUBLIC}),
        (Settings(allow_http_loopback=True), "ent.example", {*PUBLIC, *LOOPBACK}),
        (NAMED, "ent.example", {*PUBLIC, "fe80::1", "fe80::1%eth0"}),
        (NAMED, "ENT.school.example.", {*PUBLIC, *INSIDE, *LOOPBACK, "fe80::1", "fe80::1%eth0"}),
        (NAMED, "sub.ent.school.example", {*PUBLIC, "fe80::1", "fe80::1%eth0"}),
    ],
)
def test_addresses_to_connect_to(settings: Settings, host: str, allowed: set[str]) -> None:
    gate = Gate(settings)
    found = {each for each in PUBLIC + INSIDE + NOWHERE + LOOPBACK if gate.allows(host, each)}
    assert found == allowed
    assert gate.allows(host, "172.20.3.4") is (settings is NAMED)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("::FFFF:10.0.0.1", "::ffff:a00:1"),
        ("ent.example", None),
        ("", None),
    ],
)
def test_addresses_in_whatever_notation(host: str, address: str | None) -> None:
    assert literal(host) == address


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "10.0.0.1",
        "0",
    ],
)
def test_private_addresses_are_not_connected_to(host: str) -> None:
    with serving() as server, Http(Settings()) as http:
        port = server.url.rpartition(":")[2]
        with pytest.raises(ServiceError, match="LTI_ALLOW_PRIVATE_HOSTS") as caught:
            http.call("GET", f"https://{host}:{port}/")
    assert caught.value.retryable  # an administrator may allow it, and no grade is lost until then
    assert not server.asked


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A resolver that gives these addresses, one answer after the other, and the names it was asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *more: Any) -> list[Any]:
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Server]:
    """A server that can show a certificate for ent.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("ent.example").configure_cert(context)
    with serving(context) as server:
        server.tells({})
        yield server


def test_the_address_that_was_checked_is_connected_to(
    secure: Server, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A name that answers with another address each time gains nothing, and TLS is still for the name."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    asked = resolving(monkeypatch, ["10.9.9.9", "127.0.0.1"], ["10.9.9.9"])
    tried: list[str] = []
    connected = connections._Guarded._connected

    def spied(self: Any, places: Any) -> socket.socket:
        tried.extend(place[4][0] for place in places)
        return connected(self, places)

    monkeypatch.setattr(connections._Guarded, "_connected", spied)
    port = secure.url.rpartition(":")[2]
    with Http(Settings(allow_private_hosts=("127.0.0.0/8",))) as http:
        assert http.call("GET", f"https://ent.example:{port}/").ok
        assert asked == ["ent.example"]
        assert http.call("GET", f"https://ent.example:{port}/").ok  # over the same connection
        assert asked == ["ent.example"]
        with pytest.raises(ServiceError, match="LTI_ALLOW_PRIVATE_HOSTS"):
            http.call("GET", f"https://ent2.example:{port}/")
    assert tried == ["127.0.0.1"]
    assert len({each.port for each in secure.asked}) == 1


def test_the_certificate_must_be_for_the_name(
    secure: Server, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    resolving(monkeypatch, ["127.0.0.1"])
    port = secure.url.rpartition(":")[2]
    with Http(Settings(allow_private_hosts=("other.example",))) as http:
        with pytest.raises(ServiceError, match="SSLError"):
            http.call("GET", f"https://other.example:{port}/")
    assert not secure.asked


def test_the_next_address_is_tried(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.tells({})
    resolving(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    port = server.url.rpartition(":")[2]
    with Http(Settings(allow_http_loopback=True, http_timeout=(1, 1))) as http:
        assert http.call("GET", f"http://ent.localhost:{port}/").ok


def test_name_that_cannot_be_resolved(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*asked: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(ServiceError) as caught:
        http.call("GET", "https://nowhere.example/")
    assert caught.value.retryable


# Proxies


def test_proxies_of_the_environment_have_no_say(
    server: Server, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.tells({})
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert http.call("GET", server.url).ok


def test_a_proxy_that_is_set_is_asked(server: Server) -> None:
    server.tells({}, status=403)
    settings = Settings(http_proxy=server.url, http_retry_seconds=0, allow_private_hosts=("10.1.0.0/16",))
    with Http(settings) as http:
        with pytest.raises(ServiceError, match="ProxyError"):
            http.call("GET", "https://ent.example/jwks")
        assert [asked.method for asked in server.asked] == ["CONNECT"]
        with pytest.raises(ServiceError, match="LTI_ALLOW_PRIVATE_HOSTS"):
            http.call("GET", "https://169.254.169.254/latest")
        assert http._proxies("https://10.1.2.3/") == {}
    assert len(server.asked) == 1


# Once more, where it does no harm


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def patient(pauses: list[float]) -> Iterator[Http]:
    """Repeats at once, and says for how long it would have waited."""
    settings = Settings(allow_http_loopback=True, http_timeout=(1, 0.4), http_retry_seconds=5)
    with Http(settings, sleep=pauses.append) as http:
        yield http


def in_turn(*told: Told) -> Callable[[Asked], Told]:
    rest = list(told)
    return lambda asked: rest.pop(0) if len(rest) > 1 else rest[0]


@pytest.mark.parametrize("status", [502, 503, 504])
def test_reading_is_tried_again(server: Server, patient: Http, pauses: list[float], status: int) -> None:
    server.answer = in_turn(Told(status), Told(status), Told(200))
    assert patient.call("GET", server.url).status == 200
    assert len(server.asked) == 3
    assert 0.1 <= pauses[0] <= 0.3
    assert 0.2 <= pauses[1] <= 0.6


def test_only_twice(server: Server, patient: Http) -> None:
    server.answer = in_turn(Told(503))
    assert patient.call("GET", server.url).status == 503
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (429, {"Retry-After": "1"}, 1),
        (503, {"Retry-After": "2"}, 2),
        (429, {"Retry-After": "60"}, None),
        (429, {}, None),
        (500, {}, None),
        (404, {}, None),
    ],
)
def test_what_is_tried_again(
    server: Server,
    patient: Http,
    pauses: list[float],
    status: int,
    headers: dict[str, str],
    pause: float | None,
) -> None:
    server.answer = in_turn(Told(status, headers=headers), Told(200))
    assert patient.call("GET", server.url).status == (status if pause is None else 200)
    assert pauses == ([] if pause is None else [pause])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_writes_is_never_sent_twice(server: Server, patient: Http, method: str) -> None:
    server.answer = in_turn(Told(503), Told(200))
    assert patient.call(method, server.url, data=b"{}").status == 503
    with pytest.raises(ServiceError):
        patient.call(method, "http://127.0.0.1:9/", data=b"{}")
    assert len(server.asked) == 1


def test_form_is_made_anew_for_each_try(server: Server, patient: Http) -> None:
    server.answer = in_turn(Told(503), Told(200))
    numbers = iter("12")
    answer = patient.call("POST", server.url, repeatable=True, data=lambda: {"jti": next(numbers)})
    assert answer.ok
    assert [asked.form for asked in server.asked] == [{"jti": "1"}, {"jti": "2"}]


def test_connection_that_fails_is_tried_again_and_silence_is_not(
    server: Server, patient: Http, pauses: list[float]
) -> None:
    with pytest.raises(ServiceError, match="ConnectionError"):
        patient.call("GET", "http://127.0.0.1:9/")
    assert len(pauses) == 2
    server.answer = lambda asked: Told(body=slowly(b"", 1, 1))
    with pytest.raises(ServiceError, match="ReadTimeout"):
        patient.call("GET", server.url)
    assert len(server.asked) == 1


# A dead server does not hold every thread


class Clock:
    """Seconds, as a test sets them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_breaker() -> None:
    clock = Clock()
    rests = Breaker(clock=clock)
    assert [rests.failed("a") for _ in range(breaker.FAILURES)] == [False] * (breaker.FAILURES - 1) + [True]
    assert (rests.wait("a"), rests.wait("b")) == (breaker.PAUSE, 0)
    clock.now += breaker.PAUSE
    assert (rests.wait("a"), rests.wait("a")) == (0, breaker.PAUSE)  # one asks, the others do not wait for it
    assert not rests.failed("a")
    assert rests.wait("a") == breaker.PAUSE
    clock.now += breaker.PAUSE
    assert rests.wait("a") == 0
    rests.answered("a")
    assert rests.wait("a") == 0
    assert not rests.failed("a")


def test_breaker_forgets_when_too_many_fail() -> None:
    rests = Breaker()
    for number in range(breaker.MOST + 10):
        rests.failed(number)
    assert len(rests._failing) == breaker.MOST


def test_breaker_lets_one_thread_ask() -> None:
    clock = Clock()
    rests = Breaker(clock=clock)
    for _ in range(breaker.FAILURES):
        rests.failed("a")
    clock.now += breaker.PAUSE
    barrier = threading.Barrier(8)

    def ask(_: int) -> float:
        barrier.wait()
        return rests.wait("a")

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(8))) == [0] + [breaker.PAUSE] * 7


def test_server_that_does_not_answer_is_left_alone(server: Server, http: Http) -> None:
    clock = Clock()
    http._breaker = Breaker(clock=clock)
    server.answer = lambda asked: Told(body=slowly(b"", 1, 1))
    for _ in range(breaker.FAILURES):
        with pytest.raises(ServiceError, match="ReadTimeout"):
            http.call("GET", server.url + "/slow")
    with pytest.raises(ServiceError, match="left alone") as caught:
        http.call("POST", server.url + "/scores", data=b"{}")
    assert (caught.value.retryable, caught.value.retry_after) == (True, breaker.PAUSE)
    assert len(server.asked) == breaker.FAILURES
    clock.now += breaker.PAUSE
    server.tells({}, status=500)  # an answer, if not a good one
    assert http.call("GET", server.url).status == 500
    assert http.call("GET", server.url).status == 500
