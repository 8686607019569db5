"""What is counted of every request, and the page that tells it to whoever has the token."""

from __future__ import annotations

import hmac
import time

from flask import Response, abort, g, request

from lti import logs
from lti.metrics import CONTENT_TYPE
from lti.tool import tool
from lti.views.screens import blueprint

__all__ = ["metrics"]

log = logs.logger()


@blueprint.before_request
def begin() -> None:
    """Note when the request began."""
    g.lti_began = time.perf_counter()


@blueprint.after_request
def count(response: Response) -> Response:
    """Count the request by its screen, and a login or launch by its outcome."""
    screen = (request.endpoint or "").rpartition(".")[2]
    seconds = time.perf_counter() - g.get("lti_began", time.perf_counter())
    counted = tool().metrics
    counted.shown(screen, response.status_code, seconds)
    if screen == "launch":
        outcome = _outcome(response)
        counted.launched(outcome, seconds)
        if outcome == "ok":
            logs.event(log, logs.INFO, "launched", seconds=round(seconds, 4))
    elif screen.startswith("login"):
        counted.logged_in(screen, _outcome(response))
    return response


def _outcome(response: Response) -> str:
    """`ok` where the browser was sent on, `asked` where its reader or its script has something to do first."""
    refused = g.get("lti_refused")
    if refused is not None:
        return str(refused)
    if response.status_code >= 400:
        return f"{response.status_code // 100}xx"
    return "ok" if response.status_code in (302, 303) else "asked"


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters and timings as OpenMetrics, for whoever sends `LTI_METRICS_TOKEN` as a bearer token.

    https://github.com/OpenObservability/OpenMetrics
    """
    token = tool().settings.metrics_token
    if token is None:
        abort(404)
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(sent.strip().encode(), token.encode()):
        return Response("", 401, {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"})
    return Response(tool().metrics.text(), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})
