"""What the editor's script is told when it saves: JSON beside the screens that people without scripts get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from markupsafe import Markup, escape

from binder.blocks import digest, kind_of
from binder.clock import now
from binder.content import composing, differing
from binder.errors import Invalid
from binder.models import Page
from binder.sanitize import Html
from lti.views.authors.pages import preview
from lti.views.forms import problems
from lti.views.screens import Here, texts
from lti.views.wording import MISSING, told

__all__ = [
    "conflict",
    "difference",
    "others",
    "refused",
    "saved",
    "title_conflict",
    "title_saved",
]


def _saved_at() -> str:
    words, instant = texts(), now()
    local = instant.astimezone(words.zone)
    clock = local.strftime("%H h %M" if words.language == "fr" else "%H:%M")
    return words.gettext("Saved at %(time)s", time=clock)


def others(here: Here, page: Page) -> str:
    """Who else is writing on the page, in words; empty if nobody is."""
    words = texts()
    names = composing.others_writing(here.session, here.viewer, page)
    told = [name or words.gettext("Somebody else") for name in names]
    if not told:
        return ""
    return words.gettext("%(names)s is writing on this page at this moment.", names=", ".join(told))


def saved(here: Here, page: Page, block: Mapping[str, Any]) -> Response:
    """A block was saved; `problems` says what a reader would miss in it."""
    words = texts()
    return jsonify(
        digest=digest(block),
        seq=request.form.get("seq", type=int),
        saved=_saved_at(),
        html=preview(here, page, [block]).html([block]),
        problems=[words.gettext(MISSING.get(code, code)) for code in kind_of(block).problems(block)],
        others=others(here, page),
    )


def title_saved(here: Here, page: Page) -> Response:
    """The title was saved."""
    return jsonify(
        digest=digest({"title": page.title}),
        seq=request.form.get("seq", type=int),
        saved=_saved_at(),
        html=escape(page.title),
        problems=[],
        others=others(here, page),
    )


def refused(error: Invalid) -> Response:
    """What was typed cannot be saved as it is."""
    words = texts()
    found = [{"field": name, "message": told(message, words)} for name, message in problems(error)]
    answer = jsonify(error="invalid", problems=found)
    answer.status_code = 422
    return answer


def conflict(here: Here, page: Page, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Response:
    """Somebody else has saved the block meanwhile."""
    return _conflict(theirs, preview(here, page, [theirs]).html([theirs]), difference(theirs, mine))


def title_conflict(theirs: Mapping[str, Any]) -> Response:
    """Somebody else has changed the title meanwhile."""
    return _conflict(theirs, escape(theirs["title"]), None)


def _conflict(theirs: Mapping[str, Any], html: Markup, compared: Markup | None) -> Response:
    message = texts().gettext("Somebody else has changed this meanwhile.")
    answer = jsonify(
        error="conflict",
        message=message,
        digest=digest(theirs),
        html=html,
        fields=theirs,
        difference=compared,
    )
    answer.status_code = 409
    return answer


def difference(theirs: Mapping[str, Any] | None, mine: Mapping[str, Any]) -> Markup | None:
    """What mine says otherwise than theirs, where both are texts."""
    if not theirs or "html" not in theirs or not isinstance(mine.get("html"), str):
        return None
    words = texts()
    marks = differing.Marks(words.gettext("added:"), words.gettext("removed:"))
    return differing.difference(theirs["html"], Html().deserialize(mine["html"]), marks)
