"""What stands for a type of activity that is not installed here: its questions and answers are kept as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow

from binder.activities.base import ActivityType, Content, KeySchema, PromptSchema, Score, activities

__all__ = ["Unknown", "type_of"]


class Anything(marshmallow.Schema):
    """Whatever was stored."""

    class Meta:
        unknown = marshmallow.INCLUDE


class Body(PromptSchema):
    """The question can be read, whatever the type."""

    class Meta:
        unknown = marshmallow.INCLUDE


class Key(KeySchema):
    """As it is."""

    class Meta:
        unknown = marshmallow.INCLUDE


class Unknown(ActivityType):
    """A question that can be read, but neither answered nor scored until its package is there again."""

    name = "unknown"
    titles = {"fr": "Type inconnu", "en": "Unknown type"}
    Body, Key, Scoring, Response = Body, Key, Anything, Anything

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        return {}

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`: the question alone."""
        return {"prompt": content.body.get("prompt", "")}

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`: an answer given while the type was there waits for a person."""
        return Score.to_mark() if response else Score.unanswered()

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        return {}

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`."""
        return {}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`."""
        return {}


_unknown = Unknown()


def type_of(type: str) -> ActivityType:
    """The type of that name; `Unknown` where the package that brought it is gone."""
    return activities[type] if type in activities else _unknown
