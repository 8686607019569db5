"""A browser without scripts: keeps cookies and sends forms; the tool answers in this process, the platform by HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests
from flask import Flask

TOOL = "https://tool.example"


@dataclass
class Form:
    """A form as it stands on a page; of boxes and buttons only what is chosen already."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    """Values of radio buttons and checkboxes, by name."""


@dataclass
class Page:
    """What the browser shows."""

    url: str
    status: int
    text: str

    @property
    def forms(self) -> list[Form]:
        """The forms on the page, in order."""
        reader = _Forms(self.url)
        reader.feed(self.text)
        return reader.forms

    def form(self, part: str) -> Form:
        """The first form whose address has `part` in it."""
        return next(form for form in self.forms if part in form.action)


class _Forms(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            action = urljoin(self.base, given.get("action") or "")
            self.forms.append(Form(action, (given.get("method") or "get").lower()))
        name = given.get("name")
        if tag != "input" or not self.forms or name is None:
            return
        kind, value = given.get("type") or "text", given.get("value") or ""
        form = self.forms[-1]
        if kind in ("radio", "checkbox"):
            form.offered.setdefault(name, []).append(value)
        if kind not in ("submit", "radio", "checkbox") or "checked" in given:
            form.fields.setdefault(name, []).append(value)


class Browser:
    """One person's browser."""

    def __init__(self, tool: Flask) -> None:
        self.tool = tool.test_client()
        self.http = requests.Session()
        self.http.trust_env = False
        self.page: Page

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._follow("GET", url, None)

    def send(self, form: Form, **values: str | list[str]) -> Page:
        """Send a form, with some fields set."""
        data = {**form.fields, **values}
        return self._follow(form.method.upper(), form.action, data)

    def _follow(self, method: str, url: str, data: dict[str, list[str] | str] | None) -> Page:
        for _ in range(10):
            status, headers, text = self._one(method, url, data)
            if status not in (301, 302, 303, 307):
                self.page = Page(url, status, text)
                return self.page
            url = urljoin(url, headers["Location"])
            if status != 307:
                method, data = "GET", None
        raise AssertionError(f"redirected without end: {url}")

    def _one(
        self, method: str, url: str, data: dict[str, list[str] | str] | None
    ) -> tuple[int, dict[str, str], str]:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" == TOOL:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            answer = self.tool.open(path, method=method, data=data, base_url=TOOL)
            return answer.status_code, dict(answer.headers), answer.text
        response = self.http.request(method, url, data=data, allow_redirects=False, timeout=20)
        return response.status_code, dict(response.headers), response.text
