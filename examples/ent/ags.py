"""The line items service of Assignment and Grade Services 2.0."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from examples.ent import gradebook, school
from examples.ent.faults import may_fail
from examples.ent.gradebook import LineItem
from examples.ent.platform import Ent, current_ent
from examples.ent.services import (
    ServiceError,
    authorized,
    body_of,
    class_of,
    is_number,
    must_accept,
    paged,
    refused,
    reply,
)
from examples.ent.tool import Tool
from examples.ent.vocabulary import LINE_ITEM_READ_SCOPE, LINE_ITEM_SCOPE, LINE_ITEM_TYPE, LINE_ITEMS_TYPE

ags = Blueprint("ags", __name__, url_prefix="/ags/<class_id>/lineitems")
ags.register_error_handler(ServiceError, refused)


@ags.get("")
@may_fail("lineitems")
def container(class_id: str) -> Response:
    """The tool's line items in a class, filtered and paged (AGS 2.0, 3.2.3 and 3.2.4)."""
    tool, ent = authorized(LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE), current_ent()
    must_accept(LINE_ITEMS_TYPE)
    with ent.database.reading() as connection:
        class_of(connection, ent, tool, class_id)
        items = gradebook.line_items(
            connection,
            class_id,
            tool.client_id,
            link_id=request.args.get("resource_link_id"),
            resource_id=request.args.get("resource_id"),
            tag=request.args.get("tag"),
        )
    rows = [written(item, ent, tool) for item in items]
    return paged(rows, LINE_ITEMS_TYPE, ent.addresses.line_items(class_id, tool))


@ags.post("")
@may_fail("lineitems")
def create(class_id: str) -> Response:
    """Open a column for the tool (AGS 2.0, 3.2.5)."""
    tool, ent = authorized(LINE_ITEM_SCOPE), current_ent()
    body = body_of(LINE_ITEM_TYPE)
    must_accept(LINE_ITEM_TYPE)
    with ent.database.writing() as connection:
        class_of(connection, ent, tool, class_id)
        item = read(body, tool, class_id)
        if item.link_id is not None:
            link = school.find_link(connection, item.link_id)
            if link is None or (link.class_id, link.client_id) != (class_id, tool.client_id):
                raise ServiceError(404, "not_found", "this tool has no such resource link in this class")
        gradebook.add_line_item(connection, item)
    return reply(written(item, ent, tool), LINE_ITEM_TYPE, status=201)


@ags.get("/<line_item_id>")
@may_fail("lineitems")
def show(class_id: str, line_item_id: str) -> Response:
    """One line item."""
    tool, ent = authorized(LINE_ITEM_SCOPE, LINE_ITEM_READ_SCOPE), current_ent()
    must_accept(LINE_ITEM_TYPE)
    with ent.database.reading() as connection:
        item = own_line_item(connection, ent, tool, class_id, line_item_id)
    return reply(written(item, ent, tool), LINE_ITEM_TYPE)


@ags.put("/<line_item_id>")
@may_fail("lineitems")
def update(class_id: str, line_item_id: str) -> Response:
    """Replace a line item, except what ties it to its place (AGS 2.0, 3.2.6)."""
    tool, ent = authorized(LINE_ITEM_SCOPE), current_ent()
    body = body_of(LINE_ITEM_TYPE)
    must_accept(LINE_ITEM_TYPE)
    with ent.database.writing() as connection:
        before = own_line_item(connection, ent, tool, class_id, line_item_id)
        if body.get("id", written(before, ent, tool)["id"]) != written(before, ent, tool)["id"]:
            raise ServiceError(400, "invalid_request", "id may not change")
        if body.get("resourceLinkId", before.link_id) != before.link_id:
            raise ServiceError(400, "invalid_request", "resourceLinkId may not change")
        item = replace(read(body, tool, class_id), id=before.id, link_id=before.link_id)
        gradebook.change_line_item(connection, item)
    return reply(written(item, ent, tool), LINE_ITEM_TYPE)


@ags.delete("/<line_item_id>")
@may_fail("lineitems")
def delete(class_id: str, line_item_id: str) -> Response:
    """Close a column with its scores."""
    tool, ent = authorized(LINE_ITEM_SCOPE), current_ent()
    with ent.database.writing() as connection:
        item = own_line_item(connection, ent, tool, class_id, line_item_id)
        gradebook.remove_line_item(connection, item)
    return Response(status=204)


def own_line_item(connection: Any, ent: Ent, tool: Tool, class_id: str, line_item_id: str) -> LineItem:
    """The line item if it is this tool's and in this class."""
    class_of(connection, ent, tool, class_id)
    item = gradebook.find_line_item(connection, line_item_id)
    if item is None or (item.class_id, item.client_id) != (class_id, tool.client_id):
        raise ServiceError(404, "not_found", "this tool has no such line item in this class")
    return item


def read(body: dict[str, Any], tool: Tool, class_id: str) -> LineItem:
    """A line item as a tool describes it, with every rule of AGS 2.0, 3.2.8 and 3.2.9."""
    label, maximum = body.get("label"), body.get("scoreMaximum")
    if not isinstance(label, str) or not label.strip():
        raise ServiceError(400, "invalid_request", "label is missing or blank")
    if not is_number(maximum) or not maximum > 0:
        raise ServiceError(400, "invalid_request", "scoreMaximum must be a number above 0")
    for name in ("resourceLinkId", "resourceId", "tag"):
        if not isinstance(body.get(name, ""), str):
            raise ServiceError(400, "invalid_request", f"{name} must be a string")
    for name in ("startDateTime", "endDateTime"):
        if name in body:
            instant(body, name)
    released, review = body.get("gradesReleased", True), body.get("submissionReview")
    if not isinstance(released, bool) or not isinstance(review, dict | None):
        raise ServiceError(400, "invalid_request", "gradesReleased or submissionReview is of the wrong type")
    return LineItem(
        id=gradebook.new_id(),
        client_id=tool.client_id,
        class_id=class_id,
        link_id=body.get("resourceLinkId"),
        label=label,
        score_maximum=float(maximum),
        resource_id=body.get("resourceId"),
        tag=body.get("tag"),
        start_date_time=body.get("startDateTime"),
        end_date_time=body.get("endDateTime"),
        grades_released=released,
        submission_review=review,
    )


def written(item: LineItem, ent: Ent, tool: Tool) -> dict[str, Any]:
    """A line item as the service shows it; what is not known is left out."""
    values = {
        "id": ent.addresses.line_item(item.class_id, item.id, tool),
        "label": item.label,
        "scoreMaximum": item.score_maximum,
        "resourceLinkId": item.link_id,
        "resourceId": item.resource_id,
        "tag": item.tag,
        "startDateTime": item.start_date_time,
        "endDateTime": item.end_date_time,
        "gradesReleased": item.grades_released,
        "submissionReview": item.submission_review,
    }
    return {name: value for name, value in values.items() if value is not None}


def instant(body: dict[str, Any], name: str) -> datetime:
    """A date with a time zone (ISO 8601)."""
    value = body.get(name)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ServiceError(400, "invalid_request", f"{name} must be an ISO 8601 date with a time zone")
    return moment
