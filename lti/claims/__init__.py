"""What a launch says: the claims of an id_token as one value of plain types.

Pure: no database, no network, no signature.
https://www.imsglobal.org/spec/lti/v1p3#required-message-claims
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from binder.access import Role
from lti.claims.legacy_claim import LTI1P1, Legacy
from lti.claims.picker_settings import DeepLinkingSettings
from lti.claims.roles import is_test_user, role_of
from lti.errors import ClaimInvalid, SubjectInvalid
from lti.values import clean, identifier_of, mapping_of, text_of, texts_of, url_of

__all__ = [
    "Ags",
    "Context",
    "DeepLinkingSettings",
    "LaunchClaims",
    "Presentation",
    "ResourceLink",
]

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MESSAGE_TYPE = CLAIM + "message_type"
VERSION = CLAIM + "version"
DEPLOYMENT_ID = CLAIM + "deployment_id"
TARGET_LINK_URI = CLAIM + "target_link_uri"
RESOURCE_LINK = CLAIM + "resource_link"
CONTEXT = CLAIM + "context"
ROLES = CLAIM + "roles"
ROLE_SCOPE_MENTOR = CLAIM + "role_scope_mentor"
LAUNCH_PRESENTATION = CLAIM + "launch_presentation"
CUSTOM = CLAIM + "custom"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
NOTICES = CLAIM + "platformnotificationservice"
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
DEEP_LINKING_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"

ZONES = available_timezones()
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class ResourceLink:
    """The link that was clicked; its id is unique for one deployment."""

    id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """The class, course or group that the launch comes from; its id is unique for one deployment."""

    id: str
    types: tuple[str, ...] = ()
    label: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the platform shows us."""

    document_target: str = ""
    """`iframe`, `frame` or `window`; empty where unknown."""
    return_url: str | None = None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class NoticeService:
    """Platform Notification Service: where handlers are set, and which notices there are."""

    url: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ags:
    """Where line items and scores go, and what we may do there."""

    scopes: tuple[str, ...] = ()
    lineitems: str | None = None
    lineitem: str | None = None
    """The one line item of this link, where there is exactly one."""


@dataclass(frozen=True, slots=True)
class LaunchClaims:
    """Who launches what, from where. Names may all be empty: platforms need not tell them."""

    issuer: str
    client_id: str
    deployment_id: str
    subject: str | None = field(repr=False)
    """The platform's id of the person, unique for the issuer; None for an anonymous launch."""
    message_type: str
    target_link_uri: str
    resource_link: ResourceLink | None
    context: Context | None
    roles: tuple[str, ...]
    role_scope_mentor: tuple[str, ...] = field(repr=False)
    """Subjects of a Mentor's children; empty for everybody else, whatever was sent."""
    name: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    locale: str
    """BCP 47, the message's own before the person's; empty where unknown."""
    zone: str
    """The person's time zone (IANA); empty where unknown."""
    presentation: Presentation
    custom: Mapping[str, str] = field(repr=False)
    """Custom parameters; "" where the platform had no value for a variable."""
    ags: Ags | None
    memberships_url: str | None
    """The NRPS service, where offered."""
    notices: NoticeService | None
    """What the platform can tell us unasked, where offered."""
    groups_url: str | None
    """Course groups, where offered …"""
    group_sets_url: str | None
    """… and their sets."""
    deep_linking: DeepLinkingSettings | None
    legacy: Legacy | None = field(repr=False)
    """For who has moved over from LTI 1.1; None where the platform says nothing of that."""
    raw: Mapping[str, Any] = field(repr=False)
    """All claims as they came, for vendors' own."""

    @property
    def role(self) -> Role:
        """The one role in Classeur."""
        return role_of(self.roles)

    @property
    def test_user(self) -> bool:
        """Whether this is a teacher trying things out as somebody else."""
        return is_test_user(self.roles)

    @classmethod
    def read(cls, claims: Mapping[str, Any], client_id: str) -> LaunchClaims:
        """The claims of a token that is believed already.

        :raises ClaimInvalid: if a claim is not of its type.
        :raises SubjectInvalid: if `sub` is there but no identifier.
        :raises DeepLinkingInvalid: if there are deep linking settings that lack something.
        """
        roles = texts_of(claims, ROLES)
        presentation = _presentation(mapping_of(claims, LAUNCH_PRESENTATION))
        deep_linking = mapping_of(claims, DEEP_LINKING_SETTINGS)
        mentor = role_of(roles) is Role.MENTOR
        custom, groups = _custom(claims), mapping_of(claims, GROUPS)
        children = tuple(clean(child) for child in texts_of(claims, ROLE_SCOPE_MENTOR))
        return cls(
            issuer=text_of(claims, "iss"),
            client_id=client_id,
            deployment_id=text_of(claims, DEPLOYMENT_ID),
            subject=_subject(claims),
            message_type=text_of(claims, MESSAGE_TYPE),
            target_link_uri=text_of(claims, TARGET_LINK_URI),
            resource_link=_resource_link(mapping_of(claims, RESOURCE_LINK)),
            context=_context(mapping_of(claims, CONTEXT)),
            roles=roles,
            role_scope_mentor=children if mentor else (),
            name=text_of(claims, "name"),
            given_name=text_of(claims, "given_name"),
            family_name=text_of(claims, "family_name"),
            locale=presentation.locale or _locale(claims),
            zone=_zone(claims, custom),
            presentation=presentation,
            custom=custom,
            ags=_ags(mapping_of(claims, AGS)),
            memberships_url=url_of(mapping_of(claims, NRPS), "context_memberships_url"),
            notices=_notices(mapping_of(claims, NOTICES)),
            groups_url=url_of(groups, "context_groups_url"),
            group_sets_url=url_of(groups, "context_group_sets_url"),
            deep_linking=DeepLinkingSettings.read(deep_linking) if deep_linking else None,
            legacy=_legacy(claims) if claims.get(LTI1P1) is not None else None,
            raw=MappingProxyType(dict(claims)),
        )


