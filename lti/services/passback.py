"""A released grade on its way to the platform's gradebook: an outbox entry becomes an AGS score."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.clock import now, uuid7
from binder.marks.grading import counting_grade
from binder.models import Assignment, Attempt, Grade, GradingProgress
from binder.outbox import Begin, Due, Failed
from lti.errors import ServiceError
from lti.models import Context, LineItem, Registration, ResourceLink, User
from lti.protocol import ags
from lti.protocol.services import Connector, Services

__all__ = ["TAG", "Passback", "keep_line_item"]

TAG = "classeur"
"""Tag of our line items: with the assignment as resource id it finds them again after a copy of the course."""


@dataclass(frozen=True)
class _Mark:
    """By what a column may be found, beside our tag."""

    resource_id: str = ""
    resource_link_id: str = ""


@dataclass(frozen=True)
class _Parcel:
    """All that a score needs, read in one short transaction."""

    connector: Connector
    assignment: Assignment
    title: str
    context: Context
    line_item: str | None
    marks: tuple[_Mark, ...]
    score: ags.Score


class Passback:
    """Tells platforms' gradebooks; give `send` to the outbox as the handler of `grade.released`."""

    def __init__(self, begin: Begin, services: Services) -> None:
        self._begin, self._services = begin, services

    def send(self, due: Due) -> None:
        """Send the newest grade of one learner for one assignment.

        Its timestamp is that of the release: sent twice, the platform knows that it has it (409) and nothing is
        counted twice. https://www.imsglobal.org/spec/lti-ags/v2p0#score-publish-service

        :raises Failed: if the platform could not be reached, or refuses.
        """
        assignment_id, _, person_id = due.subject.partition(":")
        with self._begin() as session:
            parcel = self._pack(session, due.tenant_id, UUID(assignment_id), UUID(person_id))
        if parcel is None:
            return
        url = ""
        try:
            url = parcel.line_item or self._line_item(parcel)
            ags.put_score(parcel.connector, url, parcel.score)
        except ServiceError as error:
            if error.platform_status == 409:
                self._after_conflict(parcel, url, due)
                return
            raise Failed(
                f"{error.platform_status or 'no answer'}: {error.detail}"[:300],
                final=not error.retryable,
                after=error.retry_after,
            ) from error

    def _after_conflict(self, parcel: _Parcel, url: str, due: Due) -> None:
        """The gradebook has a score as new as ours: this very one, or – where whole seconds are compared – an older one.

        If something was told before, ours is sent once more a second later: sent twice, it is the same mark.
        """
        if due.seq == 1:
            return
        with contextlib.suppress(ServiceError):
            ags.put_score(
                parcel.connector, url, replace(parcel.score, timestamp=now() + timedelta(seconds=1))
            )

    def _pack(
        self, session: Session, tenant_id: UUID, assignment_id: UUID, person_id: UUID
    ) -> _Parcel | None:
        """None where there is nobody to tell: no grade, no platform, or somebody without an account there."""
        assignment = session.get(Assignment, (tenant_id, assignment_id))
        counting = counting_grade(session, assignment, person_id) if assignment else None
        if assignment is None or counting is None:
            return None
        if counting[0].grading_progress is not GradingProgress.FULLY_GRADED:
            return None  # some platforms would take a mark away that is there already
        context = session.scalar(
            sa.select(Context).where(
                Context.tenant_id == tenant_id, Context.audience_id == assignment.audience_id
            )
        )
        if context is None:
            return None
        registration = context.deployment.registration
        subject = _subject_of(session, registration, tenant_id, person_id)
        line_item = session.scalar(
            sa.select(LineItem.url).where(
                LineItem.tenant_id == tenant_id, LineItem.assignment_id == assignment_id
            )
        )
        if not subject:
            return None
        if line_item is None and not context.lineitems_url:
            raise Failed("the platform offers no gradebook for this class", final=True)
        return _Parcel(
            self._services.connector(registration),
            assignment,
            assignment.title,
            context,
            line_item,
            _marks(session, context, assignment),
            _score(
                subject,
                *counting,
                scorer=_subject_of(session, registration, tenant_id, counting[1].grader_id),
            ),
        )

    def _line_item(self, parcel: _Parcel) -> str:
        """The assignment's column in the gradebook: found by our resource id, or made; its URL is kept."""
        assignment, container = parcel.assignment, parcel.context.lineitems_url or ""
        resource_id, found, made = str(assignment.id), None, None
        for wanted_by in parcel.marks:
            found = ags.find_line_item(
                parcel.connector,
                container,
                resource_id=wanted_by.resource_id,
                resource_link_id=wanted_by.resource_link_id,
                tag=TAG,
            )
            if found is not None:
                break
        if found is None:
            wanted = ags.LineItem(
                label=parcel.title,
                score_maximum=parcel.score.score_maximum or 1,
                resource_id=resource_id,
                tag=TAG,
            )
            found = made = ags.create_line_item(parcel.connector, container, wanted)
        with self._begin() as session:
            kept = keep_line_item(
                session, assignment.tenant_id, parcel.context.id, assignment.id, url=found.id
            )
        if made is not None and kept != made.id:  # another worker has made one at the same moment
            ags.delete_line_item(parcel.connector, made.id)
        return kept


