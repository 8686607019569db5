"""Cleaned HTML as a tree whose leaves are words: what a difference is made of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

__all__ = ["LIST_PARTS", "Node", "leaves", "parsed", "shown", "words"]

INLINE = frozenset("a abbr b cite code em i kbd mark q s small span strong sub sup time u var".split())
PARTS = frozenset(
    "article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header li main "
    "nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
"""Elements that a difference looks into; any other is shown as a whole, changed or not."""
LIST_PARTS = frozenset("caption col colgroup dd dt li summary tbody td tfoot th thead tr".split())
"""Elements that stand only where their parent wants them: nothing may be put around them."""
IN_LINE = frozenset("br img math picture span svg wbr".split())
"""Wholes that stand among words."""
VOID = frozenset("area br col embed hr img input link source track wbr".split())
NOT_TWICE = frozenset({"id", "for", "name", "aria-labelledby", "aria-describedby", "aria-controls"})
"""Attributes that point at ids, which do not stay."""
LONG_KEY = 64
TOKEN = re.compile(r"&#?\w+;|\w+|\s+|[^\w\s]")


@dataclass
class Node:
    """An element, or a word, space, sign or other whole inside a line of text."""

    name: str
    """Of the element; empty for a word."""
    start: str = ""
    end: str = ""
    raw: str = ""
    """The words of a word, and an element that is shown as a whole."""
    around: tuple[tuple[str, str], ...] = ()
    """(start tag, end tag) of the inline elements in which it stands, the outermost first."""
    children: list[Node] = field(default_factory=list)
    is_whole: bool = False
    key: str = ""
    """The same for what is the same."""

    @property
    def is_line(self) -> bool:
        """Whether it stands in a line of text."""
        return not self.name or bool(self.around) or (self.is_whole and self.name in IN_LINE)

    @property
    def is_leaf(self) -> bool:
        """Whether only words and what stands among them are in it."""
        return not self.is_whole and all(child.is_line for child in self.children)

    @property
    def says(self) -> bool:
        """Whether it is more than a space or a sign."""
        return bool(self.name) or bool(re.search(r"\w", self.raw))

    @property
    def is_space(self) -> bool:
        """Whether it is nothing but white space."""
        return not self.name and self.raw.isspace()

    @property
    def blocks(self) -> list[Node]:
        """The children; words between parts are put together to a part without a name."""
        return _gathered(self.children)


def _gathered(children: Sequence[Node]) -> list[Node]:
    gathered: list[Node] = []
    for child in children:
        if not child.is_line:
            gathered.append(child)
            continue
        if not gathered or gathered[-1].name != "#line":
            gathered.append(Node("#line"))
        gathered[-1].children.append(child)
        gathered[-1].key += child.key
    return gathered


class _Parser(HTMLParser):
    """Builds the tree; whatever comes in, what comes out is well formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.root = Node("#root")
        self.open: list[Node] = [self.root]
        self.around: list[tuple[str, str, str]] = []
        self.whole: list[str] = []
        self.text: list[str] = []

    def _add(self, node: Node) -> Node:
        node.around = tuple((start, end) for _, start, end in self.around)
        self.open[-1].children.append(node)
        return node

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or f"<{tag}>"
        if self.whole:
            self.text.append(raw)
            if tag not in VOID:
                self.whole.append(tag)
            return
        names = {name for name, _ in attrs}
        if tag in VOID:
            self._add(Node(tag, raw=raw, is_whole=True))
        elif tag in INLINE and "data-math" not in names:
            self.around.append((tag, _start(tag, attrs), f"</{tag}>"))
        elif tag in PARTS:
            self.around.clear()
            self.open.append(self._add(Node(tag, start=_start(tag, attrs), end=f"</{tag}>")))
        else:
            self.whole, self.text = [tag], [raw]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.whole:
            self.text.append(self.get_starttag_text() or "")
            return
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.whole:
            if tag in self.whole:
                while self.whole:
                    name = self.whole.pop()
                    self.text.append(f"</{name}>")
                    if name == tag:
                        break
                if not self.whole:
                    self._add(Node(tag, raw="".join(self.text), is_whole=True))
            return
        if tag in PARTS and any(node.name == tag for node in self.open):
            self.around.clear()
            while self.open.pop().name != tag:
                pass
        elif any(name == tag for name, _, _ in self.around):
            while self.around.pop()[0] != tag:
                pass

    def _words(self, text: str) -> None:
        if self.whole:
            self.text.append(text)
            return
        for token in TOKEN.findall(text):
            self._add(Node("", raw=token))

    def handle_data(self, data: str) -> None:
        self._words(data.replace("<", "&lt;").replace(">", "&gt;"))

    def handle_entityref(self, name: str) -> None:
        self._words(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._words(f"&#{name};")

    def finish(self) -> list[Node]:
        """The tree's topmost parts."""
        self.close()
        if self.whole:
            self.handle_endtag(self.whole[0])
        _name_keys(self.root)
        return _gathered(self.root.children)


def _start(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    kept = ((name, value) for name, value in attrs if name not in NOT_TWICE)
    said = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in kept)
    return f"<{tag}{said}>"


def _name_keys(root: Node) -> None:
    """Give every node its key, children first; not by recursion, for texts may be nested deep."""
    order, stack = [], [root]
    while stack:
        node = stack.pop()
        order.append(node)
        stack += node.children
    for node in reversed(order):
        inside = "".join(child.key for child in node.children)
        around = "".join(start for start, _ in node.around)
        key = f"{around}\x1f{node.start}{node.raw}{inside}{node.end}\x1e"
        node.key = key if len(key) < LONG_KEY else hashlib.sha256(key.encode()).hexdigest()


def parsed(html: str) -> list[Node]:
    """The topmost parts of cleaned HTML."""
    parser = _Parser()
    parser.feed(str(html))
    return parser.finish()


def leaves(node: Node) -> list[Node]:
    """The words of a part, in order."""
    return node.children


def shown(*nodes: Node) -> str:
    """Nodes as HTML, one after another, each in the inline elements around it."""
    out: list[str] = []
    stack: list[tuple[str, str]] = []
    for node in nodes:
        common = 0
        while common < min(len(stack), len(node.around)) and stack[common] == node.around[common]:
            common += 1
        out += [end for _, end in reversed(stack[common:])]
        out += [start for start, _ in node.around[common:]]
        stack = list(node.around)
        out.append(
            node.raw if node.is_whole or not node.name else node.start + shown(*node.children) + node.end
        )
    out += [end for _, end in reversed(stack)]
    return "".join(out)


def words(node: Node) -> Iterator[str]:
    """All the words in a part."""
    if not node.name and node.says:
        yield node.raw
    for child in node.children:
        yield from words(child)
