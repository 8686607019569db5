"""What levels and subjects are called: a choice of the concepts of ScoLOMFR, which keep their URI, as data.

A binder stores the URI of a term, or any text where the list has nothing that fits.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

__all__ = ["LEVELS", "SUBJECTS", "Term", "Vocabulary", "label"]


@dataclass(frozen=True)
class Term:
    """A level or a subject."""

    uri: str
    """Empty for one that ScoLOMFR 3.1 has not, or of which we do not know where."""
    fr: str
    en: str
    group: str = ""
    broader: str = ""
    """URI of the cycle or track that it is part of."""
    also: tuple[str, ...] = ()
    """Other ways to write it in French."""

    @property
    def value(self) -> str:
        """What a binder stores."""
        return self.uri or self.fr

    def label(self, language: str) -> str:
        """Its name in French, or else in English."""
        return self.fr if language.partition("-")[0] == "fr" else self.en


def _folded(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(it for it in flat if not unicodedata.combining(it)).split())


class Vocabulary:
    """The terms of one sort, in the order in which schools think of them."""

    def __init__(self, terms: list[Mapping[str, Any]]) -> None:
        self._terms = [Term(**{"uri": "", **term, "also": tuple(term.get("also", ()))}) for term in terms]
        self._known = {term.value: term for term in self._terms}
        for term in self._terms:
            for spelling in (term.fr, term.en, *term.also):
                self._known.setdefault(_folded(spelling), term)

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms)

    def find(self, value: str) -> Term | None:
        """The term that a stored value or a typed text means; None where it is a text of its own."""
        return self._known.get(value) or self._known.get(_folded(value))

    def value(self, text: str) -> str:
        """What to store for a typed or chosen text: the term's value, or the text itself."""
        term = self.find(text)
        return term.value if term is not None else text

    def label(self, value: str, language: str) -> str:
        """A stored value in words; a text of its own stays as it is."""
        term = self.find(value)
        return term.label(language) if term is not None else value

    def within(self, value: str) -> frozenset[str]:
        """That term and those that are part of it, as stored: a cycle and its classes."""
        term = self.find(value)
        if term is None:
            return frozenset({value})
        narrower = {part.value for part in self._terms if term.uri and part.broader == term.uri}
        return frozenset({term.value, *narrower})


def _data() -> Mapping[str, Any]:
    text = (files("binder") / "data" / "scolomfr.json").read_text("utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


_DATA = _data()
LEVELS = Vocabulary(_DATA["levels"])
"""Cycles, classes and tracks: ScoLOMFR's vocabulary 022."""
SUBJECTS = Vocabulary(_DATA["subjects"])
"""Subjects taught: from ScoLOMFR's vocabulary 015, and some that it calls otherwise or not at all."""


def label(value: str, language: str) -> str:
    """The level or subject that is stored as `value`, in words."""
    term = LEVELS.find(value) or SUBJECTS.find(value)
    return term.label(language) if term is not None else value
