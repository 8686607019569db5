"""A page's blocks as HTML on the web: where its files are, and its activities as form, result or preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from binder.activities import activities
from binder.blocks import FileView, blocks
from binder.grading import content_of
from binder.models import ActivityVersion, Resource
from lti.views.screens import Here, texts
from lti.views.wording import helpers

__all__ = ["Shown", "file_views"]


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
            render_template(
                f"lti/activities/{version.type}.html",
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
                **helpers(texts()),
            )
        )

    def html(self, page_blocks: Sequence[Mapping[str, Any]]) -> Markup:
        """All blocks, one below the other."""
        return Markup("\n").join(blocks[block["type"]].html(block, self) for block in page_blocks)
