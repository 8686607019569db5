"""Values in an activity: exact points, and the opaque ids of its parts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import marshmallow
from marshmallow import validate

from binder.errors import Invalid

__all__ = ["MOST_CHARACTERS", "MOST_VALUES", "PartId", "Points", "bounded", "exact", "new_id", "shuffled"]

MOST_VALUES = 1000
"""Texts, numbers, names and the like in an answer: the largest drawing has 1,000 of them."""
MOST_CHARACTERS = 300_000
"""Of all its texts together: as many as the largest drawing has, and some."""
PartId = validate.Regexp(r"^[a-z0-9]{1,32}\Z", error="lower-case letters and digits")
"""Of an option, a gap, a row: random, telling neither order nor answer."""
Part = TypeVar("Part", bound=Mapping[str, Any])


def new_id() -> str:
    """An id for a new part."""
    return secrets.token_hex(4)


def shuffled(parts: Sequence[Part], seed: str) -> list[Part]:
    """Parts, which have an `id` each, in an order that only `seed` decides."""
    return sorted(parts, key=lambda part: hashlib.sha256(f"{seed}/{part['id']}".encode()).digest())


def bounded(answer: Any) -> Any:
    """A learner's answer as it is, before anything else looks at it.

    :raises Invalid: if no question could have so large an answer.
    """
    values, characters, waiting = MOST_VALUES, MOST_CHARACTERS, [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            characters -= len(value)
        elif isinstance(value, Mapping):
            values -= 2 * len(value)
        elif isinstance(value, list):
            values -= len(value)
        if values < 0 or characters < 0:
            raise Invalid("an answer too large", {"answer": ["larger than an answer to any question can be"]})
        if isinstance(value, Mapping):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
    return answer


def exact(mapping: Mapping[str, Fraction]) -> dict[str, str]:
    """Fractions as they are stored: texts, exactly."""
    return {name: str(fraction) for name, fraction in mapping.items()}


class Points(marshmallow.fields.Field[Fraction]):
    """A marshmallow field: an exact, bounded number written as "1", "0.5" or "1/2"."""

    def __init__(
        self, *, minimum: Fraction = Fraction(0), maximum: Fraction = Fraction(1000), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.minimum, self.maximum = minimum, maximum

    def _serialize(self, value: Fraction | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(Fraction(value))

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Fraction:
        text = str(value).strip().replace(",", ".") if isinstance(value, str | int) else ""
        digits, _, below = text.partition("/")
        well_formed = len(text) <= 16 and all(
            part.replace(".", "", 1).isascii() and part.replace(".", "", 1).isdigit()
            for part in (digits, below or "1")
        )
        if not well_formed or not Fraction(below or "1"):
            raise marshmallow.ValidationError('write a number such as "1", "0.5" or "1/2"')
        number = Fraction(digits) / Fraction(below or "1")
        if not self.minimum <= number <= self.maximum:
            raise marshmallow.ValidationError(f"must lie between {self.minimum} and {self.maximum}")
        return number
