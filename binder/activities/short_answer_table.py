"""What typical answers to an author's own short question are worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from binder.activities.base import ActivityType, Content
from binder.activities.helping import Line, Table
from binder.activities.texts import Rules, folded

__all__ = ["table"]

MOST = 4
"""Accepted answers whose misspellings are shown, and refused ones."""
BARE = Rules(case="require", accents="ignore", punctuation="require")


def table(kind: ActivityType, content: Content) -> Table:
    """See `ActivityType.scoring_table`; what is refused is shown as what it is."""
    if content.body["mode"] == "several":
        answers: list[list[str]] = list(_cited(content))
    else:
        answers = [[text] for text in _misspelt(content)]
    return Table(["Points"], [_line(kind, content, texts) for texts in answers])


def _cited(content: Content) -> Iterator[list[str]]:
    """All that is asked for, one less, one twice, none."""
    texts = [text for text in _readable(content) if text][: content.body["expected"]]
    yield texts
    yield texts[:-1]
    yield [*texts[:-1], texts[0]]
    yield []


def _misspelt(content: Content) -> list[str]:
    """Accepted answers, each without its accents, with a slip and in capitals; then the refused ones."""
    found: list[str] = []
    for text in _readable(content)[:MOST]:
        middle = len(text) // 2
        found += [text, folded(text, BARE), text[:middle] + text[middle + 1 :], text.upper()]
    found += [wrong["text"] for wrong in content.key["rejected"][:MOST]]
    return [*dict.fromkeys(filter(None, found)), ""]


def _readable(content: Content) -> list[str]:
    """Accepted texts that learners could type: nothing stands for the stars."""
    texts = (answer["text"].replace(r"\*", "\0").replace("*", "") for answer in content.key["accepted"])
    return [" ".join(text.replace("\0", "*").split()) for text in texts]


def _line(kind: ActivityType, content: Content, texts: list[str]) -> Line:
    response: dict[str, Any] = {"texts": texts} if len(texts) != 1 else {"text": texts[0]}
    return Line(" + ".join(texts), [kind.score(content, response).fraction])
