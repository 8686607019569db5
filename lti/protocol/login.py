"""The first step of a launch: a platform asks us to log somebody in; we send the browser on to the platform.

https://www.imsglobal.org/spec/security/v1p0#step-1-third-party-initiated-login
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

import sqlalchemy as sa

from binder.clock import now
from lti.errors import LoginRequestInvalid
from lti.protocol import states
from lti.protocol.registrations import (
    Begin,
    PlatformRegistration,
    StoredRegistrations,
    refuse_unless_active,
)
from lti.settings import Settings
from lti.values import clean

__all__ = ["Login", "cookie_name", "platform", "start"]

REQUIRED = ("iss", "login_hint", "target_link_uri")
MOST_CHARACTERS = {
    "iss": 255,
    "client_id": 255,
    "lti_deployment_id": 255,
    "target_link_uri": 4096,
    "login_hint": 8192,
    "lti_message_hint": 8192,
    "lti_storage_target": 255,
}


@dataclass(frozen=True, slots=True)
class Login:
    """A login under way: where to send the browser, and what the browser must keep to prove that it is the same one."""

    authorization_url: str
    state: str
    secret: str = field(repr=False)
    """For the cookie `cookie_name(state)`, or for the platform's own storage; we keep only its hash."""
    lifetime: float
    """Seconds that the browser needs to keep the secret."""
    storage_target: str | None
    """`lti_storage_target` of the request: the frame that offers storage where cookies are blocked."""
    registration: PlatformRegistration


def platform(params: Mapping[str, str], *, begin: Begin) -> PlatformRegistration:
    """Which platform asks; nothing is begun.

    :raises LoginRequestInvalid: if a parameter is missing or beyond measure.
    :raises RegistrationUnknown: if we do not know the platform.
    :raises RegistrationAmbiguous: if `client_id` is needed to know which registration is meant.
    """
    _check(params)
    with begin() as connection:
        return _find(connection, params)


def start(
    params: Mapping[str, str],
    *,
    begin: Begin,
    redirect_uri: str,
    settings: Settings,
    binding: str = "cookie",
) -> Login:
    """Begin a login, by the parameters of a GET or a POST.

    :param redirect_uri: our launch URL, exactly as registered with the platform.
    :param binding: how the browser will keep the secret: `cookie`, `storage` or `access`.
    :raises LoginRequestInvalid: if a parameter is missing or beyond measure.
    :raises RegistrationUnknown: if we do not know the platform.
    :raises RegistrationAmbiguous: if `client_id` is needed to know which registration is meant.
    """
    _check(params)
    state, nonce, secret = (secrets.token_urlsafe(32) for _ in range(3))
    moment = now()
    with begin() as connection:
        registration = _find(connection, params)
        kept = states.TakenState(
            nonce=nonce,
            registration_id=registration.id,
            target_link_uri=params["target_link_uri"],
            deployment_id=params.get("lti_deployment_id") or None,
            expires_at=moment + timedelta(seconds=settings.state_lifetime),
            binding=binding,
        )
        states.store(connection, state, secret, moment, kept)
    return Login(
        authorization_url=_authorization_url(registration, params, redirect_uri, state=state, nonce=nonce),
        state=state,
        secret=secret,
        lifetime=settings.state_lifetime,
        storage_target=params.get("lti_storage_target") or None,
        registration=registration,
    )


def cookie_name(state: str) -> str:
    """The cookie of one login: each has its own, so several tabs do not disturb each other."""
    return "__Host-lti-" + states.hashed(state)[:16]


def _find(connection: sa.Connection, params: Mapping[str, str]) -> PlatformRegistration:
    known = StoredRegistrations(connection)
    found = known.find_registration_by_params(params["iss"], params.get("client_id"))
    refuse_unless_active(found)
    return found


def _check(params: Mapping[str, str]) -> None:
    missing = [name for name in REQUIRED if name not in params or (name != "login_hint" and not params[name])]
    if missing:
        raise LoginRequestInvalid(f"missing: {', '.join(missing)}", missing=missing)
    for name, most in MOST_CHARACTERS.items():
        value = params.get(name, "")
        if len(value) > most:
            raise LoginRequestInvalid(f"{name} is too long", parameter=name)
        if clean(value) != value:
            raise LoginRequestInvalid(f"{name} has characters that belong in no URL", parameter=name)


def _authorization_url(
    registration: PlatformRegistration,
    params: Mapping[str, str],
    redirect_uri: str,
    *,
    state: str,
    nonce: str,
) -> str:
    """https://www.imsglobal.org/spec/security/v1p0#step-2-authentication-request; hints are echoed as they came."""
    ours = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": registration.client_id,
        "redirect_uri": redirect_uri,
        "login_hint": params["login_hint"],
        "state": state,
        "nonce": nonce,
    }
    if "lti_message_hint" in params:
        ours["lti_message_hint"] = params["lti_message_hint"]
    parts = urlsplit(registration.authorization_endpoint)
    theirs = [
        pair for pair in parts.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) not in ours
    ]
    query = "&".join([*theirs, urlencode(ours, quote_via=quote, safe="")])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
