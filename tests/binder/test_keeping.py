"""What a process keeps has its bounds, and every tenant its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from binder.clock import uuid7
from binder.keeping import Kept

OURS, THEIRS = uuid7(), uuid7()


def test_what_is_kept_is_its_tenants_own() -> None:
    kept: Kept[str] = Kept(10)
    kept.put(OURS, "page", "ours")
    assert kept.get(OURS, "page") == "ours"
    assert kept.get(THEIRS, "page") is None


def test_the_oldest_goes_when_there_is_too_much() -> None:
    kept: Kept[str] = Kept(3)
    for number in range(5):
        kept.put(OURS, number, "x")
    assert [kept.get(OURS, number) for number in range(5)] == [None, None, "x", "x", "x"]


def test_a_heavy_value_makes_several_light_ones_go() -> None:
    kept: Kept[str] = Kept(10, len)
    for key in "abc":
        kept.put(OURS, key, key * 3)
    kept.put(OURS, "d", "d" * 6)
    assert (len(kept), kept.get(OURS, "b"), kept.get(OURS, "c")) == (2, None, "ccc")
    kept.put(OURS, "e", "e" * 11)
    assert (len(kept), kept.get(OURS, "e")) == (2, None)


def test_the_same_put_twice_weighs_once() -> None:
    kept: Kept[str] = Kept(10, len)
    for _ in range(5):
        kept.put(OURS, "a", "aaaaaa")
    kept.put(OURS, "b", "bbbb")
    assert (kept.get(OURS, "a"), kept.get(OURS, "b")) == ("aaaaaa", "bbbb")


def test_many_threads_never_go_beyond_the_bound() -> None:
    kept: Kept[int] = Kept(50)

    def work(thread: int) -> None:
        for number in range(500):
            kept.put(OURS, (thread % 4, number), number)
            assert kept.get(OURS, (thread % 4, number)) in (number, None)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert len(kept) == 50
