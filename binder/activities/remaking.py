"""What a question is about, made into the body and key of one type or another; and what is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from binder.activities.gists import Gist, Said
from binder.activities.texts import MAX_TEXT, literal
from binder.activities.values import new_id
from binder.sanitize import plain

__all__ = ["BUILDERS", "BY_HAND", "WORDS"]

WORDS = {
    "fr": {"right": "Juste", "wrong": "Faux", "other": "Une autre réponse", "true": "Vrai", "false": "Faux"},
    "en": {"right": "Right", "wrong": "Wrong", "other": "Another answer", "true": "True", "false": "False"},
}
"""What a question of another type needs and nobody wrote, in the language of the content."""

WRONG = "the wrong answers are not kept"
FEEDBACK = "what is said to each answer is not kept"
PARTS = "parts of the points are not kept"
FIRST = "only the first right answer is kept"
WHICH = "which answers are right is not kept: put the lines in their right order"
LOOKS = "formulas and emphasis in the answers become plain text"
BY_HAND = "answers are marked by hand"
ADDED = "a wrong answer was added: write your own"
SPARE = "what belongs to nothing is not kept"
MANY = "some lines are not kept: there are too many, or they say the same"
ONCE = "that each answer counts only once is not kept"
ANY = "pupils choose one answer only: any right one is right"

Made = tuple[dict[str, Any], dict[str, Any], list[str]]
"""(what the body adds, what the key adds, what is lost)"""
Builder = Callable[[Gist, Mapping[str, str]], Made]


def _named(**losses: tuple[str, Any]) -> list[str]:
    return [text for text, holds in losses.values() if holds]


def _once(texts: Iterable[str], most: int) -> list[str]:
    """Each once, as readers see it, and not more than a type takes."""
    found: dict[str, str] = {}
    for html in texts:
        words = " ".join(plain(html).split()).casefold()
        if words:
            found.setdefault(words, html)
    return list(found.values())[:most]


def _answers_once(gist: Gist, most: int) -> tuple[list[Said], list[str]]:
    kept = _once([one.html for one in gist.answers], most)
    left = {html: next(one for one in gist.answers if one.html == html) for html in kept}
    return list(left.values()), [MANY] if len(kept) < len(gist.answers) else []


def _to_choice(gist: Gist, words: Mapping[str, str]) -> Made:
    answers, lost = _answers_once(gist, 49)
    if len(answers) < 2:
        answers, lost = [*answers, Said(words["other"], Fraction(0))], [*lost, ADDED]
    named = [(new_id(), one) for one in answers]
    right = [id for id, one in named if one.fraction == 1]
    correct = right if gist.several else right[:1]
    parts = {id: str(one.fraction) for id, one in named if 0 < one.fraction and id not in correct}
    key = {
        "correct": correct,
        "mapping": {} if gist.several else parts,
        "feedback": {id: one.feedback for id, one in named if one.feedback},
    }
    lost += [PARTS] if gist.several and parts else []
    options = [{"id": id, "html": one.html} for id, one in named]
    return {"multiple": gist.several, "options": options}, key, lost


def _to_true_false(gist: Gist, words: Mapping[str, str]) -> Made:
    said = [plain(one.html).strip().casefold() for one in gist.answers]
    labels = {"true": words["true"], "false": words["false"]}
    if said in (
        [one[side].casefold() for side in sides]
        for one in WORDS.values()
        for sides in (("true", "false"), ("false", "true"))
    ):
        true = {one["true"].casefold() for one in WORDS.values()}
        value = any(plain(one.html).strip().casefold() in true for one in gist.right)
        feedback = any(one.feedback for one in gist.answers)
        return {"labels": labels}, {"value": value}, [FEEDBACK] if feedback else []
    (first, *others) = gist.right or gist.answers
    lost = _named(
        first=(FIRST, others),
        wrong=(WRONG, len(gist.answers) > len(gist.right)),
        feedback=(FEEDBACK, any(one.feedback for one in gist.answers)),
    )
    return {"labels": labels, "prompt_more": f"<p>{first.html}</p>"}, {"value": bool(gist.right)}, lost


def _to_short_answer(gist: Gist, words: Mapping[str, str]) -> Made:
    answers, lost = _answers_once(gist, 50)
    right = [one for one in answers if one.fraction == 1]
    several = gist.several and 2 <= len(right) <= 12
    order = [*right, *(one for one in answers if 0 < one.fraction < 1)]
    accepted = [
        {"text": _written(one.html), "fraction": str(one.fraction), "feedback": one.feedback} for one in order
    ]
    rejected = [{"text": _written(one.html), "feedback": one.feedback} for one in answers if not one.fraction]
    body = {"mode": "several", "expected": len(right)} if several else {"mode": "one"}
    lost += _named(
        looks=(LOOKS, any("<" in one.html for one in answers)),
        which=(FIRST, gist.several and not several and len(right) > 1),
    )
    return body, {"accepted": accepted, "rejected": rejected}, lost


def _written(html: str) -> str:
    return literal(" ".join(plain(html).split()))[:MAX_TEXT].rstrip("\\")


def _to_order(gist: Gist, words: Mapping[str, str]) -> Made:
    texts = [one.html for one in gist.answers]
    kept = _once(texts, 30)
    lost = _named(
        which=(WHICH, True),
        many=(MANY, len(kept) < len(texts)),
        feedback=(FEEDBACK, any(one.feedback for one in gist.answers)),
        parts=(PARTS, any(0 < one.fraction < 1 for one in gist.answers)),
    )
    items = [{"id": new_id(), "html": html} for html in kept]
    return {"items": items}, {"order": [item["id"] for item in items]}, lost


def _to_categorize(gist: Gist, words: Mapping[str, str]) -> Made:
    if gist.answers:
        pairs = [(one.html, words["right"] if one.fraction == 1 else words["wrong"]) for one in gist.answers]
        gist = Gist(pairs=pairs, spare=[], lost=_lost_of_answers(gist.answers))
    categories = {html: new_id() for html in _once([*(other for _, other in gist.pairs), *gist.spare], 10)}
    kept = _once([*(one for one, _ in gist.pairs), *gist.alone], 60)
    belongs = dict(reversed(gist.pairs))
    items, assign = [], {}
    for html in kept:
        items.append({"id": new_id(), "html": html})
        home = categories.get(belongs.get(html, ""))
        assign[items[-1]["id"]] = [home] if home else []
    all_there = {other for _, other in gist.pairs} | set(gist.spare) <= categories.keys()
    lost = [*gist.lost, *([] if all_there and len(kept) == len(gist.pairs) + len(gist.alone) else [MANY])]
    shown = [{"id": id, "html": html} for html, id in categories.items()]
    return {"items": items, "categories": shown}, {"assign": assign}, lost


def _lost_of_answers(answers: Sequence[Said]) -> list[str]:
    return _named(
        feedback=(FEEDBACK, any(one.feedback for one in answers)),
        parts=(PARTS, any(0 < one.fraction < 1 for one in answers)),
    )


def _to_match(gist: Gist, words: Mapping[str, str]) -> Made:
    pairs = gist.pairs or [(f"{number}.", html) for number, html in enumerate(gist.sequence, 1)]
    left = _once([one for one, _ in pairs], 26)
    belongs = dict(reversed(pairs))
    right = {html: new_id() for html in _once([*(belongs[one] for one in left), *gist.spare], 26)}
    by_words = {" ".join(plain(html).split()).casefold(): id for html, id in right.items()}
    items, joined, lost = [], {}, []
    for html in left:
        items.append({"id": new_id(), "html": html})
        joined[items[-1]["id"]] = by_words[" ".join(plain(belongs[html]).split()).casefold()]
    if len(right) < 2:
        right[words["other"]], lost = new_id(), [ADDED]
    lost += _named(spare=(SPARE, gist.alone), many=(MANY, len(left) < len(pairs)))
    shown = [{"id": id, "html": html} for html, id in right.items()]
    reuse = len(set(joined.values())) < len(joined)
    return {"left": items, "right": shown, "reuse": reuse}, {"pairs": joined}, lost


def _to_cloze(gist: Gist, words: Mapping[str, str]) -> Made:
    """One gap below the question, or so many as answers are asked for: a menu where wrong answers are known, else a field."""
    answers, lost = _answers_once(gist, 30)
    if gist.menu and len(answers) > 1:
        return _with_menu(gist, answers, lost)
    right = [one for one in answers if one.fraction]
    key = {
        "accepted": [
            {"text": _written(one.html), "fraction": str(one.fraction), "feedback": one.feedback}
            for one in right
        ],
        "rejected": [
            {"text": _written(one.html), "feedback": one.feedback} for one in answers if not one.fraction
        ],
    }
    count = min(len(right), 12) if gist.several else 1
    names = [new_id() for _ in range(count)]
    body = {"html": _gaps(names), "gaps": [{"id": name, "kind": "text"} for name in names]}
    lost += _named(
        looks=(LOOKS, any("<" in one.html for one in answers)),
        once=(ONCE, count > 1),
    )
    return body, {"gaps": dict.fromkeys(names, key)}, lost


def _with_menu(gist: Gist, answers: Sequence[Said], lost: list[str]) -> Made:
    gap, named = new_id(), [(new_id(), one) for one in answers]
    key = {
        "correct": [id for id, one in named if one.fraction == 1],
        "mapping": {id: str(one.fraction) for id, one in named if 0 < one.fraction < 1},
        "feedback": {id: one.feedback for id, one in named if one.feedback},
    }
    options = [{"id": id, "html": one.html} for id, one in named]
    lost = [*lost, *([ANY] if gist.several and len(gist.right) > 1 else [])]
    gaps = [{"id": gap, "kind": "select", "options": options}]
    return {"html": _gaps([gap]), "gaps": gaps}, {"gaps": {gap: key}}, lost


def _gaps(names: Sequence[str]) -> str:
    return "".join(f'<p><span data-gap="{name}"></span></p>' for name in names)


def _to_free_text(gist: Gist, words: Mapping[str, str]) -> Made:
    told = [one.html for one in gist.right] or list(gist.sequence)
    told = told or [f"{one} → {other}" for one, other in gist.pairs]
    model = f"<ul>{''.join(f'<li>{html}</li>' for html in told)}</ul>" if told else ""
    lost = [BY_HAND] + _named(
        wrong=(WRONG, len(gist.answers) > len(gist.right)),
        feedback=(FEEDBACK, any(one.feedback for one in gist.answers)),
        spare=(SPARE, [*gist.spare, *gist.alone]),
    )
    return {}, {"model_answer": model}, lost


BUILDERS: Mapping[str, Builder] = {
    "choice": _to_choice,
    "true_false": _to_true_false,
    "short_answer": _to_short_answer,
    "order": _to_order,
    "categorize": _to_categorize,
    "match": _to_match,
    "cloze": _to_cloze,
    "free_text": _to_free_text,
}
"""Type → how a question of that type is made."""
