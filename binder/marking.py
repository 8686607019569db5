"""What a copy is worth: each answer scored as its learner was asked, with what a regrade has set right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.activities import Effect, Score, ScoreState, type_of
from binder.asking import content_of
from binder.models import ActivityVersion, Assignment, Attempt

__all__ = ["Marking", "corrected", "effects_of", "marking", "result_of", "score_one"]

WRONG = (ScoreState.INCORRECT.value, ScoreState.PARTIAL.value)


@dataclass(frozen=True)
class Marking:
    """Points given, points that there are, and activity id → `{fraction, points, state, parts}`."""

    given: Fraction
    maximum: Fraction
    per_activity: dict[str, Any]
    waiting: bool
    """Whether a person must look at some answer."""


def effects_of(names: list[str]) -> frozenset[Effect]:
    """Effects by their names; those of a version of Classeur that knew more are left out."""
    return frozenset(effect for effect in Effect if effect.value in names)


def corrected(
    session: Session, assignment: Assignment, versions: Mapping[str, ActivityVersion]
) -> Mapping[str, ActivityVersion]:
    """The versions by which copies are scored, and whose answers are shown.

    That of a regrade goes before an older one that was shown; what was published after the regrade stands as it is.
    """
    wanted = {
        name: UUID(correction["version"])
        for name, correction in assignment.corrections.items()
        if name in versions and correction.get("version")
    }
    if not wanted:
        return versions
    query = sa.select(ActivityVersion).where(
        ActivityVersion.tenant_id == assignment.tenant_id, ActivityVersion.id.in_(wanted.values())
    )
    by_id = {version.id: version for version in session.scalars(query)}
    newer = {name: by_id.get(wanted[name]) if name in wanted else None for name in versions}
    return {
        name: found if (found := newer[name]) is not None and found.number > version.number else version
        for name, version in versions.items()
    }


def score_one(
    version: ActivityVersion, response: Mapping[str, Any] | None, effects: frozenset[Effect]
) -> Score:
    """The result of one answer, for a learner with these accommodations."""
    kind = type_of(version.type)
    return kind.score(kind.adapted(content_of(version), effects), response)


def result_of(score: Score, points: Fraction, fraction: Fraction | None = None) -> dict[str, Any]:
    """A result as it is kept.

    :param fraction: what it is worth after penalties; default: that of the score.
    """
    worth = score.fraction if fraction is None else fraction
    result: dict[str, Any] = {
        "fraction": str(worth),
        "points": str(worth * points),
        "state": score.state.value,
    }
    return {**result, "parts": dict(score.parts)} if score.parts else result


def marking(attempt: Attempt, versions: Mapping[str, ActivityVersion]) -> Marking:
    """What a copy is worth by itself.

    :param versions: those by which it is scored, see `corrected`.
    """
    effects = effects_of(attempt.effects)
    per_activity: dict[str, Any] = {}
    total, maximum, waiting = Fraction(0), Fraction(0), False
    for name, version in versions.items():
        correction = attempt.assignment.corrections.get(name, {})
        response = attempt.responses.get(name)
        score = score_one(version, response, effects)
        wrong = _tries_before(attempt, name, response)
        worth = max(Fraction(0), score.fraction - attempt.assignment.try_penalty * wrong)
        if correction.get("full") and score.state is not ScoreState.UNANSWERED:
            score, worth = Score(Fraction(1), ScoreState.CORRECT, score.parts), Fraction(1)
        result = result_of(score, version.points, worth)
        if correction.get("neutral"):
            per_activity[name] = {**result, "points": "0", "neutral": True}
            continue
        total, maximum = total + worth * version.points, maximum + version.points
        waiting = waiting or score.state is ScoreState.TO_MARK
        per_activity[name] = result
    return Marking(total, maximum, per_activity, waiting)


def _tries_before(attempt: Attempt, name: str, response: Any) -> int:
    """How many wrong answers were checked before the one that was handed in."""
    check = attempt.checks.get(name)
    if check is None:
        return 0
    is_last = check["response"] == response and check["result"]["state"] in WRONG and not check["right"]
    return int(check["wrong"]) - int(is_last)
