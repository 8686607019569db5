"""Is this installation sound? Each finding is one sentence, and says what to mend."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from binder import db
from binder.clock import now
from binder.errors import Unavailable
from binder.models import OutboxEntry
from binder.resources import quarantine
from lti.doctor import checkups
from lti.doctor.checkups import Finding
from lti.errors import LTIError, SettingsInvalid
from lti.models import Deployment, Registration, RegistrationStatus
from lti.platforms.outside import address
from lti.tool import Tool

__all__ = ["Finding", "addresses", "examine"]

PATIENCE = 300
"""Seconds after which something should have been done."""
MAX_SKEW = 30
"""Seconds by which a platform's clock may differ before it is worth a word."""


def addresses(tool: Tool) -> list[tuple[str, str]]:
    """Our addresses for the platform's registration form."""
    settings = tool.settings
    if settings.base_url is None:
        settings = replace(settings, base_url="https://YOUR-HOST")
    labels = {"login URL": "login", "redirect URI": "launch", "launch URL": "launch", "key set URL": "jwks"}
    return [(label, address(settings, endpoint)) for label, endpoint in labels.items()]


def examine(tool: Tool) -> Iterator[Finding]:
    """All findings, the good ones too. Reads the platforms' key sets over the network."""
    yield _keys(tool)
    yield _base_url(tool)
    yield from checkups.proxy(tool)
    yield _storage(tool)
    database = _database(tool)
    yield database
    if not database.ok:
        return
    yield _outbox(tool)
    yield from _scanner(tool)
    with tool.reading() as session:
        yield from checkups.stored_keys(tool, session)
        yield from checkups.pending(session)
        yield checkups.cookies(session)
        yield from checkups.failing(session)
        yield from checkups.scopes(session)
        platforms = [
            (row.issuer, row.jwks_uri, row.token_endpoint, row.authorization_endpoint)
            for row in session.scalars(
                sa.select(Registration).where(Registration.status != RegistrationStatus.DISABLED)
            )
        ]
        deployments = session.scalar(sa.select(sa.func.count()).select_from(Deployment)) or 0
    if not platforms or not deployments:
        yield Finding("platforms", False, "none is registered; run: flask lti register --help")
    for issuer, *urls in platforms:
        yield _platform(tool, issuer, urls)


def _keys(tool: Tool) -> Finding:
    try:
        keys = tool.keys.keys
    except SettingsInvalid as error:
        return Finding("keys", False, error.detail)
    if not keys:
        says = "there is none: run `flask lti keys rotate`, or put the output of `flask lti keys` into LTI_PRIVATE_KEYS"
        return Finding("keys", False, says)
    return Finding("keys", True, f"{len(keys)}, the first one signs (kid {keys[0].kid[:12]}…)")


def _base_url(tool: Tool) -> Finding:
    base = tool.settings.base_url
    if base is None:
        says = (
            "LTI_BASE_URL is not set, so addresses are taken from each request; behind a proxy set it to "
            "https://your-host, or cookies and redirect URIs may be wrong"
        )
        return Finding("base URL", False, says)
    return Finding("base URL", True, base)


def _storage(tool: Tool) -> Finding:
    try:
        return Finding("files", True, tool.storage.check())
    except Unavailable as error:
        return Finding("files", False, error.detail)


def _scanner(tool: Tool) -> Iterator[Finding]:
    """Whether files are scanned, and whether any has been waiting for a scanner in vain."""
    what = "virus scanner"
    with tool.reading() as session:
        waiting = quarantine.waiting(session)
    if tool.scanner is None:
        if waiting.files:
            yield Finding(what, False, f"{waiting.files} files wait for one; set LTI_CLAMD again")
        return
    try:
        says = tool.scanner.check()
    except Unavailable as error:
        yield Finding(what, False, f"{error.detail} ({waiting.files} files wait)")
        return
    if waiting.error:
        says = f"{waiting.files} files wait: {waiting.error}"
    elif waiting.due_at is not None and (now() - waiting.due_at).total_seconds() > PATIENCE:
        says = (
            f"{waiting.files} files have waited for over five minutes; is `flask lti deliver --loop` running?"
        )
    else:
        yield Finding(what, True, says)
        return
    yield Finding(what, False, says)


def _database(tool: Tool) -> Finding:
    kind = tool.engine.dialect.name
    try:
        with tool.engine.connect() as connection:
            for package in ("binder", "lti"):
                context = MigrationContext.configure(
                    connection, opts={"version_table": f"{package}_schema_version"}
                )
                wanted = ScriptDirectory.from_config(db.migration_config(package)).get_current_head()
                if context.get_current_revision() != wanted:
                    return Finding(
                        "database",
                        False,
                        f"{kind}: {package}'s tables are not up to date; run: flask lti upgrade",
                    )
    except sa.exc.SQLAlchemyError as error:
        return Finding(
            "database",
            False,
            f"{kind} cannot be reached: {type(error).__name__}; check its URL and that it runs",
        )
    return Finding("database", True, f"{kind}, tables up to date")


def _outbox(tool: Tool) -> Finding:
    open_ = OutboxEntry.delivered_at.is_(None), OutboxEntry.event != quarantine.FILE_STORED
    with tool.reading() as session:
        waiting = session.scalar(sa.select(sa.func.min(OutboxEntry.due_at)).where(*open_))
        refused = session.scalar(
            sa.select(sa.func.count()).select_from(OutboxEntry).where(*open_, OutboxEntry.due_at.is_(None))
        )
    if waiting is not None and (now() - waiting).total_seconds() > PATIENCE:
        says = "grades have waited for over five minutes; is `flask lti deliver --loop` running?"
        return Finding("outbox", False, says)
    if refused:
        return Finding(
            "outbox",
            False,
            f"{refused} grades were refused for good; teachers see why beside each pupil, you: flask lti outbox",
        )
    return Finding("outbox", True, "nothing waits too long")


def _platform(tool: Tool, issuer: str, urls: list[str]) -> Finding:
    for url in urls:
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1") and tool.settings.allow_http_loopback
        if parts.scheme != "https" and not loopback:
            return Finding(issuer, False, f"{url} is not https; correct it with: flask lti register")
    try:
        answer = tool.http.call("GET", urls[0])
    except LTIError as error:
        return Finding(
            issuer, False, f"its key set cannot be read ({error.detail}); check the address and the network"
        )
    if not answer.ok:
        return Finding(
            issuer, False, f"its key set answers {answer.status}; correct it with: flask lti register"
        )
    try:
        its_time = email.utils.parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return Finding(issuer, True, "its key set can be read; it does not tell its time")
    skew = (its_time.astimezone(UTC) - now()).total_seconds()
    if abs(skew) > MAX_SKEW:
        return Finding(issuer, False, f"its clock and ours differ by {skew:.0f} s; set both by NTP")
    return Finding(issuer, True, "its key set can be read, clocks agree")
