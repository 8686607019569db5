"""What a type of block is: how it is checked, what it refers to, and how it looks as HTML."""

from __future__ import annotations

import hashlib
import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import marshmallow
from markupsafe import Markup
from marshmallow import fields, validate

from binder.errors import Invalid
from binder.registry import Registry
from binder.sanitize import storable

__all__ = [
    "BlockSchema",
    "BlockType",
    "FileView",
    "Rendering",
    "blocks",
    "digest",
    "load_block",
    "new_block_id",
]


class BlockSchema(marshmallow.Schema):
    """What every block has: an id, opaque and unique on its page, and its type."""

    id = fields.String(
        required=True, validate=validate.Regexp(r"^[a-z0-9]{1,32}\Z", error="lower-case letters and digits")
    )
    type = fields.String(required=True)


@dataclass(frozen=True)
class FileView:
    """A file as a block shows it; `url` leads to its bytes, `size` is in bytes."""

    url: str
    name: str
    media_type: str
    size: int
    credit: str = ""
    licence: str = ""


class Rendering(Protocol):
    """What a block needs of the place where it is shown: a web page, an exported file, a print."""

    lang: str
    """Language of the content, BCP 47."""

    def file(self, resource_id: str) -> FileView | None:
        """The file to show; None where it is missing."""

    def activity(self, activity_id: str) -> Markup:
        """The activity's form, result or printed version."""


class BlockType(ABC):
    """A type of block. Subclass it, give it a `name`, and register it with `@blocks.register`."""

    name: ClassVar[str]
    Schema: ClassVar[type[BlockSchema]]

    @abstractmethod
    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """The block as HTML; one method serves the web, the exports and the print.

        It depends on the block and on `rendering`, not on who looks or when: what has been published is kept.
        """

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """Ids of the resources that the block shows."""
        return []

    def activities(self, block: Mapping[str, Any]) -> list[str]:
        """Ids of the activities that the block shows."""
        return []

    def text(self, block: Mapping[str, Any]) -> str:
        """The block's words, for titles, search and plain formats."""
        return ""


blocks: Registry[BlockType] = Registry("binder.blocks")
"""All known types of block."""


def new_block_id() -> str:
    """An opaque id for a new block."""
    return secrets.token_hex(4)


def load_block(data: Mapping[str, Any]) -> dict[str, Any]:
    """Check and clean one block as it came from a form or a file.

    :raises Invalid: with messages by field.
    """
    data = storable(data)
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in blocks:
        raise Invalid("no such type of block", {"type": [f"no such type of block: {kind!r}"[:100]]})
    try:
        return dict(blocks[kind].Schema().load(data))
    except marshmallow.ValidationError as error:
        raise Invalid(f"not a valid {kind} block", {"block": error.messages}) from None


def digest(block: Mapping[str, Any]) -> str:
    """A short fingerprint of a block: a form carries it, so that a change made meanwhile is noticed."""
    return hashlib.sha256(json.dumps(block, sort_keys=True).encode()).hexdigest()[:16]
