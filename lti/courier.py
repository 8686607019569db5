"""A thread of the web process that sends grades, for hosts that run no `flask lti deliver --loop`."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

__all__ = ["Courier"]

log = logging.getLogger(__name__)


class Courier:
    """Looks for something to send, again and again; several processes may each have one.

    :param deliver: sends what is due.
    :param seconds: between two looks.
    """

    def __init__(self, deliver: Callable[[], int], *, seconds: float = 1.0) -> None:
        self._deliver, self._seconds = deliver, seconds
        self._lock = threading.Lock()
        self._process = 0
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin, once in each process: a server that forks has its threads only after that."""
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        threading.Thread(target=self._run, name="classeur-courier", daemon=True).start()

    def stop(self) -> None:
        """End after the look that is under way."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self._deliver()
            except Exception:  # the database may be away for a while; the next look will tell
                log.exception("courier: cannot send")
