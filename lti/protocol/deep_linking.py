"""Deep Linking 2.0: what a platform's picker takes, and what a teacher chose, signed, for it.

https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-response-message
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from binder.clock import now
from lti.claims import DEEP_LINKING, DEPLOYMENT_ID, MESSAGE_TYPE, VERSION, DeepLinkingSettings
from lti.errors import ContentItemsRefused
from lti.protocol.ags import LineItem
from lti.protocol.content_items import ContentItem
from lti.protocol.registrations import PlatformRegistration

__all__ = ["Unfit", "resource_link", "response", "takes_media_type", "targets", "unfit"]

LIFETIME = 300
"""Seconds that the platform has to take the answer."""
MOST_ITEMS = 50
TARGETS = {
    "ltiResourceLink": ("iframe", "window"),
    "link": ("iframe", "window"),
    "file": ("window", "iframe", "embed"),
    "html": ("embed",),
    "image": ("embed", "window"),
}
"""Type → the document targets in which it can be shown, the best first."""


class Unfit(StrEnum):
    """Why a platform's picker would not take an item."""

    TYPE = "type"
    TARGET = "target"
    """It cannot be shown where the platform would show it."""
    MEDIA_TYPE = "media-type"
    LINE_ITEM = "line-item"
    SEVERAL = "several"
    TOO_MANY = "too-many"


def targets(settings: DeepLinkingSettings, type: str) -> tuple[str, ...]:
    """Where the platform would show an item of that type, the best first; a launch opens wherever platforms can open it."""
    fitting = TARGETS.get(type, settings.accept_targets)
    found = tuple(target for target in fitting if target in settings.accept_targets)
    return found or (fitting if type == "ltiResourceLink" else ())


def takes_media_type(settings: DeepLinkingSettings, media_type: str) -> bool:
    """Whether a file of that type is welcome."""
    kind, given = media_type.partition("/")[0].lower(), media_type.lower()
    welcome = settings.accept_media_types
    return not welcome or any(each in ("*/*", f"{kind}/*", given) for each in welcome)


def unfit(settings: DeepLinkingSettings, item: Mapping[str, Any]) -> Unfit | None:
    """Why the platform would not take an item, the first reason; None if it would."""
    type = str(item.get("type"))
    if type not in settings.accept_types:
        return Unfit.TYPE
    if not targets(settings, type):
        return Unfit.TARGET
    if type == "file" and not takes_media_type(settings, str(item.get("mediaType", ""))):
        return Unfit.MEDIA_TYPE
    if settings.accept_lineitem is False and "lineItem" in item:
        return Unfit.LINE_ITEM
    return None


def resource_link(
    *,
    url: str,
    title: str = "",
    text: str = "",
    custom: Mapping[str, str] | None = None,
    line_item: LineItem | None = None,
) -> dict[str, Any]:
    """The plainest content item, for vendors: it opens `url` by a launch; `content_items.ResourceLink` says more.

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
    items: Sequence[ContentItem | Mapping[str, Any]],
    *,
    message: str = "",
    log: str = "",
    error_message: str = "",
    error_log: str = "",
) -> str:
    """The JWT to post to `settings.return_url` in a form field named `JWT`; no items means that nothing was chosen.

    :param message: plain text for the person; `error_message` likewise, if something went wrong.
    :param log: plain text for those who run the platform; `error_log` likewise.
    :raises ContentItemsRefused: if the platform would not take an item, or not so many.
    """
    chosen = [item.as_json() if isinstance(item, ContentItem) else dict(item) for item in items]
    _check(settings, chosen)
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
        DEEP_LINKING + "content_items": chosen,
    }
    if settings.data is not None:
        claims[DEEP_LINKING + "data"] = settings.data
    said = (("msg", message), ("log", log), ("errormsg", error_message), ("errorlog", error_log))
    claims |= {DEEP_LINKING + name: words for name, words in said if words}
    return registration.keys.sign(claims)


def _check(settings: DeepLinkingSettings, chosen: Sequence[Mapping[str, Any]]) -> None:
    if len(chosen) > 1 and not settings.accept_multiple:
        raise ContentItemsRefused("only one item is accepted", reason=Unfit.SEVERAL.value)
    if len(chosen) > MOST_ITEMS:
        raise ContentItemsRefused(f"more than {MOST_ITEMS} items", reason=Unfit.TOO_MANY.value)
    for item in chosen:
        reason = unfit(settings, item)
        if reason is not None:
            raise ContentItemsRefused(
                f"not accepted: {item.get('type')}, because of its {reason.value}",
                accept_types=settings.accept_types,
                reason=reason.value,
            )
