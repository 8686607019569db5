"""What the doctor looks at besides the beginnings: what the rows say, and how our own address looks from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now
from lti.errors import LTIError, OtherBrowser
from lti.keyring.rotation import PUBLISHED
from lti.keyring.sealing import MARK
from lti.launches import refusals
from lti.models import KeyState, Launch, Registration, RegistrationStatus, ToolKey
from lti.platforms import administering
from lti.platforms.administering import State
from lti.platforms.outside import address
from lti.protocol import ags, nrps
from lti.protocol.http import Http
from lti.tool import Tool

__all__ = ["Finding", "cookies", "failing", "pending", "proxy", "scopes", "stored_keys"]

LOOKED_AT = 100
"""Refused launches, the newest."""
MANY = 0.2
"""Share of launches without cookies that is worth a word."""
FORGOTTEN = timedelta(days=30)
"""A next key that has waited so long: nobody runs `flask lti keys rotate`."""
NEEDED = {
    ags.SCOPE + "lineitem": "columns of gradebooks",
    ags.SCOPE + "score": "marks for gradebooks",
    nrps.SCOPE: "class lists",
}
OFTEN = 5
"""Tries of a message; by then some minutes have passed."""
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    says: str


def proxy(tool: Tool) -> Iterator[Finding]:
    """Our own public address, called as a browser would: does it lead here, and what does a request look like then?

    Where it cannot be called from here nothing is said to be wrong: many networks do not let a server see itself.
    """
    base = tool.settings.base_url
    if base is None:
        return
    what = "own address"
    url = address(tool.settings, "mirror")
    own = urlsplit(base).hostname or ""
    http = Http(replace(tool.settings, allow_private_hosts=(*tool.settings.allow_private_hosts, own)))
    with http:
        try:
            answer = http.call("GET", url, repeatable=False, most_bytes=MOST_BYTES)
            saw = answer.json() if answer.ok else None
        except LTIError as error:
            says = f"{base} cannot be called from this machine ({error.detail}), so the server in front was not looked at"
            yield Finding(what, True, says)
            return
        if not isinstance(saw, dict) or saw.get("tool") != "classeur":
            says = f"{url} answers {answer.status} and not as Classeur: does the server in front lead to this app, with its prefix?"
            yield Finding(what, False, says)
            return
        yield _compared(what, base, url, saw)
        yield _keys_there(tool, http)


def _compared(what: str, base: str, url: str, saw: dict[str, Any]) -> Finding:
    parts = urlsplit(base)
    if saw.get("scheme") != parts.scheme:
        says = (
            f"requests to {base} arrive as {saw.get('scheme')}: have the server in front send X-Forwarded-Proto, and "
            "the app take it (Werkzeug’s ProxyFix)"
        )
        return Finding(what, False, says)
    if saw.get("host") != parts.netloc:
        says = (
            f"requests to {base} arrive for {saw.get('host')}: have the server in front send Host or X-Forwarded-Host, "
            "and the app take it (Werkzeug’s ProxyFix)"
        )
        return Finding(what, False, says)
    if saw.get("prefix") != urlsplit(url).path.removesuffix("/mirror"):
        says = f"requests arrive below {saw.get('prefix')}: have the server in front send X-Forwarded-Prefix"
        return Finding(what, False, says)
    return Finding(what, True, f"{base} leads here, scheme and host arrive as they are")


def _keys_there(tool: Tool, http: Http) -> Finding:
    what, url = "own key set", address(tool.settings, "jwks")
    try:
        answer = http.call("GET", url, repeatable=False, most_bytes=MOST_BYTES)
        body = answer.json() if answer.ok else None
    except LTIError as error:
        return Finding(
            what, False, f"{url} cannot be read ({error.detail}), so no platform can check our signatures"
        )
    listed = body.get("keys") if isinstance(body, dict) else None
    kids = {key.get("kid") for key in listed if isinstance(key, dict)} if isinstance(listed, list) else set()
    ours = {key.kid for key in tool.keys.keys}
    if not ours <= kids:
        says = f"{url} publishes other keys than this process has: give all processes the same LTI_PRIVATE_KEYS and database"
        return Finding(what, False, says)
    return Finding(what, True, "published")


def stored_keys(tool: Tool, session: Session) -> Iterator[Finding]:
    """Keys in the database: sealed, and one after the other."""
    what = "keys in the database"
    keys = session.scalars(sa.select(ToolKey)).all()
    tokens = session.scalars(
        sa.select(Registration.registration_token).where(Registration.registration_token.is_not(None))
    ).all()
    bare = [text for text in (*(key.pem for key in keys), *tokens) if not str(text).startswith(MARK)]
    if bare:
        says = (
            "set LTI_SECRET (16 characters or more)"
            if not tool.sealer.seals
            else "they were there before LTI_SECRET"
        )
        yield Finding(
            "secrets", False, f"{len(bare)} lie unsealed in the database; {says}, then: flask lti keys reseal"
        )
    if not keys:
        return
    following = [key for key in keys if key.state is KeyState.NEXT]
    if not following:
        yield Finding(what, False, "the next key is missing; run: flask lti keys rotate")
    elif min(key.created_at for key in following) + FORGOTTEN < now():
        yield Finding(
            what, False, "the next key has waited for over a month; run daily: flask lti keys rotate"
        )
    elif any(key.state is KeyState.RETIRING and key.changed_at + 7 * PUBLISHED < now() for key in keys):
        yield Finding(what, False, "an old key should be gone for a week; run daily: flask lti keys rotate")
    else:
        yield Finding(what, True, "one signs, the next is published")


def pending(session: Session) -> Iterator[Finding]:
    """What waits for an administrator's yes."""
    counts = administering.counts(session)
    if counts.registrations:
        says = f"{counts.registrations} wait for a yes; see: flask lti registrations --pending"
        yield Finding("registrations", False, says)
    if counts.deployments:
        says = f"{counts.deployments} wait for a yes; see: flask lti deployments --pending"
        yield Finding("deployments", False, says)


