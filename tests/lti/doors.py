"""A platform whose people come in by the front doors: login and launch over HTTP, its keys at hand without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from binder.storage import FileStorage
from lti import LTI
from lti.protocol.jwks import PlatformKeys
from tests.conformance import platform
from tests.conformance.tool import KeysAtHand
from tests.keys import PRIVATE_KEY


def host(engine: sa.Engine, folder: Path, **settings: Any) -> Flask:
    """A host with nothing but Classeur in it; the platform's keys are at hand."""
    app = Flask("classeur")
    app.config.update(
        {
            "SECRET_KEY": "tests",
            "LTI_PRIVATE_KEYS": PRIVATE_KEY,
            "LTI_BASE_URL": platform.TOOL,
            "LTI_ALLOW_HTTP_LOOPBACK": True,
            "LTI_HTTP_RETRY_SECONDS": 0,
            **settings,
        }
    )
    tool = LTI(engine, storage=FileStorage(folder))
    tool.init_app(app)
    tool.platform_keys = PlatformKeys(KeysAtHand(tool.settings), tool.settings)
    return app


def begin(client: FlaskClient) -> tuple[str, str]:
    """State and nonce of a login, in a browser that keeps cookies."""
    begun = client.get("/lti/login", query_string=platform.login_request(), base_url=platform.TOOL)
    if begun.status_code == 307:  # a first look at whether cookies are kept
        begun = client.get(begun.location, base_url=platform.TOOL)
    query = parse_qs(urlsplit(begun.location).query)
    return query["state"][0], query["nonce"][0]


def post(client: FlaskClient, form: dict[str, str], **headers: str) -> TestResponse:
    """The platform's form."""
    return client.post("/lti/launch", data=form, base_url=platform.TOOL, headers=headers)


def launch(client: FlaskClient, **more: Any) -> TestResponse:
    """Login and launch in one; `more` replaces claims of an ordinary launch."""
    state, nonce = begin(client)
    return post(client, {"state": state, "id_token": platform.sign(platform.claims(nonce, **more))})
