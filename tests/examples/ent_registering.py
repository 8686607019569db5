"""A tool that registers with the demo ENT, for its tests."""

import json
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from werkzeug.test import TestResponse

from examples.ent import Ent
from tests.examples.ent_tool import DL, LTI, Browser, FakeTool, Form

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CANVAS = "https://canvas.instructure.com/lti/"
HOST = "http://new.test"


class NewTool(FakeTool):
    """A tool that the ENT does not know yet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__("not registered yet", HOST)
        self.access_token = ""
        monkeypatch.setattr(requests, "get", self._keys)

    def _keys(self, url: str, **_: Any) -> requests.Response:
        assert url == f"{HOST}/jwks"
        answer = requests.Response()
        answer.status_code, answer._content = 200, json.dumps({"keys": self.published}).encode()
        return answer

    def document(self, scopes: list[str], **changes: Any) -> dict[str, Any]:
        """A good registration, with changes; "absent" leaves a member out."""
        document = {
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["implicit", "client_credentials"],
            "initiate_login_uri": f"{HOST}/login",
            "redirect_uris": [f"{HOST}/launch"],
            "client_name": "Nouvel outil",
            "client_name#en": "New tool",
            "jwks_uri": f"{HOST}/jwks",
            "token_endpoint_auth_method": "private_key_jwt",
            "contacts": ["help@new.test"],
            "scope": " ".join(scopes),
            "software_statement": "unknown to the ENT",
            TOOL_CONFIGURATION: self.configuration(),
            **changes,
        }
        return {name: value for name, value in document.items() if value != "absent"}

    def configuration(self, **changes: Any) -> dict[str, Any]:
        """A good tool configuration, with changes."""
        choosing = {
            "type": "LtiDeepLinkingRequest",
            "target_link_uri": f"{HOST}/choose",
            "label": "Choisir",
            "label#en": "Choose",
            "placements": ["ContentArea", "https://new.test/placement"],
            "custom_parameters": {"place": "picker"},
        }
        configuration = {
            "domain": "new.test",
            "target_link_uri": f"{HOST}/launch",
            "description": "Un outil tout neuf",
            "claims": ["sub", "name", "given_name"],
            "custom_parameters": {"login": "$User.username"},
            "messages": [choosing, {"type": "LtiSomethingElse"}],
            f"{CANVAS}vendor": "New",
            "https://example.org/unknown": {"deep": []},
            **changes,
        }
        return {name: value for name, value in configuration.items() if value != "absent"}

    def register(self, token: str, document: Any, media_type: str = "application/json") -> TestResponse:
        """Send the registration."""
        answer = self.speak("POST", "/registration", token, document, media_type)
        if answer.status_code == 201:
            self.client_id = answer.get_json()["client_id"]
            self.access_token = answer.get_json()["registration_access_token"]
        return answer

    def speak(
        self, method: str, path: str, token: str = "", body: Any = None, media_type: str = "application/json"
    ) -> TestResponse:
        """A request with a token, without a session."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = {} if body is None else {"json": body, "content_type": media_type}
        return self.client.open(path, method=method, headers=headers, **content)

    def choose(self, browser: Browser, class_id: str, item: dict[str, Any]) -> TestResponse:
        """Let a teacher choose one item in the tool."""
        page = browser.post(f"/classes/{class_id}/activities", {"client_id": self.client_id})
        form = Form(page.get_data(as_text=True), "message")
        assert form.fields["target_link_uri"] == f"{HOST}/choose"
        parameters = self.authorization(form.fields)
        token = self.authorize(browser, parameters).fields["id_token"]
        claims = self.verified(token, parameters["nonce"])
        now = claims["iat"]
        answer = {
            "iss": self.client_id,
            "aud": claims["iss"],
            "iat": now,
            "exp": now + 60,
            "nonce": "chosen",
            f"{LTI}message_type": "LtiDeepLinkingResponse",
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": claims[f"{LTI}deployment_id"],
            f"{DL}data": claims[f"{DL}deep_linking_settings"]["data"],
            f"{DL}content_items": [item],
        }
        return browser.client.post("/deep-linking/return", data={"JWT": self.sign(answer)})


def invitation(browser: Browser, url: str = f"{HOST}/register?school=1") -> dict[str, str]:
    """What the administrator's frame hands to the tool."""
    answer = browser.post("/administration/tools", {"url": url})
    assert answer.status_code == 200, answer.status
    page = answer.get_data(as_text=True)
    source = page.partition('<iframe id="registration"')[2].partition('src="')[2].partition('"')[0]
    return dict(parse_qsl(urlsplit(unescape(source)).query))


def activate(browser: Browser, ent: Ent, client_id: str, active: str = "1") -> None:
    """Let the administrator switch a tool."""
    number = ent.known_tools[client_id].tool.number
    answer = browser.post(f"/administration/tools/{number}/state", {"active": active})
    assert answer.status_code == 302
