"""Reading an author's form: single fields, and columns that stand for rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Form", "Row", "common", "one", "rows"]

Form = Mapping[str, Sequence[str]]
"""Field name → values, as an HTML form sends it."""


@dataclass(frozen=True)
class Row:
    """A line of a form in which fields of the same name stand below each other."""

    number: int
    """From 0, as it stood in the form, empty lines counted: what ticks refer to."""
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells[name]


def one(form: Form, name: str, default: str = "") -> str:
    """The first value of a field, without spaces around it."""
    return next(iter(form.get(name, ())), default).strip()


def rows(form: Form, first: str, *others: str) -> list[Row]:
    """The lines of a form; those whose field `first` is empty are left out, and a missing field is empty."""

    def cell(name: str, number: int) -> str:
        column = form.get(name, ())
        return column[number].strip() if number < len(column) else ""

    return [
        Row(number, {name: cell(name, number) for name in (first, *others)})
        for number in range(len(form.get(first, ())))
        if cell(first, number)
    ]


def common(form: Form) -> dict[str, Any]:
    """What every question has: `{points, body: {prompt, hint}, key: {explanation, overall}, scoring: {}}`."""
    return {
        "points": one(form, "points", "1"),
        "body": {"prompt": one(form, "prompt"), "hint": one(form, "hint")},
        "key": {
            "explanation": one(form, "explanation"),
            "overall": {
                state: one(form, f"overall_{state}") for state in ("correct", "partial", "incorrect")
            },
        },
        "scoring": {},
    }
