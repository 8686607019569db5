"""A page's blocks as HTML on the web: where its files are, and its activities as form, result or preview."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from markupsafe import Markup

from binder.activities import Content, Effect, type_of
from binder.activities.marked import Marked
from binder.blocks import FileView, kind_of, references
from binder.blocks.outline import closed_up
from binder.content.asking import content_of
from binder.keeping import Kept
from binder.models import ActivityVersion, PageRevision, Resource
from lti.tool import tool
from lti.views.limits import limits
from lti.views.screens import Here, texts
from lti.views.templates import filled
from lti.views.wording import told

if TYPE_CHECKING:
    from lti.views.transfers.handed import Handed

__all__ = ["Shown", "file_views", "leading", "still"]


_FILES = sa.select(
    Resource.id,
    Resource.name,
    Resource.media_type,
    Resource.size,
    Resource.credit,
    Resource.licence,
    Resource.width,
    Resource.height,
    Resource.variants,
    Resource.state,
    Resource.verdict,
).where(
    Resource.tenant_id == sa.bindparam("tenant_id"),
    Resource.id.in_(sa.bindparam("wanted", expanding=True)),
)


def file_views(
    here: Here, page_blocks: Sequence[Mapping[str, Any]], url: Callable[[str], str]
) -> dict[str, FileView]:
    """The files that blocks show, in one query.

    :param url: resource id → address of its bytes.
    """
    names = {name for block in page_blocks for name in kind_of(block).resources(block)}
    if not names:
        return {}
    values = {"tenant_id": here.viewer.tenant_id, "wanted": [UUID(name) for name in names]}
    rows = here.session.connection().execute(_FILES, values)
    return {str(row.id): _view(row, url(str(row.id)), here.viewer.teaches) for row in rows}


def _view(row: sa.Row[Any], url: str, for_authors: bool) -> FileView:
    return FileView(
        url=url,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        credit=row.credit,
        licence=row.licence,
        width=row.width,
        height=row.height,
        variants=tuple((width, f"{url}?w={width}") for width in sorted(map(int, row.variants))),
        state=row.state.value,
        verdict=row.verdict if for_authors else "",
    )


MOST_KEPT = 10_000_000
_kept: Kept[Mapping[str, Markup]] = Kept(
    MOST_KEPT, lambda kept: 1000 + sum(len(html) for html in kept.values())
)
"""Blocks that this process has shown; it keeps so many characters of them."""


def leading(home: str) -> Callable[[str], str]:
    """Where links between pages lead: to a screen that finds the place that a page has for whoever follows them.

    :param home: the first screen, as an address relative to the one with the link.
    """
    return lambda page_id: f"{home}/go/{page_id}"


def still(here: Here, revision: PageRevision, lang: str, folder: str, home: str) -> Mapping[str, Markup]:
    """The blocks of a revision that show no activity, by block id: they never change and are the same to everybody.

    :param folder: where the files are, and `home`: where the first screen is, as addresses relative to this screen, so
        that no launch is part of them.
    """
    key = revision.id, lang, folder, home
    kept = _kept.get(here.viewer.tenant_id, key)
    if kept is None:
        quiet = [block for block in revision.blocks if not kind_of(block).activities(block)]
        files = file_views(here, quiet, lambda name: f"{folder}/{name}")
        shown = Shown(lang, files, {}, "copy", pages=leading(home))
        kept = {block["id"]: kind_of(block).html(block, shown) for block in quiet}
        if all(file.state == "ready" for file in shown.files.values()):  # else its sentence would stay
            _kept.put(here.viewer.tenant_id, key, kept)
    return kept


def _overall(content: Content, result: Mapping[str, Any] | None) -> Markup:
    state = result["state"] if result else ""
    return references.formulas(content.key.get("overall", {}).get(state, ""))


@dataclass
class Shown:
    """A page being shown; a `binder.blocks.Rendering`.

    `mode` is `form` (a learner answers), `copy` (what was answered, no verdict yet), `result` (after release) or
    `preview` (an author looks).
    """

    lang: str
    files: Mapping[str, FileView]
    versions: Mapping[str, ActivityVersion]
    """Activity id → version."""
    mode: str
    seed: str = ""
    responses: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    """Activity id → {fraction, points, state, parts}, where they may be seen."""
    solved: Collection[str] = ()
    """Ids of the activities whose right answers may be seen."""
    effects: Collection[Effect] = ()
    """What the accommodations of the learner change."""
    still: Mapping[str, Markup] = field(default_factory=dict)
    """Block id → its HTML, where that is known already."""
    pages: Callable[[str], str | None] | None = None
    """Page id → address, None where whoever looks may not read it; without it no link between pages leads anywhere."""
    handed: Handed | None = None
    """The files of the learner whose copy this is."""
    marking: bool = False
    """Whether whoever looks marks the copy."""
    _number: int = 0

    @property
    def embed_hosts(self) -> Collection[str]:
        """See `Rendering.embed_hosts`: those that the host of the tool allows."""
        return tool().settings.embed_hosts

    def file(self, resource_id: str) -> FileView | None:
        """See `Rendering.file`."""
        return self.files.get(resource_id)

    def page(self, page_id: str) -> str | None:
        """See `Rendering.page`."""
        return self.pages(page_id) if self.pages is not None else None

    def activity(self, activity_id: str) -> Markup:
        """See `Rendering.activity`: the template `activities/<type>.html`."""
        version = self.versions.get(activity_id)
        if version is None:
            return Markup("")
        self._number += 1
        kind, result = type_of(version.type), self._result(activity_id)
        content, response = self.content(version), self.responses.get(activity_id) or {}
        may_see = self.mode == "preview" or (self.mode != "paper" and activity_id in self.solved)
        words = texts()
        marker = None
        if isinstance(kind, Marked) and (self.marking or self.mode == "preview"):
            marker = kind.for_marker(content, response)
        return Markup(  # noqa: S704 - a template escapes
            filled(
                f"activities/{kind.name}.html",
                words,
                id=activity_id,
                number=self._number,
                type=version.type,
                title=version.title,
                points=version.points,
                prompt=references.shown(content.body.get("prompt", ""), self),
                hint=references.shown(content.body.get("hint", ""), self),
                question=kind.public(content, f"{self.seed}/{activity_id}"),
                response=response,
                unreadable=[told(text, words) for text in kind.problems(content, response, self.lang)],
                result=result,
                solution=kind.solution(content, response) if may_see else None,
                explanation=references.formulas(content.key.get("explanation", "")) if may_see else "",
                overall=_overall(content, result) if may_see else "",
                file=self.file,
                handed=self.handed,
                marker=marker,
                mode=self.mode,
                lang=self.lang,
            )
        )

    def _result(self, activity_id: str) -> Mapping[str, Any] | None:
        found = self.results.get(activity_id)
        return {"parts": {}, **found} if found else None

    def content(self, version: ActivityVersion) -> Content:
        """A version as it is for the learner whose page this is."""
        return type_of(version.type).adapted(content_of(version), self.effects)

    def html(self, page_blocks: Sequence[Mapping[str, Any]]) -> Markup:
        """All blocks, one below the other."""
        return Markup("\n").join(
            self.still[block["id"]] if block["id"] in self.still else self._block(block)
            for block in page_blocks
        )

    def whole(self, page_blocks: Sequence[Mapping[str, Any]], *, below: int = 1) -> Markup:
        """All blocks as a page, whose headings leave no level out.

        :param below: level of the page's own heading.
        """
        return closed_up(self.html(page_blocks), below=below)

    def _block(self, block: Mapping[str, Any]) -> Markup:
        """One block; its author is told who does not see it."""
        html = kind_of(block).html(block, self)
        limited = "hidden_until" in block or "audience" in block
        return limits(block, texts()) + html if limited and self.mode == "preview" else html
