"""The picture of a question, and what an author's form says of it and of the zones on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.forms import Form, one
from binder.activities.values import new_id

__all__ = [
    "MaybePicture",
    "Picture",
    "ResourceId",
    "ZoneRow",
    "picture_from_form",
    "pictures_of",
    "shown_part",
    "size_of",
    "zone_rows",
]

BETWEEN = re.compile(r"[;\s]+")


class ResourceId(fields.UUID):
    """A marshmallow field: the id of one of the binder's files, as text."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See `marshmallow.fields.Field.deserialize`; a picture that was not chosen is asked for."""
        if value in (None, "", marshmallow.missing):
            raise marshmallow.ValidationError("choose a picture")
        return str(super().deserialize(value, attr, data, **kwargs))


class MaybePicture(ResourceId):
    """A marshmallow field: as `ResourceId`, or None where no picture was chosen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(load_default=None, allow_none=True, **options)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See `marshmallow.fields.Field.deserialize`."""
        if value in (None, "", marshmallow.missing):
            return None
        return super().deserialize(value, attr, data, **kwargs)


class Picture(marshmallow.Schema):
    """A picture of the binder, its natural size in pixels (0: not known), and what it shows, in words."""

    resource = ResourceId(required=True)
    width = fields.Integer(load_default=0, validate=validate.Range(min=0, max=100_000))
    height = fields.Integer(load_default=0, validate=validate.Range(min=0, max=100_000))
    alt = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, error="say in words what the picture shows"),
            validate.Length(max=1000),
        ],
    )


def shown_part(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A part of a question as learners get it: its id, those fields, and the id of its picture, if it is one."""
    shown = {name: part[name] for name in ("id", *names)}
    return {**shown, "picture": part["picture"]} if part.get("picture") else shown


def pictures_of(*parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids of the pictures of parts."""
    return [part["picture"] for several in parts for part in several if part.get("picture")]


def size_of(image: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of a `Picture`, in pixels."""
    return image["width"], image["height"]


def picture_from_form(form: Form) -> dict[str, Any]:
    """Data of a `Picture`: `resource`, `picture_alt`, and the size.

    `resource_width` and `resource_height` are what the server knows of the file; `width` and `height` come from the
    page.
    """
    sizes = {
        name: text
        for name in ("width", "height")
        if (text := one(form, f"resource_{name}") or one(form, name)).isascii()
        and text.isdigit()
        and len(text) <= 6
    }
    return {"resource": one(form, "resource"), "alt": one(form, "picture_alt"), **sizes}


class ZoneRow(dict[str, str]):
    """The cells of a line that describes a zone; `number` is the line's, from 0, as ticks refer to it."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        super().__init__(cells)
        self.number = number

    def zone(self) -> dict[str, Any]:
        """Data of a `Zone`, as it was typed: percentages keep their sign, so that they are not taken for fractions."""
        shape = self["zone_shape"] or "rect"
        typed = [self[f"zone_{name}"] for name in ("x", "y", "w", "h")]
        if shape == "poly":
            typed = BETWEEN.split(self["zone_corners"].strip())[:200]
        elif shape == "circle":
            typed = typed[:3]
        return {
            "id": self["zone_id"],
            "shape": shape,
            "coords": [f"{text.removesuffix('%').strip()}%" for text in typed],
        }


PLACES = ("zone_x", "zone_y", "zone_w", "zone_h", "zone_corners")


def zone_rows(form: Form, *others: str) -> list[ZoneRow]:
    """The lines of an author's form in which a zone is placed, or which say anything of one.

    :param others: columns beside `zone_id`, `zone_shape` and the numbers.
    """
    names = ("zone_id", "zone_shape", *PLACES, *others)
    columns: Mapping[str, Sequence[str]] = {name: form.get(name, ()) for name in names}
    lines = []
    for number in range(max(map(len, columns.values()))):
        cells = {
            name: column[number].strip() if number < len(column) else "" for name, column in columns.items()
        }
        if any(cells[name] for name in (*PLACES, *others)):
            lines.append(ZoneRow(number, {**cells, "zone_id": cells["zone_id"] or new_id()}))
    return lines
