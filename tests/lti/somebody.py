"""A person at the screens of a school, by way of Flask's test client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient

from tests.lti.school import School


@dataclass
class Somebody:
    """Somebody at a screen, by way of Flask's test client."""

    client: FlaskClient
    html: str = ""
    status: int = 0

    def open(self, path: str) -> str:
        """Look at a screen."""
        response = self.client.get(path, follow_redirects=True)
        self.html, self.status = _plain(response.text), response.status_code
        return self.html

    def send(self, path: str, **fields: Any) -> str:
        """Send a form, with its token; what one is led to is opened."""
        token = re.search(r'name="token" value="([\w-]+)"', self.html)
        assert token, "no form here"
        response = self.client.post(path, data={"token": token[1], **fields}, follow_redirects=True)
        self.html, self.status = _plain(response.text), response.status_code
        return self.html

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.html)
        assert found, f"no field {name}"
        return found[1]


def _plain(html: str) -> str:
    return html.replace("\u00a0", " ").replace("\u202f", " ")


def somebody(school: School, who: str, lang: str = "fr") -> Somebody:
    """A person of the school, at their first screen."""
    client = school.app.test_client()
    client.set_cookie("as", who)
    client.set_cookie("lang", lang)
    return Somebody(client)
