"""Blocks of words: text and headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape
from marshmallow import fields, validate

from binder.blocks import references
from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.sanitize import Html, plain

__all__ = ["Heading", "Text"]


@blocks.register
class Text(BlockType):
    """Formatted text: paragraphs, lists, tables."""

    name = "text"

    class Schema(BlockSchema):
        """`html` is clean once loaded."""

        html = Html(load_default="")

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        return references.shown(block["html"], rendering)

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        return references.problems(block["html"]) if block["html"] else ["empty"]

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return references.resources(block["html"])

    def pages(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.pages`."""
        return references.pages(block["html"])

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
        text = fields.String(load_default="", validate=validate.Length(max=255))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        level = int(block["level"])
        return (
            Markup("<h{0}>{1}</h{0}>").format(level, escape(block["text"])) if block["text"] else Markup("")
        )

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        return [] if block["text"].strip() else ["empty"]

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return str(block["text"])
