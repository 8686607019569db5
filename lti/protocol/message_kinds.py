"""The types of message besides links and deep linking: what each must say, and what its screen is told of it.

Submission review, data privacy, a whole class, terms of use, and supervised assessments as far as a tool must answer
that supervises nobody. `LtiStartAssessment` is not among them: a tool sends it and never gets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from binder.access import Role
from lti.claims import CLAIM, CONTEXT, RESOURCE_LINK, ROLES, LaunchClaims
from lti.claims.roles import role_of
from lti.errors import ClaimInvalid, MessageIncomplete, RolesMissing
from lti.protocol.messages import register
from lti.values import identifier_of, mapping_of, text_of, texts_of, url_of

__all__ = [
    "CONTEXT_LAUNCH",
    "DATA_PRIVACY",
    "END_ASSESSMENT",
    "EULA_REQUEST",
    "PROCTORING",
    "START_PROCTORING",
    "SUBMISSION_REVIEW",
]

SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
DATA_PRIVACY = ("LtiDataPrivacyLaunchRequest", "DataPrivacyLaunchRequest")
"""The same message: the name that platforms send, and the one that some libraries check."""
CONTEXT_LAUNCH = "LtiContextLaunchRequest"
EULA_REQUEST = "LtiEulaRequest"
START_PROCTORING, END_ASSESSMENT = "LtiStartProctoring", "LtiEndAssessment"

FOR_USER = CLAIM + "for_user"
EULA_SERVICE = CLAIM + "eulaservice"
PROCTORING = "https://purl.imsglobal.org/spec/lti-ap/claim/"
MOST_DATA = 16_000
"""Characters of what a platform wants back as it is."""
MOST_SAID = 500
"""Characters of a platform's message to a person that are shown."""
MOST_ATTEMPTS = 2**31 - 1


def _for_user(claims: LaunchClaims) -> str | None:
    return identifier_of(mapping_of(claims.raw, FOR_USER), "user_id")


def _need(claims: LaunchClaims, *names: str) -> None:
    """:raises LaunchRefused: if one of the claims that several types need is not there."""
    if claims.raw.get(ROLES) is None:
        raise RolesMissing("no roles claim")
    if CONTEXT in names and claims.context is None:
        raise MessageIncomplete(CONTEXT)
    if RESOURCE_LINK in names and claims.resource_link is None:
        raise MessageIncomplete(RESOURCE_LINK)


def _reviewed(claims: LaunchClaims) -> dict[str, Any]:
    return {"for_user": _for_user(claims), "lineitem": claims.ags.lineitem if claims.ags else None}


@register(SUBMISSION_REVIEW, screen="submission_review", keep=_reviewed)
def check_submission_review(claims: LaunchClaims) -> None:
    """Some platforms leave the resource link out. https://www.imsglobal.org/spec/lti-sr/v1p0"""
    _need(claims, CONTEXT)
    if claims.ags is None or claims.ags.lineitem is None:
        raise MessageIncomplete("lineitem")
    if _for_user(claims) is None:
        raise MessageIncomplete("for_user.user_id")


def _about_whom(claims: LaunchClaims) -> dict[str, Any]:
    """Whose data, and whether the sender administers something; without a user it is about the sender."""
    administers = any(role_of([role]) is Role.ADMINISTRATOR for role in claims.roles)
    return {"for_user": _for_user(claims), "administrator": administers}


def check_data_privacy(claims: LaunchClaims) -> None:
    """Whoever it is about, a user without an id is nobody."""
    _need(claims)
    if claims.raw.get(FOR_USER) is not None and _for_user(claims) is None:
        raise MessageIncomplete("for_user.user_id")


for _name in DATA_PRIVACY:
    register(_name, screen="privacy", keep=_about_whom)(check_data_privacy)


@register(CONTEXT_LAUNCH)
def check_context_launch(claims: LaunchClaims) -> None:
    """A class without a link: its first screen opens, by role."""
    _need(claims, CONTEXT)


def _terms(claims: LaunchClaims) -> dict[str, Any]:
    service = mapping_of(claims.raw, EULA_SERVICE)
    return {
        "url": url_of(service, "url"),
        "scopes": [scope[:255] for scope in texts_of(service, "scope")[:20]],
    }


@register(EULA_REQUEST, screen="terms", keep=_terms)
def check_eula_request(claims: LaunchClaims) -> None:
    """Without the service nobody could be told what the answer is."""
    _need(claims)
    kept = _terms(claims)
    if kept["url"] is None:
        raise MessageIncomplete("eulaservice.url")


def _attempt(claims: LaunchClaims) -> int:
    number = claims.raw.get(PROCTORING + "attempt_number")
    if number is None:
        raise MessageIncomplete("attempt_number")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MOST_ATTEMPTS:
        raise ClaimInvalid("attempt_number is no number of an attempt", claim="attempt_number")
    return number


def _session_data(claims: LaunchClaims) -> str:
    data = text_of(claims.raw, PROCTORING + "session_data")
    if not data:
        raise MessageIncomplete("session_data")
    if len(data) > MOST_DATA:
        raise ClaimInvalid(f"session_data has more than {MOST_DATA} characters", claim="session_data")
    return data


def _supervised(claims: LaunchClaims) -> dict[str, Any]:
    """What the answer to it repeats."""
    link = claims.resource_link
    return {
        "start_assessment_url": url_of(claims.raw, PROCTORING + "start_assessment_url"),
        "session_data": _session_data(claims),
        "attempt_number": _attempt(claims),
        "resource_link": {"id": link.id} if link else None,
        "deployment_id": claims.deployment_id,
    }


@register(START_PROCTORING, screen="start_proctoring", keep=_supervised)
def check_start_proctoring(claims: LaunchClaims) -> None:
    """https://www.imsglobal.org/spec/proctoring/v1p0#start-proctoring"""
    _need(claims, CONTEXT, RESOURCE_LINK)
    if _supervised(claims)["start_assessment_url"] is None:
        raise MessageIncomplete("start_assessment_url")


def _ended(claims: LaunchClaims) -> Mapping[str, Any]:
    return {"errormsg": text_of(claims.raw, PROCTORING + "errormsg")[:MOST_SAID]}


@register(END_ASSESSMENT, screen="end_assessment", keep=_ended)
def check_end_assessment(claims: LaunchClaims) -> None:
    """https://www.imsglobal.org/spec/proctoring/v1p0#end-assessment"""
    _need(claims)
    _session_data(claims)
    _attempt(claims)
    _ended(claims)
