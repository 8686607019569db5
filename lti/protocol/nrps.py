"""Names and Role Provisioning Services 2.0: who is in a class.

https://www.imsglobal.org/spec/lti-nrps/v2p0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lti.claims.legacy_claim import legacy_id
from lti.errors import ClaimInvalid, ServiceError
from lti.protocol.services import Connector
from lti.values import identifier_of, text_of, texts_of

__all__ = ["Member", "Roster", "members"]

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
MOST_MEMBERS = 50_000


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a class; names are empty where the platform does not tell them. E-mail addresses are not read."""

    user_id: str
    roles: tuple[str, ...]
    status: str
    """`Active`, `Inactive`, or in a list of differences `Deleted`."""
    name: str = field(default="", repr=False)
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    groups: tuple[str, ...] = ()
    """Ids of the person's groups, if they were asked for and the platform tells them."""
    legacy_id: str = field(default="", repr=False)
    """What the platform called the person under LTI 1.1; empty where it does not tell."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in a class; https://www.imsglobal.org/spec/lti-nrps/v2p0#membership-container-media-type"""

    members: tuple[Member, ...]
    differences_url: str | None
    """Where to ask later for what changed since, if the platform offers that."""
    passed_over: int
    """Entries that are not a member at all: without id, or of wrong types."""


def members(
    connector: Connector,
    memberships_url: str,
    *,
    role: str = "",
    resource_link_id: str = "",
    page_size: int | None = None,
    with_groups: bool = False,
) -> Roster:
    """The members of a class, all pages of them.

    :param memberships_url: of the launch's NRPS claim, or a `differences_url` of an earlier answer.
    :param role: only members with this role (URI).
    :param resource_link_id: only members who may open this link.
    :param with_groups: tell each member's groups too (Course Groups 1.0).
    :param page_size: how many the platform may send at once; it may send fewer.
    :raises ServiceError: if the platform does not give them, or they do not end.
    """
    params = {
        "role": role,
        "rlid": resource_link_id,
        "limit": str(page_size or ""),
        "groups": "true" if with_groups else "",
    }
    found: list[Member] = []
    differences, passed_over = None, 0
    for page in connector.pages(
        memberships_url,
        scopes=[SCOPE],
        accept=MEDIA_TYPE,
        params={name: value for name, value in params.items() if value},
    ):
        listed = page.body.get("members") if isinstance(page.body, dict) else None
        if not isinstance(listed, list):
            raise ServiceError(
                page.status, retryable=False, detail="not a list of members", url=memberships_url
            )
        read = [member for member in map(_member, listed) if member is not None]
        found += read
        passed_over += len(listed) - len(read)
        differences = page.links.get("differences", differences)
        if len(found) > MOST_MEMBERS:
            raise ServiceError(page.status, retryable=False, detail="too many members", url=memberships_url)
    return Roster(tuple(found), differences, passed_over)


def _member(entry: Any) -> Member | None:
    if not isinstance(entry, Mapping):
        return None
    try:
        user_id = identifier_of(entry, "user_id")
        whole, given, family = (text_of(entry, name) for name in ("name", "given_name", "family_name"))
        roles, status = texts_of(entry, "roles"), text_of(entry, "status") or "Active"
        groups = _groups(entry.get("group_enrollments"))
    except ClaimInvalid:
        return None
    former = legacy_id(entry.get("lti11_legacy_user_id"))
    return Member(user_id, roles, status, whole, given, family, groups, former) if user_id else None


def _groups(listed: Any) -> tuple[str, ...]:
    entries = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    return tuple(group for entry in entries if (group := identifier_of(entry, "group_id")))
