"""The one gate for HTML: whatever is stored has passed here, once, where it entered.

nh3 cleans, then `_canonical` gives each reference its one form: `<span data-math="LATEX">LATEX</span>`,
`<img src="resource:ID" alt="…">`, `<a href="page:ID">`. What comes out is a fixed point: cleaning it again changes no
byte, in no process. bleach only turns addresses in plain text into links, for which nh3 has no counterpart. Nothing else in
the library imports either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from html import escape, unescape
from typing import Any

import marshmallow
import nh3
from bleach.linkifier import Linker, build_url_re
from markupsafe import Markup

from binder.errors import Invalid
from binder.maths import MAX_LATEX

__all__ = ["MAX_HTML", "MAX_LINKED_TEXT", "Html", "InlineHtml", "linked", "pictured", "plain", "storable"]

MAX_HTML = 512 * 1024
"""Characters of one HTML text at the most; a long lesson is split into blocks long before."""
MAX_LINKED_TEXT = 20_000
"""Characters of a plain text in which addresses become links; a longer one is shown without links."""
MAX_LINKED_WORD = 2_000
"""Characters of one word in such a text: looking for addresses takes time with the square of it."""
MAX_TAGS = 10_000
"""Tags of one HTML text at the most: parsing takes time with the square of the open elements."""
MAX_DEPTH = 100
"""Nested elements at the most; browsers flatten at 512."""
MAX_READINGS = 6
"""How often a text is cleaned until it stays as it is; what people write takes two."""
MAX_NESTING = 64
"""Nested lists and objects of a JSON text at the most."""

INLINE = frozenset("a abbr b br code em i s span strong sub sup u".split())
BLOCK = INLINE | frozenset(
    "blockquote caption h3 h4 h5 hr img li ol p pre table tbody td tfoot th thead tr ul".split()
)
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"alt", "src"},
    "ol": {"start"},
    "span": {"data-math", "lang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
NUMBERS = {"colspan", "rowspan", "start"}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
VOID = frozenset({"br", "hr", "img"})
TURNING_SIGNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TURNING = re.compile(f"[{TURNING_SIGNS}]")
"""Characters that turn the direction of reading round: a link could show another address than its own."""
UNFIT = re.compile(f"[\ud800-\udfff{TURNING_SIGNS}]")
ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REL = "noopener noreferrer nofollow"
CLEANED = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[a-z-]+="[^"]*")*)>')
"""A tag as nh3 writes it."""
PICTURE = re.compile(r'<img src="resource:([0-9a-f-]{36})" alt="([^"]*)">')
PAIR = re.compile(r'\s([a-z-]+)="([^"]*)"')
ADDRESS = build_url_re(protocols=["http", "https"])


def _address(value: str) -> str | None:
    """A link's address: of the web, of a letter or a telephone, of a page of the binder; relative ones lead nowhere."""
    value = value.strip()
    if re.match(r"(?:https?://|mailto:|tel:)[^\s/]", value, re.IGNORECASE):
        return value
    if re.fullmatch(f"page:{ID}", value, re.IGNORECASE):
        return value.lower()
    return f"https://{value}" if re.match(r"www\.[a-z0-9-]+\.", value, re.IGNORECASE) else None


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return _address(value)
    if name == "src":
        return value.strip().lower() if re.fullmatch(f"resource:{ID}", value.strip(), re.IGNORECASE) else None
    if name in NUMBERS:
        return value if re.fullmatch(r"[0-9]{1,4}", value) else None
    if name == "scope":
        return value if value in {"row", "col", "rowgroup", "colgroup"} else None
    if name == "lang":
        return value if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value) else None
    return value


def _cleaner(tags: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        attributes={tag: names for tag, names in ATTRIBUTES.items() if tag in tags},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "page", "resource", "tel"},
        link_rel=REL,
        strip_comments=True,
    )


_BLOCK = _cleaner(BLOCK)
_INLINE = _cleaner(INLINE)


def _canonical(html: str) -> str:
    """Cleaned HTML with its references in their one form, and without links and spans that say nothing.

    :raises ValidationError: if a formula is too long.
    """
    made: list[str] = []
    kept: dict[str, list[bool]] = {"a": [], "span": []}
    at = inside = 0
    for match in CLEANED.finditer(html):
        closes, tag, rest = match.groups()
        if inside:  # a formula: its words are its LaTeX, whatever stood there
            inside += 0 if tag != "span" else -1 if closes else 1
            at = match.end()
            continue
        made.append(html[at : match.start()])
        at = match.end()
        if closes:
            made.append(match[0] if tag not in kept or kept[tag].pop() else "")
            continue
        pairs = {name: unescape(value) for name, value in PAIR.findall(rest)}
        if tag == "span" and "data-math" in pairs:
            inside = 1
            made.append(_formula(pairs["data-math"]))
            continue
        written = _tag(tag, pairs) if tag in REWRITTEN else match[0]
        if tag == "a" and any(kept["a"]):  # a link in a link, which no parser keeps there
            written = ""
        if tag in kept:
            kept[tag].append(bool(written))
        made.append(written)
    made.append(html[at:])
    return "".join(made)


