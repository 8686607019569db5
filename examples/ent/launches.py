"""The messages the ENT sends to a tool: their claims, before they are signed."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from examples.ent import gradebook, people, school
from examples.ent.addresses import Addresses
from examples.ent.people import Account, Privacy, Profile
from examples.ent.school import Link, SchoolClass
from examples.ent.tool import Tool
from examples.ent.vocabulary import (
    AGS_ENDPOINT,
    AGS_SCOPES,
    COURSE_SECTION,
    DEEP_LINKING,
    LTI,
    MEMBERSHIP_SCOPE,
    NRPS_SERVICE,
    ROLES,
    VERSION,
)

TOKEN_LIFE = 300
ACCEPTED_TYPES = ("link", "ltiResourceLink")


@dataclass(frozen=True, kw_only=True)
class Launch:
    """Who opens what, where and how."""

    account: Account
    school_class: SchoolClass
    tool: Tool
    nonce: str
    link: Link | None = None
    document_target: str = "window"
    data: str = ""


@dataclass(frozen=True)
class Launcher:
    """Writes the claims of a launch."""

    addresses: Addresses
    now: datetime
    privacy: Privacy

    def resource_link_request(self, connection: sqlite3.Connection, launch: Launch) -> dict[str, Any]:
        """An LtiResourceLinkRequest (LTI 1.3 core, 5.3 and 5.4)."""
        link = launch.link
        if link is None:
            raise ValueError("a resource link request needs a link")
        claims = {
            **self._common(connection, launch),
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}target_link_uri": link.url,
            f"{LTI}resource_link": {"id": link.id, "title": link.title},
            f"{LTI}custom": self.custom(launch),
            AGS_ENDPOINT: self._ags(connection, launch),
        }
        if link.text:
            claims[f"{LTI}resource_link"]["description"] = link.text
        return claims

    def deep_linking_request(self, connection: sqlite3.Connection, launch: Launch) -> dict[str, Any]:
        """An LtiDeepLinkingRequest (Deep Linking 2.0, 3.4)."""
        settings = {
            "deep_link_return_url": self.addresses.deep_linking_return,
            "accept_types": list(ACCEPTED_TYPES),
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": False,
            "accept_lineitem": True,
            "auto_create": False,
            "data": launch.data,
        }
        return {
            **self._common(connection, launch),
            f"{LTI}message_type": "LtiDeepLinkingRequest",
            f"{LTI}target_link_uri": launch.tool.deep_linking_url,
            f"{LTI}custom": self.custom(launch),
            f"{DEEP_LINKING}deep_linking_settings": settings,
            AGS_ENDPOINT: self._ags(connection, launch),
        }

    def custom(self, launch: Launch) -> dict[str, str]:
        """The custom parameters with known variables replaced (LTI 1.3 core, 5.4.6 and appendix)."""
        parameters = {**launch.tool.custom, **(launch.link.custom if launch.link else {})}
        known = self._variables(launch)
        return {name: known.get(value, value) for name, value in parameters.items()}

    def _common(self, connection: sqlite3.Connection, launch: Launch) -> dict[str, Any]:
        issued_at = int(self.now.timestamp())
        claims: dict[str, Any] = {
            "iss": self.addresses.issuer,
            "aud": launch.tool.client_id,
            "azp": launch.tool.client_id,
            "sub": launch.account.id,
            "iat": issued_at,
            "exp": issued_at + TOKEN_LIFE,
            "nonce": launch.nonce,
            **launch.account.profile_claims(self.privacy),
            f"{LTI}version": VERSION,
            f"{LTI}deployment_id": school.DEPLOYMENT_ID,
            f"{LTI}roles": list(ROLES[launch.account.profile]),
            f"{LTI}context": context(launch.school_class),
            f"{LTI}tool_platform": {
                "guid": school.GUID,
                "name": school.NAME,
                "url": self.addresses.public,
                "product_family_code": "classeur-ent",
                "version": "1.0",
            },
            f"{LTI}launch_presentation": {
                "document_target": launch.document_target,
                "return_url": self.addresses.return_page(launch.school_class.id),
                "locale": launch.account.locale,
            },
            f"{LTI}lis": {"course_section_sourcedid": sourced_id(launch.school_class.label)},
            NRPS_SERVICE: {
                "context_memberships_url": self.addresses.memberships(launch.school_class.id, launch.tool),
                "service_versions": ["2.0"],
                "scope": [MEMBERSHIP_SCOPE],
            },
        }
        if self.privacy is not Privacy.ANONYMOUS:
            claims[f"{LTI}lis"]["person_sourcedid"] = sourced_id(launch.account.login)
        if launch.account.profile is Profile.GUARDIAN:
            own = people.children(connection, launch.account, launch.school_class.id)
            claims[f"{LTI}role_scope_mentor"] = [child.id for child in own]
        return claims

    def _ags(self, connection: sqlite3.Connection, launch: Launch) -> dict[str, Any]:
        class_id, tool = launch.school_class.id, launch.tool
        claim = {
            "scope": [scope for scope in AGS_SCOPES if scope in tool.scopes],
            "lineitems": self.addresses.line_items(class_id, tool),
        }
        if launch.link:
            bound = gradebook.line_items(connection, class_id, tool.client_id, link_id=launch.link.id)
            if len(bound) == 1:
                claim["lineitem"] = self.addresses.line_item(class_id, bound[0].id, tool)
        return claim

    def _variables(self, launch: Launch) -> dict[str, str]:
        account, school_class, link = launch.account, launch.school_class, launch.link
        values = {
            "$User.id": account.id,
            "$Context.id": school_class.id,
            "$Context.label": school_class.label,
            "$Context.title": school_class.title,
            "$Context.type": COURSE_SECTION,
            "$Context.id.history": "",
            "$CourseSection.sourcedId": sourced_id(school_class.label),
            "$Membership.role": ",".join(ROLES[account.profile]),
            "$Message.locale": account.locale,
            "$Message.documentTarget": launch.document_target,
            "$Message.returnUrl": self.addresses.return_page(school_class.id),
            "$ToolPlatformInstance.guid": school.GUID,
            "$ToolPlatformInstance.name": school.NAME,
        }
        if link:
            values |= {"$ResourceLink.id": link.id, "$ResourceLink.title": link.title}
            values |= {"$ResourceLink.description": link.text, "$ResourceLink.id.history": ""}
            for period in ("available", "submission"):
                for end in ("startDateTime", "endDateTime"):
                    values[f"$ResourceLink.{period}.{end}"] = link.dates.get(period, {}).get(end, "")
        if self.privacy is not Privacy.ANONYMOUS:
            values |= {"$User.username": account.login, "$Person.sourcedId": sourced_id(account.login)}
            values |= {"$Person.name.full": account.name, "$Person.name.given": account.given_name}
            values |= {"$Person.name.family": account.family_name}
        return values


def context(school_class: SchoolClass) -> Mapping[str, Any]:
    """The context claim of a class (LTI 1.3 core, 5.4.1)."""
    title = f"{school_class.title} – {school.NAME}"
    return {"id": school_class.id, "type": [COURSE_SECTION], "label": school_class.label, "title": title}


def sourced_id(name: str) -> str:
    """The identifier in the school's own directory."""
    return f"quatre-vents:{name}"