def keep_line_item(
    session: Session, tenant_id: UUID, context_id: UUID, assignment_id: UUID, *, url: str
) -> str:
    """Remember the assignment's column in the gradebook, unless one is remembered already.

    :return: the URL of the one that counts.
    """
    query = sa.select(LineItem.url).where(
        LineItem.tenant_id == tenant_id, LineItem.assignment_id == assignment_id
    )
    known = session.scalar(query)
    if known is not None:
        return known
    new = LineItem(
        id=uuid7(), tenant_id=tenant_id, context_id=context_id, assignment_id=assignment_id, url=url
    )
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:  # another transaction was first
        return session.scalars(query).one()
    return url


def _subject_of(session: Session, registration: Registration, tenant_id: UUID, person_id: UUID | None) -> str:
    """The platform's id of a person; empty if they are not known there."""
    query = sa.select(User.subject).where(
        User.tenant_id == tenant_id, User.issuer == registration.issuer, User.person_id == person_id
    )
    return (session.scalar(query) if person_id is not None else None) or ""


def _marks(session: Session, context: Context, assignment: Assignment) -> tuple[_Mark, ...]:
    """By what the assignment's column may be known to the platform, the surest first.

    A column that came with a placed link, or with a copied class, has the mark of the link's placement, or of the old
    class's work: it is found by its link, so that none is made beside it.
    """
    marks = [_Mark(str(assignment.id))]
    links = session.execute(
        sa.select(ResourceLink.resource_link_id, ResourceLink.placement_id).where(
            ResourceLink.tenant_id == context.tenant_id,
            ResourceLink.context_id == context.id,
            ResourceLink.assignment_id == assignment.id,
        )
    ).all()
    for link_id, placement_id in links:
        if placement_id is not None:
            marks.append(_Mark(str(placement_id), link_id))
        marks.append(_Mark(resource_link_id=link_id))
    return tuple(marks)


def _score(subject: str, attempt: Attempt, grade: Grade, *, scorer: str = "") -> ags.Score:
    counts = grade.score_maximum > 0  # work without points has been done, and that is all
    return ags.Score(
        user_id=subject,
        timestamp=grade.released_at or grade.graded_at,
        activity_progress=attempt.activity_progress.value,
        grading_progress=attempt.grading_progress.value,
        score_given=max(grade.score_given, Fraction(0)) if counts else None,
        score_maximum=grade.score_maximum if counts else None,
        comment=grade.comment,
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
        scoring_user_id=scorer,
    )
