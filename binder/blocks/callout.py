"""The block that sets some words apart: what to do, what to remember, what to beware of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks import references
from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.words import say
from binder.sanitize import Html, plain

__all__ = ["KINDS", "Callout"]

KINDS = ("consigne", "retenir", "attention")
"""Instruction, what to remember, warning: as French schoolbooks call them."""


@blocks.register
class Callout(BlockType):
    """Words in a box of their own, which says what kind of words they are."""

    name = "callout"

    class Schema(BlockSchema):
        """`kind` is one of `KINDS`; `title` stands beside its name."""

        kind = fields.String(load_default=KINDS[0], validate=validate.OneOf(KINDS))
        title = fields.String(load_default="", validate=validate.Length(max=255))
        html = Html(load_default="")

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        title = Markup('<strong class="kind">{}</strong>').format(say(rendering.lang, block["kind"]))
        if block["title"]:
            title += Markup(' <span class="title">{}</span>').format(block["title"])
        html = references.shown(block["html"], rendering)
        return Markup('<div class="callout {}" role="note"><p class="callout-title">{}</p>{}</div>').format(
            block["kind"], title, html
        )

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
        return " ".join(part for part in (block["title"], plain(block["html"])) if part)
