"""The order of a binder as a book has it: numbered sheets, in parts within parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from binder.schemas import walk_pages

__all__ = ["Outline", "Part", "Sheet", "outline"]


@dataclass(frozen=True)
class Part:
    """A section; `anchor` is its place in the table of contents."""

    title: str
    anchor: str
    sheets: tuple[Sheet, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Sheet:
    """A page in its place: `number` counts from 1 through the book, `trail` holds (title, anchor) of its sections."""

    number: int
    path: str
    title: str
    blocks: tuple[Mapping[str, Any], ...]
    trail: tuple[tuple[str, str], ...]
    page_id: str = ""
    """The page's own id, by which others link to it."""


@dataclass(frozen=True)
class Outline:
    """All parts, and all sheets in reading order."""

    parts: tuple[Part, ...]
    sheets: tuple[Sheet, ...]

    @property
    def paths(self) -> dict[str, str]:
        """Page id → path of its sheet."""
        return {sheet.page_id: sheet.path for sheet in self.sheets}

    def neighbours(self, sheet: Sheet) -> tuple[Sheet | None, Sheet | None]:
        """The sheet before and the one after."""
        before = self.sheets[sheet.number - 2] if sheet.number > 1 else None
        after = self.sheets[sheet.number] if sheet.number < len(self.sheets) else None
        return before, after


class _Builder:
    def __init__(self, width: int) -> None:
        self.width = width
        self.sheets: list[Sheet] = []
        self.sections = 0

    def part(self, section: Mapping[str, Any], trail: tuple[tuple[str, str], ...]) -> Part:
        self.sections += 1
        anchor = f"s{self.sections}"
        trail = (*trail, (str(section["title"]), anchor))
        sheets = tuple(self.pages(section["pages"], trail))
        parts = tuple(self.part(below, trail) for below in section["sections"])
        return Part(str(section["title"]), anchor, sheets, parts)

    def pages(self, pages: list[Mapping[str, Any]], trail: tuple[tuple[str, str], ...]) -> Iterator[Sheet]:
        for page in pages:
            number = len(self.sheets) + 1
            path = f"p/{number:0{self.width}d}.html"
            sheet = Sheet(number, path, str(page["title"]), tuple(page["blocks"]), trail, str(page["id"]))
            self.sheets.append(sheet)
            yield sheet


def outline(binder: Mapping[str, Any]) -> Outline:
    """The outline of a binder in native form."""
    total = sum(1 for _ in walk_pages(binder))
    builder = _Builder(max(4, len(str(total))))
    parts = tuple(builder.part(section, ()) for section in binder["sections"])
    return Outline(parts, tuple(builder.sheets))
