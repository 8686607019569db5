"""A page of the offline book: its blocks as HTML, with files beside it and activities to be done on paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

from binder.activities import Content, activities
from binder.blocks import FileView, blocks, visible
from binder.blocks.outline import closed_up
from binder.blocks.words import instant_in_words
from binder.clock import now
from exporters.base import Loss, LossCode
from exporters.files import Files
from exporters.outline import Sheet
from exporters.printing import plain_text, printed
from exporters.templating import render
from exporters.texts import Words

__all__ = ["SheetRendering"]

UP = "../"
BETWEEN = Markup("\x1f")
"""Stands in no HTML, so it can stand between two pieces of it."""
CAPTIONS = "text/vtt"
"""A film in a folder may not read its captions from a file beside it, so they stand in the page."""
ANCHOR = re.compile(r'<a((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*>')
HREF = re.compile(r'\s+href="([^"]*)"', re.IGNORECASE)
ELSEWHERE = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


class SheetRendering:
    """What blocks need of the exported page; see `binder.blocks.Rendering`.

    :param questions: the binder's activities by id, in native form.
    :param paths: page id → path of its sheet, for links between pages.
    :param for_pupils: leave out the blocks that not every pupil sees by now.
    """

    embed_hosts: Collection[str] = ()
    """An exported page has no frames."""

    def __init__(
        self,
        sheet: Sheet,
        *,
        words: Words,
        files: Files,
        questions: Mapping[str, Mapping[str, Any]],
        for_pupils: bool,
        paths: Mapping[str, str],
    ) -> None:
        self.lang = words.content_lang
        self.losses: list[Loss] = []
        self.printed = 0
        """How many activities the page shows."""
        self._sheet, self._words, self._files, self._questions = sheet, words, files, questions
        self._for_pupils, self._paths, self._in_film = for_pupils, paths, False

    def html(self) -> list[Markup]:
        """The blocks in their order, their headings closed up to one outline."""
        parts = [part for block in self._sheet.blocks if (part := self._block(block))]
        whole = closed_up(BETWEEN.join(parts))
        return whole.split(BETWEEN) if parts else []

    def file(self, resource_id: str) -> FileView | None:
        """See `Rendering.file`."""
        inside = self._in_film and self._files.media_type(resource_id) == CAPTIONS
        view = self._files.view(resource_id, UP, inside=inside)
        if view is None:
            self._lose(self._files.why_not(resource_id), self._files.name(resource_id))
        return view

    def page(self, page_id: str) -> str | None:
        """See `Rendering.page`: the sheet in this export."""
        path = self._paths.get(page_id)
        if path is None:
            self._lose(LossCode.DEAD_LINK, f"page:{page_id}")
        return path and UP + path

    def activity(self, activity_id: str) -> Markup:
        """See `Rendering.activity`."""
        question = self._questions.get(activity_id)
        if question is None:
            self._lose(LossCode.MISSING_ACTIVITY)
            return Markup('<p class="missing">{}</p>').format(self._words("missing_activity"))
        self.printed += 1
        return render(
            "activity.html",
            number=self.printed,
            title=question["title"],
            points=self._words.points(Fraction(question["points"])),
            body=self._question(question),
            words=self._words,
        )

    def _question(self, question: Mapping[str, Any]) -> Markup:
        name = str(question["type"])
        if name not in activities:
            self._lose(LossCode.UNKNOWN_ACTIVITY_TYPE, name, where=str(question["title"]))
            return Markup("")
        parts = (question[part] for part in ("body", "key", "scoring"))
        content = Content(Fraction(question["points"]), *parts)
        public = activities[name].public(content, str(question["id"]))
        if name in printed:
            return printed[name].html(public, self._words)
        self._lose(LossCode.NO_PRINTED_FORM, name, where=str(question["title"]))
        return Markup("\n").join(Markup("<p>{}</p>").format(text) for text in plain_text(public))

    def _block(self, block: Mapping[str, Any]) -> Markup:
        if block["type"] not in blocks:
            self._lose(LossCode.UNKNOWN_BLOCK_TYPE, str(block["type"]))
            return Markup("")
        if self._for_pupils and not visible(block, audiences=(), at=now()):
            self._lose(LossCode.LIMITED_BLOCK, str(block["type"]))
            return Markup("")
        self._in_film = block["type"] == "video"
        html = self._limits(block) + escape(blocks[block["type"]].html(block, self))
        if block["type"] == "embed" and block["url"]:
            self._lose(LossCode.EMBED_AS_LINK, str(block["url"]))
        return Markup(ANCHOR.sub(self._anchor, str(html)))  # noqa: S704 - was markup, an address less

    def _limits(self, block: Mapping[str, Any]) -> Markup:
        """For the teacher: who sees the block, and from when on."""
        said = []
        if not visible(block, audiences=(str(block.get("audience")),), at=now()):
            until = instant_in_words(self._words.lang, datetime.fromisoformat(block["hidden_until"]))
            said.append(self._words("limited_until", date=until))
        if block.get("audience"):
            said.append(self._words("limited_group"))
        html = Markup('<p class="limits" lang="{}">{}</p>')
        return html.format(self._words.lang, " · ".join(said)) if said else Markup("")

    def _anchor(self, match: re.Match[str]) -> str:
        """A link as it is, or without an address that would lead into the reader's own computer."""
        href = HREF.search(match[1])
        if href is None or ELSEWHERE.match(href[1]) or href[1].startswith((f"{UP}f/", f"{UP}p/")):
            return match[0]
        self._lose(LossCode.DEAD_LINK, str(Markup(href[1]).unescape()))  # noqa: S704 - made plain at once
        return f"<a{match[1].replace(href[0], '', 1)}>"

    def _lose(self, code: LossCode, detail: str = "", *, where: str | None = None) -> None:
        self.losses.append(Loss(code, self._sheet.title if where is None else where, detail))
