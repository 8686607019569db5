"""Refused launches are kept for administrators: the last ones, without names, and few a second."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db
from lti.errors import Expired, LTIError, PlatformError, RegistrationUnknown, StateUnknown
from lti.launches import refusals
from lti.launches.refusals import Throttle
from lti.models import RefusedLaunch

Begin = Callable[[], AbstractContextManager[sa.Connection]]


@pytest.fixture
def begin(engine: sa.Engine) -> Begin:
    return db.writing(engine).begin


@pytest.fixture(autouse=True)
def open_throttles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own seconds."""
    monkeypatch.setattr(refusals, "LAUNCHES", Throttle(100_000))
    monkeypatch.setattr(refusals, "ANYTHING", Throttle(100_000))


def refused(error: LTIError, check: str | None = None, *passed: str) -> LTIError:
    error.check_failed, error.checks_passed = check, passed
    return error


def test_what_is_kept(begin: Begin, engine: sa.Engine) -> None:
    facts = {
        "issuer": "https://ent.example",
        "client_id": "c",
        "platform": "ENT",
        "sub": "somebody",
        "kid": "k\0",
    }
    refusals.keep(begin, refused(Expired("exp has passed", **facts), "expiry", "state", "token"), "ABCD1234")
    refusals.keep(begin, RegistrationUnknown("no such platform", issuer="x" * 999), "ABCD1235")
    refusals.keep(begin, PlatformError("login_required", "Lina is not signed in"), "ABCD1236")
    with Session(engine) as session:
        third, second, first = refusals.latest(session, 3)
        assert [each.reference for each in refusals.latest(session, 1)] == ["ABCD1236"]
    assert (first.reference, first.code, first.check) == ("ABCD1234", "expired", "expiry")
    assert (first.issuer, first.client_id, first.checks_passed) == (
        "https://ent.example",
        "c",
        ["state", "token"],
    )
    assert first.facts["platform"] == "ENT"
    assert first.facts["detail"] == "exp has passed"
    assert set(first.facts) == {"platform", "detail", "kid"}
    assert (second.issuer, second.check, second.checks_passed) == ("x" * 255, "", [])
    assert third.facts == {"error": "login_required", "detail": "the platform answered login_required"}


def test_the_oldest_go_and_nobodys_do_not_push_out_the_others(
    begin: Begin, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST", 10)
    for number in range(30):
        refusals.keep(begin, Expired(), f"L{number}")
    for number in range(200):
        refusals.keep(begin, StateUnknown(), f"S{number}")
    for number in range(2 * refusals.SWEEP_EVERY):
        refusals.keep(begin, StateUnknown(), f"T{number}")
    with Session(engine) as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(RefusedLaunch)) or 0
        kept = {each.reference for each in refusals.latest(session, 1000)}
    assert count <= 2 * 10 + refusals.SWEEP_EVERY
    assert {f"L{number}" for number in range(20, 30)} <= kept
    assert f"T{2 * refusals.SWEEP_EVERY - 1}" in kept
    assert "S0" not in kept


def test_of_a_flood_only_some_are_written(
    begin: Begin, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(refusals, "ANYTHING", Throttle(2, clock=lambda: now))
    for second in range(3):
        now = float(second)
        for number in range(50):
            refusals.keep(begin, StateUnknown(), f"{second}-{number}")
    refusals.keep(begin, Expired(), "L")
    with Session(engine) as session:
        kept = [each.reference for each in refusals.latest(session, 100)]
    assert kept == ["L", "2-1", "2-0", "1-1", "1-0", "0-1", "0-0"]


def test_a_refusal_is_told_even_if_it_cannot_be_kept(caplog: pytest.LogCaptureFixture) -> None:
    engine = sa.create_engine("sqlite://")  # without tables
    with caplog.at_level("WARNING", "lti"):
        refusals.keep(engine.begin, Expired(), "ABCD1234")
    assert [record.event for record in caplog.records] == ["refusal-not-kept"]  # type: ignore[attr-defined]
