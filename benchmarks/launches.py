"""Login and launch: Classeur, which keeps all it must know in a database, beside PyLTI1p3 with everything in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from benchmarks.browser import Browser, Line
from benchmarks.measuring import Figure, Work, figure, take_turns
from benchmarks.platform import Platform, publishing
from benchmarks.servers import Server, serving
from benchmarks.setting import CLIENT, DEPLOYMENT, ISSUER, Setting
from binder import db
from lti.cli import register_platform
from lti.models import Launch, StoredState
from tests import postgres

__all__ = ["measure", "prepare"]

PUPILS = 30
ROUNDS, EACH = 7, 150
PEER = f"PyLTI1p3 {version('PyLTI1p3')}, stock Flask classes, state in memory"


def prepare(setting: Setting, jwks_uri: str) -> None:
    """Tables, and the platform in them."""
    engine = db.create_engine(setting.database_url)
    db.upgrade(engine, ("binder", "lti"))
    with sessionmaker(db.writing(engine)).begin() as session:
        register_platform(
            session,
            tenant="Collège",
            deployments=(DEPLOYMENT,),
            issuer=ISSUER,
            client_id=CLIENT,
            authorization_endpoint=f"{ISSUER}/auth",
            token_endpoint=f"{ISSUER}/token",
            jwks_uri=jwks_uri,
        )
    engine.dispose()


def measure(setting: Setting) -> Iterator[Figure]:
    """Processor time of one login and launch, on SQLite and PostgreSQL (whose own processes are not counted)."""
    yield from _measure(setting, "SQLite")
    with postgres.cluster() as url:
        yield from _measure(replace(setting, database=url.format("postgres")), "PostgreSQL")


def _measure(setting: Setting, database: str) -> Iterator[Figure]:
    """A browser that has been here before, and one that has not: it is first tried with a cookie (a further round)."""
    with publishing(setting) as jwks_uri:
        prepare(setting, jwks_uri)
        with (
            serving("classeur", setting.environment) as ours,
            serving("pylti1p3", setting.environment) as theirs,
        ):
            sides = [
                (ours, _work(setting, ours, is_known=True)),
                (ours, _work(setting, ours, is_known=False)),
                (theirs, _work(setting, theirs, is_known=True)),
            ]
            again, first, peer = take_turns(sides, rounds=ROUNDS, each=EACH)
    _check(setting, 2 * (ROUNDS * EACH + max(EACH // 4, 20)))
    for name, taken in (("login and launch", again), ("… for the first time", first)):
        yield figure(f"{name}, {database}", "ms of CPU", PEER, (taken, peer))


def _work(setting: Setting, server: Server, *, is_known: bool) -> Work:
    platform, line, pupils = Platform(setting), Line(server.port), itertools.cycle(range(PUPILS))

    def launch(times: int) -> None:
        for _ in range(times):
            browser = Browser(line)
            if is_known:
                browser.cookies["__Host-lti-cookies", "/"] = "1"
            platform.launch(browser, f"pupil-{next(pupils)}")

    return launch


def _check(setting: Setting, launches: int) -> None:
    """Every launch is a row, and no login is left over: what was measured was done."""
    engine = db.create_engine(setting.database_url)
    with engine.connect() as connection:
        rows = connection.scalar(sa.select(sa.func.count()).select_from(Launch))
        logins = connection.scalar(sa.select(sa.func.count()).select_from(StoredState))
    engine.dispose()
    if (rows, logins) != (launches, 0):
        raise RuntimeError(f"{launches} launches have left {rows} rows and {logins} logins")
