"""What marking a question anew means for the copies that were handed in.

Only this question's part of a copy's result is replaced. A mark that a teacher has set by hand stays, and so does one
that would be lower, unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import attributes

from binder.activities import ScoreState
from binder.errors import Invalid
from binder.marks.answered import Copy
from binder.marks.marking import marking
from binder.models import Activity, ActivityVersion, Assignment, Attempt, Grade, Person

__all__ = ["Case", "Change", "Kept", "Kind", "Move", "moves"]

FLAGS = {"neutralise": "neutral", "full": "full"}


class Kind(StrEnum):
    """What a regrade does to a question."""

    NEUTRALISE = "neutralise"
    """It does not count any more."""
    FULL = "full"
    """All who answered it get all its points."""
    ACCEPT = "accept"
    """One more answer is worth something."""
    REPLACE = "replace"
    """It is scored by its newest version."""
    RESTORE = "restore"
    """It counts as it did before it was neutralised, or all its points were given."""


class Kept(StrEnum):
    """Why a copy keeps its score."""

    OVERRIDE = "override"
    """A teacher has set it."""
    LOWER = "lower"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Change:
    """What is wanted; `response` and `fraction` are those of the answer to accept."""

    kind: Kind
    response: Mapping[str, Any] = field(default_factory=dict)
    fraction: Fraction = Fraction(1)


@dataclass(frozen=True)
class Move:
    """What a regrade means for one copy."""

    person: Person
    attempt: Attempt
    before: Grade
    given: Fraction
    """Points by the new rules, also where the copy keeps its score."""
    maximum: Fraction
    kept: Kept | None
    """None: it gets the new score."""
    per_activity: Mapping[str, Any]

    @property
    def waiting(self) -> bool:
        """Whether a person must look at some answer."""
        return _waits(self.per_activity)

    @property
    def is_noted(self) -> bool:
        """Whether the copy's result is written anew, be it with the same score."""
        return self.kept is None or (
            self.kept is Kept.UNCHANGED
            and self.per_activity != self.before.per_activity
            and not _by_hand(self.attempt)
        )


@dataclass(frozen=True)
class Case:
    """One question of an assignment, and where it was asked."""

    assignment: Assignment
    activity: Activity
    base: ActivityVersion
    """The newest version by which copies are scored."""
    asked: list[Copy]

    @property
    def name(self) -> str:
        """Its id, as results and corrections have it."""
        return str(self.activity.id)


def moves(
    case: Case, change: Change, version: ActivityVersion | None, *, lower: bool
) -> tuple[dict[str, Any], list[Move]]:
    """The assignment's corrections as they will be, and what they mean for each copy."""
    before = case.assignment.corrections
    entry = dict(before.get(case.name, {}))
    if change.kind not in (Kind.ACCEPT, Kind.REPLACE):
        entry = {name: value for name, value in entry.items() if name not in FLAGS.values()}
    if change.kind in FLAGS:
        entry[FLAGS[change.kind]] = True
    if version is not None and any(copy.versions[case.name].id != version.id for copy in case.asked):
        entry["version"] = str(version.id)
    others = {name: value for name, value in before.items() if name != case.name}
    corrections = {**others, case.name: entry} if entry else others
    with _as_if(case.assignment, corrections):
        found = [
            _move(case, copy, change, version or copy.versions[case.name], lower=lower) for copy in case.asked
        ]
    if any(move.before.score_maximum and not move.maximum for move in found):
        raise Invalid("nothing left", {"neutral": ["no other question counts: give all points instead"]})
    return corrections, found


@contextmanager
def _as_if(assignment: Assignment, corrections: dict[str, Any]) -> Iterator[None]:
    """Score as if these were the corrections, without a change that would be written."""
    before = assignment.corrections
    attributes.set_committed_value(assignment, "corrections", corrections)
    try:
        yield
    finally:
        attributes.set_committed_value(assignment, "corrections", before)


def _move(case: Case, copy: Copy, change: Change, version: ActivityVersion, *, lower: bool) -> Move:
    attempt, grade, name = copy.attempt, copy.grade, case.name
    old = grade.per_activity[name]
    new = marking(attempt, {name: version})
    given = grade.score_given - Fraction(old["points"]) + new.given
    maximum = grade.score_maximum - _counted(old, copy.versions[name]) + new.maximum
    per_activity = {**grade.per_activity, name: new.per_activity[name]}
    is_lower = _part(given, maximum) < _part(grade.score_given, grade.score_maximum)
    if (
        is_lower and change.kind is Kind.ACCEPT
    ):  # copies that were asked by another key have nothing to do with it
        given, maximum, per_activity = grade.score_given, grade.score_maximum, dict(grade.per_activity)
    by_hand = _by_hand(attempt)
    kept: Kept | None = None
    if per_activity == grade.per_activity or (
        not by_hand and (given, maximum) == (grade.score_given, grade.score_maximum)
    ):
        kept = Kept.UNCHANGED
    elif by_hand:
        kept = Kept.OVERRIDE
    elif is_lower and not lower:
        kept = Kept.LOWER
    return Move(attempt.person, attempt, grade, given, maximum, kept, per_activity)


def _counted(result: Mapping[str, Any], version: ActivityVersion) -> Fraction:
    """How many points a result was out of."""
    if result.get("neutral"):
        return Fraction(0)
    fraction = Fraction(result["fraction"])
    return Fraction(result["points"]) / fraction if fraction else version.points


def _part(given: Fraction, maximum: Fraction) -> Fraction:
    return given / maximum if maximum else Fraction(0)


def _waits(per_activity: Mapping[str, Any]) -> bool:
    return any(
        result["state"] == ScoreState.TO_MARK and not result.get("neutral")
        for result in per_activity.values()
    )


def _by_hand(attempt: Attempt) -> bool:
    """Whether a teacher has given the points, and not only a comment."""
    return any(
        after.grader_id is not None
        and (after.score_given != before.score_given or _waits(before.per_activity))
        for before, after in pairwise(attempt.grades)
    )
