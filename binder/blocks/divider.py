"""The block that separates what stands above from what stands below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks

__all__ = ["Divider"]


@blocks.register
class Divider(BlockType):
    """A line across the page."""

    name = "divider"
    Schema = BlockSchema

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        return Markup('<hr class="divider">')
