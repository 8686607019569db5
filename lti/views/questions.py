"""An activity's form: choosing its type, making one for a page, and changing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request

from binder import authoring, composing
from binder.activities import ActivityType, Content, activities
from binder.errors import Invalid
from lti.views.block_forms import take_in
from lti.views.forms import identifier, problems
from lti.views.pages import own_activities, preview
from lti.views.screens import Here, render, screen, texts
from lti.views.weights import weight_limit
from lti.views.wording import as_html

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["edit_activity", "in_words", "new_activity", "save_activity"]

DEFAULT = "choice"
FILES = ("picture", "sound", "film", "document")


def in_words(names: Mapping[str, str], language: str, name: str = "") -> str:
    """What a type says of itself in the viewer's language, or else in any, or else its name."""
    return names.get(language) or next(iter(names.values()), name)


@screen("/pages/<uuid:page>/activity/new")
def new_activity(here: Here, page: UUID) -> Response:
    """Choose the type of a new activity, each with what it is for."""
    own, language = authoring.own_page(here.session, here.viewer, page), texts().language
    offered = [
        (kind.name, in_words(kind.titles, language, kind.name), in_words(kind.lines, language))
        for kind in activities
    ]
    return render("activity_kinds.html", here, page=own, offered=offered, after=request.args.get("after", ""))


@screen("/pages/<uuid:page>/activity")
def edit_activity(here: Here, page: UUID) -> Response:
    """The form of a new activity of `?type=`, filled where `?example=1`, or of the one that `?activity=` names."""
    typed = None
    if request.args.get("example") == "1":
        own = authoring.own_page(here.session, here.viewer, page)
        typed = _known(request.args.get("type", "")).example(own.binder.lang) or None
    return _activity_form(here, page, request.args.get("activity", ""), typed=typed)


def _known(name: str) -> ActivityType:
    return activities[name if name in activities else DEFAULT]


def _activity_form(
    here: Here,
    page_id: UUID,
    activity_id: str,
    error: Invalid | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    own = authoring.own_page(here.session, here.viewer, page_id)
    existing = own_activities(own).get(activity_id)
    kind = _known(existing.type if existing is not None else request.values.get("type", ""))
    data = typed
    if data is None and existing is not None:
        version = existing.current
        data = {"title": version.title, "points": str(version.points), "body": version.body}
        data |= {"key": version.key, "scoring": version.scoring}
    return render(
        f"activities/{kind.name}_form.html",
        here,
        page=own,
        type=kind.name,
        kind_title=in_words(kind.titles, texts().language, kind.name),
        activity_id=activity_id if existing else "",
        data=data or {},
        warnings=_warnings(kind, data) if existing is not None and error is None else [],
        shown=preview(here, own, []),
        limits={name: weight_limit(name, texts()) for name in FILES},
        problems=problems(error),
        status=422 if error else 200,
    )


def _warnings(kind: ActivityType, data: Mapping[str, Any] | None) -> list[str]:
    try:
        content: Content = kind.load(data or {})
    except Invalid:
        return []
    return kind.warnings(content)


@screen("/pages/<uuid:page>/activity", "POST")
def save_activity(here: Here, page: UUID) -> BaseResponse:
    """A new activity on the page, or a new version of one; "more" only adds empty lines to the form."""
    own = authoring.own_page(here.session, here.viewer, page)
    activity_id = request.form.get("activity", "")
    existing = own_activities(own).get(activity_id)
    kind = _known(existing.type if existing else request.form.get("type", ""))
    typed = _typed_activity(here, page, kind)
    if request.form.get("action") == "more":
        return _activity_form(here, page, activity_id, typed={**typed, "more": True})
    try:
        saved = authoring.save_activity(
            here.session,
            here.viewer,
            own.binder_id,
            typed,
            type=kind.name,
            activity_id=identifier(activity_id) if existing else None,
        )
    except Invalid as error:
        return _activity_form(here, page, activity_id, error, typed)
    if existing is None:
        here.session.expire(own.binder, ["activities"])
        block = {"type": "activity", "activity": str(saved.id)}
        composing.add_block(here.session, here.viewer, page, block, after=request.form.get("after") or None)
    return here.to("edit_page", page=page, _anchor=f"a-{saved.id}")


def _typed_activity(here: Here, page: UUID, kind: ActivityType) -> dict[str, Any]:
    fields = request.form.to_dict(flat=False)
    take_in(here, page, fields)
    for name, form in kind.written.items():
        fields[name] = [as_html(text, inline=form == "inline") for text in fields.get(name, [])]
    return {**kind.content_from_form(fields), "title": request.form.get("title", "")}
