"""What forms have in common: identifiers and numbers that people or programs send, and messages by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

import marshmallow
from flask import request

from binder.activities import Points
from binder.errors import Invalid, NotFound
from exporters import Unreadable
from lti.views.wording import UNREADABLE

__all__ = ["Problem", "identifier", "number", "points", "problems"]

Problem = tuple[str, str]
"""(field, message)"""
WHOLE = re.compile(r"-?[0-9]{1,12}")


def problems(error: Invalid | None) -> list[Problem]:
    """The messages of an error, flat: what stands deepest is the field's name."""
    if isinstance(error, Unreadable) and error.reason in UNREADABLE:
        return [("file", UNREADABLE[error.reason])]
    return list(_walk("", error.messages)) if error is not None else []


def _walk(field: str, messages: Any) -> Iterator[Problem]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _walk(name if isinstance(name, str) and name != "_schema" else field, inner)
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _walk(field, inner)
    else:
        yield field, str(messages)


def identifier(text: str) -> UUID:
    """An identifier in a form's field.

    :raises NotFound: if it is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("no such identifier") from None


def number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number in the form's field `name`.

    :raises Invalid: if it is none, or out of bounds.
    """
    text = request.form.get(name, "").strip()
    if not text:
        return default
    if not WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise Invalid(name, {name: [f"a whole number from {least} to {most}"]})
    return int(text)


def points(name: str) -> Fraction | None:
    """Points in the form's field `name`, as exact as they were written; None if it is empty.

    :raises Invalid: if it is no number.
    """
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        value: Fraction = Points().deserialize(text)
    except marshmallow.ValidationError as error:
        raise Invalid(name, {name: error.messages}) from None
    return value
