"""Free text (QTI extended text interaction)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import Content, PromptSchema, activities
from binder.activities.forms import one
from binder.activities.marked import MAX_TEXT, Marked, MarkedKey, Text, words_in
from binder.activities.texts import Rules, folded
from binder.sanitize import Html, plain

__all__ = ["FreeText"]

FORMATS = ("plain", "rich")
MOST_WORDS = 10_000
MAX_HTML = 24_000
PICTURE = re.compile(r'<img\b[^>]*?alt="([^"]*)"[^>]*>')
PAGE_LINK = re.compile(r'<a href="page:[^>]*>(.*?)</a>', re.DOTALL)
LINE_END = re.compile(r"</(?:p|h[345]|li|tr|pre|blockquote)>|<br>|<hr>")
MOST_SIGNS = 500
"""Of `<` and `&` in a learner's HTML: some 250 paragraphs or words in bold."""
BLIND = Rules(accents="ignore")


def in_lines(html: str) -> str:
    """The words of a text in HTML, its paragraphs and items on lines of their own."""
    lines = plain(LINE_END.sub("\u2028", html)).split("\u2028")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


class Written(Html):
    """A learner's text with its emphasis and lists, cleaned as all HTML is; the binder's files and pages are not theirs."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if isinstance(value, str) and len(value) > MAX_HTML:
            raise marshmallow.ValidationError(f"{MAX_HTML} characters at the most")
        if isinstance(value, str) and value.count("<") + value.count("&") > MOST_SIGNS:
            raise marshmallow.ValidationError("larger than an answer to any question can be")
        cleaned = super()._deserialize(value, attr, data, **kwargs)
        return PAGE_LINK.sub(r"\1", PICTURE.sub(r"\1", cleaned))


class Body(PromptSchema):
    """What the learner sees; 0 words: no bound. `template` stands in the field when they begin."""

    format = fields.String(load_default="plain", validate=validate.OneOf(FORMATS))
    min_words = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MOST_WORDS))
    max_words = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MOST_WORDS))
    lines = fields.Integer(load_default=8, validate=validate.Range(min=1, max=60))
    template = Html(load_default="")


class Key(MarkedKey):
    """Words by which whoever marks finds their way; they decide nothing."""

    keywords = fields.List(
        fields.String(validate=validate.Length(min=1, max=100)),
        load_default=list,
        validate=validate.Length(max=50),
    )


class Response(marshmallow.Schema):
    """The text as typed; `html` where an editor wrote it, whose words `text` then has; `words` is counted here."""

    text = Text()
    html = Written(load_default="")
    words = fields.Integer(load_default=0)

    @marshmallow.post_load
    def count(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """What a browser counted does not matter."""
        text = in_lines(data["html"])[:MAX_TEXT] if data["html"] else data["text"]
        return {**data, "text": text, "words": words_in(text)}


EXAMPLES = {
    "fr": (
        "Le renard et la cigogne",
        "<p>Quelle leçon la cigogne donne-t-elle au renard ? Réponds en quelques phrases, en citant la fable.</p>",
        "<p>Qui trompe les autres sera trompé à son tour : le renard, qui avait servi un repas impossible à manger, "
        "reçoit le même traitement.</p>",
        "<p>La morale est comprise (2) ; une citation entre guillemets (1) ; des phrases correctes (1).</p>",
        ["tromper", "vengeance", "réciproque"],
    ),
    "en": (
        "The fox and the stork",
        "<p>What lesson does the stork teach the fox? Answer in a few sentences and quote the fable.</p>",
        "<p>Those who trick others will be tricked in turn: the fox is served as he had served the stork.</p>",
        "<p>The moral is understood (2); a quotation (1); correct sentences (1).</p>",
        ["trick", "revenge", "turn"],
    ),
}


@activities.register
class FreeText(Marked):
    """Write a text; a person marks it."""

    name = "free_text"
    titles = {"fr": "Réponse libre", "en": "Free text"}
    lines = {
        "fr": "Écrire un texte, de quelques mots à une page ; c’est vous qui le notez",
        "en": "Write a text, from a few words to a page; you mark it",
    }
    written = {**Marked.written, "template": "block"}
    Body, Key, Response = Body, Key, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        least, most = content.body["min_words"], content.body["max_words"]
        if most and least > most:
            return {"body": {"max_words": ["the most words must not be fewer than the least"]}}
        return {}

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`."""
        names = ("prompt", "format", "min_words", "max_words", "lines", "template")
        return {name: content.body[name] for name in names}

    def is_empty(self, content: Content, response: Mapping[str, Any]) -> bool:
        """See `Marked.is_empty`: the text that stood there at the beginning is no answer."""
        words = self.summary(content, response)
        return not words or words == " ".join(plain(content.body["template"]).split())

    def files(self, response: Mapping[str, Any]) -> list[str]:
        """See `ActivityType.files`."""
        return []

    def for_marker(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `Marked.for_marker`: also which keywords stand in the text, whatever their accents and capitals."""
        text = folded(self.summary(content, response), BLIND)
        keywords = [
            {"word": word, "found": re.search(rf"(?<!\w){re.escape(folded(word, BLIND))}", text) is not None}
            for word in content.key["keywords"]
        ]
        return {**super().for_marker(content, response), "keywords": keywords}

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`."""
        response = response or {}
        html = response.get("html", "")
        if html and content.body["format"] == "plain":
            return ""  # no form of such a question sends any
        return " ".join((plain(html) or response.get("text", "")).split())

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, model, rubric, keywords = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        return {
            "title": title,
            "points": "4",
            "body": {"prompt": prompt, "min_words": 30, "max_words": 120},
            "key": {"model_answer": model, "rubric": rubric, "keywords": keywords},
        }

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: `text`, which is HTML where `format` says so."""
        sent = {name: next(iter(fields.get(name, ())), "") for name in ("text", "html", "format")}
        if sent["format"] == "html":
            return {"text": "", "html": sent["text"]}
        return {"text": sent["text"], "html": sent["html"]}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`; keywords stand one a line, or with commas between them."""
        data = self.form_of(fields)
        data["body"] |= {
            "format": one(fields, "format", "plain"),
            "min_words": one(fields, "min_words") or "0",
            "max_words": one(fields, "max_words") or "0",
            "lines": one(fields, "lines") or "8",
            "template": one(fields, "template"),
        }
        listed = re.split(r"[\n,;]", one(fields, "keywords"))
        data["key"]["keywords"] = [word.strip() for word in listed if word.strip()]
        return data
