"""What a class answered to an assignment, question by question."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.activities import Effect, ScoreState, Statistics, Tally, activities, type_of
from binder.blocks import kind_of
from binder.content.asking import content_of
from binder.giving.assigning import assignment_of
from binder.marks.answered import Copy, copies, last_of_each
from binder.models import ActivityVersion, Assignment
from binder.publication.revisions import revision_of

__all__ = ["FEWEST", "Figures", "OfVersion", "figures"]

FEWEST = 5
"""Copies below which no mean is told: it would tell a single learner's result."""


@dataclass(frozen=True)
class OfVersion:
    """The copies that are scored by one version of a question."""

    version: ActivityVersion
    copies: int
    statistics: Statistics
    """Its mean is None below `FEWEST` copies."""


@dataclass(frozen=True)
class Figures:
    """One question of an assignment."""

    activity_id: str
    version: ActivityVersion
    """The newest by which any copy is scored."""
    copies: int
    """In how many it was asked."""
    statistics: Statistics
    """Over all of them, each by its own version; its mean is None below `FEWEST` copies."""
    correction: Mapping[str, Any]
    """See `Assignment.corrections`."""
    versions: Sequence[OfVersion]
    """Version by version, the newest first."""


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
    by_version: dict[UUID, list[Copy]] = defaultdict(list)
    for copy in last:
        if name in copy.versions and copy.versions[name].type in activities:
            by_version[copy.versions[name].id].append(copy)
    if not by_version:
        return None
    groups = [(copies[0].versions[name], copies) for copies in by_version.values()]
    groups.sort(key=lambda group: -group[0].number)
    counted = [(version, len(copies), _of_version(version, copies)) for version, copies in groups]
    count = sum(each for _, each, _ in counted)
    return Figures(
        name,
        groups[0][0],
        count,
        _told(_together([told for _, _, told in counted]), count),
        assignment.corrections.get(name, {}),
        [OfVersion(version, each, _told(told, each)) for version, each, told in counted],
    )


def _told(statistics: Statistics, copies: int) -> Statistics:
    return statistics if copies >= FEWEST else replace(statistics, mean=None)


def _of_version(version: ActivityVersion, asked: list[Copy]) -> Statistics:
    """The answers as they are marked: each for its learner's accommodations, those of nobody first."""
    name, kind, content = str(version.activity_id), type_of(version.type), content_of(version)
    by_effects: dict[frozenset[Effect], list[Mapping[str, Any] | None]] = defaultdict(list)
    for copy in asked:
        by_effects[Effect.among(copy.attempt.effects)].append(copy.attempt.responses.get(name))
    ordered = sorted(by_effects.items(), key=lambda each: sorted(each[0]))
    return _together([kind.statistics(kind.adapted(content, effects), given) for effects, given in ordered])


def _together(several: Sequence[Statistics]) -> Statistics:
    """Counts added up; equal answers are one line, worth what they are in the first of these."""
    if len(several) == 1:
        return several[0]
    states: Counter[str] = Counter()
    total, sure = Fraction(0), 0
    lines: dict[str, Tally] = {}
    for one in several:
        states.update(one.states)
        scored = sum(count for state, count in one.states.items() if state != ScoreState.TO_MARK)
        total, sure = total + (one.mean or 0) * scored, sure + scored
        for tally in one.tallies:
            known = lines.get(tally.answer)
            lines[tally.answer] = replace(known, count=known.count + tally.count) if known else tally
    tallies = list(lines.values())
    if all(_is_by_count(one.tallies) for one in several):
        tallies.sort(key=lambda tally: -tally.count)
    return Statistics(states, total / sure if sure else None, tallies)


def _is_by_count(tallies: Sequence[Tally]) -> bool:
    """Whether the most frequent stands first: some types have an order of their own."""
    return all(one.count >= other.count for one, other in pairwise(tallies))
