"""Administrators who have no login at the host: a one-time link of `flask lti admin`, and the session that it opens."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now, uuid7
from lti.models import AdminSession
from lti.platforms.invitations import hashed

__all__ = ["LINK_LIFE", "SESSION_LIFE", "enter", "invite", "is_open", "leave"]

LINK_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=4)


def invite(session: Session) -> str:
    """The secret of a new link; what is over is forgotten on the way."""
    session.execute(sa.delete(AdminSession).where(AdminSession.expires_at <= now()))
    secret = secrets.token_urlsafe(32)
    session.add(AdminSession(id=uuid7(), secret=hashed(secret), expires_at=now() + LINK_LIFE))
    session.flush()
    return secret


def enter(session: Session, secret: str) -> str | None:
    """Use a link up; the secret for the cookie, or None if it is no link, or no more."""
    found = session.scalar(_known(secret, begun=False).with_for_update())
    if found is None:
        return None
    cookie = secrets.token_urlsafe(32)
    found.secret, found.begun, found.expires_at = hashed(cookie), True, now() + SESSION_LIFE
    session.flush()
    return cookie


def is_open(session: Session, cookie: str) -> bool:
    """Whether a cookie is that of an open session."""
    return bool(cookie) and session.scalar(_known(cookie, begun=True)) is not None


def leave(session: Session, cookie: str) -> None:
    """The session is over."""
    session.execute(sa.delete(AdminSession).where(AdminSession.secret == hashed(cookie)))


def _known(secret: str, *, begun: bool) -> sa.Select[AdminSession]:
    return sa.select(AdminSession).where(
        AdminSession.secret == hashed(secret),
        AdminSession.begun.is_(begun),
        AdminSession.expires_at > now(),
    )
