"""Keeping what somebody sent after their session was over, until they come back and say what to do with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.clock import now
from binder.errors import BinderError, NotFound
from binder.models import Person
from binder.sanitize import storable
from lti.models import KeptForm
from lti.tokens import Author

__all__ = ["KEPT_FOR", "forget", "keep", "kept", "kept_form", "settle", "waiting"]

KEPT_FOR = timedelta(days=30)
MOST = 50
"""Forms kept for one person at the most; the oldest go first."""
MOST_CHARACTERS = 2_000_000
"""Of one form; a longer one cannot be ours."""


def _subject(screen: str, values: Mapping[str, str], fields: Mapping[str, Sequence[str]]) -> str:
    """What is the same when the same form is sent again: its screen, its address and, where it says so, its action."""
    same = [screen, sorted(values.items()), list(fields.get("action", ())), list(fields.get("type", ()))]
    return hashlib.sha256(json.dumps(same).encode()).hexdigest()


def keep(
    session: Session,
    author: Author,
    *,
    screen: str,
    values: Mapping[str, str],
    fields: Mapping[str, list[str]],
) -> bool:
    """Keep a form for its author; what they send again replaces what they had sent.

    :param screen: its name, and `values`: what stood in its address.
    :return: whether it was kept: not for persons who are no longer there, nor without limit.
    """
    if sum(len(value) for each in fields.values() for value in each) > MOST_CHARACTERS:
        return False
    if session.get(Person, (author.tenant_id, author.person_id), with_for_update=True) is None:
        return False
    try:
        fields = storable(dict(fields))
    except BinderError:
        return False
    subject = _subject(screen, values, fields)
    theirs = _of(session, author.tenant_id, author.person_id)
    row = next((form for form in theirs if form.subject == subject), None)
    if row is None:
        for oldest in theirs[: max(0, len(theirs) - MOST + 1)]:
            session.delete(oldest)
        row = KeptForm(
            tenant_id=author.tenant_id,
            person_id=author.person_id,
            subject=subject,
            screen=screen,
            values=dict(values),
        )
        session.add(row)
    row.fields, row.kept_at = dict(fields), now()
    session.flush()
    return True


def _of(session: Session, tenant_id: UUID, person_id: UUID | None) -> list[KeptForm]:
    query = sa.select(KeptForm).where(KeptForm.tenant_id == tenant_id, KeptForm.person_id == person_id)
    return list(session.scalars(query.order_by(KeptForm.kept_at, KeptForm.id)))


def kept(session: Session, viewer: Viewer) -> list[KeptForm]:
    """What is kept for the viewer, the oldest first."""
    return _of(session, viewer.tenant_id, viewer.person_id) if viewer.person_id is not None else []


def waiting(session: Session, viewer: Viewer) -> bool:
    """Whether anything is kept for the viewer."""
    if viewer.person_id is None:
        return False
    query = sa.select(KeptForm.id).where(
        KeptForm.tenant_id == viewer.tenant_id, KeptForm.person_id == viewer.person_id
    )
    return session.execute(query.limit(1)).first() is not None


def kept_form(session: Session, viewer: Viewer, id: UUID) -> KeptForm:
    """One form that is kept for the viewer.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    row = session.get(KeptForm, (viewer.tenant_id, id))
    if row is None or viewer.person_id is None or row.person_id != viewer.person_id:
        raise NotFound("no such form")
    return row


def settle(
    session: Session,
    viewer: Viewer,
    *,
    screen: str,
    values: Mapping[str, str],
    fields: Mapping[str, Sequence[str]],
) -> None:
    """Forget a form that was kept and has been saved another way, such as from a journal on its author's device."""
    subject = _subject(screen, values, fields)
    session.execute(
        sa.delete(KeptForm).where(
            KeptForm.tenant_id == viewer.tenant_id,
            KeptForm.person_id == viewer.person_id,
            KeptForm.subject == subject,
        )
    )


def forget(session: Session, *, before: datetime | None = None) -> int:
    """Forget what nobody came back for.

    :param before: kept before that instant; by default `KEPT_FOR` ago.
    :return: how many.
    """
    done = session.execute(sa.delete(KeptForm).where(KeptForm.kept_at < (before or now() - KEPT_FOR)))
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it
