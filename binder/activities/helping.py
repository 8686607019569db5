"""What a type of activity may do for its author, beside its form; each has a default, so a type need do none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from binder.activities.content import Content

__all__ = ["Helping", "Line", "Table"]


@dataclass(frozen=True)
class Line:
    """One answer that learners typically give, and what it is worth."""

    answer: str
    """In words, plain text in the content's language; empty: no answer."""
    fractions: Sequence[Fraction]
    """One a column."""


@dataclass(frozen=True)
class Table:
    """What typical answers to the author's own question are worth, in each way of counting."""

    columns: Sequence[str]
    """The ways of counting, in English as the interface translates them."""
    lines: Sequence[Line]
    chosen: int = 0
    """Which column counts, from 0."""


class Helping:
    """Mixin of `binder.activities.ActivityType`."""

    tried_field: ClassVar[str] = ""
    """The field of an answer that an author may fill in to try what a text is worth; empty: the type has none."""

    def warnings(self, content: Content) -> list[str]:
        """What is probably not meant, in English as the interface translates it; the author may leave it so."""
        return []

    def example(self, lang: str) -> dict[str, Any]:
        """A filled example for authors, as `load()` takes it with a `title`; in French unless `lang` is known."""
        return {}

    def pasted(self, data: Mapping[str, Any], text: str) -> dict[str, Any]:
        """What `content_from_form` gave, with a list that was pasted as further rows; see `binder.activities.pasting`."""
        return dict(data)

    def scoring_table(self, content: Content, lang: str) -> Table | None:
        """What typical answers are worth; None where a table says nothing. At most a few dozen lines."""
        return None
