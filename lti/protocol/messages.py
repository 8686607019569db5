"""The types of message that we take: what each must say besides what all must, and which screen it opens.

Vendors register theirs as ours are:

@messages.register("LtiSubmissionReviewRequest", screen="review", keep=whose_work)
def check_submission_review(claims: LaunchClaims) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lti.claims import DEEP_LINKING_SETTINGS, ROLES, LaunchClaims
from lti.errors import DeepLinkingInvalid, MessageTypeUnknown, ResourceLinkMissing, RolesMissing

__all__ = [
    "DEEP_LINKING_REQUEST",
    "RESOURCE_LINK_REQUEST",
    "MessageType",
    "message_type",
    "message_types",
    "register",
    "temporarily",
]

RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"

Check = Callable[[LaunchClaims], None]
Keep = Callable[[LaunchClaims], Mapping[str, Any] | None]


def _nothing(claims: LaunchClaims) -> None:
    return None


@dataclass(frozen=True)
class MessageType:
    """One type of message."""

    name: str
    check: Check
    """:raises LaunchRefused: if the message lacks what its type needs."""
    screen: str = "home"
    """Name of the screen (`lti.views.screens.screen`) that opens; `home` is by role."""
    keep: Keep = _nothing
    """What of the claims that screen needs later, as plain JSON: `OpenLaunch.message`. Never a name or an address of mail."""


_types: dict[str, MessageType] = {}


def register(name: str, *, screen: str = "home", keep: Keep = _nothing) -> Callable[[Check], Check]:
    """Decorator: launches of the type are let in, if the function raises no `LaunchRefused`.

    :param screen: name of the screen that they open.
    :param keep: what of the claims the screen needs later.
    :raises ValueError: if the type is taken.
    """

    def take(check: Check) -> Check:
        if name in _types:
            raise ValueError(f"{name} is taken by {_types[name].check.__qualname__}")
        _types[name] = MessageType(name, check, screen, keep)
        return check

    return take


@contextmanager
def temporarily(name: str, check: Check, *, screen: str = "home", keep: Keep = _nothing) -> Iterator[None]:
    """Register for the length of a `with`: for tests."""
    register(name, screen=screen, keep=keep)(check)
    try:
        yield
    finally:
        del _types[name]


def message_types() -> tuple[str, ...]:
    """The names of all, for registering with platforms."""
    return tuple(_types)


def message_type(name: object) -> MessageType:
    """:raises MessageTypeUnknown: if nobody registered the type."""
    found = _types.get(name) if isinstance(name, str) else None
    if found is None:
        named = name[:80] if isinstance(name, str) else None
        raise MessageTypeUnknown(f"message type {named!r} is not one of ours", message_type=named)
    return found


@register(RESOURCE_LINK_REQUEST)
def check_resource_link_request(claims: LaunchClaims) -> None:
    """https://www.imsglobal.org/spec/lti/v1p3#required-message-claims"""
    if claims.raw.get(ROLES) is None:
        raise RolesMissing("no roles claim")
    if claims.resource_link is None:
        raise ResourceLinkMissing("no resource link with an id")


def _request(claims: LaunchClaims) -> dict[str, Any]:
    return {"deployment_id": claims.deployment_id, "settings": dict(claims.raw[DEEP_LINKING_SETTINGS])}


@register(DEEP_LINKING_REQUEST, screen="picker", keep=_request)
def check_deep_linking_request(claims: LaunchClaims) -> None:
    """Roles, a context and `ltiResourceLink` among the accepted types may be missing.

    https://www.imsglobal.org/spec/lti-dl/v2p0#message-claims
    """
    if claims.deep_linking is None:
        raise DeepLinkingInvalid("no deep linking settings", claim=DEEP_LINKING_SETTINGS)
