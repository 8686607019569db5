"""Where a launch comes from – person, class, link – found at one look, or learned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.models import Audience, Membership, Person
from lti import copies, legacy, people
from lti.claims import Context as ClaimedContext
from lti.claims import LaunchClaims
from lti.keyring.sealing import Sealer
from lti.launches import placements
from lti.legacy import Kind, Take
from lti.models import Context, Placement, ResourceLink, User
from lti.protocol.launch import ValidatedLaunch
from lti.services import noticing, roster
from lti.services.passback import keep_line_item

__all__ = ["Place", "known", "learn"]


KNOWN = (
    sa.select(
        User.person_id,
        Person.display_name,
        Person.is_test,
        Membership.role,
        Membership.active,
        Context.id.label("context_key"),
        Context.lineitems_url,
        Context.ags_scopes,
        Context.memberships_url,
        Context.groups_url,
        Context.group_sets_url,
        Audience.title,
        ResourceLink.id.label("link_key"),
        ResourceLink.assignment_id,
        ResourceLink.placement_id,
        Placement.options,
    )
    .select_from(User)
    .join(Person, sa.and_(Person.tenant_id == User.tenant_id, Person.id == User.person_id))
    .join(Membership, sa.and_(Membership.tenant_id == User.tenant_id, Membership.person_id == User.person_id))
    .join(
        Context,
        sa.and_(Context.tenant_id == User.tenant_id, Context.audience_id == Membership.audience_id),
    )
    .join(Audience, sa.and_(Audience.tenant_id == User.tenant_id, Audience.id == Context.audience_id))
    .join(
        ResourceLink, sa.and_(ResourceLink.tenant_id == User.tenant_id, ResourceLink.context_id == Context.id)
    )
    .outerjoin(
        Placement,
        sa.and_(Placement.tenant_id == User.tenant_id, Placement.id == ResourceLink.placement_id),
    )
    .where(
        User.tenant_id == sa.bindparam("tenant_id"),
        User.issuer == sa.bindparam("issuer"),
        User.subject == sa.bindparam("subject"),
        Context.deployment_id == sa.bindparam("deployment_id"),
        Context.context_id == sa.bindparam("context_id"),
        ResourceLink.resource_link_id == sa.bindparam("resource_link_id"),
    )
)
"""All that a launch by somebody who has come before finds of them, their class and their link."""


@dataclass(frozen=True, slots=True)
class Place:
    """Who came, from where, through what."""

    person_id: UUID | None
    context_id: UUID | None
    resource_link_id: UUID | None


def _name(claims: LaunchClaims) -> people.Name:
    return claims.name, claims.given_name, claims.family_name


def _title(context: ClaimedContext) -> str:
    return (context.title or context.label)[:255]


def known(connection: sa.Connection, valid: ValidatedLaunch) -> Place | None:
    """The place of a launch by somebody who has come through this link before, if all is as it was then."""
    claims = valid.claims
    if claims.subject is None or claims.context is None or claims.resource_link is None:
        return None
    values = {
        "tenant_id": valid.tenant_id,
        "issuer": claims.issuer,
        "subject": claims.subject,
        "deployment_id": valid.deployment_key,
        "context_id": claims.context.id,
        "resource_link_id": claims.resource_link.id,
    }
    row = connection.execute(KNOWN, values).first()
    if row is None or _is_news(row, claims):
        return None
    now_told = (
        people.display_name(_name(claims)) or row.display_name,
        claims.test_user,
        claims.role.value,
        True,
        _title(claims.context) or row.title,
        claims.memberships_url or row.memberships_url,
        claims.groups_url or row.groups_url,
        claims.group_sets_url or row.group_sets_url,
        (claims.ags.lineitems, list(claims.ags.scopes))
        if claims.ags
        else (row.lineitems_url, row.ags_scopes),
    )
    as_it_was = (
        row.display_name,
        row.is_test,
        row.role,
        row.active,
        row.title,
        row.memberships_url,
        row.groups_url,
        row.group_sets_url,
        (row.lineitems_url, row.ags_scopes),
    )
    return Place(row.person_id, row.context_key, row.link_key) if now_told == as_it_was else None


def _is_news(row: Any, claims: LaunchClaims) -> bool:
    """Whether a link leads to something that it was not known to lead to, or that has another end now."""
    if placements.leads_elsewhere(row.assignment_id, row.placement_id, claims):
        return True
    said = placements.told_end(claims) if row.placement_id and row.assignment_id else ""
    return bool(said) and not placements.is_known(row.options or {}, row.link_key, said)


def learn(session: Session, valid: ValidatedLaunch, sealer: Sealer) -> Place:
    """The place of a launch that brings something new: what was not known is made, what has changed is changed.

    :param sealer: opens what proves that somebody was known under LTI 1.1.
    """
    claims, tenant_id = valid.claims, valid.tenant_id
    take = legacy.former(session, valid, sealer)
    someone = None
    if claims.subject is not None:
        someone = people.person(
            session,
            tenant_id,
            claims.issuer,
            claims.subject,
            _name(claims),
            is_test=claims.test_user,
            former=partial(take, Kind.USER),
        )
    context = _context(session, valid, take)
    if someone is not None and context is not None:
        people.join(session, tenant_id, context.audience_id, someone.id, claims.role)
    link = _resource_link(session, context, claims, take)
    if context is not None:
        _set_up(session, valid, context, link)
    session.flush()
    return Place(someone.id if someone else None, context.id if context else None, link.id if link else None)


def _context(session: Session, valid: ValidatedLaunch, take: Take) -> Context | None:
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
    title = _title(claims.context)
    if found is None:
        try:
            with session.begin_nested():
                found = _new_context(session, valid, claims.context.id, title, take(Kind.CONTEXT))
        except IntegrityError:  # another launch was first
            found = session.scalars(query).one()
    if title:
        _rename(session, found, title)
    if claims.ags is not None:
        scopes = list(claims.ags.scopes)
        if (found.lineitems_url, found.ags_scopes) != (claims.ags.lineitems, scopes):
            found.lineitems_url, found.ags_scopes = claims.ags.lineitems, scopes
    told = (claims.memberships_url, claims.groups_url, claims.group_sets_url)
    known = (found.memberships_url, found.groups_url, found.group_sets_url)
    news = tuple(new or old for new, old in zip(told, known, strict=True))
    if news != known:
        found.memberships_url, found.groups_url, found.group_sets_url = news
        roster.want(session, tenant_id, found.audience_id)
    return found


def _new_context(
    session: Session, valid: ValidatedLaunch, context_id: str, title: str, audience_id: UUID | None
) -> Context:
    if audience_id is None:
        audience = Audience(id=uuid7(), tenant_id=valid.tenant_id, title=title)
        session.add(audience)
        session.flush()
        audience_id = audience.id
    new = Context(
        id=uuid7(),
        tenant_id=valid.tenant_id,
        deployment_id=valid.deployment_key,
        context_id=context_id,
        audience_id=audience_id,
        ags_scopes=[],
    )
    session.add(new)
    session.flush()
    return new


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


def _resource_link(
    session: Session, context: Context | None, claims: LaunchClaims, take: Take
) -> ResourceLink | None:
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
                found.assignment_id = take(Kind.LINK, context.audience_id)
                session.add(found)
        except IntegrityError:  # another launch was first
            found = session.scalars(query).one()
        if found.assignment_id is not None and claims.ags is not None and claims.ags.lineitem:
            keep_line_item(
                session, context.tenant_id, context.id, found.assignment_id, url=claims.ags.lineitem
            )
    if placements.leads_elsewhere(found.assignment_id, found.placement_id, claims):
        _place(session, context, found, claims)
    placement = session.get(Placement, (found.tenant_id, found.placement_id)) if found.placement_id else None
    if placement is not None:
        placements.follow(session, found, placement, claims)
    return found


def _set_up(session: Session, valid: ValidatedLaunch, context: Context, link: ResourceLink | None) -> None:
    """What a launch says of its class beside who is in it: that it is a copy, and that the platform tells news."""
    copies.arrive(session, context, link, valid.claims)
    if valid.claims.notices is not None and valid.our_url:
        address = valid.our_url.removesuffix("/launch") + "/notices"
        noticing.want(session, valid.tenant_id, valid.deployment_key, valid.claims.notices, address)


def _place(session: Session, context: Context, link: ResourceLink, claims: LaunchClaims) -> None:
    item_id = placements.named_by(claims)
    item = session.get(Placement, (context.tenant_id, item_id)) if item_id else None
    if item is not None:
        placements.settle(session, context, link, item, claims)
