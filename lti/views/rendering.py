"""A page's blocks as HTML on the web: where its files are, and its activities as form, result or preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from markupsafe import Markup

from binder.activities import activities
from binder.blocks import FileView, blocks
from binder.grading import content_of
from binder.keeping import Kept
from binder.models import ActivityVersion, PageRevision, Resource
from lti.views.screens import Here, texts
from lti.views.templates import filled

__all__ = ["Shown", "file_views", "still"]


_FILES = sa.select(
    Resource.id, Resource.name, Resource.media_type, Resource.size, Resource.credit, Resource.licence
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
    names = {name for block in page_blocks for name in blocks[block["type"]].resources(block)}
    if not names:
        return {}
    values = {"tenant_id": here.viewer.tenant_id, "wanted": [UUID(name) for name in names]}
    rows = here.session.connection().execute(_FILES, values)
    return {
        str(row.id): FileView(url(str(row.id)), row.name, row.media_type, row.size, row.credit, row.licence)
        for row in rows
    }


MOST_KEPT = 10_000_000
_kept: Kept[Mapping[str, Markup]] = Kept(
    MOST_KEPT, lambda kept: 1000 + sum(len(html) for html in kept.values())
)
"""Blocks that this process has shown; it keeps so many characters of them."""


def still(here: Here, revision: PageRevision, lang: str, folder: str) -> Mapping[str, Markup]:
    """The blocks of a revision that show no activity, by block id: they never change and are the same to everybody.

    :param folder: where the files are, as an address relative to the screen, so that no launch is part of it.
    """
    key = revision.id, lang, folder
    kept = _kept.get(here.viewer.tenant_id, key)
    if kept is None:
        quiet = [block for block in revision.blocks if not blocks[block["type"]].activities(block)]
        shown = Shown(lang, file_views(here, quiet, lambda name: f"{folder}/{name}"), {}, "copy")
        kept = {block["id"]: blocks[block["type"]].html(block, shown) for block in quiet}
        _kept.put(here.viewer.tenant_id, key, kept)
    return kept


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
    """Activity id → {fraction, points, state}, where they may be seen."""
    still: Mapping[str, Markup] = field(default_factory=dict)
    """Block id → its HTML, where that is known already."""
    _number: int = 0

    def file(self, resource_id: str) -> FileView | None:
        """See `Rendering.file`."""
        return self.files.get(resource_id)

    def activity(self, activity_id: str) -> Markup:
        """See `Rendering.activity`: the template `activities/<type>.html`."""
        version = self.versions.get(activity_id)
        if version is None:
            return Markup("")
        kind, content = activities[version.type], content_of(version)
        response = self.responses.get(activity_id)
        solution = kind.solution(content, response) if self.mode in ("result", "preview") else None
        self._number += 1
        return Markup(  # noqa: S704 - a template escapes
            filled(
                f"activities/{version.type}.html",
                texts(),
                id=activity_id,
                number=self._number,
                title=version.title,
                points=version.points,
                question=kind.public(content, self.seed),
                response=response or {},
                result=self.results.get(activity_id),
                solution=solution,
                mode=self.mode,
                lang=self.lang,
            )
        )

    def html(self, page_blocks: Sequence[Mapping[str, Any]]) -> Markup:
        """All blocks, one below the other."""
        return Markup("\n").join(
            self.still[block["id"]] if block["id"] in self.still else blocks[block["type"]].html(block, self)
            for block in page_blocks
        )
