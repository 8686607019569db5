"""The service with which a tool says who has accepted its terms of use, and whether everybody must."""

from datetime import datetime

from flask import Blueprint, Response

from examples.ent import people
from examples.ent.faults import may_fail
from examples.ent.platform import current_ent
from examples.ent.services import ServiceError, authorized, body_of, refused, reply
from examples.ent.tool import Tool
from examples.ent.vocabulary import EULA_DEPLOYMENT_SCOPE, EULA_USER_SCOPE

eula = Blueprint("eula", __name__, url_prefix="/eula/<number>")
eula.register_error_handler(ServiceError, refused)


@eula.post("/user")
@may_fail("eula")
def answer(number: str) -> Response:
    """Keep what a user answered."""
    tool, ent, body = _tool(number, EULA_USER_SCOPE), current_ent(), body_of("application/json")
    user_id, accepted, timestamp = (body.get(name) for name in ("userId", "accepted", "timestamp"))
    if not isinstance(user_id, str) or not isinstance(accepted, bool) or not _is_moment(timestamp):
        raise ServiceError(400, "invalid_request", "userId, accepted or timestamp is missing or wrong")
    with ent.database.writing() as connection:
        account = people.find(connection, user_id)
        if account is None or account.id != user_id:
            raise ServiceError(404, "not_found", "there is no such user")
        row = (tool.client_id, account.id, accepted, timestamp)
        connection.execute("INSERT OR REPLACE INTO eula_answers VALUES (?, ?, ?, ?)", row)
    return reply({"userId": user_id, "accepted": accepted, "timestamp": timestamp}, status=201)


@eula.delete("/user")
@may_fail("eula")
def forget(number: str) -> Response:
    """Forget every answer: the terms have changed."""
    tool, ent = _tool(number, EULA_USER_SCOPE), current_ent()
    with ent.database.writing() as connection:
        connection.execute("DELETE FROM eula_answers WHERE client_id = ?", (tool.client_id,))
    return Response(status=204)


@eula.put("/deployment")
@may_fail("eula")
def require(number: str) -> Response:
    """Keep whether people must accept the terms before they open a link."""
    tool, ent, body = _tool(number, EULA_DEPLOYMENT_SCOPE), current_ent(), body_of("application/json")
    required = body.get("eulaRequired")
    if not isinstance(required, bool):
        raise ServiceError(400, "invalid_request", "eulaRequired must be true or false")
    with ent.database.writing() as connection:
        row = (tool.client_id, tool.deployment_id, required)
        connection.execute("INSERT OR REPLACE INTO eula_required VALUES (?, ?, ?)", row)
    return reply({"eulaRequired": required})


def _tool(number: str, scope: str) -> Tool:
    tool = authorized(scope)
    if tool.number != number:
        raise ServiceError(404, "not_found", "this tool was not given this address")
    return tool


def _is_moment(value: object) -> bool:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None
