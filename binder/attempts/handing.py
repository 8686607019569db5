"""Files that learners hand in: on their way to an answer, and checked when an answer names them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, who
from binder.activities import type_of
from binder.activities.marked import Allowance, Marked
from binder.attempts.answer_files import files_of, forget_unnamed, mine
from binder.clock import now
from binder.content.asking import content_of
from binder.errors import Closed, Invalid, NotFound
from binder.giving.assigning import assignment_of
from binder.giving.windows import GRACE, windows_of
from binder.media import intake
from binder.media.mediatypes import Kind, Limits, kind_of, named
from binder.models import ActivityVersion, AnswerFile, Assignment, Attempt, ResourceState
from binder.publication.revisions import published, revision_asking, revision_of, versions_of
from binder.resources import quarantine
from binder.resources.admitting import Terms
from binder.resources.files import plain_name
from binder.storage import Storage

__all__ = ["MOST", "ToAssignment", "add", "settled"]

MOST = 100
"""Files of one learner for one assignment, those included that no answer names any more."""
RESTING = timedelta(hours=1)
"""How long a file that no answer names is left alone where a learner has too many: its answer may not be saved yet."""


@dataclass(frozen=True)
class ToAssignment:
    """A learner's answer to one question of an assignment; a `binder.resources.admitting.Destination`."""

    assignment_id: UUID
    activity_id: str

    @property
    def columns(self) -> Mapping[str, UUID]:
        """See `Destination.columns`."""
        return {"assignment_id": self.assignment_id}

    def enter(self, session: Session, viewer: Viewer, limits: Limits) -> Terms:
        """See `Destination.enter`: while the learner may answer, and what the question allows.

        :raises Closed: `not-open`, `over` or `handed-in`.
        :raises NotFound: if there is no such question, or it takes no files.
        """
        assignment = assignment_of(session, viewer, self.assignment_id, "answer")
        attempts = _attempts(session, assignment, who(viewer))
        _check_open(session, assignment, who(viewer), attempts)
        version = _versions(session, assignment, attempts).get(self.activity_id)
        allowed = _allowance(version) if version is not None else None
        if allowed is None:
            raise NotFound("no question that takes files")
        return Terms(_smaller(limits, allowed.most_bytes), frozenset(map(Kind, allowed.kinds)))

    def place(
        self, session: Session, viewer: Viewer, taken: intake.Taken, *, name: str, scan: bool
    ) -> AnswerFile:
        """See `Destination.place`; the same file is there once, however often it is sent."""
        whose = viewer.tenant_id, self.assignment_id, who(viewer)
        name = named(plain_name(name), taken.media_type)
        for other in files_of(session, *whose):
            if (other.sha256, other.name) == (taken.sha256, name):
                if scan and other.state is not ResourceState.READY:
                    quarantine.admit(session, other)
                return other
        _make_room(session, *whose)
        columns = dict(zip(("tenant_id", "assignment_id", "person_id"), whose, strict=True))
        file = AnswerFile(**columns, name=name, **asdict(taken))
        session.add(file)
        session.flush()
        if scan:
            quarantine.admit(session, file)
        return file

    def found(self, session: Session, viewer: Viewer, id: UUID) -> AnswerFile:
        """See `Destination.found`."""
        return find(session, viewer, AnswerFile, id)


def _attempts(session: Session, assignment: Assignment, person_id: UUID) -> list[Attempt]:
    query = sa.select(Attempt).where(
        Attempt.tenant_id == assignment.tenant_id,
        Attempt.assignment_id == assignment.id,
        Attempt.person_id == person_id,
    )
    return list(session.scalars(query.order_by(Attempt.number)))


def _check_open(
    session: Session, assignment: Assignment, person_id: UUID, attempts: Sequence[Attempt]
) -> None:
    """:raises Closed: unless the learner may write an answer now; a slow network is given its grace."""
    window, instant = windows_of(session, [assignment], [person_id])[assignment.id, person_id], now()
    last = attempts[-1] if attempts else None
    if not window.is_open(instant):
        raise Closed("not-open")
    if last is None or last.submitted_at is not None:
        if not window.allows(len(attempts) + 1):
            raise Closed("handed-in")
        end = window.closes_at
    else:
        end = last.deadline_at or window.closes_at
    if end is not None and instant > end + GRACE:
        raise Closed("over")


def _versions(
    session: Session, assignment: Assignment, attempts: Sequence[Attempt]
) -> Mapping[str, ActivityVersion]:
    """Those that the learner is answering: of the attempt that is open, or else of the page as published."""
    only = assignment.activity_id
    if attempts and attempts[-1].submitted_at is None:
        revision = revision_of(session, attempts[-1])
    else:
        revision = revision_asking(session, published(session, assignment.page), only)
    versions = versions_of(session, revision)
    return versions if only is None else {str(only): versions[str(only)]}


