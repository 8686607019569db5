"""LaTeX cut into its smallest parts, one at a time."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from binder.errors import Invalid

__all__ = ["COMMAND", "MathsError", "Token", "Tokens"]

NUMBER = re.compile(
    r"[0-9]{1,3}(?:(?:\\[, ]|[ ~\u00a0\u202f])[0-9]{3})+(?![0-9])(?:(?:\{,\}|[.,])[0-9]+)?"
    r"|[0-9]+(?:(?:\{,\}|[.,])[0-9]+)?"
)
BETWEEN = re.compile(r"\\[, ]|[ ~\u00a0\u202f]")
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
SPACE = re.compile(r"\s+")


class MathsError(Invalid):
    """LaTeX that is no formula; `position` says where, counted in characters from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message, {"latex": [message]})
        self.position = position


@dataclass(frozen=True)
class Token:
    """A part: a `command` (without its backslash), a `number`, a `letter`, another character, or the `end`."""

    kind: str
    text: str
    at: int

    @property
    def shown(self) -> str:
        """As the author wrote it."""
        return f"\\{self.text}" if self.kind == "command" else self.text


class Tokens:
    """LaTeX being read; looking ahead costs nothing, for each part is cut when it is asked for."""

    def __init__(self, latex: str) -> None:
        self._latex = latex
        self._at = 0
        self._ahead: tuple[Token, int] | None = None

    def next(self, *, single: bool = False) -> Token:
        """The next part, used up.

        :param single: of a number, the first digit only, as `x^12` is read.
        """
        if single:
            token, self._at = self._cut(single=True)
        else:
            token, self._at = self._ahead or self._cut(single=False)
        self._ahead = None
        return token

    def peek(self) -> Token:
        """The next part, left where it is."""
        if self._ahead is None:
            self._ahead = self._cut(single=False)
        return self._ahead[0]

    def touching(self) -> bool:
        """Whether a letter stands right behind, without a space."""
        return self._latex[self._at : self._at + 1].isalpha()

    def raw_group(self, owner: Token) -> tuple[str, int]:
        """What stands between the next pair of braces, as it is, and where it begins."""
        space = SPACE.match(self._latex, self._at)
        begin = space.end() if space else self._at
        if self._latex[begin : begin + 1] != "{":
            raise MathsError(f"something is missing after {owner.shown}", owner.at)
        depth, at = 0, begin
        while at < len(self._latex):
            character = self._latex[at]
            depth += (character == "{") - (character == "}")
            if depth == 0:
                self._at, self._ahead = at + 1, None
                return self._latex[begin + 1 : at], begin + 1
            at += 2 if character == "\\" else 1
        raise MathsError("{ is not closed", begin)

    def _cut(self, *, single: bool) -> tuple[Token, int]:
        space = SPACE.match(self._latex, self._at)
        at = space.end() if space else self._at
        if at >= len(self._latex):
            return Token("end", "", at), at
        first = self._latex[at]
        if first == "\\":
            match = COMMAND.match(self._latex, at)
            if match is None:
                raise MathsError("something is missing after \\", at)
            return Token("command", match[0][1:], at), match.end()
        if first in "0123456789":
            match = NUMBER.match(self._latex, at)
            text = first if single or match is None else match[0]
            number = BETWEEN.sub("\u202f", text).replace("{,}", ",")
            return Token("number", number, at), at + len(text)
        return Token(_kind(first, at), first, at), at + 1


def _kind(character: str, at: int) -> str:
    category = unicodedata.category(character)
    if category[0] == "L":
        return "letter"
    if category in ("Cc", "Cf", "Cs", "Co", "Cn") or category[0] == "M":
        raise MathsError(f"a character that no formula has: U+{ord(character):04X}", at)
    return character if character.isascii() else "sign"
