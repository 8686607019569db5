"""Answers scored per second, for each type of question, and how long its slowest hostile answer takes."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import marshmallow

from benchmarks import hostile
from benchmarks.measuring import Figure
from binder.activities import ActivityType, activities

__all__ = ["measure"]

ROUNDS, SECONDS = 7, 0.2
FILE = "01890000-0000-7000-8000-000000000001"
ANSWERS: dict[str, dict[str, Any]] = {
    "categorize": {"assign": {"i0": "c0", "i1": "c0", "i2": "c1", "i3": "c1", "i4": "c1"}},
    "choice": {"choices": ["o0", "o2"]},
    "cloze": {"gaps": {"ga": "la vapeurr", "gb": "1,5", "gc": "oa", "gd": "pa"}},
    "drawing": {"strokes": [{"points": "0 0 100 100 200 50 300 400"}], "text": "La goutte monte."},
    "file_upload": {"files": [FILE]},
    "formula": {"raw": "(x+3)*(x-3)"},
    "free_text": {"text": "La cigogne rend au renard ce qu’il lui a fait. " * 8},
    "hotspot": {"points": [[0.5, 0.4]]},
    "label_image": {"zones": {"z0": "l0", "z1": "l2", "z2": "l1"}},
    "match": {"pairs": {"l0": "r0", "l1": "r2", "l2": "r1"}},
    "numeric": {"raw": "1,2 × 10^2 km/h"},
    "order": {"order": ["i1", "i0", "i2", "i4", "i3"]},
    "recording": {"files": [FILE]},
    "short_answer": {"text": "l’evaporation"},
    "true_false": {"value": False, "justification": "Elle réfléchit la lumière."},
}
"""One answer for the example that each type brings."""


class Least(marshmallow.Schema):
    """One text, not longer than allowed."""

    text = marshmallow.fields.String(validate=marshmallow.validate.Length(max=500))


def _per_second(work: Callable[[], object]) -> tuple[float, float]:
    """How often it is done in a second, as the median of some rounds; and their spread."""
    work()
    rates = []
    for _ in range(ROUNDS):
        before, count = time.perf_counter(), 0
        while time.perf_counter() - before < SECONDS:
            for _ in range(10):
                work()
            count += 10
        rates.append(count / (time.perf_counter() - before))
    middle = statistics.median(rates)
    return middle, (max(rates) - min(rates)) / middle


def measure() -> list[Figure]:
    """Each type beside the least that any engine must do: to check one text that a browser sent, by marshmallow."""
    figures = []
    least, _ = _per_second(lambda: Least().load({"text": "l’evaporation"}))
    for kind in activities:
        example = kind.example("fr")
        content = kind.load(
            json.loads(json.dumps(example).replace('"resource": ""', f'"resource": "{FILE}"'))
        )
        sent = ANSWERS[kind.name]

        def ours(kind: Any = kind, content: Any = content, sent: Any = sent) -> object:
            return kind.score(content, kind.answer(sent))

        rate, spread = _per_second(ours)
        figures.append(
            Figure(f"scoring {kind.name}", rate, "answers/s", "marshmallow, one text", least, spread)
        )
    return figures + [_worst(kind) for kind in activities]


def _worst(kind: ActivityType) -> Figure:
    """Milliseconds of processor time for the slowest of `hostile.answers`, beside the bound."""
    took, _ = hostile.worst(kind)
    return Figure(f"worst answer, {kind.name}", took * 1000, "ms", "the bound", hostile.LIMIT * 1000)
