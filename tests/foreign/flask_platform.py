"""A platform made of the classes of lti1p3platform, with a little Flask around them: it has abstract methods to fill."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, jsonify, render_template_string, request
from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request, TRequest
from lti1p3platform.response import Response, generate_next_link
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService

from tests.flows.world import Late, serving
from tests.foreign.browser import TOOL
from tests.foreign.platforms import DEPLOYMENT, PUPIL, TEACHER, Account
from tests.keys import new_pem

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
CLIENT = "classeur-at-lti1p3platform"
FORM = """<form method="post" action="{{ launch_url }}">
<input type="hidden" name="state" value="{{ state }}"><input type="hidden" name="id_token" value="{{ id_token }}"></form>"""


class FlaskRequest(Request):
    """This request of Flask, as the library wants it."""

    def build_metadata(self, request: Any) -> TRequest:
        return {
            "method": request.method,
            "form_data": request.form.to_dict(),
            "get_data": request.args.to_dict(),
            "headers": request.headers,
            "content_type": request.content_type,
            "path": request.path,
            "json": request.get_json(force=True, silent=True),
        }


class Configuration(LTI1P3PlatformConfAbstract):
    """One registered tool: ours."""

    def init_platform_config(self, **kwargs: Any) -> None:
        self._registration = kwargs["registration"]

    def get_registration_by_params(self, **kwargs: Any) -> Registration:
        return self._registration


class Login(OIDCLoginAbstract):
    """Makes the address that begins a login."""

    def set_lti_message_hint(self, **kwargs: Any) -> None:
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url: str) -> str:
        return url


class Launch(LTIAdvantageMessageLaunchAbstract):
    """Makes the form that carries the signed launch."""

    def render_launch_form(self, launch_data: dict[str, Any], **kwargs: Any) -> str:
        return render_template_string(FORM, **launch_data)


class Gradebook(AssignmentsGradesService):
    """Line items and scores in memory."""

    def __init__(self, *args: Any, kept: dict[str, Any], scores: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.posted = kept, scores

    def find_lineitems(self, page: int = 1, limit: int | None = None, **wanted: Any) -> Any:
        names = {"resource_id": "resourceId", "resource_link_id": "resourceLinkId", "tag": "tag"}
        found = [
            item
            for item in self.kept.values()
            if all(item.get(names[name]) == value for name, value in wanted.items())
        ]
        return {"content": found, "has_next": False}

    def find_lineitem(self, line_item_id: str) -> Any:
        if line_item_id not in self.kept:
            raise LineItemNotFoundException
        return self.kept[line_item_id]

    def create_lineitem(self, creation_data: Any) -> Any:
        number = str(len(self.kept) + 1)
        self.kept[number] = {**creation_data, "id": f"{self.ags.lineitems_url}/{number}"}
        return self.kept[number]

    def update_lineitem(self, update_data: Any) -> Any:
        raise NotImplementedError

    def delete_lineitem(self, line_item_id: str) -> None:
        raise NotImplementedError

    def get_results(self, line_item_id: str, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def update_score(self, line_item_id: str, score: Any) -> UpdateScoreStatus:
        self.find_lineitem(line_item_id)
        self.posted.append(score)
        return UpdateScoreStatus.SUCCESS


class Lti1p3Platform:
    """The running platform."""

    client_id = CLIENT

    def __init__(self, url: str, tool_jwks: str) -> None:
        self.issuer = url
        self.authorization_endpoint = f"{url}/auth"
        self.token_endpoint = f"{url}/token"
        self.jwks_uri = f"{url}/jwks"
        pem = new_pem()
        self.registration = (
            Registration()
            .set_iss(url)
            .set_client_id(CLIENT)
            .set_deployment_id(DEPLOYMENT)
            .set_launch_url(f"{TOOL}/lti/launch")
            .set_deeplink_launch_url(f"{TOOL}/lti/launch")
            .set_oidc_login_url(f"{TOOL}/lti/login")
            .set_tool_key_set_url(tool_jwks)
            .set_platform_private_key(pem)
            .set_platform_public_key(_public(pem))
        )
        self.configuration = Configuration(registration=self.registration)
        self.accounts = {account.id: account for account in (TEACHER, PUPIL)}
        self._hints: dict[str, tuple[bool, int | None]] = {}
        self._numbers = itertools.count(1)
        self._items: list[dict[str, Any]] = []
        self._line_items: dict[str, Any] = {}
        self._scores: list[dict[str, Any]] = []
        self.app = self._make_app()

    def login_url(self, account: Account, *, picking: bool = False, item: int | None = None) -> str:
        """See `Platform.login_url`."""
        login = Login(None, self.configuration)
        hint = f"hint-{next(self._numbers)}"
        self._hints[hint] = (picking, item)
        login.set_lti_message_hint(hint=hint)
        if item is not None:
            login.set_launch_url(self._items[item]["url"])
        return str(login.initiate_login(account.id))

    def items(self) -> list[dict[str, Any]]:
        """See `Platform.items`."""
        return self._items

    def scores(self) -> list[dict[str, Any]]:
        """See `Platform.scores`."""
        return self._scores

    def _launch(self) -> str:
        launch = Launch(FlaskRequest(request), self.configuration)
        asked = launch.get_preflight_response()
        account = self.accounts[asked["login_hint"]]
        picking, item = self._hints[asked["lti_message_hint"]]
        roles = [MEMBERSHIP + ("Instructor" if account.teaches else "Learner")]
        launch.set_user_data(account.id, roles, full_name=account.name)
        launch.set_launch_context_claim("class-5a", [MEMBERSHIP], "5e A")
        if picking:
            launch.set_dl(f"{self.issuer}/picked", accept_types={"ltiResourceLink"})
        else:
            launch.set_resource_link_claim("link-1" if item is None else f"link-1-{item}", title="Classeur")
            launch.set_ags(f"{self.issuer}/lineitems")
        if item is not None:
            launch.set_launch_url(self._items[item]["url"])
        return str(launch.lti_launch())

    def _gradebook(self) -> Gradebook:
        return Gradebook(
            FlaskRequest(request),
            self.configuration,
            f"{self.issuer}/lineitems",
            kept=self._line_items,
            scores=self._scores,
        )

    def _make_app(self) -> Flask:
        app = Flask("lti1p3platform")
        app.add_url_rule("/auth", "auth", self._launch)
        app.add_url_rule("/jwks", "jwks", lambda: jsonify(self.configuration.get_jwks()))

        @app.post("/token")
        def token() -> Any:
            return jsonify(self.configuration.get_access_token(request.form.to_dict()))

        @app.post("/picked")
        def picked() -> str:
            self._items = self.configuration.validate_deeplinking_resp(request.form.to_dict())
            return "taken"

        @app.get("/lineitems")
        def line_items() -> Any:
            service = self._gradebook()
            return _answer(service.handle_resp(service.handle_get_lineitems))

        @app.post("/lineitems")
        def create() -> Any:
            service = self._gradebook()
            return _answer(service.handle_resp(service.handle_create_lineitem))

        @app.post("/lineitems/<number>/scores")
        def score(number: str) -> Any:
            service = self._gradebook()
            return _answer(service.handle_resp(service.handle_update_score, line_item_id=number))

        return app


def _answer(response: Response) -> Any:
    result = response.result
    body = result["content"] if result and "content" in result else result
    answer = jsonify(body if response.code < 300 else {"error": response.message})
    answer.content_type = response.media_type
    answer.status_code = response.code
    if result and result.get("next"):
        answer.headers["Link"] = generate_next_link(result["next"])
    return answer


def _public(pem: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    key = load_pem_private_key(pem.encode(), None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@contextmanager
def running(tool_jwks: str) -> Iterator[Lti1p3Platform]:
    """Serve it."""
    late = Late()
    with serving(late) as port:  # type: ignore[arg-type]
        platform = Lti1p3Platform(f"http://127.0.0.1:{port}", tool_jwks)
        late.app = platform.app
        yield platform
