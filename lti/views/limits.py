"""Who sees a block and from when on, in words for its author."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import g
from markupsafe import Markup

from binder import audiences
from lti.i18n import N_, Texts

__all__ = ["limits", "local_time", "taught"]

UNTIL = N_("Hidden until %(time)s")
ONLY_FOR = N_("For %(group)s only")
GONE = N_("For a class that you do not teach")


def taught() -> Mapping[str, str]:
    """Id → title of the classes and groups that the viewer teaches; looked up once a request."""
    here = g.get("lti_here")
    if here is None:
        return {}
    if "lti_taught" not in g:
        found = audiences.taught(here.session, here.viewer)
        g.lti_taught = {str(one.id): one.title for one in found}
    kept: Mapping[str, str] = g.lti_taught
    return kept


def limits(block: Mapping[str, Any], words: Texts) -> Markup:
    """A line that says so for a block that not everybody sees at once; empty for the others."""
    chips = []
    if block.get("hidden_until"):
        until = words.date_time(datetime.fromisoformat(block["hidden_until"]))
        chips.append(words.gettext(UNTIL, time=until))
    if block.get("audience"):
        title = taught().get(block["audience"])
        chips.append(words.gettext(GONE) if title is None else words.gettext(ONLY_FOR, group=title or "…"))
    if not chips:
        return Markup()
    inside = Markup(" ").join(Markup('<span class="chip closed">{}</span>').format(chip) for chip in chips)
    return Markup('<p class="limits" lang="{}">{}</p>').format(words.language, inside)


def local_time(value: object, words: Texts) -> str:
    """A block's instant as a `datetime-local` field wants it, on the school's clock; empty where it is none."""
    try:
        return words.input_value(datetime.fromisoformat(str(value))) if value else ""
    except ValueError:
        return ""
