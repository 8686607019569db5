"""The handlers service of Platform Notification Service 1.0, and what makes the ENT write notices."""

import sqlite3
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from examples.ent import launches, notices, school
from examples.ent.faults import may_fail
from examples.ent.notices import CONTEXT_COPY, HELLO_WORLD, Handler
from examples.ent.platform import Ent, current_ent
from examples.ent.registration_checks import is_address
from examples.ent.school import SchoolClass
from examples.ent.services import ServiceError, authorized, body_of, must_accept, refused, reply
from examples.ent.tool import Tool
from examples.ent.vocabulary import LTI, NOTICE_SCOPE

JSON = "application/json"

notice_service = Blueprint("notices", __name__)
notice_service.register_error_handler(ServiceError, refused)


@notice_service.get("/notices/handlers")
@may_fail("notices")
def show() -> Response:
    """The handlers of a deployment."""
    tool, ent = authorized(NOTICE_SCOPE), current_ent()
    must_accept(JSON)
    deployment_id = _deployment(tool)
    with ent.database.reading() as connection:
        found = notices.handlers(connection, tool.client_id, deployment_id)
    answer = {"client_id": tool.client_id, "deployment_id": deployment_id}
    return reply({**answer, "notice_handlers": [_written(each) for each in found]})


@notice_service.put("/notices/handlers")
@may_fail("notices")
def change() -> Response:
    """Set or remove the handler of one type; a new one is greeted."""
    tool, ent = authorized(NOTICE_SCOPE), current_ent()
    body = body_of(JSON)
    wanted = _read(body, ent, tool, _deployment(tool))
    with ent.database.writing() as connection:
        notices.set_handler(connection, wanted)
        if wanted.handler and wanted.notice_type == HELLO_WORLD:
            _greet(connection, ent, wanted)
    ent.courier.send()
    return reply(_written(wanted))


def greet(connection: sqlite3.Connection, ent: Ent, tool: Tool) -> bool:
    """Write a test notice to every deployment that has a handler for it; whether there is one."""
    found = [each for each in notices.handlers(connection, tool.client_id) if each.notice_type == HELLO_WORLD]
    for handler in found:
        _greet(connection, ent, handler)
    return bool(found)


def tell_of_copy(connection: sqlite3.Connection, ent: Ent, origin: SchoolClass, copy: SchoolClass) -> None:
    """Write a notice of a copied class to every tool that wants to know."""
    claims = {
        f"{LTI}context": dict(launches.context(copy)),
        f"{LTI}origin_contexts": [origin.id],
    }
    for tool in ent.tools.values():
        deployment_id = tool.deployment_of(copy.id)
        for handler in notices.handlers(connection, tool.client_id, deployment_id):
            if handler.notice_type == CONTEXT_COPY:
                now = ent.clock()
                notices.note(connection, tool.client_id, deployment_id, CONTEXT_COPY, claims, now=now)


def _greet(connection: sqlite3.Connection, ent: Ent, handler: Handler) -> None:
    """The test notice, whose context is the whole school."""
    claims = {f"{LTI}context": {"id": school.GUID, "title": school.NAME}}
    key = (handler.client_id, handler.deployment_id, HELLO_WORLD)
    notices.note(connection, *key, claims, now=ent.clock())


def _deployment(tool: Tool) -> str:
    deployment_id = request.args.get("deployment", "")
    if request.args.get("tool") != tool.number or not tool.knows_deployment(deployment_id):
        raise ServiceError(404, "not_found", "this tool was not given this address")
    return deployment_id


def _read(body: dict[str, Any], ent: Ent, tool: Tool, deployment_id: str) -> Handler:
    notice_type, handler, size = body.get("notice_type"), body.get("handler"), body.get("max_batch_size")
    if notice_type not in notices.TYPES:
        raise ServiceError(400, "invalid_request", f"notice_type must be one of {', '.join(notices.TYPES)}")
    if not isinstance(handler, str):
        raise ServiceError(400, "invalid_request", "handler must be an address, or empty")
    if handler and not (is_address(handler, ent.addresses.schemes) and _is_of(tool, handler)):
        raise ServiceError(400, "invalid_request", "handler must be an https address on the tool's domain")
    if size is not None and (type(size) is not int or not 0 < size < 10_000):
        raise ServiceError(400, "invalid_request", "max_batch_size must be a whole number above 0")
    return Handler(tool.client_id, deployment_id, notice_type, handler, size)


def _is_of(tool: Tool, address: str) -> bool:
    host = urlsplit(address).hostname
    return host in {urlsplit(origin).hostname for origin in tool.origins}


def _written(handler: Handler) -> dict[str, Any]:
    size = {"max_batch_size": handler.max_batch_size} if handler.max_batch_size else {}
    return {"notice_type": handler.notice_type, "handler": handler.handler, **size}
