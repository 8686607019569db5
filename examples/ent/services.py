"""What all services for tools share: bearer tokens, media types, errors in JSON, paging."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard
from urllib.parse import urlencode, urlsplit

from flask import Response, request

from examples.ent import school
from examples.ent.platform import Ent, current_ent
from examples.ent.school import SchoolClass
from examples.ent.tool import Tool

MOST = 1e15
DIGITS = 9


class ServiceError(Exception):
    """A refusal that a tool's program reads."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(f"{status} {error}: {description}")
        self.status = status
        self.error = error
        self.description = description

    def response(self) -> Response:
        """The refusal as HTTP says it; a 401 names the scheme (RFC 6750, 3)."""
        response = reply({"error": self.error, "error_description": self.description}, status=self.status)
        if self.status == 401:
            response.headers["WWW-Authenticate"] = f'Bearer error="{self.error}"'
        return response


def refused(error: ServiceError) -> Response:
    """The error handler for refusals."""
    return error.response()


def reply(body: Any, media_type: str = "application/json", *, status: int = 200) -> Response:
    """A JSON answer of a given media type that nobody stores."""
    response = Response(json.dumps(body, ensure_ascii=False), status=status, content_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def authorized(*scopes: str) -> Tool:
    """The tool whose access token has one of the scopes (RFC 6750, 2.1 and 3.1)."""
    ent, token = current_ent(), bearer()
    with ent.database.reading() as connection:
        query = "SELECT client_id, scope, expires_at FROM access_tokens WHERE token_hash = ?"
        row = connection.execute(query, (token_hash(token),)).fetchone()
    tool = ent.tools.get(row["client_id"]) if row else None
    if tool is None or row["expires_at"] <= ent.clock().timestamp():
        raise ServiceError(401, "invalid_token", "the access token is unknown or expired")
    if not set(scopes) & set(row["scope"].split()) & set(tool.scopes):
        raise ServiceError(403, "insufficient_scope", f"one of these scopes is needed: {' '.join(scopes)}")
    return tool


def bearer() -> str:
    """The token that came with the request (RFC 6750, 2.1)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ServiceError(401, "invalid_request", "an access token is needed")
    return token.strip()


def token_hash(token: str) -> str:
    """What the database keeps of an access token."""
    return hashlib.sha256(token.encode()).hexdigest()


def class_of(connection: sqlite3.Connection, ent: Ent, tool: Tool, class_id: str) -> SchoolClass:
    """The class if it exists and the address is one that was given to this tool."""
    found = school.find_class(connection, class_id)
    if found is None or found.id != class_id or request.args.get("tool") != tool.number:
        raise ServiceError(404, "not_found", "this tool was not given this address")
    return found


def body_of(media_type: str) -> dict[str, Any]:
    """The JSON object that was sent, which must be of the right media type."""
    if request.mimetype != media_type:
        raise ServiceError(415, "unsupported_media_type", f"send {media_type}")
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ServiceError(400, "invalid_request", "the body must be a JSON object")
    return body


def must_accept(media_type: str) -> None:
    """Refuse a caller that says it cannot read the answer; JSON at large will do."""
    accepted = request.accept_mimetypes
    if accepted and not any(accepted[each] for each in (media_type, "application/json")):
        raise ServiceError(406, "not_acceptable", f"the answer is {media_type}")


def page_of(
    rows: Sequence[Any], media_type: str, base: str, ent: Ent, *, mark: str | None = None
) -> tuple[Sequence[Any], Response]:
    """One page of a container, with an answer whose Link header leads to the others (RFC 8288).

    A mark stands for the state of the first page: it is in the links to the other pages, so that
    all lead to the same differences.
    """
    limit, page = _count("limit") or ent.page_size or max(len(rows), 1), _count("page") or 1
    last = max((len(rows) + limit - 1) // limit, 1)
    numbers = {"first": 1, "prev": page - 1, "next": page + 1, "last": last} if last > 1 else {}
    given = {name: value for name, value in request.args.items() if name not in ("page", "mark")}
    marked = {**given, "mark": mark} if mark else given
    origin = "{0.scheme}://{0.netloc}{0.path}".format(urlsplit(base))
    links = [
        f'<{origin}?{urlencode({**marked, "page": number})}>; rel="{relation}"'
        for relation, number in numbers.items()
        if 1 <= number <= last
    ]
    if mark:
        links.append(f'<{origin}?{urlencode({**given, "since": mark})}>; rel="differences"')
    response = reply(None, media_type)
    if links:
        response.headers["Link"] = ", ".join(links)
    return rows[(page - 1) * limit : page * limit], response


def paged(
    rows: Sequence[Any],
    media_type: str,
    base: str,
    *,
    within: Mapping[str, Any] | None = None,
    name: str = "members",
    mark: str | None = None,
) -> Response:
    """The page that was asked for, as a bare array or as a named member of an object."""
    shown, response = page_of(rows, media_type, base, current_ent(), mark=mark)
    content = list(shown) if within is None else {**within, name: list(shown)}
    response.set_data(json.dumps(content, ensure_ascii=False))
    return response


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether JSON had a number here that can be counted with (true is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST


def _count(name: str) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > DIGITS or int(text) < 1:
        raise ServiceError(400, "invalid_request", f"{name} must be a whole number above 0")
    return int(text)
