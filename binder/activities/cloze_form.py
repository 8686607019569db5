"""A text with gaps as its author writes it: words in double brackets, and below them what each gap is about.

Fields: `html`, the text; `gap`, `gap_mark`, `gap_kind`, `gap_weight` and `gap_group` are rows, one for each gap that there was
when the form was shown; `row_gap`, `row_text`, `row_part`, `row_said` and `row_id` are further answers; `own_html` and `own_id`
are the options and the words of the bank that come from brackets; `extra`, `extra_group` and `extra_id` are words too many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

import marshmallow

from binder.activities.cloze_data import KINDS, WIDTHS
from binder.activities.forms import Form, Row, common, one, rows
from binder.activities.gapped import MOST_GAPS, GappedHtml, Marked, Other, html_of, joined, marked
from binder.activities.gaps_pasted import h5p, moodle
from binder.activities.items import entries, worded
from binder.activities.short_answer_data import OPTIONS
from binder.activities.values import new_id
from binder.sanitize import plain

__all__ = ["content"]


@dataclass
class Known:
    """Ids that parts had when the form was shown, by what they say; each is given once."""

    ids: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, form: Form) -> Known:
        """Those of the form."""
        known = cls()
        for html, name in zip(form.get("own_html", ()), form.get("own_id", ()), strict=False):
            known.ids.setdefault(worded(html), []).append(name)
        return known

    def take(self, html: str) -> str:
        """The id of something that says this, or a new one."""
        waiting = self.ids.get(worded(html))
        return waiting.pop(0) if waiting else new_id()


def content(form: Form) -> dict[str, Any]:
    """See `ActivityType.content_from_form`."""
    data = common(form)
    html, gaps, converted = _read(one(form, "html"))
    before = rows(form, "gap", "gap_mark", "gap_kind", "gap_weight", "gap_group")
    names = _names(gaps, before)
    known = Known.of(form)
    fields = {row["gap"]: row for row in before}
    others: dict[str, list[Other]] = {name: [] for name in names}
    for row in rows(form, "row_gap", "row_text", "row_part", "row_said", "row_id"):
        if row["row_gap"] in others and row["row_text"]:
            others[row["row_gap"]].append(
                Other(row["row_text"], row["row_part"], row["row_said"], row["row_id"])
            )
    made = []
    for name, gap in zip(names, gaps, strict=True):
        gap = replace(gap, others=(*gap.others, *others[name]))
        made.append(_gap(name, gap, fields.get(name), one(form, "new_kind", "text"), known))
    bank = _bank(form, made, known)
    data["body"] |= {
        "html": joined(html, names),
        "gaps": [one_gap.body for one_gap in made],
        "bank": bank,
        "width": _width(made),
        "answer_lang": one(form, "answer_lang", "fr"),
    }
    tips = "".join(f"<p>{number} : {html_of(gap.tip)}</p>" for number, gap in enumerate(gaps, 1) if gap.tip)
    data["body"]["hint"] += tips
    data["key"] |= {"gaps": {one_gap.name: one_gap.key for one_gap in made}, "converted": converted}
    data["scoring"] = {name: one(form, name) for name in OPTIONS if one(form, name)} | {
        "mode": one(form, "mode", "per_gap"),
        "weights": {one_gap.name: one_gap.weight for one_gap in made if one_gap.weight not in ("", "1")},
    }
    if any(gap.case for gap in gaps):
        data["scoring"]["case"] = "require"
    return data


def _read(html: str) -> tuple[list[str], list[Marked], str]:
    """The texts around the gaps, the gaps, and the format from which some of them come."""
    try:
        html = GappedHtml().deserialize(html)
    except marshmallow.ValidationError:
        return [html], [], ""  # it is refused when it is loaded
    texts, gaps = marked(html)
    all_texts, every, converted = list[str](), list[Marked](), ""
    for number, text in enumerate(texts):
        around, found = moodle(text)
        if found:
            converted = "moodle"
        all_texts += around
        every += found + gaps[number : number + 1]
    if not every:
        all_texts, every = h5p(html)
        converted = "h5p" if every else ""
    if not every:
        all_texts = [html]
    return all_texts, every[: MOST_GAPS + 1], converted


def _names(gaps: Sequence[Marked], before: Sequence[Row]) -> list[str]:
    """The gaps' ids: those of the gaps that were there, wherever the text was changed around them."""
    old = [worded(row["gap_mark"]) for row in before[: MOST_GAPS + 1]]
    new = [worded(gap.mark) for gap in gaps]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()

    def pairs(wanted: str) -> list[tuple[int, int]]:
        return [
            pair
            for kind, start, end, to, to_end in steps
            if kind == wanted
            for pair in zip(range(start, end), range(to, to_end), strict=False)
        ]

    moved = [
        (there, here) for here, mark in enumerate(new) for there in range(len(old)) if old[there] == mark
    ]
    names: dict[int, str] = {}
    for there, here in (*pairs("equal"), *moved, *pairs("replace")):
        if here not in names and before[there]["gap"] not in names.values():
            names[here] = before[there]["gap"]
    return [names.get(here) or new_id() for here in range(len(new))]


