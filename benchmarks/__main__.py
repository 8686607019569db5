"""Measure all, print a table, write results.json beside this file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import answering, contents, cpu, launches, page_views, scoring, services, tables, writing
from benchmarks.measuring import Figure
from benchmarks.setting import Setting

RESULTS = Path(__file__).parent / "results.json"
HEAD = ("what", "Classeur", "peer", "ratio", "spread", "unit", "beside")
ROW = "{:<38} {:>9} {:>9} {:>6} {:>7}  {:<15} {}"


def _all() -> Iterator[Figure]:
    yield from _in_folder(launches.measure)
    yield from _in_folder(services.measure)
    yield from _in_folder(tables.measure)
    yield from _in_folder(page_views.measure)
    yield from _in_folder(contents.measure)
    yield from _in_folder(page_views.measure_long)
    yield from _in_folder(writing.measure)
    yield from _in_folder(answering.measure)
    yield from scoring.measure()


def _in_folder(measure: Callable[[Setting], Iterable[Figure]]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="classeur-bench-") as folder:
        setting = Setting(Path(folder))
        setting.make_keys()
        yield from measure(setting)


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
