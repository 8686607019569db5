"""The block that plays a sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks import references
from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.showing import caption, file_or_why_not, transcript
from binder.blocks.values import Reference
from binder.sanitize import Html, plain

__all__ = ["Audio"]


@blocks.register
class Audio(BlockType):
    """A sound with its words for those who cannot hear it."""

    name = "audio"

    class Schema(BlockSchema):
        """`title` names the player; `transcript` says what is heard (RGAA 4.1, WCAG 1.2.1)."""

        resource = Reference(load_default="")
        title = fields.String(load_default="", validate=validate.Length(max=255))
        transcript = Html(load_default="")

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        file = file_or_why_not(rendering, block["resource"])
        if isinstance(file, Markup):
            return file
        player = Markup('<audio controls preload="metadata" src="{}" aria-label="{}"></audio>').format(
            file.url, block["title"] or file.name
        )
        return Markup('<figure class="sound">{}{}{}</figure>').format(
            player, caption(block["title"], file, rendering), transcript(block, rendering)
        )

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        if not block["resource"]:
            return ["no-file"]
        missing = {"no-title": block["title"].strip(), "no-transcript": block["transcript"]}
        found = [code for code, there in missing.items() if not there]
        return found + references.problems(block["transcript"])

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        file = [block["resource"]] if block["resource"] else []
        return file + references.resources(block["transcript"])

    def pages(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.pages`."""
        return references.pages(block["transcript"])

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return " ".join(part for part in (block["title"], plain(block["transcript"])) if part)
