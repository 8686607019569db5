"""A learner's work outside of any session: an address of their own, for a calendar or their school's home page.

The address is the permission. It says dates and titles, nothing of answers or marks; its owner can change it.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer, who
from binder.attempts.worklist import Item, Part
from binder.clock import now
from binder.errors import Forbidden, NotFound
from lti.i18n import Texts
from lti.models import FeedAddress

__all__ = ["Reader", "calendar", "document", "reader_of", "renew", "secret_of"]

SEAL = 16
VERSION = 1
"""Of the JSON document."""


@dataclass(frozen=True)
class Reader:
    """Whose work an address shows."""

    tenant_id: UUID
    person_id: UUID


def _learner(viewer: Viewer) -> UUID:
    if viewer.role is not Role.LEARNER:
        raise Forbidden("a list of work is a learner's")
    return who(viewer)


def _sealed(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, b"feed" + content, hashlib.sha256).digest()[:SEAL]


def secret_of(session: Session, viewer: Viewer, key: bytes) -> str:
    """What stands in the addresses of the viewer's feeds.

    :param key: the server's own.
    :raises Forbidden: to those who are no learners.
    """
    person = _learner(viewer)
    number = _number(session, viewer.tenant_id, person)
    content = viewer.tenant_id.bytes + person.bytes + number.to_bytes(2, "big")
    return urlsafe_b64encode(content + _sealed(key, content)).decode().rstrip("=")


def reader_of(session: Session, key: bytes, secret: str) -> Reader:
    """Whose address that is.

    :raises NotFound: if it is nobody's, or no longer.
    """
    try:
        whole = urlsafe_b64decode(secret.encode() + b"=" * (-len(secret) % 4))
    except (binascii.Error, ValueError):
        raise NotFound("no such feed") from None
    content, seal = whole[:34], whole[34:]
    if len(whole) != 34 + SEAL or not hmac.compare_digest(seal, _sealed(key, content)):
        raise NotFound("no such feed")
    reader = Reader(UUID(bytes=content[:16]), UUID(bytes=content[16:32]))
    if _number(session, reader.tenant_id, reader.person_id) != int.from_bytes(content[32:], "big"):
        raise NotFound("no such feed")
    return reader


def _number(session: Session, tenant_id: UUID, person_id: UUID) -> int:
    return (
        session.scalar(
            sa.select(FeedAddress.number).where(
                FeedAddress.tenant_id == tenant_id, FeedAddress.person_id == person_id
            )
        )
        or 0
    )


def renew(session: Session, viewer: Viewer) -> None:
    """Another address for the viewer's feeds; the old one shows nothing any more.

    :raises Forbidden: to those who are no learners.
    """
    person = _learner(viewer)
    row = session.scalar(
        sa.select(FeedAddress)
        .where(FeedAddress.tenant_id == viewer.tenant_id, FeedAddress.person_id == person)
        .with_for_update()
    )
    if row is None:
        row = FeedAddress(tenant_id=viewer.tenant_id, person_id=person, number=0)
        session.add(row)
    row.number = (row.number + 1) % 2**16
    session.flush()


def document(items: Sequence[Item]) -> dict[str, Any]:
    """The list as JSON, for a home page that shows it."""
    return {"version": VERSION, "generated_at": _iso(now()), "items": [_listed(item) for item in items]}


def _listed(item: Item) -> dict[str, Any]:
    page, window = item.assignment.page, item.window
    return {
        "id": str(item.assignment.id),
        "title": page.title,
        "binder": page.binder.title,
        "subject": page.binder.subject,
        "part": item.part.value,
        "begun": item.is_begun,
        "opens_at": _iso(window.opens_at),
        "due_at": _iso(window.due_at),
        "closes_at": _iso(window.closes_at),
        "time_limit_minutes": window.minutes,
        "estimated_minutes": item.assignment.estimated_minutes,
        "questions": item.questions,
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="seconds")


def calendar(items: Sequence[Item], words: Texts, name: str) -> bytes:
    """What is due, as iCalendar (https://www.rfc-editor.org/rfc/rfc5545): one event an assignment with a date.

    :param name: of the calendar.
    """
    made = icalendar.Calendar()
    made.add("prodid", "-//Classeur//Classeur//FR")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for item in items:
        event = _event(item, words)
        if event is not None:
            made.add_component(event)
    return bytes(made.to_ical())


def _event(item: Item, words: Texts) -> icalendar.Event | None:
    page, window = item.assignment.page, item.window
    due = window.due_at or window.closes_at
    if due is None:
        return None
    event = icalendar.Event()
    event.add("uid", f"{item.assignment.id}@classeur")
    event.add("dtstamp", now().replace(microsecond=0))
    event.add("dtstart", due.astimezone(UTC).replace(microsecond=0))
    event.add("summary", words.gettext("Hand in: %(title)s", title=page.title))
    event.add("description", "\n".join(_facts(item, words)))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED")
    event.add("categories", [page.binder.title])
    return event


def _facts(item: Item, words: Texts) -> list[str]:
    window, facts = item.window, [item.assignment.page.binder.title]
    if item.questions:
        facts.append(words.ngettext("%(num)s question", "%(num)s questions", item.questions))
    if window.minutes:
        facts.append(words.gettext("%(minutes)s minutes once you have begun", minutes=window.minutes))
    if window.closes_at and window.closes_at != window.due_at:
        facts.append(words.gettext("taken in until %(date)s", date=words.date_time(window.closes_at)))
    if item.part in (Part.DONE, Part.TO_READ) and not item.is_missed:
        facts.append(words.gettext("Handed in"))
    return facts
