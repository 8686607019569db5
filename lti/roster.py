"""The platform's class list becomes memberships (NRPS), so that who has never come is on the list too."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from binder.access import Role, Viewer
from binder.errors import Forbidden, NotFound
from binder.models import Membership
from binder.outbox import Begin
from lti import people
from lti.models import Context
from lti.protocol import nrps
from lti.protocol.services import Services
from lti.roles import is_test_user, role_of

__all__ = ["refresh"]


def refresh(begin: Begin, services: Services, viewer: Viewer) -> int:
    """Bring the class list of the viewer's class up to date; whoever left is kept, inactive.

    :return: how many members the platform named.
    :raises Forbidden: unless the viewer teaches that class.
    :raises NotFound: if the platform offers no list.
    :raises ServiceError: if it cannot be had at the moment.
    """
    if viewer.role is not Role.INSTRUCTOR or viewer.audience_id is None:
        raise Forbidden("only the class's teacher")
    with begin() as session:
        context = session.scalar(
            sa.select(Context).where(
                Context.tenant_id == viewer.tenant_id, Context.audience_id == viewer.audience_id
            )
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
                viewer.tenant_id,
                issuer,
                member.user_id,
                name,
                is_test=is_test_user(member.roles),
            )
            active = member.status == "Active"
            people.join(
                session, viewer.tenant_id, viewer.audience_id, person.id, role_of(member.roles), active=active
            )
            named.add(person.id)
        session.execute(
            sa.update(Membership)
            .where(
                Membership.tenant_id == viewer.tenant_id,
                Membership.audience_id == viewer.audience_id,
                Membership.person_id.not_in(named),
            )
            .values(active=False)
            .execution_options(synchronize_session=False)
        )
    return len(roster.members)
