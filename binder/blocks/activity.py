"""The block that puts an activity on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from marshmallow import fields

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.values import Reference

__all__ = ["Activity"]


@blocks.register
class Activity(BlockType):
    """An activity of the binder, by its id."""

    name = "activity"

    class Schema(BlockSchema):
        """`activity` names one of the binder's activities; `files` those that it shows, kept by `binder.showing`."""

        activity = Reference(load_default="")
        files = fields.List(Reference())

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        return rendering.activity(block["activity"]) if block["activity"] else Markup()

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        return [] if block["activity"] else ["empty"]

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return list(block.get("files", ()))

    def from_form(self, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `BlockType.from_form`; which files are shown is for the activity to say."""
        return {name: value for name, value in super().from_form(form).items() if name != "files"}

    def activities(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.activities`."""
        return [block["activity"]] if block["activity"] else []
