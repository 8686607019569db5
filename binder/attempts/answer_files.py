"""Files that learners have handed in: whose they are, who opens them, and forgetting those that no answer names any more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer, find, require
from binder.activities import type_of
from binder.clock import now
from binder.errors import Forbidden, NotFound
from binder.models import AnswerFile, Assignment, Attempt, ResourceState, Upload
from binder.publication.revisions import revision_of, versions_of

__all__ = ["answer_file", "copy_file", "files_of", "forget_unnamed", "mine", "sweep"]

UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def mine(tenant_id: UUID, assignment_id: UUID, person_id: UUID) -> sa.ColumnElement[bool]:
    """The condition on one learner's files for one assignment."""
    return sa.and_(
        AnswerFile.tenant_id == tenant_id,
        AnswerFile.assignment_id == assignment_id,
        AnswerFile.person_id == person_id,
    )


def files_of(session: Session, tenant_id: UUID, assignment_id: UUID, person_id: UUID) -> list[AnswerFile]:
    """All that a learner has sent for an assignment; whoever asks has seen to it that the viewer may know."""
    query = sa.select(AnswerFile).where(mine(tenant_id, assignment_id, person_id))
    return list(session.scalars(query.order_by(AnswerFile.id)))


@dataclass(frozen=True)
class _Copy:
    """Whose a file is, as the rule `see-copy` asks."""

    tenant_id: UUID
    assignment: Assignment
    person_id: UUID


def answer_file(session: Session, viewer: Viewer, assignment_id: UUID, file_id: UUID) -> AnswerFile:
    """A file that a learner sent, for themselves and their family; teachers have `copy_file`.

    While it waits for the scanner it is the learner's alone; what was refused is nobody's.

    :raises NotFound: if this assignment has no such file.
    """
    if viewer.role not in (Role.LEARNER, Role.MENTOR):
        raise Forbidden("for learners and their families")
    file = find(session, viewer, AnswerFile, file_id)
    assignment = find(session, viewer, Assignment, assignment_id)
    require(viewer, "see-copy", _Copy(file.tenant_id, assignment, file.person_id))
    if file.assignment_id != assignment.id:
        raise NotFound("no such file")
    return _handed_out(file, viewer.person_id)


def copy_file(session: Session, viewer: Viewer, attempt_id: UUID, file_id: UUID) -> AnswerFile:
    """A file that an answer of a copy names, for those who may mark it.

    :raises NotFound: if no answer of the copy names it.
    """
    attempt = find(session, viewer, Attempt, attempt_id)
    require(viewer, "grade", attempt)
    if str(file_id) not in _named(session, attempt):
        raise NotFound("no such file in this copy")
    file = find(session, viewer, AnswerFile, file_id)
    if (file.assignment_id, file.person_id) != (attempt.assignment_id, attempt.person_id):
        raise NotFound("no such file in this copy")
    return _handed_out(file, None)


def _handed_out(file: AnswerFile, to: UUID | None) -> AnswerFile:
    own = to == file.person_id and file.state is ResourceState.SCANNING
    if file.state is not ResourceState.READY and not own:
        raise NotFound("the file is not handed out")
    return file


def _named(session: Session, attempt: Attempt) -> set[str]:
    versions = versions_of(session, revision_of(session, attempt))
    return {
        id
        for name, response in attempt.responses.items()
        if name in versions and response
        for id in type_of(versions[name].type).files(response)
    }


def sweep(session: Session, *, older_than: timedelta) -> int:
    """Forget the files that no answer names; their bytes are for whoever tidies the storage.

    :param older_than: what was sent since is left alone; its answer may not be saved yet.
    :return: how many.
    """
    uploads = sa.select(Upload.resource_id).where(
        Upload.tenant_id == AnswerFile.tenant_id, Upload.resource_id == AnswerFile.id
    )
    return forget_unnamed(session, AnswerFile.created_at < now() - older_than, ~uploads.exists())


def forget_unnamed(session: Session, *which: sa.ColumnElement[bool]) -> int:
    """Delete those of these files that no answer of their learner names.

    Whoever saves an answer holds the rows that it names: either the answer is there when it is read here, or the file is
    gone before they look.

    :return: how many.
    """
    old = session.scalars(sa.select(AnswerFile).where(*which).order_by(AnswerFile.id).with_for_update()).all()
    named: dict[tuple[UUID, UUID, UUID], set[str]] = {}
    gone = 0
    for file in old:
        whose = file.tenant_id, file.assignment_id, file.person_id
        if whose not in named:
            named[whose] = set(_written(session, *whose))
        if str(file.id) not in named[whose]:
            session.delete(file)
            gone += 1
    session.flush()
    return gone


def _written(session: Session, tenant_id: UUID, assignment_id: UUID, person_id: UUID) -> Iterator[str]:
    """The ids in a learner's answers, whatever the type of the question."""
    attempts = sa.select(Attempt.responses, Attempt.checks).where(
        Attempt.tenant_id == tenant_id,
        Attempt.assignment_id == assignment_id,
        Attempt.person_id == person_id,
    )
    for row in session.execute(attempts):
        yield from UUIDS.findall(json.dumps(list(row)))
