"""What stands in the picker: binders, sections, pages, activities, files – each with its name in forms and what it can become."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from binder.errors import NotFound

__all__ = ["Key", "Kind", "Thing", "Why"]


class Kind(StrEnum):
    """What can be chosen."""

    BINDER = "b"
    SECTION = "s"
    PAGE = "p"
    ACTIVITY = "a"
    FILE = "f"


class Why(StrEnum):
    """Why something cannot be chosen; the web layer has the words."""

    COLLEAGUE = "colleague"
    """It is a colleague's, and the viewer may only look."""
    EMPTY = "empty"
    NOTHING_PUBLISHED = "nothing-published"
    DRAFT = "draft"
    """It would be copied as it is published, and it is not."""
    ONLY_QUESTIONS = "only-questions"
    """It would be copied without its questions and pictures, and nothing else is there."""
    NOT_TAKEN = "not-taken"
    """The platform takes nothing that it could become."""
    TARGET = "target"
    """The platform would show it where it cannot be shown."""
    MEDIA_TYPE = "media-type"
    SCANNING = "scanning"
    UNKNOWN_TYPE = "unknown-type"


@dataclass(frozen=True)
class Key:
    """What names a thing in forms: `p:<id>`; of something on a page, `a:<id>:<page id>`."""

    kind: Kind
    id: UUID
    page_id: UUID | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.kind.value, self.id, self.page_id) if part)

    @classmethod
    def read(cls, text: str) -> Key:
        """:raises NotFound: if it is none."""
        try:
            kind, *ids = text[:80].split(":")
            key = cls(Kind(kind), *map(UUID, ids))
        except (ValueError, TypeError):
            raise NotFound("no such thing") from None
        if (key.page_id is not None) is not (key.kind in (Kind.ACTIVITY, Kind.FILE)):
            raise NotFound("no such thing")
        return key


@dataclass(frozen=True)
class Thing:
    """Something that stands in the picker."""

    key: Key
    title: str
    lang: str
    binder_title: str
    shapes: tuple[str, ...] = ()
    """Types of content item that it can become, the best first; none: it cannot be chosen."""
    why: Why | None = None
    """The reason then."""
    level: int = 1
    points: Fraction = Fraction(0)
    draft: bool = False
    """Whether placing it publishes something."""
    parts: tuple[Thing, ...] = ()
    """What on a page can be chosen by itself."""

    def walk(self) -> Iterator[Thing]:
        """It and its parts."""
        yield self
        for part in self.parts:
            yield from part.walk()
