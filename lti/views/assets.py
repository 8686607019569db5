"""The scripts that `frontend/` is built into: hashed names from the manifest beside them."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import url_for

__all__ = ["DIST", "BundleMissing", "asset", "chunks", "is_hashed"]

DIST = Path(__file__).parents[1] / "static" / "dist"


class BundleMissing(RuntimeError):
    """The scripts were never built, or this one is not among them."""


@lru_cache(maxsize=1)
def _read(path: Path, changed_at: int) -> dict[str, Any]:
    """The manifest; `changed_at` makes a new build be read."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _entry(name: str) -> Any:
    path = DIST / "manifest.json"
    try:
        manifest = _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise BundleMissing(
            f"The scripts of the pages are missing ({DIST}): run `make front` in a clone, or install a wheel."
        ) from None
    if name not in manifest:
        raise BundleMissing(f"The scripts were built without {name}: run `make front`.")
    return manifest[name]


def _url(file: str) -> str:
    return url_for("lti.static", filename=f"dist/{file}")


def asset(name: str) -> str:
    """Address of an entry such as `reader.js`, whose name changes with its content."""
    return _url(_entry(name)["file"])


def chunks(name: str) -> list[str]:
    """Addresses of what the entry needs before it runs: to be fetched along with it."""
    return [_url(file) for file in _entry(name)["imports"]]


def is_hashed(filename: str) -> bool:
    """Whether a static file's name stands for its content, so that it may be kept for ever."""
    return filename.startswith("dist/") and filename.endswith(".js")
