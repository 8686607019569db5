"""The one gate for HTML: whatever is stored has passed here, once, where it entered.

nh3 cleans; bleach only turns addresses in plain text into links, for which nh3 has no counterpart. Nothing else in
the library imports either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from html import escape
from typing import Any

import marshmallow
import nh3
from bleach.linkifier import Linker, build_url_re
from markupsafe import Markup

from binder.errors import Invalid

__all__ = ["MAX_HTML", "MAX_LINKED_TEXT", "Html", "InlineHtml", "linked", "plain", "storable"]

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
MAX_NESTING = 64
"""Nested lists and objects of a JSON text at the most."""

INLINE = frozenset("a abbr b br code em i s span strong sub sup u".split())
BLOCK = INLINE | frozenset(
    "blockquote caption h3 h4 h5 hr li ol p pre table tbody td tfoot th thead tr ul".split()
)
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "span": {"lang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
NUMBERS = {"colspan", "rowspan", "start"}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
VOID = frozenset({"br", "hr"})
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
ADDRESS = build_url_re(protocols=["http", "https"])


def _attribute(tag: str, name: str, value: str) -> str | None:
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
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


_BLOCK = _cleaner(BLOCK)
_INLINE = _cleaner(INLINE)


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
        html = self.cleaner.clean(storable(html)).strip()
        if len(html) > MAX_HTML:  # writing & as &amp; makes it longer
            raise _too_long()
        if _depth(html) > MAX_DEPTH:
            raise marshmallow.ValidationError(f"nested deeper than {MAX_DEPTH} elements")
        return html


class InlineHtml(Html):
    """As `Html`, for one line: an option's text, a label."""

    cleaner = _INLINE


def storable(data: Any, *, depth: int = 0) -> Any:
    """The same JSON without what no database can keep in a text: U+0000 and halves of surrogate pairs.

    :raises Invalid: if it is nested deeper than anything that makes sense.
    """
    if isinstance(data, str):
        return UNSTORABLE.sub("", data)
    if depth > MAX_NESTING:
        raise Invalid("nested too deep", {"nesting": [f"nested deeper than {MAX_NESTING} levels"]})
    if isinstance(data, Mapping):
        return {storable(name): storable(value, depth=depth + 1) for name, value in data.items()}
    if isinstance(data, list):
        return [storable(value, depth=depth + 1) for value in data]
    return data


def plain(html: str) -> str:
    """The text of cleaned HTML, for titles, search and plain formats."""
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
    attributes[(None, "rel")] = "noopener noreferrer nofollow"
    attributes[(None, "target")] = "_blank"
    return attributes


def linked(text: str) -> Markup:
    """Plain text as HTML, its web addresses made into links and its line ends kept: for comments and descriptions."""
    if not text:
        return Markup("")
    html = escape(text)
    if len(text) <= MAX_LINKED_TEXT and not re.search(rf"\S{{{MAX_LINKED_WORD + 1}}}", text):
        html = Linker(callbacks=[_external], url_re=ADDRESS).linkify(html)
    return Markup(html.replace("\n", "<br>"))  # noqa: S704 - escaped above
