"""Erasing a person: their name, their answers and files, and whatever only they used.

Whoever calls has seen to it that the asker may: it is the person, or somebody who answers for the school's data. What
a person gave to others – binders that a class or colleagues use – stays without a name, unless it is said to go too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import personal
from binder.clock import now
from binder.content import emptying
from binder.content.trash import KEPT
from binder.db import TenantRow
from binder.errors import NotFound
from binder.models import (
    Accommodation,
    AnswerFile,
    Assignment,
    Attempt,
    Binder,
    Grade,
    Membership,
    Opening,
    OutboxEntry,
    Override,
    Page,
    PageRevision,
    PageVersion,
    Person,
    Proposal,
    Resource,
    Share,
    Upload,
    Visit,
)
from binder.personal import whose
from binder.resources import quarantine
from binder.storage import Storage

__all__ = ["Erased", "Owned", "binders_of", "erase", "forget_bytes"]

GONE = (Visit, Override, Accommodation, Share, Proposal)
"""Rows of the person that are deleted as they are."""
NAMELESS: tuple[tuple[Any, str], ...] = (
    (PageVersion, "person_id"),
    (PageRevision, "created_by_id"),
    (Grade, "grader_id"),
    (Proposal, "decided_by_id"),
)
"""Rows that stay, and forget who it was."""


@dataclass(frozen=True)
class Owned:
    """A binder of the person, and who else has something of it."""

    binder: Binder
    colleagues: int
    classes: int
    placed: bool = False
    """It stands as a link in courses of the school's workspace."""

    @property
    def used(self) -> bool:
        """Whether others would miss it."""
        return bool(self.colleagues or self.classes or self.placed or self.binder.listed_at)


@dataclass(frozen=True)
class Erased:
    """What was done, and what is left to do once the transaction has ended."""

    counts: Mapping[str, int]
    """Rows that there were, by kind."""
    binders_gone: int
    binders_kept: int
    digests: frozenset[str]
    """Of bytes that the person had sent; those that nobody else uses go."""
    uploads: tuple[str, ...]


def binders_of(
    session: Session, tenant_id: UUID, person_id: UUID, placed: Collection[UUID] = ()
) -> list[Owned]:
    """The person's binders, the bank of questions among them, by title.

    :param placed: binders that links in courses lead to.
    """
    query = sa.select(Binder).where(Binder.tenant_id == tenant_id, Binder.owner_id == person_id)
    return [
        Owned(binder, *_users(session, binder), binder.id in placed)
        for binder in session.scalars(query.order_by(Binder.title, Binder.id))
    ]


def _users(session: Session, binder: Binder) -> tuple[int, int]:
    """How many colleagues have a right, and how many classes read it or have work from it."""
    here = (binder.tenant_id, binder.id)
    shares = sa.select(sa.func.count()).where(Share.tenant_id == here[0], Share.binder_id == here[1])
    opened = sa.select(Opening.audience_id).where(Opening.tenant_id == here[0], Opening.binder_id == here[1])
    page = sa.and_(Page.tenant_id == Assignment.tenant_id, Page.id == Assignment.page_id)
    given = (
        sa.select(Assignment.audience_id)
        .join(Page, page)
        .where(Page.tenant_id == here[0], Page.binder_id == here[1])
    )
    classes = set(session.scalars(opened)) | set(session.scalars(given))
    return session.scalar(shares) or 0, len(classes)


def erase(
    session: Session,
    tenant_id: UUID,
    person_id: UUID,
    *,
    binders: Collection[UUID] = (),
    placed: Collection[UUID] = (),
) -> Erased:
    """Erase a person: their name, their answers and files, and whatever only they used.

    Work of others stays as it is, also a page that a class works on. What is left of the person is a row without a name.

    :param binders: those of theirs that go although others use them.
    :param placed: see `binders_of`.
    :raises NotFound: if there is no such person.
    """
    person = session.get(Person, (tenant_id, person_id), with_for_update=True)
    if person is None:
        raise NotFound("no such person")
    before = personal.counts(session, tenant_id, person_id)
    digests, uploads = _files(session, tenant_id, person_id)
    _delete_work(session, tenant_id, person_id)
    for kind, column in NAMELESS:
        _update(session, kind, whose(kind, column, tenant_id, person_id), **{column: None})
    _update(session, Membership, whose(Membership, "person_id", tenant_id, person_id), active=False)
    owned = binders_of(session, tenant_id, person_id, placed)
    going = [each.binder for each in owned if not each.used or each.binder.id in binders]
    for binder in going:
        digests |= _digests(session.scalars(_of_binder(binder)))
    gone = _delete_binders(session, going)
    _take_name_away(session, person)
    person.erased_at = now()
    session.flush()
    session.expire_all()
    return Erased(before, gone, len(owned) - gone, frozenset(digests), uploads)


