"""A tiny LTI tool and a tiny browser, to speak with the demo ENT from outside."""

import secrets
import time
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from examples.ent import Ent, Tool

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ISSUER = "http://localhost"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Form(HTMLParser):
    """The fields and the address of one form of a page."""

    def __init__(self, page: str, form_id: str) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()
        self._id, self._inside = form_id, False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what belongs to the form."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = values.get("id") == self._id
            if self._inside:
                self.action = values["action"]
        if tag == "input" and self._inside:
            self.fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Stop at the end of the form."""
        if tag == "form":
            self._inside = False


class Browser:
    """Somebody's browser on the ENT."""

    def __init__(self, app: Flask, login: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.app = app
        if login:
            self.sign_in(login)

    def sign_in(self, login: str) -> None:
        """Click on one of the demo accounts."""
        answer = self.post("/sign-in/demo", {"login": login})
        assert answer.status_code == 302

    def post(self, path: str, fields: Mapping[str, str]) -> TestResponse:
        """Send a form with the CSRF token of this session."""
        self.get("/sign-in")
        with self.client.session_transaction() as session:
            token = session["csrf"]
        return self.client.post(path, data={**fields, "csrf_token": token})

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def text(self, path: str) -> str:
        """The page, which must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)


class FakeTool:
    """A tool that knows nothing but PyJWT."""

    def __init__(self, client_id: str = "classeur", host: str = "http://tool.test") -> None:
        self.host, self.client_id = host, client_id
        self.kid, self.key = "first", new_private_key()
        self.published = [public_jwk(self.kid, self.key)]
        self.registration = Tool(
            name="Classeur",
            client_id=client_id,
            login_url=f"{host}/login",
            launch_url=f"{host}/launch",
            redirect_uris=(f"{host}/launch", f"{host}/other"),
            jwks=lambda: {"keys": self.published},
            custom={"login": "$User.username", "unknown": "$Nothing.known", "history": "$Context.id.history"},
        )
        self.app: Flask

    @property
    def client(self) -> FlaskClient:
        """The tool's own HTTP client, without anybody's cookies."""
        return self.app.test_client(use_cookies=False)

    def log_in(self, browser: Browser, link_id: str, target: str = "window") -> dict[str, str]:
        """Follow a link as far as the authorization request the tool would make."""
        return self.authorization(self.login(browser.text(f"/links/{link_id}/launch?target={target}")))

    def login(self, page: str) -> dict[str, str]:
        """The login request that a page of the ENT sends."""
        form = Form(page, "message")
        assert form.action == f"{self.host}/login", page
        return form.fields

    def authorization(self, login: Mapping[str, str]) -> dict[str, str]:
        """The authorization request for a login request."""
        return {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": f"{self.host}/launch",
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
        }

    def authorize(self, browser: Browser, parameters: Mapping[str, str]) -> Form:
        """Send the browser to the authorization endpoint and read what it is to post back."""
        answer = browser.client.get("/oidc/auth", query_string=dict(parameters))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        form = Form(answer.get_data(as_text=True), "message")
        assert form.action == parameters["redirect_uri"]
        assert form.fields["state"] == parameters["state"]
        return form

    def launch(self, browser: Browser, link_id: str, target: str = "window") -> dict[str, Any]:
        """Open a link and read the verified claims."""
        return self.follow(browser, browser.text(f"/links/{link_id}/launch?target={target}"))

    def open(self, browser: Browser, door: str, **arguments: str) -> dict[str, Any]:
        """Go through another door of the ENT than a link, and read the verified claims."""
        return self.follow(browser, browser.text(f"/open/{door}/launch?{urlencode(arguments)}"))

    def follow(self, browser: Browser, page: str) -> dict[str, Any]:
        """Go on from a page with a login request, and read the verified claims of what comes."""
        login = self.login(page)
        parameters = self.authorization(login)
        token = self.authorize(browser, parameters).fields["id_token"]
        claims = self.verified(token, parameters["nonce"])
        assert claims[f"{LTI}target_link_uri"] == login["target_link_uri"]
        assert claims[f"{LTI}deployment_id"] == login["lti_deployment_id"]
        return claims

    def verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims if the token is good."""
        keys = jwt.PyJWKSet.from_dict(self.client.get("/oidc/jwks").get_json())
        key = keys[jwt.get_unverified_header(id_token)["kid"]]
        claims = jwt.decode(id_token, key, algorithms=["RS256"], audience=self.client_id, issuer=ISSUER)
        assert claims["nonce"] == nonce
        return dict(claims)

    def assertion(self, **changes: Any) -> dict[str, Any]:
        """The claims of a client assertion; a change to None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{ISSUER}/oidc/token",
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def sign(self, claims: Mapping[str, Any], *, key: Any = None, kid: str | None = None) -> str:
        """Sign with the tool's key, or with another."""
        return jwt.encode(dict(claims), key or self.key, algorithm="RS256", headers={"kid": kid or self.kid})

    def message(self, message_type: str, **changes: Any) -> str:
        """A signed message to the ENT; a change to None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "aud": ISSUER,
            "iat": now,
            "exp": now + 300,
            "nonce": secrets.token_urlsafe(16),
            f"{LTI}message_type": message_type,
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": self.registration.deployment_id,
            **changes,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def ask_token(self, *scopes: str, assertion: str = "", **changes: str) -> TestResponse:
        """Ask for an access token."""
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.sign(self.assertion()),
            "scope": " ".join(scopes),
            **changes,
        }
        return self.client.post("/oidc/token", data=fields)

    def call(
        self,
        url: str,
        *scopes: str,
        method: str = "GET",
        body: Any = None,
        media_type: str | None = None,
        accept: str | None = None,
        **query: str,
    ) -> TestResponse:
        """Call a service with a fresh token for these scopes."""
        token = self.ask_token(*scopes).get_json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        if accept:
            headers["Accept"] = accept
        parts = urlsplit(url)
        given = "&".join(filter(None, [parts.query, *(f"{name}={value}" for name, value in query.items())]))
        return self.client.open(
            parts.path,
            method=method,
            query_string=given,
            json=body,
            content_type=media_type,
            headers=headers,
        )


def ent_of(app: Flask) -> Ent:
    """What tests reach into."""
    ent: Ent = app.extensions["ent"]
    return ent


def new_private_key() -> RSAPrivateKey:
    """A key pair of a tool."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(kid: str, key: RSAPrivateKey) -> dict[str, Any]:
    """The public half as a tool publishes it."""
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": kid, "alg": "RS256", "use": "sig"}
