"""A validated launch becomes rows: who came, from which class, through which link – and an open session."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder import assigning
from binder.access import Role
from binder.clock import now, uuid7
from binder.models import Audience
from lti import people, roster, sessions
from lti.claims import DEEP_LINKING_SETTINGS, LaunchClaims
from lti.models import ContentItem, Context, Launch, LineItem, ResourceLink
from lti.protocol.launch import ValidatedLaunch

__all__ = ["receive"]

CONTENT_ITEM = re.compile(r"/open/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
"""End of the path of a link that deep linking made: it names a ContentItem."""
MAX_CHILDREN = 50


def receive(session: Session, valid: ValidatedLaunch, *, secret: str, lifetime: float) -> Launch:
    """Write down a launch whose checks have all passed.

    :param secret: what the browser will keep in its cookie; the row keeps its digest.
    :param lifetime: seconds for which the session stays open.
    """
    sessions.purge(session, limit=20)
    claims, tenant_id = valid.claims, valid.tenant_id
    role = claims.role
    someone = None
    if claims.subject is not None:
        name = (claims.name, claims.given_name, claims.family_name)
        someone = people.person(
            session, tenant_id, claims.issuer, claims.subject, name, is_test=claims.test_user
        )
    context = _context(session, valid)
    if someone is not None and context is not None:
        people.join(session, tenant_id, context.audience_id, someone.id, role)
    link = _resource_link(session, context, claims)
    children: list[UUID] = []
    if role is Role.MENTOR:
        children = people.persons(session, tenant_id, claims.issuer, claims.role_scope_mentor[:MAX_CHILDREN])
    launch = Launch(
        id=uuid7(),
        tenant_id=tenant_id,
        secret=sessions.hashed(secret),
        registration_id=valid.registration.id,
        person_id=someone.id if someone else None,
        context_id=context.id if context else None,
        resource_link_id=link.id if link else None,
        role=role.value,
        test_user=claims.test_user,
        children=[str(child) for child in children],
        locale=claims.locale,
        return_url=claims.presentation.return_url,
        document_target=claims.presentation.document_target,
        deep_linking=_picker(claims),
        expires_at=now() + timedelta(seconds=lifetime),
    )
    session.add(launch)
    session.flush()
    return launch


def _picker(claims: LaunchClaims) -> dict[str, object] | None:
    if claims.deep_linking is None:
        return None
    return {"deployment_id": claims.deployment_id, "settings": dict(claims.raw[DEEP_LINKING_SETTINGS])}


def _context(session: Session, valid: ValidatedLaunch) -> Context | None:
    """The class that the launch comes from, with its service addresses as just given."""
    claims, tenant_id = valid.claims, valid.tenant_id
    if claims.context is None:
        return None
    query = sa.select(Context).where(
        Context.tenant_id == tenant_id,
        Context.deployment_id == valid.deployment_key,
        Context.context_id == claims.context.id,
    )
    found = session.scalar(query)
    title = (claims.context.title or claims.context.label)[:255]
    if found is None:
        audience = Audience(id=uuid7(), tenant_id=tenant_id, title=title)
        found = Context(
            id=uuid7(),
            tenant_id=tenant_id,
            deployment_id=valid.deployment_key,
            context_id=claims.context.id,
            audience_id=audience.id,
            ags_scopes=[],
        )
        try:
            with session.begin_nested():
                session.add(audience)
                session.flush()
                session.add(found)
        except IntegrityError:  # another launch was first
            found = session.scalars(query).one()
    elif title:
        _rename(session, found, title)
    if claims.ags is not None:
        scopes = list(claims.ags.scopes)
        if (found.lineitems_url, found.ags_scopes) != (claims.ags.lineitems, scopes):
            found.lineitems_url, found.ags_scopes = claims.ags.lineitems, scopes
    if claims.memberships_url and found.memberships_url != claims.memberships_url:
        found.memberships_url = claims.memberships_url
        roster.want(session, tenant_id, found.audience_id)
    return found


def _rename(session: Session, context: Context, title: str) -> None:
    session.execute(
        sa.update(Audience)
        .where(
            Audience.tenant_id == context.tenant_id,
            Audience.id == context.audience_id,
            Audience.title != title,
        )
        .values(title=title)
        .execution_options(synchronize_session=False)
    )


def _resource_link(session: Session, context: Context | None, claims: LaunchClaims) -> ResourceLink | None:
    if context is None or claims.resource_link is None:
        return None
    query = sa.select(ResourceLink).where(
        ResourceLink.tenant_id == context.tenant_id,
        ResourceLink.context_id == context.id,
        ResourceLink.resource_link_id == claims.resource_link.id,
    )
    found = session.scalar(query)
    if found is None:
        found = ResourceLink(
            id=uuid7(),
            tenant_id=context.tenant_id,
            context_id=context.id,
            resource_link_id=claims.resource_link.id,
            title=claims.resource_link.title[:255],
        )
        try:
            with session.begin_nested():
                session.add(found)
        except IntegrityError:  # another launch was first
            found = session.scalars(query).one()
    if found.assignment_id is None:
        _place(session, context, found, claims)
    return found


def _place(session: Session, context: Context, link: ResourceLink, claims: LaunchClaims) -> None:
    """The first opening of a link that deep linking made gives its page to the class, with the link's line item."""
    match = CONTENT_ITEM.search(claims.target_link_uri.partition("?")[0])
    item = session.get(ContentItem, (context.tenant_id, UUID(match[1]))) if match else None
    if item is None:
        return
    given = assigning.place(session, context.tenant_id, item.page_id, context.audience_id, item.created_by_id)
    link.assignment_id = given.id
    if claims.ags is not None and claims.ags.lineitem:
        known = sa.select(LineItem.id).where(
            LineItem.tenant_id == context.tenant_id, LineItem.assignment_id == given.id
        )
        if session.scalar(known) is None:
            session.add(
                LineItem(
                    id=uuid7(),
                    tenant_id=context.tenant_id,
                    context_id=context.id,
                    assignment_id=given.id,
                    url=claims.ags.lineitem,
                )
            )
