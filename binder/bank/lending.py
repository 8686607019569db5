"""Between a teacher's binders and their question bank: keep a question there, take one onto a page, learn of a newer one.

Copies share nothing that anybody can change; files and tags are copied, too. A copy remembers its question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, may
from binder.activities import Content
from binder.bank.banking import HIDDEN, bank, checked_tags, open_bank, question
from binder.content import composing
from binder.content.asking import content_of
from binder.content.authoring import own_binder, store_activity
from binder.content.carrying import Act
from binder.errors import Invalid, NotFound
from binder.models import Activity, Page
from binder.owning import page_to_change

__all__ = ["MOST_QUESTIONS", "keep", "newer", "origin", "renew", "take", "take_into"]

MOST_QUESTIONS = 2000
"""In a bank."""


def keep(
    session: Session, viewer: Viewer, activity_id: UUID, *, tags: Iterable[str] | None = None
) -> Activity:
    """Keep an activity of a binder in the viewer's bank, as it stands now.

    One that was kept or taken before becomes a new version of its question there; else it is a new question.

    :param tags: what the question is tagged with; None leaves the tags as they are.
    :raises Invalid: if the bank is full, or the tags are unfit.
    """
    own, known = open_bank(session, viewer), None
    activity = find(session, viewer, Activity, activity_id, lock=True)
    source = own_binder(session, viewer, activity.binder_id, "look")
    if activity.origin_id is not None:
        known = session.get(Activity, (viewer.tenant_id, activity.origin_id), with_for_update=True)
    act = Act(session, viewer, source, own)
    if known is not None and known.binder_id == own.id:
        kept = _again(session, viewer, act, activity, known)
    else:
        if len(own.activities) >= MOST_QUESTIONS:
            raise Invalid("bank full", {"bank": ["your bank is full: 2000 questions at the most"]})
        kept = find(session, viewer, Activity, act.question(activity.current))
        kept.origin_id = kept.origin_number = None
    kept.tags = [name for name in kept.tags if name != HIDDEN]
    if tags is not None:
        kept.tags = checked_tags(tags)
    if may(viewer, "author", source) and (source.owner_id == viewer.person_id or not activity.origin_id):
        activity.origin_id, activity.origin_number = kept.id, kept.number
    session.flush()
    return kept


def _again(session: Session, viewer: Viewer, act: Act, activity: Activity, known: Activity) -> Activity:
    """The question as the activity has it now: a new version, unless it is the same."""
    content, there = act.content(activity.current), known.current
    same = (activity.title, activity.type, content) == (known.title, known.type, content_of(there))
    if same:
        return known
    data = _data(activity.title, content)
    return store_activity(session, viewer, act.target, data, type=activity.type, activity_id=known.id)


def _data(title: str, content: Content) -> dict[str, Any]:
    """As `binder.activities.ActivityType.load` takes it, with the title."""
    return {
        "title": title,
        "points": str(content.points),
        "body": content.body,
        "key": content.key,
        "scoring": content.scoring,
    }


def take_into(
    session: Session, viewer: Viewer, question_ids: Collection[UUID], binder_id: UUID
) -> list[Activity]:
    """Copy questions of the viewer's bank into a binder; they stand on no page yet."""
    target = own_binder(session, viewer, binder_id)
    found = [question(session, viewer, one) for one in dict.fromkeys(question_ids)]
    copies, act = list[Activity](), None
    for one in found:
        act = act or Act(session, viewer, one.binder, target)
        if HIDDEN in one.tags:
            raise NotFound("the question is out of sight")
        copy = find(session, viewer, Activity, act.question(one.current))
        copy.origin_id, copy.origin_number = one.id, one.number
        copies.append(copy)
    session.flush()
    session.expire(target, ["activities", "resources"])
    return copies


def take(
    session: Session, viewer: Viewer, question_id: UUID, page_id: UUID, *, after: str | None = None
) -> Activity:
    """Copy a question of the viewer's bank onto a page, behind the block `after` or at its end."""
    page: Page = page_to_change(session, viewer, page_id)
    (copy,) = take_into(session, viewer, [question_id], page.binder_id)
    block = {"type": "activity", "activity": str(copy.id)}
    composing.add_block(session, viewer, page_id, block, after=after)
    return copy


def origin(session: Session, viewer: Viewer, copy: Activity) -> Activity | None:
    """The question of the viewer's own bank that an activity was taken from, or kept as; None if there is none."""
    own = bank(session, viewer) if copy.origin_id is not None else None
    if own is None:
        return None
    found = session.get(Activity, (viewer.tenant_id, copy.origin_id))
    return found if found is not None and found.binder_id == own.id else None


def newer(session: Session, viewer: Viewer, copies: Iterable[Activity]) -> dict[UUID, Activity]:
    """Which of these activities have a newer version in the viewer's own bank: activity → its question there."""
    taken = {copy.id: (copy.origin_id, copy.origin_number or 0) for copy in copies if copy.origin_id}
    own = bank(session, viewer) if taken else None
    if own is None:
        return {}
    query = sa.select(Activity).where(
        Activity.tenant_id == viewer.tenant_id,
        Activity.binder_id == own.id,
        Activity.id.in_({origin for origin, _ in taken.values()}),
    )
    by_id = {one.id: one for one in session.scalars(query)}
    return {
        id: by_id[origin]
        for id, (origin, number) in taken.items()
        if origin in by_id and by_id[origin].number > number
    }


def renew(session: Session, viewer: Viewer, activity_id: UUID) -> Activity:
    """Let a copy be what its question in the viewer's bank is now: a new version, so attempts keep theirs.

    :raises NotFound: if it was not taken from there.
    """
    copy = find(session, viewer, Activity, activity_id)
    target = own_binder(session, viewer, copy.binder_id)
    known = origin(session, viewer, copy)
    if known is None:
        raise NotFound("not taken from one's own bank")
    content = Act(session, viewer, known.binder, target).content(known.current)
    data = _data(known.title, content)
    renewed = store_activity(session, viewer, target, data, type=known.type, activity_id=copy.id)
    renewed.origin_number = known.number
    session.flush()
    return renewed
