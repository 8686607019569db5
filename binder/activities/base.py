"""What a type of activity is: how its content and answers are checked, shown without the key, scored and counted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, Self

import marshmallow
from marshmallow import fields, validate

from binder.activities.content import Content
from binder.activities.describing import json_schema
from binder.activities.helping import Helping
from binder.activities.values import Points, bounded
from binder.errors import Invalid
from binder.registry import Registry
from binder.sanitize import Html, pictured, storable

__all__ = [
    "ActivityType",
    "Content",
    "Effect",
    "KeySchema",
    "Points",
    "PromptSchema",
    "Score",
    "ScoreState",
    "Statistics",
    "Tally",
    "activities",
]


class Effect(StrEnum):
    """What a standing accommodation of a learner changes in a question; their time is another matter."""

    NO_SPELLING = "no_spelling"
    """Spelling costs nothing."""
    ALTERNATIVES = "alternatives"
    """Where a question has a form for those who cannot see, hear or point, it is shown in that form."""

    @classmethod
    def among(cls, names: Collection[str]) -> frozenset[Self]:
        """Effects by their names; those of a version of Classeur that knew more are left out."""
        return frozenset(effect for effect in cls if effect.value in names)


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
    parts: Mapping[str, Any] = field(default_factory=dict)
    """Part of the question (a gap, a row) → `{"fraction": "1/2", "reason": "accent_error"}`, JSON; shown with the result."""

    @classmethod
    def of(cls, fraction: Fraction, parts: Mapping[str, Any] | None = None) -> Score:
        """The score for an answered question, cut to [0, 1]."""
        fraction = min(Fraction(1), max(Fraction(0), fraction))
        state = {Fraction(0): ScoreState.INCORRECT, Fraction(1): ScoreState.CORRECT}.get(
            fraction, ScoreState.PARTIAL
        )
        return cls(fraction, state, parts or {})

    @classmethod
    def unanswered(cls) -> Score:
        """The score where there is no answer."""
        return cls(Fraction(0), ScoreState.UNANSWERED)

    @classmethod
    def to_mark(cls, fraction: Fraction = Fraction(0), parts: Mapping[str, Any] | None = None) -> Score:
        """The score of an answer at which a person must look; `fraction` is what is sure already."""
        return cls(fraction, ScoreState.TO_MARK, parts or {})


@dataclass(frozen=True)
class Tally:
    """How often one answer was given."""

    answer: str
    """In words, plain text."""
    count: int
    fraction: Fraction
    """What it is worth."""
    response: Mapping[str, Any] | None = None
    """One such answer, where `ActivityType.accepting` can take it; None where the line is only a part of answers."""


@dataclass(frozen=True)
class Statistics:
    """What a class answered to one question."""

    states: Mapping[str, int]
    """`ScoreState` → how many copies."""
    mean: Fraction | None
    """Mean fraction of those that are scored; None if there are none."""
    tallies: Sequence[Tally]
    """The most frequent first."""


class PromptSchema(marshmallow.Schema):
    """Base of every `Body`: the question itself, and a hint that a learner may open while working."""

    prompt = Html(required=True, validate=validate.Length(min=1))
    hint = Html(load_default="")


class _Overall(marshmallow.Schema):
    correct = Html(load_default="")
    partial = Html(load_default="")  # type: ignore[assignment]  # the metaclass keeps it apart from the option
    incorrect = Html(load_default="")


class KeySchema(marshmallow.Schema):
    """Base of every `Key`: what is said after release, to everybody and by how well it went."""

    explanation = Html(load_default="")
    overall = fields.Nested(_Overall, load_default=lambda: {"correct": "", "partial": "", "incorrect": ""})


class ActivityType(Helping, ABC):
    """A type of activity. Subclass it, give it a `name`, and register it with `@activities.register`.

    `Body`, `Key`, `Scoring` and `Response` are marshmallow schemas: whatever is stored has passed them. Derive `Body`
    from `PromptSchema` and `Key` from `KeySchema`.
    """

    name: ClassVar[str]
    titles: ClassVar[Mapping[str, str]] = {}
    """What the type is called, by language; without one, by its name."""
    lines: ClassVar[Mapping[str, str]] = {}
    """What it is for, in one line, by language."""
    written: ClassVar[Mapping[str, str]] = {
        "prompt": "block",
        "hint": "block",
        "explanation": "block",
        "overall_correct": "block",
        "overall_partial": "block",
        "overall_incorrect": "block",
    }
    """Fields of the author's form in which people write text that is kept as HTML: `block`, or `inline` for one line."""
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
            return dict(self.Response().load(storable(bounded(data))))
        except marshmallow.ValidationError as error:
            raise Invalid(f"not an answer to a {self.name} activity", {"answer": error.messages}) from None

    @cached_property
    def json_schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """JSON Schema (2020-12) of `body`, `key`, `scoring` and `response`."""
        parts = {"body": self.Body, "key": self.Key, "scoring": self.Scoring, "response": self.Response}
        return {part: json_schema(schema) for part, schema in parts.items()}

    @abstractmethod
    def check(self, content: Content) -> dict[str, Any]:
        """Messages about what each part alone cannot know, by field; empty if all is well."""

    def resources(self, content: Content) -> list[str]:
        """Ids of the binder's files that a learner is shown with the question; `key` may name none."""
        return [*pictured(content.body.get("prompt", "")), *pictured(content.body.get("hint", ""))]

    def adapted(self, content: Content, effects: Collection[Effect]) -> Content:
        """The content as it is for a learner with accommodations; shown and scored alike."""
        return content

    @abstractmethod
    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """What a learner may see before release: built from `body` alone, in the order that `seed` gives."""

    @abstractmethod
    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """The result of an answer that `answer()` has cleaned; None or an empty one is unanswered."""

    @abstractmethod
    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """What may be shown after release: what was right, and the feedback to this answer."""

    def problems(self, content: Content, response: Mapping[str, Any], lang: str) -> list[str]:
        """What is unreadable in an answer, in English as the interface translates it; said at once, never scored as wrong."""
        return []

    def files(self, response: Mapping[str, Any]) -> list[str]:
        """Ids of the files that a learner hands in with an answer."""
        return []

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """An answer in words, plain text; empty where there is none. Equal answers have equal summaries."""
        return " · ".join(_texts(response or {}))

    def statistics(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> Statistics:
        """What a class answered."""
        scores = [self.score(content, response) for response in responses]
        sure = [score.fraction for score in scores if score.state is not ScoreState.TO_MARK]
        return Statistics(
            Counter(score.state.value for score in scores),
            sum(sure, Fraction(0)) / len(sure) if sure else None,
            self.tallies(content, responses),
        )

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """How often each answer was given, the most frequent first."""
        counts: Counter[str] = Counter()
        one: dict[str, Mapping[str, Any]] = {}
        for response in responses:
            if response and (words := self.summary(content, response)):
                counts[words] += 1
                one.setdefault(words, response)
        return [
            Tally(words, count, self.score(content, one[words]).fraction, one[words])
            for words, count in counts.most_common()
        ]

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """Data for `load()` in which `response` is worth `fraction` as well; None if the type has no such thing."""
        return None

    @abstractmethod
    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """A learner's answer as an HTML form sends it: field name without prefix → values. Not yet checked."""

    @abstractmethod
    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """An author's form as data for `load()`. Not yet checked."""


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, Mapping):
        return [text for name in sorted(value) for text in _texts(value[name])]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return [] if value is None or value is False else [str(value)]


activities: Registry[ActivityType] = Registry("binder.activities")
"""All known types of activity."""