def _settled(cleaner: nh3.Cleaner, html: str) -> str:
    """Cleaned as often as it takes until nothing changes: what is misnested may be read anew another way.

    :raises ValidationError: if that does not come to an end.
    """
    for _ in range(MAX_READINGS):
        before, html = html, _canonical(TURNING.sub("", cleaner.clean(html))).strip()
        if html == before:
            return html
        if len(html) > MAX_HTML:  # writing & as &amp; makes it longer
            raise _too_long()
    raise marshmallow.ValidationError("this HTML is too tangled: paste it as plain text")


def _formula(latex: str) -> str:
    latex = " ".join(latex.split())
    if len(latex) > MAX_LATEX:
        raise marshmallow.ValidationError(f"a formula has {MAX_LATEX} characters at the most")
    return f'<span data-math="{escape(latex)}">{escape(latex, quote=False)}</span>' if latex else ""


REWRITTEN = {"a": "href", "img": "src", "span": "lang"}
"""Element → the attribute without which it says nothing."""


def _tag(tag: str, pairs: Mapping[str, str]) -> str:
    if REWRITTEN[tag] not in pairs:
        return ""
    if tag == "img":
        pairs = {"src": pairs["src"], "alt": " ".join(pairs.get("alt", "").split())}
    elif tag == "a":
        pairs = {name: pairs[name] for name in ("href", "title") if name in pairs}
        if not pairs["href"].startswith("page:"):
            pairs["rel"] = REL
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in pairs.items())
    return f"<{tag}{attributes}>"


def _depth(html: str) -> int:
    """Nesting of cleaned HTML, in which every element is closed and no `<` stands for itself."""
    depth = deepest = 0
    for match in TAG.finditer(html):
        if match[2] not in VOID:
            depth += -1 if match[1] else 1
            deepest = max(deepest, depth)
    return deepest


def _too_long() -> marshmallow.ValidationError:
    return marshmallow.ValidationError(f"longer than {MAX_HTML} characters; split it into several blocks")


class Html(marshmallow.fields.String):
    """A marshmallow field: HTML of a page; cleaned when loaded."""

    cleaner = _BLOCK

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        html = super()._deserialize(value, attr, data, **kwargs)
        if len(html) > MAX_HTML:
            raise _too_long()
        if sum(1 for _ in TAG.finditer(html)) > MAX_TAGS:
            raise marshmallow.ValidationError(f"more than {MAX_TAGS} tags; split it into several blocks")
        html = _settled(self.cleaner, storable(html))
        if _depth(html) > MAX_DEPTH:
            raise marshmallow.ValidationError(f"nested deeper than {MAX_DEPTH} elements")
        return html


class InlineHtml(Html):
    """As `Html`, for one line: an option's text, a label."""

    cleaner = _INLINE


def storable(data: Any, *, depth: int = 0) -> Any:
    """The same JSON without what no database can keep in a text – U+0000 and halves of surrogate pairs – nor a reader
    can trust: what turns the direction of reading round.

    :raises Invalid: if it is nested deeper than anything that makes sense.
    """
    if isinstance(data, str):
        return _storable_text(data)
    if depth > MAX_NESTING:
        raise Invalid("nested too deep", {"nesting": [f"nested deeper than {MAX_NESTING} levels"]})
    if isinstance(data, Mapping):
        return {storable(name): storable(value, depth=depth + 1) for name, value in data.items()}
    if isinstance(data, list):
        return [storable(value, depth=depth + 1) for value in data]
    return data


def _storable_text(text: str) -> str:
    """Sign by sign, so that a long text of nothing but such signs takes no longer than any other."""
    text = text.replace("\x00", "")
    if text.isascii() or not UNFIT.search(text):
        return text
    for sign in TURNING_SIGNS:
        text = text.replace(sign, "")
    return text.encode("utf-8", "ignore").decode("utf-8")  # halves of surrogate pairs cannot be encoded


def plain(html: str) -> str:
    """The text of cleaned HTML, for titles, search and plain formats: formulas as LaTeX, pictures by what they show."""
    html = re.sub(r'<img [^>]*alt="([^"]*)">', r" \1 ", html)
    spaced = re.sub(r"<(?:br|/p|/li|/h\d|/tr|/td|/th)\b[^>]*>", " ", html)
    text = nh3.clean(spaced, tags=set())
    for entity, character in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&nbsp;", "\u00a0"),
        ("&amp;", "&"),
    ):
        text = text.replace(entity, character)
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _external(
    attributes: MutableMapping[tuple[str | None, str], str], new: bool = False
) -> MutableMapping[tuple[str | None, str], str]:
    attributes[(None, "rel")] = REL
    attributes[(None, "target")] = "_blank"
    return attributes


def linked(text: str) -> Markup:
    """Plain text as HTML, its web addresses made into links and its line ends kept: for comments and descriptions."""
    if not text:
        return Markup("")
    html = escape(TURNING.sub("", text))
    if len(text) <= MAX_LINKED_TEXT and not re.search(rf"\S{{{MAX_LINKED_WORD + 1}}}", text):
        html = Linker(callbacks=[_external], url_re=ADDRESS).linkify(html)
    return Markup(html.replace("\n", "<br>"))  # noqa: S704 - escaped above


def pictured(html: str) -> list[str]:
    """Ids of the files whose pictures stand in cleaned HTML, each once."""
    return list(dict.fromkeys(match[1] for match in PICTURE.finditer(html)))
