"""What a regrade has set right in an assignment, read so that no hand-in at the same moment is scored without it.

Whoever hands in shares it, whoever regrades holds it; both before any row of an attempt, so that nobody waits in a ring.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from binder.models import Assignment

__all__ = ["hold", "share"]


def share(session: Session, assignment: Assignment) -> None:
    """Read the corrections afresh; a regrade that would change them waits for the end of the transaction."""
    session.refresh(assignment, ["corrections"], with_for_update={"read": True})


def hold(session: Session, assignment: Assignment) -> None:
    """Read the corrections afresh to change them; hand-ins and other regrades wait, those who begin and save do not."""
    session.refresh(assignment, ["corrections"], with_for_update={"key_share": True})
