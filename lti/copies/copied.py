"""What came along when a platform copied a class: for its teacher to see, and to give what has no link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import audiences
from binder.access import Role, Viewer
from binder.clock import now
from binder.errors import Forbidden, NotFound
from binder.giving import assigning
from binder.models import Assignment, Audience, Opening, Page
from lti.copies import CARRIED, origins_of
from lti.models import Context, CourseCopy, ResourceLink

__all__ = ["Report", "give", "report", "seen", "waiting"]


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


def waiting(session: Session, viewer: Viewer) -> CourseCopy | None:
    """The copy that a teacher of the class has not looked at yet."""
    if viewer.audience_id is None or viewer.role is not Role.INSTRUCTOR or viewer.person_id is None:
        return None
    return session.scalars(_of_class(viewer).where(CourseCopy.seen_at.is_(None))).first()


def _of_class(viewer: Viewer) -> sa.Select[CourseCopy]:
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
