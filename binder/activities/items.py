"""Items that are paired, put in order or sorted; and answers that name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.forms import Form, Row
from binder.activities.values import PartId, shuffled
from binder.sanitize import InlineHtml

__all__ = ["MOST_NAMED", "Item", "Named", "entries", "ids", "mixed", "worded"]

MOST_NAMED = 100
"""Parts that an answer may name; no question has so many."""
TRIES = 24


class Item(marshmallow.Schema):
    """A part with words; its id is opaque."""

    id = fields.String(required=True, validate=PartId)
    html = InlineHtml(required=True, validate=validate.Length(min=1, max=2000))


class Named(fields.Dict):
    """A marshmallow field: part id → what a learner chose for it; a long one is refused before it is read."""

    def __init__(self, values: fields.Field[Any] | None = None, **kwargs: Any) -> None:
        values = values if values is not None else fields.String(validate=PartId)
        super().__init__(fields.String(validate=PartId), values, load_default=dict, **kwargs)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See `marshmallow.fields.Field.deserialize`."""
        if isinstance(value, Mapping) and len(value) > MOST_NAMED:
            raise marshmallow.ValidationError("more parts than any question has")
        return super().deserialize(value, attr, data, **kwargs)


def ids(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Their ids, in order."""
    return [item["id"] for item in items]


def worded(html: str) -> str:
    """What two items have in common that a reader cannot tell apart."""
    return " ".join(html.split())


def mixed(
    items: Sequence[Mapping[str, Any]],
    seed: str,
    is_right: Callable[[Sequence[Mapping[str, Any]]], bool],
) -> list[Mapping[str, Any]]:
    """Items in an order that only `seed` decides, and which is not the right one wherever another can be found."""
    for number in range(TRIES):
        shown = shuffled(items, f"{seed}/{number}" if number else seed)
        if not is_right(shown):
            break
    return list(shown)


def entries(form: Form, *names: str) -> list[Row]:
    """Lines of a form in which at least one of the fields `names` is filled; their ids stand in `<name>_id`."""
    every = [*names, *(f"{name}_id" for name in names)]
    columns = {name: [value.strip() for value in form.get(name, ())] for name in every}
    longest = max((len(columns[name]) for name in names), default=0)
    lines = [
        Row(number, {name: cells[number] if number < len(cells) else "" for name, cells in columns.items()})
        for number in range(longest)
    ]
    return [line for line in lines if any(line[name] for name in names)]
