"""What each type of message must say besides what all must: one function a type, vendors' as ours.

@messages.register("LtiSubmissionReviewRequest")
def check_submission_review(claims: LaunchClaims) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lti.claims import DEEP_LINKING_SETTINGS, ROLES, LaunchClaims
from lti.errors import DeepLinkingInvalid, MessageTypeUnknown, ResourceLinkMissing, RolesMissing

__all__ = ["DEEP_LINKING_REQUEST", "RESOURCE_LINK_REQUEST", "register", "temporarily", "validator"]

RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"

Validator = Callable[[LaunchClaims], None]
_validators: dict[str, Validator] = {}


def register(message_type: str) -> Callable[[Validator], Validator]:
    """Decorator: launches of `message_type` are let in, if the function raises no `LaunchRefused`.

    :raises ValueError: if the type is taken.
    """

    def keep(validator: Validator) -> Validator:
        if message_type in _validators:
            raise ValueError(f"{message_type} is taken by {_validators[message_type].__qualname__}")
        _validators[message_type] = validator
        return validator

    return keep


@contextmanager
def temporarily(message_type: str, validator: Validator) -> Iterator[None]:
    """Register for the length of a `with`: for tests."""
    register(message_type)(validator)
    try:
        yield
    finally:
        del _validators[message_type]


def validator(message_type: object) -> Validator:
    """:raises MessageTypeUnknown: if nobody registered the type."""
    found = _validators.get(message_type) if isinstance(message_type, str) else None
    if found is None:
        named = message_type[:80] if isinstance(message_type, str) else None
        raise MessageTypeUnknown(f"message type {named!r} is not one of ours", message_type=named)
    return found


@register(RESOURCE_LINK_REQUEST)
def check_resource_link_request(claims: LaunchClaims) -> None:
    """https://www.imsglobal.org/spec/lti/v1p3#required-message-claims"""
    if claims.raw.get(ROLES) is None:
        raise RolesMissing("no roles claim")
    if claims.resource_link is None:
        raise ResourceLinkMissing("no resource link with an id")


@register(DEEP_LINKING_REQUEST)
def check_deep_linking_request(claims: LaunchClaims) -> None:
    """Roles, a context and `ltiResourceLink` among the accepted types may be missing.

    https://www.imsglobal.org/spec/lti-dl/v2p0#message-claims
    """
    if claims.deep_linking is None:
        raise DeepLinkingInvalid("no deep linking settings", claim=DEEP_LINKING_SETTINGS)
