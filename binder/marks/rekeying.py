"""Another key for a question that was handed in already: accepting one more answer, or the key as it is written now."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from binder.access import Viewer, may
from binder.activities import Content, type_of
from binder.clock import uuid7
from binder.content.asking import content_of, new_version
from binder.content.authoring import store_activity
from binder.errors import Invalid
from binder.models import Activity, ActivityVersion, Binder

__all__ = ["accepted", "as_version", "keep_version", "worth"]


def worth(version: ActivityVersion, response: Mapping[str, Any]) -> Fraction | None:
    """What a single answer is worth by itself; None if it says nothing."""
    tallies = type_of(version.type).tallies(content_of(version), [response])
    return next((tally.fraction for tally in tallies if tally.count), None)


def accepted(version: ActivityVersion, response: Mapping[str, Any], fraction: Fraction) -> Content:
    """The content of a version in which an answer is worth `fraction` as well.

    :raises Invalid: if the type of question has no such thing, or it is too much for its key.
    """
    kind = type_of(version.type)
    data = kind.accepting(content_of(version), response, fraction)
    if data is None:
        raise Invalid("no accepting", {"answer": ["this question cannot take one more answer"]})
    return kind.load(data)


def as_version(activity: Activity, base: ActivityVersion, content: Content) -> ActivityVersion:
    """The version that `content` would be, of no session: to see what it changes."""
    return ActivityVersion(
        tenant_id=base.tenant_id,
        id=uuid7(),
        activity_id=base.activity_id,
        number=activity.number + 1,
        type=base.type,
        title=base.title,
        points=content.points,
        body=dict(content.body),
        key=dict(content.key),
        scoring=dict(content.scoring),
    )


def keep_version(
    session: Session,
    viewer: Viewer,
    activity: Activity,
    base: ActivityVersion,
    content: Content,
    response: Mapping[str, Any],
    fraction: Fraction,
) -> ActivityVersion:
    """Store the content in which `response` was accepted as a version made from `base`.

    Its author's question takes it over; one that they have changed since stays as it is, and accepts the answer, too.

    :param activity: locked by the caller.
    """
    binder = session.get_one(Binder, (activity.tenant_id, activity.binder_id))
    is_author = may(viewer, "author", binder)
    if is_author and activity.number == base.number:
        _store(session, viewer, binder, activity, content)
        return activity.current
    version, latest = as_version(activity, base, content), activity.current
    session.add(version)
    activity.number += 1
    session.flush()
    own = content_of(latest)
    if is_author and latest.type == base.type:
        try:
            _store(session, viewer, binder, activity, accepted(latest, response, fraction))
            return version
        except Invalid:  # as it is now it cannot take the answer
            pass
    activity.number += 1
    session.add(new_version(activity, own))
    session.flush()
    session.expire(activity, ["current"])
    return version


def _store(session: Session, viewer: Viewer, binder: Binder, activity: Activity, content: Content) -> None:
    data = {
        "title": activity.title,
        "points": str(content.points),
        "body": content.body,
        "key": content.key,
        "scoring": content.scoring,
    }
    store_activity(session, viewer, binder, data, type=activity.type, activity_id=activity.id)
