"""The block that shows a formula in a line of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.references import formula
from binder.maths import MAX_LATEX, MathsError, mathml

__all__ = ["Math"]


@blocks.register
class Math(BlockType):
    """A formula, in LaTeX; it may have a label to refer to it by, such as “(1)”."""

    name = "math"

    class Schema(BlockSchema):
        """`latex` need not be right while somebody writes it: what is wrong is said beside it."""

        latex = fields.String(
            load_default="",
            validate=validate.Length(
                max=MAX_LATEX, error=f"a formula has {MAX_LATEX} characters at the most"
            ),
        )
        label = fields.String(load_default="", validate=validate.Length(max=255))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        if not block["latex"].strip():
            return Markup("")
        label = (
            Markup('<span class="formula-label">{}</span>').format(block["label"]) if block["label"] else ""
        )
        return Markup('<div class="formula"><div class="scroll" tabindex="0">{}</div>{}</div>').format(
            formula(block["latex"], display=True), label
        )

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        if not block["latex"].strip():
            return ["empty"]
        try:
            mathml(block["latex"], display=True)
        except MathsError:
            return ["bad-formula"]
        return []

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return " ".join(part for part in (block["latex"], block["label"]) if part)
