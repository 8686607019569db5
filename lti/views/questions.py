"""An activity's form: making one for a page, and changing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request

from binder import authoring, composing
from binder.activities import activities
from binder.errors import Invalid
from lti.views.forms import identifier, problems
from lti.views.pages import own_activities
from lti.views.screens import Here, render, screen
from lti.views.wording import as_html

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["edit_activity", "save_activity"]


@screen("/pages/<uuid:page>/activity")
def edit_activity(here: Here, page: UUID) -> Response:
    """The form of a new activity, or of the one that `?activity=` names."""
    return _activity_form(here, page, request.args.get("activity", ""))


def _activity_form(
    here: Here,
    page_id: UUID,
    activity_id: str,
    error: Invalid | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    own = authoring.own_page(here.session, here.viewer, page_id)
    existing = own_activities(own).get(activity_id)
    kind = existing.type if existing is not None else "choice"
    data = typed
    if data is None and existing is not None:
        version = existing.current
        data = {"title": version.title, "points": str(version.points), "body": version.body}
        data |= {"key": version.key, "scoring": version.scoring}
    return render(
        f"activities/{kind}_form.html",
        here,
        page=own,
        activity_id=activity_id if existing else "",
        data=data or {},
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/pages/<uuid:page>/activity", "POST")
def save_activity(here: Here, page: UUID) -> BaseResponse:
    """A new activity on the page, or a new version of one; "more" only adds empty lines to the form."""
    own = authoring.own_page(here.session, here.viewer, page)
    activity_id = request.form.get("activity", "")
    existing = own_activities(own).get(activity_id)
    typed = _typed_activity(existing.type if existing else "choice")
    if request.form.get("action") == "more":
        return _activity_form(here, page, activity_id, typed={**typed, "more": True})
    try:
        saved = authoring.save_activity(
            here.session,
            here.viewer,
            own.binder_id,
            typed,
            type=existing.type if existing else "choice",
            activity_id=identifier(activity_id) if existing else None,
        )
    except Invalid as error:
        return _activity_form(here, page, activity_id, error, typed)
    if existing is None:
        here.session.expire(own.binder, ["activities"])
        block = {"type": "activity", "activity": str(saved.id)}
        composing.add_block(here.session, here.viewer, page, block, after=request.form.get("after") or None)
    return here.to("edit_page", page=page, _anchor=f"a-{saved.id}")


def _typed_activity(kind: str) -> dict[str, Any]:
    fields = request.form.to_dict(flat=False)
    for name in ("prompt", "explanation", "option_feedback", "option"):
        fields[name] = [as_html(text, inline=name == "option") for text in fields.get(name, [])]
    data = activities[kind].content_from_form(fields)
    return {**data, "title": request.form.get("title", "")}
