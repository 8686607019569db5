"""Is a page ready to be published? What a reader would miss on it, told before they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.blocks import kind_of
from binder.blocks.outline import jumps
from binder.content.searching import folded
from binder.models import Page, Resource, ResourceState
from binder.owning import own_page

__all__ = ["Finding", "check"]

PHONE = "480"
"""The variant of a picture that a phone takes."""
HEAVY_PAGE = 2_000_000
"""Bytes of pictures on a phone: ten seconds of a slow mobile connection."""
HEAVY_FILE = 20_000_000
SERIOUS = frozenset(
    "no-alt no-captions no-file bad-address empty empty-page dead-link missing-file missing-activity "
    "refused-file unknown-type no-address bad-formula".split()
)
VAGUE = frozenset(
    {"ici", "cliquez ici", "clique ici", "lien", "en savoir plus", "here", "click here", "link", "more"}
)
RICH = ("html", "transcript")
"""Fields of blocks that hold formatted text."""


@dataclass(frozen=True)
class Finding:
    """Something to mend, or to think about."""

    code: str
    block_id: str = ""
    """Empty: the page as a whole."""
    detail: str = ""
    """What it is about: the words of a link, a size in bytes."""

    @property
    def is_serious(self) -> bool:
        """Whether some readers would lose something; others are advice."""
        return self.code in SERIOUS


class _Reader(HTMLParser):
    """What there is in a formatted text: levels of headings, links with their words, tables without a head."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.links: list[tuple[str, str]] = []
        self.pictures: list[str] = []
        self.headless = 0
        self._in_link = self._has_head = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        values = dict(attrs)
        if re.fullmatch("h[2-6]", tag):
            self.levels.append(int(tag[1]))
        elif tag == "a":
            self.links.append((values.get("href") or "", ""))
            self._in_link = True
        elif tag == "img":
            self.pictures.append(values.get("alt") or "")
        elif tag == "table":
            self._has_head = False
        elif tag == "th":
            self._has_head = True

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag == "a":
            self._in_link = False
        elif tag == "table" and not self._has_head:
            self.headless += 1

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self._in_link:
            address, words = self.links[-1]
            self.links[-1] = address, words + data


def _texts(block: Mapping[str, Any]) -> list[_Reader]:
    return [_Reader(block[name]) for name in RICH if isinstance(block.get(name), str)]


def check(session: Session, viewer: Viewer, page_id: UUID) -> list[Finding]:
    """What to mend on a page before it is published, in reading order; nothing of it stops a publication."""
    page = own_page(session, viewer, page_id)
    if not page.blocks:
        return [Finding("empty-page")]
    found = [finding for block in page.blocks for finding in _of_block(page, block)]
    return [*found, *_outline(page.blocks), *_weight(page)]


def _of_block(page: Page, block: Mapping[str, Any]) -> Iterator[Finding]:
    kind, name = kind_of(block), block["id"]
    for code in kind.problems(block):
        yield Finding(code, name)
    activities = {str(activity.id): activity for activity in page.binder.activities}
    for activity_id in kind.activities(block):
        if activity_id not in activities:
            yield Finding("missing-activity", name)
        elif not activities[activity_id].current.points:
            yield Finding("no-points", name, activities[activity_id].title)
    resources = _resources(page)
    for resource_id in kind.resources(block):
        if resource_id not in resources:
            yield Finding("missing-file", name)
        elif resources[resource_id].state == ResourceState.REFUSED:
            yield Finding("refused-file", name, resources[resource_id].name)
    yield from _of_texts(page, block)


def _of_texts(page: Page, block: Mapping[str, Any]) -> Iterator[Finding]:
    pages = {str(other.id): other for other in page.binder.pages}
    for text in _texts(block):
        for address, words in text.links:
            if address.startswith("page:"):
                other = pages.get(address.removeprefix("page:"))
                if other is None:
                    yield Finding("dead-link", block["id"], words)
                elif other.published_number is None or other.hidden:
                    yield Finding("hidden-link", block["id"], words)
            if folded(words) in VAGUE:
                yield Finding("vague-link", block["id"], words)
        for _ in range(text.headless):
            yield Finding("table-without-head", block["id"])


def _resources(page: Page) -> dict[str, Resource]:
    return {str(resource.id): resource for resource in page.binder.resources}


def _outline(page_blocks: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    levels: list[tuple[int, str]] = []
    for block in page_blocks:
        if block["type"] == "heading":
            levels.append((int(block["level"]), block["id"]))
        levels += [(level, block["id"]) for text in _texts(block) for level in text.levels]
    for at in jumps(level for level, _ in levels):
        yield Finding("heading-jump", levels[at][1])


def _weight(page: Page) -> Iterator[Finding]:
    """What a phone has to load: pictures in the size that it takes; sound and film only weigh when played."""
    resources, pictures = _resources(page), 0
    for block in page.blocks:
        for name in dict.fromkeys(kind_of(block).resources(block)):
            resource = resources.get(name)
            if resource is None:
                continue
            if resource.media_type.startswith("image/"):
                pictures += resource.variants.get(PHONE, {}).get("size", resource.size)
            elif resource.size > HEAVY_FILE:
                yield Finding("heavy-file", block["id"], str(resource.size))
    if pictures > HEAVY_PAGE:
        yield Finding("heavy-page", "", str(pictures))
