"""HTML from a tool, written anew with harmless elements and attributes only."""

import re
from html import escape, unescape
from urllib.parse import urlsplit

from markupsafe import Markup

LONGEST = 100_000
DEEPEST = 50
INLINE = frozenset("a abbr b br code em i span strong sub sup u".split())
ELEMENTS = INLINE | frozenset(
    "blockquote div h3 h4 hr iframe img li ol p pre table tbody td th thead tr ul audio video".split()
)
VOID = frozenset({"br", "hr", "img"})
UNREAD = frozenset({"script", "style", "template", "title", "textarea", "noscript", "svg", "math", "object"})
"""Elements that go with all that is in them."""
TOKEN = re.compile(
    r"<!--|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)(?P<rest>[^<>]*+)>|(?P<other><[!?/][^<>]*+>)|[^<]++|<"
)
"""A comment's beginning, a tag, a declaration, text; no part reaches beyond the next "<", so that time stays linear."""
ATTRIBUTE = re.compile(
    r"""(?<![a-zA-Z-])(?P<name>[a-zA-Z-]++)\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s"'`=]++))"""
)
ATTRIBUTES = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "audio": ("src",),
    "iframe": ("src", "title", "width", "height", "allowfullscreen"),
    "img": ("src", "alt", "width", "height"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "video": ("src", "width", "height"),
}
FORCED = {
    "a": ' rel="noopener noreferrer nofollow" target="_blank"',
    "audio": " controls",
    "iframe": ' sandbox="allow-scripts allow-same-origin allow-forms allow-popups" referrerpolicy="origin"',
    "video": " controls",
}


def is_web_address(value: object) -> bool:
    """Whether this is an absolute http(s) address that can stand in any header and attribute."""
    if not isinstance(value, str) or any(each.isspace() or each in "\"'<>;," for each in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def origin(address: str) -> str:
    """The origin of a web address."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(address))


def sanitized(text: str, title: str) -> tuple[Markup, set[str]]:
    """Harmless HTML, and the origins it shows something from; frames without a title get this one."""
    writer = _Writer(title)
    text, position = text[:LONGEST], 0
    while match := TOKEN.match(text, position):
        position = match.end()
        if match[0] == "<!--":
            position = text.find("-->", position) + 3
            if position < 3:
                break
        elif match["name"]:
            tag = match["name"].lower()
            if tag in UNREAD and not match["end"]:
                ends = re.compile(rf"</{tag}\b[^<>]*>", re.IGNORECASE).search(text, position)
                if ends is None:
                    break
                position = ends.end()
            elif match["end"]:
                writer.close(tag)
            else:
                writer.open(tag, _attributes(match["rest"]))
        elif not match["other"]:
            writer.write(match[0])
    return writer.result(), writer.origins


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in ATTRIBUTE.finditer(text):
        value = match["double"] or match["single"] or match["bare"] or ""
        found.setdefault(match["name"].lower(), unescape(value))
    return found


class _Writer:
    def __init__(self, title: str) -> None:
        self.origins: set[str] = set()
        self._title = title
        self._parts: list[str] = []
        self._open: list[str] = []

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element, if it is one of ours."""
        if tag not in ELEMENTS or len(self._open) >= DEEPEST:
            return
        allowed = ATTRIBUTES.get(tag, ())
        given = {name: attributes[name] for name in allowed if name in attributes}
        for name in ("src", "href"):
            if name in given and not is_web_address(given[name]):
                del given[name]
        if "src" in allowed:
            if "src" not in given:
                return
            self.origins.add(origin(given["src"]))
        if tag == "img":
            given.setdefault("alt", "")
        if tag == "iframe":
            given["title"] = given.get("title") or self._title
        written = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
        self._parts.append(f"<{tag}{written}{FORCED.get(tag, '')}>")
        if tag not in VOID:
            self._open.append(tag)

    def close(self, tag: str) -> None:
        """End the innermost element of this name, with those in it."""
        if tag not in self._open:
            return
        last = ""
        while last != tag:
            last = self._open.pop()
            self._parts.append(f"</{last}>")

    def write(self, text: str) -> None:
        """Add text, which a frame has none of."""
        if "iframe" not in self._open:
            self._parts.append(escape(unescape(text)))

    def result(self) -> Markup:
        """All that was written, with every element ended."""
        ends = "".join(f"</{tag}>" for tag in reversed(self._open))
        return Markup("".join(self._parts) + ends)  # noqa: S704 - written anew, see above
