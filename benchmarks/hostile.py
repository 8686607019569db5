"""Answers that no pupil types, and the largest that a page can send: how long the slowest of them keeps the server busy."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from binder.activities import ActivityType, Content
from binder.errors import Invalid

__all__ = ["LIMIT", "answers", "content", "largest", "seconds", "worst"]

LIMIT = 0.005
"""Seconds of processor time that checking and scoring one answer may take."""
FILE = "01890000-0000-7000-8000-000000000001"
DEPTH, SIGNS, MANY = 60, 500, 100
LONG = 100_000
TEXTS = (
    *(
        "1e999999",
        "1e-999999",
        "9" * SIGNS,
        "=" * SIGNS,
        "(" * SIGNS,
        "9^" * (SIGNS // 2),
        "1/" * (SIGNS // 2),
    ),
    *("é" * SIGNS, "e\u0301" * (SIGNS // 2), "\u0301" * SIGNS, "Œ" * SIGNS, "«»" * (SIGNS // 2)),
    *("« é " * (SIGNS // 4), " ;" * (SIGNS // 2), "OEa" * (SIGNS // 3), "\u200b" * SIGNS, "ΐ" * SIGNS),
    *("\x00" * SIGNS, "\ud800" * SIGNS, "a\u202e" * (SIGNS // 2), "a b " * (SIGNS // 4), "x+" * (SIGNS // 2)),
)
MARKUP = (
    "<em>",
    "<p>x",
    "&",
    "<",
    '<"',
    "a\u202e",
    "</p>",
    "<a href=x>",
    "<li>x",
    "x ",
    "\x00",
    "<span data-math='x'>",
)


@cache
def _values() -> tuple[Any, ...]:
    """What may stand anywhere in an answer."""
    nested: Any = "x"
    for _ in range(DEPTH):
        nested = [nested]
    return (
        *TEXTS,
        *(nested, float("nan"), float("inf"), 10**4000, True, None, {}, [{}] * 10_000, [[0.5, 0.5]] * MANY),
        *(
            ["a"] * LONG,
            list(range(LONG)),
            {str(number): number for number in range(LONG)},
            ["a" * SIGNS] * 12,
        ),
        *("a" * LONG, "\x00" * LONG, "\u202e" * LONG, "\ud800" * LONG, "é" * 50_000),
    )


def _ids(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if "id" in part:
            yield part["id"]
        for inner in part.values():
            yield from _ids(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _ids(inner)


def answers(kind: ActivityType, of: Content) -> Iterator[dict[str, Any]]:
    """Hostile answers to a question, by the fields that its type knows, and the largest that its page sends."""
    names = list(dict.fromkeys(_ids([of.body, of.key])))
    for field in kind.Response().fields:
        for value in _values():
            yield {field: value}
        for text in TEXTS:
            yield {field: [text] * 12}
            yield {field: dict.fromkeys(names, text)}
            yield {field: dict.fromkeys(names, text[:MANY])}
            yield {field: {f"a{number}": text for number in range(MANY)}}
    for piece in MARKUP:
        for length in (LONG, 24_000):
            yield {"html": piece * (length // len(piece))}
        yield {"html": piece * min(500 // max(1, piece.count("<") + piece.count("&")), 4000) + "mot " * 2500}
        yield {"text": piece * (LONG // 2 // len(piece))}
    strokes = [{"points": " ".join(["1000 1000"] * (MANY - 1))}] * 200
    yield {"strokes": strokes}
    yield {"strokes": [{**strokes[0], "width": "4"}, *strokes]}
    yield {"strokes": [{"points": " ".join(["999 999"] * 19_999)}]}
    yield {"strokes": [{"points": "1 " * 19_999 + "x"}]}


def content(kind: ActivityType) -> Content:
    """The example that a type brings."""
    data = json.dumps(kind.example("fr")).replace('"resource": ""', f'"resource": "{FILE}"')
    return kind.load(json.loads(data))


def largest(kind: ActivityType) -> Content | None:
    """A question as large as its author may make it, where texts are compared; None for the other types."""
    rules = {"typos": "tolerate", "accents": "half"}
    if kind.name == "cloze":
        names = [f"g{number}" for number in range(60)]
        places = " mot ".join(f'<span data-gap="{name}"></span>' for name in names)
        accepted = [{"text": f"évaporation numéro {number}"} for number in range(30)]
        body = {"prompt": "<p>?</p>", "html": f"<p>{places}</p>", "gaps": [{"id": name} for name in names]}
        key = {"gaps": {name: {"accepted": accepted} for name in names}}
        return kind.load({"body": body, "key": key, "scoring": rules})
    if kind.name == "short_answer":
        accepted = [{"text": f"évaporation numéro {number}"} for number in range(50)]
        several = {"prompt": "<p>?</p>", "mode": "several", "expected": 12}
        return kind.load({"body": several, "key": {"accepted": accepted}, "scoring": rules})
    return None


def seconds(kind: ActivityType, of: Content, answer: Any, *, times: int = 3) -> float:
    """Processor time to check and score an answer, refused or not, at the best of some times."""
    best = float("inf")
    for _ in range(times):
        began = time.process_time()
        with contextlib.suppress(Invalid):
            kind.score(of, kind.answer(answer))
        best = min(best, time.process_time() - began)
    return best


def worst(kind: ActivityType) -> tuple[float, dict[str, Any]]:
    """The slowest hostile answer to a question of that type: seconds of processor time, and the answer."""
    found: tuple[float, dict[str, Any]] = (0.0, {})
    for of in filter(None, (content(kind), largest(kind))):
        for answer in answers(kind, of):
            took = seconds(kind, of, answer, times=1)
            if took > found[0]:
                took = seconds(kind, of, answer, times=5)
                found = max(found, (took, answer), key=lambda each: each[0])
    return found
