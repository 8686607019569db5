"""The block that asks each learner some of several questions: which, the seed of their attempt decides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow
from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.values import Reference
from binder.blocks.words import say

__all__ = ["MOST", "Draw", "drawn"]

MOST = 100
"""Questions to draw from."""


def drawn(block: Mapping[str, Any], seed: str) -> list[str]:
    """Ids of the activities that a draw gives for this seed, in the author's order; always the same for one seed.

    :param seed: of the attempt. Two draws of a page with the same questions give each its own.
    """

    def lot(name: str) -> bytes:
        return hashlib.sha256(f"{seed}/{block['id']}/{name}".encode()).digest()

    names = list(dict.fromkeys(block["activities"]))
    chosen = set(sorted(names, key=lot)[: block["count"]])
    return [name for name in names if name in chosen]


@blocks.register
class Draw(BlockType):
    """Some of several activities of the binder, others for each attempt."""

    name = "draw"

    class Schema(BlockSchema):
        """`count` of `activities` are shown; `files` are those that all of them show, kept by `binder.content.asking`."""

        activities = fields.List(
            Reference(allow_none=False), load_default=list, validate=validate.Length(max=MOST)
        )
        count = fields.Integer(load_default=1, validate=validate.Range(min=1, max=MOST))
        files = fields.List(Reference())

        @marshmallow.post_load
        def once(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
            """The same question is not drawn twice, and none stands for nothing."""
            return {**data, "activities": [name for name in dict.fromkeys(data["activities"]) if name]}

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`: what the rendering knows of the activities; their author is told that they are drawn."""
        shown = [html for name in block["activities"] if (html := rendering.activity(name))]
        if len(shown) > block["count"]:
            words = say(rendering.lang, "draw", count=str(block["count"]), total=str(len(shown)))
            shown.insert(0, Markup('<p class="draw-note">{}</p>').format(words))
        return Markup("\n").join(shown)

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        return [] if block["activities"] else ["empty"]

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return list(block.get("files", ()))

    def from_form(self, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `BlockType.from_form`; which files are shown is for the activities to say."""
        return {name: value for name, value in super().from_form(form).items() if name != "files"}

    def activities(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.activities`: all that may be drawn."""
        return list(block["activities"])
