"""Ten thousand launches, and what they leave in the tables: no more than is open, under way, or kept on purpose.

Three days of a school pass in a frozen clock; some logins are never finished, some launches are forged or come twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from benchmarks.launches import prepare
from benchmarks.measuring import Figure
from benchmarks.platform import TARGET, Platform, publishing
from benchmarks.servers import make_classeur
from benchmarks.setting import CLIENT, ISSUER, Setting
from binder.clock import frozen
from binder.models import OutboxEntry
from lti import LTI
from lti.errors import LTIError
from lti.launches import launching, refusals
from lti.models import Launch, RefusedLaunch, StoredState
from lti.protocol import launch as protocol
from lti.protocol import login, states
from lti.protocol.login import Login

__all__ = ["measure"]

LAUNCHES = 10_000
EVERY = timedelta(seconds=26)
"""From one launch to the next."""
CLASSES, PUPILS = 30, 900
ABANDONED, FORGED, REPLAYED = 4, 10, 10
"""One in so many."""


def measure(setting: Setting) -> Iterator[Figure]:
    """Rows after all of them, beside the most that there may be."""
    with publishing(setting) as jwks_uri:
        prepare(setting, jwks_uri)
        _, tool = make_classeur(setting)
        throttles = refusals.LAUNCHES, refusals.ANYTHING
        refusals.LAUNCHES = refusals.ANYTHING = refusals.Throttle(1e12)  # the tables alone must hold out
        try:
            _school(tool, Platform(setting))
        finally:
            refusals.LAUNCHES, refusals.ANYTHING = throttles
        bounds = {
            Launch: tool.settings.launch_lifetime / EVERY.total_seconds() + launching.PURGE_EVERY,
            StoredState: tool.settings.state_lifetime / EVERY.total_seconds() + states.SWEEP_EVERY,
            RefusedLaunch: 2 * refusals.MOST + refusals.SWEEP_EVERY,
            OutboxEntry: CLASSES,
        }
        with tool.reading() as session:
            for kind, bound in bounds.items():
                rows = session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0
                name = f"{LAUNCHES} launches leave {kind.__tablename__}"
                yield Figure(name, rows, "rows", "the bound", bound)
        tool.engine.dispose()


def _school(tool: LTI, platform: Platform) -> None:
    begun = datetime(2026, 9, 1, 8, tzinfo=UTC)
    for number in range(LAUNCHES):
        with frozen(begun + number * EVERY):
            if number % ABANDONED == 0:
                _login(tool)
            form, secret = _answer(tool, platform, number)
            _launch(tool, form, secret)
            if number % REPLAYED == 0:
                _launch(tool, form, secret)
            if number % FORGED == 0:
                _, secret = forged = _answer(tool, platform, number)
                _launch(tool, {**forged[0], "id_token": form["id_token"]}, secret)


def _login(tool: LTI) -> Login:
    params = {"iss": ISSUER, "client_id": CLIENT, "login_hint": "x", "target_link_uri": TARGET}
    return login.start(params, begin=tool.begin_lightly, redirect_uri=TARGET, settings=tool.settings)


def _answer(tool: LTI, platform: Platform, number: int) -> tuple[dict[str, str], str]:
    """What the platform has the browser of some pupil post, and what that browser keeps."""
    begun = _login(tool)
    nonce = parse_qs(urlsplit(begun.authorization_url).query)["nonce"][0]
    pupil = f"pupil-{number % PUPILS}"
    class_ = {"id": f"class-{number % CLASSES}", "title": f"Class {number % CLASSES}"}
    token = platform.sign(pupil, "Learner", nonce, context=class_)
    return {"state": begun.state, "id_token": token}, begun.secret


def _launch(tool: LTI, form: dict[str, str], secret: str) -> None:
    try:
        valid = protocol.validate(
            form,
            secret=secret,
            begin=tool.begin_lightly,
            platform_keys=tool.platform_keys,
            settings=tool.settings,
            tool_url=TARGET,
        )
    except LTIError as error:
        refusals.keep(tool.begin_lightly, error, "0" * 8)
        return
    with tool.begin_lightly() as connection:
        launching.receive(connection, valid, secret=secret, lifetime=tool.settings.launch_lifetime)
