"""Which blocks of a published page a reader sees, and which activities are therefore theirs to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.blocks import kind_of, visible
from binder.blocks.draw import drawn
from binder.clock import now
from binder.models import ActivityVersion, Assignment, Membership, PageRevision

__all__ = ["Seen", "alone", "asked", "audiences_of", "seen", "seen_by", "seen_in_class"]

Block = Mapping[str, Any]
KEPT = ("id", "files", "hidden_until", "audience")


@dataclass(frozen=True)
class Seen:
    """What somebody sees of a page: its files are theirs to open, those of other blocks are not."""

    blocks: Sequence[Block]


def audiences_of(
    session: Session, tenant_id: UUID, audience_id: UUID, persons: Collection[UUID], blocks: Sequence[Block]
) -> frozenset[str]:
    """The class that somebody came from and, only where a block is for others, the groups of these persons."""
    audiences = {str(audience_id)}
    if persons and {block["audience"] for block in blocks if "audience" in block} - audiences:
        query = sa.select(Membership.audience_id).where(
            Membership.tenant_id == tenant_id, Membership.person_id.in_(persons), Membership.active
        )
        audiences |= {str(one) for one in session.scalars(query)}
    return frozenset(audiences)


def seen(
    blocks: Sequence[Block], *, audiences: Collection[str], at: datetime, done_at: datetime | None = None
) -> list[Block]:
    """The blocks that somebody sees at that instant.

    :param done_at: when they handed in; an activity that they could not see then is none of their copy's.
    """
    return [
        block
        for block in blocks
        if visible(
            block,
            audiences=audiences,
            at=done_at if done_at is not None and kind_of(block).activities(block) else at,
        )
    ]


def seen_by(
    session: Session,
    assignment: Assignment,
    revision: PageRevision,
    persons: Collection[UUID],
    *,
    done_at: datetime | None = None,
) -> Sequence[Block]:
    """The blocks of a page that was given to a class, as these persons see them now: all, or its only question.

    :param done_at: as for `seen`.
    """
    return alone(assignment, _seen(session, revision, assignment.audience_id, persons, done_at))


def alone(assignment: Assignment, blocks: Sequence[Block]) -> Sequence[Block]:
    """What an assignment shows of a page's blocks: where it is about one activity, the block of that one.

    Whoever shows, saves, scores or counts goes by these blocks, so nothing else of the page is asked.
    """
    if assignment.activity_id is None:
        return blocks
    name = str(assignment.activity_id)
    return [_only(block, name) for block in blocks if name in kind_of(block).activities(block)][:1]


def _only(block: Block, name: str) -> Block:
    """The block itself, or – of one from which questions are drawn – a block of the one that is always asked."""
    if block.get("activity") == name:
        return block
    kept = {field: block[field] for field in KEPT if field in block}
    return {**kept, "type": "activity", "activity": name}


def seen_in_class(session: Session, viewer: Viewer, revision: PageRevision) -> Sequence[Block]:
    """The blocks of a published page as somebody of a class, or their family, sees them now."""
    if viewer.audience_id is None:
        return seen(revision.blocks, audiences=(), at=now())
    persons = [person for person in (viewer.person_id, *viewer.children) if person is not None]
    return _seen(session, revision, viewer.audience_id, persons, None)


def _seen(
    session: Session,
    revision: PageRevision,
    audience_id: UUID,
    persons: Collection[UUID],
    done_at: datetime | None,
) -> Sequence[Block]:
    blocks = revision.blocks
    if not any("hidden_until" in block or "audience" in block for block in blocks):
        return blocks
    audiences = audiences_of(session, revision.tenant_id, audience_id, persons, blocks)
    return seen(blocks, audiences=audiences, at=now(), done_at=done_at)


def asked(
    versions: Mapping[str, ActivityVersion], blocks: Sequence[Block], seed: str
) -> Mapping[str, ActivityVersion]:
    """Those of a page's activities that stand in these blocks: what is not seen is neither answered nor scored.

    :param seed: of the attempt; it decides which questions are drawn where a block has more than it asks.
    """
    names = {name for block in blocks for name in _names(block, seed)}
    return {name: version for name, version in versions.items() if name in names}


def _names(block: Block, seed: str) -> Sequence[str]:
    return drawn(block, seed) if block["type"] == "draw" else kind_of(block).activities(block)
