"""Telling others, surely."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.clock import frozen, now
from binder.models import OutboxEntry, Tenant
from binder.outbox import Due, Failed
from tests import factories

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
Begin = Callable[[], Any]


@pytest.fixture
def tenant(begin: Begin) -> Tenant:
    with begin() as session:
        return factories.tenant(session)


def put(begin: Begin, tenant: Tenant, *subjects: str, event: str = "told") -> None:
    with begin() as session:
        for subject in subjects:
            outbox.put(session, tenant.id, event, subject)


def entry(begin: Begin) -> OutboxEntry:
    with begin() as session:
        return session.scalars(sa.select(OutboxEntry)).one()  # type: ignore[no-any-return]


def failing(**how: Any) -> outbox.Handler:
    def handler(due: Due) -> None:
        raise Failed("busy\x00", **how)

    return handler


def test_what_is_due_is_told_once(begin: Begin, tenant: Tenant) -> None:
    told: list[str] = []
    put(begin, tenant, "a", "b")
    assert outbox.deliver(begin, {"told": lambda due: told.append(due.subject)}) == 2
    assert sorted(told) == ["a", "b"]
    assert outbox.deliver(begin, {"told": lambda due: told.append(due.subject)}) == 0
    with begin() as session:
        for row in session.scalars(sa.select(OutboxEntry)):
            assert row.delivered_at is not None
            assert (row.due_at, row.tries, row.error) == (None, 1, "")


def test_put_twice_is_one_row(begin: Begin, tenant: Tenant) -> None:
    put(begin, tenant, "a", "a")
    put(begin, tenant, "a")
    assert entry(begin).seq == 3
    put(begin, tenant, "a", event="other")
    with begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxEntry)) == 2


def test_nothing_is_noted_when_the_change_is_undone(begin: Begin, tenant: Tenant) -> None:
    def change() -> None:
        with begin() as session:
            outbox.put(session, tenant.id, "told", "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert outbox.deliver(begin, {"told": lambda due: None}) == 0


def test_the_one_that_waited_longest_comes_first_and_the_limit_holds(begin: Begin, tenant: Tenant) -> None:
    told: list[str] = []
    for number, subject in enumerate("cab"):
        with frozen(MONDAY + timedelta(seconds=number)):
            put(begin, tenant, subject)
    assert outbox.deliver(begin, {"told": lambda due: told.append(due.subject)}, limit=2) == 2
    assert told == ["c", "a"]


def test_entries_of_other_events_are_left_alone(begin: Begin, tenant: Tenant) -> None:
    put(begin, tenant, "a", event="other")
    assert outbox.deliver(begin, {"told": lambda due: None}) == 0
    assert outbox.deliver(begin, {}) == 0
    assert entry(begin).tries == 0


def test_no_transaction_is_open_while_telling(begin: Begin, tenant: Tenant) -> None:
    """The handler may write on its own, also on SQLite where one writes at a time."""
    put(begin, tenant, "a")

    def handler(due: Due) -> None:
        with begin() as session:
            factories.tenant(session, "Lycée")

    assert outbox.deliver(begin, {"told": handler}) == 1


def test_a_failure_is_tried_again_later_and_later(begin: Begin, tenant: Tenant) -> None:
    with frozen(MONDAY):
        put(begin, tenant, "a")
    instant, waits = MONDAY, []
    for tries in range(1, 14):
        with frozen(instant):
            assert outbox.deliver(begin, {"told": failing()}) == 0
        row = entry(begin)
        assert (row.tries, row.error, row.delivered_at) == (tries, "busy", None)
        assert row.due_at is not None
        waits.append((row.due_at - instant).total_seconds())
        instant = row.due_at
    for tries, wait in enumerate(waits):
        least = min(5 * 2**tries, 6 * 3600)
        assert least <= wait <= 1.25 * least
    with frozen(instant):
        assert outbox.deliver(begin, {"told": lambda due: None}) == 1
    assert entry(begin).error == ""


def test_what_is_not_due_yet_waits(begin: Begin, tenant: Tenant) -> None:
    with frozen(MONDAY + timedelta(seconds=1)):
        put(begin, tenant, "a")
    with frozen(MONDAY):
        assert outbox.deliver(begin, {"told": lambda due: None}) == 0


def test_a_final_failure_is_final_until_it_is_sent_again(begin: Begin, tenant: Tenant) -> None:
    put(begin, tenant, "a")
    outbox.deliver(begin, {"told": failing(final=True)})
    row = entry(begin)
    assert (row.due_at, row.delivered_at, row.error) == (None, None, "busy")
    assert outbox.deliver(begin, {"told": lambda due: None}) == 0
    with begin() as session:
        outbox.send_again(session, tenant.id, "told", "a")
    assert outbox.deliver(begin, {"told": lambda due: None}) == 1


def test_in_the_end_a_failure_is_final(begin: Begin, tenant: Tenant) -> None:
    put(begin, tenant, "a")
    with begin() as session:
        session.execute(sa.update(OutboxEntry).values(tries=outbox.MAX_TRIES - 1))
    outbox.deliver(begin, {"told": failing()})
    assert entry(begin).due_at is None


@pytest.mark.parametrize(
    ("after", "least"),
    [(60, 60), (0, 5), (-7, 5), (1e30, 6 * 3600), (float("inf"), 6 * 3600), (float("nan"), 5)],
)
def test_the_other_side_may_ask_us_to_wait(begin: Begin, tenant: Tenant, after: float, least: float) -> None:
    with frozen(MONDAY):
        put(begin, tenant, "a")
        outbox.deliver(begin, {"told": failing(after=after)})
    due_at = entry(begin).due_at
    assert due_at is not None
    waited = (due_at - MONDAY).total_seconds()
    assert least <= waited <= 6 * 3600 * 1.25


def test_a_fault_in_a_handler_stops_nobody(
    begin: Begin, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def handler(due: Due) -> None:
        if due.subject == "a":
            raise ZeroDivisionError("secret")
        told.append(due.subject)

    put(begin, tenant, "a", "b")
    with caplog.at_level(logging.ERROR):
        assert outbox.deliver(begin, {"told": handler}) == 1
    assert told == ["b"]
    assert "told a" in caplog.text
    with begin() as session:
        errors = set(session.scalars(sa.select(OutboxEntry.error)))
    assert errors == {"", "ZeroDivisionError"}


def test_a_newer_change_during_the_sending_keeps_it_due(begin: Begin, tenant: Tenant) -> None:
    seen: list[int] = []

    def handler(due: Due) -> None:
        seen.append(due.seq)
        if due.seq == 1:
            put(begin, tenant, "a")

    put(begin, tenant, "a")
    assert outbox.deliver(begin, {"told": handler}) == 2
    assert seen == [1, 2]
    assert entry(begin).delivered_at is not None


def test_a_newer_change_during_a_failure_keeps_it_due(begin: Begin, tenant: Tenant) -> None:
    def handler(due: Due) -> None:
        put(begin, tenant, "a")
        raise Failed("gone", final=True)

    put(begin, tenant, "a")
    outbox.deliver(begin, {"told": handler}, limit=1)
    row = entry(begin)
    assert row.due_at is not None
    assert (row.tries, row.error) == (0, "")


def test_another_worker_takes_over_when_a_lease_has_run_out(begin: Begin, tenant: Tenant) -> None:
    class Killed(BaseException):
        """The worker is gone."""

    def die(due: Due) -> None:
        raise Killed

    with frozen(MONDAY):
        put(begin, tenant, "a")
        with pytest.raises(Killed):
            outbox.deliver(begin, {"told": die})
    for later, told in ((outbox.LEASE - timedelta(microseconds=1), 0), (outbox.LEASE, 1)):
        with frozen(MONDAY + later):
            assert outbox.deliver(begin, {"told": lambda due: None}) == told
    assert entry(begin).tries == 2


def test_two_workers_tell_two_hundred_entries_once_each(begin: Begin, tenant: Tenant) -> None:
    told: Counter[str] = Counter()
    faults: list[BaseException] = []
    put(begin, tenant, *[f"s{number}" for number in range(200)])
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait()
            outbox.deliver(begin, {"told": lambda due: told.update([due.subject])})
        except BaseException as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults
    assert len(told) == 200
    assert set(told.values()) == {1}


def test_a_worker_that_lost_an_entry_takes_the_next(
    begin: Begin, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and taking, another worker took the first."""
    put(begin, tenant, "a", "b")
    execute, stolen = Session.execute, []

    def thief(self: Session, statement: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(statement, sa.Update) and not stolen:
            stolen.append(statement)
            later = (
                sa.update(OutboxEntry).where(OutboxEntry.subject == "a").values(due_at=now() + outbox.LEASE)
            )
            execute(self, later.execution_options(synchronize_session=False))
        return execute(self, statement, *args, **kwargs)

    monkeypatch.setattr(Session, "execute", thief)
    told: list[str] = []
    outbox.deliver(begin, {"told": lambda due: told.append(due.subject)})
    assert told == ["b"]
