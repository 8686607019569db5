"""An activity's form: choosing its type, making one for a page, and changing one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, redirect, request

from binder.activities import activities
from binder.bank import lending
from binder.content import authoring, composing
from binder.errors import Invalid, NotFound
from binder.models import Activity, Page
from lti.views.authors.block_forms import store_at
from lti.views.authors.pages import own_activities
from lti.views.authors.question_actions import ACTIONS, sent
from lti.views.authors.question_forms import Asked, Place, in_words, known, leads_back, stored
from lti.views.forms import identifier
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["edit_activity", "in_words", "new_activity", "page_questions", "save_activity"]


@screen("/pages/<uuid:page>/questions")
def page_questions(here: Here, page: UUID) -> Response:
    """The first step: the questions of a page, each with what can be done to it."""
    own = authoring.own_page(here.session, here.viewer, page)
    known_here, language = own_activities(own), texts().language
    rows = [
        (block, [known_here[name] for name in _asked(block) if name in known_here]) for block in own.blocks
    ]
    rows = [(block, asked) for block, asked in rows if asked]
    return render(
        "page_questions.html",
        here,
        page=own,
        rows=rows,
        newer=lending.newer(here.session, here.viewer, {one for _, asked in rows for one in asked}),
        kinds={kind.name: in_words(kind.titles, language, kind.name) for kind in activities},
    )


def _asked(block: Mapping[str, Any]) -> list[str]:
    return [block["activity"]] if block["type"] == "activity" else list(block.get("activities", ()))


USUAL = (
    "choice true_false short_answer numeric cloze match order categorize free_text file_upload recording "
    "label_image hotspot drawing formula"
).split()
"""The types that teachers use most come first; a vendor's stand behind them."""


@screen("/pages/<uuid:page>/activity/new")
def new_activity(here: Here, page: UUID) -> Response:
    """Choose the type of a new activity, each with what it is for; or one from the question bank."""
    own, language = authoring.own_page(here.session, here.viewer, page), texts().language
    offered = [
        (kind.name, in_words(kind.titles, language, kind.name), in_words(kind.lines, language))
        for kind in sorted(
            activities, key=lambda kind: USUAL.index(kind.name) if kind.name in USUAL else len(USUAL)
        )
    ]
    return render("activity_kinds.html", here, page=own, offered=offered, after=request.args.get("after", ""))


@screen("/pages/<uuid:page>/activity")
def edit_activity(here: Here, page: UUID) -> Response:
    """The form of a new activity of `?type=`, filled where `?example=1`, or of the one that `?activity=` names."""
    own = authoring.own_page(here.session, here.viewer, page)
    place, existing = Place(own.binder, own), own_activities(own).get(request.args.get("activity", ""))
    if existing is not None:
        return Asked(place, known(existing.type), existing, stored(existing)).show(here)
    kind = known(request.args.get("type", ""))
    filled = request.args.get("example") == "1"
    return Asked(place, kind, data=kind.example(own.binder.lang) if filled else place.begun(kind, {})).show(
        here
    )


@screen("/pages/<uuid:page>/activity", "POST")
def save_activity(here: Here, page: UUID) -> BaseResponse:
    """A new activity on the page, or a new version of one; `ACTIONS` only show the form again, and store nothing."""
    own = authoring.own_page(here.session, here.viewer, page)
    existing = own_activities(own).get(request.form.get("activity", ""))
    asked = sent(here, Place(own.binder, own), existing, store_at(here, page))
    return asked.show(here) if request.form.get("action") in ACTIONS else _save(here, own, asked)


def _save(here: Here, own: Page, asked: Asked) -> BaseResponse:
    came_from = request.form.get("from", "")
    try:
        with here.session.begin_nested():
            saved = _saved(here, own, asked)
    except Invalid as error:
        return replace(asked, error=error).show(here)
    if request.form.get("action") == "keep":
        named = {"from": came_from} if came_from else {}
        return here.to("edit_activity", page=own.id, activity=saved.id, kept=1, **named)
    return redirect(leads_back(here, own, "" if asked.existing is None else came_from, saved), 303)


def _saved(here: Here, own: Page, asked: Asked) -> Activity:
    """The question as it is stored now; on the page, if it is new; in the bank, if its author wants that."""
    existing, kind = asked.existing, asked.kind
    saved = authoring.save_activity(
        here.session,
        here.viewer,
        own.binder_id,
        asked.data,
        type=kind.name,
        activity_id=existing.id if existing is not None else None,
    )
    if existing is None:
        here.session.expire(own.binder, ["activities"])
        block = {"type": "activity", "activity": str(saved.id)}
        composing.add_block(here.session, here.viewer, own.id, block, after=request.form.get("after") or None)
    if request.form.get("action") == "keep":
        names = request.form.get("bank_tags", "")[:2000].split(",")
        lending.keep(here.session, here.viewer, saved.id, tags=names)
    return saved


@screen("/pages/<uuid:page>/questions/<uuid:activity>/renew", "POST")
def renew_activity(here: Here, page: UUID, activity: UUID) -> BaseResponse:
    """The question as the bank has it now, as a new version."""
    own = authoring.own_page(here.session, here.viewer, page)
    if str(activity) not in own_activities(own):
        raise NotFound("no such question in this binder")
    lending.renew(here.session, here.viewer, activity)
    return here.to("edit_activity", page=page, activity=identifier(str(activity)))
