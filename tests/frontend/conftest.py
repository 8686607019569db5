"""The front end, built anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from _build import frontend


@dataclass(frozen=True)
class Bundle:
    """A folder of built scripts, and what esbuild says went in."""

    folder: Path
    metafile: dict[str, Any]

    @property
    def manifest(self) -> dict[str, Any]:
        """Entry → its file, and the chunks that it needs before it runs."""
        read: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return read

    def first_load(self, entry: str) -> list[Path]:
        """All files that a browser fetches before the entry runs."""
        listed = self.manifest[entry]
        return [self.folder / name for name in (listed["file"], *listed["imports"])]

    def packages(self) -> set[str]:
        """Folders in `frontend/` of the packages of which something went in."""
        inputs = {
            path
            for output in self.metafile["outputs"].values()
            for path, part in output["inputs"].items()
            if part["bytesInOutput"] and "node_modules/" in path
        }
        return {_package(path) for path in inputs}


def _package(path: str) -> str:
    before, _, after = path.rpartition("node_modules/")
    parts = after.split("/")
    return f"{before}node_modules/{'/'.join(parts[: 2 if parts[0].startswith('@') else 1])}"


def built(folder: Path) -> Bundle:
    """The sources as they are now, built into the folder."""
    frontend.build()  # installs the packages, if that was not done yet
    node = frontend.Node.on_path() or frontend.Node.of_wheel()
    assert node is not None
    metafile = folder.with_suffix(".meta")
    node.run(node.program, "build.mjs", str(folder), str(metafile))
    return Bundle(folder, json.loads(metafile.read_text()))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Built for this module's tests."""
    return built(tmp_path_factory.mktemp("bundle") / "dist")
