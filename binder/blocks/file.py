"""The block with a file to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.showing import credit, file_or_why_not, weight
from binder.blocks.values import Reference

__all__ = ["File"]


@blocks.register
class File(BlockType):
    """A file to take away; a sound also has a player, a film too."""

    name = "file"

    class Schema(BlockSchema):
        """`label` names the file in words; without, it goes by its own name."""

        resource = Reference(load_default="")
        label = fields.String(load_default="", validate=validate.Length(max=255))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        file = file_or_why_not(rendering, block["resource"])
        if isinstance(file, Markup):
            return file
        label = block["label"] or file.name
        link = Markup(
            '<a class="file" href="{}" download="{}">{} <span class="weight">({})</span></a>'
        ).format(file.url, file.name, label, weight(file, rendering))
        player = Markup("")
        kind = file.media_type.partition("/")[0]
        if kind in ("audio", "video"):
            player = Markup('<{0} controls preload="metadata" src="{1}" aria-label="{2}"></{0}>').format(
                kind, file.url, label
            )
        return Markup('<div class="attachment">{}<p>{}{}</p></div>').format(
            player, link, credit(file, rendering)
        )

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        if not block["resource"]:
            return ["no-file"]
        return [] if block["label"].strip() else ["no-title"]

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return [block["resource"]] if block["resource"] else []

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return str(block["label"])
