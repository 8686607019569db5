"""A platform has made a class by copying another: links lead to work of the new class, and its teacher sees what came along.

The platform says so by a notice (`LtiContextCopyNotice`), or at a launch by the variables `$Context.id.history` and
`$ResourceLink.id.history`, whichever comes first. A link's own work is given to the new class when the link is first
opened there, as it was given in the old one; work that has no link is offered to a teacher of both classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.models import Assignment, Audience
from lti.claims import LaunchClaims
from lti.models import Context, CourseCopy, Deployment, ResourceLink

__all__ = ["CARRIED", "arrive", "history_of", "note", "origins_of"]

MOST_ORIGINS = 20
CARRIED = (
    "release",
    "preset",
    "max_attempts",
    "minutes",
    "pinned",
    "estimated_minutes",
    "counting",
    "try_penalty",
    "shuffled",
)
"""What of an assignment holds in the copied class as well; its dates do not: they belong to a year."""


def history_of(value: str) -> list[str]:
    """The ids in a `*.id.history`, the newest copy first. https://www.imsglobal.org/spec/lti/v1p3#lti-context-variables"""
    parts = [unquote(part.strip()).strip() for part in value.split(",")]
    return [part for part in parts if part and len(part) <= 255 and part.isprintable()][:MOST_ORIGINS]


def note(
    session: Session,
    deployment: Deployment,
    *,
    context_id: str,
    title: str,
    origins: Sequence[str],
    told_by: str,
) -> CourseCopy | None:
    """Note that a class is a copy, if we know one of those it was copied from; the new one is made if need be.

    :param origins: the platform's ids, the nearest first.
    """
    tenant_id = deployment.tenant_id
    known = {
        context.context_id: context
        for context in session.scalars(
            sa.select(Context).where(
                Context.tenant_id == tenant_id,
                Context.deployment_id == deployment.id,
                Context.context_id.in_([context_id, *origins]),
            )
        )
    }
    origin = next((each for each in origins if each in known and each != context_id), None)
    if origin is None or not 0 < len(context_id) <= 255:
        return None
    context = known.get(context_id) or _make(session, deployment, context_id, title)
    where = (
        CourseCopy.tenant_id == tenant_id,
        CourseCopy.context_id == context.id,
        CourseCopy.origin == origin,
    )
    found = session.scalar(sa.select(CourseCopy).where(*where))
    if found is None:
        found = CourseCopy(
            id=uuid7(), tenant_id=tenant_id, context_id=context.id, origin=origin, told_by=told_by, report={}
        )
        try:
            with session.begin_nested():
                session.add(found)
        except IntegrityError:  # told twice at the same moment
            found = session.scalars(sa.select(CourseCopy).where(*where)).one()
    return found


def _make(session: Session, deployment: Deployment, context_id: str, title: str) -> Context:
    audience = Audience(id=uuid7(), tenant_id=deployment.tenant_id, title=title[:255])
    session.add(audience)
    session.flush()
    new = Context(
        id=uuid7(),
        tenant_id=deployment.tenant_id,
        deployment_id=deployment.id,
        context_id=context_id,
        audience_id=audience.id,
        ags_scopes=[],
    )
    session.add(new)
    session.flush()
    return new


def arrive(session: Session, context: Context, link: ResourceLink | None, claims: LaunchClaims) -> None:
    """A launch in a class: if it says that the class, or its link, is a copy, that is noted and the link's work set up."""
    contexts = history_of(claims.custom.get("context_history", ""))
    if contexts:
        deployment = session.get_one(Deployment, context.deployment_id)
        note(
            session,
            deployment,
            context_id=context.context_id,
            title="",
            origins=contexts,
            told_by="launch",
        )
    if link is None or link.assignment_id is None:
        return
    before = _link_before(session, context, link, history_of(claims.custom.get("link_history", "")))
    if before is not None and before.assignment_id is not None:
        _take_over(session, context, before.assignment_id, link.assignment_id)


def _link_before(
    session: Session, context: Context, link: ResourceLink, history: Sequence[str]
) -> ResourceLink | None:
    """The link that this one is a copy of: as the platform says, or by what both place."""
    origins = origins_of(session, context)
    if not origins:
        return None
    query = sa.select(ResourceLink).where(
        ResourceLink.tenant_id == context.tenant_id,
        ResourceLink.context_id.in_([origin.id for origin in origins]),
        ResourceLink.assignment_id.is_not(None),
    )
    for named in history:
        found = session.scalars(query.where(ResourceLink.resource_link_id == named)).first()
        if found is not None:
            return found
    if link.placement_id is None:
        return None
    return session.scalars(
        query.where(ResourceLink.placement_id == link.placement_id).order_by(ResourceLink.id)
    ).first()


def origins_of(session: Session, context: Context) -> list[Context]:
    """The classes here that a class was copied from."""
    query = (
        sa.select(Context)
        .join(
            CourseCopy,
            sa.and_(CourseCopy.tenant_id == Context.tenant_id, CourseCopy.origin == Context.context_id),
        )
        .where(
            CourseCopy.tenant_id == context.tenant_id,
            CourseCopy.context_id == context.id,
            Context.deployment_id == context.deployment_id,
        )
        .order_by(Context.id)
    )
    return list(session.scalars(query))


def _take_over(session: Session, context: Context, old_id: UUID, new_id: UUID) -> None:
    """What its teacher had changed about the work holds in the copied class; once, and only before anybody has begun."""
    copy = session.scalars(
        sa.select(CourseCopy).where(
            CourseCopy.tenant_id == context.tenant_id, CourseCopy.context_id == context.id
        )
    ).first()
    if copy is None or old_id == new_id or str(new_id) in copy.report.get("works", {}):
        return
    old, new = (session.get(Assignment, (context.tenant_id, each)) for each in (old_id, new_id))
    if old is None or new is None:
        return
    for name in CARRIED:
        setattr(new, name, getattr(old, name))
    copy.report = {**copy.report, "works": {**copy.report.get("works", {}), str(new_id): str(old_id)}}
    session.flush()
