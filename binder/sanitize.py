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
from bleach.linkifier import Linker
from markupsafe import Markup

__all__ = ["MAX_HTML", "MAX_LINKED_TEXT", "Html", "InlineHtml", "linked", "plain"]

MAX_HTML = 512 * 1024
"""Characters of one HTML text at the most; a long lesson is split into blocks long before."""
MAX_LINKED_TEXT = 20_000
"""Characters of a plain text in which addresses become links; a longer one is shown without links."""
MAX_DEPTH = 100
"""Nested elements at the most: browsers flatten at 512, and cleaning deep nests is slow."""

INLINE = frozenset("a abbr br code em s span strong sub sup u".split())
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
OPENING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


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
    depth = deepest = 0
    for match in OPENING.finditer(html):
        if match[2].lower() not in VOID:
            depth += -1 if match[1] else 1
            deepest = max(deepest, depth)
    return deepest


class Html(marshmallow.fields.String):
    """A marshmallow field: HTML of a page; cleaned when loaded."""

    cleaner = _BLOCK

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        html = super()._deserialize(value, attr, data, **kwargs)
        if len(html) > MAX_HTML:
            raise marshmallow.ValidationError(
                f"longer than {MAX_HTML} characters; split it into several blocks"
            )
        if _depth(html) > MAX_DEPTH:
            raise marshmallow.ValidationError(f"nested deeper than {MAX_DEPTH} elements")
        return self.cleaner.clean(html.replace("\x00", "")).strip()


class InlineHtml(Html):
    """As `Html`, for one line: an option's text, a label."""

    cleaner = _INLINE


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
    if len(text) <= MAX_LINKED_TEXT:
        html = Linker(callbacks=[_external]).linkify(html)
    return Markup(html.replace("\n", "<br>"))  # noqa: S704 - escaped above
