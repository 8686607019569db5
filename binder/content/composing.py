"""Writing a page's blocks: add, change, move, duplicate and remove them; nothing that somebody typed is lost.

Every change goes through `changed`: it keeps the page's history and the words that a search looks in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.audiences import taught
from binder.blocks import digest, kind_of, load_block, new_block_id
from binder.clock import now
from binder.content import history, searching
from binder.content.asking import with_files
from binder.errors import Conflict, Invalid, NotFound
from binder.models import Page, PageVersion, Person
from binder.owning import page_to_change

__all__ = [
    "add_block",
    "change_block",
    "changed",
    "duplicate_block",
    "is_late",
    "move_block",
    "others_writing",
    "put_back",
    "remove_block",
    "take_turn",
]

MAX_BLOCKS = 1000
PRESENT = timedelta(minutes=2)
"""Who has saved something within this time is said to be writing."""


def changed(session: Session, viewer: Viewer, page: Page) -> None:
    """The draft of a page is another: note it in its history, and let a search find its new words."""
    page.changed = True
    session.flush()
    note_files(page)
    session.flush()
    history.keep(session, viewer, page)
    searching.learn(session, page)


def note_files(page: Page) -> None:
    """Its blocks say which files their activities show as they stand now."""
    if any(kind_of(block).activities(block) for block in page.blocks):
        versions = {str(activity.id): activity.current for activity in page.binder.activities}
        blocks = with_files(page.blocks, versions)
        if blocks != page.blocks:
            page.blocks = blocks


def others_writing(session: Session, viewer: Viewer, page: Page) -> list[str]:
    """Names of others who are writing on the page at this moment; empty for those whose name is not known."""
    query = (
        sa.select(Person.display_name)
        .join(
            PageVersion,
            sa.and_(PageVersion.tenant_id == Person.tenant_id, PageVersion.person_id == Person.id),
        )
        .where(
            PageVersion.tenant_id == page.tenant_id,
            PageVersion.page_id == page.id,
            PageVersion.person_id != viewer.person_id,
            PageVersion.saved_at > now() - PRESENT,
        )
    )
    return list(session.scalars(query.distinct().order_by(Person.display_name)))


def _check_room(page: Page) -> None:
    if len(page.blocks) >= MAX_BLOCKS:
        raise Invalid("too many blocks", {"block": [f"{MAX_BLOCKS} blocks at the most; begin another page"]})


def _check_references(session: Session, page: Page, block: Mapping[str, Any]) -> None:
    kind = kind_of(block)
    binder = page.binder
    known = {str(resource.id) for resource in binder.resources} if kind.resources(block) else set()
    known |= {str(activity.id) for activity in binder.activities} if kind.activities(block) else set()
    for reference in [*kind.resources(block), *kind.activities(block)]:
        if reference not in known:
            raise Invalid(
                "not in this binder", {"block": {"resource": ["choose a file or an activity of this binder"]}}
            )


def _check_audience(
    session: Session, viewer: Viewer, block: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> None:
    """A block is for a class that its author teaches; a co-author leaves it as they found it."""
    audience = block.get("audience")
    if audience and audience != (before or {}).get("audience"):
        if audience not in {str(one.id) for one in taught(session, viewer)}:
            raise Invalid("no class of theirs", {"block": {"audience": ["choose a class that you teach"]}})


def add_block(
    session: Session, viewer: Viewer, page_id: UUID, block: Mapping[str, Any], *, after: str | None = None
) -> dict[str, Any]:
    """Put a new block behind the block `after`, or at the end of the page; it gets its id here.

    :raises Invalid: with messages by field.
    """
    page = page_to_change(session, viewer, page_id)
    _check_room(page)
    loaded = load_block({**block, "id": new_block_id()})
    _check_references(session, page, loaded)
    _check_audience(session, viewer, loaded)
    ids = [existing["id"] for existing in page.blocks]
    at = ids.index(after) + 1 if after in ids else len(ids)
    page.blocks = [*page.blocks[:at], loaded, *page.blocks[at:]]
    changed(session, viewer, page)
    return loaded


def _position(page: Page, block_id: str) -> int:
    for position, block in enumerate(page.blocks):
        if block["id"] == block_id:
            return position
    raise NotFound("no such block on this page")


def change_block(
    session: Session,
    viewer: Viewer,
    page_id: UUID,
    block_id: str,
    fields: Mapping[str, Any],
    *,
    base: str | None = None,
    writer: str = "",
    seq: int = 0,
) -> dict[str, Any]:
    """Change a block; its id and type stay.

    :param base: `digest` of the block that the writer started from. Two people in different blocks never disturb each
        other; in the same block the second learns of the first.
    :param writer: what an open editor that saves by itself calls itself; empty for a person's own click.
    :param seq: rises with each saving of that editor. One that comes late or twice changes nothing, and one whose
        forerunner's answer got lost is no conflict with itself.
    :raises Conflict: if the block is no longer what `base` says; `current` is the block as it is now.
    :raises Invalid: with messages by field.
    """
    page = page_to_change(session, viewer, page_id)
    at = _position(page, block_id)
    existing = page.blocks[at]
    if is_late(page, block_id, writer, seq):
        return existing
    loaded = load_block({**fields, "id": existing["id"], "type": existing["type"]})
    take_turn(page, block_id, existing, loaded, base=base, writer=writer, seq=seq)
    if existing != loaded:
        _check_references(session, page, loaded)
        _check_audience(session, viewer, loaded, existing)
        page.blocks = [*page.blocks[:at], loaded, *page.blocks[at + 1 :]]
        changed(session, viewer, page)
    return loaded


def is_late(page: Page, part: str, writer: str, seq: int) -> bool:
    """Whether an open editor has already saved this or something newer in a part of the page."""
    last_writer, last_seq = page.writers.get(part, ("", 0))
    return bool(writer) and writer == last_writer and seq <= last_seq


def take_turn(
    page: Page,
    part: str,
    existing: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    base: str | None,
    writer: str,
    seq: int,
) -> None:
    """Note who writes a part of the page now, as `change_block` has it.

    :raises Conflict: if somebody else has written there since `base`.
    """
    again = bool(writer) and writer == page.writers.get(part, ("", 0))[0]
    if base is not None and not again and digest(existing) != base and existing != wanted:
        raise Conflict("it was changed meanwhile", existing)
    page.writers = {**page.writers, part: [writer, seq]}


def move_block(
    session: Session, viewer: Viewer, page_id: UUID, block_id: str, *, by: int = 0, place: int | None = None
) -> int:
    """Move a block `by` places down, or up if negative; or to a `place`, counted from 1.

    :return: its new place, counted from 1.
    """
    page = page_to_change(session, viewer, page_id)
    at = _position(page, block_id)
    rest = [block for block in page.blocks if block["id"] != block_id]
    to = max(0, min(len(rest), at + by if place is None else place - 1))
    if to != at:
        page.blocks = [*rest[:to], page.blocks[at], *rest[to:]]
        changed(session, viewer, page)
    return to + 1


def remove_block(session: Session, viewer: Viewer, page_id: UUID, block_id: str) -> dict[str, Any]:
    """Take a block off the page; revisions that show it keep it.

    :return: the block, so that it can be put back.
    """
    page = page_to_change(session, viewer, page_id)
    removed = page.blocks[_position(page, block_id)]
    page.blocks = [block for block in page.blocks if block["id"] != block_id]
    page.writers = {name: last for name, last in page.writers.items() if name != block_id}
    changed(session, viewer, page)
    return removed


def put_back(
    session: Session, viewer: Viewer, page_id: UUID, block: Mapping[str, Any], *, at: int
) -> dict[str, Any]:
    """Undo a removal: the block stands again, under its own id, at the place `at`, counted from 1.

    :raises Invalid: if it is no block, or its file or activity is no longer there.
    """
    page = page_to_change(session, viewer, page_id)
    loaded = load_block(block)
    if any(existing["id"] == loaded["id"] for existing in page.blocks):
        return loaded
    _check_room(page)
    _check_references(session, page, loaded)
    before = max(0, min(len(page.blocks), at - 1))
    page.blocks = [*page.blocks[:before], loaded, *page.blocks[before:]]
    changed(session, viewer, page)
    return loaded


def duplicate_block(session: Session, viewer: Viewer, page_id: UUID, block_id: str) -> dict[str, Any]:
    """The same block once more, right behind it."""
    page = page_to_change(session, viewer, page_id)
    _check_room(page)
    at = _position(page, block_id)
    copy = {**page.blocks[at], "id": new_block_id()}
    page.blocks = [*page.blocks[: at + 1], copy, *page.blocks[at + 1 :]]
    changed(session, viewer, page)
    return copy
