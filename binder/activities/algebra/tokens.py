"""What is typed, or LaTeX of a formula, cut into parts that both have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from binder.activities.algebra.tree import FUNCTIONS, MAX_LENGTH, AlgebraError

__all__ = ["Token", "tokens"]

MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2013\ufe63\uff0d", "-"))
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NUMBER = re.compile(r"[0-9]{1,3}(?:(?:\\[, ]|[ \u00a0\u202f])[0-9]{3})+(?![0-9])|[0-9]+")
DECIMALS = re.compile(r"(?:\{,\}|[.,])([0-9]+)")
LETTERS = re.compile(r"(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹])[^\W\d_])+")
INDEX = re.compile(r"_(?:\{([0-9A-Za-z]{1,3})\}|([0-9A-Za-z]))")
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
RAISED = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
RAISING = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
SIGNS = {
    "+": "+",
    "-": "-",
    "*": "*",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∗": "*",
    "✕": "*",
    "/": "/",
    "÷": "/",
    ":": "/",
} | {
    "∕": "/",
    "\u2044": "/",
    "^": "^",
    "(": "(",
    ")": ")",
    "[": "(",
    "]": ")",
    "{": "{",
    "}": "}",
    "|": "|",
    "=": "=",
    "√": "√",
}
COMMANDS = {
    "times": "*",
    "cdot": "*",
    "ast": "*",
    "div": "/",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "mid": "|",
} | {
    "lbrack": "(",
    "rbrack": ")",
    "lparen": "(",
    "rparen": ")",
}
SPACES = frozenset(
    ", ; : ! > quad qquad left right big Big bigl bigr Bigl Bigr displaystyle limits nolimits".split()
) | {" "}
SHOWN = {"dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "exponentialE": "e"}
WORDS = (*FUNCTIONS, "sqrt", "abs", "pi")
GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "Delta": "Δ",
    "epsilon": "ε",
    "varepsilon": "ε",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "varphi": "φ",
    "omega": "ω",
    "Omega": "Ω",
}


@dataclass(frozen=True)
class Token:
    """A part: `number`, `variable`, `constant`, `function`, `frac`, `raised`, a sign by itself, or the `end`.

    :param shown: as it was typed.
    """

    kind: str
    text: str
    at: int
    shown: str = ""


def tokens(text: str, variables: Collection[str] | None) -> list[Token]:
    """All parts of an expression, the `end` last.

    :param variables: those that may occur; None lets any single letter be one.
    :raises AlgebraError: at a character or a name that means nothing here.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise AlgebraError("too-long", f"{MAX_LENGTH} characters at the most", MAX_LENGTH)
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(MINUS)
    text = _unwrapped(text)
    made: list[Token] = []
    at = 0
    while at < len(text):
        found, at = _cut(text, at, variables)
        made.extend(found)
    made.append(Token("end", "", len(text)))
    return made


def _unwrapped(text: str) -> str:
    """Without the dollars that LaTeX stands in."""
    for opening, closing in (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]")):
        if text.startswith(opening) and text.endswith(closing) and len(text) > len(opening) + 1:
            return text[len(opening) : -len(closing)].strip()
    return text


def _cut(text: str, at: int, variables: Collection[str] | None) -> tuple[list[Token], int]:
    character = text[at]
    if character.isspace() or character in "~":
        return [], at + 1
    if character == "\\":
        return _command(text, at, variables)
    if character.isdigit() and character.isascii() or DECIMALS.match(text, at):
        return _number(text, at)
    raised = RAISED.match(text, at)
    if raised:
        return [Token("raised", raised[0].translate(RAISING), at, raised[0])], raised.end()
    if character in SIGNS:
        return [Token(SIGNS[character], character, at, character)], at + 1
    if character == "π":
        return [Token("constant", "pi", at, character)], at + 1
    letters = LETTERS.match(text, at)
    if letters:
        return _names(text, letters, variables)
    raise AlgebraError("unknown-sign", f"a sign that no expression has: {character}", at)


def _number(text: str, at: int) -> tuple[list[Token], int]:
    whole = NUMBER.match(text, at)
    end = whole.end() if whole else at
    decimals = DECIMALS.match(text, end)
    digits = re.sub(r"[^0-9]", "", whole[0]) if whole else "0"
    if decimals:
        end = decimals.end()
        digits += f".{decimals[1]}"
    if DECIMALS.match(text, end):
        raise AlgebraError(
            "separators", f"a number has one decimal comma at the most: {text[at : end + 2]}", at
        )
    return [Token("number", digits, at, text[at:end])], end


def _command(text: str, at: int, variables: Collection[str] | None) -> tuple[list[Token], int]:
    match = COMMAND.match(text, at)
    name = match[0][1:] if match else ""
    end = match.end() if match else at + 1
    name = SHOWN.get(name, name)
    if name in SPACES:
        return [], end
    if name in ("{", "}"):
        raise AlgebraError("unknown-sign", f"a sign that no expression has: {name}", at)
    if name in COMMANDS:
        return [Token(COMMANDS[name], name, at, f"\\{name}")], end
    if name in ("frac", "sqrt"):
        return [Token("frac" if name == "frac" else "√", name, at, f"\\{name}")], end
    if name in ("mathrm", "mathit"):
        return [], end
    if name in FUNCTIONS:
        return [Token("function", name, at, f"\\{name}")], end
    if name in ("pi", "e"):
        return [Token("constant", name, at, f"\\{name}")], end
    if name in GREEK:
        return _variable(text, GREEK[name], at, end, variables)
    raise AlgebraError("unknown-command", f"unknown command \\{name}", at)


def _names(text: str, letters: re.Match[str], variables: Collection[str] | None) -> tuple[list[Token], int]:
    """A run of letters: names of functions first, then each letter by itself."""
    at, end, made = letters.start(), letters.end(), []
    while at < end:
        rest = text[at:end]
        word = next(
            (word for word in WORDS if rest.lower().startswith(word) and not _spelled(word, variables)), None
        )
        if word:
            kind = {"sqrt": "√", "pi": "constant", "abs": "function"}.get(word, "function")
            made.append(Token(kind, word, at, rest[: len(word)]))
            at += len(word)
        elif rest[0] == "e" and (variables is None or "e" not in variables):
            made.append(Token("constant", "e", at, "e"))
            at += 1
        else:
            found, at = _variable(text, rest[0], at, at + 1, variables)
            made += found
    return made, at


def _spelled(word: str, variables: Collection[str] | None) -> bool:
    """Whether all letters of a word are variables: then it is their product."""
    return variables is not None and set(word) <= set(variables)


def _variable(
    text: str, name: str, at: int, end: int, variables: Collection[str] | None
) -> tuple[list[Token], int]:
    index = INDEX.match(text, end)
    if index:
        name, end = f"{name}_{index[1] or index[2]}", index.end()
    if variables is None or name in variables:
        return [Token("variable", name, at, text[at:end])], end
    if name.swapcase() in variables:
        return [Token("variable", name.swapcase(), at, text[at:end])], end
    raise AlgebraError("unknown-name", f"the letter {name} is not used here", at)
