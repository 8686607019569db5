"""Commands with arguments: fractions, roots, text, what stands over and under."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from xml.etree.ElementTree import Element

from binder.maths.markup import Atom, element, fence, function, one, operator, row, upright
from binder.maths.parser import Parser
from binder.maths.tokens import COMMAND, MathsError, Token

__all__ = ["COMMANDS"]

NOBREAK = "\u00a0"
TEXT_SIGNS = {
    "\\%": "%",
    "\\_": "_",
    "\\&": "&",
    "\\#": "#",
    "\\$": "$",
    "\\{": "{",
    "\\}": "}",
    "\\ ": " ",
} | {
    "\\,": "\u202f",
    "\\euro": "€",
    "\\degres": "°",
    "~": " ",
    "'": "’",
}


def _fraction(size: str) -> Callable[[Parser, Token], Atom]:
    def made(parser: Parser, token: Token) -> Atom:
        node = element("mfrac", parser.argument(token), parser.argument(token))
        if size:
            level = {"scriptlevel": "0"}
            node = element("mstyle", node, displaystyle="true" if size == "large" else "false", **level)
        return Atom("ord", node)

    return made


def _binomial(size: str) -> Callable[[Parser, Token], Atom]:
    def made(parser: Parser, token: Token) -> Atom:
        node = element("mfrac", parser.argument(token), parser.argument(token), linethickness="0")
        if size:
            node = element(
                "mstyle", node, displaystyle="true" if size == "large" else "false", scriptlevel="0"
            )
        return Atom("ord", element("mrow", fence("(", opens=True), node, fence(")", opens=False)))

    return made


def _root(parser: Parser, token: Token) -> Atom:
    index = None
    if parser.tokens.peek().kind == "[":
        parser.tokens.next()
        index = parser.row("]")
        parser.tokens.next()
    under = parser.argument(token)
    return Atom("ord", element("msqrt", under) if index is None else element("mroot", under, index))


def _text(look: str) -> Callable[[Parser, Token], Atom]:
    """Words, in which `$…$` is a formula again."""

    def made(parser: Parser, token: Token) -> Atom:
        raw, at = parser.tokens.raw_group(token)
        parts: list[Element] = []
        for number, piece in enumerate(raw.split("$")):
            if number % 2:
                inner = Parser(piece, parser.commands)
                inner.depth = parser.depth + 1
                parts.append(one(inner.formula()))
            elif piece:
                parts.append(_words(piece, at, look))
        return Atom("text", one(parts, group=True))

    return made


def _words(raw: str, at: int, look: str) -> Element:
    text = raw.replace("{", "").replace("}", "") if "\\" not in raw else raw
    for sign, character in TEXT_SIGNS.items():
        text = text.replace(sign, character)
    if "\\" in text:
        command = COMMAND.search(text)
        raise MathsError(f"unknown command {command[0] if command else chr(92)}", at)
    wrong = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn")), None)
    if wrong:
        raise MathsError(f"a character that no formula has: U+{ord(wrong):04X}", at)
    if text[:1] == " ":
        text = NOBREAK + text[1:]
    if text[-1:] == " ":
        text = text[:-1] + NOBREAK
    return element("mtext", text=text, class_=look) if look else element("mtext", text=text)


def _operator(parser: Parser, token: Token) -> Atom:
    name, at = parser.tokens.raw_group(token)
    if not name.strip() or any(c in "\\{}$^_&" for c in name):
        raise MathsError(f"something is missing after {token.shown}", at)
    return function(" ".join(name.split()), limits=False)


def _over(under: bool) -> Callable[[Parser, Token], Atom]:  # noqa: FBT001 - a maker of handlers
    def made(parser: Parser, token: Token) -> Atom:
        label = parser.argument(token)
        base = parser.arguments(token)
        kind = base[0].kind if len(base) == 1 else "ord"
        arc = not under and label.text in ("⌢", "⏜")
        if arc:
            label = operator("⏜", stretchy="true")
            return Atom("ord", element("mover", one(row(base)), label, accent="true"))
        return Atom(kind, element("munder" if under else "mover", one(row(base)), label))

    return made


def _arrow(sign: str) -> Callable[[Parser, Token], Atom]:
    def made(parser: Parser, token: Token) -> Atom:
        below = None
        if parser.tokens.peek().kind == "[":
            parser.tokens.next()
            below = parser.row("]")
            parser.tokens.next()
        above = parser.argument(token)
        arrow = operator(sign, stretchy="true")
        if below is None:
            return Atom("rel", element("mover", arrow, above))
        return Atom("rel", element("munderover", arrow, below, above))

    return made


def _looking(look: str) -> Callable[[Parser, Token], Atom]:
    def made(parser: Parser, token: Token) -> Atom:
        return Atom("ord", element("mrow", parser.argument(token), class_=look))

    return made


def _phantom(parser: Parser, token: Token) -> Atom:
    return Atom("ord", element("mphantom", parser.argument(token)))


def _modulo(parser: Parser, token: Token) -> Atom:
    space = element("mspace", width="1em" if token.text != "mod" else "0.667em")
    inner = [upright("mod"), element("mspace", width="0.333em"), parser.argument(token)]
    if token.text == "pmod":
        inner = [
            operator("(", form="prefix", stretchy="false"),
            *inner,
            operator(")", form="postfix", stretchy="false"),
        ]
    return Atom("ord", element("mrow", space, *inner))


def _not(parser: Parser, token: Token) -> Atom:
    inner = parser.arguments(token)
    sign = inner[0].node
    if len(inner) != 1 or not sign.text or len(sign.text) > 1:
        raise MathsError(f"something is missing after {token.shown}", token.at)
    sign.text = unicodedata.normalize("NFC", f"{sign.text}\u0338")
    return inner[0]


def _between(opening: str, closing: str) -> Callable[[Parser, Token], Atom]:
    def made(parser: Parser, token: Token) -> Atom:
        inner = row(parser.arguments(token))
        return Atom("ord", element("mrow", fence(opening, opens=True), *inner, fence(closing, opens=False)))

    return made


COMMANDS: dict[str, Callable[[Parser, Token], Atom]] = {
    "frac": _fraction(""),
    "dfrac": _fraction("large"),
    "cfrac": _fraction("large"),
    "tfrac": _fraction("small"),
    "binom": _binomial(""),
    "dbinom": _binomial("large"),
    "tbinom": _binomial("small"),
    "sqrt": _root,
    "text": _text(""),
    "textrm": _text(""),
    "textnormal": _text(""),
    "mbox": _text(""),
    "hbox": _text(""),
    "textit": _text("m-italic"),
    "emph": _text("m-italic"),
    "textbf": _text("m-bold"),
    "operatorname": _operator,
    "overset": _over(under=False),
    "stackrel": _over(under=False),
    "underset": _over(under=True),
    "xrightarrow": _arrow("→"),
    "xleftarrow": _arrow("←"),
    "xleftrightarrow": _arrow("↔"),
    "xRightarrow": _arrow("⇒"),
    "xrightleftharpoons": _arrow("⇌"),
    "boxed": _looking("m-boxed"),
    "fbox": _looking("m-boxed"),
    "cancel": _looking("m-cancel"),
    "bcancel": _looking("m-cancel"),
    "xcancel": _looking("m-cancel"),
    "phantom": _phantom,
    "hphantom": _phantom,
    "pmod": _modulo,
    "mod": _modulo,
    "bmod": _modulo,
    "not": _not,
    "abs": _between("|", "|"),
    "norm": _between("‖", "‖"),
    "norme": _between("‖", "‖"),
}
