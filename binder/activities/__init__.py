"""The types of activity; importing this package registers the built-in ones."""

from binder.activities import choice
from binder.activities.base import ActivityType, Content, Points, Score, ScoreState, activities

__all__ = ["ActivityType", "Content", "Points", "Score", "ScoreState", "activities", "choice"]
