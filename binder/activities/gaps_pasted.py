"""Gaps that come from elsewhere, pasted into a text: Moodle's `{1:SHORTANSWER:=word~%50%variant#comment}`, H5P's `*word*`."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from binder.activities.gapped import WHOLE, Marked, Other, cut, html_of
from binder.sanitize import plain

__all__ = ["h5p", "moodle", "unknown_moodle"]

KINDS = {
    **dict.fromkeys(("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"), "text"),
    **dict.fromkeys(("NUMERICAL", "NM"), "number"),
    **dict.fromkeys(
        "MULTICHOICE MC MULTICHOICE_V MCV MULTICHOICE_H MCH MULTICHOICE_S MCS MULTICHOICE_VS MCVS MULTICHOICE_HS MCHS".split(),
        "select",
    ),
}
"""Of Moodle; several right answers in one gap (MULTIRESPONSE) are not known here."""
MINDING_CASE = {"SHORTANSWER_C", "SAC", "MWC"}
MOODLE = re.compile(rf"({WHOLE})|\{{([0-9]{{0,3}}):([A-Z_]{{2,16}}):((?>\\.|[^{{}}\\])*)\}}", re.DOTALL)
LEFT = re.compile(r"\{[0-9]{0,3}:[A-Z_]{2,16}:")
ANSWER = re.compile(r"(?:(=)|%(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)%)?((?:\\.|[^\\#])*)(?:#(.*))?", re.DOTALL)
H5P = re.compile(rf"({WHOLE})|(?<!\*)\*(?=\S)([^*<\n]{{1,500}})(?<=\S)\*(?!\*)")
EMPHASISED = re.compile(r"<em>([^<*]{1,500})</em>")
MOST_ANSWERS = 20


def moodle(html: str) -> tuple[list[str], list[Marked]]:
    """See `gapped.cut`."""
    return cut(html, MOODLE, _of_moodle)


def unknown_moodle(html: str) -> bool:
    """Whether something that looks like Moodle's gaps was left in a text."""
    return bool(LEFT.search(html))


def _of_moodle(found: re.Match[str]) -> Marked | None:
    kind = KINDS.get(found[3])
    answers = [_answer(text) for text in re.split(r"(?<!\\)~", found[4])[: MOST_ANSWERS + 1]]
    right = tuple(answer.text for answer in answers if answer.part == "1" and not answer.said)
    best = next((answer for answer in answers if answer.part == "1" and answer.text), None)
    if kind is None or best is None:
        return None
    variants = (best.text, *(text for text in right if text != best.text))
    if kind == "number":
        answers = [replace(answer, text=_with_margin(answer.text)) for answer in answers]
        variants = tuple(_with_margin(text) for text in variants)
    others = tuple(
        answer
        for answer in answers
        if answer.text not in ("", "*") and (answer.text not in variants or answer.said)
    )
    weight = found[2] if found[2].strip("0") not in ("", "1") else ""
    html = tuple(dict.fromkeys(html_of(text) for text in variants))
    return Marked(html, kind, others, weight, found[3] in MINDING_CASE)


def _answer(text: str) -> Other:
    text = plain(text)
    found = ANSWER.fullmatch(text)
    if found is None:
        return Other("")
    part = Fraction(1) if found[1] else max(Fraction(0), Fraction(found[2] or 0) / 100)
    part = min(Fraction(1), part.limit_denominator(20))
    words, said = (re.sub(r"\\(.)", r"\1", one or "").strip() for one in (found[3], found[4]))
    return Other(words, str(part) if part else "", html_of(said))


def _with_margin(text: str) -> str:
    number, colon, margin = text.partition(":")
    return f"{number} ± {margin}" if colon and margin.strip("0.") else number


def h5p(html: str) -> tuple[list[str], list[Marked]]:
    """See `gapped.cut`; a star that was read as emphasis is one, too."""
    return cut(EMPHASISED.sub(r"*\1*", html), H5P, _of_h5p)


def _of_h5p(found: re.Match[str]) -> Marked | None:
    words, _, tip = re.sub(r"\\:", "\ue000", found[2]).partition(":")
    texts = re.sub(r"\\/", "\ue001", words).split("/")
    variants = [one.replace("\ue000", ":").replace("\ue001", "/").strip() for one in texts]
    said = tuple(dict.fromkeys(variant for variant in variants if variant))
    return Marked(said, tip=tip.replace("\ue000", ":").strip()) if said else None
