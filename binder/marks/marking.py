"""What a copy is worth: each answer scored as its learner was asked, with what a regrade has set right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role
from binder.activities import Effect, Score, ScoreState, type_of
from binder.blocks import kind_of
from binder.content.asking import content_of
from binder.models import ActivityVersion, Assignment, Attempt, Membership, PageRevision
from binder.publication import visibility
from binder.publication.revisions import published, versions_of

__all__ = [
    "Marking",
    "corrected",
    "greatest_points",
    "marking",
    "result_of",
    "score_one",
]

EVER = datetime.max.replace(tzinfo=UTC)

WRONG = (ScoreState.INCORRECT.value, ScoreState.PARTIAL.value)


@dataclass(frozen=True)
class Marking:
    """Points given, points that there are, and activity id → `{fraction, points, state, parts}`."""

    given: Fraction
    maximum: Fraction
    per_activity: dict[str, Any]
    waiting: bool
    """Whether a person must look at some answer."""


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
    effects = Effect.among(attempt.effects)
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


def greatest_points(session: Session, given: Assignment | PageRevision) -> Fraction:
    """The most points that any learner can get: what a gradebook's column is out of.

    Of a draw, the questions count that are worth most, as many as are drawn; of blocks for groups, those that one learner
    may see; blocks that are still hidden count, questions that were neutralised do not.

    :param given: an assignment, in whose class the groups are known; or a page before it is given: as if each learner were
        in one group at the most.
    """
    revision = given if isinstance(given, PageRevision) else published(session, given.page)
    versions: Mapping[str, ActivityVersion] = versions_of(session, revision)
    blocks: Sequence[Mapping[str, Any]] = revision.blocks
    groups = {block["audience"] for block in blocks if block.get("audience")}
    whose = {frozenset[str](), *(frozenset((one,)) for one in groups)}
    if isinstance(given, Assignment):
        blocks = visibility.alone(given, blocks)
        versions = corrected(session, given, versions)
        neutral = {name for name, correction in given.corrections.items() if correction.get("neutral")}
        versions = {name: version for name, version in versions.items() if name not in neutral}
        whose = _memberships(session, given) or whose if groups else whose
    points = {name: version.points for name, version in versions.items()}
    seen = (visibility.seen(blocks, audiences=audiences, at=EVER) for audiences in whose)
    return max(_greatest(theirs, points) for theirs in seen)


def _memberships(session: Session, assignment: Assignment) -> set[frozenset[str]]:
    """Which classes and groups each learner is in to whom this was given, each combination once."""
    mine = sa.orm.aliased(Membership)
    query = (
        sa.select(Membership.person_id, mine.audience_id)
        .join(mine, sa.and_(mine.tenant_id == Membership.tenant_id, mine.person_id == Membership.person_id))
        .where(
            Membership.tenant_id == assignment.tenant_id,
            Membership.audience_id == assignment.audience_id,
            Membership.role == Role.LEARNER.value,
            Membership.active,
            mine.active,
        )
    )
    audiences: dict[UUID, set[str]] = defaultdict(set)
    for person_id, audience_id in session.execute(query):
        audiences[person_id].add(str(audience_id))
    return {frozenset(theirs) for person, theirs in audiences.items() if assignment.is_for(person)}


def _greatest(blocks: Sequence[Mapping[str, Any]], points: Mapping[str, Fraction]) -> Fraction:
    """The most that these blocks ask for; what several draws have in common is asked once."""
    draws = [block for block in blocks if block["type"] == "draw"]
    asked = {name for block in blocks if block not in draws for name in kind_of(block).activities(block)}
    places = [set(block["activities"]) for block in draws for _ in range(block["count"])]
    taken: dict[int, str] = {}

    def find(name: str, seen: set[int]) -> bool:
        for place, names in enumerate(places):
            if name in names and place not in seen:
                seen.add(place)
                if place not in taken or find(taken[place], seen):
                    taken[place] = name
                    return True
        return False

    drawn = {name for names in places for name in names if name in points} - asked
    for name in sorted(drawn, key=lambda name: -points[name]):
        find(name, set())  # the dearest first: what has a place once keeps one
    return sum((points[name] for name in (asked & points.keys()) | set(taken.values())), Fraction(0))
