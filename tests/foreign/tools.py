"""Tools that others wrote, for the demo ENT to launch: `@lti-tool/core` in node, PyLTI1p3's Flask classes in a thread.

What each lacks, found in its source: lti-tool (1.0.6) wants name, given name, family name and e-mail address, cuts the
query off a line item's address, reads only the first page of a class, and binds no browser to a login. PyLTI1p3
(2.0.0 and its fork) uses no nonce up, so it takes a launch twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from flask import Flask, jsonify
from pylti1p3.contrib.flask import FlaskCacheDataStorage, FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.exception import LtiException
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.tool_config import ToolConfDict

from examples.ent import Ent, Tool
from tests.flows import world
from tests.foreign import node
from tests.keys import new_pem

Launched = dict[str, Any]
"""What a tool says of a launch that it let in: at least `id` and `user`, with `id` and `name` in it."""


class Peer(Protocol):
    """A running tool of somebody else's making."""

    tool: Tool
    """Its registration with the ENT."""

    def meet(self, ent: Ent) -> None:
        """Learn of the ENT."""

    def choose(self, launched: Launched, url: str, title: str, maximum: float) -> str:
        """The page that posts one link, with a line item, to the ENT."""

    def columns(self, launched: Launched) -> set[str]:
        """The labels of the tool's line items in the class of the launch."""

    def add_column(self, launched: Launched, label: str, maximum: float) -> None:
        """Make a line item."""

    def grade(self, launched: Launched, person: str, points: float, maximum: float) -> None:
        """Send a score to the line item of the launch's link."""

    def results(self, launched: Launched) -> dict[str, float]:
        """What the gradebook holds in that line item, by person."""

    def members(self, launched: Launched) -> dict[str, str]:
        """The names of the class, by person, as far as the tool reads them."""


class LtiTool:
    """`@lti-tool/core`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.tool = _registration("lti-tool", url, jwks_url=f"{url}/jwks")

    def meet(self, ent: Ent) -> None:
        """See `Peer.meet`."""
        platform = {
            "iss": ent.addresses.issuer,
            "clientId": self.tool.client_id,
            "deploymentId": ent.deployment_id,
            "authUrl": ent.addresses.authorization,
            "tokenUrl": ent.addresses.token,
            "jwksUrl": ent.addresses.jwks,
        }
        assert self.http.post(f"{self.url}/platforms", json=platform, timeout=20).ok

    def call(self, method: str, launched: Launched, *given: Any) -> Any:
        """Have the library do something in the session of a launch.

        :raises LookupError: with its words, if it fails.
        """
        body = {"session": launched["id"], "given": given}
        answer = self.http.post(f"{self.url}/calls/{method}", json=body, timeout=20)
        if not answer.ok:
            raise LookupError(answer.json()["error"])
        return answer.json()

    def choose(self, launched: Launched, url: str, title: str, maximum: float) -> str:
        """See `Peer.choose`."""
        item = {"type": "ltiResourceLink", "url": url, "title": title, "lineItem": {"scoreMaximum": maximum}}
        return str(self.call("createDeepLinkingResponse", launched, [item]))

    def columns(self, launched: Launched) -> set[str]:
        """See `Peer.columns`."""
        return {item["label"] for item in self.call("listLineItems", launched)}

    def add_column(self, launched: Launched, label: str, maximum: float) -> None:
        """See `Peer.add_column`."""
        self.call("createLineItem", launched, {"label": label, "scoreMaximum": maximum})

    def grade(self, launched: Launched, person: str, points: float, maximum: float) -> None:
        """See `Peer.grade`."""
        score = {"userId": person, "scoreGiven": points, "scoreMaximum": maximum}
        progress = {"activityProgress": "Completed", "gradingProgress": "FullyGraded"}
        self.call("submitScore", launched, score | progress)

    def results(self, launched: Launched) -> dict[str, float]:
        """See `Peer.results`."""
        return {each["userId"]: each["resultScore"] for each in self.call("getScores", launched)}

    def members(self, launched: Launched) -> dict[str, str]:
        """See `Peer.members`."""
        return {each["userId"]: each["name"] for each in self.call("getMembers", launched)}


class Memory:
    """The little of Flask-Caching that PyLTI1p3 uses."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, key: str) -> Any:
        """The value, if it is not too old."""
        until, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() < until else None

    def set(self, key: str, value: Any, seconds: float | None = None) -> None:
        """Keep a value for a while."""
        self._kept[key] = (time.monotonic() + (seconds or 3600), value)


