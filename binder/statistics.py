"""What a class answered to an assignment, question by question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.activities import Statistics, activities, type_of
from binder.answered import Copy, copies, last_of_each, version_for_all
from binder.asking import content_of
from binder.assigning import assignment_of
from binder.blocks import kind_of
from binder.models import ActivityVersion, Assignment
from binder.revisions import revision_of

__all__ = ["FEWEST", "Figures", "figures"]

FEWEST = 5
"""Copies below which no mean is told: it would tell a single learner's result."""


@dataclass(frozen=True)
class Figures:
    """One question of an assignment."""

    activity_id: str
    version: ActivityVersion
    """By which it is scored."""
    copies: int
    """In how many it was asked."""
    statistics: Statistics
    """Its mean is None below `FEWEST` copies."""
    correction: Mapping[str, Any]
    """See `Assignment.corrections`."""


def figures(session: Session, viewer: Viewer, assignment_id: UUID) -> list[Figures]:
    """The questions in the order of the page, over the last copy that each learner has handed in."""
    assignment = assignment_of(session, viewer, assignment_id, "follow")
    last = last_of_each(copies(session, assignment))
    found = [_figures(assignment, last, name) for name in _names(session, last)]
    return [one for one in found if one is not None]


def _names(session: Session, last: list[Copy]) -> list[str]:
    """The questions as they stand on the newest page that any of the copies shows, then those that only others have."""
    revisions = {copy.attempt.revision_id: revision_of(session, copy.attempt) for copy in last}
    ordered = sorted(revisions.values(), key=lambda revision: -revision.number)
    names = [
        name for revision in ordered for block in revision.blocks for name in kind_of(block).activities(block)
    ]
    return list(dict.fromkeys(names))


def _figures(assignment: Assignment, last: list[Copy], name: str) -> Figures | None:
    asked = [copy for copy in last if name in copy.versions]
    version = version_for_all(asked, name)
    if version is None or version.type not in activities:
        return None
    responses = [copy.attempt.responses.get(name) for copy in asked]
    told = type_of(version.type).statistics(content_of(version), responses)
    if len(asked) < FEWEST:
        told = replace(told, mean=None)
    return Figures(name, version, len(asked), told, assignment.corrections.get(name, {}))
