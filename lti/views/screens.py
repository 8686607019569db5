"""What all screens share: who is looking, the transaction around a view, the forms' token, and rendering.

A screen has two addresses: under `/l/<launch>/` for an LTI launch, whose cookie is its own, and under `/my/` for a
host's own login.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, Response, current_app, g, make_response, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session
from werkzeug.routing import BaseConverter

from binder.access import Viewer
from binder.errors import Forbidden, NotFound
from lti import i18n, kept_forms, tokens
from lti.launches import sessions
from lti.tool import tool
from lti.views.templates import filled

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = [
    "TOKEN_HEADER",
    "Here",
    "NotSignedIn",
    "Outdated",
    "asked",
    "blueprint",
    "by_the_schools_clock",
    "form_key",
    "is_from_our_page",
    "render",
    "screen",
    "sent_form",
    "sent_token",
    "texts",
]

TOKEN_HEADER = "X-Classeur-Token"  # noqa: S105 - a name, not a secret


class LaunchConverter(BaseConverter):
    """`<launch:…>` in a rule: an `Address`."""

    regex = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.[\w-]{43})?"

    def to_python(self, value: str) -> sessions.Address:
        """What stands in an address."""
        launch_id, _, secret = value.partition(".")
        return sessions.Address(UUID(launch_id), secret)

    def to_url(self, value: Any) -> str:
        """What is to stand in it."""
        return str(value)


blueprint = Blueprint("lti", "lti", template_folder="templates", static_folder="static")


@blueprint.record_once
def _know_launches(state: BlueprintSetupState) -> None:
    """The converter belongs to the app, and must be there before the first rule."""
    state.app.url_map.converters["launch"] = LaunchConverter


class NotSignedIn(Exception):
    """No open launch fits the address and cookie, or the host's login knows nobody."""


class Outdated(Exception):
    """A form without its token, or with another launch's."""


@dataclass(frozen=True)
class Here:
    """Where a view stands: the transaction, who is looking, and how to get elsewhere."""

    session: Session
    viewer: Viewer
    token: str
    """For the hidden field `token` of every form; scripts send it as the header `TOKEN_HEADER`."""
    address: sessions.Address | None = None
    """What stands for the launch in its pages' addresses; None in a host's own login."""
    launch: sessions.OpenLaunch | None = None

    @property
    def launch_id(self) -> UUID | None:
        """The launch's id."""
        return self.address.id if self.address else None

    def url(self, screen: str, **values: Any) -> str:
        """Address of a screen in this launch."""
        return url_for(f"lti.{screen}", launch=self.address, **values)

    def to(self, screen: str, **values: Any) -> BaseResponse:
        """A redirection after a POST (303), so that reloading repeats nothing."""
        return redirect(self.url(screen, **values), 303)


def asked(here: Here, *message_types: str) -> sessions.OpenLaunch:
    """The launch, if it was by one of these types of message.

    :raises Forbidden: if it was not: the screen is not the viewer's to open by its address.
    """
    if here.launch is None or here.launch.message_type not in message_types:
        raise Forbidden("only by a message of its own")
    return here.launch


def texts() -> i18n.Texts:
    """Words in the viewer's language, or else the browser's, or else French."""
    language = g.get("lti_language") or i18n.choose(request.accept_languages.best_match(i18n.LANGUAGES))
    return i18n.texts(language)


@contextmanager
def _entered(address: sessions.Address | None) -> Iterator[Here]:
    """The transaction of one request: writing for a POST, else only reading."""
    with tool().begin() if _writes() else tool().reading() as session:
        here = _from_host(session) if address is None else _from_launch(session, address)
        g.lti_language = i18n.choose(here.viewer.locale, request.accept_languages.best_match(i18n.LANGUAGES))
        if here.launch is not None:
            i18n.set_clocks(tool().settings.time_zone, here.launch.zone)
        g.lti_launch = here.launch
        g.lti_here = here
        if _writes() and not tokens.fits(sent_token(), here.token):
            raise Outdated
        yield here