def _subject(claims: Mapping[str, Any]) -> str | None:
    if claims.get("sub") is None:
        return None
    try:
        subject = identifier_of(claims, "sub")
    except ClaimInvalid as error:
        raise SubjectInvalid(error.detail) from None
    if subject is None or not subject.strip():
        raise SubjectInvalid("sub is empty")
    return subject


def _resource_link(link: Mapping[str, Any]) -> ResourceLink | None:
    link_id = identifier_of(link, "id")
    return ResourceLink(link_id, text_of(link, "title"), text_of(link, "description")) if link_id else None


def _context(context: Mapping[str, Any]) -> Context | None:
    context_id = identifier_of(context, "id")
    if context_id is None:
        return None
    return Context(
        context_id, texts_of(context, "type"), text_of(context, "label"), text_of(context, "title")
    )


def _presentation(presentation: Mapping[str, Any]) -> Presentation:
    target = text_of(presentation, "document_target")
    return Presentation(
        document_target=target if target in ("iframe", "frame", "window") else "",
        return_url=url_of(presentation, "return_url"),
        locale=_locale(presentation),
    )


def _locale(claims: Mapping[str, Any]) -> str:
    locale = text_of(claims, "locale")
    return locale if len(locale) <= 35 and _LOCALE.fullmatch(locale) else ""


def _zone(claims: Mapping[str, Any], custom: Mapping[str, str]) -> str:
    """`zoneinfo` of OIDC, or the variable that we ask for (`$Person.address.timezone`)."""
    for zone in (text_of(claims, "zoneinfo"), custom.get("person_timezone", "")):
        if zone in ZONES:
            return zone
    return ""


def _ags(endpoint: Mapping[str, Any]) -> Ags | None:
    if not endpoint:
        return None
    return Ags(texts_of(endpoint, "scope"), url_of(endpoint, "lineitems"), url_of(endpoint, "lineitem"))


def _notices(service: Mapping[str, Any]) -> NoticeService | None:
    url = url_of(service, "platform_notification_service_url")
    return NoticeService(url, texts_of(service, "notice_types_supported")) if url else None


def _custom(claims: Mapping[str, Any]) -> dict[str, str]:
    """Custom parameters; a variable that the platform left as it was (`$Name`) or has no value for is ""."""
    values: dict[str, str] = {}
    for name, value in mapping_of(claims, CUSTOM).items():
        if isinstance(value, dict | list):
            raise ClaimInvalid("a custom parameter is not a text", claim=CUSTOM)
        word = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        values[clean(name)] = "" if re.fullmatch(r"\$[A-Za-z][\w.]*", word) else clean(word)
    return values


def _legacy(claims: Mapping[str, Any]) -> Legacy:
    return Legacy.read(claims, mapping_of(claims, CONTEXT), mapping_of(claims, RESOURCE_LINK))
