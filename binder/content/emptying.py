"""Emptying the trash: what nobody restored in time is deleted for good, but for what somebody's work hangs on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.clock import now
from binder.content.trash import KEPT
from binder.db import TenantRow
from binder.models import (
    Activity,
    ActivityVersion,
    Binder,
    Opening,
    Page,
    PageRevision,
    PageText,
    PageVersion,
    Proposal,
    Resource,
    Section,
    Share,
    Upload,
)

__all__ = ["empty"]

PAGE_BELONGINGS: tuple[Any, ...] = (Proposal, PageVersion, PageRevision)
BINDER_BELONGINGS: tuple[Any, ...] = (Opening, Share, Upload, Resource)


def empty(session: Session, *, older_than: timedelta = KEPT) -> int:
    """Delete for good what has been in the trash for longer than that, in all schools.

    Kept, and shown nowhere but as work: a page that was given to a class or placed in a course, with its section and
    its binder. Bytes of files are for whoever tidies the storage.

    :return: how many pages, sections and binders are gone.
    """
    before = now() - older_than
    old = sa.select(Binder).where(Binder.trashed_at <= before)
    binders = [(binder.tenant_id, binder.id) for binder in session.scalars(old)]
    gone = 0
    for kind in (Page, Section):
        condition = sa.or_(kind.trashed_at <= before, sa.tuple_(kind.tenant_id, kind.binder_id).in_(binders))
        rows = session.execute(sa.select(kind.tenant_id, kind.id).where(condition).order_by(kind.id.desc()))
        delete = _delete_page if kind is Page else _delete_section
        # newest first: a section is made after the one that it stands in, unless it was moved
        waiting = [(tenant_id, id) for tenant_id, id in rows]
        while waiting:
            left = [key for key in waiting if not delete(session, key)]
            if len(left) == len(waiting):
                break
            gone += len(waiting) - len(left)
            waiting = left
    gone += sum(_delete_binder(session, key) for key in binders)
    return gone


Key = tuple[Any, Any]


def _delete_page(session: Session, key: Key) -> bool:
    tenant_id, page_id = key
    text = sa.delete(PageText).where(PageText.tenant_id == tenant_id, PageText.id == page_id)
    steps = [
        sa.delete(kind).where(kind.tenant_id == tenant_id, kind.page_id == page_id)
        for kind in PAGE_BELONGINGS
    ]
    return _done(session, [text, *steps, _row(Page, key)])


def _delete_section(session: Session, key: Key) -> bool:
    return _done(session, [_row(Section, key)])


def _delete_binder(session: Session, key: Key) -> bool:
    tenant_id, binder_id = key
    of_it = sa.select(Activity.id).where(Activity.tenant_id == tenant_id, Activity.binder_id == binder_id)
    versions = sa.delete(ActivityVersion).where(
        ActivityVersion.tenant_id == tenant_id, ActivityVersion.activity_id.in_(of_it)
    )
    steps = [
        sa.delete(kind).where(kind.tenant_id == tenant_id, kind.binder_id == binder_id)
        for kind in (*BINDER_BELONGINGS, Activity)
    ]
    return _done(session, [versions, *steps, _row(Binder, key)])


def _row(kind: type[TenantRow], key: Key) -> sa.Delete:
    return sa.delete(kind).where(kind.tenant_id == key[0], kind.id == key[1])


def _done(session: Session, steps: Iterable[sa.Delete]) -> bool:
    """Do all of them, or none where a row that stays points at one of these: the database knows best what is needed."""
    try:
        with session.begin_nested():
            for step in steps:
                session.execute(step.execution_options(synchronize_session=False))
    except IntegrityError:
        return False
    return True
