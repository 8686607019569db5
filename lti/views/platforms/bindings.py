"""How a browser shows that it is the one which began a login: by a cookie, or where it refuses them by other ways.

In this order, decided before the platform is asked: a cookie of this very site inside the platform's (CHIPS); the
platform's own storage, by postMessage (https://www.imsglobal.org/spec/lti-cs-oidc/v0p1); the Storage Access API; a new
window, where a cookie is one of the first party.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from flask import request

from lti.protocol import login as logins
from lti.protocol import states
from lti.values import origin
from lti.views.screens import is_from_our_page

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

__all__ = [
    "Shown",
    "keep",
    "keeps_cookies",
    "note_opened",
    "set_cookie",
    "shown",
    "storage_key",
    "try_cookies",
]

TRIAL = "lti-cookies"
"""Name of the cookie that shows that there are cookies."""
TRIAL_DAYS = 30
OPENED = "opened."
"""Before a launch's id in the cookie of its login, once that is over."""


@dataclass(frozen=True)
class Shown:
    """What a browser shows with a launch."""

    secret: str | None = field(default=None, repr=False)
    """What it kept since the login."""
    opened: UUID | None = None
    """The launch that it has opened by this very login."""


def set_cookie(
    response: BaseResponse,
    name: str,
    value: str,
    *,
    path: str = "/",
    seconds: float,
    partitioned: bool = True,
) -> None:
    """A cookie that also lives in an iframe of another site: `SameSite=None; Secure; Partitioned` (CHIPS).

    :param partitioned: False where the browser has lent us its own jar of cookies (Storage Access).
    """
    response.set_cookie(
        name,
        value,
        path=path,
        max_age=int(seconds),
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=partitioned,
    )


def _for_host(name: str, secure: bool) -> str:
    """The prefix ties a cookie to this host; it is only for https."""
    return f"__Host-{name}" if secure else name


def _state_cookie(state: str, our_url: str) -> str:
    return _for_host(logins.cookie_name(state).removeprefix("__Host-"), our_url.startswith("https://"))


def keeps_cookies() -> bool:
    """Whether the browser has brought the cookie that we try it with."""
    return any(request.cookies.get(_for_host(TRIAL, secure)) == "1" for secure in (True, False))


def try_cookies(response: BaseResponse) -> BaseResponse:
    """Give the browser a cookie, to see whether it brings it."""
    name = _for_host(TRIAL, request.is_secure)
    set_cookie(response, name, "1", seconds=TRIAL_DAYS * 86400)
    response.headers["Cache-Control"] = "no-store"
    return response


def keep(response: Response | BaseResponse, begun: logins.Login, our_url: str, *, partitioned: bool) -> None:
    """Have the browser keep a login's secret, each login its own: several tabs do not disturb each other."""
    name = _state_cookie(begun.state, our_url)
    set_cookie(response, name, begun.secret, seconds=begun.lifetime, partitioned=partitioned)


def shown(state: str, our_url: str) -> Shown:
    """What the browser shows with a launch: in the login's cookie, or in the form that our own page has sent."""
    kept = request.cookies.get(_state_cookie(state, our_url))
    if kept is not None and kept.startswith(OPENED):
        return Shown(opened=_uuid(kept.removeprefix(OPENED)))
    if kept is None and "secret" in request.form and _is_ours(our_url):
        kept = request.form["secret"]
    return Shown(kept)


def _is_ours(our_url: str) -> bool:
    """Whether our own page sent the form: a stranger could put the secret of a login of his into one of his."""
    if "Sec-Fetch-Site" in request.headers:
        return is_from_our_page()
    return request.headers.get("Origin") == origin(our_url)


def note_opened(response: BaseResponse, state: str, our_url: str, launch_id: UUID, *, seconds: float) -> None:
    """The login is over; who comes again by it (reload, back) is led to what it opened."""
    set_cookie(response, _state_cookie(state, our_url), f"{OPENED}{launch_id}", seconds=seconds)


def storage_key(state: str) -> str:
    """Under which name a login's secret lies in the platform's storage."""
    return "classeur_" + states.hashed(state)[:16]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
