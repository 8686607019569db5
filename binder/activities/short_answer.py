"""Short answers (QTI text entry interaction): one text, several that are cited, or one that is heard and spelt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from binder.activities import citing
from binder.activities.base import (
    ActivityType,
    Content,
    Effect,
    Score,
    Tally,
    activities,
)
from binder.activities.forms import common, one, rows
from binder.activities.helping import Table
from binder.activities.pasting import texts as pasted_texts
from binder.activities.short_answer_data import MOST_TEXTS, OPTIONS, Body, Key, Response, Scoring
from binder.activities.short_answer_table import table
from binder.activities.texts import compare, folded, folded_always, literal
from binder.sanitize import pictured

__all__ = ["ShortAnswer"]

SPELLED_FREELY = dict(zip(OPTIONS, ("ignore", "ignore", "1", "tolerate", "1", "ignore"), strict=True))


@activities.register
class ShortAnswer(ActivityType):
    """Write a word or a few."""

    name = "short_answer"
    titles = {"fr": "Réponse courte", "en": "Short answer"}
    lines = {
        "fr": "Écrire un mot, en citer plusieurs, ou écrire ce que l’on entend",
        "en": "Write a word, cite several, or write what is heard",
    }
    written = {
        **ActivityType.written,
        **dict.fromkeys(("alternative", "transcript", "accepted_feedback", "rejected_feedback"), "block"),
    }
    tried_field = "text"
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        body, listed = content.body, content.key["accepted"]
        ways = [way for answer in citing.accepted(content) for way in answer]
        texts = [way.text for way in ways] + [wrong.text for wrong in citing.rejected(content)]
        messages: dict[str, Any] = {}
        if not all(map(folded_always, texts)):
            messages["key"] = {"text": ["an accepted or refused answer says nothing"]}
        elif Fraction(listed[0]["fraction"]) != 1:
            messages["key"] = {"fraction": ["the first accepted answer is worth all the points"]}
        elif len(ways) > MOST_TEXTS:
            messages["key"] = {"accepted": ["fifty ways to write the answers at the most"]}
        elif body["mode"] == "several" and len(listed) < body["expected"]:
            messages["key"] = {"accepted": ["fewer answers are accepted than are asked for"]}
        elif body["mode"] == "spelling" and not body["audio"]:
            messages["body"] = {"audio": ["a dictation needs a sound"]}
        return messages

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        rules = citing.rules(content)
        strict = replace(rules, accents="require")
        ways = [way for answer in citing.accepted(content) for way in answer]
        refused = {folded(literal(wrong.text), strict) for wrong in citing.rejected(content)}
        found = {
            "two accepted answers are the same": len({folded(way.text, rules) for way in ways}) < len(ways),
            "an answer is both accepted and refused: it counts as refused": any(
                folded(way.text, strict) in refused for way in ways
            ),
            "every answer is right: is that meant?": any(
                not way.text.strip("* ") and way.fraction == 1 for way in ways
            ),
            "nothing else is asked of those who cannot hear": content.body["mode"] == "spelling"
            and not content.body["alternative"],
        }
        return [message for message, holds in found.items() if holds]

    def resources(self, content: Content) -> list[str]:
        """See `ActivityType.resources`."""
        sound = [content.body["audio"]] if content.body["audio"] else []
        return [*super().resources(content), *sound, *pictured(content.body["alternative"])]

    def adapted(self, content: Content, effects: Collection[Effect]) -> Content:
        """See `ActivityType.adapted`; in a dictation spelling is what is asked for, and goes on counting."""
        body = content.body
        spelling = body["mode"] == "spelling"
        if Effect.NO_SPELLING in effects and not spelling:
            return replace(content, scoring=SPELLED_FREELY)
        if Effect.ALTERNATIVES in effects and spelling and body["alternative"]:
            return replace(content, body={**body, "prompt": body["alternative"], "audio": ""})
        return content

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`."""
        body = content.body
        return {
            **{name: body[name] for name in ("prompt", "mode", "placeholder", "size", "answer_lang")},
            "expected": body["expected"] if body["mode"] == "several" else None,
            "audio": body["audio"] if body["mode"] == "spelling" else "",
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; parts are the places of the answers, from 1 on."""
        found = citing.found(content, response)
        if not found:
            return Score.unanswered()
        parts = {
            place: {"fraction": str(match.fraction), "reason": str(reason)}
            for place, (match, reason) in found.items()
        }
        expected = content.body["expected"] if content.body["mode"] == "several" else 1
        return Score.of(sum((match.fraction for match, _ in found.values()), Fraction(0)) / expected, parts)

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`: accepted texts with `…` for a star, feedback by place, what was heard."""
        return {
            "accepted": [
                {"text": _legible(answer["text"]), "fraction": answer["fraction"]}
                for answer in content.key["accepted"]
                if Fraction(answer["fraction"])
            ],
            "feedback": {
                place: match.feedback
                for place, (match, _) in citing.found(content, response).items()
                if match.feedback
            },
            "transcript": content.key["transcript"],
        }

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`."""
        return " · ".join(" ".join(text.split()) for text in citing.typed(content, response).values())

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: each text, however it is typed; of several, each by itself."""
        rules = replace(citing.rules(content), accents="require")
        ways = [way for answer in citing.accepted(content) for way in answer]
        counts, first = Counter[str](), dict[str, str]()
        for response in responses:
            for text in citing.typed(content, response).values():
                counts[folded(text, rules)] += 1
                first.setdefault(folded(text, rules), " ".join(text.split()))
        worth = {
            each: compare(text, ways, citing.rejected(content), citing.rules(content)).fraction
            for each, text in first.items()
        }
        several = content.body["mode"] == "several"
        return [
            Tally(
                first[each],
                count,
                worth[each],
                {"texts": [first[each]]} if several else {"text": first[each]},
            )
            for each, count in counts.most_common()
        ]

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`; what was refused is no longer, and another spelling is no answer more."""
        said = list(citing.typed(content, response).values())
        if len(said) != 1:
            return None
        strict = replace(citing.rules(content), accents="require")
        same = folded(said[0], strict)
        key = content.key
        kept = [each for each in key["rejected"] if folded(each["text"], strict) != same]
        more = literal(said[0].strip())
        near = citing.nearest(content, said[0])
        lines = [dict(answer) for answer in key["accepted"]]
        for line in lines if content.body["mode"] == "several" else ():
            if near in (line["text"], *line["variants"]) and Fraction(line["fraction"]) == fraction:
                line["variants"] = [*line["variants"], more]
                break
        else:
            lines.append({"text": more, "fraction": str(fraction)})
        return {
            "points": str(content.points),
            "body": content.body,
            "key": {**key, "rejected": kept, "accepted": lines},
            "scoring": content.scoring,
        }

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        if lang.partition("-")[0] == "en":
            return {
                "title": "The capital of Australia",
                "points": "1",
                "body": {"prompt": "<p>What is the capital of Australia?</p>"},
                "key": {
                    "accepted": [{"text": "Canberra"}],
                    "rejected": [{"text": "Sydney", "feedback": "<p>The largest city, not the capital.</p>"}],
                    "explanation": "<p>Canberra was built for it, between Sydney and Melbourne.</p>",
                },
                "scoring": {"typos": "tolerate"},
            }
        return {
            "title": "L’eau devient vapeur",
            "points": "1",
            "body": {"prompt": "<p>Comment appelle-t-on le passage de l’eau liquide à la vapeur ?</p>"},
            "key": {
                "accepted": [
                    {"text": "évaporation", "variants": ["l’évaporation"]},
                    {"text": "vaporisation"},
                ],
                "rejected": [
                    {"text": "ébullition", "feedback": "<p>L’ébullition n’est qu’une des deux façons.</p>"}
                ],
                "explanation": "<p>L’eau liquide devient vapeur : lentement, elle s’évapore ; à 100 °C, elle bout.</p>",
            },
            "scoring": {"accents": "half", "typos": "tolerate"},
        }

    def pasted(self, data: Mapping[str, Any], text: str) -> dict[str, Any]:
        """See `ActivityType.pasted`: accepted answers."""
        return pasted_texts(data, text)

    def scoring_table(self, content: Content, lang: str) -> Table | None:
        """See `ActivityType.scoring_table`."""
        return table(self, content)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: the field `text`, or `texts` for several."""
        if "texts" in fields:
            return {"texts": list(fields["texts"])}
        return {"text": next(iter(fields.get("text", ())), "")}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Accepted answers are rows: `accepted`, `accepted_variants` (one a line), `accepted_fraction` and
        `accepted_feedback`; refused ones are `rejected` and `rejected_feedback`.
        """
        data = common(fields)
        data["body"] |= {
            name: one(fields, name, default)
            for name, default in {"mode": "one", "expected": "3", "size": "30"}.items()
        }
        data["body"] |= {name: one(fields, name) for name in ("alternative", "placeholder", "answer_lang")}
        data["body"]["audio"] = one(fields, "resource")
        columns = ("accepted_variants", "accepted_fraction", "accepted_feedback")
        data["key"] |= {
            "accepted": [
                {
                    "text": row["accepted"],
                    "variants": [
                        line.strip() for line in row["accepted_variants"].splitlines() if line.strip()
                    ],
                    "fraction": row["accepted_fraction"] or "1",
                    "feedback": row["accepted_feedback"],
                }
                for row in rows(fields, "accepted", *columns)
            ],
            "rejected": [
                {"text": row["rejected"], "feedback": row["rejected_feedback"]}
                for row in rows(fields, "rejected", "rejected_feedback")
            ],
            "transcript": one(fields, "transcript"),
        }
        data["scoring"] = {name: one(fields, name) for name in OPTIONS if one(fields, name)}
        return data


def _legible(text: str) -> str:
    """An accepted text for people: a star that stands for anything is `…`."""
    return "*".join(part.replace("*", "…") for part in text.split(r"\*"))
