"""The block that puts an activity on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow
from markupsafe import Markup
from marshmallow import fields

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks

__all__ = ["Activity"]


@blocks.register
class Activity(BlockType):
    """An activity of the binder, by its id."""

    name = "activity"

    class Schema(BlockSchema):
        """`activity` names one of the binder's activities."""

        activity = fields.UUID(required=True)

        @marshmallow.post_load
        def plain_identifier(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
            """Blocks are JSON."""
            return {**data, "activity": str(data["activity"])}

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        return rendering.activity(block["activity"])

    def activities(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.activities`."""
        return [block["activity"]]
