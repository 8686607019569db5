"""Text as people type it where no script runs, and the HTML that it stands for.

An empty line ends a paragraph, `- ` and `1. ` begin items of lists, `# ` a heading; `*word*` is emphasis, `**word**`
strong. Who types HTML gets HTML, and a text that has no such form is shown as HTML: nothing is ever lost by it.
"""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import groupby

__all__ = ["MARKUP", "as_html", "as_typed"]

MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:[a-zA-Z]{2,8}|#[0-9]+|#[xX][0-9a-fA-F]+);")
STRONG = re.compile(r"(?<![\w*])\*\*(?=[^\s*])(.+?)(?<=[^\s*])\*\*(?![\w*])")
EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
BULLET = re.compile(r"- (?=\S)")
NUMBER = re.compile(r"([0-9]{1,4})\. (?=\S)")
HEADING = re.compile(r"(#{1,3}) (?=\S)")
BLOCK = re.compile(
    r'<p>(?P<p>.*?)</p>|<(?P<list>[uo]l)(?: start="(?P<start>[0-9]+)")?>(?P<items>(?:<li>.*?</li>)+)</(?P=list)>'
    r"|<h(?P<level>[345])>(?P<heading>.*?)</h(?P=level)>",
    re.DOTALL,
)
ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)


def as_html(text: str, *, inline: bool = False) -> str:
    """What somebody typed as HTML; HTML stays as it is.

    :param inline: one line, without a paragraph around it.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text or MARKUP.search(text):
        return text
    if inline:
        return _words(text)
    parts = re.split(r"\n[ \t]*\n\s*", text)
    return "".join(_lines(part.split("\n")) for part in parts)


def _words(text: str) -> str:
    return EMPHASIS.sub(r"<em>\1</em>", STRONG.sub(r"<strong>\1</strong>", escape(text, quote=False)))


def _kind(line: str) -> str:
    for kind, pattern in (("ul", BULLET), ("ol", NUMBER), ("h", HEADING)):
        if pattern.match(line):
            return kind
    return "p"


def _lines(lines: list[str]) -> str:
    """The lines between two empty ones: runs of items, headings, and the rest as paragraphs."""
    made = []
    for kind, group in groupby(lines, _kind):
        run = list(group)
        if kind == "ol" and (numbered := _numbered(run)):
            made.append(numbered)
        elif kind == "ul":
            made.append(f"<ul>{''.join(f'<li>{_words(line[2:].strip())}</li>' for line in run)}</ul>")
        elif kind == "h":
            made += [_heading(line) for line in run]
        else:
            made.append(f"<p>{'<br>'.join(_words(line) for line in run)}</p>")
    return "".join(made)


def _heading(line: str) -> str:
    marks, _, words = line.partition(" ")
    level = len(marks) + 2
    return f"<h{level}>{_words(words.strip())}</h{level}>"


def _numbered(lines: list[str]) -> str:
    """A numbered list, if the numbers follow each other; a date such as “3. mars” alone is one, too."""
    numbers = [int(line.partition(".")[0]) for line in lines]
    first = numbers[0]
    if numbers != list(range(first, first + len(lines))):
        return ""
    start = f' start="{first}"' if first != 1 else ""
    items = "".join(f"<li>{_words(line.partition('. ')[2].strip())}</li>" for line in lines)
    return f"<ol{start}>{items}</ol>"


def as_typed(html: str) -> str:
    """The counterpart of `as_html`: plain words where that loses nothing, or else the HTML itself."""
    tidy = _tidy(html)
    text = unescape(_typed_blocks(tidy))
    if MARKUP.search(text):
        return html
    return text if tidy in (_tidy(as_html(text)), _tidy(as_html(text, inline=True))) else html


def _tidy(html: str) -> str:
    """Without what makes no difference to a reader."""
    html = html.replace("&nbsp;", "\u00a0").strip()
    html = re.sub(r"<li><p>((?:(?!</?p>).)*)</p></li>", r"<li>\1</li>", html, flags=re.DOTALL)
    return re.sub(r"(</(?:p|ul|ol|li|h[345])>)\s+", r"\1", html.replace("<p></p>", ""))


def _typed_blocks(html: str) -> str:
    made, at = [], 0
    for match in BLOCK.finditer(html):
        if match.start() != at:
            break
        at = match.end()
        if match["list"]:
            items = [_typed_words(item) for item in ITEM.findall(match["items"])]
            first = int(match["start"] or 1)
            made.append(
                "\n".join(
                    f"- {item}" if match["list"] == "ul" else f"{number}. {item}"
                    for number, item in enumerate(items, first)
                )
            )
        elif match["level"]:
            made.append(f"{'#' * (int(match['level']) - 2)} {_typed_words(match['heading'])}")
        else:
            made.append(_typed_words(match["p"]))
    return "\n\n".join(made) if at == len(html) else _typed_words(html)


def _typed_words(html: str) -> str:
    html = re.sub(r"</?strong>", "**", html.replace("<br>", "\n"))
    return re.sub(r"</?em>", "*", html)