def _writes() -> bool:
    return request.method not in ("GET", "HEAD", "OPTIONS")


@blueprint.before_request
def by_the_schools_clock() -> None:
    """Until it is known who is looking, and for whoever's own time zone is not; before printing, again."""
    i18n.set_clocks(tool().settings.time_zone)


def sent_token() -> str:
    """The token that came with the request: in a header, where a script sent it, or in the form."""
    return request.headers.get(TOKEN_HEADER) or request.form.get("token", "")


def form_key() -> bytes:
    """The server's key that seals forms; the same in all its processes."""
    return tool().form_key(current_app.secret_key)


def _from_launch(session: Session, address: sessions.Address) -> Here:
    secret = address.secret or request.cookies.get(sessions.COOKIE, "")
    launch = sessions.open_launch(session, address.id, secret) if secret else None
    if launch is None or launch.by_url != bool(address.secret) or (launch.by_url and not is_from_our_page()):
        raise NotSignedIn
    token = tokens.make(form_key(), launch.viewer, f"{address.id}/{secret}")
    return Here(session, launch.viewer, token, address, launch)


def is_from_our_page() -> bool:
    """Whether a page of ours asks: not another site's, and not an address that somebody typed, pasted or was sent.

    Browsers say so themselves, and pages cannot (https://www.w3.org/TR/fetch-metadata/); the oldest say nothing.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _from_host(session: Session) -> Here:
    load = tool().viewer
    viewer = load() if load is not None else None
    if viewer is None:
        raise NotSignedIn
    return Here(session, viewer, tokens.make(form_key(), viewer, ""))


View = Callable[..., Any]


def screen(rule: str, *methods: str, alone: bool = False) -> Callable[[View], View]:
    """Register a view `f(here, **values)` at both addresses; GET unless said otherwise.

    :param alone: the view talks to other servers, so no transaction is open around it; it opens its own.
    """

    def register(function: View) -> View:
        @wraps(function)
        def view(launch: sessions.Address | None, **values: Any) -> Any:
            with _entered(launch) as here:
                if not alone:
                    return _settled(here, function(here, **values))
            return function(here, **values)

        name = function.__name__
        allowed = list(methods) or ["GET"]
        blueprint.add_url_rule(f"/l/<launch:launch>{rule}", name, view, methods=allowed)
        blueprint.add_url_rule(f"/my{rule}", name, view, methods=allowed, defaults={"launch": None})
        return function

    return register


def _settled(here: Here, answer: Any) -> Any:
    """A form that had been kept and now was sent again is kept no longer, once it was taken."""
    again = request.form.get("kept", "") if _writes() else ""
    begins = _writes() and bool(request.form.get("writer")) and request.form.get("seq") == "1"
    if not again and not begins:
        return answer
    response = make_response(answer)
    if begins and response.status_code == 200:  # an open editor that has just come back
        screen, values, fields = sent_form()
        kept_forms.settle(here.session, here.viewer, screen=screen, values=values, fields=fields)
    if 300 <= response.status_code < 400:
        with suppress(NotFound, ValueError):
            here.session.delete(kept_forms.kept_form(here.session, here.viewer, UUID(again)))
    return response


def sent_form() -> tuple[str, dict[str, str], dict[str, list[str]]]:
    """The form of this request: the screen's name, what stands in its address, and its fields but for the token."""
    fields = request.form.to_dict(flat=False)
    fields.pop("token", None)
    values = {name: str(value) for name, value in (request.view_args or {}).items() if name != "launch"}
    return (request.endpoint or "").rpartition(".")[2], values, fields


def render(template: str, here: Here | None = None, *, status: int = 200, **values: Any) -> Response:
    """A page from one of the library's templates, or the host's of the same name."""
    viewer = here.viewer if here else None
    html = filled(template, texts(), here=here, viewer=viewer, tool_name=tool().settings.tool_name, **values)
    return Response(html, status)
