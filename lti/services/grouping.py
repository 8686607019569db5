"""A platform's groups inside a class become audiences, to whom work can be given (Course Groups 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role
from binder.clock import uuid7
from binder.models import Audience, Membership
from lti import people
from lti.models import Group
from lti.protocol import groups as protocol
from lti.protocol.services import Connector

__all__ = ["Listed", "enrol", "fetch", "keep"]


@dataclass(frozen=True)
class Listed:
    """The groups of a class as the platform lists them."""

    groups: tuple[protocol.Group, ...]
    sets: Mapping[str, str]
    """Set's id → its name."""


def fetch(connector: Connector, groups_url: str | None, sets_url: str | None) -> Listed | None:
    """Over the network; None where the platform offers no groups.

    :raises ServiceError: if they cannot be had.
    """
    if not groups_url:
        return None
    found = protocol.groups(connector, groups_url)
    sets = protocol.group_sets(connector, sets_url) if sets_url else []
    return Listed(tuple(found), {each.id: each.name for each in sets})


def keep(session: Session, tenant_id: UUID, context_id: UUID, audience_id: UUID, listed: Listed) -> None:
    """Make what is new, rename what has another name; a group that is gone stays, for what was given to it."""
    known = {group.group_id: group for group in of_class(session, tenant_id, context_id)}
    titles = _titles(listed)
    for each in listed.groups:
        group = known.pop(each.id, None)
        if group is None:
            audience = Audience(id=uuid7(), tenant_id=tenant_id, title=titles[each.id])
            session.add(audience)
            session.flush()
            group = Group(id=uuid7(), tenant_id=tenant_id, context_id=context_id, group_id=each.id)
            group.audience_id = audience.id
            session.add(group)
        group.set_id = each.set_ids[0] if each.set_ids else ""
        group.set_title = listed.sets.get(group.set_id, "")[:255]
        group.gone = False
        session.get_one(Audience, (tenant_id, group.audience_id)).title = titles[each.id]
    for group in known.values():
        group.gone = True
    session.flush()


def _titles(listed: Listed) -> dict[str, str]:
    """Group's id → what it is called: its set's name is put before it where two would be called the same."""
    names = [group.name for group in listed.groups]
    return {
        group.id: (
            f"{listed.sets.get(group.set_ids[0], '')} – {group.name}"
            if names.count(group.name) > 1 and group.set_ids and listed.sets.get(group.set_ids[0])
            else group.name
        )[:255]
        for group in listed.groups
    }


def of_class(session: Session, tenant_id: UUID, context_id: UUID) -> list[Group]:
    """The groups of a class that we know of, those that are gone too."""
    query = sa.select(Group).where(Group.tenant_id == tenant_id, Group.context_id == context_id)
    return list(session.scalars(query.order_by(Group.group_id)))


def enrol(
    session: Session,
    tenant_id: UUID,
    context_id: UUID,
    audience_id: UUID,
    groups_of: Mapping[UUID, tuple[str, ...]],
) -> None:
    """Make members of the class members of their groups; its teachers are in all of them.

    :param groups_of: person → the platform's ids of their groups; who is not named stays as they are.
    """
    members = session.execute(
        sa.select(Membership.person_id, Membership.role, Membership.active).where(
            Membership.tenant_id == tenant_id, Membership.audience_id == audience_id
        )
    ).all()
    for group in of_class(session, tenant_id, context_id):
        inside = set(
            session.scalars(
                sa.select(Membership.person_id).where(
                    Membership.tenant_id == tenant_id,
                    Membership.audience_id == group.audience_id,
                    Membership.active,
                )
            )
        )
        for person_id, role, active in members:
            teaches = role != Role.LEARNER.value
            named = groups_of.get(person_id)
            belongs = active and not group.gone
            if not teaches:
                belongs = belongs and (person_id in inside if named is None else group.group_id in named)
            if belongs or person_id in inside:
                people.join(session, tenant_id, group.audience_id, person_id, Role(role), active=belongs)