def _of_binder(binder: Binder) -> sa.Select[Any]:
    return sa.select(Resource).where(Resource.tenant_id == binder.tenant_id, Resource.binder_id == binder.id)


def _digests(files: Iterable[Resource | AnswerFile]) -> set[str]:
    return {
        digest
        for file in files
        for digest in (file.sha256, *(each["sha256"] for each in file.variants.values()))
    }


def _files(session: Session, tenant_id: UUID, person_id: UUID) -> tuple[set[str], tuple[str, ...]]:
    """What the storage has of them: digests, and files that are still arriving."""
    handed = sa.select(AnswerFile).where(whose(AnswerFile, "person_id", tenant_id, person_id))
    arriving = sa.select(Upload.id).where(whose(Upload, "person_id", tenant_id, person_id))
    return _digests(session.scalars(handed)), tuple(str(id) for id in session.scalars(arriving))


def _delete_work(session: Session, tenant_id: UUID, person_id: UUID) -> None:
    attempts = sa.select(Attempt.id).where(whose(Attempt, "person_id", tenant_id, person_id))
    _delete(session, Grade, sa.and_(Grade.tenant_id == tenant_id, Grade.attempt_id.in_(attempts)))
    for kind in (Attempt, AnswerFile, Upload, *GONE):
        _delete(session, kind, whose(kind, "person_id", tenant_id, person_id))
    # work that was for them alone goes on being for nobody else: a card without a name on it would be for all
    named = sa.func.lower(OutboxEntry.subject).contains(str(person_id))
    _delete(session, OutboxEntry, sa.and_(OutboxEntry.tenant_id == tenant_id, named))


def _delete(session: Session, kind: type[TenantRow], which: sa.ColumnElement[bool]) -> None:
    session.execute(sa.delete(kind).where(which).execution_options(synchronize_session=False))


def _update(session: Session, kind: type[TenantRow], which: sa.ColumnElement[bool], **values: Any) -> None:
    query = sa.update(kind).where(which).values(**values)
    session.execute(query.execution_options(synchronize_session=False))


def _delete_binders(session: Session, going: Collection[Binder]) -> int:
    """Into the trash, and out of it at once, as far as nobody's work hangs on it.

    :return: how many there were.
    """
    for binder in going:
        binder.listed_at = None
        binder.trashed_at = now() - KEPT - timedelta(minutes=1)
        for kind in (Opening, Share):
            which = sa.and_(kind.tenant_id == binder.tenant_id, kind.binder_id == binder.id)
            _delete(session, kind, which)
    session.flush()
    session.expire_all()
    if going:
        emptying.empty(session)
        _tidy_index(session)
    return len(going)


def _tidy_index(session: Session) -> None:
    """SQLite's index of words keeps those of deleted pages until it is put in order."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("INSERT INTO classeur_page_index (classeur_page_index) VALUES ('optimize')"))


def _take_name_away(session: Session, person: Person) -> None:
    """From the person, and from where it was noted that they wrote something, unless a namesake may be meant."""
    name, person.display_name, person.sort_name = person.display_name.strip(), "", ""
    session.flush()
    if not name:
        return
    namesake = sa.select(Person.id).where(Person.tenant_id == person.tenant_id, Person.display_name == name)
    if session.scalar(namesake.limit(1)) is not None:
        return
    whole = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    credited: list[Binder | Resource] = []
    for kind in (Binder, Resource):
        named = kind.credit.contains(name, autoescape=True)
        credited += session.scalars(sa.select(kind).where(kind.tenant_id == person.tenant_id, named))
    for row in credited:
        row.credit = whole.sub("…", row.credit)


def forget_bytes(session: Session, tenant_id: UUID, erased: Erased, storage: Storage) -> None:
    """Delete what nobody else uses from the storage; for when the erasing is committed.

    Should this never run, whoever tidies the storage finds the bytes without a file.
    """
    if erased.digests:
        for digest in erased.digests - quarantine.digests(session, tenant_id):
            storage.delete(tenant_id, digest, before=now())
    for upload in erased.uploads:
        storage.discard(tenant_id, upload)
