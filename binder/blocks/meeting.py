"""The block that leads to a virtual class."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.values import Instant, https_parts
from binder.blocks.words import say, span_in_words

__all__ = ["Meeting"]


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _time(instant: datetime | None, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(instant.isoformat(), words) if instant else Markup()


@blocks.register
class Meeting(BlockType):
    """A link to a virtual class on any site, and when it takes place."""

    name = "meeting"

    class Schema(BlockSchema):
        """`url` is kept as it was typed and becomes a link if it is https."""

        url = fields.String(load_default="", validate=validate.Length(max=2000))
        title = fields.String(load_default="", validate=validate.Length(max=255))
        starts_at = Instant(load_default="")
        ends_at = Instant(load_default="")
        note = fields.String(load_default="", validate=validate.Length(max=2000))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`. Dates are said as they are: whether they have passed, a page that is kept cannot say."""
        parts = https_parts(block["url"].strip())
        title = block["title"] or say(rendering.lang, "meeting")
        join = Markup('<p class="missing">{}</p>').format(say(rendering.lang, "no_link"))
        if parts is not None:
            join = Markup(
                '<p class="join"><a href="{}" target="_blank" rel="noopener noreferrer">{}</a> '
                '<span class="host">({})</span></p>'
            ).format(block["url"].strip(), say(rendering.lang, "meeting_join"), parts.netloc)
        note = Markup('<p class="note-text">{}</p>').format(_lines(block["note"])) if block["note"] else ""
        return Markup('<div class="meeting"><p class="meeting-title">{}</p>{}{}{}</div>').format(
            title, self._dates(block, rendering), note, join
        )

    def _dates(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        start, end = _instant(block["starts_at"]), _instant(block["ends_at"])
        pattern, first, last = span_in_words(rendering.lang, start, end)
        if not pattern:
            return Markup()
        said = escape(pattern).format(start=_time(start, first), end=_time(end, last))
        return Markup('<p class="dates">{}</p>').format(said)

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        found = [] if https_parts(block["url"].strip()) else ["bad-address" if block["url"] else "no-address"]
        start, end = _instant(block["starts_at"]), _instant(block["ends_at"])
        if start is None:
            found.append("no-date")
        elif end is not None and end <= start:
            found.append("dates-reversed")
        return found

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return " ".join(part for part in (block["title"], block["note"]) if part)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(text.splitlines())
