"""A browser over plain sockets: keeps its connection, and cookies by their paths."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

__all__ = ["Answer", "Browser", "Line"]


class Line:
    """One kept-alive connection to a server."""

    def __init__(self, port: int) -> None:
        self.http = HTTPConnection("127.0.0.1", port, timeout=30)


class Answer:
    """What the server answered."""

    def __init__(self, status: int, location: str, body: bytes) -> None:
        self.status, self.location, self.body = status, location, body

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Browser:
    """One person's cookies, over a line that others may use too."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.cookies: dict[tuple[str, str], str] = {}

    def get(self, target: str) -> Answer:
        """GET; no redirection is followed."""
        return self._send("GET", target, None)

    def post(self, target: str, form: Mapping[str, str]) -> Answer:
        """POST a form; no redirection is followed."""
        return self._send("POST", target, urlencode(form))

    def post_json(self, target: str, form: Mapping[str, str]) -> Answer:
        """POST a form as our scripts do, who are answered in JSON."""
        return self._send("POST", target, urlencode(form), accept="application/json")

    def token(self, target: str) -> str:
        """The token of the form on a page; empty if it has none."""
        found = re.search(rb'name="token" value="([\w-]+)"', self.get(target).body)
        return found[1].decode() if found else ""

    def _send(self, method: str, target: str, body: str | None, accept: str = "text/html") -> Answer:
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": "tool.example", "Accept-Language": "fr", "Accept": accept}
        kept = [f"{name}={value}" for (name, at), value in self.cookies.items() if parts.path.startswith(at)]
        if kept:
            headers["Cookie"] = "; ".join(kept)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        http = self.line.http
        http.request(method, path, body, headers)
        response = http.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie", ()):
            self._keep(line)
        return Answer(response.status, response.headers.get("Location", ""), content)

    def _keep(self, line: str) -> None:
        # Python 3.11 does not know the attribute, and would drop the cookie
        for name, morsel in SimpleCookie(line.replace("; Partitioned", "")).items():
            key = (name, morsel["path"] or "/")
            if morsel["max-age"] == "0":
                self.cookies.pop(key, None)
            else:
                self.cookies[key] = morsel.value
