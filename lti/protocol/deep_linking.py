"""Deep Linking 2.0: what a teacher chose, signed, for the platform's picker.

https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-response-message
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from binder.clock import now
from lti.claims import DEEP_LINKING, DEPLOYMENT_ID, MESSAGE_TYPE, VERSION, DeepLinkingSettings
from lti.errors import ContentItemsRefused
from lti.protocol.ags import LineItem
from lti.protocol.registrations import PlatformRegistration

__all__ = ["resource_link", "response"]

LIFETIME = 300
"""Seconds that the platform has to take the answer."""


def resource_link(
    *,
    url: str,
    title: str = "",
    text: str = "",
    custom: Mapping[str, str] | None = None,
    line_item: LineItem | None = None,
) -> dict[str, Any]:
    """A content item that opens `url` by a launch; with a line item, the platform makes a column in its gradebook.

    https://www.imsglobal.org/spec/lti-dl/v2p0#lti-resource-link
    """
    item: dict[str, Any] = {"type": "ltiResourceLink", "url": url, "title": title, "text": text}
    if custom:
        item["custom"] = dict(custom)
    if line_item is not None:
        allowed = ("label", "scoreMaximum", "resourceId", "tag")
        item["lineItem"] = {name: value for name, value in line_item.as_json().items() if name in allowed}
    return {name: value for name, value in item.items() if value != ""}


def response(
    registration: PlatformRegistration,
    deployment_id: str,
    settings: DeepLinkingSettings,
    items: Sequence[Mapping[str, Any]],
    *,
    message: str = "",
    error_message: str = "",
) -> str:
    """The JWT to post to `settings.return_url` in a form field named `JWT`; no items means that nothing was chosen.

    :param message: plain text for the person; `error_message` likewise, if something went wrong.
    :raises ContentItemsRefused: if the platform would not take a type, or not so many items.
    """
    foreign = {str(item.get("type")) for item in items} - set(settings.accept_types)
    if foreign:
        raise ContentItemsRefused(
            f"not accepted: {', '.join(sorted(foreign))}", accept_types=settings.accept_types
        )
    if len(items) > 1 and not settings.accept_multiple:
        raise ContentItemsRefused("only one item is accepted")
    moment = int(now().timestamp())
    claims: dict[str, Any] = {
        "iss": registration.client_id,
        "aud": [registration.issuer],
        "iat": moment,
        "exp": moment + LIFETIME,
        "nonce": secrets.token_urlsafe(24),
        MESSAGE_TYPE: "LtiDeepLinkingResponse",
        VERSION: "1.3.0",
        DEPLOYMENT_ID: deployment_id,
        DEEP_LINKING + "content_items": [dict(item) for item in items],
    }
    if settings.data is not None:
        claims[DEEP_LINKING + "data"] = settings.data
    for name, words in (("msg", message), ("errormsg", error_message)):
        if words:
            claims[DEEP_LINKING + name] = words
    return registration.keys.sign(claims)
