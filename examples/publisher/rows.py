"""The author's form of a time line: lines of events, and years as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from binder.activities.forms import Form
from binder.activities.values import new_id
from examples.publisher.data import FIRST, LAST, MOST_YEARS

__all__ = ["Line", "is_year", "lines", "years"]

COLUMNS = ("event_id", "event", "year", "feedback")
MINUS = str.maketrans("−–", "--")
MOST_LINES = 100


@dataclass(frozen=True)
class Line:
    """An event as it was typed."""

    id: str
    event: str
    years: list[str]
    feedback: str


def years(text: str) -> list[str]:
    """Years as they were typed, apart from each other; what is none stays as it is, to be told to its author."""
    words = re.split(r"[\s,;]+", text.translate(MINUS))
    return list(dict.fromkeys(word for word in words if word))[: MOST_YEARS + 1]


def is_year(text: str) -> bool:
    """Whether it can be offered to learners."""
    return re.fullmatch(r"-?[0-9]{1,6}", text) is not None and FIRST <= int(text) <= LAST and int(text) != 0


def lines(form: Form) -> list[Line]:
    """The lines in which anything was typed."""
    columns = {name: [text.strip() for text in form.get(name, ())] for name in COLUMNS}
    longest = max((len(columns[name]) for name in COLUMNS[1:]), default=0)
    found = []
    for number in range(min(longest, MOST_LINES)):
        name, event, year, feedback = (
            columns[column][number] if number < len(columns[column]) else "" for column in COLUMNS
        )
        if event or year or feedback:
            found.append(Line(name or new_id(), event, years(year), feedback))
    return found
