"""Blocks that show a file: a picture, or anything to hear or to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow
from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks.base import BlockSchema, BlockType, FileView, Rendering, blocks

__all__ = ["File", "Image"]

MISSING = {"fr": "Fichier manquant", "en": "Missing file"}
UNITS = {"fr": ("octets", "ko", "Mo"), "en": ("bytes", "kB", "MB")}
KINDS = {
    "application/pdf": "PDF",
    "image/svg+xml": "SVG",
    "application/octet-stream": "",
    "audio/mpeg": "MP3",
}


def _language(rendering: Rendering) -> str:
    return "fr" if rendering.lang.lower().startswith("fr") else "en"


def _missing(rendering: Rendering) -> Markup:
    return Markup('<p class="missing">{}</p>').format(MISSING[_language(rendering)])


def _weight(file: FileView, rendering: Rendering) -> str:
    """Kind and size in words of the content's language, such as `PDF, 80 ko`."""
    units = UNITS[_language(rendering)]
    size = float(file.size)
    step = 0
    while size >= 1000 and step < 2:
        size, step = size / 1000, step + 1
    number = f"{size:.0f}" if size >= 10 or step == 0 else f"{size:.1f}"
    if _language(rendering) == "fr":
        number = number.replace(".", ",")
    kind = KINDS.get(file.media_type, file.media_type.rpartition("/")[2].upper())
    return ", ".join(part for part in (kind, f"{number}\u00a0{units[step]}") if part)


def _credit(file: FileView) -> Markup:
    words = " – ".join(part for part in (file.credit, file.licence) if part)
    return Markup(' <small class="credit">{}</small>').format(words) if words else Markup("")


@blocks.register
class Image(BlockType):
    """A picture; it says in words what it shows, or that it is there for decoration only."""

    name = "image"

    class Schema(BlockSchema):
        """`alt` is required unless `decorative` (RGAA 1.1, WCAG 1.1.1)."""

        resource = fields.UUID(required=True)
        alt = fields.String(load_default="", validate=validate.Length(max=1000))
        decorative = fields.Boolean(load_default=False)
        caption = fields.String(load_default="", validate=validate.Length(max=1000))

        @marshmallow.validates_schema
        def says_what_it_shows(self, data: dict[str, Any], **kwargs: Any) -> None:
            """A picture without words is an error, not a warning: somebody could not read it."""
            if not data["decorative"] and not data["alt"].strip():
                raise marshmallow.ValidationError(
                    "say what the picture shows, or mark it as decorative", "alt"
                )

        @marshmallow.post_load
        def plain_identifier(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
            """Blocks are JSON."""
            return {**data, "resource": str(data["resource"])}

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        file = rendering.file(block["resource"])
        if file is None:
            return _missing(rendering)
        alt = "" if block["decorative"] else block["alt"]
        image = Markup('<img src="{}" alt="{}" loading="lazy">').format(file.url, alt)
        caption = Markup("{}").format(block["caption"]) + _credit(file)
        if not str(caption).strip():
            return Markup('<figure class="image">{}</figure>').format(image)
        return Markup('<figure class="image">{}<figcaption>{}</figcaption></figure>').format(image, caption)

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return [block["resource"]]

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return " ".join(part for part in (block["alt"], block["caption"]) if part)


@blocks.register
class File(BlockType):
    """A file to take away; a sound also has a player, a film too."""

    name = "file"

    class Schema(BlockSchema):
        """`label` names the file in words."""

        resource = fields.UUID(required=True)
        label = fields.String(required=True, validate=validate.Length(min=1, max=255))

        @marshmallow.post_load
        def plain_identifier(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
            """Blocks are JSON."""
            return {**data, "resource": str(data["resource"])}

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        file = rendering.file(block["resource"])
        if file is None:
            return _missing(rendering)
        link = Markup(
            '<a class="file" href="{}" download="{}">{} <span class="weight">({})</span></a>'
        ).format(file.url, file.name, block["label"], _weight(file, rendering))
        player = Markup("")
        kind = file.media_type.partition("/")[0]
        if kind in ("audio", "video"):
            player = Markup('<{0} controls preload="metadata" src="{1}" aria-label="{2}"></{0}>').format(
                kind, file.url, block["label"]
            )
        return Markup('<div class="attachment">{}<p>{}{}</p></div>').format(player, link, _credit(file))

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        return [block["resource"]]

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return str(block["label"])
