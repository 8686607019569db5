"""The tool under test: login and launch without a web, its platform's keys at hand without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests.structures import CaseInsensitiveDict
from sqlalchemy import Engine

from binder.db import writing
from lti.protocol import launch, login
from lti.protocol.http import Answer, Http
from lti.protocol.jwks import PlatformKeys
from lti.settings import Settings
from tests.conformance import platform


class KeysAtHand(Http):
    """Answers with a key set, whatever is asked."""

    document = platform.key_set()
    calls = 0

    def call(self, method: str, url: str, *, most_bytes: int = 0, **options: Any) -> Answer:
        self.calls += 1
        return Answer(200, CaseInsensitiveDict(), self.document, url)


class Tool:
    """One mounted tool."""

    def __init__(self, engine: Engine, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.begin = writing(engine).begin
        self.http = KeysAtHand(self.settings)
        self.keys = PlatformKeys(self.http, self.settings)

    def login(self, **params: str | None) -> tuple[login.Login, str]:
        """A login under way, and the nonce that the platform is given."""
        begun = login.start(
            platform.login_request(**params),
            begin=self.begin,
            redirect_uri=platform.TOOL + "/lti/launch",
            settings=self.settings,
        )
        query = parse_qs(urlsplit(begun.authorization_url).query)
        return begun, query["nonce"][0]

    def post(self, form: Mapping[str, str], secret: str | None) -> launch.ValidatedLaunch:
        """The platform's form, posted by a browser."""
        return launch.validate(
            form,
            secret=secret,
            tool_url=platform.TOOL,
            begin=self.begin,
            platform_keys=self.keys,
            settings=self.settings,
        )

    def launch(self, body: Mapping[str, Any] | None = None, **signing: Any) -> launch.ValidatedLaunch:
        """Login and launch in one; `body` replaces claims of an ordinary launch, None takes one out."""
        begun, nonce = self.login()
        token = platform.sign(platform.claims(nonce, **(body or {})), **signing)
        return self.post({"state": begun.state, "id_token": token}, begun.secret)
