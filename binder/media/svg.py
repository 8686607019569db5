"""Drawings (SVG): taken only when nothing in them can run, call out, or wear a browser out; what editors note is left out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from binder.errors import Invalid
from binder.media.stripping import Damaged, strip
from binder.media.svg_names import ATTRIBUTES, ELEMENTS, FUNCTIONS, INERT, RUNNING

__all__ = ["MAX_SIZE", "Drawing", "check"]

MAX_SIZE = 5_000_000
MAX_DEPTH = 100
MAX_ELEMENTS = 50_000
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
LIVING = frozenset(
    (
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/1998/Math/MathML",
        "http://www.w3.org/2001/xml-events",
        "http://www.mozilla.org/xbl",
        "http://www.w3.org/2001/XInclude",
        "http://www.w3.org/1999/XSL/Transform",
    )
)
"""Namespaces, beside SVG's, whose elements browsers do something with."""
ENCODING = re.compile(rb"""\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']""")
FRAGMENT = re.compile(r"#[^\s\"'()<>\\]+")
DATA = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/=\s]+)")
URL = re.compile(r"url\(\s*(['\"]?)#[^\s\"'()<>\\]+\1\s*\)", re.IGNORECASE)
CALL = re.compile(r"([\w-]+)\s*\(")
AT_RULE = re.compile(r"@(?!media\b)", re.IGNORECASE)
LENGTH = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:px)?\s*")
MOVING = frozenset(("animate", "animateMotion", "animateTransform", "set"))
PLAIN = frozenset(
    ("class", "id", "lang", "requiredExtensions", "requiredFeatures", "role", "systemLanguage", "version")
)
"""Attributes that are no CSS."""


@dataclass(frozen=True)
class Drawing:
    """A safe drawing: `data` are its own bytes, unless something was left out of them."""

    data: bytes
    width: int | None
    height: int | None


def _refuse(what: str) -> NoReturn:
    """`what`: the end of “this drawing …”."""
    message = f"this drawing {what}: save it as PNG"
    raise Invalid("unsafe drawing", {"file": [message]})


