"""The types of activity; importing this package registers the built-in ones."""

from binder.activities import choice
from binder.activities.base import (
    ActivityType,
    Content,
    Effect,
    KeySchema,
    PromptSchema,
    Score,
    ScoreState,
    Statistics,
    Tally,
    activities,
)
from binder.activities.values import PartId, Points

__all__ = [
    "ActivityType",
    "Content",
    "Effect",
    "KeySchema",
    "PartId",
    "Points",
    "PromptSchema",
    "Score",
    "ScoreState",
    "Statistics",
    "Tally",
    "activities",
    "choice",
]
