"""What a question is about, apart from its type: what `binder.activities.transforming` takes from one type to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from markupsafe import escape

from binder.activities.base import Content
from binder.activities.numbers import written

__all__ = ["GISTS", "Gist", "Said", "gist_of"]


@dataclass(frozen=True)
class Said:
    """An answer that may be given, as inline HTML."""

    html: str
    fraction: Fraction
    feedback: str = ""


@dataclass(frozen=True)
class Gist:
    """A question, apart from its type; of `answers`, `pairs` and `sequence` it has one."""

    answers: Sequence[Said] = ()
    several: bool = False
    """Whether all that is right is asked for, and not any of it."""
    pairs: Sequence[tuple[str, str]] = ()
    spare: Sequence[str] = ()
    """Right sides that belong to nothing."""
    alone: Sequence[str] = ()
    """Left sides to which nothing belongs."""
    sequence: Sequence[str] = ()
    menu: bool = False
    """Whether learners saw the answers to choose from."""
    counted: bool = True
    """Whether the way of counting points matters."""
    lost: Sequence[str] = field(default=())
    """What no other type has a place for."""

    @property
    def right(self) -> list[Said]:
        """The answers that are worth all the points."""
        return [one for one in self.answers if one.fraction == 1]


def _choice(content: Content, lang: str) -> Gist:
    key = content.key
    parts = {**dict.fromkeys(key["correct"], "1")}
    worth = {**key["mapping"], **parts} if not content.body["multiple"] else parts
    answers = [
        Said(one["html"], Fraction(worth.get(one["id"], "0")), key["feedback"].get(one["id"], ""))
        for one in content.body["options"]
    ]
    several = content.body["multiple"]
    return Gist(answers, several, menu=True, counted=several)


def _true_false(content: Content, lang: str) -> Gist:
    labels, value = content.body["labels"], content.key["value"]
    answers = [
        Said(str(escape(labels["true"])), Fraction(int(value))),
        Said(str(escape(labels["false"])), Fraction(int(not value))),
    ]
    justified = content.body["justify"] or content.key["justification"]
    return Gist(answers, lost=["the reason that pupils write is not kept"] if justified else [])


def _short_answer(content: Content, lang: str) -> Gist:
    accepted, rejected = content.key["accepted"], content.key["rejected"]
    answers = [Said(_typed(one["text"]), Fraction(one["fraction"]), one["feedback"]) for one in accepted]
    answers += [Said(_typed(one["text"]), Fraction(0), one["feedback"]) for one in rejected]
    body = content.body
    lost = {
        "other ways to write an answer are not kept": any(one["variants"] for one in accepted),
        "the sound of the question is not kept": body["audio"] or content.key["transcript"],
        "what stands in the field, and what is asked instead, are not kept": body["placeholder"]
        or body["alternative"],
    }
    return Gist(answers, body["mode"] == "several", lost=[text for text, holds in lost.items() if holds])


def _typed(text: str) -> str:
    """An accepted text to be read: a star that stands for anything is `…`."""
    return str(escape("*".join(part.replace("*", "…") for part in text.split(r"\*"))))


def _numeric(content: Content, lang: str) -> Gist:
    key, units = content.key, [one["unit"] for one in content.key["units"]]
    unit = content.body["show_unit"] or next(iter(units), "")
    answers = []
    for one in key["accepted"]:
        tolerance = one["tolerance"]
        value = Fraction(tolerance["low"] if tolerance["kind"] == "range" else one["value"])
        text = f"{written(value, content.body['answer_lang'])} {unit}".strip()
        answers.append(Said(str(escape(text)), Fraction(one["fraction"]), one["feedback"]))
    return Gist(answers, lost=["how far off a number may be, and its units, are not kept"])


def _match(content: Content, lang: str) -> Gist:
    left, right = (_by_id(content.body[side]) for side in ("left", "right"))
    pairs = content.key["pairs"]
    spare = [html for name, html in right.items() if name not in pairs.values()]
    pictured = any(item.get("picture") for side in ("left", "right") for item in content.body[side])
    return Gist(
        pairs=[(left[one], right[other]) for one, other in pairs.items()],
        spare=spare,
        lost=["the pictures are not kept: their words stand in their place"] if pictured else [],
    )


def _categorize(content: Content, lang: str) -> Gist:
    items, categories = _by_id(content.body["items"]), _by_id(content.body["categories"])
    assign = content.key["assign"]
    several = any(len(names) > 1 for names in assign.values())
    used = {name for names in assign.values() for name in names[:1]}
    return Gist(
        pairs=[(items[one], categories[names[0]]) for one, names in assign.items() if names],
        spare=[html for name, html in categories.items() if name not in used],
        alone=[items[one] for one, names in assign.items() if not names],
        lost=["an item keeps only the first of its categories"] if several else [],
    )


def _order(content: Content, lang: str) -> Gist:
    items = _by_id(content.body["items"])
    tied = ["that some items may change places is not kept"] if content.key["equivalents"] else []
    return Gist(sequence=[items[name] for name in content.key["order"]], lost=tied)


def _by_id(parts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {part["id"]: part["html"] for part in parts}


GISTS: Mapping[str, Callable[[Content, str], Gist]] = {
    "choice": _choice,
    "true_false": _true_false,
    "short_answer": _short_answer,
    "numeric": _numeric,
    "match": _match,
    "categorize": _categorize,
    "order": _order,
}
"""Type → what it is about."""


def gist_of(kind: str, content: Content, lang: str) -> Gist:
    """What a question is about; nothing but its prompt for a type that is not known here."""
    return GISTS[kind](content, lang) if kind in GISTS else Gist()
