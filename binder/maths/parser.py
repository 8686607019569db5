"""LaTeX read into MathML, from left to right, once: what it takes grows with its length only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from binder.maths.atoms import SIGNS, letter, sign, with_scripts
from binder.maths.markup import Atom, element, fence, function, one, operator, row, upright
from binder.maths.symbols import (
    ACCENTS,
    BIG,
    BINARY,
    DELIMITERS,
    FONTS,
    FUNCTIONS,
    LETTERS,
    LIMITS,
    PREFIX,
    RELATIONS,
    SIZES,
    SPACES,
    in_font,
)
from binder.maths.tokens import MathsError, Token, Tokens

__all__ = ["MAX_DEPTH", "Parser"]

MAX_DEPTH = 40
"""Groups within groups at the most."""
STYLES = {"displaystyle": ("true", "0"), "textstyle": ("false", "0"), "scriptstyle": ("false", "1")}
OPENED = {"}": "{", "]": "[", "\\right": "\\left", "\\end": "\\begin"}
"""What closes → what it closes."""
PRIMES = ("", "′", "″", "‴", "⁗")


class Parser:
    """One formula. Methods leave the tokens behind what they have read.

    :param commands: name → what reads the rest of a command that has a shape of its own.
    """

    def __init__(self, latex: str, commands: Mapping[str, Callable[[Parser, Token], Atom]]) -> None:
        self.tokens, self.commands = Tokens(latex), commands
        self.font: str | None = None
        self.depth = 0

    def formula(self) -> list[Element]:
        """All of it."""
        atoms = self.items("end")
        return row(atoms)

    def items(self, *stops: str) -> list[Atom]:
        """Everything up to a token of that kind, or a command of that name with its backslash; it stays unread."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise MathsError(f"nested deeper than {MAX_DEPTH} levels", self.tokens.peek().at)
        atoms: list[Atom] = []
        while True:
            token = self.tokens.peek()
            if (token.shown if token.kind == "command" else token.kind) in stops:
                break
            if token.kind == "end":
                raise MathsError(f"{OPENED.get(stops[-1], stops[-1])} is not closed", token.at)
            if token.kind == "command" and token.text in STYLES:
                self.tokens.next()
                shows, level = STYLES[token.text]
                rest = row(self.items(*stops))
                atoms.append(Atom("ord", element("mstyle", *rest, displaystyle=shows, scriptlevel=level)))
                break
            atoms.append(self._scripted())
        self.depth -= 1
        return atoms

    def row(self, *stops: str) -> Element:
        """The same as one element."""
        return one(row(self.items(*stops)))

    def argument(self, owner: Token) -> Element:
        """What stands behind a command: a group in braces, or a single sign."""
        return one(row(self.arguments(owner)))

    def arguments(self, owner: Token) -> list[Atom]:
        """The same as atoms."""
        token = self.tokens.next(single=True)
        if token.kind == "{":
            return self._group()
        if token.kind in ("end", "}", "^", "_", "&") or (
            token.kind == "command" and token.text in ("\\", "right", "end")
        ):
            raise MathsError(f"something is missing after {owner.shown}", owner.at)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise MathsError(f"nested deeper than {MAX_DEPTH} levels", token.at)
        atom = self._atom(token)
        self.depth -= 1
        return [atom]

    def _group(self) -> list[Atom]:
        font = self.font
        atoms = self.items("}")
        self.tokens.next()
        self.font = font
        return atoms

    def _scripted(self) -> Atom:
        """An atom with its exponent, index and primes."""
        token = self.tokens.peek()
        base = (
            Atom("ord", element("mrow")) if token.kind in ("^", "_", "'") else self._atom(self.tokens.next())
        )
        below = above = None
        primes = 0
        while True:
            token = self.tokens.peek()
            if token.kind == "command" and token.text in ("limits", "nolimits"):
                base.limits = self.tokens.next().text == "limits"
            elif token.kind == "'":
                self.tokens.next()
                primes += 1
            elif token.kind == "^" and above is None:
                above = self.argument(self.tokens.next())
            elif token.kind == "_" and below is None:
                below = self.argument(self.tokens.next())
            elif token.kind in ("^", "_"):
                raise MathsError(f"{token.text} stands in a wrong place", token.at)
            else:
                break
        if primes:
            prime = operator(PRIMES[primes] if primes < len(PRIMES) else "′" * primes)
            above = prime if above is None else element("mrow", prime, above)
        return with_scripts(base, below, above)

    def _atom(self, token: Token) -> Atom:
        if token.kind == "number":
            return self._number(token)
        if token.kind == "letter":
            return Atom("ord", self._letters(token))
        if token.kind == "{":
            inner = self._group()
            return (
                inner[0]
                if len(inner) == 1 and inner[0].kind == "ord"
                else Atom("ord", one(row(inner), group=True))
            )
        if token.kind == "command":
            return self._command(token)
        if token.kind == "~":
            return Atom("ord", element("mspace", width=SPACES[" "]))
        if token.kind == "sign":
            return sign(token.text)
        if token.kind in SIGNS:
            return self._ascii(token)
        if token.kind == "}":
            raise MathsError("} closes nothing", token.at)
        raise MathsError(f"{token.shown} stands in a wrong place", token.at)

    def _number(self, token: Token) -> Atom:
        font = self.font
        return Atom(
            "ord", element("mn", text="".join(in_font(c, font) for c in token.text) if font else token.text)
        )

    def _letters(self, token: Token) -> Element:
        """A variable, or in upright type a whole word such as a unit."""
        if self.font is None:
            return element("mi", text=token.text)
        text = token.text
        if self.font == "":
            while self.tokens.touching():
                text += self.tokens.next().text
            return upright(text)
        return element("mi", text=in_font(text, self.font))

    def _ascii(self, token: Token) -> Atom:
        kind = SIGNS[token.kind]
        text = {"-": "−"}.get(token.text, token.text)
        if kind == "slash":
            if self.tokens.peek().kind == "/":
                self.tokens.next()
                return Atom("rel", operator("//", lspace="0.278em", rspace="0.278em"))
            return Atom("rel", operator("/", lspace="0", rspace="0"))
        if text in ("%", "$", '"', "@", "?", "`"):
            return Atom(kind, element("mtext", text=text))
        if kind in ("open", "close") and text in "()":
            form = "prefix" if kind == "open" else "postfix"
            return Atom(kind, operator(text, form=form, stretchy="false"))
        if text == ";":  # as French writes it: with a space on either side
            return Atom(kind, operator(text, lspace="0.167em", rspace="0.222em"))
        return Atom(kind, operator(text))

    def _command(self, token: Token) -> Atom:
        name = token.text
        for table, kind in ((RELATIONS, "rel"), (BINARY, "bin")):
            if name in table:
                return Atom(kind, operator(table[name]))
        if name in LETTERS:
            return letter(LETTERS[name], self.font, prefix=name in PREFIX)
        if name in BIG:
            return Atom("big", operator(BIG[name]), limits=name in LIMITS)
        if name in FUNCTIONS:
            return function(FUNCTIONS[name], limits=name in LIMITS)
        if name in SPACES:
            return Atom("ord", element("mspace", width=SPACES[name]))
        if name in ("{", "}", "|") or (name in DELIMITERS and name.isalpha()):
            return self._delimiter(name)
        if name in FONTS:
            return self._in_font(token)
        if name in ACCENTS:
            return self._accent(token)
        if name.rstrip("lrm") in SIZES and len(name) - len(name.rstrip("lrm")) <= 1:
            return self._big_delimiter(token)
        handler = self.commands.get(name)
        if name in ("\\", "right", "middle", "end", "hline", "cr", "limits", "nolimits"):
            raise MathsError(f"{token.shown} stands in a wrong place", token.at)
        if handler is None:
            raise MathsError(f"unknown command {token.shown}", token.at)
        return handler(self, token)

    def _delimiter(self, name: str) -> Atom:
        text = DELIMITERS.get("\\|" if name == "|" else name, name)
        kind = "open" if text in "{⟨⌊⌈⟦" or name.startswith("l") else "close"
        if text in "|‖" and name[0] not in "lr":
            return Atom("bar", operator(text, stretchy="false"))
        form = "prefix" if kind == "open" else "postfix"
        return Atom(kind, operator(text, form=form, stretchy="false"))

    def _in_font(self, token: Token) -> Atom:
        before, self.font = self.font, FONTS[token.text]
        if token.text == "rm":  # an old switch: it holds to the end of its group
            return Atom("ord", element("mrow"))
        inner = self.arguments(token)
        self.font = before
        return inner[0] if len(inner) == 1 else Atom("ord", one(row(inner), group=True))

    def _accent(self, token: Token) -> Atom:
        tag, sign, grows = ACCENTS[token.text]
        over = operator(sign, stretchy="true" if grows else "false")
        attribute = "accent" if tag == "mover" else "accentunder"
        made = element(tag, self.argument(token), over, **{attribute: "true"})
        return Atom("ord", made, limits="brace" in token.text)

    def delimiter(self, owner: Token) -> str:
        """The bracket behind `\\left` and its like."""
        token = self.tokens.next(single=True)
        name = "\\|" if token.shown == "\\|" else token.text
        if name not in DELIMITERS or (token.kind == "letter"):
            raise MathsError(f"a bracket is missing after {owner.shown}", owner.at)
        return DELIMITERS[name]

    def _big_delimiter(self, token: Token) -> Atom:
        size = SIZES[token.text.rstrip("lrm")]
        sign = operator(self.delimiter(token), stretchy="true", minsize=size, maxsize=size)
        side = token.text[-1]
        if side in "lr":
            sign.set("form", "prefix" if side == "l" else "postfix")
            return Atom("open" if side == "l" else "close", sign)
        return Atom("ord", sign)

    def left(self, token: Token) -> Atom:
        """What stands between `\\left` and `\\right`; the brackets are as tall as it."""
        opening = self.delimiter(token)
        parts = [fence(opening, opens=True)] if opening else []
        while True:
            parts += row(self.items("\\right", "\\middle", "\\right"))
            end = self.tokens.next()
            closing = self.delimiter(end)
            if end.text == "right":
                break
            parts.append(operator(closing, stretchy="true", fence="true", lspace="0.278em", rspace="0.278em"))
        if closing:
            parts.append(fence(closing, opens=False))
        return Atom("close", element("mrow", *parts))
