"""A released grade on its way to the platform's gradebook: an outbox entry becomes an AGS score."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.grading import counting_grade
from binder.models import Assignment, Attempt, Grade, Page
from binder.outbox import Begin, Due, Failed
from lti.errors import ServiceError
from lti.models import Context, LineItem, User
from lti.protocol import ags
from lti.protocol.services import Connector, Services

__all__ = ["TAG", "Passback", "keep_line_item"]

TAG = "classeur"
"""Tag of our line items: with the assignment as resource id it finds them again after a copy of the course."""


@dataclass(frozen=True)
class _Parcel:
    """All that a score needs, read in one short transaction."""

    connector: Connector
    assignment: Assignment
    title: str
    context: Context
    line_item: str | None
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
        try:
            url = parcel.line_item or self._line_item(parcel)
            ags.put_score(parcel.connector, url, parcel.score)
        except ServiceError as error:
            if error.platform_status == 409:
                return
            raise Failed(
                f"{error.platform_status or 'no answer'}: {error.detail}"[:300],
                final=not error.retryable,
                after=error.retry_after,
            ) from error

    def _pack(
        self, session: Session, tenant_id: UUID, assignment_id: UUID, person_id: UUID
    ) -> _Parcel | None:
        """None where there is nobody to tell: no grade, no platform, or somebody without an account there."""
        assignment = session.get(Assignment, (tenant_id, assignment_id))
        counting = counting_grade(session, assignment, person_id) if assignment else None
        if assignment is None or counting is None:
            return None
        context = session.scalar(
            sa.select(Context).where(
                Context.tenant_id == tenant_id, Context.audience_id == assignment.audience_id
            )
        )
        if context is None:
            return None
        registration = context.deployment.registration
        subject = session.scalar(
            sa.select(User.subject).where(
                User.tenant_id == tenant_id, User.issuer == registration.issuer, User.person_id == person_id
            )
        )
        line_item = session.scalar(
            sa.select(LineItem.url).where(
                LineItem.tenant_id == tenant_id, LineItem.assignment_id == assignment_id
            )
        )
        if subject is None:
            return None
        if line_item is None and not context.lineitems_url:
            raise Failed("the platform offers no gradebook for this class", final=True)
        title = session.scalars(
            sa.select(Page.title).where(Page.tenant_id == tenant_id, Page.id == assignment.page_id)
        ).one()
        return _Parcel(
            self._services.connector(registration),
            assignment,
            title,
            context,
            line_item,
            _score(subject, *counting),
        )

    def _line_item(self, parcel: _Parcel) -> str:
        """The assignment's column in the gradebook: found by our resource id, or made; its URL is kept."""
        assignment, container = parcel.assignment, parcel.context.lineitems_url or ""
        resource_id = str(assignment.id)
        found = ags.find_line_item(parcel.connector, container, resource_id=resource_id, tag=TAG)
        made = None
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


def _score(subject: str, attempt: Attempt, grade: Grade) -> ags.Score:
    return ags.Score(
        user_id=subject,
        timestamp=grade.released_at or grade.graded_at,
        activity_progress=attempt.activity_progress.value,
        grading_progress=attempt.grading_progress.value,
        score_given=grade.score_given,
        score_maximum=grade.score_maximum,
        comment=grade.comment,
        started_at=attempt.started_at,
        submitted_at=attempt.submitted_at,
    )
