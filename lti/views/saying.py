"""What has just been done to a binder, in words: the address says what it was, the sentence is made of what is there.

So a reload says the same again, and nothing has to be kept on the server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request

from binder.content.contents import Contents, PageRow, SectionRow, Status
from binder.content.trash import KEPT
from lti.i18n import N_, Texts
from lti.views.screens import texts

__all__ = ["Said", "said"]


@dataclass(frozen=True)
class Said:
    """What was done: to one part, or to so many pages."""

    what: str
    part: str = ""
    """`p-<id>` or `s-<id>`."""
    title: str = ""
    count: int = 0
    at: datetime | None = None
    """When it went to the trash, so that it can be undone."""

    @property
    def values(self) -> dict[str, Any]:
        """For the address of the table of contents."""
        found: dict[str, Any] = {"said": self.what}
        if self.part:
            found |= {"part": self.part, "_anchor": self.part}
        if self.title:
            found["title"] = self.title[:80]
        if self.count:
            found["count"] = self.count
        if self.at is not None:
            found["at"] = self.at.isoformat()
        return found


@dataclass(frozen=True)
class Sentence:
    """A sentence to show and to read out."""

    text: str
    at: str = ""
    """Where this can be undone: the instant, as the trash knows it."""


def said(known: Contents) -> Sentence | None:
    """The sentence that the address asks for; None where there is nothing to say, or nothing true."""
    what = request.args.get("said", "")
    count = request.args.get("count", 0, int)
    words, part = texts(), _named(known, request.args.get("part", ""))
    if what == "deleted":
        return _deleted(words, count)
    if what == "restored":
        return Sentence(words.gettext("It is back where it was."))
    if what == "published":
        text = words.ngettext("%(num)s page published.", "%(num)s pages published.", count)
        return Sentence(text if count else words.gettext("Everything was published already."))
    if count and what in ("hidden", "shown"):
        return Sentence(_many(words, what, count))
    if part is None or what not in SENTENCES:
        return None
    if what == "moved" and count > 1:
        text = words.ngettext("%(num)s page moved.", "%(num)s pages moved.", count)
        return Sentence(f"{text} {SENTENCES[what](words, known, part)}")
    text = SENTENCES[what](words, known, part)
    if what == "copied" and count:
        text += " " + words.ngettext(
            "%(num)s link to a page that is not in this binder was removed; its words are still there.",
            "%(num)s links to pages that are not in this binder were removed; their words are still there.",
            count,
        )
    return Sentence(text)


def _named(known: Contents, name: str) -> PageRow | SectionRow | None:
    rows = known.pages if name.startswith("p-") else list(known.walk())
    return next((row for row in rows if str(row.id) == name[2:]), None)


def _many(words: Texts, what: str, count: int) -> str:
    if what == "hidden":
        return words.ngettext(
            "%(num)s page is hidden from pupils now.", "%(num)s pages are hidden from pupils now.", count
        )
    return words.ngettext("%(num)s page is no longer hidden.", "%(num)s pages are no longer hidden.", count)


def _deleted(words: Texts, count: int) -> Sentence | None:
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
        until = words.date_time(at + KEPT)
    except (ValueError, OverflowError):
        return None
    title = request.args.get("title", "")[:80]
    if title:
        text = words.gettext("“%(title)s” is in the trash until %(date)s.", title=title, date=until)
    else:
        text = words.ngettext(
            "%(num)s page is in the trash until %(date)s.",
            "%(num)s pages are in the trash until %(date)s.",
            count,
            date=until,
        )
    return Sentence(text, at.isoformat())


def _moved(words: Texts, known: Contents, row: PageRow | SectionRow) -> str:
    if isinstance(row, PageRow):
        home = next(section for section in known.walk() if section.id == row.section_id)
        place = [page.id for page in home.pages].index(row.id) + 1
        return words.gettext(
            "Page “%(title)s” moved to place %(place)s of %(of)s of chapter %(number)s, “%(chapter)s”.",
            title=row.title,
            place=place,
            of=len(home.pages),
            number=home.number,
            chapter=home.title,
        )
    siblings: list[UUID] = [section.id for section in known.walk() if section.parent_id == row.parent_id]
    values: dict[str, Any] = {"title": row.title, "place": siblings.index(row.id) + 1, "of": len(siblings)}
    if row.parent_id is None:
        return words.gettext("Chapter “%(title)s” moved to place %(place)s of %(of)s.", **values)
    home = next(section for section in known.walk() if section.id == row.parent_id)
    values |= {"number": home.number, "chapter": home.title}
    return words.gettext(
        "Section “%(title)s” moved to place %(place)s of %(of)s of chapter %(number)s, “%(chapter)s”.",
        **values,
    )


def _shown(words: Texts, known: Contents, row: PageRow | SectionRow) -> str:
    if row.status is Status.HIDDEN_ABOVE:
        return words.gettext("“%(title)s” is still hidden, with what it stands in.", title=row.title)
    return words.gettext("“%(title)s” is no longer hidden.", title=row.title)


def _scheduled(words: Texts, known: Contents, row: PageRow | SectionRow) -> str:
    when = words.date_time(row.visible_from) if row.visible_from else ""
    return words.gettext("Pupils will see “%(title)s” from %(date)s on.", title=row.title, date=when)


def _simply(text: str) -> Callable[[Texts, Contents, PageRow | SectionRow], str]:
    return lambda words, known, row: words.gettext(text, title=row.title)


SENTENCES: dict[str, Callable[[Texts, Contents, PageRow | SectionRow], str]] = {
    "added": _simply(N_("“%(title)s” is there.")),
    "copied": _simply(N_("Here is the copy of “%(title)s”.")),
    "duplicated": _simply(N_("The copy of “%(title)s” stands right behind it.")),
    "hidden": _simply(N_("“%(title)s” is hidden from pupils now.")),
    "moved": _moved,
    "renamed": _simply(N_("It is called “%(title)s” now.")),
    "scheduled": _scheduled,
    "shown": _shown,
}
