"""Visits, gathered in memory and written in batches: reading a page writes nothing."""

from __future__ import annotations

import atexit
import logging
import threading
import time

from binder.marks.followup import VisitNote, record_visits
from binder.outbox import Begin

__all__ = ["VisitBuffer"]

MAX_WAITING = 10_000
"""More than this is not kept: a count may suffer, the pages must not."""

log = logging.getLogger(__name__)


class VisitBuffer:
    """Notes of one process that wait to be written.

    :param seconds: how long a note may wait.
    """

    def __init__(self, begin: Begin, seconds: float) -> None:
        self._begin, self._seconds = begin, seconds
        self._notes: list[VisitNote] = []
        self._lock = threading.Lock()
        self._since = time.monotonic()
        atexit.register(self.flush)

    def add(self, note: VisitNote) -> None:
        """Keep a note; a batch that has waited long enough is written in a thread of its own."""
        with self._lock:
            if len(self._notes) < MAX_WAITING:
                self._notes.append(note)
            due = time.monotonic() - self._since >= self._seconds
            if due:
                self._since = time.monotonic()
        if due:
            threading.Thread(target=self.flush, name="classeur-visits", daemon=True).start()

    def flush(self) -> int:
        """Write what waits.

        :return: how many rows were touched; 0 too if the database could not be reached: the notes go on waiting.
        """
        with self._lock:
            notes, self._notes = self._notes, []
        if not notes:
            return 0
        try:
            with self._begin() as session:
                return record_visits(session, notes)
        except Exception:
            log.exception("visits: not written")
            with self._lock:
                self._notes = (notes + self._notes)[:MAX_WAITING]
            return 0
