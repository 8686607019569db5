"""Reading a block's form: its type says what the fields mean; chosen files are taken in first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

from flask import request

from binder.blocks import blocks
from binder.blocks.values import Instant
from binder.content import authoring
from binder.resources import crediting, files
from binder.sanitize import Html
from lti.tool import tool
from lti.views.screens import Here, texts
from lti.views.wording import as_html

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage as SentFile

__all__ = ["Sent", "Store", "credits_of", "read_form", "store_at", "take_in"]

Form = dict[str, list[str]]
Store = Callable[["SentFile"], str]
"""Keeps a file that was chosen, and says its id."""


@dataclass(frozen=True)
class Sent:
    """What a block's form says."""

    fields: dict[str, Any]
    """The block's, without id and type."""
    credits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Id of a file → its author and licence, which are the file's own and not the block's."""

    waiting: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)
    """Place of a file that is not chosen yet → the author, licence and other licence that were typed for it."""

    def note_credits(self, here: Here) -> None:
        """Keep what is said of the files, once the block is saved and they are known to be of its binder."""
        for name, (credit, licence) in self.credits.items():
            crediting.describe(here.session, here.viewer, UUID(name), credit=credit, licence=licence)


def read_form(here: Here, page: UUID, type: str) -> Sent:
    """A block's form as it was sent; empty for a type that is not known."""
    if type not in blocks:
        return Sent({})
    form = request.form.to_dict(flat=False)
    for name, kind in blocks[type].Schema().fields.items():
        if isinstance(kind, Html):
            form[name] = [as_html(text) for text in form.get(name, [])]
        elif isinstance(kind, Instant):
            form[name] = [_on_our_clock(text) for text in form.get(name, [])]
    take_in(store_at(here, page), form)
    credits, waiting = credits_of(form)
    return Sent(blocks[type].from_form(form), credits, waiting)


def _on_our_clock(text: str) -> str:
    """What a `datetime-local` field sent, with the offset of the school's clock; anything else as it is."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=texts().school_zone).isoformat()
    except ValueError:
        return text


def take_in(store: Store, form: Form) -> None:
    """Store the files that a form brings. Each field for files stands behind the `resource` that it fills; the last one may bring several."""
    resources = form.setdefault("resource", [])
    for number, sent in enumerate(request.files.getlist("file")):
        if sent.filename:
            resources += [""] * (number + 1 - len(resources))
            resources[number] = store(sent)


def store_at(here: Here, page: UUID) -> Store:
    """Keeps files in the binder of a page of the viewer's own."""

    def store(sent: SentFile) -> str:
        own = authoring.own_page(here.session, here.viewer, page)
        stored = files.add_file(
            here.session,
            here.viewer,
            own.binder_id,
            tool().storage,
            cast("BinaryIO", sent.stream),
            name=sent.filename or "",
            limits=tool().settings.limits,
            scan=tool().scanner is not None,
        )
        return str(stored.id)

    return store


def credits_of(form: Form) -> tuple[dict[str, tuple[str, str]], dict[int, tuple[str, str, str]]]:
    """Those of the first file stand first, and so on; a file without fields for them keeps what it has."""
    lines = zip(
        form["resource"],
        form.get("credit", []),
        form.get("licence", []),
        form.get("licence_other", []),
        strict=False,
    )
    known, waiting = {}, {}
    for number, (name, credit, licence, other) in enumerate(lines):
        if name:
            known[name] = (credit, other if licence == "other" else licence)
        elif credit.strip() or licence or other.strip():
            waiting[number] = (credit, licence, other)
    return known, waiting
