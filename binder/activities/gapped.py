"""Text with gaps: as it is stored, with `<span data-gap="ID"></span>` in each gap's place, and as authors write it, `[[word]]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from binder.sanitize import Html

__all__ = [
    "MOST_GAPS",
    "PLACE",
    "WHOLE",
    "GappedHtml",
    "Marked",
    "Other",
    "cut",
    "gap_ids",
    "html_of",
    "in_links",
    "joined",
    "marked",
    "place",
    "unclosed",
]

MOST_GAPS = 60
PLACE = re.compile(r'<span data-gap="([a-z0-9]{1,32})"></span>')
OPEN, CLOSE = "\ue000", "\ue001"
"""Around an id while the text is cleaned: no author's text has these characters."""
WHOLE = r'<span data-math="[^"]*">[^<]*</span>|<[^"<>]*(?:"[^"]*"[^"<>]*)*>'
"""A formula or a tag of cleaned HTML."""
BLOCK_TAG = r"</?(?:p|[uo]l|li|h[1-6]|table|t[bh]ody|thead|tfoot|t[rdh]|caption|blockquote|pre|[hb]r)\b"
TOKEN = re.compile(f"({WHOLE})|{OPEN}([a-z0-9]{{1,32}}){CLOSE}|[{OPEN}{CLOSE}]")
MARK = re.compile(
    rf"({WHOLE})|\[\[((?:(?!\]\]|\[\[|{BLOCK_TAG})(?>{WHOLE}|\\.|.))++)\]\]",
    re.DOTALL,
)
VARIANT = re.compile(rf"({WHOLE})|\\([\\|\[\]])|(\|)|([^<\\|]+|.)", re.DOTALL)
LINKED = re.compile(r'<a [^>]*>(?:(?!</a>).)*?<span data-gap="', re.DOTALL)
MOST_VARIANTS = 20


@dataclass(frozen=True)
class Other:
    """A further answer to a gap: what it is worth, as typed, and what is said to those who give it."""

    text: str
    part: str = ""
    said: str = ""
    id: str = ""


@dataclass(frozen=True)
class Marked:
    """A gap as it stands in an author's text: what is right, as inline HTML, and what another format says of it."""

    variants: tuple[str, ...]
    kind: str = ""
    others: tuple[Other, ...] = ()
    weight: str = ""
    case: bool = False
    tip: str = ""

    @property
    def mark(self) -> str:
        """By which a gap is known again when the text around it has changed."""
        return "|".join(self.variants)


class GappedHtml(Html):
    """A marshmallow field: HTML of a page in which gaps have their places; cleaned when loaded."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if isinstance(value, str):
            value = value.replace(OPEN, "").replace(CLOSE, "")
            value = PLACE.sub(rf"{OPEN}\1{CLOSE}", value)
        return TOKEN.sub(_restored, super()._deserialize(value, attr, data, **kwargs))


def _restored(found: re.Match[str]) -> str:
    if found[1]:
        return found[1].replace(OPEN, "").replace(CLOSE, "")
    return place(found[2]) if found[2] else ""


def place(gap_id: str) -> str:
    """Where a gap stands."""
    return f'<span data-gap="{gap_id}"></span>'


def gap_ids(html: str) -> list[str]:
    """The ids of the gaps in a text, in order."""
    return PLACE.findall(html)


def in_links(html: str) -> bool:
    """Whether a gap stands in a link, where nobody could write."""
    return bool(LINKED.search(html))


def unclosed(html: str) -> bool:
    """Whether there is a sign of a gap which is none."""
    words = re.sub(WHOLE, " ", html)
    return "[[" in words or "]]" in words


def cut(
    html: str, pattern: re.Pattern[str], read: Callable[[re.Match[str]], Marked | None]
) -> tuple[list[str], list[Marked]]:
    """The texts around the gaps of cleaned HTML – one more than there are gaps – and the gaps.

    :param pattern: matches gaps, and formulas and tags as its first group, which are passed over.
    :param read: gives None for what is no gap after all.
    """
    texts, gaps, start = list[str](), list[Marked](), 0
    for found in pattern.finditer(html):
        gap = None if found[1] else read(found)
        if gap is not None:
            texts.append(html[start : found.start()])
            gaps.append(gap)
            start = found.end()
        if len(gaps) > MOST_GAPS:
            break
    return [*texts, html[start:]], gaps


def marked(html: str) -> tuple[list[str], list[Marked]]:
    """See `cut`, for `[[word]]` and `[[word|variant]]`; `\\|` is no bar, `\\]` no bracket."""
    return cut(html, MARK, lambda found: _marked(found[2]))


def _marked(inner: str) -> Marked | None:
    made = [""]
    for whole, escaped, bar, text in VARIANT.findall(inner):
        if bar:
            made.append("")
        else:
            made[-1] += whole or escaped or text
    said = [variant.strip() for variant in made if _says_something(variant)]
    return Marked(tuple(dict.fromkeys(said[:MOST_VARIANTS]))) if said else None


def _says_something(html: str) -> bool:
    return "data-math" in html or bool(re.sub(WHOLE, "", html).replace("&nbsp;", " ").strip())


def joined(texts: Sequence[str], ids: Sequence[str]) -> str:
    """The counterpart of `cut`: the text with the places of its gaps."""
    return "".join(f"{text}{place(name)}" for text, name in zip(texts, ids, strict=False)) + texts[-1]


def html_of(text: str) -> str:
    """What somebody typed into one line as inline HTML; HTML stays as it is."""
    if re.search(r"<[a-zA-Z/]", text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
