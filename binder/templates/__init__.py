"""What a binder can begin from: documents of the native format, one file each, and the list of them.

A template is content, not code: to add one, put a file here; `tests/binder/test_templates.py` reads them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Template", "template", "templates"]


@dataclass(frozen=True)
class Template:
    """A binder to begin from."""

    name: str
    """Of its file."""
    document: Mapping[str, Any]

    @property
    def title(self) -> str:
        """In the template's own language, like all its words."""
        return str(self.document["binder"]["title"])

    @property
    def lang(self) -> str:
        """BCP 47."""
        return str(self.document["binder"]["lang"])

    @property
    def summary(self) -> str:
        """What it is good for, in a sentence or two."""
        return str(self.document["binder"]["description"])

    @property
    def level(self) -> str:
        """For whom."""
        return str(self.document["binder"]["level"])

    @property
    def chapters(self) -> list[tuple[str, list[str]]]:
        """The titles of its chapters, each with those of its pages."""
        return [
            (section["title"], [page["title"] for page in _pages(section)])
            for section in self.document["binder"]["sections"]
        ]


def _pages(section: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from section.get("pages", [])
    for inner in section.get("sections", []):
        yield from _pages(inner)


@cache
def templates() -> tuple[Template, ...]:
    """All templates, by the names of their files."""
    folder = files("binder.templates")
    found = sorted(path.name for path in folder.iterdir() if path.name.endswith(".json"))
    return tuple(
        Template(name.removesuffix(".json"), json.loads((folder / name).read_text("utf-8"))) for name in found
    )


def template(name: str) -> Template:
    """The template of that name.

    :raises KeyError: if there is none.
    """
    return {each.name: each for each in templates()}[name]
