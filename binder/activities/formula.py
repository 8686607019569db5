"""An expression or an equation, compared by what it is worth or by how it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from binder.activities.algebra import (
    AlgebraError,
    Form,
    Node,
    Samples,
    has_form,
    latex,
    parse,
    same_form,
    spoken,
)
from binder.activities.base import ActivityType, Content, Score, activities
from binder.activities.expressions import (
    MOST_ACCEPTED,
    FormulaBody,
    FormulaKey,
    FormulaResponse,
    FormulaScoring,
    domain_of,
)
from binder.activities.forms import common, one, rows
from binder.activities.quantities import canonical

__all__ = ["Formula"]


@activities.register
class Formula(ActivityType):
    """Write an expression."""

    name = "formula"
    titles = {"fr": "Expression mathématique", "en": "Formula"}
    lines = {
        "fr": "Écrire une expression ou une équation ; ce qui est égal compte comme juste",
        "en": "Write an expression or an equation; whatever is equal counts as right",
    }
    written = {**ActivityType.written, "accepted_feedback": "block"}
    tried_field = "raw"
    Body, Key, Scoring, Response = FormulaBody, FormulaKey, FormulaScoring, FormulaResponse

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`: what is accepted can be read, and compared with itself."""
        accepted, letters = content.key["accepted"], content.body["letters"]
        named = [each["letter"] for each in content.key["ranges"]]
        if len(set(letters)) < len(letters):
            return {"body": {"letters": ["a letter stands there twice"]}}
        if len(set(named)) < len(named) or not set(named) <= set(letters):
            return {"key": {"ranges": ["a range is for one of the letters, each once"]}}
        if all(Fraction(each["fraction"]) != 1 for each in accepted):
            return {"key": {"accepted": ["one accepted expression is worth all the points"]}}
        for each in accepted:
            try:
                node = _parsed(content, each["text"])
            except AlgebraError as error:
                return {"key": {"accepted": [error.message]}}
            samples = _samples(content, node)
            if content.scoring["compare"] == "equivalent" and not samples.equal(samples):
                return {"key": {"ranges": ["an accepted expression has no value in most of this range"]}}
        return {}

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        full = [each["text"] for each in content.key["accepted"] if Fraction(each["fraction"]) == 1]
        form = Form(content.scoring["form"])
        found = []
        if not any(has_form(_parsed(content, text), form) for text in full):
            found.append("no accepted expression is written as you ask for")
        if content.body["equation"] and content.scoring["compare"] == "equivalent":
            found.append("equations are equal if one is the other times a number")
        return found

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        english = lang.startswith("en")
        return {
            "title": "Factorise" if english else "Factoriser",
            "points": "2",
            "body": {
                "prompt": '<p>Factorise <span data-math="x^2-9">x^2-9</span>.</p>'
                if english
                else '<p>Factorisez <span data-math="x^2-9">x^2-9</span>.</p>',
                "answer_lang": lang if english else "fr",
            },
            "key": {
                "accepted": [{"text": "(x-3)(x+3)"}],
                "explanation": "<p>a² − b² = (a − b)(a + b)</p>",
            },
            "scoring": {"form": "factored"},
        }

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`."""
        return {
            name: content.body[name] for name in ("prompt", "answer_lang", "letters", "equation", "before")
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; the one part is called `expression`. What cannot be decided, a person marks."""
        node = _answered(content, response)
        if node is None or isinstance(node, AlgebraError):
            return Score.unanswered()
        best, undecided = _best(content, node)
        fraction = Fraction(best["fraction"]) if best else Fraction(0)
        reason = "match" if fraction else "no_match"
        if fraction and not has_form(node, Form(content.scoring["form"])):
            fraction, reason = fraction * Fraction(content.scoring["form_fraction"]), "form"
        if undecided:
            return Score.to_mark(fraction, {"expression": {"fraction": str(fraction), "reason": "undecided"}})
        return Score.of(fraction, {"expression": {"fraction": str(fraction), "reason": reason}})

    def problems(self, content: Content, response: Mapping[str, Any], lang: str) -> list[str]:
        """See `ActivityType.problems`."""
        node = _answered(content, response)
        return [node.message] if isinstance(node, AlgebraError) else []

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`: LaTeX and words of what is worth everything."""
        lang = content.body["answer_lang"]
        nodes = [
            _parsed(content, each["text"])
            for each in content.key["accepted"]
            if Fraction(each["fraction"]) == 1
        ]
        node = _answered(content, response)
        best = None if node is None or isinstance(node, AlgebraError) else _best(content, node)[0]
        return {
            "accepted": [{"latex": latex(each, lang), "spoken": spoken(each, lang)} for each in nodes],
            "form": content.scoring["form"],
            "feedback": best["feedback"] if best else "",
        }

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: what was typed, without spaces."""
        return "".join((response or {}).get("raw", "").split())

    def echo(self, content: Content | None, text: str, lang: str) -> str:
        """What is read in a text that somebody types, in words.

        :raises AlgebraError: where it is no expression.
        """
        return spoken(_read(content, text), lang)

    def latex(self, content: Content | None, text: str, lang: str) -> str:
        """The same as LaTeX.

        :raises AlgebraError: where it is no expression.
        """
        return latex(_read(content, text), lang)

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`: another expression."""
        node = _answered(content, response)
        if node is None or isinstance(node, AlgebraError) or len(content.key["accepted"]) >= MOST_ACCEPTED:
            return None
        added = {"text": response["raw"].strip(), "fraction": str(fraction)}
        return {
            "points": str(content.points),
            "body": content.body,
            "key": {**content.key, "accepted": [*content.key["accepted"], added]},
            "scoring": content.scoring,
        }

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: the field `raw`, and `lang`, in which it was typed."""
        return {"raw": one(fields, "raw"), "lang": one(fields, "lang", "fr")}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Rows of `accepted` with `accepted_fraction` and `accepted_feedback`; rows of `letter` with `low`, `high` and
        `whole`, which holds the numbers of the rows of whole numbers. A letter whose row says nothing else has no range.
        """
        lang = one(fields, "answer_lang", "fr")
        data = common(fields)
        letters = rows(fields, "letter", "low", "high")
        whole = fields.get("whole", ())
        data["body"] |= {
            "answer_lang": lang,
            "letters": [line["letter"] for line in letters],
            "equation": one(fields, "equation") == "1",
            "before": one(fields, "before"),
        }
        data["key"] |= {
            "accepted": [
                {
                    "text": line["accepted"],
                    "fraction": line["accepted_fraction"] or "1",
                    "feedback": line["accepted_feedback"],
                }
                for line in rows(fields, "accepted", "accepted_fraction", "accepted_feedback")
            ],
            "ranges": [
                {
                    "letter": line["letter"],
                    "low": canonical(line["low"] or "-3", lang),
                    "high": canonical(line["high"] or "3", lang),
                    "whole": str(line.number) in whole,
                }
                for line in letters
                if line["low"] or line["high"] or str(line.number) in whole
            ],
        }
        data["scoring"] = {
            "compare": one(fields, "compare", "equivalent"),
            "form": one(fields, "form", "none"),
            "form_fraction": one(fields, "form_fraction") or "0",
        }
        return data


def _read(content: Content | None, text: str) -> Node:
    return _parsed(content, text) if content else parse(text, equation="=" in text)


def _parsed(content: Content, text: str) -> Node:
    return parse(text, content.body["letters"], equation=content.body["equation"])


def _answered(content: Content, response: Mapping[str, Any] | None) -> Node | AlgebraError | None:
    """What was typed as an expression; or why it is none; None if nothing was."""
    raw = (response or {}).get("raw", "")
    if not raw.strip():
        return None
    try:
        return _parsed(content, raw)
    except AlgebraError as error:
        return error


def _samples(content: Content, node: Node) -> Samples:
    """The points come of the key, so that no learner can know them."""
    seed = " ".join(sorted(each["text"] for each in content.key["accepted"]))
    return Samples(node, content.body["letters"], domain_of(content.key), seed)


def _best(content: Content, node: Node) -> tuple[Mapping[str, Any] | None, bool]:
    """The accepted expression that is worth most, and whether one that is worth more could not be compared."""
    compare = content.scoring["compare"]
    samples = _samples(content, node) if compare == "equivalent" else None
    undecided = False
    for each in sorted(content.key["accepted"], key=lambda each: -Fraction(each["fraction"])):
        right = _parsed(content, each["text"])
        if samples is not None:
            same = samples.equal(_samples(content, right))
        else:
            same = same_form(node, right, exact=compare == "exact")
        if same:
            return each, undecided
        undecided = undecided or (same is None and each["fraction"] != "0")
    return None, undecided
