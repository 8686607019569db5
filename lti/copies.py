"""A platform has made a class by copying another: links lead to work of the new class, and its teacher sees what came along.

The platform says so by a notice (`LtiContextCopyNotice`), or at a launch by the variables `$Context.id.history` and
`$ResourceLink.id.history`, whichever comes first. A link's own work is given to the new class when the link is first
opened there, as it was given in the old one; work that has no link is offered to a teacher of both classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder import assigning, audiences
from binder.access import Role, Viewer
from binder.clock import now, uuid7
from binder.errors import Forbidden, NotFound
from binder.models import Assignment, Audience, Opening, Page
from lti.claims import LaunchClaims
from lti.models import Context, CourseCopy, Deployment, ResourceLink

__all__ = ["Report", "arrive", "give", "history_of", "note", "origins_of", "report", "seen", "waiting"]

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


@dataclass(frozen=True)
class Report:
    """What a teacher of the new class is shown."""

    origin: str
    """Title of the class it was copied from; empty if nobody here knows that class."""
    linked: tuple[Assignment, ...]
    """Work of the new class that came by its link."""
    waiting: tuple[str, ...]
    """Titles of links of the old class that nobody has opened in the new one yet."""
    offered: tuple[Assignment, ...]
    """Work of the old class without a link, which may be given now."""
    is_teacher_of_both: bool


def history_of(value: str) -> list[str]:
    """The ids in a `*.id.history`, the newest copy first. https://www.imsglobal.org/spec/lti/v1p3#lti-context-variables"""
    parts = [unquote(part.strip()) for part in value.split(",")]
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


def waiting(session: Session, viewer: Viewer) -> CourseCopy | None:
    """The copy that a teacher of the class has not looked at yet."""
    if viewer.audience_id is None or viewer.role is not Role.INSTRUCTOR or viewer.person_id is None:
        return None
    return session.scalars(_of_class(viewer).where(CourseCopy.seen_at.is_(None))).first()


def _of_class(viewer: Viewer) -> sa.Select[tuple[CourseCopy]]:
    return (
        sa.select(CourseCopy)
        .join(
            Context, sa.and_(Context.tenant_id == CourseCopy.tenant_id, Context.id == CourseCopy.context_id)
        )
        .where(CourseCopy.tenant_id == viewer.tenant_id, Context.audience_id == viewer.audience_id)
        .order_by(CourseCopy.id)
    )


def _copy(session: Session, viewer: Viewer) -> tuple[CourseCopy, Context, list[Context]]:
    if viewer.role is not Role.INSTRUCTOR or viewer.person_id is None:
        raise Forbidden("for teachers of the class")
    copy = session.scalars(_of_class(viewer)).first()
    if copy is None:
        raise NotFound("the class is no copy")
    context = session.get_one(Context, (viewer.tenant_id, copy.context_id))
    return copy, context, origins_of(session, context)


def report(session: Session, viewer: Viewer) -> Report:
    """What came along, for a teacher of the new class; of the old class's work only for who teaches both.

    :raises NotFound: if the viewer's class is no copy.
    :raises Forbidden: if they do not teach it.
    """
    copy, context, origins = _copy(session, viewer)
    taught = {audience.id for audience in audiences.taught(session, viewer)}
    theirs = [origin for origin in origins if origin.audience_id in taught]
    carried = {UUID(each) for each in copy.report.get("works", {})}
    links = session.scalars(
        sa.select(ResourceLink).where(
            ResourceLink.tenant_id == context.tenant_id,
            ResourceLink.context_id == context.id,
            ResourceLink.assignment_id.is_not(None),
        )
    ).all()
    linked = [link.assignment_id for link in links]
    placed = {link.placement_id for link in links}
    old_links = session.scalars(
        sa.select(ResourceLink).where(
            ResourceLink.tenant_id == context.tenant_id,
            ResourceLink.context_id.in_([origin.id for origin in origins]),
            ResourceLink.assignment_id.is_not(None),
        )
    ).all()
    offered = _offered(session, viewer, [o.audience_id for o in theirs], {x.assignment_id for x in old_links})
    here = session.scalars(
        sa.select(Assignment)
        .where(
            Assignment.tenant_id == viewer.tenant_id, Assignment.id.in_([*carried, *(x for x in linked if x)])
        )
        .order_by(Assignment.id)
    ).all()
    title = session.get_one(Audience, (viewer.tenant_id, origins[0].audience_id)).title if origins else ""
    waits = [link.title for link in old_links if link.placement_id not in placed]
    return Report(title, tuple(here), tuple(waits), tuple(offered), bool(theirs))


