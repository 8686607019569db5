"""The real lessons of the demo school: four binders in the native format, with their files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["Lesson", "lessons"]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Lesson:
    """One binder: its document, as `binder.schemas.load_binder` reads it, and the folder of its files."""

    slug: str
    document: dict[str, Any]
    media: Path

    def open(self, sha256: str) -> BinaryIO:
        """The file with that digest, open for reading.

        :raises KeyError: if the binder lists no such file.
        """
        for resource in self.document["binder"]["resources"]:
            if resource["sha256"] == sha256:
                return (self.media / str(resource["name"])).open("rb")
        raise KeyError(f"the lesson {self.slug!r} has no file with the digest {sha256}")


def lessons() -> list[Lesson]:
    """All lessons of the demo school, by slug."""
    return [
        Lesson(source.parent.name, json.loads(source.read_text(encoding="utf-8")), source.parent / "media")
        for source in sorted(HERE.glob("*/binder.json"), key=lambda path: path.parent.name)
    ]