@dataclass(frozen=True)
class _Gap:
    """A gap as it is stored."""

    name: str
    body: dict[str, Any]
    key: dict[str, Any]
    weight: str
    right: tuple[str, ...]
    """What stands in its brackets, inline HTML."""


def _gap(name: str, gap: Marked, row: Row | None, new_kind: str, known: Known) -> _Gap:
    typed = row.cells if row is not None else {}
    signed = "number" if any("±" in html for html in gap.variants) else ""
    kind = gap.kind or typed.get("gap_kind") or signed or (new_kind if new_kind in KINDS else "text")
    body: dict[str, Any] = {"id": name, "kind": kind, "options": []}
    if typed.get("gap_group", "1") not in ("", "1"):
        body["group"] = typed["gap_group"]
    key: dict[str, Any]
    if kind in ("text", "number"):
        key = _texts(gap, kind)
    elif kind == "select":
        body["options"], key = _options(gap, known)
    else:
        key = {}
    return _Gap(name, body, key, gap.weight or typed.get("gap_weight", ""), gap.variants)


def _texts(gap: Marked, kind: str) -> dict[str, Any]:
    """Of texts and numbers: what is worth nothing is refused, save a number to which there is something to say."""
    accepted = {plain(html): {"text": plain(html), "fraction": "1", "feedback": ""} for html in gap.variants}
    rejected = []
    for other in gap.others:
        part = other.part or "0"
        if part == "0" and kind == "text":
            rejected.append({"text": other.text, "feedback": other.said})
        else:
            accepted[other.text] = {"text": other.text, "fraction": part, "feedback": other.said}
    return {"accepted": list(accepted.values()), "rejected": rejected}


def _options(gap: Marked, known: Known) -> tuple[list[dict[str, str]], dict[str, Any]]:
    options = [{"id": known.take(html), "html": html} for html in gap.variants]
    correct = [option["id"] for option in options]
    names = {worded(option["html"]): option["id"] for option in options}
    mapping, feedback = {}, {}
    for other in gap.others:
        html = html_of(other.text)
        if worded(html) not in names:
            name = other.id if other.id and other.id not in names.values() else new_id()
            names[worded(html)] = name
            options.append({"id": name, "html": html})
            if other.part not in ("", "0"):
                mapping[name] = other.part
        if other.said:
            feedback[names[worded(html)]] = other.said
    return options, {"correct": correct, "mapping": mapping, "feedback": feedback}


def _bank(form: Form, gaps: Sequence[_Gap], known: Known) -> list[dict[str, Any]]:
    """The words of the bank, one for each gap unless they may be used several times; tells the gaps which are theirs."""
    reuse = one(form, "reuse") == "1"
    dragged = [gap for gap in gaps if gap.body["kind"] == "drag"]
    bank: list[dict[str, Any]] = []

    def there(html: str, group: Any) -> list[str]:
        return [
            piece["id"] for piece in bank if worded(piece["html"]) == worded(html) and piece["group"] == group
        ]

    def add(html: str, group: Any, name: str) -> None:
        bank.append({"id": name, "html": html, "group": group, "infinite": reuse})

    for gap in dragged:
        if not reuse or not there(gap.right[0], gap.body.get("group", 1)):
            add(gap.right[0], gap.body.get("group", 1), known.take(gap.right[0]))
    for gap in dragged:
        for html in gap.right[1:]:
            if not there(html, gap.body.get("group", 1)):
                add(html, gap.body.get("group", 1), known.take(html))
    groups = form.get("extra_group", ())
    for line in entries(form, "extra"):
        typed = groups[line.number].strip() if line.number < len(groups) else ""
        add(html_of(line["extra"]), typed if typed not in ("", "1") else 1, line["extra_id"] or new_id())
    for gap in dragged:
        group = gap.body.get("group", 1)
        gap.key["correct"] = [name for html in gap.right for name in there(html, group)]
    return bank


def _width(gaps: Sequence[_Gap]) -> int:
    texts = [text["text"] for gap in gaps for text in gap.key.get("accepted", ()) if text["fraction"] != "0"]
    longest = max(map(len, texts), default=0) + 1
    return next((width for width in WIDTHS if longest <= width), WIDTHS[-1])
