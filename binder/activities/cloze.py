"""Text with gaps (QTI text entry, inline choice and gap match interactions)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from markupsafe import escape

from binder.activities import cloze_form
from binder.activities.base import ActivityType, Content, Effect, Score, Tally, activities
from binder.activities.cloze_checks import check, warnings
from binder.activities.cloze_data import Body, Key, Response, Scoring
from binder.activities.cloze_examples import example
from binder.activities.forms import one
from binder.activities.gap_marks import UNREADABLE, gaps_of, marks, number_in, typed
from binder.activities.items import mixed, worded
from binder.activities.short_answer import SPELLED_FREELY
from binder.activities.texts import Rules, folded, literal
from binder.activities.values import shuffled
from binder.sanitize import plain

__all__ = ["Cloze"]

LABELS = {"fr": "Trou {} : {}", "en": "Gap {}: {}"}


@activities.register
class Cloze(ActivityType):
    """Fill the gaps of a text."""

    name = "cloze"
    titles = {"fr": "Texte à trous", "en": "Text with gaps"}
    lines = {
        "fr": "Compléter un texte : mots à écrire, à choisir dans une liste ou à prendre parmi des étiquettes, nombres",
        "en": "Complete a text: words to write, to choose from a menu or to take from a bank, numbers",
    }
    written = {**ActivityType.written, "html": "block", "row_said": "inline"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        return check(content)

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        return warnings(content)

    def adapted(self, content: Content, effects: Collection[Effect]) -> Content:
        """See `ActivityType.adapted`: spelling costs nothing in gaps in which one writes."""
        if Effect.NO_SPELLING in effects:
            return replace(content, scoring={**content.scoring, **SPELLED_FREELY})
        return content

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; menus and the bank are shuffled, the bank never in the order of the gaps."""
        body = content.body
        in_order = [
            worded(piece["html"])
            for gap in gaps_of(content).values()
            if gap["kind"] == "drag"
            for piece in body["bank"]
            if piece["id"] in content.key["gaps"][gap["id"]]["correct"][:1]
        ]

        def is_right(shown: Sequence[Mapping[str, Any]]) -> bool:
            words = [worded(piece["html"]) for piece in shown]
            return [one for one in words if one in in_order] == in_order

        return {
            "prompt": body["prompt"],
            "html": body["html"],
            "gaps": [
                {
                    "id": name,
                    "kind": gap["kind"],
                    "group": gap["group"],
                    "options": [
                        {"id": option["id"], "html": option["html"]}
                        for option in shuffled(gap["options"], f"{seed}/{name}")
                    ],
                }
                for name, gap in gaps_of(content).items()
            ],
            "bank": [
                {name: piece[name] for name in ("id", "html", "group", "infinite")}
                for piece in mixed(body["bank"], seed, is_right)
            ],
            "width": body["width"],
            "answer_lang": body["answer_lang"],
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; without any answer that can be read, it is unanswered."""
        made = marks(content, response)
        if not any(mark.is_answered for mark in made.values()):
            return Score.unanswered()
        weights = {name: Fraction(content.scoring["weights"].get(name, "1")) for name in made}
        parts = {
            name: {"fraction": str(mark.fraction), "reason": str(mark.reason)} for name, mark in made.items()
        }
        if content.scoring["mode"] == "all_or_nothing":
            everything = all(mark.fraction == 1 or not weights[name] for name, mark in made.items())
            return Score.of(Fraction(int(everything)), parts)
        total = sum((weights[name] * mark.fraction for name, mark in made.items()), Fraction(0))
        return Score.of(total / sum(weights.values()), parts)

    def problems(self, content: Content, response: Mapping[str, Any], lang: str) -> list[str]:
        """See `ActivityType.problems`: numbers that cannot be read, each reason once."""
        gaps, said = gaps_of(content), typed(response)
        found = [
            number_in(said[name], content.body["answer_lang"])
            for name, mark in marks(content, response).items()
            if mark.reason == UNREADABLE and gaps[name]["kind"] == "number"
        ]
        return list(dict.fromkeys(text for text in found if isinstance(text, str)))

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`: for each gap, what is right as inline HTML, and the feedback to this answer."""
        made = marks(content, response)
        return {
            "gaps": {
                name: {"right": _right(content, name), "feedback": made[name].feedback}
                for name in gaps_of(content)
            }
        }

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: what stands in the gaps, in order; `…` for nothing."""
        said = [_said(content, name, response) or "…" for name in gaps_of(content)]
        return " · ".join(said) if set(said) != {"…"} else ""

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: gap by gap, the most frequent answer first."""
        strict = replace(Rules.of(content.scoring), accents="require")
        label = LABELS["en" if content.body["answer_lang"].startswith("en") else "fr"]
        found = []
        for number, (name, gap) in enumerate(gaps_of(content).items(), 1):
            counts: Counter[str] = Counter()
            first: dict[str, tuple[str, Mapping[str, Any]]] = {}
            for response in responses:
                if words := _said(content, name, response):
                    same = folded(words, strict) if gap["kind"] == "text" else words
                    counts[same] += 1
                    first.setdefault(same, (words, {"gaps": {name: typed(response)[name]}}))
            for same, count in counts.most_common():
                words, response = first[same]
                worth = marks(content, response)[name].fraction
                found.append(Tally(label.format(number, words), count, worth, response))
        return found

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`: where one gap alone is answered otherwise than is worth so much."""
        wrong = [
            name
            for name, mark in marks(content, response).items()
            if mark.is_answered and mark.fraction < fraction
        ]
        if len(wrong) != 1:
            return None
        (name,) = wrong
        key = content.key["gaps"][name]
        chosen = typed(response)[name]
        if gaps_of(content)[name]["kind"] in ("text", "number"):
            more = _accepted(content, key, gaps_of(content)[name]["kind"], chosen.strip(), fraction)
        elif fraction == 1:
            more = {"correct": [*key["correct"], chosen]}
        else:
            more = {"mapping": {**key["mapping"], chosen: str(fraction)}}
        gaps = {**content.key["gaps"], name: {**key, **more}}
        return {
            "points": str(content.points),
            "body": content.body,
            "key": {**content.key, "gaps": gaps},
            "scoring": content.scoring,
        }

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        return example(lang)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: a field `gap.<id>` for each gap."""
        said = {name.removeprefix("gap."): one(fields, name) for name in fields if name[:4] == "gap."}
        return {"gaps": {name: text for name, text in said.items() if text}}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form` and `cloze_form`."""
        return cloze_form.content(fields)


def _accepted(
    content: Content, key: Mapping[str, Any], kind: str, text: str, fraction: Fraction
) -> dict[str, Any]:
    """A text that is accepted, too, and no longer refused; a number as it was typed, without a margin."""
    strict = replace(Rules.of(content.scoring), accents="require")
    kept = [each for each in key["rejected"] if folded(each["text"], strict) != folded(text, strict)]
    more = {"text": literal(text) if kind == "text" else text, "fraction": str(fraction)}
    return {"accepted": [*key["accepted"], more], "rejected": kept}


def _said(content: Content, name: str, response: Mapping[str, Any] | None) -> str:
    """What stands in a gap, plain text."""
    text, gap = typed(response).get(name, ""), gaps_of(content)[name]
    if gap["kind"] in ("text", "number"):
        return " ".join(text.split())
    parts = gap["options"] if gap["kind"] == "select" else content.body["bank"]
    return next((plain(part["html"]) for part in parts if part["id"] == text), "")


def _right(content: Content, name: str) -> list[str]:
    """What is worth everything in a gap, each once; of a text that accepts anything, its star is `…`."""
    gap, key = gaps_of(content)[name], content.key["gaps"][name]
    if gap["kind"] in ("text", "number"):
        texts = [one["text"] for one in key["accepted"] if one["fraction"] == "1"]
        if gap["kind"] == "text":
            texts = ["*".join(part.replace("*", "…") for part in text.split(r"\*")) for text in texts]
        return [str(escape(text)) for text in texts]
    parts = gap["options"] if gap["kind"] == "select" else content.body["bank"]
    right = [part["html"] for part in parts if part["id"] in key["correct"]]
    return list({worded(html): html for html in right}.values())
