"""A recording of the learner's voice, or a film of them (QTI upload interaction)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow import fields, validate

from binder.activities.base import Content, Effect, PromptSchema, activities
from binder.activities.file_upload import LARGEST
from binder.activities.forms import one
from binder.activities.marked import Allowance, Files, Marked

__all__ = ["Recording"]

LONGEST = 3600
KINDS = {"audio": frozenset({"sound", "film"}), "video": frozenset({"film"})}
"""A telephone's recorder may put a voice into the container of a film."""


class Body(PromptSchema):
    """What the learner sees."""

    media = fields.String(load_default="audio", validate=validate.OneOf(("audio", "video")))
    max_seconds = fields.Integer(load_default=180, validate=validate.Range(min=5, max=LONGEST))
    allow_pause = fields.Boolean(load_default=True)
    allow_retake = fields.Boolean(load_default=True)
    allow_text = fields.Boolean(load_default=False)
    """Whether it may be written instead; so it is for those who are entitled to another form."""


class Response(Files):
    """One file, and how long the recording is as far as the learner's browser knows."""

    seconds = fields.Integer(load_default=0, validate=validate.Range(min=0, max=10 * LONGEST))


EXAMPLES = {
    "fr": (
        "Lire à voix haute",
        "<p>Lis à voix haute les deux premières strophes, en marquant les liaisons.</p>",
        "<p>Les liaisons (2), le rythme (1), l’articulation (1).</p>",
    ),
    "en": (
        "Reading aloud",
        "<p>Read the first two stanzas aloud and mind the rhythm.</p>",
        "<p>Pronunciation (2), rhythm (1), clarity (1).</p>",
    ),
}


@activities.register
class Recording(Marked):
    """Record oneself; a person marks it."""

    name = "recording"
    titles = {"fr": "Enregistrement", "en": "Recording"}
    lines = {
        "fr": "S’enregistrer, voix ou vidéo : lire, réciter, parler une langue ; c’est vous qui notez",
        "en": "Record one’s voice or a video: read aloud, recite, speak a language; you mark it",
    }
    Body, Response = Body, Response

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`."""
        names = ("prompt", "media", "max_seconds", "allow_pause", "allow_retake", "allow_text")
        return {name: content.body[name] for name in names}

    def adapted(self, content: Content, effects: Collection[Effect]) -> Content:
        """See `ActivityType.adapted`: those who cannot speak may write."""
        if Effect.ALTERNATIVES not in effects:
            return content
        return replace(content, body={**content.body, "allow_text": True})

    def allowance(self, content: Content) -> Allowance:
        """See `Marked.allowance`; what a file weighs at the most is for the tool to say."""
        return Allowance(1, LARGEST, KINDS[content.body["media"]])

    def seconds(self, response: Mapping[str, Any]) -> int | None:
        """See `Marked.seconds`."""
        return response.get("seconds") or None

    def is_empty(self, content: Content, response: Mapping[str, Any]) -> bool:
        """See `Marked.is_empty`; a text is shown only where it was offered, and so counts wherever it is."""
        return not response.get("files") and not response.get("text", "").strip()

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, rubric = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        body = {"prompt": prompt, "media": "audio", "max_seconds": 120}
        return {"title": title, "points": "4", "body": body, "key": {"rubric": rubric}}

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: of several files the last, for a new recording takes the old one's place."""
        answer = super().answer_from_form(fields)
        return {
            **answer,
            "files": answer["files"][-1:],
            "seconds": next(iter(fields.get("seconds", ())), "").strip() or 0,
        }

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`."""
        data = self.form_of(fields)
        data["body"] |= {
            "media": one(fields, "media", "audio"),
            "max_seconds": one(fields, "max_seconds") or "180",
            **{name: one(fields, name) == "1" for name in ("allow_pause", "allow_retake", "allow_text")},
        }
        return data
