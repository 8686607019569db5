"""What we say of ourselves when we register with a platform, and what we ask for.

Dynamic Registration 1.0, https://www.imsglobal.org/spec/lti-dr/v1p0#client-registration-request
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti.protocol import ags, eula, groups, notices, nrps
from lti.protocol.configurations import CANVAS, PlatformConfiguration
from lti.protocol.messages import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST, message_types

__all__ = [
    "OPTIONAL",
    "PLACEMENTS",
    "PRIVACY",
    "SCOPES",
    "TOOL_CONFIGURATION",
    "Choice",
    "Ours",
    "document",
    "messages",
    "placements",
    "scopes",
    "wanted",
]

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPES = (
    ags.SCOPE + "lineitem",
    ags.SCOPE + "score",
    ags.SCOPE + "result.readonly",
    nrps.SCOPE,
    groups.SCOPE,
    notices.SCOPE,
)
"""All that we have a use for …"""
SCOPES_BY_MESSAGE: Mapping[str, tuple[str, ...]] = {
    "LtiEulaRequest": (eula.SCOPE + "user", eula.SCOPE + "deployment"),
}
"""… and what messages need, where they are taken."""
PLACEMENTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    DEEP_LINKING_REQUEST: {
        "": ("ContentArea", "RichTextEditor"),
        "canvas": ("assignment_selection", "link_selection", "editor_button", "module_index_menu_modal"),
    },
    RESOURCE_LINK_REQUEST: {"canvas": ("course_navigation",)},
}
"""Type of message → product family (empty: those of the standard) → where a platform may show us."""
OPTIONAL = frozenset({"editor_button", "module_index_menu_modal", "course_navigation"})
"""Placements that are not ticked unless somebody wants them."""
PRIVACY: Mapping[str, tuple[str, ...]] = {
    "name_only": ("iss", "sub", "name", "given_name", "family_name", "locale"),
    "anonymous": ("iss", "sub", "locale"),
}
"""Level, as Canvas calls it → claims that we ask for. Addresses of mail have no use here."""


@dataclass(frozen=True)
class Ours:
    """What is always the same of us."""

    name: str
    login: str
    launch: str
    jwks: str
    icon: str
    variables: Mapping[str, str]
    """Custom parameter → the variable that it is to hold."""
    descriptions: Mapping[str, str]
    """Language → what we are, in a sentence; `en` has none of its own."""
    labels: Mapping[str, str]
    """Language → what the button says that chooses something of ours."""


@dataclass(frozen=True)
class Choice:
    """What an administrator ticked on the review page."""

    privacy: str = "name_only"
    placements: frozenset[str] | None = None
    """None: those that are ticked by themselves."""

    def wants(self, placement: str) -> bool:
        """Whether a placement is to be asked for."""
        return placement not in OPTIONAL if self.placements is None else placement in self.placements


def scopes(platform: PlatformConfiguration) -> tuple[str, ...]:
    """What we ask to be allowed: ours, as far as it is offered; all, where the platform does not say."""
    return tuple(scope for scope in wanted(platform) if not platform.scopes or scope in platform.scopes)


def wanted(platform: PlatformConfiguration) -> tuple[str, ...]:
    """What we would ask for, were it offered."""
    more = (scope for each in messages(platform) for scope in SCOPES_BY_MESSAGE.get(each, ()))
    return (*SCOPES, *more)


def messages(platform: PlatformConfiguration) -> tuple[str, ...]:
    """The types of message that both sides know; where the platform names none, those that every one has."""
    offered = platform.messages or dict.fromkeys((RESOURCE_LINK_REQUEST, DEEP_LINKING_REQUEST))
    return tuple(each for each in message_types() if each in offered)


def placements(platform: PlatformConfiguration, message_type: str) -> tuple[str, ...]:
    """Where the platform can show us by that type of message."""
    known = PLACEMENTS.get(message_type, {})
    ours = (*known.get("", ()), *known.get(platform.product_family, ()))
    offered = platform.messages.get(message_type)
    if offered is None:
        return known.get("", ())[:1]
    short = {each.removeprefix(CANVAS): each for each in offered}
    return tuple(each for each in ours if each in short)


def document(ours: Ours, platform: PlatformConfiguration, choice: Choice) -> dict[str, Any]:
    """What we say of ourselves, and ask for. https://www.imsglobal.org/spec/lti-dr/v1p0#client-registration-request"""
    parts = urlsplit(ours.launch)
    names = {f"client_name#{language}": ours.name for language in ours.descriptions}
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": ours.login,
        "redirect_uris": [ours.launch],
        "client_name": ours.name,
        **names,
        "jwks_uri": ours.jwks,
        "logo_uri": ours.icon,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes(platform)),
        TOOL_CONFIGURATION: {
            "domain": parts.netloc,
            "target_link_uri": ours.launch,
            "custom_parameters": dict(ours.variables),
            **_in_languages("description", ours.descriptions),
            "claims": list(PRIVACY[choice.privacy]),
            "messages": [_message(ours, platform, choice, each) for each in messages(platform)],
            **_own_members(ours, platform, choice),
        },
    }


def _in_languages(name: str, said: Mapping[str, str]) -> dict[str, str]:
    """The member itself in English, and `name#language` for each."""
    return {name: said["en"], **{f"{name}#{language}": text for language, text in said.items()}}


def _message(
    ours: Ours, platform: PlatformConfiguration, choice: Choice, message_type: str
) -> dict[str, Any]:
    said: dict[str, Any] = {"type": message_type, "target_link_uri": ours.launch, "icon_uri": ours.icon}
    if message_type in PLACEMENTS:
        said |= _in_languages("label", ours.labels)
    wanted = [each for each in placements(platform, message_type) if choice.wants(each)]
    if wanted:
        offered = platform.messages.get(message_type) or ()
        said["placements"] = [each if each in offered or not offered else CANVAS + each for each in wanted]
    if message_type == DEEP_LINKING_REQUEST:
        said["supported_types"] = ["ltiResourceLink", "link", "file", "html", "image"]
    if platform.product_family == "canvas" and "course_navigation" in wanted:
        said[f"{CANVAS}course_navigation/default_enabled"] = False
    return said


def _own_members(ours: Ours, platform: PlatformConfiguration, choice: Choice) -> dict[str, Any]:
    """What single products want beside the standard; Moodle reads `claims` for its privacy settings."""
    if platform.product_family != "canvas":
        return {}
    return {
        f"{CANVAS}privacy_level": choice.privacy,
        f"{CANVAS}vendor": ours.name,
        f"{CANVAS}tool_id": ours.name.lower().replace(" ", "-"),
    }
