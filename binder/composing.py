"""Writing a page's blocks: add, change, move, duplicate and remove them; nothing that somebody typed is lost.

Every change goes through `changed`: it keeps the page's history and the words that a search looks in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder import history, searching
from binder.access import Viewer
from binder.blocks import blocks, digest, load_block, new_block_id
from binder.errors import Conflict, Invalid, NotFound
from binder.models import Page
from binder.owning import page_to_change

__all__ = [
    "add_block",
    "change_block",
    "changed",
    "duplicate_block",
    "move_block",
    "put_back",
    "remove_block",
]

MAX_BLOCKS = 1000


def changed(session: Session, viewer: Viewer, page: Page) -> None:
    """The draft of a page is another: note it in its history, and let a search find its new words."""
    page.changed = True
    session.flush()
    history.keep(session, viewer, page)
    searching.learn(session, page)


def _check_room(page: Page) -> None:
    if len(page.blocks) >= MAX_BLOCKS:
        raise Invalid("too many blocks", {"block": [f"{MAX_BLOCKS} blocks at the most; begin another page"]})


def _check_references(session: Session, page: Page, block: Mapping[str, Any]) -> None:
    kind = blocks[block["type"]]
    binder = page.binder
    known = {str(resource.id) for resource in binder.resources} if kind.resources(block) else set()
    known |= {str(activity.id) for activity in binder.activities} if kind.activities(block) else set()
    for reference in [*kind.resources(block), *kind.activities(block)]:
        if reference not in known:
            raise Invalid(
                "not in this binder", {"block": {"resource": ["choose a file or an activity of this binder"]}}
            )


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
    last_writer, last_seq = page.writers.get(block_id, ("", 0))
    again = bool(writer) and writer == last_writer
    if again and seq <= last_seq:
        return existing
    loaded = load_block({**fields, "id": existing["id"], "type": existing["type"]})
    if base is not None and not again and digest(existing) != base and existing != loaded:
        raise Conflict("the block was changed meanwhile", existing)
    if existing != loaded:
        _check_references(session, page, loaded)
        page.blocks = [*page.blocks[:at], loaded, *page.blocks[at + 1 :]]
        changed(session, viewer, page)
    page.writers = {**page.writers, block_id: [writer, seq]}
    return loaded


def move_block(session: Session, viewer: Viewer, page_id: UUID, block_id: str, *, by: int) -> int:
    """Move a block `by` places down, or up if negative.

    :return: its new place, counted from 1.
    """
    page = page_to_change(session, viewer, page_id)
    at = _position(page, block_id)
    rest = [block for block in page.blocks if block["id"] != block_id]
    to = max(0, min(len(rest), at + by))
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
