"""Two states of a page, one against the other, as HTML: block by block, what was added and what was removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from binder.blocks import digest, kind_of
from binder.content.differing import BlockChange, Change, Marks, blocks_difference, difference
from binder.models import Page
from lti.views.authors.pages import own_activities
from lti.views.kinds import kind
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, texts

__all__ = ["Compared", "compared", "described", "line", "runs"]


@dataclass(frozen=True)
class Compared:
    """A block in two states."""

    change: Change
    id: str
    kind: str
    """Name of its type, to be translated."""
    html: Markup
    same_words: bool
    """Nothing of what is seen differs: its settings do, or it only stands elsewhere."""
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    note: bool = False
    """Its activity has another content."""

    @property
    def base(self) -> str:
        """`digest` of the block as it is in the newer state; empty where it is not there."""
        return digest(self.new) if self.new is not None else ""


class _Still(Shown):
    """A page of which only the words count: an activity is named, not shown."""

    def activity(self, activity_id: str) -> Markup:
        """See `Rendering.activity`."""
        words, version = texts(), self.versions.get(activity_id)
        title = version.title if version is not None else words.gettext("an activity that is gone")
        return Markup("<p>{}</p>").format(words.gettext("Activity: %(title)s", title=title))


def _marks() -> Marks:
    words = texts()
    return Marks(words.gettext("added:"), words.gettext("removed:"))


def described(here: Here, page: Page, blocks: Sequence[Mapping[str, Any]]) -> Shown:
    """What renders blocks of a page for a comparison; also such as are no longer on it."""

    def url(resource: str) -> str:
        return here.url("binder_file", binder=page.binder_id, resource=resource)

    versions = {name: activity.current for name, activity in own_activities(page).items()}
    return _Still(page.binder.lang, file_views(here, blocks, url), versions, "copy")


def line(old: str, new: str) -> Markup:
    """Two titles."""
    return difference(str(escape(old)), str(escape(new)), _marks())


def compared(
    here: Here,
    page: Page,
    old: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
    *,
    renewed: Collection[str] = (),
) -> list[Compared]:
    """All blocks of both states, in the newer order.

    :param renewed: ids of activities whose content is another, though their blocks are the same.
    """
    shown, marks = described(here, page, [*old, *new]), _marks()

    def one(found: BlockChange) -> Compared:
        was = kind_of(found.old).html(found.old, shown) if found.old is not None else Markup("")
        now = kind_of(found.new).html(found.new, shown) if found.new is not None else Markup("")
        html = difference(was, now, marks)
        block = found.new or found.old or {}
        asks = not set(kind_of(block).activities(block)).isdisjoint(renewed)
        change = Change.CHANGED if asks and found.change is Change.KEPT else found.change
        same = "<ins>" not in html and "<del>" not in html
        return Compared(change, found.id, kind(block["type"]).name, html, same, found.old, found.new, asks)

    return [one(found) for found in blocks_difference(old, new)]


def runs(found: Sequence[Compared]) -> list[list[Compared]]:
    """The blocks, those that stay as they are in one run and the others each by itself."""
    grouped: list[list[Compared]] = []
    for one in found:
        kept = one.change is Change.KEPT
        if kept and grouped and grouped[-1][0].change is Change.KEPT:
            grouped[-1].append(one)
        else:
            grouped.append([one])
    return grouped
