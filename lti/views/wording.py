"""Words between people and programs: messages of errors in the viewer's language, and text as people type it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from binder.blocks.references import formulas
from binder.clock import now
from binder.content.licences import LICENCES
from binder.sanitize import linked, plain
from binder.vocabularies import label
from lti.i18n import N_, Texts
from lti.views.limits import local_time, taught
from lti.views.messages import collected
from lti.views.typed import as_html, as_typed
from lti.views.weights import weight_limit

__all__ = ["MISSING", "UNREADABLE", "as_html", "as_typed", "helpers", "told"]

MESSAGES = (
    N_("a formula has %(most)s characters at the most"),
    N_("unknown command %(name)s"),
    N_("something is missing after %(name)s"),
    N_("a bracket is missing after %(name)s"),
    N_("%(name)s is not closed"),
    N_("%(name)s closes nothing"),
    N_("%(name)s stands in a wrong place"),
    N_("a character that no formula has: %(name)s"),
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
    N_("this picture is too large: %(most)s MB at the most"),
    N_("this sound is too large: %(most)s MB at the most"),
    N_("this film is too large: %(most)s MB at the most"),
    N_("this file is too large: %(most)s MB at the most"),
    N_("this picture has more than %(most)s million pixels: make it smaller"),
    N_("this drawing contains “%(name)s”, which Classeur does not know: save it as PNG"),
    N_("the file “%(name)s” is missing"),
    N_("the file “%(name)s” is damaged"),
    N_("no such option: %(name)s"),
    N_("no such type of block: %(name)s"),
    N_("no such type of activity: %(name)s"),
    N_("the next attempt is number %(number)s"),
    N_("%(most)s blocks at the most; begin another page"),
    N_("the id %(name)s is used twice"),
    N_("this is no time of a caption: %(name)s"),
    N_("this caption ends before it begins: %(name)s"),
    N_("page “%(title)s” refers to %(names)s, which is not in the binder"),
)
"""Messages of the domain in which something stands that is known only when they are made."""
FIXED = (
    N_("nothing would change: write what should stand there"),
    N_("a hundred proposals for this page are waiting already"),
    N_("a file or an activity of this version is no longer in the binder"),
    N_("the binder is theirs: they need no right"),
    N_("choose a right"),
    N_("a language such as fr or en"),
    N_("this is a copy: its licence stays that of the original"),
    N_("the library needs this"),
    N_("its licence does not let you pass on a changed copy"),
    N_("this HTML is too tangled: paste it as plain text"),
    N_("write a formula"),
    N_("the columns of an array are written with l, c, r and |"),
    N_("write a date and a time"),
    N_("choose a file"),
    N_("choose a class that you teach"),
    N_("too large for a file of captions"),
    N_("there is no caption in this file"),
    N_("this is no file of captions: choose a .vtt or .srt file"),
    N_("write a code such as fr"),
    N_("give it a title"),
    N_("a section stands three levels deep at the most"),
    N_("a section cannot stand in itself"),
    N_("tick at least one page"),
    N_("the work is due before it opens"),
    N_("choose a file or an activity of this binder"),
    N_("the file is empty: choose another"),
    N_("this file is longer than announced: choose it again"),
    N_("too many files are on their way: wait for some to arrive"),
    N_("this picture is damaged: open it on your computer and save it again"),
    N_("this drawing is too large: save it as PNG"),
    N_("this drawing is too complicated: save it as PNG"),
    N_("this drawing is damaged: save it as PNG"),
    N_("this drawing is not written in UTF-8: save it as PNG"),
    N_("this drawing contains a script: save it as PNG"),
    N_("this drawing contains parts of a web page: save it as PNG"),
    N_("this drawing contains definitions of its own: save it as PNG"),
    N_("this drawing contains a damaged picture: save it as PNG"),
    N_("this drawing contains a style that Classeur does not know: save it as PNG"),
    N_("this drawing contains an animation of something else than its looks: save it as PNG"),
    N_("this drawing calls for another file: save it as PNG"),
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


MISSING = {
    "bad-address": N_("The address is not one that a page may lead to: it must begin with https://"),
    "bad-formula": N_("A formula cannot be read."),
    "dates-reversed": N_("The end comes before the beginning."),
    "empty": N_("There is nothing in it yet."),
    "no-address": N_("The address is missing."),
    "no-alt": N_("A picture does not say in words what it shows."),
    "no-captions": N_("The film has no captions."),
    "no-date": N_("It does not say when it takes place."),
    "no-file": N_("The file is missing."),
    "no-title": N_("It has no name: those who cannot see it do not know what it is."),
    "no-transcript": N_("What is said is not written down anywhere."),
    "unknown-type": N_("It needs an extension that is not installed."),
}
"""What a block lacks, by the code that `BlockType.problems` gives; a vendor's code is shown as it is."""


def _pattern(message: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\?\((\w+)\\?\)s", r"(?P<\1>.+)", re.escape(message)), re.DOTALL)


PATTERNS = tuple((message, _pattern(message)) for message in (*MESSAGES, *STANDARD, *collected("MESSAGES")))


def told(message: str, words: Texts) -> str:
    """A message of an error in the viewer's language; one that is not known stays as it is."""
    if message not in words.messages:
        for source, pattern in PATTERNS:
            match = pattern.fullmatch(message)
            if match:
                return words.gettext(source, **match.groupdict())
    return words.gettext(message)


def helpers(words: Texts) -> Mapping[str, Any]:
    """What every template may call, apart from Flask's own names."""
    return {
        "words": words,
        "right_now": now,
        "_": words.gettext,
        "ngettext": words.ngettext,
        "told": lambda message: told(message, words),
        "licences": tuple(LICENCES),
        "taught": taught,
        "local_time": lambda value: local_time(value, words),
        "linked": linked,
        "weight_limit": lambda kind: weight_limit(kind, words),
        "as_typed": as_typed,
        "formulas": formulas,
        "plain": plain,
        "number_of": Fraction,
        "label_of": lambda value: label(value, words.language),
    }
