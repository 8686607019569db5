"""The offline book: a zip of plain pages that any browser opens, and from which the binder can be brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from binder.blocks.words import licence_in_words
from binder.clock import now
from binder.models import Binder, ResourceState
from binder.sanitize import linked
from binder.schemas import dump_binder
from binder.storage import Storage
from binder.vocabularies import label
from exporters.archive import Entry, write_zip
from exporters.base import Exporter, Loss, LossCode, Report, exporters
from exporters.errors import ExportError
from exporters.files import Files
from exporters.native import DOCUMENT, MAX_DOCUMENT, dump_json
from exporters.outline import Outline, outline
from exporters.rendering import SheetRendering
from exporters.templating import render, source
from exporters.texts import Words

__all__ = ["Html", "HtmlForPupils"]

LEFT_OUT = frozenset((LossCode.UNSCANNED_FILE, LossCode.REFUSED_FILE))
"""A binder whose files are not all there is not taken in."""


@exporters.register
class Html(Exporter):
    """The teacher's copy: the pages, and the whole binder with its answers in `data/binder.json`.

    :param answers: False makes a copy for pupils, without `data/` and without files that no page shows.
    """

    name = "html"
    media_type = "application/zip"
    extension = ".zip"

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers

    def write(self, binder: Binder, storage: Storage, out: BinaryIO) -> Report:
        """See `Exporter.write`."""
        book, entries = self._prepared(binder, storage)
        return self._report(book, write_zip(out, entries | book.files.entries(shown_only=not self.answers)))

    def foresee(self, binder: Binder, storage: Storage) -> Report:
        """See `Exporter.foresee`; no file is read, so damaged ones are found by writing only."""
        book, _ = self._prepared(binder, storage)
        return self._report(book, {})

    def _prepared(self, binder: Binder, storage: Storage) -> tuple[_Book, dict[str, Entry]]:
        """All but the files."""
        document = dump_binder(binder)
        held = {str(it.id): str(it.state) for it in binder.resources if it.state != ResourceState.READY}
        files = Files(document["binder"]["resources"], storage, binder.tenant_id, held)
        book = _Book(document["binder"], files, for_pupils=not self.answers)
        entries = book.entries()
        if self.answers:
            entries[DOCUMENT] = data = dump_json(document)
            if len(data) > MAX_DOCUMENT:
                raise ExportError("too-large", f"more than {MAX_DOCUMENT} bytes of text: split the binder")
        return book, entries

    def _report(self, book: _Book, digests: Mapping[str, str]) -> Report:
        damage = book.files.losses(digests, shown_only=not self.answers)
        losses = [*book.losses, *damage]
        if self.answers and any(loss.code in LEFT_OUT for loss in losses):
            losses.append(Loss(LossCode.NOT_IMPORTABLE, book.binder["title"]))
        return Report(tuple(dict.fromkeys([*self._notices(book.binder), *losses])))

    def _notices(self, binder: Mapping[str, Any]) -> list[Loss]:
        if not self.answers:
            return [Loss(LossCode.NOT_IMPORTABLE, binder["title"])]
        return [Loss(LossCode.CONTAINS_ANSWERS, binder["title"], DOCUMENT)] if binder["activities"] else []


@exporters.register
class HtmlForPupils(Html):
    """The pupils' copy: the pages only."""

    name = "html-pupils"

    def __init__(self) -> None:
        super().__init__(answers=False)


class _Book:
    """A binder in native form on its way to pages."""

    def __init__(self, binder: Mapping[str, Any], files: Files, *, for_pupils: bool) -> None:
        self.binder, self.files, self.for_pupils = binder, files, for_pupils
        self.losses: list[Loss] = []
        self.words = Words(binder["lang"])
        if for_pupils:
            self.binder = {**binder, "sections": self._seen(binder["sections"])}
        self.outline: Outline = outline(self.binder)

    def _seen(self, parts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Sections or pages without those that pupils do not see, or not yet."""
        seen: list[Mapping[str, Any]] = []
        for part in parts:
            planned = part.get("visible_from")
            if part.get("hidden") or (planned and datetime.fromisoformat(planned) > now()):
                self.losses.append(Loss(LossCode.LIMITED_PAGE, self.binder["title"], str(part["title"])))
            else:
                inside = {name: self._seen(part[name]) for name in ("pages", "sections") if name in part}
                seen.append({**part, **inside})
        return seen

    def entries(self) -> dict[str, Entry]:
        """Path → bytes of everything but the files and the data."""
        entries: dict[str, Entry] = {"style.css": source("style.css")}
        entries |= self._sheets()
        entries["index.html"] = self._page(
            "index.html",
            up="",
            description=linked(self.binder["description"]),
            kind=[label(self.binder[name], self.binder["lang"]) for name in ("subject", "level")],
            origin=self.binder["credit"].splitlines(),
            credits=self._credits(),
        )
        return entries

    def _credits(self) -> dict[str, str]:
        """Who made what: credit and licence → the names of the files shown."""
        names: dict[str, list[str]] = {}
        for resource in self.files.shown.values():
            licence = licence_in_words(self.binder["lang"], resource["licence"])
            credit = " – ".join(filter(None, (resource["credit"], licence)))
            if credit:
                names.setdefault(credit, []).append(resource["name"])
        return {credit: ", ".join(files) for credit, files in names.items()}

    def _sheets(self) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        questions = {str(activity["id"]): activity for activity in self.binder["activities"]}
        paths, on_paper = self.outline.paths, 0
        for sheet in self.outline.sheets:
            rendering = SheetRendering(
                sheet,
                words=self.words,
                files=self.files,
                questions=questions,
                for_pupils=self.for_pupils,
                paths=paths,
            )
            parts = rendering.html()
            before, after = self.outline.neighbours(sheet)
            entries[sheet.path] = self._page(
                "page.html", up="../", sheet=sheet, parts=parts, before=before, after=after
            )
            on_paper += rendering.printed
            self.losses += rendering.losses
        if on_paper:
            self.losses.insert(0, Loss(LossCode.ACTIVITIES_PRINTED, self.binder["title"], str(on_paper)))
        return entries

    def _page(self, template: str, **values: object) -> bytes:
        return render(template, binder=self.binder, outline=self.outline, words=self.words, **values).encode()
