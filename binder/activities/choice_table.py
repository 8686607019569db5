"""What typical ticks of an author's own choice question are worth, in every way of counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from binder.activities.base import ActivityType, Content
from binder.activities.helping import Line, Table
from binder.sanitize import plain

__all__ = ["WAYS", "table"]

WAYS = {
    "right_minus_wrong": "Right minus wrong",
    "all_or_nothing": "All or nothing",
    "balanced": "Balanced",
    "per_option": "Line by line",
    "ou_multi": "Surplus ticks cost",
    "union": "Overlap",
}
"""Mode → what its column is called."""
LONGEST = 40
"""Characters of an option that are shown."""


def table(kind: ActivityType, content: Content) -> Table:
    """See `ActivityType.scoring_table`; for a single choice each option, in one column."""
    options = content.body["options"]
    if not content.body["multiple"]:
        ticks = [[option["id"]] for option in options]
        return Table(["Points"], [_line(kind, content, one, [content.scoring["mode"]]) for one in ticks])
    right = [option["id"] for option in options if option["id"] in content.key["correct"]]
    wrong = [option["id"] for option in options if option["id"] not in content.key["correct"]]
    modes = list(WAYS)
    return Table(
        list(WAYS.values()),
        [_line(kind, content, one, modes) for one in _typical(right, wrong)],
        modes.index(content.scoring["mode"]),
    )


def _typical(right: Sequence[str], wrong: Sequence[str]) -> list[list[str]]:
    """From the best to nothing, each once."""
    answers = (
        [*right],
        [*right[:-1]],
        [*right[:1]],
        [*right, *wrong[:1]],
        [*right[:1], *wrong[:1]],
        [*right, *wrong],
        [*wrong[:1]],
    )
    once = {tuple(answer): list(answer) for answer in answers if answer}
    return [*once.values(), []]


def _line(kind: ActivityType, content: Content, ticked: Sequence[str], modes: Sequence[str]) -> Line:
    response: dict[str, Any] = {"choices": sorted(ticked)}
    scored = [replace(content, scoring={**content.scoring, "mode": mode}) for mode in modes]
    shown = [_short(plain(it["html"])) for it in content.body["options"] if it["id"] in ticked]
    return Line(" + ".join(shown), [kind.score(one, response).fraction for one in scored])


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
