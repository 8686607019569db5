"""The teacher's pages: reading one as it stands, and the simple forms that write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

from flask import Response, request

from binder import authoring, composing, files
from binder.activities import activities
from binder.blocks import digest
from binder.errors import Conflict, Invalid
from binder.models import Activity, Page
from lti.tool import tool
from lti.views.forms import identifier, number, problems
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, render, screen
from lti.views.wording import as_html

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["add_block", "change_block", "edit_page", "page", "publish", "rename_page"]


def _own_activities(page: Page) -> dict[str, Activity]:
    return {str(activity.id): activity for activity in page.binder.activities}


def _shown(here: Here, page: Page) -> Shown:
    def url(resource: str) -> str:
        return here.url("page_file", page=page.id, resource=resource)

    versions = {name: activity.current for name, activity in _own_activities(page).items()}
    return Shown(page.binder.lang, file_views(here, page.blocks, url), versions, "preview", seed=str(page.id))


@screen("/pages/<uuid:page>")
def page(here: Here, page: UUID) -> Response:
    """A page of one's own as it stands, answers included."""
    own = authoring.own_page(here.session, here.viewer, page)
    return render("page.html", here, page=own, content=_shown(here, own).html(own.blocks))


@screen("/pages/<uuid:page>/edit")
def edit_page(here: Here, page: UUID) -> Response:
    """All blocks of a page, each with its form."""
    return _editor(here, page)


def _editor(
    here: Here,
    page_id: UUID,
    error: Invalid | None = None,
    *,
    typed: dict[str, Any] | None = None,
    typed_in: str = "",
    conflict: dict[str, Any] | None = None,
) -> Response:
    """The editor; what was typed and could not be saved stands in its form again.

    :param typed_in: id of the block whose form it was, or `new`.
    :param conflict: the block as somebody else has saved it meanwhile.
    """
    own = authoring.own_page(here.session, here.viewer, page_id)
    return render(
        "edit_page.html",
        here,
        page=own,
        shown=_shown(here, own),
        digest=digest,
        own_activities=_own_activities(own),
        problems=problems(error),
        typed=typed or {},
        typed_in=typed_in,
        conflict=conflict,
        status=409 if conflict else 422 if error else 200,
    )


@screen("/pages/<uuid:page>/title", "POST")
def rename_page(here: Here, page: UUID) -> BaseResponse:
    """Another title."""
    try:
        authoring.change_page_title(here.session, here.viewer, page, title=request.form.get("title", ""))
    except Invalid as error:
        return _editor(here, page, error, typed=request.form.to_dict(), typed_in="title")
    return here.to("edit_page", page=page)


def _fields(here: Here, page: UUID) -> dict[str, Any]:
    """A block's fields as its form sends them; a chosen file is taken in first."""
    fields: dict[str, Any] = {
        name: value
        for name, value in request.form.items()
        if name not in ("token", "base", "after", "action", "by")
    }
    for name in ("decorative",):
        if name in fields:
            fields[name] = fields[name] == "1"
    if "html" in fields:
        fields["html"] = as_html(fields["html"])
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        own = authoring.own_page(here.session, here.viewer, page)
        stored = files.add_file(
            here.session,
            here.viewer,
            own.binder_id,
            tool().storage,
            cast("BinaryIO", upload.stream),
            name=upload.filename,
        )
        here.session.expire(own.binder, ["resources"])
        fields["resource"] = str(stored.id)
    return fields


@screen("/pages/<uuid:page>/blocks", "POST")
def add_block(here: Here, page: UUID) -> BaseResponse:
    """A new block behind another, or at the end."""
    fields: dict[str, Any] = request.form.to_dict()
    try:
        fields = _fields(here, page)
        new = composing.add_block(
            here.session, here.viewer, page, fields, after=request.form.get("after") or None
        )
    except Invalid as error:
        return _editor(here, page, error, typed=fields, typed_in="new")
    return here.to("edit_page", page=page, _anchor=f"b-{new['id']}")


@screen("/pages/<uuid:page>/blocks/<block>", "POST")
def change_block(here: Here, page: UUID, block: str) -> BaseResponse:
    """Save, move or remove a block."""
    action = request.form.get("action", "save")
    if action == "move":
        composing.move_block(here.session, here.viewer, page, block, by=number("by", 0, least=-1000))
    elif action == "remove":
        composing.remove_block(here.session, here.viewer, page, block)
        return here.to("edit_page", page=page, _anchor="blocks")
    else:
        fields: dict[str, Any] = request.form.to_dict()
        try:
            fields = _fields(here, page)
            base = request.form.get("base")
            composing.change_block(here.session, here.viewer, page, block, fields, base=base)
        except Invalid as error:
            return _editor(here, page, error, typed=fields, typed_in=block)
        except Conflict as conflict:
            return _editor(here, page, typed=fields, typed_in=block, conflict=conflict.current)
    return here.to("edit_page", page=page, _anchor=f"b-{block}")


@screen("/pages/<uuid:page>/publish", "POST")
def publish(here: Here, page: UUID) -> BaseResponse:
    """Show pupils the page as it stands now."""
    authoring.publish(here.session, here.viewer, page)
    return here.to("page", page=page)


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
    existing = _own_activities(own).get(activity_id)
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
    """A new activity at the end of the page, or a new version of one; "more" only adds empty lines to the form."""
    own = authoring.own_page(here.session, here.viewer, page)
    activity_id = request.form.get("activity", "")
    existing = _own_activities(own).get(activity_id)
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
