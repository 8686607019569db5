"""The packages of `npm/`, installed as locked, and its tool bundled and running in node."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _build.frontend import Node

FOLDER = Path(__file__).parent / "npm"
MODULES = FOLDER / "node_modules"
LOCK = FOLDER / "package-lock.json"


def node() -> Node:
    """The machine's node, or that of the wheel: as for the front end."""
    found = Node.on_path() or Node.of_wheel()
    assert found, "the tests need node with npm: install Debian's packages 'nodejs' and 'npm'"
    return found


def run(*command: str, folder: Path = FOLDER) -> None:
    """Run a command to its end.

    :raises AssertionError: with what it said, if it failed.
    """
    path = os.pathsep.join([str(Path(node().program).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def install() -> None:
    """The locked packages, unless they are there; one process at a time."""
    held = os.open(FOLDER, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        installed = MODULES / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < LOCK.stat().st_mtime:
            run(*node().npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            installed.touch()
    finally:
        os.close(held)


@contextmanager
def serving() -> Iterator[int]:
    """Serve the tool; yields its port. Its own modules lack file extensions, so it is bundled first."""
    install()
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "server.mjs"
        esbuild = MODULES / "esbuild" / "bin" / "esbuild"
        options = ("--bundle", "--platform=node", "--format=esm", "--log-level=warning")
        run(node().program, str(esbuild), "server.js", *options, f"--outfile={program}")
        process = subprocess.Popen(
            [node().program, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.strip().isdigit(), "the tool has not started"
            yield int(line)
        finally:
            assert process.stdin
            assert process.stdout
            process.stdin.close()
            process.wait(timeout=10)
            process.stdout.close()
