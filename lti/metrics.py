"""Counters and timings of one mounted tool, as OpenMetrics; no label holds an id, a person or a school.

Where `PROMETHEUS_MULTIPROC_DIR` is set, all processes of the host count together, as prometheus_client does it.
https://github.com/OpenObservability/OpenMetrics
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from binder.outbox import MAX_TRIES, Due, Failed, Handler
from lti import logs

__all__ = ["CONTENT_TYPE", "Metrics"]

log = logs.logger("outbox")

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "classeur"
TOOL = "tool"
"""Label that tells the tools of one process apart in files that they share; taken away before anybody sees it."""
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
STATUSES = frozenset(status.value for status in HTTPStatus)
"""A server may answer with any number; of others, one label is enough."""
_numbers = itertools.count(1)

Outbox = Callable[[], Mapping[str, tuple[int, float]]]
"""Event → entries that wait, and seconds for which the oldest of them has been due; looked up when somebody asks."""


class Metrics:
    """What one tool counts. Safe to share among threads; a count costs some microseconds."""

    def __init__(self, outbox: Outbox = dict) -> None:
        self._waiting = outbox
        self._number = str(next(_numbers))
        self._is_shared = bool(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
        self._own = (self._number,) if self._is_shared else ()
        self._registry = CollectorRegistry()
        self._logins = self._counter("logins", "Login requests by step and outcome.", "step", "outcome")
        self._launches = self._counter(
            "launches", "Launches by outcome: ok, or the code of the error.", "outcome"
        )
        self._launch_seconds = self._timing("launch_seconds", "Time to check and open a launch.")
        self._checks = self._counter("checks_failed", "Refused launches by the check that failed.", "check")
        self._calls = self._timing(
            "service_call_seconds", "Calls of platforms' servers by kind and HTTP status.", "kind", "status"
        )
        self._repeats = self._counter("service_call_repeats", "Calls that were tried again at once.", "kind")
        self._outbox = self._counter(
            "outbox", "Entries of the outbox by outcome of a try.", "event", "outcome"
        )
        self._screens = self._timing(
            "request_seconds", "Requests of browsers by screen and class of status.", "screen", "status"
        )

    def logged_in(self, step: str, outcome: str) -> None:
        """A login was begun, or taken a step further."""
        self._logins.labels(*self._own, step, outcome).inc()

    def launched(self, outcome: str, seconds: float) -> None:
        """A launch has been opened, or refused."""
        self._launches.labels(*self._own, outcome).inc()
        (self._launch_seconds.labels(*self._own) if self._own else self._launch_seconds).observe(seconds)

    def check_failed(self, check: str) -> None:
        """A launch was refused by this check."""
        self._checks.labels(*self._own, check).inc()

    def called(self, kind: str, status: int | str, seconds: float) -> None:
        """A platform's server has answered, or has not.

        :param status: an HTTP status, or a word where there was none.
        """
        self._calls.labels(*self._own, kind, _known(status)).observe(seconds)

    def repeated(self, kind: str) -> None:
        """A call is tried again at once."""
        self._repeats.labels(*self._own, kind).inc()

    def told(self, event: str, outcome: str) -> None:
        """An entry of the outbox was tried: `told`, `failed` (it will be tried again) or `dead`."""
        self._outbox.labels(*self._own, event, outcome).inc()

    def counting(self, event: str, handler: Handler) -> Handler:
        """`handler`, with what becomes of each entry counted; why one failed is in its row, not in the log."""

        def tell(due: Due) -> None:
            outcome = "failed"
            try:
                handler(due)
                outcome = "told"
            except Failed as failure:
                if failure.final or (due.tries >= MAX_TRIES and not failure.patient):
                    outcome = "dead"
                raise
            finally:
                self.told(event, outcome)
                level = {"told": logs.DEBUG, "failed": logs.INFO}.get(outcome, logs.WARNING)
                logs.event(log, level, "outbox", kind=event, outcome=outcome, tries=due.tries, entry=due.id)

        return tell

    def shown(self, screen: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._screens.labels(*self._own, screen, f"{status // 100}xx").observe(seconds)

    def text(self) -> bytes:
        """Everything, as OpenMetrics."""
        registry = CollectorRegistry()
        registry.register(_Shared(self._number) if self._is_shared else _All(self._registry))
        registry.register(_Looked(self._waiting))
        return bytes(generate_latest(registry))  # type: ignore[no-untyped-call]  # theirs has no types

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, self._labels(labels), registry=self._registry)

    def _timing(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(
            f"{PREFIX}_{name}", text, self._labels(labels), buckets=SECONDS, registry=self._registry
        )

    def _labels(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        return (TOOL, *labels) if self._is_shared else labels


def _known(status: int | str) -> str:
    if isinstance(status, str):
        return status
    return str(status) if status in STATUSES else "other"


class _All(Collector):
    """What this process has counted, without the moments at which each count began."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector.collect`."""
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class _Shared(Collector):
    """What all processes have counted for one tool; what the host counts in the same files is its own business."""

    def __init__(self, number: str) -> None:
        self._number = number

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector.collect`."""
        read: Any = MultiProcessCollector(None)  # type: ignore[no-untyped-call]  # theirs has no types
        for metric in read.collect():
            if metric.name.startswith(f"{PREFIX}_"):
                metric.samples = [
                    sample._replace(labels={k: v for k, v in sample.labels.items() if k != TOOL})
                    for sample in metric.samples
                    if sample.labels.get(TOOL) == self._number
                ]
                yield metric


class _Looked(Collector):
    """What is looked up at this moment; where the database is away, that."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector.collect`."""
        try:
            waiting = self._outbox()
        except sa.exc.SQLAlchemyError:
            yield GaugeMetricFamily(f"{PREFIX}_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily(f"{PREFIX}_database_up", "Whether the database answers.", value=1)
        count = GaugeMetricFamily(
            f"{PREFIX}_outbox_open", "Entries of the outbox that wait.", labels=["event"]
        )
        age = GaugeMetricFamily(
            f"{PREFIX}_outbox_overdue_seconds",
            "For how long the oldest entry has been due.",
            labels=["event"],
        )
        for event, (open_, seconds) in waiting.items():
            count.add_metric([event], open_)
            age.add_metric([event], seconds)
        yield count
        yield age
