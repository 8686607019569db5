"""The platform: it sends people to the tool, and signs their launches."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from benchmarks.browser import Answer, Browser
from benchmarks.setting import CLIENT, DEPLOYMENT, ISSUER, KID, TOOL, Setting
from binder.clock import now

__all__ = ["TARGET", "Platform", "publishing"]

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
TARGET = f"{TOOL}/lti/launch"


class Platform:
    """One class of pupils and their teacher."""

    def __init__(self, setting: Setting) -> None:
        self.key = setting.platform_key

    def launch(self, browser: Browser, subject: str, role: str = "Learner") -> Answer:
        """Login and launch of one person, to the redirection that ends it."""
        query = {
            "iss": ISSUER,
            "login_hint": subject,
            "target_link_uri": TARGET,
            "lti_message_hint": "link-1",
            "client_id": CLIENT,
            "lti_deployment_id": DEPLOYMENT,
        }
        login = browser.get(f"/lti/login?{urlencode(query)}")
        if login.status == 307:  # a browser that has not been here before is tried with a cookie first
            login = browser.get(login.location)
        if login.status != 302:
            raise RuntimeError(f"login: {login.status} {login.body[:300]!r}")
        asked = parse_qs(urlsplit(login.location).query)
        form = {"state": asked["state"][0], "id_token": self.sign(subject, role, asked["nonce"][0])}
        launch = browser.post("/lti/launch", form)
        if launch.status != 303:
            raise RuntimeError(f"launch: {launch.status} {launch.body[:300]!r}")
        return launch

    def sign(self, subject: str, role: str, nonce: str, **more: Any) -> str:
        """An id_token; `more` replaces claims of LTI, by the last part of their names."""
        seconds = int(now().timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": subject,
            "iat": seconds,
            "exp": seconds + 300,
            "nonce": nonce,
            "name": f"Léa {subject}",
            "given_name": "Léa",
            "family_name": subject,
            "locale": "fr-FR",
            LTI + "message_type": "LtiResourceLinkRequest",
            LTI + "version": "1.3.0",
            LTI + "deployment_id": DEPLOYMENT,
            LTI + "target_link_uri": TARGET,
            LTI + "resource_link": {"id": "link-1", "title": "Classeur"},
            LTI + "context": {"id": "class-5a", "label": "5A", "title": "5e A", "type": ["CourseSection"]},
            LTI + "roles": [MEMBERSHIP + role],
            LTI + "custom": {"chapter": "3"},
            LTI + "launch_presentation": {"document_target": "iframe", "return_url": f"{ISSUER}/back"},
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitems": f"{ISSUER}/lineitems",
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{ISSUER}/members",
                "service_versions": ["2.0"],
            },
        }
        claims |= {LTI + name: value for name, value in more.items()}
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KID})


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def publishing(setting: Setting) -> Iterator[str]:
    """Serve the key set; yields its address."""
    document = json.dumps(setting.key_set)

    @Request.application
    def keys(request: Request) -> Response:
        return Response(document, content_type="application/json")

    server = make_server("127.0.0.1", 0, keys, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
