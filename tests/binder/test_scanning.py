"""Asking ClamAV's daemon."""

from __future__ import annotations

import io
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from binder.errors import Unavailable
from binder.media.scanning import CHUNK, Clamd, Verdict
from tests import clamav, media
from tests.clamav import EICAR, FOUND


@pytest.fixture(params=["unix", "tcp"])
def scanner(request: pytest.FixtureRequest, clamd: clamav.Daemon) -> Clamd:
    """Over either kind of socket."""
    return Clamd(getattr(clamd, request.param), timeout=30)


@pytest.mark.clamav
@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", ""),
        (b"Bonjour", ""),
        (EICAR, FOUND),
        (bytes(CHUNK - 20) + EICAR, FOUND),
        (media.zipped(**{"fiche.txt": EICAR.decode("latin-1")}), FOUND),
        (EICAR[:-1], ""),
    ],
    ids=["empty", "clean", "bare", "over two chunks", "in an archive", "incomplete"],
)
def test_a_virus_is_found(scanner: Clamd, data: bytes, found: str) -> None:
    verdict = scanner.scan(io.BytesIO(data))
    assert (verdict, verdict.is_clean) == (Verdict(found), not found)


@pytest.mark.clamav
def test_it_says_who_it_is(scanner: Clamd) -> None:
    assert scanner.check().startswith("ClamAV ")
    assert scanner.check().endswith(f" at {scanner.address}")


@pytest.mark.clamav
def test_what_is_too_large_for_it_is_no_verdict(scanner: Clamd) -> None:
    with pytest.raises(Unavailable, match="raise StreamMaxLength"):
        scanner.scan(io.BytesIO(os.urandom(clamav.MOST * 3)))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clamd",
        "tcp://",
        "tcp://h",
        "tcp://h:0",
        "tcp://h:70000",
        "http://h:1",
        "unix:relative",
        "tcp://a b:1",
    ],
)
def test_an_address_is_one_of_two_kinds(address: str) -> None:
    with pytest.raises(ValueError, match="must be tcp://host:port or unix:/path"):
        Clamd(address)


@pytest.mark.parametrize(
    "address", ["tcp://scanner.example:3310", "tcp://[::1]:3310/", "unix:/run/clamav/clamd.ctl"]
)
def test_addresses(address: str) -> None:
    assert Clamd(address).address == address


def test_a_scanner_that_is_away_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        for address in (f"unix:{tmp_path}/none", f"tcp://127.0.0.1:{taken.getsockname()[1]}"):
            scanner = Clamd(address, timeout=5)
            for ask in (scanner.check, lambda scanner=scanner: scanner.scan(io.BytesIO(b"x"))):
                with pytest.raises(Unavailable) as away:
                    ask()
                assert away.value.detail.startswith(f"clamd cannot be reached at {address} (")


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[Callable[[bytes], Clamd]]:
    """Somebody who listens, answers anything, and hangs up."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "odd"))
        server.listen()
        threads: list[threading.Thread] = []

        def answering(reply: bytes) -> Clamd:
            def answer() -> None:
                line, _ = server.accept()
                with line:
                    heard = b""
                    while not heard.endswith((b"zPING\0", bytes(4))):
                        heard += line.recv(100)
                    line.sendall(reply)

            threads.append(threading.Thread(target=answer))
            threads[-1].start()
            return Clamd(f"unix:{tmp_path}/odd", timeout=10)

        yield answering
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (b"stream: Can't allocate memory ERROR\0", "allocate memory"),
        (b"", "answers “”"),
        (b"stream: OK no", "OK no"),
    ],
)
def test_an_answer_that_is_none_is_no_verdict(odd: Callable[[bytes], Clamd], reply: bytes, says: str) -> None:
    with pytest.raises(Unavailable, match=says):
        odd(reply).scan(io.BytesIO(b"x"))
    with pytest.raises(Unavailable, match="look into its log"):
        odd(b"HTTP/1.1 400\0").check()


def test_it_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        with pytest.raises(Unavailable, match="cannot be reached"):
            Clamd(f"unix:{tmp_path}/silent", timeout=0.2).scan(io.BytesIO(b"x"))
