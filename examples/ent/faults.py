"""Faults on order: the next calls of a service endpoint fail in the way a test asks for."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import Response, current_app, jsonify

P = ParamSpec("P")
ENDPOINTS = frozenset(
    {
        "token",
        "jwks",
        "lineitems",
        "scores",
        "results",
        "memberships",
        "groups",
        "notices",
        "registration",
        "eula",
    }
)


@dataclass(frozen=True)
class Fault:
    """One planned failure of one call."""

    status: int
    retry_after: int | None = None
    delay: float = 0.0
    after: bool = False

    def response(self) -> Response:
        """The failure as HTTP says it."""
        response = jsonify(error="planned_fault", status=self.status)
        response.status_code = self.status
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        return response


class Faults:
    """The failures still to come, by endpoint."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: dict[str, deque[Fault]] = defaultdict(deque)
        self._calls: dict[str, int] = defaultdict(int)

    def plan(
        self,
        endpoint: str,
        status: int = 503,
        *,
        times: int = 1,
        retry_after: int | None = None,
        delay: float = 0.0,
        after: bool = False,
    ) -> None:
        """Make the next calls fail; `delay` waits first, `after` does the work and then loses the answer."""
        if endpoint not in ENDPOINTS:
            raise ValueError(f"{endpoint} is none of {sorted(ENDPOINTS)}")
        fault = Fault(status, retry_after=retry_after, delay=delay, after=after)
        with self._lock:
            self._planned[endpoint].extend([fault] * times)

    def timeout(self, endpoint: str, *, seconds: float, times: int = 1) -> None:
        """Make the next calls answer so late that the caller gives up."""
        self.plan(endpoint, 504, times=times, delay=seconds)

    def clear(self) -> None:
        """Plan nothing any more."""
        with self._lock:
            self._planned.clear()

    def calls(self, endpoint: str) -> int:
        """How often the endpoint was called, failures included."""
        with self._lock:
            return self._calls[endpoint]

    def take(self, endpoint: str) -> Fault | None:
        """The failure this call must meet, if any."""
        with self._lock:
            self._calls[endpoint] += 1
            planned = self._planned[endpoint]
            return planned.popleft() if planned else None


def may_fail(endpoint: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Let a view meet the failures that were planned for its endpoint."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> Response:
            faults: Faults = current_app.extensions["ent"].faults
            fault = faults.take(endpoint)
            if fault is None:
                return view(*args, **kwargs)
            time.sleep(fault.delay)
            if fault.after:
                view(*args, **kwargs)
            return fault.response()

        return wrapped

    return decorate
