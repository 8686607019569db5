"""Bringing back what a page was, or one block of it; what stood there instead stays in the page's history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.blocks import digest, kind_of
from binder.content import composing
from binder.content.history import begin_anew, state_of, version
from binder.errors import Conflict, Invalid, NotFound
from binder.models import Page
from binder.owning import page_to_change

__all__ = ["restore_block", "restore_page"]


def restore_page(session: Session, viewer: Viewer, page_id: UUID, number: int, *, base: str) -> Page:
    """The draft becomes what version `number` was; pupils see nothing of it before it is published.

    :param base: `history.state_of` the page as whoever restores it saw it.
    :raises Conflict: if somebody has changed the page meanwhile.
    :raises Invalid: if a file or an activity of that version is no longer in the binder.
    """
    page = page_to_change(session, viewer, page_id)
    old = version(session, viewer, page_id, number)
    if (page.title, page.blocks) == (old.title, old.blocks):
        return page
    if state_of(page) != base:
        raise Conflict("the page was changed meanwhile")
    _check_references(page, old.blocks)
    begin_anew(session, viewer, page)
    page.title, page.blocks, page.writers = old.title, list(old.blocks), {}
    composing.changed(session, viewer, page)
    return page


def _check_references(page: Page, wanted: list[dict[str, Any]]) -> None:
    known = {str(resource.id) for resource in page.binder.resources}
    known |= {str(activity.id) for activity in page.binder.activities}
    for block in wanted:
        kind = kind_of(block)
        if not known.issuperset([*kind.resources(block), *kind.activities(block)]):
            raise Invalid(
                "not in this binder any more",
                {"version": ["a file or an activity of this version is no longer in the binder"]},
            )


def restore_block(
    session: Session, viewer: Viewer, page_id: UUID, number: int, block_id: str, *, base: str
) -> dict[str, Any]:
    """One block becomes what it was in version `number`; one that is no longer on the page comes back to its place.

    :param base: `digest` of the block on the page as whoever restores it saw it; empty if it was not there.
    :raises Conflict: if somebody has changed it meanwhile; `current` is the block as it is now, or None.
    """
    page = page_to_change(session, viewer, page_id)
    old = version(session, viewer, page_id, number)
    places = {block["id"]: place for place, block in enumerate(old.blocks, 1)}
    if block_id not in places:
        raise NotFound("no such block in this version")
    wanted = old.blocks[places[block_id] - 1]
    current = next((block for block in page.blocks if block["id"] == block_id), None)
    if current == wanted:
        return wanted
    if (digest(current) if current is not None else "") != base:
        raise Conflict("the block was changed meanwhile", current)
    begin_anew(session, viewer, page)
    if current is not None and current["type"] == wanted["type"]:
        fields = {name: value for name, value in wanted.items() if name not in ("id", "type")}
        return composing.change_block(session, viewer, page_id, block_id, fields, base=base)
    return composing.put_back(session, viewer, page_id, wanted, at=_place(page, old.blocks, block_id))


def _place(page: Page, old: list[dict[str, Any]], block_id: str) -> int:
    """Right behind the nearest of its old forerunners that is still there."""
    here = {block["id"]: place for place, block in enumerate(page.blocks, 1)}
    before = [block["id"] for block in old]
    for forerunner in reversed(before[: before.index(block_id)]):
        if forerunner in here:
            return here[forerunner] + 1
    return 1
