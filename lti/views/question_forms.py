"""A question's form as it is shown and read: what was stored or typed, and what helps its author beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request

from binder import lending
from binder.activities import ActivityType, Content, activities
from binder.activities.helping import Helping
from binder.activities.transforming import targets
from binder.banking import Question
from binder.errors import Invalid
from binder.models import Activity, Page
from lti.views.answers import reader
from lti.views.forms import Problem, problems
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, render, texts
from lti.views.weights import weight_limit
from lti.views.wording import as_html

__all__ = [
    "FILES",
    "NOTHING",
    "Asked",
    "content_of_form",
    "in_words",
    "known",
    "shown_files",
    "typed_question",
    "written_as_html",
]

DEFAULT = "choice"
FILES = ("picture", "sound", "film", "document")
NOTHING = "00000000-0000-0000-0000-000000000000"
"""Stands in an address where scripts put the id of a file."""


@dataclass(frozen=True)
class Asked:
    """What the form of a question shows."""

    page: Page
    kind: ActivityType
    existing: Activity | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    """As `ActivityType.content_from_form` gives it, with the title."""
    typed: bool = False
    """Whether it is not stored: leaving would lose it."""
    error: Invalid | None = None
    lost: list[str] | None = None
    """What the change to another type loses; None where there was none."""
    table: bool = False
    """Whether the table of points was asked for."""
    probe: Mapping[str, Any] | None = None
    """What an answer that the author tries is worth."""
    trial: Mapping[str, Any] | None = None
    """The question as a learner has it; see `lti.views.trying`."""

    def show(self, here: Here, **more: Any) -> Response:
        """The form as a page."""
        content = content_or_none(self.kind, self.data)
        words, existing = texts(), self.existing
        kept = lending.origin(here.session, here.viewer, existing) if existing is not None else None
        return render(
            f"activities/{self.kind.name}_form.html",
            here,
            page=self.page,
            type=self.kind.name,
            kind_title=in_words(self.kind.titles, words.language, self.kind.name),
            activity_id=str(existing.id) if existing is not None else "",
            existing=existing,
            newer=kept is not None and existing is not None and kept.number > (existing.origin_number or 0),
            kept_tags=Question(kept, kept.current).tags if kept is not None else [],
            data=self.data,
            dirty=self.typed,
            reader=reader(here),
            warnings=self._warnings(content),
            shown=shown_files(here, self.page, self.kind, content),
            limits={name: weight_limit(name, words) for name in FILES},
            problems=self.problems,
            nothing=NOTHING,
            pastes=type(self.kind).pasted is not Helping.pasted,
            tries=bool(self.kind.tried_field),
            counts=type(self.kind).scoring_table is not Helping.scoring_table,
            ways=[(name, in_words(activities[name].titles, words.language, name)) for name in self._ways],
            lost=self.lost,
            table=self.kind.scoring_table(content, self.page.binder.lang) if self.table and content else None,
            tabled=self.table,
            probe=self.probe,
            trial=self.trial,
            **{"status": 422 if self.error else 200, **more},
        )

    @property
    def problems(self) -> list[Problem]:
        """What is wrong, by field."""
        return problems(self.error)

    @property
    def _ways(self) -> list[str]:
        return targets(self.kind.name)

    def _warnings(self, content: Content | None) -> list[str]:
        """Said of what is stored, or complete enough to be."""
        if content is None or self.error is not None or (self.existing is None and not self.typed):
            return []
        return self.kind.warnings(content)


def in_words(names: Mapping[str, str], language: str, name: str = "") -> str:
    """What a type says of itself in the viewer's language, or else in any, or else its name."""
    return names.get(language) or next(iter(names.values()), name)


def known(name: str) -> ActivityType:
    """The type of that name, or the usual one."""
    return activities[name if name in activities else DEFAULT]


def content_or_none(kind: ActivityType, data: Mapping[str, Any]) -> Content | None:
    """What was typed, once it is complete."""
    try:
        return kind.load(data)
    except Invalid:
        return None


def shown_files(here: Here, page: Page, kind: ActivityType, content: Content | None) -> Shown:
    """The files of a question, at addresses that are its author's."""
    files = kind.resources(content) if content is not None else []
    block = {"type": "activity", "activity": "", "files": files}

    def url(resource: str) -> str:
        return here.url("binder_file", binder=page.binder_id, resource=resource)

    return Shown(page.binder.lang, file_views(here, [block], url), {}, "preview")


def written_as_html(kind: ActivityType, fields: dict[str, list[str]]) -> dict[str, Any]:
    """An author's fields as data for `load()`; what people write becomes HTML."""
    for name, form in kind.written.items():
        fields[name] = [as_html(text, inline=form == "inline") for text in fields.get(name, [])]
    return {**kind.content_from_form(fields), "title": request.form.get("title", "")}


def typed_question(kind: ActivityType) -> dict[str, Any]:
    """What stands in the form that was sent; files that are being chosen stay where they are."""
    return written_as_html(kind, request.form.to_dict(flat=False))


def content_of_form() -> tuple[ActivityType, Content]:
    """The question in the form that was sent.

    :raises Invalid: as long as it is not complete.
    """
    kind = known(request.form.get("type", ""))
    return kind, kind.load(typed_question(kind))
