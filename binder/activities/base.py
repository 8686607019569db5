"""What a type of activity is: how its content and answers are checked, shown without the key, and scored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar

import marshmallow

from binder.errors import Invalid
from binder.registry import Registry
from binder.sanitize import storable

__all__ = ["ActivityType", "Content", "Points", "Score", "ScoreState", "activities"]


@dataclass(frozen=True)
class Content:
    """One version of an activity, apart from any database: `body` is for learners, `key` never is."""

    points: Fraction
    body: Mapping[str, Any]
    key: Mapping[str, Any]
    scoring: Mapping[str, Any]


class ScoreState(StrEnum):
    """What became of an answer; unanswered is not wrong."""

    CORRECT = "correct"
    PARTIAL = "partial"
    INCORRECT = "incorrect"
    UNANSWERED = "unanswered"
    TO_MARK = "to_mark"


@dataclass(frozen=True)
class Score:
    """Result of one answer: `fraction` of the points in [0, 1], exact."""

    fraction: Fraction
    state: ScoreState
    parts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, fraction: Fraction) -> Score:
        """The score for an answered question, cut to [0, 1]."""
        fraction = min(Fraction(1), max(Fraction(0), fraction))
        state = {Fraction(0): ScoreState.INCORRECT, Fraction(1): ScoreState.CORRECT}.get(
            fraction, ScoreState.PARTIAL
        )
        return cls(fraction, state)


class Points(marshmallow.fields.Field[Fraction]):
    """A marshmallow field: an exact, bounded number written as "1", "0.5" or "1/2"."""

    def __init__(
        self, *, minimum: Fraction = Fraction(0), maximum: Fraction = Fraction(1000), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.minimum, self.maximum = minimum, maximum

    def _serialize(self, value: Fraction | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(Fraction(value))

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Fraction:
        text = str(value).strip().replace(",", ".") if isinstance(value, str | int) else ""
        digits, _, below = text.partition("/")
        well_formed = len(text) <= 16 and all(
            part.replace(".", "", 1).isascii() and part.replace(".", "", 1).isdigit()
            for part in (digits, below or "1")
        )
        if not well_formed or not Fraction(below or "1"):
            raise marshmallow.ValidationError('write a number such as "1", "0.5" or "1/2"')
        number = Fraction(digits) / Fraction(below or "1")
        if not self.minimum <= number <= self.maximum:
            raise marshmallow.ValidationError(f"must lie between {self.minimum} and {self.maximum}")
        return number


class ActivityType(ABC):
    """A type of activity. Subclass it, give it a `name`, and register it with `@activities.register`.

    `Body`, `Key`, `Scoring` and `Response` are marshmallow schemas: whatever is stored has passed them.
    """

    name: ClassVar[str]
    Body: ClassVar[type[marshmallow.Schema]]
    Key: ClassVar[type[marshmallow.Schema]]
    Scoring: ClassVar[type[marshmallow.Schema]]
    Response: ClassVar[type[marshmallow.Schema]]

    def load(self, data: Mapping[str, Any]) -> Content:
        """Check and clean `{points, body, key, scoring}` as it came from a form or a file.

        :raises Invalid: with messages by field.
        """
        data = storable(data)
        messages: dict[str, Any] = {}
        points = Fraction(1)
        try:
            points = Points(minimum=Fraction(0)).deserialize(data.get("points", "1"))
        except marshmallow.ValidationError as error:
            messages["points"] = error.messages
        parts: dict[str, Any] = {}
        for part, schema in (("body", self.Body), ("key", self.Key), ("scoring", self.Scoring)):
            try:
                parts[part] = schema().load(data.get(part) or {})
            except marshmallow.ValidationError as error:
                messages[part] = error.messages
        if not messages:
            content = Content(points, parts["body"], parts["key"], parts["scoring"])
            messages = self.check(content)
            if not messages:
                return content
        raise Invalid(f"not a valid {self.name} activity", messages)

    def answer(self, data: Any) -> dict[str, Any]:
        """Check and clean a learner's answer.

        :raises Invalid: with messages by field.
        """
        if not isinstance(data, Mapping):
            raise Invalid("an answer is an object", {"answer": ["an answer is an object"]})
        try:
            return dict(self.Response().load(storable(data)))
        except marshmallow.ValidationError as error:
            raise Invalid(f"not an answer to a {self.name} activity", {"answer": error.messages}) from None

    @abstractmethod
    def check(self, content: Content) -> dict[str, Any]:
        """Messages about what each part alone cannot know, by field; empty if all is well."""

    @abstractmethod
    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """What a learner may see before release: built from `body` alone, in the order that `seed` gives."""

    @abstractmethod
    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """The result of an answer that `answer()` has cleaned; None or an empty one is unanswered."""

    @abstractmethod
    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """What may be shown after release: what was right, and the feedback to this answer."""

    @abstractmethod
    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """A learner's answer as an HTML form sends it: field name without prefix → values. Not yet checked."""

    @abstractmethod
    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """An author's form as data for `load()`. Not yet checked."""


activities: Registry[ActivityType] = Registry("binder.activities")
"""All known types of activity."""