def cookies(session: Session) -> Finding:
    """How many come without cookies, and how many of them do not get in."""
    latest = Counter(row.code for row in refusals.latest(session, LOOKED_AT))
    lost, all_ = latest[OtherBrowser.code], latest.total()
    query = sa.select(sa.func.count(), sa.func.sum(sa.case((Launch.by_url.is_(True), 1), else_=0)))
    launches, without = session.execute(query.where(Launch.expires_at > now())).one()
    share = (without or 0) / launches if launches else 0.0
    if lost and lost >= all_ * MANY:
        says = (
            f"{lost} of the last {all_} refused launches did not bring back their cookie; look at “own address” above, and "
            "whether LTI_BASE_URL is the address in the platform"
        )
        return Finding("cookies", False, says)
    if share > MANY:
        says = (
            f"{share:.0%} of {launches} open launches do without cookies: the platform’s storage carries them, nothing has "
            "to be done"
        )
        return Finding("cookies", True, says)
    return Finding("cookies", True, f"{launches} launches are open, {without or 0} of them without cookies")


def failing(session: Session) -> Iterator[Finding]:
    """What is tried again and again."""
    tried = [entry for entry, _ in administering.entries(session, State.FAILED) if entry.tries >= OFTEN]
    if tried:
        says = f"{len(tried)} messages have failed {OFTEN} times or more, the newest: {tried[0].error[:120]}; see: flask lti outbox"
        yield Finding("on the way", False, says)


def scopes(session: Session) -> Iterator[Finding]:
    """What platforms that have registered themselves did not grant."""
    active = sa.select(Registration).where(Registration.status == RegistrationStatus.ACTIVE)
    for registration in session.scalars(active):
        missing = [words for scope, words in NEEDED.items() if scope not in registration.scopes]
        if registration.scopes and missing:
            says = f"it has not granted: {', '.join(missing)}; allow that in the platform, then: flask lti registration-refresh"
            yield Finding(registration.name or registration.issuer, False, says)
