"""Who is looking, what they may do – one table of (action → rule) – and finding things in their tenant only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from binder.db import TenantRow
from binder.errors import Forbidden, NotFound
from binder.models.content import Binder, Right
from binder.models.given import Assignment
from binder.models.work import Attempt

__all__ = ["Role", "Viewer", "find", "may", "require", "who"]

Row = TypeVar("Row", bound=TenantRow)


class Role(StrEnum):
    """The context roles of LIS that Classeur tells apart.

    https://www.imsglobal.org/spec/lti/v1p3#lis-vocabulary-for-context-roles
    """

    LEARNER = "Learner"
    INSTRUCTOR = "Instructor"
    CONTENT_DEVELOPER = "ContentDeveloper"
    ADMINISTRATOR = "Administrator"
    MENTOR = "Mentor"


@dataclass(frozen=True)
class Viewer:
    """Who is looking: made by a launch, or by a host's own login."""

    tenant_id: UUID
    role: Role
    person_id: UUID | None = None
    """None for somebody whose platform does not say who they are: may read, leaves no trace."""
    audience_id: UUID | None = None
    """The class that the viewer came from; nothing of another class is shown."""
    children: frozenset[UUID] = frozenset()
    """A Mentor's children in that class."""
    locale: str = ""
    """BCP 47, empty where unknown."""
    test_user: bool = False

    @property
    def teaches(self) -> bool:
        """Whether the viewer writes binders and follows work."""
        return self.role in (Role.INSTRUCTOR, Role.CONTENT_DEVELOPER)


def _writes(viewer: Viewer) -> bool:
    return viewer.teaches and viewer.person_id is not None


def _has(viewer: Viewer, binder: Binder, *rights: Right) -> bool:
    """Whether the binder is the viewer's own, or shared with them by one of `rights`."""
    if not _writes(viewer):
        return False
    return binder.owner_id == viewer.person_id or any(
        share.person_id == viewer.person_id and share.right in rights for share in binder.shares
    )


def _authors(viewer: Viewer, binder: Binder) -> bool:
    return _has(viewer, binder, Right.EDIT, Right.MANAGE)


def _proposes(viewer: Viewer, binder: Binder) -> bool:
    return _has(viewer, binder, Right.PROPOSE, Right.EDIT, Right.MANAGE)


def _looks(viewer: Viewer, binder: Binder) -> bool:
    return _has(viewer, binder, *Right)


def _browses(viewer: Viewer, binder: Binder) -> bool:
    return (_writes(viewer) and binder.listed_at is not None) or _looks(viewer, binder)


def _manages(viewer: Viewer, binder: Binder) -> bool:
    return _has(viewer, binder, Right.MANAGE)


def _reads_opened(viewer: Viewer) -> bool:
    return viewer.role is not Role.ADMINISTRATOR and viewer.audience_id is not None


def _reads_binder(viewer: Viewer, binder: Binder) -> bool:
    return _reads_opened(viewer) and any(
        opening.audience_id == viewer.audience_id for opening in binder.openings
    )


def _is_here(viewer: Viewer, assignment: Assignment) -> bool:
    return viewer.audience_id is not None and assignment.audience_id == viewer.audience_id


def _is_in_class(viewer: Viewer, assignment: Assignment) -> bool:
    """Whether a learner is in the class, also if they came from another one of theirs: their list of work has both."""
    return _is_here(viewer, assignment) or any(
        member.person_id == viewer.person_id and member.active and member.role == Role.LEARNER.value
        for member in assignment.members
    )


def _follows(viewer: Viewer, assignment: Assignment) -> bool:
    return viewer.role is Role.INSTRUCTOR and _is_here(viewer, assignment)


def _reads(viewer: Viewer, assignment: Assignment) -> bool:
    """Teachers of the class, and those of its learners and parents whom it is for."""
    if viewer.role is Role.LEARNER:
        return _is_in_class(viewer, assignment) and assignment.is_for(viewer.person_id)
    if viewer.role is Role.ADMINISTRATOR or not _is_here(viewer, assignment):
        return False
    if viewer.role is Role.MENTOR:
        return assignment.is_for(None) or any(assignment.is_for(child) for child in viewer.children)
    return True


def _answers(viewer: Viewer, assignment: Assignment) -> bool:
    return viewer.role is Role.LEARNER and viewer.person_id is not None and _reads(viewer, assignment)


def _sees_copy(viewer: Viewer, attempt: Attempt) -> bool:
    if viewer.role not in (Role.LEARNER, Role.MENTOR):
        return _follows(viewer, attempt.assignment)
    is_learner = viewer.role is Role.LEARNER
    whose, there = ({viewer.person_id}, _is_in_class) if is_learner else (viewer.children, _is_here)
    return (
        attempt.person_id in whose
        and there(viewer, attempt.assignment)
        and attempt.assignment.is_for(attempt.person_id)
    )


RULES: dict[str, Callable[[Viewer, Any], bool]] = {
    "write": lambda viewer, _: _writes(viewer),  # begin a binder of one's own
    "author": _authors,  # change a binder and give it to classes
    "propose": _proposes,  # wish for changes of a binder
    "look": _looks,  # read a binder as a colleague, drafts included; copy it
    "browse": _browses,  # read what is published in a binder of the school's library
    "manage": _manages,  # share a binder, list it in the library, throw it away
    "read-opened": lambda viewer, _: _reads_opened(viewer),  # some binder that was opened to one's class
    "read-binder": _reads_binder,  # see what is published in a binder that was opened to one's class
    "read": _reads,  # an assignment: open its page
    "answer": _answers,  # an assignment: save and hand in
    "follow": _follows,  # an assignment: who has read, handed in, got what
    "grade": lambda viewer, attempt: _follows(viewer, attempt.assignment),
    "see-copy": _sees_copy,  # an attempt
    "administer": lambda viewer, _: viewer.role is Role.ADMINISTRATOR,
}


def may(viewer: Viewer, action: str, thing: Any = None) -> bool:
    """Whether `viewer` may do `action` to `thing`; a thing of another tenant is never anybody's."""
    if thing is not None and thing.tenant_id != viewer.tenant_id:
        return False
    return RULES[action](viewer, thing)


def require(viewer: Viewer, action: str, thing: Any = None) -> None:
    """:raises Forbidden: unless `viewer` may do `action` to `thing`."""
    if not may(viewer, action, thing):
        raise Forbidden(
            f"a {viewer.role} may not {action} {type(thing).__name__.lower() if thing is not None else ''}".strip()
        )


def who(viewer: Viewer) -> UUID:
    """The person who is looking.

    :raises Forbidden: if their platform does not say who they are.
    """
    if viewer.person_id is None:
        raise Forbidden("nobody to keep it for")
    return viewer.person_id


def find(
    session: Session, viewer: Viewer, kind: type[Row], id: UUID, *options: ORMOption, lock: bool = False
) -> Row:
    """The row of the viewer's tenant with that id.

    :param lock: read it afresh and let others who would change it wait for the end of the transaction.
    :raises NotFound: if there is none; a row of another tenant is none.
    """
    if lock:
        session.flush()
    row = session.get(
        kind,
        (viewer.tenant_id, id),
        options=options,
        populate_existing=lock,
        with_for_update=True if lock else None,
    )
    if row is None:
        raise NotFound(f"no such {kind.__name__.lower()}")
    return row
