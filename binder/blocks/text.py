"""Blocks of words: text and headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.sanitize import Html, plain

__all__ = ["Heading", "Text"]


@blocks.register
class Text(BlockType):
    """Formatted text: paragraphs, lists, tables."""

    name = "text"

    class Schema(BlockSchema):
        """`html` is clean once loaded."""

        html = Html(required=True)

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`. Tables get a box of their own to scroll in, so the page never does."""
        html = (
            block["html"]
            .replace("<table>", '<div class="scroll" tabindex="0"><table>')
            .replace("</table>", "</table></div>")
        )
        return Markup(html)  # noqa: S704 - cleaned when it entered

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return plain(block["html"])


@blocks.register
class Heading(BlockType):
    """A heading in the page, of level 2 or 3; level 1 is the page's title."""

    name = "heading"

    class Schema(BlockSchema):
        """`text` is plain."""

        level = fields.Integer(load_default=2, validate=validate.OneOf([2, 3]))
        text = fields.String(required=True, validate=validate.Length(min=1, max=255))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        level = int(block["level"])
        return Markup("<h{0}>{1}</h{0}>").format(level, escape(block["text"]))

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return str(block["text"])
