"""The door for what platforms tell us unasked (Platform Notification Service)."""

from __future__ import annotations

from flask import Response, jsonify, request

from lti import logs
from lti.errors import LTIError
from lti.protocol import notices as protocol
from lti.services import noticing
from lti.tool import tool
from lti.views.screens import blueprint

__all__ = ["notices"]

MOST_BYTES = 512 * 1024
MOST = 100
log = logs.logger()


@blueprint.post("/notices")
def notices() -> tuple[Response, int] | Response:
    """Check each notice, keep it, and answer at once; what it asks for is done by whoever delivers the outbox."""
    request.max_content_length = MOST_BYTES
    document = request.get_json(silent=True)
    listed = document.get("notices") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST:
        return jsonify(error="invalid_request", error_description="no list of notices"), 400
    refused: list[LTIError] = []
    accepted = 0
    for entry in listed:
        compact = entry.get("jwt") if isinstance(entry, dict) else None
        try:
            checked = protocol.check(
                compact if isinstance(compact, str) else "",
                begin=tool().begin_lightly,
                platform_keys=tool().platform_keys,
                settings=tool().settings,
            )
            with tool().begin() as session:
                noticing.keep(session, checked)
        except LTIError as error:
            refused.append(error)
            logs.event(log, logs.WARNING, "notice-refused", code=error.code, **error.facts)
            continue
        accepted += 1
    answer = jsonify(accepted=accepted, refused=[error.code for error in refused])
    return answer if accepted else (answer, refused[0].status)
