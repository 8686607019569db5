"""The teacher's question bank: what is in it, looking at one question, and taking some onto a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request

from binder.activities import activities
from binder.bank import banking, lending
from binder.content import authoring, composing
from binder.content.asking import content_of
from binder.errors import Invalid, NotFound
from binder.models import Activity, Page
from lti.views.authors.question_forms import in_words
from lti.views.forms import identifier, problems
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, render, screen, texts
from lti.views.transfers.files import send

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["bank", "bank_file", "bank_question", "change_bank_question", "take_questions"]

MOST_SHOWN = 100
MOST_TAKEN = 100
MOST_TYPED = 200


@screen("/bank")
def bank(here: Here) -> Response:
    """The viewer's questions that fit `?q=`, `?tag=` and `?type=`; with `?page=` they can be taken onto it."""
    return _list(here)


def _list(here: Here, error: Invalid | None = None) -> Response:
    sought = {name: request.values.get(name, "")[:MOST_TYPED] for name in ("q", "tag", "type")}
    hidden = request.values.get("hidden") == "1"
    found = banking.questions(
        here.session,
        here.viewer,
        words=sought["q"],
        tag=sought["tag"],
        type=sought["type"],
        hidden=hidden,
    )
    page, draw = _place(here)
    return render(
        "bank.html",
        here,
        questions=found[:MOST_SHOWN],
        more=max(0, len(found) - MOST_SHOWN),
        tags=banking.tags(here.session, here.viewer),
        kinds=_kinds(),
        sought=sought,
        hidden=hidden,
        page=page,
        draw=draw,
        after=request.values.get("after", ""),
        removed=request.args.get("removed", ""),
        problems=problems(error),
        status=422 if error else 200,
    )


def _kinds() -> dict[str, str]:
    language = texts().language
    return {kind.name: in_words(kind.titles, language, kind.name) for kind in activities}


def _place(here: Here) -> tuple[Page | None, dict[str, Any] | None]:
    """The page onto which questions may be taken, and the draw to which they may be added."""
    name = request.values.get("page", "")
    if not name:
        return None, None
    page = authoring.own_page(here.session, here.viewer, identifier(name))
    wanted = request.values.get("draw", "")
    return page, next((one for one in page.blocks if one["id"] == wanted and one["type"] == "draw"), None)


@screen("/bank/<uuid:question>")
def bank_question(here: Here, question: UUID) -> Response:
    """One question with its answers, its tags, and what can be done with it."""
    return _one(here, banking.question(here.session, here.viewer, question))


def _one(here: Here, activity: Activity, error: Invalid | None = None) -> Response:
    version, name = activity.current, str(activity.id)
    files = activities[version.type].resources(content_of(version)) if version.type in activities else []
    views = file_views(
        here,
        [{"type": "activity", "activity": name, "files": files}],
        lambda resource: here.url("bank_file", resource=resource),
    )
    known = version.type in activities
    shown = Shown(texts().language, views, {name: version} if known else {}, "preview", seed=name)
    return render(
        "bank_question.html",
        here,
        question=banking.Question(activity, version),
        html=shown.activity(name),
        kinds=_kinds(),
        tags=banking.tags(here.session, here.viewer),
        typed=request.form.get("tags"),
        saved=request.args.get("saved", ""),
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/bank/<uuid:question>", "POST")
def change_bank_question(here: Here, question: UUID) -> BaseResponse:
    """Other tags, out of sight or back, or gone."""
    action = request.form.get("action", "")
    if action == "remove":
        gone = banking.remove(here.session, here.viewer, question)
        return here.to("bank", removed="gone" if gone else "hidden")
    if action == "show":
        banking.show(here.session, here.viewer, question)
        return here.to("bank_question", question=question)
    activity = banking.question(here.session, here.viewer, question)
    try:
        names = request.form.get("tags", "")[:2000].split(",")
        banking.tag(here.session, here.viewer, question, names)
    except Invalid as error:
        return _one(here, activity, error)
    return here.to("bank_question", question=question, saved=1)


@screen("/bank/files/<uuid:resource>")
def bank_file(here: Here, resource: UUID) -> BaseResponse:
    """A file that questions of the viewer's own bank show."""
    return send(here, banking.bank_file(here.session, here.viewer, resource))


@screen("/pages/<uuid:page>/bank", "POST")
def take_questions(here: Here, page: UUID) -> BaseResponse:
    """Copy the ticked questions – or all with a tag – onto the page, or into one of its draws."""
    own = authoring.own_page(here.session, here.viewer, page)
    draw = request.form.get("draw", "")
    try:
        with here.session.begin_nested():
            wanted = _ticked(here)
            if draw:
                _add_to_draw(here, own, draw, wanted)
            else:
                _put_on_page(here, own, wanted)
    except Invalid as error:
        return _list(here, error)
    if draw:
        return here.to("edit_page", page=page, open=draw, _anchor=f"b-{draw}")
    return here.to("page_questions", page=page)


def _ticked(here: Here) -> list[UUID]:
    ids = [identifier(text) for text in request.form.getlist("question")[:MOST_TAKEN]]
    tag = request.form.get("all_of", "")[:MOST_TYPED]
    if tag:
        found = banking.questions(here.session, here.viewer, tag=tag)[:MOST_TAKEN]
        ids += [one.activity.id for one in reversed(found)]
    if not ids:
        raise Invalid("nothing ticked", {"question": ["tick at least one question"]})
    return list(dict.fromkeys(ids))


def _put_on_page(here: Here, page: Page, wanted: list[UUID]) -> None:
    after = request.form.get("after") or None
    for one in wanted:
        taken = lending.take(here.session, here.viewer, one, page.id, after=after)
        after = next(it["id"] for it in page.blocks if it.get("activity") == str(taken.id))


def _add_to_draw(here: Here, page: Page, draw: str, wanted: list[UUID]) -> None:
    """Those that are in it already, whether taken once before or not, come in once."""
    block = next((one for one in page.blocks if one["id"] == draw and one["type"] == "draw"), None)
    if block is None:
        raise NotFound("no such draw on this page")
    inside = set(block["activities"])
    origins = {it.origin_id for it in page.binder.activities if str(it.id) in inside}
    new = [one for one in wanted if one not in origins]
    copies = lending.take_into(here.session, here.viewer, new, page.binder_id)
    names = [*block["activities"], *(str(copy.id) for copy in copies)]
    fields = {name: value for name, value in block.items() if name not in ("id", "type", "files")}
    composing.change_block(here.session, here.viewer, page.id, draw, {**fields, "activities": names})
