"""What cleaned HTML refers to – formulas, pictures, other pages – and how it is shown. The forms are `binder.sanitize`'s."""

from __future__ import annotations

import re
from functools import partial
from html import unescape

from markupsafe import Markup, escape

from binder.blocks.base import Rendering
from binder.blocks.pictures import img
from binder.blocks.words import say
from binder.maths import MathsError, mathml
from binder.sanitize import PICTURE
from binder.sanitize import pictured as resources

__all__ = ["formula", "formulas", "pages", "problems", "resources", "shown"]

FORMULA = re.compile(r'<span data-math="([^"]*)">[^<]*</span>')
PAGE_LINK = re.compile(r'<a href="page:([0-9a-f-]{36})"( title="[^"]*")?>(.*?)</a>', re.DOTALL)


def pages(html: str) -> list[str]:
    """Ids of the binder's pages that the text links to."""
    return list(dict.fromkeys(match[1] for match in PAGE_LINK.finditer(html)))


def problems(html: str) -> list[str]:
    """See `BlockType.problems`."""
    for match in FORMULA.finditer(html):
        try:
            mathml(unescape(match[1]))
        except MathsError:
            return ["bad-formula"]
    return []


def formula(latex: str, *, display: bool) -> Markup:
    """A formula to be read; where it is none, its LaTeX as somebody wrote it."""
    try:
        return mathml(latex, display=display)
    except MathsError:
        return Markup('<code class="maths-error">{}</code>').format(latex)


def formulas(html: str) -> Markup:
    """Cleaned HTML that stands on no page, such as an option's: its formulas to be read, its links without address."""
    html = PAGE_LINK.sub(r'<span class="dead-link">\3</span>', html)
    html = PICTURE.sub(lambda match: unescape_and_escape(match[2]), html)
    return Markup(FORMULA.sub(_formula, html))  # noqa: S704 - cleaned when it entered


def shown(html: str, rendering: Rendering) -> Markup:
    """Cleaned HTML where it is read: formulas as MathML, pictures with their sizes, links that lead somewhere.

    Tables get a box of their own to scroll in, so the page never does.
    """
    html = PAGE_LINK.sub(partial(_page, rendering), html)
    html = PICTURE.sub(partial(_picture, rendering), html)
    html = FORMULA.sub(_formula, html)
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>")
    return Markup(html)  # noqa: S704 - cleaned when it entered


def unescape_and_escape(text: str) -> str:
    """An attribute's value as text."""
    return str(escape(unescape(text)))


def _formula(match: re.Match[str]) -> str:
    return str(formula(unescape(match[1]), display=False))


def _picture(rendering: Rendering, match: re.Match[str]) -> str:
    alt = unescape(match[2])
    file = rendering.file(match[1])
    if file is None or file.state != "ready":
        reason = "missing" if file is None else file.state
        return str(Markup('<span class="missing">{}</span>').format(say(rendering.lang, reason)))
    return str(img(file, alt))


def _page(rendering: Rendering, match: re.Match[str]) -> str:
    address = rendering.page(match[1])
    if address is None:
        return f'<span class="dead-link">{match[3]}</span>'
    return f'<a href="{escape(address)}"{match[2] or ""}>{match[3]}</a>'
