"""A block that goes to another binder, or stands there twice: its references lead to the new rows.

References are a block's own fields and, in HTML, the addresses `resource:<id>` and `page:<id>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from binder.blocks import kind_of

__all__ = ["led", "linked_pages", "renamed", "unlinked"]

UUID_TEXT = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ADDRESS = re.compile(rf'(\b(?:src|href)="(?:resource|page):)({UUID_TEXT})(?=")')
LINK = re.compile(rf'<a\b[^>]*?\bhref="page:({UUID_TEXT})"[^>]*>(.*?)</a>', re.DOTALL)
"""As cleaned HTML has it: attributes in double quotes, links never in each other."""


def _in_texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _in_texts(part, change) for name, part in value.items()}
    return [_in_texts(part, change) for part in value] if isinstance(value, list) else value


def renamed(block: Mapping[str, Any], new: Mapping[str, UUID]) -> dict[str, Any]:
    """The block with its references led to the new rows.

    :param new: old id, as a text → id of the row that takes its place; what is not there stays as it is.
    """
    kind = kind_of(block)
    changed: dict[str, Any] = led(block, {*kind.resources(block), *kind.activities(block)}, new)
    return changed


def led(value: Any, references: Collection[str], new: Mapping[str, UUID]) -> Any:
    """JSON whose texts that are `references`, and addresses in its HTML, lead to the new rows; see `renamed`."""

    def change(text: str) -> str:
        if text in references:
            return str(new.get(text, text))
        return ADDRESS.sub(lambda found: found[1] + str(new.get(found[2], found[2])), text)

    return _in_texts(value, change)


def linked_pages(block: Mapping[str, Any]) -> set[str]:
    """Ids of the pages that a block's words link to."""
    found: set[str] = set()

    def look(text: str) -> str:
        found.update(match[1] for match in LINK.finditer(text))
        return text

    _in_texts(block, look)
    return found


def unlinked(block: Mapping[str, Any], gone: Collection[str]) -> tuple[dict[str, Any], int]:
    """The block without links to those pages, and how many there were; the words of a link stay."""
    count = 0

    def bare(found: re.Match[str]) -> str:
        nonlocal count
        if found[1] not in gone:
            return found[0]
        count += 1
        return found[2]

    changed: dict[str, Any] = _in_texts(block, lambda text: LINK.sub(bare, text))
    return changed, count
