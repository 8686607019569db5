"""A platform made of the classes of lti1p3platform, with a little Flask around them: it has abstract methods to fill."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, jsonify, render_template_string, request
from jwt import PyJWTError
from lti1p3platform.exceptions import LtiDeepLinkingResponseException, LtiException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request, TRequest
from lti1p3platform.response import Response, generate_next_link

from tests.flows.world import Late, serving
from tests.foreign.browser import TOOL
from tests.foreign.flask_services import Books, Gradebook, Roster
from tests.foreign.platforms import DEPLOYMENT, PUPIL, TEACHER, Account, platform_pem

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
CLIENT = "classeur-at-lti1p3platform"
FORM = """<form method="post" action="{{ launch_url }}">
<input type="hidden" name="state" value="{{ state }}"><input type="hidden" name="id_token" value="{{ id_token }}"></form>"""


class FlaskRequest(Request):
    """This request of Flask, as the library wants it."""

    def build_metadata(self, request: Any) -> TRequest:
        # the library adds 1 to `page` as it comes, so it must come as a number
        counts = {name: int(request.args[name]) for name in ("page", "limit") if name in request.args}
        return {
            "method": request.method,
            "form_data": request.form.to_dict(),
            "get_data": request.args.to_dict() | counts,
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


class Lti1p3Platform:
    """The running platform."""

    client_id = CLIENT

    def __init__(self, url: str, tool_jwks: str) -> None:
        self.issuer = url
        self.authorization_endpoint = f"{url}/auth"
        self.token_endpoint = f"{url}/token"
        self.jwks_uri = f"{url}/jwks"
        pem = platform_pem()
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
        self.books = Books()
        for account in self.accounts.values():
            self.books.enrol(account.id, self._role(account), account.name)
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
        return self.books.scores

    def _launch(self) -> str:
        launch = Launch(FlaskRequest(request), self.configuration)
        asked = launch.get_preflight_response()
        account = self.accounts[asked["login_hint"]]
        picking, item = self._hints[asked["lti_message_hint"]]
        launch.set_user_data(account.id, [self._role(account)], full_name=account.name)
        launch.set_launch_context_claim("class-5a", [MEMBERSHIP], "5e A")
        if picking:
            launch.set_dl(f"{self.issuer}/picked")
        else:
            launch.set_resource_link_claim("link-1" if item is None else f"link-1-{item}", title="Classeur")
            launch.set_ags(f"{self.issuer}/lineitems")
            launch.set_nrps(f"{self.issuer}/memberships")
        if item is not None:
            launch.set_launch_url(self._items[item]["url"])
        return str(launch.lti_launch())

    @staticmethod
    def _role(account: Account) -> str:
        return MEMBERSHIP + ("Instructor" if account.teaches else "Learner")

    def _gradebook(self, number: str | None = None) -> Gradebook:
        url = f"{self.issuer}/lineitems"
        return Gradebook(FlaskRequest(request), self.configuration, url, self.books, number)

    def _make_app(self) -> Flask:
        app = Flask("lti1p3platform")
        app.add_url_rule("/auth", "auth", self._launch)
        app.add_url_rule("/jwks", "jwks", lambda: jsonify(self.configuration.get_jwks()))
        app.add_url_rule("/token", "token", self._token, methods=["POST"])
        app.add_url_rule("/picked", "picked", self._picked, methods=["POST"])
        app.add_url_rule("/memberships", "memberships", self._members)
        for refusal in (LtiException, LtiDeepLinkingResponseException, PyJWTError):
            app.register_error_handler(refusal, lambda error: (repr(error), 400))
        self._add_gradebook(app)
        return app

    def _token(self) -> Any:
        return jsonify(self.configuration.get_access_token(request.form.to_dict()))

    def _picked(self) -> str:
        self._items = self.configuration.validate_deeplinking_resp(request.form.to_dict())
        return "taken"

    def _members(self) -> Any:
        service = Roster(FlaskRequest(request), self.configuration, f"{self.issuer}/memberships", self.books)
        answer = _answer(service.handle_resp(service.handle_get_members))
        answer.headers.add("Link", f'<{service.differences}>; rel="differences"')
        return answer

    def _add_gradebook(self, app: Flask) -> None:
        """The addresses of AGS, each with the method of the library that answers it."""
        routes = {
            "GET": ("", "handle_get_lineitems"),
            "POST": ("", "handle_create_lineitem"),
            "GET one": ("/<number>", "handle_get_lineitem"),
            "PUT": ("/<number>", "handle_update_lineitem"),
            "DELETE": ("/<number>", "handle_delete_lineitem"),
            "POST score": ("/<number>/scores", "handle_update_score"),
            "GET results": ("/<number>/results", "handle_get_results"),
        }

        def answering(handler: str) -> Callable[..., Any]:
            def view(number: str | None = None) -> Any:
                service = self._gradebook(number)
                given = {} if number is None else {"line_item_id": number}
                return _answer(service.handle_resp(getattr(service, handler), **given))

            return view

        for name, (path, handler) in routes.items():
            method = name.split()[0]
            app.add_url_rule(f"/lineitems{path}", handler, answering(handler), methods=[method])


def _answer(response: Response) -> Any:
    result = dict(response.result) if response.result else {}
    following = result.pop("next", None)
    result.pop("has_next", None)
    answer = jsonify(result.get("content", result) if response.code < 300 else {"error": response.message})
    answer.content_type = response.media_type
    answer.status_code = response.code
    if response.code == 204:
        answer.set_data("")
    if following:
        answer.headers["Link"] = generate_next_link(following)
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
