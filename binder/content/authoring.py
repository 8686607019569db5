"""What a teacher does to a binder: make, arrange, change and publish its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, require, who
from binder.activities import activities
from binder.blocks import kind_of
from binder.clock import now
from binder.content import composing, history
from binder.content.asking import new_version
from binder.content.composing import changed, is_late, take_turn
from binder.content.ordering import DEEPEST, hold, outline
from binder.errors import Invalid, NotFound
from binder.models import Activity, ActivityVersion, Binder, Page, PageRevision, Section
from binder.owning import own_binder, own_binders, own_page, page_to_change
from binder.sanitize import storable

__all__ = [
    "add_page",
    "add_section",
    "change_page_title",
    "checked_title",
    "create_binder",
    "own_binder",
    "own_binders",
    "own_page",
    "publish",
    "save_activity",
    "store_activity",
]

TITLE = "-title"
"""The title among the parts of a page that are written; no block has such an id."""


def checked_title(title: str) -> str:
    """A title as it is kept: one line, not empty.

    :raises Invalid: with a message for the field `title`.
    """
    title = " ".join(str(storable(title)).split())
    if not title:
        raise Invalid("no title", {"title": ["give it a title"]})
    if len(title) > 255:
        raise Invalid("title too long", {"title": ["255 characters at the most"]})
    return title


def create_binder(
    session: Session, viewer: Viewer, *, title: str, lang: str = "fr", description: str = ""
) -> Binder:
    """A new, empty binder of the viewer's own.

    :raises Invalid: if there is no title.
    """
    require(viewer, "write")
    binder = Binder(
        tenant_id=viewer.tenant_id,
        owner_id=who(viewer),
        title=checked_title(title),
        lang=lang,
        description=storable(description),
    )
    session.add(binder)
    session.flush()
    return binder


def add_section(
    session: Session, viewer: Viewer, binder_id: UUID, *, title: str, parent_id: UUID | None = None
) -> Section:
    """A new section at the end of the binder, or of the section `parent_id`.

    :raises NotFound: if the parent is not in that binder.
    """
    binder = hold(session, viewer, binder_id)
    now_there = outline(session, binder)
    if parent_id is not None and parent_id not in now_there.parents:
        raise NotFound("no such section in this binder")
    if now_there.level(parent_id) >= DEEPEST:
        raise Invalid("too deep", {"parent": ["a section stands three levels deep at the most"]})
    section = Section(
        tenant_id=viewer.tenant_id,
        binder_id=binder.id,
        parent_id=parent_id,
        title=checked_title(title),
        position=len(now_there.inside.get(parent_id, [])) + 1,
    )
    session.add(section)
    session.flush()
    session.expire(binder, ["sections"])
    return section


def add_page(session: Session, viewer: Viewer, section_id: UUID, *, title: str) -> Page:
    """A new, empty page at the end of a section; a draft until published."""
    section = find(session, viewer, Section, section_id)
    binder = hold(session, viewer, section.binder_id)
    places = outline(session, binder).pages
    if section_id not in places:
        raise NotFound("the section is in the trash")
    page = Page(
        tenant_id=viewer.tenant_id,
        binder_id=binder.id,
        section_id=section.id,
        title=checked_title(title),
        position=len(places[section_id]) + 1,
        blocks=[],
    )
    session.add(page)
    changed(session, viewer, page)
    session.expire(binder, ["pages"])
    return page


def change_page_title(
    session: Session,
    viewer: Viewer,
    page_id: UUID,
    *,
    title: str,
    base: str | None = None,
    writer: str = "",
    seq: int = 0,
) -> Page:
    """Another title for a page.

    :param base: `digest` of `{"title": …}` that the writer started from; this and the rest as `change_block` has it.
    :raises Conflict: if the title is another meanwhile; `current` is `{"title": …}`.
    """
    page = page_to_change(session, viewer, page_id)
    if is_late(page, TITLE, writer, seq):
        return page
    new = checked_title(title)
    take_turn(page, TITLE, {"title": page.title}, {"title": new}, base=base, writer=writer, seq=seq)
    page.title = new
    changed(session, viewer, page)
    return page


def save_activity(
    session: Session,
    viewer: Viewer,
    binder_id: UUID,
    data: Mapping[str, Any],
    *,
    type: str = "choice",
    activity_id: UUID | None = None,
) -> Activity:
    """Make an activity, or a new version of one; attempts keep the version that they were given.

    :param data: `{title, points, body, key, scoring}` as the type's forms or the native format have it.
    :param type: another one than before turns the activity into one of that type from this version on.
    :raises Invalid: with messages by field.
    """
    binder = own_binder(session, viewer, binder_id)
    return store_activity(session, viewer, binder, data, type=type, activity_id=activity_id)


def store_activity(
    session: Session,
    viewer: Viewer,
    binder: Binder,
    data: Mapping[str, Any],
    *,
    type: str,
    activity_id: UUID | None = None,
) -> Activity:
    """As `save_activity`, in a binder in which the viewer is known to be an author."""
    if type not in activities:
        raise Invalid("no such type", {"type": [f"no such type of activity: {type!r}"[:100]]})
    content = activities[type].load(data)
    known, showing = {str(resource.id) for resource in binder.resources}, list[Page]()
    if not known.issuperset(activities[type].resources(content)):
        raise Invalid("not in this binder", {"body": {"resource": ["choose a file of this binder"]}})
    title = checked_title(str(data.get("title", "")))
    if activity_id is None:
        activity = Activity(tenant_id=viewer.tenant_id, binder_id=binder.id, type=type, title=title, number=1)
        session.add(activity)
        session.flush()
        session.expire(binder, ["activities"])
    else:
        activity = find(session, viewer, Activity, activity_id, lock=True)
        if activity.binder_id != binder.id:
            raise NotFound("no such activity in this binder")
        activity.number, activity.title, activity.type = activity.number + 1, title, type
        for page in binder.pages:
            if any(str(activity_id) in kind_of(block).activities(block) for block in page.blocks):
                showing.append(find(session, viewer, Page, page.id, lock=True))
                page.changed = True
    session.add(new_version(activity, content))
    session.flush()
    session.expire(activity, ["current"])
    for page in showing:
        composing.note_files(page)
    return activity


def publish(session: Session, viewer: Viewer, page_id: UUID) -> PageRevision:
    """Show pupils the page as it stands now; what they have begun goes on with what they were shown."""
    page = page_to_change(session, viewer, page_id)
    composing.note_files(page)
    shown = [name for block in page.blocks for name in kind_of(block).activities(block)]
    versions = session.execute(
        sa.select(ActivityVersion.activity_id, ActivityVersion.id)
        .join(
            Activity,
            sa.and_(
                Activity.tenant_id == ActivityVersion.tenant_id,
                Activity.id == ActivityVersion.activity_id,
                Activity.number == ActivityVersion.number,
            ),
        )
        .where(Activity.tenant_id == viewer.tenant_id, Activity.id.in_([UUID(name) for name in shown]))
    )
    newest = sa.select(sa.func.max(PageRevision.number)).where(
        PageRevision.tenant_id == viewer.tenant_id, PageRevision.page_id == page.id
    )
    revision = PageRevision(
        tenant_id=viewer.tenant_id,
        page_id=page.id,
        number=(session.scalar(newest) or 0) + 1,
        title=page.title,
        blocks=list(page.blocks),
        activities={str(activity_id): str(version_id) for activity_id, version_id in versions},
        created_at=now(),
        created_by_id=viewer.person_id,
    )
    session.add(revision)
    page.published_number, page.changed = revision.number, False
    history.keep(session, viewer, page).published_number = revision.number
    session.flush()
    return revision
