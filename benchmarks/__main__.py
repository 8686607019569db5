"""Measure all, print a table, write results.json beside this file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from benchmarks import answering, contents, cpu, launches, page_views, scoring, writing
from benchmarks.measuring import Figure
from benchmarks.setting import Setting

Result = TypeVar("Result")
RESULTS = Path(__file__).parent / "results.json"
HEAD = ("what", "Classeur", "peer", "ratio", "spread", "unit", "beside")
ROW = "{:<22} {:>9} {:>9} {:>6} {:>7}  {:<15} {}"


def _all() -> Iterator[Figure]:
    yield _in_folder(launches.measure)
    yield from _in_folder(page_views.measure)
    yield from _in_folder(contents.measure)
    yield from _in_folder(page_views.measure_long)
    yield from _in_folder(writing.measure)
    yield from _in_folder(answering.measure)
    yield from scoring.measure()


def _in_folder(measure: Callable[[Setting], Result]) -> Result:
    with tempfile.TemporaryDirectory(prefix="classeur-bench-") as folder:
        setting = Setting(Path(folder))
        setting.make_keys()
        return measure(setting)


def main() -> None:
    """Run every measurement."""
    machine, when = cpu.machine(), datetime.now(UTC).isoformat(timespec="seconds")
    print(f"{machine}\n\n{ROW.format(*HEAD)}", flush=True)
    results = []
    for each in _all():
        values = f"{each.value:.2f}", f"{each.peer_value:.2f}", f"{each.ratio:.2f}", f"{each.spread:.0%}"
        print(ROW.format(each.name, *values, each.unit, each.peer), flush=True)
        results.append(
            {
                "name": each.name,
                "value": round(each.value, 4),
                "unit": each.unit,
                "peer": each.peer,
                "peer_value": round(each.peer_value, 4),
                "ratio": round(each.ratio, 3),
                "spread": round(each.spread, 3),
                "machine": machine,
                "when": when,
            }
        )
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
