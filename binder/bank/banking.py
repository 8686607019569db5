"""A teacher's question bank: questions kept for later, found again, put out of sight.

It is a binder of its own, without pages, that is in no list and that nobody else ever reads. What goes in and out is
copied, see `binder.bank.lending`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, require, who
from binder.content.searching import folded
from binder.errors import Invalid, NotFound
from binder.models import Activity, ActivityVersion, Binder, Person, Resource, ResourceState
from binder.sanitize import plain, storable

__all__ = [
    "HIDDEN",
    "MOST_TAGS",
    "Question",
    "bank",
    "bank_file",
    "checked_tags",
    "open_bank",
    "question",
    "questions",
    "remove",
    "show",
    "tag",
    "tags",
]

MOST_TAGS = 20
LONGEST_TAG = 50
HIDDEN = "-hidden"
"""Among the tags of a question that was taken out of sight; nobody can give such a tag."""


@dataclass(frozen=True)
class Question:
    """A question of the bank as it stands now."""

    activity: Activity
    version: ActivityVersion

    @property
    def tags(self) -> list[str]:
        """Those that its author gave it."""
        return [name for name in self.activity.tags if name != HIDDEN]

    @property
    def hidden(self) -> bool:
        """Whether it is out of sight."""
        return HIDDEN in self.activity.tags


def bank(session: Session, viewer: Viewer) -> Binder | None:
    """The viewer's bank; None as long as they have kept nothing. Writes nothing."""
    require(viewer, "write")
    query = sa.select(Binder).where(
        Binder.tenant_id == viewer.tenant_id, Binder.owner_id == viewer.person_id, Binder.is_bank
    )
    return session.scalars(query.order_by(Binder.id).limit(1)).first()


def open_bank(session: Session, viewer: Viewer) -> Binder:
    """The viewer's bank, made now if need be; two tabs make one."""
    require(viewer, "write")
    find(session, viewer, Person, who(viewer), lock=True)
    made = bank(session, viewer)
    if made is None:
        made = Binder(tenant_id=viewer.tenant_id, owner_id=who(viewer), title="-bank", is_bank=True)
        session.add(made)
        session.flush()
    return made


def _kept(session: Session, viewer: Viewer) -> list[Question]:
    own = bank(session, viewer)
    if own is None:
        return []
    query = (
        sa.select(Activity, ActivityVersion)
        .join(
            ActivityVersion,
            sa.and_(
                ActivityVersion.tenant_id == Activity.tenant_id,
                ActivityVersion.activity_id == Activity.id,
                ActivityVersion.number == Activity.number,
            ),
        )
        .where(Activity.tenant_id == viewer.tenant_id, Activity.binder_id == own.id)
        .order_by(Activity.id.desc())
    )
    return [Question(row[0], row[1]) for row in session.execute(query)]


def questions(
    session: Session, viewer: Viewer, *, words: str = "", tag: str = "", type: str = "", hidden: bool = False
) -> list[Question]:
    """The questions of the viewer's bank that fit, the newest first.

    :param words: all of them stand in the title, the tags or what learners read of the question.
    :param hidden: those out of sight instead of the others.
    """
    wanted, named = folded(words[:500]).split(), folded(tag)
    return [
        one
        for one in _kept(session, viewer)
        if one.hidden is hidden
        and (not type or one.activity.type == type)
        and (not named or named in {folded(name) for name in one.tags})
        and (not wanted or _has(one, wanted))
    ]


def _has(one: Question, words: Sequence[str]) -> bool:
    text = folded(" ".join((one.activity.title, *one.tags, *_words(one.version.body))))
    return all(word in text for word in words)


def _words(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield plain(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _words(part)
    elif isinstance(value, list):
        for part in value:
            yield from _words(part)


def tags(session: Session, viewer: Viewer) -> dict[str, int]:
    """The tags of the viewer's bank, in their alphabetical order, and how many questions have each."""
    counts = Counter(name for one in _kept(session, viewer) if not one.hidden for name in one.tags)
    return {name: counts[name] for name in sorted(counts, key=folded)}


def question(session: Session, viewer: Viewer, question_id: UUID, *, lock: bool = False) -> Activity:
    """A question of the viewer's own bank.

    :raises NotFound: if it stands anywhere else.
    """
    own = bank(session, viewer)
    if own is not None:
        found = find(session, viewer, Activity, question_id, lock=lock)
        if found.binder_id == own.id:
            return found
    raise NotFound("no such question in your bank")


def bank_file(session: Session, viewer: Viewer, resource_id: UUID) -> Resource:
    """A file that questions of the viewer's bank show.

    :raises NotFound: if it stands anywhere else, or was refused.
    """
    own, found = bank(session, viewer), find(session, viewer, Resource, resource_id)
    if own is None or found.binder_id != own.id or found.state is ResourceState.REFUSED:
        raise NotFound("your bank has no such file")
    return found


def checked_tags(names: Iterable[str]) -> list[str]:
    """Tags as they are kept: each once, in any case, in the order given.

    :raises Invalid: with a message for the field `tags`.
    """
    found: dict[str, str] = {}
    for name in names:
        name = " ".join(str(storable(name)).split()).lstrip("-# ")
        if len(name) > LONGEST_TAG:
            raise Invalid("tag too long", {"tags": ["a tag has 50 characters at the most"]})
        if name:
            found.setdefault(folded(name), name)
    if len(found) > MOST_TAGS:
        raise Invalid("too many tags", {"tags": ["twenty tags at the most"]})
    return list(found.values())


def tag(session: Session, viewer: Viewer, question_id: UUID, names: Iterable[str]) -> Activity:
    """Give a question of the bank these tags instead of those that it has."""
    found = question(session, viewer, question_id, lock=True)
    found.tags = [*checked_tags(names), *([HIDDEN] if HIDDEN in found.tags else [])]
    session.flush()
    return found


def remove(session: Session, viewer: Viewer, question_id: UUID) -> bool:
    """Delete a question that was never used; one of which there are copies is only put out of sight.

    :return: whether it is gone for good.
    """
    found = question(session, viewer, question_id, lock=True)
    used = sa.select(Activity.id).where(
        Activity.tenant_id == viewer.tenant_id, Activity.origin_id == found.id
    )
    if session.execute(used.limit(1)).first() is not None:
        found.tags = [*(name for name in found.tags if name != HIDDEN), HIDDEN]
        session.flush()
        return False
    versions = sa.delete(ActivityVersion).where(
        ActivityVersion.tenant_id == viewer.tenant_id, ActivityVersion.activity_id == found.id
    )
    session.execute(versions)
    session.delete(found)
    session.flush()
    session.expire(found.binder, ["activities"])
    return True


def show(session: Session, viewer: Viewer, question_id: UUID) -> Activity:
    """Bring a question back that was out of sight."""
    found = question(session, viewer, question_id, lock=True)
    found.tags = [name for name in found.tags if name != HIDDEN]
    session.flush()
    return found
