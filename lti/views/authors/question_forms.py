"""A question's form as it is shown and read: what was stored or typed, and what helps its author beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Response, request

from binder.activities import ActivityType, Content, activities
from binder.activities.helping import Helping
from binder.activities.transforming import targets
from binder.bank import lending
from binder.bank.banking import Question
from binder.content.accents import accents_for, counts_accents
from binder.errors import Invalid
from binder.models import Activity, Binder, Page
from lti.views.forms import Problem, problems
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, render, texts
from lti.views.scripts import reader
from lti.views.weights import weight_limit
from lti.views.wording import as_html

__all__ = [
    "FILES",
    "NOTHING",
    "Asked",
    "Place",
    "content_of_form",
    "in_words",
    "known",
    "leads_back",
    "shown_files",
    "stored",
    "typed_question",
    "written_as_html",
]

DEFAULT = "choice"
WORK = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FILES = ("picture", "sound", "film", "document")
NOTHING = "00000000-0000-0000-0000-000000000000"
"""Stands in an address where scripts put the id of a file."""


@dataclass(frozen=True)
class Place:
    """Where a question stands: on a page, or – without one – in the viewer's bank."""

    binder: Binder
    page: Page | None = None

    def begun(self, kind: ActivityType, data: Mapping[str, Any]) -> dict[str, Any]:
        """A question that is just begun: how accents count is what the binder's subject makes usual."""
        if self.page is None or not self.binder.subject or not counts_accents(kind):
            return dict(data)
        return {**data, "scoring": {"accents": accents_for(self.binder.subject), **data.get("scoring", {})}}

    @property
    def lang(self) -> str:
        """The language that learners read; of the bank, its owner's own."""
        return self.binder.lang if self.page is not None else texts().language

    def file_url(self, here: Here, resource: str) -> str:
        """Address of a file, as its author's."""
        if self.page is None:
            return here.url("bank_file", resource=resource)
        return here.url("binder_file", binder=self.binder.id, resource=resource)

    def addresses(self, here: Here, existing: Activity | None, came_from: str) -> dict[str, str]:
        """Where the form of a question is sent, where leaving it leads to, and where its files go."""
        if self.page is None:
            own = (
                here.url("bank_question", question=existing.id) if existing is not None else here.url("bank")
            )
            form = here.url("edit_bank_question", question=existing.id) if existing is not None else own
            return {
                "form": form,
                "afresh": form,
                "leave": own,
                "uploads": here.url("bank_uploads", binder=self.binder.id),
            }
        named = {"from": came_from} if came_from else {}
        return {
            "form": here.url("save_activity", page=self.page.id),
            "afresh": here.url(
                "edit_activity", page=self.page.id, activity=existing and existing.id, **named
            ),
            "leave": leads_back(here, self.page, came_from),
            "uploads": here.url("uploads", binder=self.binder.id),
        }


def leads_back(here: Here, page: Page, came_from: str, saved: Activity | None = None) -> str:
    """Address of the screen that the form of a question on a page was opened from.

    :param came_from: `questions`, or the id of the work whose answers were looked at; else it is the page's editor.
    """
    if came_from == "questions":
        return here.url("page_questions", page=page.id)
    if WORK.fullmatch(came_from):
        told = {"changed": saved.id, "_anchor": f"a-{saved.id}"} if saved is not None else {}
        return here.url("class_answers", assignment=came_from, **told)
    return here.url("edit_page", page=page.id, _anchor=f"a-{saved.id}" if saved is not None else None)


@dataclass(frozen=True)
class Asked:
    """What the form of a question shows."""

    place: Place
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
    """The question as a learner has it; see `lti.views.authors.trying`."""

    def show(self, here: Here, **more: Any) -> Response:
        """The form as a page."""
        content = content_or_none(self.kind, self.data)
        words, existing = texts(), self.existing
        kept, place = self._kept(here), self.place
        return render(
            f"activities/{self.kind.name}_form.html",
            here,
            page=place.page,
            binder=place.binder,
            lang=place.lang,
            addresses=place.addresses(here, existing, request.values.get("from", "")),
            file_url=partial(place.file_url, here),
            type=self.kind.name,
            kind_title=in_words(self.kind.titles, words.language, self.kind.name),
            activity_id=str(existing.id) if existing is not None else "",
            existing=existing,
            newer=existing is not None and _is_newer(kept, existing),
            kept_tags=Question(kept, kept.current).tags if kept is not None else [],
            data=self.data,
            dirty=self.typed,
            by_subject=existing is None and not self.typed and place.begun(self.kind, {}) != {},
            reader=reader(here),
            warnings=self._warnings(content),
            shown=shown_files(here, place, self.kind, content),
            limits={name: weight_limit(name, words) for name in FILES},
            problems=self.problems,
            nothing=NOTHING,
            pastes=type(self.kind).pasted is not Helping.pasted,
            tries=bool(self.kind.tried_field),
            counts=type(self.kind).scoring_table is not Helping.scoring_table,
            ways=[(name, in_words(activities[name].titles, words.language, name)) for name in self._ways],
            lost=self.lost,
            table=self.kind.scoring_table(content, place.lang) if self.table and content else None,
            tabled=self.table,
            probe=self.probe,
            trial=self.trial,
            **{"status": 422 if self.error else 200, **more},
        )

    def _kept(self, here: Here) -> Activity | None:
        """The question in the viewer's bank that this one is, or was taken from."""
        if self.existing is None or self.place.page is None:
            return self.existing
        return lending.origin(here.session, here.viewer, self.existing)

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


def _is_newer(kept: Activity | None, copy: Activity) -> bool:
    return kept is not None and kept is not copy and kept.number > (copy.origin_number or 0)


def in_words(names: Mapping[str, str], language: str, name: str = "") -> str:
    """What a type says of itself in the viewer's language, or else in any, or else its name."""
    return names.get(language) or next(iter(names.values()), name)


def known(name: str) -> ActivityType:
    """The type of that name, or the usual one."""
    return activities[name if name in activities else DEFAULT]


def stored(activity: Activity) -> dict[str, Any]:
    """What is stored of a question, as its form wants it."""
    version = activity.current
    data = {"title": version.title, "points": str(version.points), "body": version.body}
    return {**data, "key": version.key, "scoring": version.scoring}


def content_or_none(kind: ActivityType, data: Mapping[str, Any]) -> Content | None:
    """What was typed, once it is complete."""
    try:
        return kind.load(data)
    except Invalid:
        return None


def shown_files(here: Here, place: Place, kind: ActivityType, content: Content | None) -> Shown:
    """The files of a question, at addresses that are its author's."""
    files = kind.resources(content) if content is not None else []
    block = {"type": "activity", "activity": "", "files": files}
    return Shown(place.lang, file_views(here, [block], partial(place.file_url, here)), {}, "preview")


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
