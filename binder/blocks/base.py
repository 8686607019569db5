"""What a type of block is: how it is checked, what it refers to, and how it looks as HTML."""

from __future__ import annotations

import hashlib
import json
import secrets
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

import marshmallow
from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.values import Instant, Reference
from binder.blocks.words import say
from binder.errors import Invalid
from binder.registry import Registry
from binder.sanitize import storable

__all__ = [
    "BlockSchema",
    "BlockType",
    "FileView",
    "Rendering",
    "Unknown",
    "blocks",
    "digest",
    "kind_of",
    "load_block",
    "new_block_id",
    "visible",
]


class BlockSchema(marshmallow.Schema):
    """What every block has: an id, opaque and unique on its page, its type, and who sees it from when on.

    Everything else has a default, so that an open editor can save a block at any moment.
    """

    id = fields.String(
        required=True, validate=validate.Regexp(r"^[a-z0-9]{1,32}\Z", error="lower-case letters and digits")
    )
    type = fields.String(required=True)
    hidden_until = Instant()
    """Pupils see it from then on; absent: at once."""
    audience = Reference()
    """The one class or group that sees it; absent: all."""

    @marshmallow.post_load
    def without_empty_limits(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """A limit that was left empty is none."""
        return {
            name: value for name, value in data.items() if value or name not in ("hidden_until", "audience")
        }


@dataclass(frozen=True)
class FileView:
    """A file as a block shows it; `url` leads to its bytes, `size` is in bytes."""

    url: str
    name: str
    media_type: str
    size: int
    credit: str = ""
    licence: str = ""
    width: int | None = None
    height: int | None = None
    """Pixels of a picture as it is shown."""
    variants: tuple[tuple[int, str], ...] = ()
    """The same picture made smaller: (width, address), narrowest first."""
    state: str = "ready"
    """A `binder.models.ResourceState`: pupils get the bytes of a ready file only."""
    verdict: str = ""
    """What was found in a refused file, for those who write the page."""


class Rendering(Protocol):
    """What a block needs of the place where it is shown: a web page, an exported file, a print."""

    lang: str
    """Language of the content, BCP 47."""

    @property
    def embed_hosts(self) -> Collection[str]:
        """The hosts whose pages may stand in this one; others are linked to."""

    def file(self, resource_id: str) -> FileView | None:
        """The file to show; None where it is missing."""

    def activity(self, activity_id: str) -> Markup:
        """The activity's form, result or printed version."""

    def page(self, page_id: str) -> str | None:
        """Address of another page of the binder; None where it leads nowhere for whoever reads."""


class BlockType(ABC):
    """A type of block. Subclass it, give it a `name`, and register it with `@blocks.register`."""

    name: ClassVar[str]
    Schema: ClassVar[type[BlockSchema]]

    @abstractmethod
    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """The block as HTML; one method serves the web, the exports and the print.

        It depends on the block and on `rendering`, not on who looks or when: what has been published is kept.
        """

    def from_form(self, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """A block's fields, without id and type, as a form sends them: all values of a name, in order.

        By the schema: a truth is a ticked box, a list takes all values that say something, the rest takes the first
        value, and what is left empty is not there. Override it where a form has fields of its own.
        """
        found: dict[str, Any] = {}
        for name, field in self.Schema().fields.items():
            values = form.get(name, ())
            if name in ("id", "type"):
                continue
            if isinstance(field, fields.Boolean):
                found[name] = "1" in values
            elif isinstance(field, fields.List):
                found[name] = [value for value in values if value.strip()]
            elif values and (values[0] or isinstance(field, fields.String)):
                found[name] = values[0]
        return found

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """Codes of what a reader would miss, such as `no-alt`; the web layer has the words. None stops a saving."""
        return []

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """Ids of the resources that the block shows."""
        return []

    def activities(self, block: Mapping[str, Any]) -> list[str]:
        """Ids of the activities that the block shows."""
        return []

    def pages(self, block: Mapping[str, Any]) -> list[str]:
        """Ids of the binder's pages that the block links to."""
        return []

    def text(self, block: Mapping[str, Any]) -> str:
        """The block's words, for titles, search and plain formats."""
        return ""


class Unknown(BlockType):
    """Stands for a type that is not installed here: its blocks are kept as they are, and say so."""

    name = "unknown"
    Schema = BlockSchema

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        return Markup('<p class="missing">{}</p>').format(say(rendering.lang, "unknown", name=block["type"]))

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        return ["unknown-type"]


blocks: Registry[BlockType] = Registry("binder.blocks")
"""All known types of block."""
_unknown = Unknown()


def kind_of(block: Mapping[str, Any]) -> BlockType:
    """The type of a stored block; `Unknown` where the package that brought it is gone."""
    return blocks[block["type"]] if block["type"] in blocks else _unknown


def visible(block: Mapping[str, Any], *, audiences: Collection[str], at: datetime) -> bool:
    """Whether somebody in `audiences` – ids of classes and groups – sees a stored block at that instant.

    Teachers see all blocks of their pages; this is for those who read them.
    """
    until, audience = block.get("hidden_until"), block.get("audience")
    if until and at < datetime.fromisoformat(until):
        return False
    return not audience or audience in audiences


def new_block_id() -> str:
    """An opaque id for a new block."""
    return secrets.token_hex(4)


def load_block(data: Mapping[str, Any]) -> dict[str, Any]:
    """Check and clean one block as it came from a form or a file; one without an id gets a new one.

    :raises Invalid: with messages by field.
    """
    data = storable(data)
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in blocks:
        raise Invalid("no such type of block", {"type": [f"no such type of block: {kind!r}"[:100]]})
    try:
        return dict(blocks[kind].Schema().load({"id": new_block_id(), **data}))
    except marshmallow.ValidationError as error:
        raise Invalid(f"not a valid {kind} block", {"block": error.messages}) from None


def digest(block: Mapping[str, Any]) -> str:
    """A short fingerprint of a block: a form carries it, so that a change made meanwhile is noticed."""
    return hashlib.sha256(json.dumps(block, sort_keys=True).encode()).hexdigest()[:16]