def _offered(
    session: Session, viewer: Viewer, old_audiences: Sequence[UUID], linked: set[UUID | None]
) -> list[Assignment]:
    """What the viewer had given to the old class without a link, and has not given to the new one."""
    query = (
        sa.select(Assignment)
        .join(Page, sa.and_(Page.tenant_id == Assignment.tenant_id, Page.id == Assignment.page_id))
        .where(
            Assignment.tenant_id == viewer.tenant_id,
            Assignment.audience_id.in_(old_audiences),
            Assignment.created_by_id == viewer.person_id,
            Assignment.activity_id.is_(None),
            Page.trashed_at.is_(None),
        )
        .order_by(Assignment.id)
    )
    already = set(
        session.scalars(
            sa.select(Assignment.page_id).where(
                Assignment.tenant_id == viewer.tenant_id, Assignment.audience_id == viewer.audience_id
            )
        )
    )
    found: dict[UUID, Assignment] = {}
    for each in session.scalars(query):
        if each.id not in linked and each.page_id not in already:
            found.setdefault(each.page_id, each)
    return list(found.values())


def give(session: Session, viewer: Viewer, assignment_ids: Sequence[UUID], *, with_binders: bool) -> int:
    """Give work of the old class to the new one, as it was but without dates.

    :param with_binders: open the binders to the new class that were open to the old one.
    :return: how many were given.
    :raises Forbidden: if one of them is not the viewer's to give.
    """
    offered = {each.id: each for each in report(session, viewer).offered}
    if not set(assignment_ids) <= set(offered):
        raise Forbidden("not offered")
    assert viewer.audience_id is not None  # noqa: S101 - `report` would have refused
    for each in (offered[name] for name in assignment_ids):
        new = assigning.place(session, viewer.tenant_id, each.page_id, viewer.audience_id, each.created_by_id)
        for name in CARRIED:
            setattr(new, name, getattr(each, name))
    if with_binders:
        _open_binders(session, viewer)
    session.flush()
    return len(assignment_ids)


def _open_binders(session: Session, viewer: Viewer) -> None:
    _, _, origins = _copy(session, viewer)
    taught = {audience.id for audience in audiences.taught(session, viewer)}
    query = sa.select(Opening).where(
        Opening.tenant_id == viewer.tenant_id,
        Opening.audience_id.in_([origin.audience_id for origin in origins if origin.audience_id in taught]),
        Opening.created_by_id == viewer.person_id,
    )
    known = set(
        session.scalars(
            sa.select(Opening.binder_id).where(
                Opening.tenant_id == viewer.tenant_id, Opening.audience_id == viewer.audience_id
            )
        )
    )
    for opening in session.scalars(query).all():
        if opening.binder_id not in known:
            session.add(
                Opening(
                    tenant_id=viewer.tenant_id,
                    binder_id=opening.binder_id,
                    audience_id=viewer.audience_id,
                    created_by_id=viewer.person_id,
                )
            )
            known.add(opening.binder_id)


def seen(session: Session, viewer: Viewer) -> None:
    """A teacher has looked at it; it is not shown by itself any more."""
    for copy in session.scalars(_of_class(viewer).where(CourseCopy.seen_at.is_(None))).all():
        copy.seen_at = now()
