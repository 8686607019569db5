"""The page editor: every block with its form, and what the forms do, for people and for the script that saves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request

from binder.access import find, may
from binder.blocks import digest
from binder.content import authoring, composing
from binder.errors import Conflict, Invalid, NotFound
from binder.models import Page
from lti.i18n import N_
from lti.views.authors import answers
from lti.views.authors.block_forms import read_form
from lti.views.authors.pages import own_activities, preview
from lti.views.forms import number, problems
from lti.views.kinds import kind, offered
from lti.views.screens import Here, render, screen, texts
from lti.views.scripts import reader, wanted
from lti.views.weights import weight_limit

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["add_block", "change_block", "edit_page", "put_back_block", "rename_page"]

NOTHING = UUID(int=0)
"""Stands in an address where scripts put the id of a file."""
FILES = ("picture", "sound", "film", "captions", "document")
FILE_FIRST = Invalid(
    "no file yet", {"resource": [N_("choose the file, too: its author and its licence are kept with it")]}
)
START = "-"
"""As the block behind which a new one goes: none, it becomes the first."""


@dataclass(frozen=True)
class Left:
    """What an action leaves to be shown in the editor."""

    error: Invalid | None = None
    typed: Mapping[str, Any] = field(default_factory=dict)
    """What could not be saved: it stands in its form again."""
    typed_in: str = ""
    """Id of the block whose form it was, or `new` or `title`."""
    conflict: Mapping[str, Any] | None = None
    """The block as somebody else has saved it meanwhile."""
    removed: Mapping[str, Any] | None = None
    """A block that was just taken off and can be put back, at the place `removed_at`."""
    removed_at: int = 0


@screen("/pages/<uuid:page>/edit")
def edit_page(here: Here, page: UUID) -> BaseResponse:
    """All blocks of a page, each with its form; who may only propose changes is led to where that is done."""
    shared = find(here.session, here.viewer, Page, page).binder
    if may(here.viewer, "propose", shared) and not may(here.viewer, "author", shared):
        return here.to("propose", page=page)
    return _editor(here, page)


def _editor(here: Here, page_id: UUID, left: Left | None = None) -> Response:
    own, left = authoring.own_page(here.session, here.viewer, page_id), left or Left()
    blocks = [*own.blocks, left.conflict] if left.conflict else own.blocks
    return render(
        "edit_page.html",
        here,
        page=own,
        shown=preview(here, own, blocks),
        digest=digest,
        kind=kind,
        offered=offered(),
        own_activities=own_activities(own),
        others=answers.others(here, own),
        reader=reader(here),
        left=left,
        left_block=json.dumps(left.removed) if left.removed else "",
        problems=problems(left.error),
        difference=answers.difference(left.conflict, left.typed),
        opened=request.args.get("open", ""),
        after=request.args.get("after", ""),
        limits={name: weight_limit(name, texts()) for name in FILES},
        nothing=NOTHING,
        status=409 if left.conflict else 422 if left.error else 200,
    )


@screen("/pages/<uuid:page>/title", "POST")
def rename_page(here: Here, page: UUID) -> BaseResponse:
    """Another title."""
    title = request.form.get("title", "")
    try:
        own = authoring.change_page_title(here.session, here.viewer, page, title=title, **_turn())
    except Invalid as error:
        if wanted():
            return answers.refused(error)
        return _editor(here, page, Left(error, {"title": title}, "title"))
    except Conflict as conflict:
        return answers.title_conflict(conflict.current)
    return answers.title_saved(here, own) if wanted() else here.to("edit_page", page=page)


def _turn() -> dict[str, Any]:
    """Who saves, and what they started from; a person's own click on the title says neither."""
    return {
        "base": request.form.get("base") or None,
        "writer": request.form.get("writer", "")[:64],
        "seq": number("seq", 0, most=10**9),
    }


