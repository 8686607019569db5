"""Registering with a platform by itself: sending it, what is answered, and reading or changing that later.

Dynamic Registration 1.0, https://www.imsglobal.org/spec/lti-dr/v1p0; afterwards RFC 7592.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lti.errors import ClaimInvalid, LTIError, ServiceError
from lti.protocol.answers import Answer
from lti.protocol.configurations import MOST_BYTES, PlatformConfiguration, bearer, host_of
from lti.protocol.http import Http
from lti.protocol.introduction import TOOL_CONFIGURATION
from lti.settings import Settings
from lti.values import identifier_of, mapping_of, text_of

__all__ = ["Answered", "RegistrationRefused", "change", "read", "register"]

LONGEST_TOKEN = 8192
LONGEST_SCOPES = 200
"""Scopes in an answer."""


class RegistrationRefused(LTIError):
    """The platform does not register us, or answers what is no registration.

    :param error: its code, such as `token_already_used`.
    :param description: its words: plain text, to be escaped where shown.
    """

    code = "registration-refused"
    status = 502

    def __init__(self, status: int | None, error: str = "", description: str = "", detail: str = "") -> None:
        super().__init__(detail or f"the platform answered {status}", platform_status=status)
        self.platform_status, self.error, self.description = status, error, description

    @property
    def token_is_spent(self) -> bool:
        """Whether the platform's own link has served already, or is over: another one is needed."""
        return self.platform_status in (401, 403)


@dataclass(frozen=True)
class Answered:
    """A registration as the platform has it."""

    client_id: str
    scopes: tuple[str, ...]
    deployment_id: str | None
    uri: str | None
    """Where it can be read and changed; None if the platform offers that nowhere."""
    token: str = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)
    """As it came, but for the token."""


def register(
    http: Http, settings: Settings, platform: PlatformConfiguration, token: str, said: Mapping[str, Any]
) -> Answered:
    """Send the registration, once.

    :raises RegistrationRefused: if the platform does not take it.
    """
    answer = _speak(http, "POST", platform.registration_endpoint, token, said)
    hosts = {host_of(platform.registration_endpoint), host_of(platform.issuer)}
    return _read(answer, settings, hosts)


def read(http: Http, settings: Settings, uri: str, token: str) -> Answered:
    """The registration as the platform has it now (RFC 7592 section 2.1).

    :raises RegistrationRefused: if the platform does not tell it.
    """
    return _read(_speak(http, "GET", uri, token, None), settings, {host_of(uri)})


def change(
    http: Http, settings: Settings, uri: str, token: str, client_id: str, said: Mapping[str, Any]
) -> Answered:
    """Say all of it anew (RFC 7592 section 2.2).

    :raises RegistrationRefused: if the platform does not take it.
    """
    answer = _speak(http, "PUT", uri, token, {**said, "client_id": client_id}, repeatable=True)
    return _read(answer, settings, {host_of(uri)})


def _speak(
    http: Http, method: str, url: str, token: str, said: Mapping[str, Any] | None, *, repeatable: bool = False
) -> Answer:
    headers = {"Accept": "application/json", **bearer(token)}
    options: dict[str, Any] = {"headers": headers}
    if said is not None:
        options["data"] = json.dumps(said).encode()
        headers["Content-Type"] = "application/json"
    try:
        answer = http.call(
            method,
            url,
            kind="registration",
            repeatable=repeatable or method == "GET",
            most_bytes=MOST_BYTES,
            **options,
        )
    except ServiceError as error:
        raise RegistrationRefused(None, detail=error.detail) from error
    if not answer.ok:
        raise _refusal(answer)
    return answer


def _refusal(answer: Answer) -> RegistrationRefused:
    """The error as JSON has it (RFC 7591 section 3.2.2), or whatever text there is."""
    try:
        body = answer.json()
    except ServiceError:
        body = None
    if isinstance(body, dict):
        error, words = (str(body.get(name) or "") for name in ("error", "error_description"))
    else:
        html = "html" in answer.headers.get("Content-Type", "")
        error, words = "", "" if html else answer.error().detail
    printable = "".join(letter if letter.isprintable() else " " for letter in words[:500])
    return RegistrationRefused(answer.status, error[:80] if error.isprintable() else "", printable)


def _read(answer: Answer, settings: Settings, hosts: set[str]) -> Answered:
    """:raises RegistrationRefused: if it is no registration."""
    try:
        body = answer.json()
        if not isinstance(body, dict):
            raise ClaimInvalid("the answer is not a JSON object")
        client_id = identifier_of(body, "client_id")
        deployment_id = identifier_of(mapping_of(body, TOOL_CONFIGURATION), "deployment_id")
        granted = tuple(text_of(body, "scope").split())[:LONGEST_SCOPES]
        uri, token = text_of(body, "registration_client_uri"), text_of(body, "registration_access_token")
    except (ClaimInvalid, ServiceError) as error:
        raise RegistrationRefused(answer.status, detail=error.detail) from error
    if client_id is None:
        raise RegistrationRefused(answer.status, detail="the answer names no client_id")
    trusted = bool(uri) and settings.allows(uri) and host_of(uri) in hosts and len(token) <= LONGEST_TOKEN
    raw = {name: value for name, value in body.items() if name != "registration_access_token"}
    return Answered(
        client_id, granted, deployment_id, uri if trusted else None, token if trusted else "", raw
    )
