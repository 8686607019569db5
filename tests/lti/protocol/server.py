"""A platform's server on 127.0.0.1 that answers as a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

JSON = {"Content-Type": "application/json"}


@dataclass
class Asked:
    """One request that came in."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    port: int
    """The client's: another for each connection."""

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Told:
    """One answer: a body whole, or in pieces as they are made."""

    status: int = 200
    body: bytes | Iterator[bytes] = b""
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))


Answering = Callable[[Asked], Told]


class Server:
    """`answer` may be replaced at any moment."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.answer: Answering = lambda asked: Told(404)

    def tells(self, body: Any = None, status: int = 200, **headers: str) -> None:
        """Answer everything with this JSON (bytes as they are)."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda asked: Told(status, raw, JSON | named)


class Listening(ThreadingHTTPServer):
    """One thread a connection; a client that goes away half-way is no news."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server for the length of a `with`; with a context, over https."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = parse_qs(parts.query, keep_blank_values=True)
            asked = Asked(self.command, parts.path, query, dict(self.headers), body, self.client_address[1])
            server.asked.append(asked)
            told = server.answer(asked)
            respond = self.send_response_only if "Date" in told.headers else self.send_response
            respond(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            try:
                if isinstance(told.body, bytes):
                    self.send_header("Content-Length", str(len(told.body)))
                    self.end_headers()
                    self.wfile.write(told.body)
                else:
                    self.send_header("Connection", "close")
                    self.end_headers()
                    for piece in told.body:
                        self.wfile.write(piece)
            except OSError:
                self.close_connection = True  # the client had enough

        do_GET = do_POST = do_PUT = do_DELETE = do_CONNECT = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            pass

    listening = Listening(("127.0.0.1", 0), Handler)
    if context is not None:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    scheme = "http" if context is None else "https"
    server = Server(f"{scheme}://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
