"""Platform Notification Service 1.0: what a platform tells us unasked, and how it is asked to.

https://www.imsglobal.org/spec/lti-pns/v1p0
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lti import claims as names
from lti import errors
from lti.errors import ServiceError
from lti.protocol.checks import Examination
from lti.protocol.jwks import PlatformKeys
from lti.protocol.registrations import Begin, PlatformRegistration, StoredDeployment, StoredRegistrations
from lti.protocol.services import Connector
from lti.protocol.token import Token
from lti.settings import Settings
from lti.values import identifier_of, mapping_of, text_of

__all__ = ["CONTEXT_COPY", "HELLO_WORLD", "CheckedNotice", "agree", "agreed", "check"]

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
NOTICE = names.CLAIM + "notice"
HELLO_WORLD = "LtiHelloWorldNotice"
CONTEXT_COPY = "LtiContextCopyNotice"
MOST_AT_ONCE = 50
"""Notices that we ask a platform to send at the most in one request."""


@dataclass(frozen=True, slots=True)
class CheckedNotice:
    """A notice that its platform has really sent."""

    id: str
    """Unique for the deployment: a notice that comes twice is one."""
    type: str
    claims: Mapping[str, Any]
    registration: PlatformRegistration
    deployment: StoredDeployment


CHECKS: tuple[tuple[str, Callable[[Examination], None]], ...] = (
    ("algorithm", Examination.check_algorithm),
    ("kid", Examination.check_kid),
    ("signature", Examination.check_signature),
    ("issuer", Examination.check_issuer),
    ("audience", Examination.check_audience),
    ("azp", Examination.check_azp),
    ("expiry", Examination.check_expiry),
    ("age", Examination.check_age),
    ("version", Examination.check_version),
    ("deployment", Examination.check_deployment),
)
"""Those of a launch that make sense where there is neither a login nor a person."""


def check(compact: str, *, begin: Begin, platform_keys: PlatformKeys, settings: Settings) -> CheckedNotice:
    """Check a notice's JWT; may read the platform's keys over the network, with no transaction open.

    :raises LTIError: of the first check that failed.
    """
    token = Token.parse(compact)
    examination = Examination({}, None, "", begin, platform_keys, settings)
    examination.token = token
    # who it says it is only finds the registration; the signature below shows whether that is true
    with begin() as connection:
        known = StoredRegistrations(connection)
        found = known.find_registration_by_params(text_of(token.claims, "iss"), _client(token))
        deployment_id = identifier_of(token.claims, names.DEPLOYMENT_ID)
        examination.registration, examination.named_deployment = found, None
        if deployment_id is not None:
            examination.named_deployment = known.find_both(found.id, deployment_id)[1]
    examination.check_registration()
    passed: list[str] = []
    try:
        for name, each in CHECKS:
            each(examination)
            passed.append(name)
    except errors.LTIError as error:
        error.checks_passed = tuple(passed)
        error.facts = examination.facts() | dict(error.facts)
        raise
    notice = mapping_of(token.claims, NOTICE)
    notice_id, kind = identifier_of(notice, "id"), text_of(notice, "type")
    if notice_id is None or not kind:
        raise errors.ClaimInvalid("the notice has no id or no type", claim=NOTICE)
    return CheckedNotice(notice_id, kind[:64], token.claims, found, examination.deployment)


def _client(token: Token) -> str | None:
    """Our client id as the token has it: `azp`, or the only audience."""
    azp, audience = token.claims.get("azp"), token.claims.get("aud")
    if isinstance(azp, str):
        return azp
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    return audience if isinstance(audience, str) else None


def agree(connector: Connector, service_url: str, notice_type: str, handler_url: str) -> str:
    """Ask a platform to send one type of notice to us; an empty address asks it to stop.

    :return: the address that it confirms.
    :raises ServiceError: if it does not agree.
    """
    wanted = {"notice_type": notice_type, "handler": handler_url, "max_batch_size": MOST_AT_ONCE}
    reply = connector.call(
        "PUT", service_url, scopes=[SCOPE], content_type="application/json", data=json.dumps(wanted)
    )
    confirmed = reply.body.get("handler") if isinstance(reply.body, dict) else None
    if confirmed not in (handler_url, None):
        raise ServiceError(
            reply.status, retryable=False, detail="the platform confirms another address", url=service_url
        )
    return handler_url


def agreed(connector: Connector, service_url: str) -> dict[str, str]:
    """Notice type → address, as the platform has it now."""
    reply = connector.call("GET", service_url, scopes=[SCOPE])
    listed = reply.body.get("notice_handlers") if isinstance(reply.body, dict) else None
    return {
        entry["notice_type"]: entry.get("handler") or ""
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("notice_type"), str)
    }
