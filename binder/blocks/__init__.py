"""The types of block; importing this package registers the built-in ones."""

from binder.blocks import activity, media, text
from binder.blocks.base import (
    BlockSchema,
    BlockType,
    FileView,
    Rendering,
    blocks,
    digest,
    load_block,
    new_block_id,
)

__all__ = [
    "BlockSchema",
    "BlockType",
    "FileView",
    "Rendering",
    "activity",
    "blocks",
    "digest",
    "load_block",
    "media",
    "new_block_id",
    "text",
]
