"""The block that shows a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, FileView, Rendering, blocks
from binder.blocks.pictures import SIZES, img
from binder.blocks.showing import caption, file_or_why_not
from binder.blocks.values import Reference
from binder.blocks.words import say

__all__ = ["Image", "described", "says_nothing"]


def says_nothing(picture: Mapping[str, Any]) -> bool:
    """Whether a picture lacks the words for those who cannot see it (RGAA 1.1, WCAG 1.1.1)."""
    return bool(picture["resource"]) and not picture["decorative"] and not picture["alt"].strip()


def described(picture: Mapping[str, Any], file: FileView, rendering: Rendering, sizes: str = SIZES) -> Markup:
    """The picture with its words; where they are still missing, it says so."""
    alt = "" if picture["decorative"] else picture["alt"].strip() or say(rendering.lang, "no_alt")
    return img(file, alt, sizes)


@blocks.register
class Image(BlockType):
    """A picture; it says in words what it shows, or that it is there for decoration only."""

    name = "image"

    class Schema(BlockSchema):
        """`alt` says what it shows; a draft may still lack it."""

        resource = Reference(load_default="")
        alt = fields.String(load_default="", validate=validate.Length(max=1000))
        decorative = fields.Boolean(load_default=False)
        caption = fields.String(load_default="", validate=validate.Length(max=1000))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        file = file_or_why_not(rendering, block["resource"])
        if isinstance(file, Markup):
            return file
        return Markup('<figure class="image">{}{}</figure>').format(
            described(block, file, rendering), caption(block["caption"], file, rendering)
        )

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        if not block["resource"]:
            return ["no-file"]
        return ["no-alt"] if says_nothing(block) else []

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return [block["resource"]] if block["resource"] else []

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return " ".join(part for part in (block["alt"], block["caption"]) if part)
