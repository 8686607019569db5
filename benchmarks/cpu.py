"""The processor time of a server: of all its processes, user and system, from /proc."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["machine", "seconds"]

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def seconds(root: int) -> float:
    """Seconds of processor time that a process and its descendants have used, to 1/100 s each."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:  # it has just ended
            continue
        fields = text.rpartition(")")[2].split()  # the name before it may hold anything
        pid = int(stat.parent.name)
        ticks[pid] = int(fields[11]) + int(fields[12])
        children.setdefault(int(fields[1]), []).append(pid)
    tree, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        tree += ticks.get(pid, 0)
        waiting += children.get(pid, ())
    return tree / TICK


def machine() -> str:
    """What this was measured on: processors and Python."""
    import platform
    import re

    try:
        model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        model = None
    name = model[1].strip() if model else platform.machine()
    return f"{os.cpu_count()} × {name}, {platform.python_implementation()} {platform.python_version()}"
