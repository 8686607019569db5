"""The platform's class list becomes memberships (NRPS), so that who has never come is on the list too."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.errors import NotFound
from binder.models import Membership
from binder.outbox import Begin, Due, Failed
from lti import people
from lti.errors import ServiceError
from lti.models import Context
from lti.protocol import nrps
from lti.protocol.services import Services
from lti.roles import is_test_user, role_of

__all__ = ["ROSTER_WANTED", "RosterReader", "refresh", "want"]


ROSTER_WANTED = "roster.wanted"
"""Event of the outbox: a class has appeared or has been given work; its subject is the audience's id."""


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


def refresh(begin: Begin, services: Services, tenant_id: UUID, audience_id: UUID) -> int:
    """Bring the list of a class up to date; whoever left is kept, inactive.

    :return: how many members the platform named.
    :raises NotFound: if the platform offers no list.
    :raises ServiceError: if it cannot be had at the moment.
    """
    with begin() as session:
        context = session.scalar(
            sa.select(Context).where(Context.tenant_id == tenant_id, Context.audience_id == audience_id)
        )
        if context is None or not context.memberships_url:
            raise NotFound("the platform offers no class list")
        url, issuer = context.memberships_url, context.deployment.registration.issuer
        connector = services.connector(context.deployment.registration)
    roster = nrps.members(connector, url)
    with begin() as session:
        named: set[UUID] = set()
        for member in roster.members:
            name = (member.name, member.given_name, member.family_name)
            person = people.person(
                session,
                tenant_id,
                issuer,
                member.user_id,
                name,
                is_test=is_test_user(member.roles),
            )
            active = member.status == "Active"
            people.join(session, tenant_id, audience_id, person.id, role_of(member.roles), active=active)
            named.add(person.id)
        session.execute(
            sa.update(Membership)
            .where(
                Membership.tenant_id == tenant_id,
                Membership.audience_id == audience_id,
                Membership.person_id.not_in(named),
            )
            .values(active=False)
            .execution_options(synchronize_session=False)
        )
    return len(roster.members)
