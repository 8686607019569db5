"""What every message from the ENT to a tool says, before it is signed."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from examples.ent import gradebook, groups, legacy, notices, people, school, variables
from examples.ent.gradebook import LineItem
from examples.ent.people import Account, Privacy, Profile
from examples.ent.school import Link, SchoolClass
from examples.ent.tool import Tool
from examples.ent.variables import PRODUCT, PRODUCT_VERSION
from examples.ent.variables import sourced_id as sourced_id
from examples.ent.vocabulary import (
    AGS_ENDPOINT,
    AGS_SCOPES,
    COURSE_SECTION,
    LTI,
    MEMBERSHIP_SCOPE,
    NRPS_SERVICE,
    RESOURCE_LINK_REQUEST,
    ROLES,
    TEST_USER,
    VERSION,
)

if TYPE_CHECKING:
    from examples.ent.platform import Ent

TOKEN_LIFE = 300


@dataclass(frozen=True, kw_only=True)
class Launch:
    """Who opens what, where and how."""

    account: Account
    tool: Tool
    nonce: str = ""
    message_type: str = RESOURCE_LINK_REQUEST
    school_class: SchoolClass | None = None
    link: Link | None = None
    line_item: LineItem | None = None
    for_user: Account | None = None
    document_target: str = "window"
    data: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def class_id(self) -> str | None:
        """The class it happens in, if any."""
        return self.school_class.id if self.school_class else None


@dataclass(frozen=True)
class Launcher:
    """Writes the claims that messages have in common."""

    ent: "Ent"

    def custom(self, launch: Launch, connection: sqlite3.Connection | None = None) -> dict[str, str]:
        """The custom parameters with known variables replaced (LTI 1.3 core, 5.4.6 and appendix)."""
        review = (launch.line_item.submission_review or {}) if launch.line_item else {}
        parameters = {
            **launch.tool.custom_for(launch.message_type),
            **(launch.link.custom if launch.link else {}),
            **(review.get("custom") or {}),
        }
        if connection:
            return variables.replaced(self.ent, connection, launch, parameters)
        with self.ent.database.reading() as own:
            return variables.replaced(self.ent, own, launch, parameters)

    def privacy_of(self, tool: Tool) -> Privacy:
        """What this tool is told about people."""
        return tool.privacy or self.ent.privacy

    def has_sub(self, tool: Tool) -> bool:
        """Whether this tool is told who is who at all."""
        return self.privacy_of(tool) is not Privacy.ANONYMOUS or self.ent.options.anonymous_sub

    def return_url(self, launch: Launch) -> str:
        """Where a tool sends people back."""
        if launch.school_class:
            return self.ent.addresses.return_page(launch.school_class.id)
        return f"{self.ent.addresses.public}/return?tool={launch.tool.number}"

    def common(self, connection: sqlite3.Connection, launch: Launch) -> dict[str, Any]:
        """What every message says: from whom, to whom, about whom, by what right."""
        tool, account = launch.tool, launch.account
        issued_at = int(self.ent.clock().timestamp())
        claims: dict[str, Any] = {
            "iss": self.ent.addresses.issuer,
            "aud": tool.client_id,
            "azp": tool.client_id,
            "iat": issued_at,
            "exp": issued_at + TOKEN_LIFE,
            "nonce": launch.nonce,
            **({"sub": account.id} if self.has_sub(tool) else {}),
            **account.profile_claims(self.privacy_of(tool)),
            f"{LTI}message_type": launch.message_type,
            f"{LTI}version": VERSION,
            f"{LTI}deployment_id": tool.deployment_of(launch.class_id or ""),
            f"{LTI}roles": self.roles(account),
            f"{LTI}tool_platform": self._tool_platform(),
            f"{LTI}launch_presentation": {
                "document_target": launch.document_target,
                "return_url": self.return_url(launch),
                "locale": account.locale,
            },
            f"{LTI}custom": self.custom(launch, connection),
        }
        if self._may_identify(tool):
            claims[f"{LTI}lis"] = {"person_sourcedid": sourced_id(account.login)}
        return claims

    def in_class(self, connection: sqlite3.Connection, launch: Launch) -> dict[str, Any]:
        """What a message in a class says about it and its services."""
        school_class, tool = launch.school_class, launch.tool
        if school_class is None:
            raise ValueError(f"{launch.message_type} needs a class")
        claims = self.common(connection, launch)
        claims[f"{LTI}context"] = dict(context(school_class))
        claims.setdefault(f"{LTI}lis", {})["course_section_sourcedid"] = sourced_id(school_class.label)
        if MEMBERSHIP_SCOPE in tool.scopes:
            claims[NRPS_SERVICE] = {
                "context_memberships_url": self.ent.addresses.memberships(school_class.id, tool),
                "service_versions": ["2.0"],
                "scope": [MEMBERSHIP_SCOPE],
            }
        if set(AGS_SCOPES) & set(tool.scopes):
            claims[AGS_ENDPOINT] = self._ags(connection, launch, school_class)
        if launch.account.profile is Profile.GUARDIAN and self.has_sub(tool):
            own = people.children(connection, launch.account, school_class.id)
            claims[f"{LTI}role_scope_mentor"] = [child.id for child in own]
        addresses = self.ent.addresses
        return {
            **claims,
            **notices.claim(addresses, tool, school_class.id),
            **groups.claim(addresses, tool, school_class.id),
        }

    def finished(self, launch: Launch, claims: dict[str, Any]) -> dict[str, Any]:
        """The claims with that of LTI 1.1 for tools that were used before."""
        old = launch.tool.legacy
        if old is None:
            return claims
        return {**claims, f"{LTI}lti1p1": legacy.claim(old.consumer_key, old.secret, claims)}

    def roles(self, account: Account) -> list[str]:
        """The roles of somebody, all as full URIs."""
        extra = [TEST_USER] if account.login in self.ent.options.test_users else []
        return [*ROLES[account.profile], *extra]

    def described(self, tool: Tool, account: Account) -> dict[str, Any]:
        """Another user that a message is about (the for_user claim)."""
        privacy = self.privacy_of(tool)
        told = account.profile_claims(privacy)
        told.pop("locale", None)
        identity = {"person_sourcedid": sourced_id(account.login)} if self._may_identify(tool) else {}
        return {"user_id": account.id, **identity, **told, "roles": self.roles(account)}

    def _may_identify(self, tool: Tool) -> bool:
        return self.privacy_of(tool) in (Privacy.PUBLIC, Privacy.NAMES)

    def _tool_platform(self) -> dict[str, str]:
        return {
            "guid": school.GUID,
            "name": school.NAME,
            "url": self.ent.addresses.public,
            "product_family_code": PRODUCT,
            "version": PRODUCT_VERSION,
        }

    def _ags(
        self, connection: sqlite3.Connection, launch: Launch, school_class: SchoolClass
    ) -> dict[str, Any]:
        tool, addresses = launch.tool, self.ent.addresses
        claim = {
            "scope": [scope for scope in AGS_SCOPES if scope in tool.scopes],
            "lineitems": addresses.line_items(school_class.id, tool),
        }
        if launch.line_item:
            claim["lineitem"] = addresses.line_item(school_class.id, launch.line_item.id, tool)
        elif launch.link:
            bound = gradebook.line_items(connection, school_class.id, tool.client_id, link_id=launch.link.id)
            if len(bound) == 1:
                claim["lineitem"] = addresses.line_item(school_class.id, bound[0].id, tool)
        return claim


def context(school_class: SchoolClass) -> Mapping[str, Any]:
    """The context claim of a class (LTI 1.3 core, 5.4.1)."""
    title = f"{school_class.title} – {school.NAME}"
    return {"id": school_class.id, "type": [COURSE_SECTION], "label": school_class.label, "title": title}