class StockFlask:
    """PyLTI1p3's classes for Flask, as its example has them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pem = new_pem()
        self.configuration = ToolConfDict({})
        self.storage = FlaskCacheDataStorage(Memory())
        self.launches: dict[str, FlaskMessageLaunch[Any]] = {}
        self.tool = _registration("pylti1p3", url, jwks_url=f"{url}/jwks")

    def meet(self, ent: Ent) -> None:
        """See `Peer.meet`."""
        issuer, client = ent.addresses.issuer, self.tool.client_id
        platform = {
            "client_id": client,
            "auth_login_url": ent.addresses.authorization,
            "auth_token_url": ent.addresses.token,
            "key_set_url": ent.addresses.jwks,
            "deployment_ids": [ent.deployment_id],
        }
        public = load_pem_private_key(self.pem.encode(), None).public_key()
        words = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.configuration = ToolConfDict({issuer: [platform]})
        self.configuration.set_private_key(issuer, self.pem, client_id=client)
        self.configuration.set_public_key(issuer, words, client_id=client)

    def app(self) -> Flask:
        """Login, launch and key set."""
        app = Flask("pylti1p3")
        app.secret_key = "tests"

        @app.route("/login", methods=["GET", "POST"])
        def login() -> Any:
            oidc = FlaskOIDCLogin(FlaskRequest(), self.configuration, launch_data_storage=self.storage)
            return oidc.redirect(f"{self.url}/launch")

        @app.post("/launch")
        def launch() -> Any:
            message = FlaskMessageLaunch(FlaskRequest(), self.configuration, launch_data_storage=self.storage)
            claims = message.get_launch_data()
            self.launches[message.get_launch_id()] = message
            user = {"id": claims["sub"], "name": claims.get("name")}
            return jsonify({"id": message.get_launch_id(), "user": user})

        app.add_url_rule("/jwks", "jwks", lambda: jsonify(self.configuration.get_jwks()))
        app.register_error_handler(LtiException, lambda error: (jsonify({"error": str(error)}), 400))
        return app

    def choose(self, launched: Launched, url: str, title: str, maximum: float) -> str:
        """See `Peer.choose`."""
        column = LineItem().set_score_maximum(maximum).set_label(title)
        item = DeepLinkResource().set_url(url).set_title(title).set_lineitem(column)
        return str(self.launches[launched["id"]].get_deep_link().output_response_form([item]))

    def columns(self, launched: Launched) -> set[str]:
        """See `Peer.columns`."""
        return {item["label"] for item in self.launches[launched["id"]].get_ags().get_lineitems()}

    def add_column(self, launched: Launched, label: str, maximum: float) -> None:
        """See `Peer.add_column`."""
        item = LineItem().set_label(label).set_score_maximum(maximum).set_tag(label)
        self.launches[launched["id"]].get_ags().find_or_create_lineitem(item)

    def grade(self, launched: Launched, person: str, points: float, maximum: float) -> None:
        """See `Peer.grade`."""
        score = Grade().set_user_id(person).set_score_given(points).set_score_maximum(maximum)
        score.set_activity_progress("Completed").set_grading_progress("FullyGraded")
        score.set_timestamp(datetime.now(UTC).isoformat())
        self.launches[launched["id"]].get_ags().put_grade(score)

    def results(self, launched: Launched) -> dict[str, float]:
        """See `Peer.results`."""
        grades = self.launches[launched["id"]].get_ags().get_grades()
        return {each["userId"]: each["resultScore"] for each in grades}

    def members(self, launched: Launched) -> dict[str, str]:
        """See `Peer.members`."""
        found = self.launches[launched["id"]].get_nrps().get_members()
        return {each["user_id"]: each["name"] for each in found}


def _registration(name: str, url: str, *, jwks_url: str) -> Tool:
    return Tool(
        name=name,
        client_id=f"{name}-at-the-ent",
        login_url=f"{url}/login",
        launch_url=f"{url}/launch",
        jwks_url=jwks_url,
    )


@contextmanager
def lti_tool() -> Iterator[LtiTool]:
    """Serve it, from node."""
    with node.serving() as port:
        peer = LtiTool(f"http://127.0.0.1:{port}")
        yield peer
        peer.http.close()


@contextmanager
def stock_flask() -> Iterator[StockFlask]:
    """Serve it, from a thread."""
    late = world.Late()
    with world.serving(late) as port:  # type: ignore[arg-type]
        peer = StockFlask(f"http://127.0.0.1:{port}")
        late.app = peer.app()
        yield peer