def check(data: bytes) -> Drawing:
    """A drawing that may be shown, without what an editor noted for itself.

    :raises Invalid: if it is no drawing, or not a safe one.
    """
    if len(data) > MAX_SIZE:
        _refuse("is too large")
    encoding = ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        _refuse("is not written in UTF-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("is not written in UTF-8")
    reader = _Reader()
    try:
        reader.read(data)
    except expat.ExpatError:
        _refuse("is damaged")
    width, height = _measures(reader.root)
    return Drawing("".join(reader.out).encode() if reader.changed else data, width, height)


def _measures(root: Mapping[str, str]) -> tuple[int | None, int | None]:
    sizes = [LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    numbers = [size[1] for size in sizes if size]
    if len(numbers) < 2:
        numbers = re.split(r"[\s,]+", root.get("viewBox", "").strip())[2:4]
    try:
        width, height = (round(float(number)) for number in numbers)
    except (ValueError, OverflowError):
        return None, None
    return (width, height) if 0 < width <= 100_000 and 0 < height <= 100_000 else (None, None)


@dataclass
class _Reader:
    """Reads a drawing and writes down what may stay of it."""

    out: list[str] = field(default_factory=list)
    changed: bool = False
    root: Mapping[str, str] = field(default_factory=dict)
    _scopes: list[dict[str, str]] = field(default_factory=lambda: [{"xml": XML}])
    _names: list[str] = field(default_factory=list)
    _left_out: int = 0
    """Depth inside an element that is left out; 0: outside."""
    _style: list[str] = field(default_factory=list)
    _elements: int = 0

    def read(self, data: bytes) -> None:
        """Go through all of it."""
        parser = expat.ParserCreate("utf-8")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ProcessingInstructionHandler = self._instruction
        parser.CommentHandler = self._comment
        parser.Parse(data, True)

    def _doctype(self, name: str, system: str | None, public: str | None, inner: int) -> None:
        if inner or name != "svg":
            _refuse("contains definitions of its own")
        self.changed = True

    def _instruction(self, target: str, data: str) -> None:
        if "stylesheet" in target.lower():
            _refuse("calls for another file")
        self.changed = True

    def _comment(self, text: str) -> None:
        self.changed = True

    def _start(self, name: str, pairs: list[str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._names) >= MAX_DEPTH:
            _refuse("is too complicated")
        attributes = dict(zip(pairs[::2], pairs[1::2], strict=True))
        self._scopes.append({**self._scopes[-1], **_declared(attributes)})
        self._names.append(name)
        space, local = self._resolved(name)
        self._check_life(space, local, attributes)
        if self._left_out or not self._stays(space, local):
            self._left_out += 1
            self.changed = True
            return
        kept = {
            key: value
            for key, old in attributes.items()
            if (value := self._kept(local, key, old)) is not None
        }
        self.changed = self.changed or kept != attributes
        if local in MOVING and local != "animateMotion" and kept.get("attributeName") not in ATTRIBUTES:
            _refuse("contains an animation of something else than its looks")
        if len(self._names) == 1:
            self.root = kept
            if local != "svg":
                _refuse("is damaged")
        self._style = []
        self.out.append(f"<{name}{''.join(f' {key}={quoteattr(kept[key])}' for key in kept)}>")

    def _end(self, name: str) -> None:
        self._scopes.pop()
        self._names.pop()
        if self._left_out:
            self._left_out -= 1
            return
        if name.rpartition(":")[2] == "style":
            _check_style("".join(self._style))
        self.out.append(f"</{name}>")

    def _text(self, text: str) -> None:
        if self._left_out:
            return
        if self._names[-1].rpartition(":")[2] == "style":
            self._style.append(text)
        self.out.append(escape(text))

    def _resolved(self, name: str) -> tuple[str, str]:
        prefix, colon, local = name.rpartition(":")
        scope = self._scopes[-1]
        if colon and prefix not in scope:
            _refuse("is damaged")
        return scope.get(prefix, ""), local

    def _check_life(self, space: str, local: str, attributes: Mapping[str, str]) -> None:
        """:raises Invalid: if browsers would run it, wherever it stands; what is left out is looked at, too."""
        if space == SVG and local.lower() == "script":
            _refuse("contains a script")
        if space in LIVING or (space == SVG and local in RUNNING):
            _refuse("contains parts of a web page")
        if any(name.rpartition(":")[2].lower().startswith("on") for name in attributes):
            _refuse("contains a script")

    def _stays(self, space: str, local: str) -> bool:
        """Whether an element is part of the drawing; if not, it is something that browsers pass over."""
        if space != SVG:
            if len(self._names) == 1:
                _refuse("is damaged")
            return False
        if local not in ELEMENTS and local not in INERT:
            _refuse(f"contains “{local[:40]}”, which Classeur does not know")
        return local in ELEMENTS

    def _kept(self, element: str, name: str, value: str) -> str | None:
        """An attribute's value as it may stay; None: it is left out."""
        if name == "xmlns" or name.startswith("xmlns:"):
            return value
        prefix, colon, local = name.rpartition(":")
        space = self._resolved(name)[0] if colon else ""
        if local == "href" and space in ("", XLINK):
            return self._linked(element, value)
        if local in ("base", "src", "srcset", "srcdoc", "action", "formaction"):
            _refuse("calls for another file")
        if space == XML and local in ("lang", "space"):
            return value
        if colon or not (
            local in ATTRIBUTES or local.startswith("aria-") or local in ("class", "id", "style")
        ):
            return None
        if local.startswith("aria-") or local in PLAIN:
            return value
        _check_style(value)
        return value

    def _linked(self, element: str, value: str) -> str:
        """An address: of a part of the drawing, or the bytes of a picture."""
        if FRAGMENT.fullmatch(value.strip()):
            return value
        picture = DATA.fullmatch(value.strip()) if element in ("image", "feImage") else None
        if picture is None:
            _refuse("contains a script" if "script:" in value.lower() else "calls for another file")
        try:
            data = base64.b64decode(re.sub(r"\s", "", picture[2]), validate=True)
            stripped = strip(data, picture[1]).data
        except (Damaged, binascii.Error):
            _refuse("contains a damaged picture")
        if stripped == data:
            return value
        return f"data:{picture[1]};base64,{base64.b64encode(stripped).decode()}"


def _declared(attributes: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("xmlns").removeprefix(":"): value
        for name, value in attributes.items()
        if name == "xmlns" or name.startswith("xmlns:")
    }


def _check_style(css: str) -> None:
    """:raises Invalid: unless it only says how the drawing looks."""
    rest = URL.sub("", css)
    if "\\" in css or "<" in css or AT_RULE.search(rest):
        _refuse("contains a style that Classeur does not know")
    if any(name.lower() not in FUNCTIONS for name in CALL.findall(rest)):
        _refuse(
            "calls for another file"
            if "url" in rest.lower()
            else "contains a style that Classeur does not know"
        )
    if re.search(r"behaviou?r\s*:|-moz-binding|script\s*:|://", rest, re.IGNORECASE):
        _refuse("calls for another file")