def _allowance(version: ActivityVersion) -> Allowance | None:
    kind = type_of(version.type)
    return kind.allowance(content_of(version)) if isinstance(kind, Marked) else None


def _smaller(limits: Limits, most: int) -> Limits:
    return Limits(**{name: min(value, most) for name, value in asdict(limits).items()})


def _make_room(session: Session, tenant_id: UUID, assignment_id: UUID, person_id: UUID) -> None:
    """:raises Invalid: if the learner's answers name too many files already."""
    whose = mine(tenant_id, assignment_id, person_id)
    count = sa.select(sa.func.count()).select_from(AnswerFile).where(whose)
    if (session.scalar(count) or 0) < MOST:
        return
    forget_unnamed(session, whose, AnswerFile.created_at < now() - RESTING)
    if (session.scalar(count) or 0) >= MOST:
        message = "you have sent too many files for this work: wait an hour, then try again"
        raise Invalid("too many files", {"file": [message]})


def add(
    session: Session,
    viewer: Viewer,
    to: ToAssignment,
    storage: Storage,
    stream: BinaryIO,
    *,
    name: str,
    limits: Limits,
    scan: bool = False,
) -> AnswerFile:
    """A file that comes whole, with a form.

    :param stream: seekable.
    :raises Invalid: if it is empty, too large, damaged, or none of those that the question asks for.
    """
    terms = to.enter(session, viewer, limits)
    terms.check(intake.recognise(stream, stream.seek(0, io.SEEK_END), terms.limits))
    taken = intake.take(storage, viewer.tenant_id, stream, terms.limits)
    return to.place(session, viewer, taken, name=name, scan=scan)


def settled(
    session: Session,
    assignment: Assignment,
    person_id: UUID,
    versions: Mapping[str, ActivityVersion],
    responses: Mapping[str, dict[str, Any]],
    *,
    final: bool = False,
) -> dict[str, dict[str, Any]]:
    """A learner's answers with the names of their files; nobody deletes these before the transaction is over.

    :param versions: activity id → version.
    :param responses: cleaned answers.
    :param final: they are being handed in: no file that a scanner refused is among them.
    :raises Invalid: if a file is not this learner's for this assignment, or not one that its question allows.
    """
    wanted = {
        name: (kind, kind.files(response))
        for name, response in responses.items()
        if isinstance(kind := type_of(versions[name].type), Marked) and kind.files(response)
    }
    if not wanted:
        return dict(responses)
    files = _locked(session, assignment, person_id, {id for _, ids in wanted.values() for id in ids})
    messages = {
        name: {"files": found}
        for name, (_, ids) in wanted.items()
        if (found := list(_wrong(_allowance(versions[name]), ids, files, final=final)))
    }
    if messages:
        raise Invalid("files", messages)
    for name, (kind, ids) in wanted.items():
        seconds = kind.seconds(responses[name])
        for id in ids if seconds else ():
            files[id].seconds = seconds
    named_ = {name: {id: files[id].name for id in ids} for name, (_, ids) in wanted.items()}
    return {
        name: {**response, "names": named_[name]} if name in named_ else response
        for name, response in responses.items()
    }


def _locked(
    session: Session, assignment: Assignment, person_id: UUID, ids: Iterable[str]
) -> Mapping[str, AnswerFile]:
    query = sa.select(AnswerFile).where(
        mine(assignment.tenant_id, assignment.id, person_id), AnswerFile.id.in_([UUID(id) for id in ids])
    )
    return {str(row.id): row for row in session.scalars(query.order_by(AnswerFile.id).with_for_update())}


def _wrong(
    allowed: Allowance | None, ids: Sequence[str], files: Mapping[str, AnswerFile], *, final: bool
) -> Iterator[str]:
    """Why these cannot be an answer's files."""
    if any(id not in files for id in ids):
        yield "a file of your answer is no longer here: take it out and send it again"
    if allowed is None:
        return
    if len(ids) > allowed.most:
        yield f"too many files, {allowed.most} at the most: take some out"
    kinds = frozenset(map(Kind, allowed.kinds))
    for file in (files[id] for id in ids if id in files):
        kind = kind_of(file.media_type)
        if kinds and kind not in kinds:
            yield f"“{file.name}” is not of a kind that is asked for here: take it out"
        # a picture was weighed as it came; upright, or as a JPEG, it may weigh more
        if kind is not Kind.PICTURE and file.size > allowed.most_bytes:
            yield f"“{file.name}” is too large for this question: take it out"
        if final and file.state is ResourceState.REFUSED:
            yield f"“{file.name}” was refused because it is not safe: take it out"
