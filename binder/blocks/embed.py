"""The block that shows something of another site: a link, and a frame for those who ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.providers import NEED_ORIGIN, player
from binder.blocks.values import https_parts
from binder.blocks.words import say

__all__ = ["RATIOS", "Embed"]

ORIGIN = Markup(' data-embed-referrer="strict-origin"')
RATIOS = ("16-9", "4-3", "1-1", "3-4")
"""Width to height of the frame."""


@blocks.register
class Embed(BlockType):
    """A film, a map, an exercise of another site; nothing is asked of that site before the reader wants it."""

    name = "embed"

    class Schema(BlockSchema):
        """`url` is kept as it was typed; `title` names the frame."""

        url = fields.String(load_default="", validate=validate.Length(max=2000))
        title = fields.String(load_default="", validate=validate.Length(max=255))
        ratio = fields.String(load_default=RATIOS[0], validate=validate.OneOf(RATIOS))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`. A script of the reader offers the frame that `data-embed-src` names."""
        url = block["url"].strip()
        parts = https_parts(url)
        if parts is None:
            return Markup('<p class="missing">{}</p>').format(say(rendering.lang, "no_link"))
        title, host = block["title"] or parts.netloc, parts.netloc.lower()
        link = Markup(
            '<p class="embed-link"><a href="{}" target="_blank" rel="noopener noreferrer">{} '
            '<span class="host">– {}</span></a></p>'
        ).format(url, title, say(rendering.lang, "embed_open", host=host))
        frame = player(parts)
        frame_host = https_parts(frame)
        if frame_host is None or frame_host.netloc not in rendering.embed_hosts:
            return Markup('<div class="embed">{}</div>').format(link)
        told = frame_host.netloc in NEED_ORIGIN
        note = say(rendering.lang, "embed_note_origin" if told else "embed_note", host=frame_host.netloc)
        return Markup(
            '<div class="embed" data-embed-src="{}" data-embed-title="{}" data-embed-ratio="{}"{}>{}'
            '<p class="embed-note">{}</p></div>'
        ).format(frame, title, block["ratio"], ORIGIN if told else "", link, note)

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        found = [] if https_parts(block["url"].strip()) else ["bad-address" if block["url"] else "no-address"]
        return found if block["title"].strip() else [*found, "no-title"]

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return str(block["title"])
