"""The platform's class list becomes memberships (NRPS), so that who has never come is on the list too.

After a first whole list, only what has changed is asked for, where the platform offers that; once a day the whole again.
Groups inside the class (Course Groups) become audiences of their own (`lti.services.grouping`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.clock import now
from binder.errors import NotFound
from binder.models import Membership
from binder.outbox import Begin, Due, Failed
from lti import legacy, people
from lti.claims.roles import is_test_user, role_of
from lti.errors import ServiceError
from lti.models import Context
from lti.protocol import nrps
from lti.protocol.services import Connector, Services
from lti.services import grouping

__all__ = ["ROSTER_WANTED", "Refreshed", "RosterReader", "refresh", "want"]


ROSTER_WANTED = "roster.wanted"
"""Event of the outbox: a class has appeared or has been given work; its subject is the audience's id."""
WHOLE_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Refreshed:
    """What one look at a class list has brought."""

    named: int
    """Members that the platform named: all of them, or those of whom something has changed."""
    left: int
    groups: int
    is_whole: bool


@dataclass(frozen=True)
class _Class:
    """What is needed of a class to ask for its list, apart from the database."""

    id: UUID
    tenant_id: UUID
    audience_id: UUID
    issuer: str
    memberships_url: str
    differences_url: str | None
    """Set only where the differences are enough."""
    groups_url: str | None
    group_sets_url: str | None
    connector: Connector


def want(session: Session, tenant_id: UUID, audience_id: UUID) -> None:
    """Have the class list fetched soon, by whoever delivers the outbox."""
    outbox.put(session, tenant_id, ROSTER_WANTED, str(audience_id))


class RosterReader:
    """Fetches class lists; give `fetch` to the outbox as the handler of `roster.wanted`."""

    def __init__(self, begin: Begin, services: Services) -> None:
        self._begin, self._services = begin, services

    def fetch(self, due: Due) -> None:
        """:raises Failed: if the platform does not give the list; where it offers none, nothing is to be done."""
        try:
            refresh(self._begin, self._services, due.tenant_id, UUID(due.subject))
        except NotFound:
            return
        except ServiceError as error:
            raise Failed(error.detail, final=not error.retryable, after=error.retry_after) from error


def refresh(
    begin: Begin, services: Services, tenant_id: UUID, audience_id: UUID, *, whole: bool = False
) -> Refreshed:
    """Bring the list of a class and its groups up to date; whoever left is kept, inactive.

    :param whole: ask for the whole list, even where what has changed would do.
    :raises NotFound: if the platform offers no list.
    :raises ServiceError: if it cannot be had at the moment; the class remembers why.
    """
    with begin() as session:
        class_ = _class(session, services, tenant_id, audience_id, whole=whole)
    try:
        roster, is_whole = _fetch(class_)
        listed = grouping.fetch(class_.connector, class_.groups_url, class_.group_sets_url)
    except ServiceError as error:
        with begin() as session:
            session.get_one(Context, (tenant_id, class_.id)).roster_error = error.detail[:255] or error.code
        raise
    with begin() as session:
        left = _keep(session, class_, roster, is_whole=is_whole)
        if listed is not None:
            grouping.keep(session, tenant_id, class_.id, audience_id, listed)
            grouping.enrol(session, tenant_id, class_.id, audience_id, _groups_of(session, class_, roster))
        context = session.get_one(Context, (tenant_id, class_.id))
        context.roster_at, context.roster_error = now(), ""
        context.differences_url = roster.differences_url
        if is_whole:
            context.roster_whole_at = context.roster_at
    return Refreshed(len(roster.members), left, len(listed.groups) if listed else 0, is_whole)


def _class(
    session: Session, services: Services, tenant_id: UUID, audience_id: UUID, *, whole: bool
) -> _Class:
    context = session.scalar(
        sa.select(Context).where(Context.tenant_id == tenant_id, Context.audience_id == audience_id)
    )
    if context is None or not context.memberships_url:
        raise NotFound("the platform offers no class list")
    registration = context.deployment.registration
    recent = context.roster_whole_at is not None and now() - context.roster_whole_at < WHOLE_EVERY
    return _Class(
        context.id,
        tenant_id,
        audience_id,
        registration.issuer,
        context.memberships_url,
        context.differences_url if recent and not whole else None,
        context.groups_url,
        context.group_sets_url,
        services.connector(registration),
    )


def _fetch(class_: _Class) -> tuple[nrps.Roster, bool]:
    """The list, and whether it is the whole one."""
    if class_.differences_url is not None:
        try:
            return nrps.members(class_.connector, class_.differences_url), False
        except ServiceError as error:
            if error.retryable:
                raise
            # the platform has forgotten what it had told us: the whole list it is
    with_groups = class_.groups_url is not None
    return nrps.members(class_.connector, class_.memberships_url, with_groups=with_groups), True


def _keep(session: Session, class_: _Class, roster: nrps.Roster, *, is_whole: bool) -> int:
    """:return: how many have left."""
    tenant_id, audience_id = class_.tenant_id, class_.audience_id
    named: set[UUID] = set()
    take = legacy.former_members(session, tenant_id, class_.connector.registration.id)
    left = 0
    for member in roster.members:
        name = (member.name, member.given_name, member.family_name)
        is_test = is_test_user(member.roles)
        person = people.person(
            session,
            tenant_id,
            class_.issuer,
            member.user_id,
            name,
            is_test=is_test,
            former=partial(take, member.legacy_id),
        )
        active = member.status == "Active"
        left += not active
        people.join(session, tenant_id, audience_id, person.id, role_of(member.roles), active=active)
        named.add(person.id)
    if not is_whole:
        return left
    gone = session.execute(
        sa.update(Membership)
        .where(
            Membership.tenant_id == tenant_id,
            Membership.audience_id == audience_id,
            Membership.person_id.not_in(named),
            Membership.active,
        )
        .values(active=False)
        .execution_options(synchronize_session=False)
    )
    return left + int(gone.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def _groups_of(session: Session, class_: _Class, roster: nrps.Roster) -> dict[UUID, tuple[str, ...]]:
    """Person → ids of their groups, of those whom the list has named."""
    active = {member.user_id: member.groups for member in roster.members if member.status == "Active"}
    ids = people.persons(session, class_.tenant_id, class_.issuer, list(active))
    return dict(zip(ids, active.values(), strict=True))
