"""Time and identifiers."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from binder import clock

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_time_stands_still_while_it_is_frozen() -> None:
    with clock.frozen(NOON.astimezone(timezone(timedelta(hours=2)))):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_identifiers_are_uuids_of_version_seven() -> None:
    made = clock.uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert abs((made.int >> 80) / 1000 - clock.now().timestamp()) < 60


def test_identifiers_sort_in_the_order_in_which_they_were_made() -> None:
    made = [clock.uuid7() for _ in range(10_000)]
    assert all(one < other for one, other in itertools.pairwise(made))


def test_threads_never_make_the_same_identifier() -> None:
    made: list[UUID] = []

    def make() -> None:
        made.extend([clock.uuid7() for _ in range(1000)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000
