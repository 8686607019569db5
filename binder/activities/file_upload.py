"""Files to hand in: photos of an exercise book, documents (QTI upload interaction)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields, validate

from binder.activities.base import Content, PromptSchema, activities
from binder.activities.forms import one
from binder.activities.marked import Allowance, Files, Marked

__all__ = ["LARGEST", "FileUpload", "in_bytes"]

KINDS = ("picture", "document", "sound", "film")
"""Values of `binder.media.mediatypes.Kind` that an author may ask for."""
LARGEST = 500_000_000
MEGA = 1_000_000
NUMBER = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,3})?")


def in_bytes(megabytes: str) -> int | str:
    """What an author typed, in bytes; as it is, where it is no number."""
    if not NUMBER.fullmatch(megabytes):
        return megabytes
    return round(float(megabytes.replace(",", ".")) * MEGA)


class Body(PromptSchema):
    """What the learner sees; `max_bytes` is for each file, an empty `accept` takes any."""

    max_files = fields.Integer(load_default=5, validate=validate.Range(min=1, max=20))
    max_bytes = fields.Integer(load_default=25 * MEGA, validate=validate.Range(min=1000, max=LARGEST))
    accept = fields.List(
        fields.String(validate=validate.OneOf(KINDS)), load_default=list, validate=validate.Length(max=4)
    )
    camera = fields.Boolean(load_default=False)
    """Whether a phone opens its camera first."""
    allow_text = fields.Boolean(load_default=False)


EXAMPLES = {
    "fr": (
        "Mon herbier",
        "<p>Prends en photo les trois feuilles que tu as collées, une photo par page de ton cahier.</p>",
        "<p>Les trois feuilles sont légendées (3) ; le soin (1).</p>",
    ),
    "en": (
        "My herbarium",
        "<p>Take a picture of the three leaves in your exercise book, one picture for each page.</p>",
        "<p>All three leaves have their names (3); care (1).</p>",
    ),
}


@activities.register
class FileUpload(Marked):
    """Hand in files; a person marks them."""

    name = "file_upload"
    titles = {"fr": "Remise de fichiers", "en": "Files to hand in"}
    lines = {
        "fr": "Envoyer des photos du cahier, un document, un fichier ; c’est vous qui notez",
        "en": "Send photos of an exercise book, a document, any file; you mark it",
    }
    Body, Response = Body, Files

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`."""
        names = ("prompt", "max_files", "max_bytes", "accept", "camera", "allow_text")
        return {name: content.body[name] for name in names}

    def allowance(self, content: Content) -> Allowance:
        """See `Marked.allowance`."""
        body = content.body
        return Allowance(body["max_files"], body["max_bytes"], frozenset(body["accept"]))

    def is_empty(self, content: Content, response: Mapping[str, Any]) -> bool:
        """See `Marked.is_empty`; a text counts where the question asks for one."""
        wrote = content.body["allow_text"] and response.get("text", "").strip()
        return not response.get("files") and not wrote

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, rubric = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        body = {"prompt": prompt, "max_files": 3, "accept": ["picture"], "camera": True}
        return {"title": title, "points": "4", "body": body, "key": {"rubric": rubric}}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`; `max_megabytes` is what people know."""
        data = self.form_of(fields)
        data["body"] |= {
            "max_files": one(fields, "max_files") or "5",
            "max_bytes": in_bytes(one(fields, "max_megabytes") or "25"),
            "accept": [kind for kind in fields.get("accept", ()) if kind],
            "camera": one(fields, "camera") == "1",
            "allow_text": one(fields, "allow_text") == "1",
        }
        return data
