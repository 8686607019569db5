"""The block that shows several pictures side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow
from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.image import described, says_nothing
from binder.blocks.showing import caption, file_or_why_not
from binder.blocks.values import Reference
from binder.blocks.words import say

__all__ = ["Gallery"]

SIZES = "(min-width: 40rem) 15rem, 50vw"
MOST = 60


class Item(marshmallow.Schema):
    """One picture of a gallery; see `binder.blocks.image.Image`."""

    resource = Reference(load_default="")
    alt = fields.String(load_default="", validate=validate.Length(max=1000))
    decorative = fields.Boolean(load_default=False)
    caption = fields.String(load_default="", validate=validate.Length(max=1000))


@blocks.register
class Gallery(BlockType):
    """Pictures in a grid, all to be seen at once; each leads to itself in full size."""

    name = "gallery"

    class Schema(BlockSchema):
        """`items` in the order in which they are shown."""

        items = fields.List(fields.Nested(Item), load_default=list, validate=validate.Length(max=MOST))

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        shown = [item for item in block["items"] if item["resource"]]
        if not shown:
            return Markup('<p class="missing">{}</p>').format(say(rendering.lang, "no_file"))
        items = Markup("").join(
            Markup("<li>{}</li>").format(self._figure(item, number, rendering))
            for number, item in enumerate(shown, 1)
        )
        return Markup('<ul class="gallery">{}</ul>').format(items)

    def _figure(self, item: Mapping[str, Any], number: int, rendering: Rendering) -> Markup:
        file = file_or_why_not(rendering, item["resource"])
        if isinstance(file, Markup):
            return file
        name = (
            say(rendering.lang, "enlarge_number", number=number)
            if item["decorative"]
            else say(rendering.lang, "enlarge")
        )
        return Markup(
            '<figure><a href="{}">{} <span class="visually-hidden">{}</span></a>{}</figure>'
        ).format(
            file.url, described(item, file, rendering, SIZES), name, caption(item["caption"], file, rendering)
        )

    def from_form(self, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `BlockType.from_form`: one `resource`, `alt` and `caption` a picture; `decorative` holds numbers.

        A line with neither file nor words is none; `out` holds the numbers of those to take out, `place` says for each
        where it is to stand, counted from 1.
        """
        lines = [_line(form, number) for number in range(len(form.get("resource", ())))]
        items = [item for item, _ in lines if item]
        for item, place in lines:
            if item and place:
                items = [other for other in items if other is not item]
                items.insert(place - 1, item)
        return {**super().from_form(form), "items": items}

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        if not any(item["resource"] for item in block["items"]):
            return ["no-file"]
        return ["no-alt"] if any(says_nothing(item) for item in block["items"]) else []

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return [item["resource"] for item in block["items"] if item["resource"]]

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return " ".join(part for item in block["items"] for part in (item["alt"], item["caption"]) if part)


def _line(form: Mapping[str, Sequence[str]], number: int) -> tuple[dict[str, Any], int]:
    """One line of the form: the picture, empty if there is none, and the place it shall move to, 0 if it stays."""
    if str(number) in form.get("out", ()):
        return {}, 0
    values = {
        name: next(iter(form.get(name, ())[number : number + 1]), "")
        for name in ("resource", "alt", "caption", "place")
    }
    place = values.pop("place")
    if not any(values.values()):
        return {}, 0
    wanted = int(place) if place.isdecimal() and len(place) < 4 else 0
    item = {**values, "decorative": str(number) in form.get("decorative", ())}
    return item, 0 if wanted == number + 1 else wanted
