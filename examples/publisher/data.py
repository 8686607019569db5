"""What a time line is made of: events, years, and what belongs to each event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities import PartId
from binder.sanitize import InlineHtml

__all__ = [
    "FIRST",
    "LAST",
    "MODES",
    "MOST_EVENTS",
    "MOST_WORDS",
    "MOST_YEARS",
    "ByEvent",
    "Event",
    "Year",
    "Years",
]

MODES = ("per_event", "exact")
MOST_EVENTS = 30
MOST_YEARS = 60
MOST_WORDS = 2000
FIRST, LAST = -100_000, 9_999
"""Years before our era are negative."""


class Event(marshmallow.Schema):
    """Something that happened; its id is opaque."""

    id = fields.String(required=True, validate=PartId)
    html = InlineHtml(required=True, validate=validate.Length(max=MOST_WORDS))


class Year(fields.Integer):
    """A marshmallow field: a year; there is none called 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            validate=[
                validate.Range(FIRST, LAST),
                validate.NoneOf([0], error="there is no year 0: -1 is followed by 1"),
            ],
            **kwargs,
        )


class Years(fields.List[int]):
    """A marshmallow field: years in their order, each once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Year(), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, list) and len(value) > 2 * MOST_YEARS:
            raise marshmallow.ValidationError("more years than a time line can have")
        return sorted(set(super()._deserialize(value, attr, data, **kwargs)))


class ByEvent(fields.Dict):
    """A marshmallow field: event id → something; what is wrong with it is called `<called>-<event id>`."""

    def __init__(self, called: str, values: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(fields.String(validate=PartId), values, **kwargs)
        self.called = called

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See `marshmallow.fields.Field.deserialize`; a long one is refused before it is read."""
        if isinstance(value, Mapping) and len(value) > MOST_EVENTS:
            raise marshmallow.ValidationError("more events than a time line can have")
        try:
            return super().deserialize(value, attr, data, **kwargs)
        except marshmallow.ValidationError as error:
            raise marshmallow.ValidationError(self._named(error.messages)) from None

    def _named(self, messages: Any) -> Any:
        if not isinstance(messages, dict):
            return messages
        return {f"{self.called}-{name}": _flat(inner) for name, inner in messages.items()}


def _flat(messages: Any) -> list[str]:
    """Each message once, whatever it stands under."""
    if isinstance(messages, Mapping):
        messages = list(messages.values())
    if isinstance(messages, list):
        return list(dict.fromkeys(text for inner in messages for text in _flat(inner)))
    return [str(messages)]
