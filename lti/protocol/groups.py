"""Course Groups 1.0: the groups inside a class, and the sets that they are made in.

https://www.imsglobal.org/spec/lti-gs/v1p0; who is in a group is told by the class list (`nrps.Member.groups`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from lti.errors import ClaimInvalid, ServiceError
from lti.protocol.services import Connector
from lti.values import flag_of, identifier_of, text_of, texts_of

__all__ = ["Group", "GroupSet", "group_sets", "groups"]

SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
MEDIA = "application/vnd.ims.lti-gs.v1."
GROUPS_TYPE, SETS_TYPE = MEDIA + "contextgroupcontainer+json", MEDIA + "contextgroupsetcontainer+json"
MOST = 5_000
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class GroupSet:
    """One way in which a class is divided: project teams, half classes."""

    id: str
    name: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Some members of a class."""

    id: str
    name: str
    tag: str = ""
    hidden: bool = False
    """Whether the platform shows it to teachers only."""
    set_ids: tuple[str, ...] = ()


def groups(
    connector: Connector, groups_url: str, *, user_id: str = "", page_size: int | None = None
) -> list[Group]:
    """The groups of a class, all pages of them.

    :param groups_url: `context_groups_url` of the launch's claim.
    :param user_id: only those of one person.
    :raises ServiceError: if the platform does not give them.
    """
    params = {"user_id": user_id, "limit": str(page_size or "")}
    listed = _listed(connector, groups_url, "groups", GROUPS_TYPE, params)
    return [group for group in (_read(_group, entry) for entry in listed) if group is not None]


def group_sets(connector: Connector, sets_url: str, *, page_size: int | None = None) -> list[GroupSet]:
    """The sets of a class, all pages of them; from `context_group_sets_url` of the launch's claim.

    :raises ServiceError: if the platform does not give them.
    """
    listed = _listed(connector, sets_url, "sets", SETS_TYPE, {"limit": str(page_size or "")})
    return [each for each in (_read(_set, entry) for entry in listed) if each is not None]


def _listed(
    connector: Connector, url: str, member: str, accept: str, params: Mapping[str, str]
) -> Iterator[Any]:
    count = 0
    filters = {name: value for name, value in params.items() if value}
    for page in connector.pages(url, scopes=[SCOPE], accept=accept, params=filters):
        entries = page.body.get(member) if isinstance(page.body, dict) else None
        if not isinstance(entries, list):
            raise ServiceError(page.status, retryable=False, detail=f"no list of {member}", url=url)
        count += len(entries)
        if count > MOST:
            raise ServiceError(page.status, retryable=False, detail=f"too many {member}", url=url)
        yield from entries


def _read(read: Callable[[Mapping[str, Any]], Kind | None], entry: Any) -> Kind | None:
    """What cannot be read is passed over: one odd group must not hide the others."""
    try:
        return read(entry) if isinstance(entry, Mapping) else None
    except ClaimInvalid:
        return None


def _group(entry: Mapping[str, Any]) -> Group | None:
    group_id = identifier_of(entry, "id")
    older = identifier_of(entry, "set_id")
    sets = texts_of(entry, "set_ids") or ((older,) if older else ())
    name = text_of(entry, "name") or group_id or ""
    if group_id is None:
        return None
    return Group(group_id, name, text_of(entry, "tag"), flag_of(entry, "hidden") or False, sets)


def _set(entry: Mapping[str, Any]) -> GroupSet | None:
    set_id = identifier_of(entry, "id")
    if set_id is None:
        return None
    return GroupSet(set_id, text_of(entry, "name") or set_id, flag_of(entry, "hidden") or False)