@screen("/pages/<uuid:page>/blocks", "POST")
def add_block(here: Here, page: UUID) -> BaseResponse:
    """A new block behind another, at the start or at the end; it may still be empty."""
    type, after = request.form.get("type", ""), request.form.get("after", "")
    authoring.own_page(here.session, here.viewer, page)
    if type == "activity" and not request.form.get("activity"):
        return here.to("new_activity", page=page, after=after)
    fields: dict[str, Any] = request.form.to_dict()
    try:
        sent = read_form(here, page, type)
        fields = {"type": type, **sent.fields}
        new = composing.add_block(here.session, here.viewer, page, fields, after=after or None)
        sent.note_credits(here)
    except Invalid as error:
        return _editor(here, page, Left(error, fields, "new"))
    if after == START:
        composing.move_block(here.session, here.viewer, page, new["id"], place=1)
    return here.to("edit_page", page=page, open=new["id"], _anchor=f"b-{new['id']}")


@screen("/pages/<uuid:page>/blocks/<block>", "POST")
def change_block(here: Here, page: UUID, block: str) -> BaseResponse:
    """Save, move, duplicate or remove a block."""
    act = ACTIONS.get(request.form.get("action", ""), _save)
    return act(here, page, block)


def _move(here: Here, page: UUID, block: str) -> BaseResponse:
    by, place = number("by", 0, least=-1000, most=1000), number("place", 0)
    composing.move_block(here.session, here.viewer, page, block, by=by, place=place or None)
    return here.to("edit_page", page=page, _anchor=f"b-{block}")


def _duplicate(here: Here, page: UUID, block: str) -> BaseResponse:
    copy = composing.duplicate_block(here.session, here.viewer, page, block)
    return here.to("edit_page", page=page, _anchor=f"b-{copy['id']}")


def _remove(here: Here, page: UUID, block: str) -> BaseResponse:
    """The block is in the answer, and nowhere else: that is why this POST leads nowhere."""
    own = authoring.own_page(here.session, here.viewer, page)
    ids = [existing["id"] for existing in own.blocks]
    removed = composing.remove_block(here.session, here.viewer, page, block)
    return _editor(here, page, Left(removed=removed, removed_at=ids.index(block) + 1))


def _save(here: Here, page: UUID, block: str) -> BaseResponse:
    fields: dict[str, Any] = request.form.to_dict()
    try:
        own = authoring.own_page(here.session, here.viewer, page)
        sent = read_form(here, page, _existing(own, block)["type"])
        fields = sent.fields
        saved = composing.change_block(here.session, here.viewer, page, block, fields, **_turn())
        sent.note_credits(here)
    except Invalid as error:
        if wanted():
            return answers.refused(error)
        return _editor(here, page, Left(error, fields, block))
    except Conflict as conflict:
        if wanted():
            return answers.conflict(here, own, conflict.current, fields)
        return _editor(here, page, Left(typed=fields, typed_in=block, conflict=conflict.current))
    if wanted():
        return answers.saved(here, own, saved)
    if sent.waiting:
        return _editor(here, page, Left(FILE_FIRST, {**fields, "credits": sent.waiting}, block))
    return here.to("edit_page", page=page, _anchor=f"b-{block}")


def _existing(page: Page, block: str) -> Mapping[str, Any]:
    found = next((existing for existing in page.blocks if existing["id"] == block), None)
    if found is None:
        raise NotFound("no such block on this page")
    return found


ACTIONS: Mapping[str, Callable[[Here, UUID, str], BaseResponse]] = {
    "move": _move,
    "duplicate": _duplicate,
    "remove": _remove,
}
"""What else a button of a block may ask for than to save it."""


@screen("/pages/<uuid:page>/back", "POST")
def put_back_block(here: Here, page: UUID) -> BaseResponse:
    """Undo a removal: the block comes with the form and is checked like any other."""
    authoring.own_page(here.session, here.viewer, page)
    try:
        block = json.loads(request.form.get("block", ""))
    except ValueError:
        block = None
    if not isinstance(block, dict):
        raise Invalid("not a block", {"block": ["a block is an object"]})
    try:
        back = composing.put_back(here.session, here.viewer, page, block, at=number("place", 1))
    except Invalid as error:
        return _editor(here, page, Left(error))
    return here.to("edit_page", page=page, _anchor=f"b-{back['id']}")
