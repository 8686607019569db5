"""Words between people and programs: messages of errors in the viewer's language, and text as people type it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from html import escape, unescape
from typing import Any

from binder.sanitize import linked
from lti.i18n import N_, Texts

__all__ = ["UNREADABLE", "as_html", "as_typed", "helpers", "told"]

MESSAGES = (
    N_("a whole number from %(least)s to %(most)s"),
    N_("from 1 to %(most)s, or 0 for as many as one likes"),
    N_("from 0 to %(most)s"),
    N_("must lie between %(least)s and %(most)s"),
    N_("%(most)s characters at the most"),
    N_("longer than %(most)s characters; split it into several blocks"),
    N_("more than %(most)s tags; split it into several blocks"),
    N_("nested deeper than %(most)s elements"),
    N_("nested deeper than %(most)s levels"),
    N_("larger than %(most)s bytes"),
    N_("the file “%(name)s” is missing"),
    N_("the file “%(name)s” is damaged"),
    N_("no such option: %(name)s"),
    N_("no such type of block: %(name)s"),
    N_("no such type of activity: %(name)s"),
    N_("the next attempt is number %(number)s"),
    N_("%(most)s blocks at the most; begin another page"),
    N_("the id %(name)s is used twice"),
    N_("page “%(title)s” refers to %(names)s, which is not in the binder"),
)
"""Messages of the domain in which something stands that is known only when they are made."""
FIXED = (
    N_("write a date and a time"),
    N_("choose a file"),
    N_("give it a title"),
    N_("the work is due before it opens"),
    N_("choose a file or an activity of this binder"),
    N_("the file is empty: choose another"),
    N_("say what the picture shows, or mark it as decorative"),
    N_("lower-case letters and digits"),
    N_("give points: a part of this copy cannot be scored by itself"),
    N_("an answer is an object"),
    N_("a block is an object"),
    N_('write a number such as "1", "0.5" or "1/2"'),
    N_("two options have the same id"),
    N_("two options say the same"),
    N_("a single choice has exactly one right option"),
    N_("parts of the points are for single choices"),
    N_("two blocks of a page have the same id"),
    N_("not a binder: a JSON object is expected"),
    N_("this file comes from a newer Classeur: update this one first"),
    N_("Missing data for required field."),
    N_("Shorter than minimum length 1."),
    N_("Field may not be null."),
    N_("Invalid type."),
    N_("Number too large."),
    N_("Not a valid number."),
    N_("Not a valid utf-8 string."),
    N_("Unknown field."),
    N_("Not a valid string."),
    N_("Not a valid integer."),
    N_("Not a valid boolean."),
    N_("Not a valid UUID."),
    N_("Not a valid list."),
    N_("Not a valid mapping type."),
    N_("Invalid input type."),
    N_("Invalid value."),
    N_("String does not match expected pattern."),
)
"""Messages of the domain and of marshmallow as they are."""
STANDARD = (
    N_("Shorter than minimum length %(least)s."),
    N_("Longer than maximum length %(most)s."),
    N_("Length must be between %(least)s and %(most)s."),
    N_("Must be one of: %(names)s."),
    N_("Must be equal to %(name)s."),
    N_("Must be greater than or equal to %(least)s."),
    N_("Must be greater than or equal to %(least)s and less than or equal to %(most)s."),
)
"""Marshmallow's messages that hold values."""


_NOT_OURS = N_("this file does not come from Classeur: choose the file that Classeur gave you, unchanged")
UNREADABLE = {
    "not-a-zip": _NOT_OURS,
    "bad-name": _NOT_OURS,
    "special-entry": _NOT_OURS,
    "bomb": _NOT_OURS,
    "zip64": N_("this file is too large"),
    "too-large": N_("this file is too large"),
    "too-many-entries": N_("this file is too large"),
    "no-binder": N_("there is no binder in this file: choose a teacher’s copy, not a copy for pupils"),
    "damaged": N_("this file is damaged: download it or export the binder again"),
    "too-new": N_("this file comes from a newer Classeur: update this one first"),
}
"""Why a file could not be brought in, by the reason of `exporters.Unreadable`."""


def _pattern(message: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\?\((\w+)\\?\)s", r"(?P<\1>.+)", re.escape(message)), re.DOTALL)


PATTERNS = tuple((message, _pattern(message)) for message in (*MESSAGES, *STANDARD))


def told(message: str, words: Texts) -> str:
    """A message of an error in the viewer's language; one that is not known stays as it is."""
    if message not in words.messages:
        for source, pattern in PATTERNS:
            match = pattern.fullmatch(message)
            if match:
                return words.gettext(source, **match.groupdict())
    return words.gettext(message)


MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:[a-zA-Z]{2,8}|#[0-9]+|#[xX][0-9a-fA-F]+);")
PARAGRAPHS = re.compile(r"\s*<p>(.*?)</p>\s*", re.DOTALL)


def as_html(text: str, *, inline: bool = False) -> str:
    """What somebody typed as HTML: HTML stays as it is; of plain words, an empty line ends a paragraph.

    :param inline: one line, without a paragraph around it.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text or MARKUP.search(text):
        return text
    if inline:
        return escape(text, quote=False)
    paragraphs = re.split(r"\n[ \t]*\n\s*", text)
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs).replace(
        "\n", "<br>"
    )


def as_typed(html: str) -> str:
    """The counterpart of `as_html`: plain words where that loses nothing, or else the HTML itself."""
    paragraphs = PARAGRAPHS.findall(html) if PARAGRAPHS.sub("", html) == "" else [html]
    text = unescape("\n\n".join(paragraphs).replace("<br>", "\n")) if "\n" not in html else html
    return html if MARKUP.search(text) else text


def helpers(words: Texts) -> Mapping[str, Any]:
    """What every template may call, apart from Flask's own names."""
    return {
        "words": words,
        "_": words.gettext,
        "ngettext": words.ngettext,
        "told": lambda message: told(message, words),
        "linked": linked,
        "as_typed": as_typed,
        "number_of": Fraction,
    }
