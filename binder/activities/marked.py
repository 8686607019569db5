"""What the types have in common that people mark: help for whoever marks, and files that learners hand in."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import ActivityType, Content, KeySchema, Score, Tally
from binder.activities.forms import Form, common, one
from binder.sanitize import Html

__all__ = ["MAX_TEXT", "Allowance", "FileId", "Files", "Marked", "MarkedKey", "NoScoring", "Text", "words_in"]

MAX_TEXT = 50_000
"""Characters of a text that a learner hands in."""
MOST_FILES = 50
"""Files that one answer names at the most, whatever the question allows."""
WORD = re.compile(r"\w+(?:[’'\-]\w+)*")


def words_in(text: str) -> int:
    """How many words a text has; what holds together, such as l’eau or vingt-deux, is one."""
    return len(WORD.findall(text))


class Text(fields.String):
    """A marshmallow field: what a learner wrote, as typed but for its line ends."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"load_default": "", "validate": validate.Length(max=MAX_TEXT), **options})

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        return super()._deserialize(value, attr, data, **kwargs).replace("\r\n", "\n").replace("\r", "\n")


class FileId(fields.UUID):
    """A marshmallow field: the id of a file that a learner handed in, as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


class Files(marshmallow.Schema):
    """Base of every `Response` with files: their ids in the learner's order, each once, and a text."""

    files = fields.List(FileId(), load_default=list, validate=validate.Length(max=MOST_FILES))
    names = fields.Dict(
        FileId(),
        fields.String(validate=validate.Length(max=255)),
        load_default=dict,
        validate=validate.Length(max=MOST_FILES),
    )
    """Id → name; whoever keeps the answer writes it, whatever the learner's browser says."""
    text = Text()

    @marshmallow.post_load
    def unique(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """No file stands twice."""
        files = list(dict.fromkeys(data["files"]))
        names = {id: name for id, name in data["names"].items() if id in files}
        return {**data, "files": files, "names": names}


class MarkedKey(KeySchema):
    """For whoever marks: how it could be answered, and what counts."""

    model_answer = Html(load_default="")
    rubric = Html(load_default="")


class NoScoring(marshmallow.Schema):
    """Nothing to set: a person gives the points."""


@dataclass(frozen=True)
class Allowance:
    """What files an answer may have."""

    most: int
    most_bytes: int
    """Of each."""
    kinds: frozenset[str] = frozenset()
    """Values of `binder.media.mediatypes.Kind`; none: any file."""


class Marked(ActivityType):
    """Base of the types whose answers a person marks: unanswered, or to be marked."""

    written = {**ActivityType.written, "model_answer": "block", "rubric": "block"}
    Key: ClassVar[type[marshmallow.Schema]] = MarkedKey
    Scoring = NoScoring

    @abstractmethod
    def is_empty(self, content: Content, response: Mapping[str, Any]) -> bool:
        """Whether there is nothing to mark in an answer."""

    def allowance(self, content: Content) -> Allowance | None:
        """What files may be handed in with an answer; None: no files."""
        return None

    def seconds(self, response: Mapping[str, Any]) -> int | None:
        """How long the learner's recording is, if the answer is one."""
        return None

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        return {}

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`."""
        return Score.unanswered() if self.is_empty(content, response or {}) else Score.to_mark()

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`: there is no one right answer; `for_marker` is for teachers only."""
        return {}

    def for_marker(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """What helps whoever marks an answer; never shown to learners."""
        return {"model_answer": content.key["model_answer"], "rubric": content.key["rubric"]}

    def files(self, response: Mapping[str, Any]) -> list[str]:
        """See `ActivityType.files`."""
        return list(response.get("files", ()))

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: the text, and the names of the files."""
        response = response or {}
        names = [response.get("names", {}).get(id, "") for id in response.get("files", ())]
        return " · ".join(part for part in (" ".join(response.get("text", "").split()), *names) if part)

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: nobody counts what everybody says in their own words."""
        return []

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: `text`, and `files`: ids in their order, spaces between them.

        The buttons `out`, `up` and `down` name a file that is to be taken away, or to change places with the next.
        """
        text = next(iter(fields.get("text", ())), "")
        return (
            {"files": _arranged(fields), "text": text}
            if "files" in self.Response().fields
            else {"text": text}
        )

    def form_of(self, form: Form) -> dict[str, Any]:
        """What the forms of all these types have, see `content_from_form`."""
        data = common(form)
        data["key"] |= {name: one(form, name) for name in ("model_answer", "rubric")}
        return data


def _arranged(form: Form) -> list[str]:
    named = " ".join(form.get("files", ())).split()
    files = [id for id in named if id not in form.get("out", ())]
    for name, step in (("up", -1), ("down", 1)):
        for id in form.get(name, ()):
            at = files.index(id) if id in files else -1
            if at >= 0 and 0 <= at + step < len(files):
                files[at], files[at + step] = files[at + step], files[at]
    return files
