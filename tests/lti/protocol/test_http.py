"""The way to platforms' servers, against a real server."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lti.errors import ServiceError
from lti.protocol.http import Http
from lti.settings import Settings
from tests.lti.protocol.server import Asked, Server, Told


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
    began = time.monotonic()
    with pytest.raises(ServiceError) as caught:
        http.call("GET", server.url)
    assert time.monotonic() - began < 0.9
    assert (caught.value.platform_status, caught.value.retryable) == (None, True)


def test_server_that_stops_half_way_is_given_up(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(body=slowly(b"x", 2, 1))
    with pytest.raises(ServiceError, match="ReadTimeout"):
        http.call("GET", server.url)


def test_server_that_drips_is_given_up(server: Server, http: Http) -> None:
    server.answer = lambda asked: Told(body=slowly(b"x", 100, 0.05))
    began = time.monotonic()
    with pytest.raises(ServiceError, match="ReadTimeout"):
        http.call("GET", server.url)
    assert time.monotonic() - began < 2.5


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
