"""Formulas: LaTeX in, MathML Core out, made here so that readers need no script."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from markupsafe import Markup

from binder.maths import arrays, words
from binder.maths.markup import element, written
from binder.maths.parser import Parser
from binder.maths.tokens import MathsError

__all__ = ["MAX_LATEX", "MathsError", "mathml"]

MAX_LATEX = 2000
"""Characters of one formula at the most."""
WRAPPED = re.compile(r"\$\$(.*)\$\$|\$(.*)\$|\\\((.*)\\\)|\\\[(.*)\\\]", re.DOTALL)
COMMANDS = {**words.COMMANDS, **arrays.COMMANDS, "left": Parser.left}
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def mathml(latex: str, *, display: bool = False) -> Markup:
    """A formula as a `math` element, whose alternative text is the LaTeX.

    :param display: in a line of its own.
    :raises MathsError: where it cannot be read, saying why and where.
    """
    latex = " ".join(unicodedata.normalize("NFC", TURNING.sub("", latex)).split())
    wrapped = WRAPPED.fullmatch(latex)
    if wrapped:
        latex = next(part for part in wrapped.groups() if part is not None).strip()
    if not latex:
        raise MathsError("write a formula")
    if len(latex) > MAX_LATEX:
        raise MathsError(f"a formula has {MAX_LATEX} characters at the most", MAX_LATEX)
    return _kept(latex, display) if len(latex) <= SHORT else _made(latex, display)


def _made(latex: str, display: bool) -> Markup:  # noqa: FBT001 - a key of the cache
    row = element("mrow", *Parser(latex, COMMANDS).formula())
    return written(element("math", row, display="block" if display else "inline", alttext=latex))


SHORT = 200
_kept = lru_cache(maxsize=2048)(_made)
"""The short ones are kept, which most are; a process has room for these."""
