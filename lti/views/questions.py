"""An activity's form: choosing its type, making one for a page, and changing one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request

from binder import authoring, composing, lending
from binder.activities import activities
from binder.activities.pasting import MOST_PASTED
from binder.activities.transforming import transformed
from binder.errors import Invalid, NotFound
from binder.models import Activity, Page
from lti.views.block_forms import take_in
from lti.views.forms import identifier
from lti.views.pages import own_activities
from lti.views.question_forms import Asked, in_words, known, written_as_html
from lti.views.screens import Here, render, screen, texts
from lti.views.trying import probed, tried

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
    existing = own_activities(own).get(request.args.get("activity", ""))
    if existing is not None:
        return Asked(own, known(existing.type), existing, _stored(existing)).show(here)
    kind = known(request.args.get("type", ""))
    filled = request.args.get("example") == "1"
    return Asked(own, kind, data=kind.example(own.binder.lang) if filled else {}).show(here)


def _stored(activity: Activity) -> dict[str, Any]:
    version = activity.current
    data = {"title": version.title, "points": str(version.points), "body": version.body}
    return {**data, "key": version.key, "scoring": version.scoring}


@screen("/pages/<uuid:page>/activity", "POST")
def save_activity(here: Here, page: UUID) -> BaseResponse:
    """A new activity on the page, or a new version of one; `ACTIONS` only show the form again, and store nothing."""
    own = authoring.own_page(here.session, here.viewer, page)
    existing = own_activities(own).get(request.form.get("activity", ""))
    kind = known(request.form.get("type", "") or (existing.type if existing is not None else ""))
    fields = request.form.to_dict(flat=False)
    action = request.form.get("action", "")
    if action not in PURE:
        take_in(here, page, fields)
        fields |= _proportions(own, fields)
    asked = Asked(own, kind, existing, written_as_html(kind, fields), typed=True)
    if action in ACTIONS:
        return ACTIONS[action](here, asked).show(here)
    return _save(here, asked)


def _proportions(page: Page, fields: dict[str, list[str]]) -> dict[str, list[str]]:
    """Width and height of the picture that the form names, in pixels, as the binder knows them."""
    named = next(iter(fields.get("resource", ())), "")
    file = next((one for one in page.binder.resources if str(one.id) == named), None)
    if file is None or file.width is None or file.height is None:
        return {}
    return {"resource_width": [str(file.width)], "resource_height": [str(file.height)]}


def _save(here: Here, asked: Asked) -> BaseResponse:
    own, existing = asked.page, asked.existing
    try:
        with here.session.begin_nested():
            saved = _saved(here, own, asked)
    except Invalid as error:
        return replace(asked, error=error).show(here)
    if request.form.get("action") == "keep":
        return here.to("edit_activity", page=own.id, activity=saved.id, kept=1)
    if existing is None or request.form.get("from") != "questions":
        return here.to("edit_page", page=own.id, _anchor=f"a-{saved.id}")
    return here.to("page_questions", page=own.id)


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


def _more(here: Here, asked: Asked) -> Asked:
    """Empty lines at the end of the form."""
    return replace(asked, data={**asked.data, "more": True})


def _paste(here: Here, asked: Asked) -> Asked:
    """The lines of a pasted list as rows."""
    text = request.form.get("pasted", "")[:MOST_PASTED]
    return replace(asked, data=asked.kind.pasted(asked.data, text))


def _count(here: Here, asked: Asked) -> Asked:
    """The table of what typical answers are worth."""
    try:
        asked.kind.load(asked.data)
    except Invalid as error:
        return replace(asked, error=error)
    return replace(asked, table=True)


def _probe(here: Here, asked: Asked) -> Asked:
    """What a text is worth."""
    try:
        content = asked.kind.load(asked.data)
        return replace(asked, probe=probed(asked.kind, content, asked.page.binder.lang))
    except Invalid as error:
        return replace(asked, error=error)


def _try(here: Here, asked: Asked) -> Asked:
    """The question as a learner has it, or what became of the answer to it."""
    try:
        return replace(asked, trial=tried(here, asked))
    except Invalid as error:
        return replace(asked, error=error)


def _transform(here: Here, asked: Asked) -> Asked:
    """The form of another type, filled; the question stays what it is until it is saved."""
    target = request.form.get("transform_to", "")
    try:
        content = asked.kind.load(asked.data)
        data, lost = transformed(asked.kind.name, content, target, asked.page.binder.lang)
    except Invalid as error:
        return replace(asked, error=error)
    filled = {**data, "title": asked.data.get("title", "")}
    return replace(asked, kind=activities[target], data=filled, lost=lost)


ACTIONS: Mapping[str, Callable[[Here, Asked], Asked]] = {
    "more": _more,
    "paste": _paste,
    "table": _count,
    "probe": _probe,
    "try": _try,
    "check": _try,
    "transform": _transform,
    "back": lambda here, asked: asked,
}
"""What a button of the form may ask for than to save it; `back` shows what a device has kept."""
PURE = frozenset(("table", "probe", "try", "check", "back"))
"""Those in which not even a file that is being chosen is stored."""


@screen("/pages/<uuid:page>/questions/<uuid:activity>/renew", "POST")
def renew_activity(here: Here, page: UUID, activity: UUID) -> BaseResponse:
    """The question as the bank has it now, as a new version."""
    own = authoring.own_page(here.session, here.viewer, page)
    if str(activity) not in own_activities(own):
        raise NotFound("no such question in this binder")
    lending.renew(here.session, here.viewer, activity)
    return here.to("edit_activity", page=page, activity=identifier(str(activity)))
