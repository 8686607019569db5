"""The block that puts an activity on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.values import Reference

__all__ = ["Activity"]


@blocks.register
class Activity(BlockType):
    """An activity of the binder, by its id."""

    name = "activity"

    class Schema(BlockSchema):
        """`activity` names one of the binder's activities."""

        activity = Reference(load_default="")

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        return rendering.activity(block["activity"]) if block["activity"] else Markup()

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        return [] if block["activity"] else ["empty"]

    def activities(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.activities`."""
        return [block["activity"]] if block["activity"] else []
