"""What somebody sent after their session was over: kept, shown when they come back, done or thrown away as they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request
from werkzeug.routing import BuildError

from lti import kept_forms, tokens
from lti.i18n import N_
from lti.models import KeptForm
from lti.tool import tool
from lti.views.screens import Here, form_key, render, screen, sent_form, sent_token

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["WHAT", "keep_form", "kept", "throw_away"]

WHAT = {
    "add_block": N_("A new block on a page"),
    "change_block": N_("A block on a page"),
    "rename_page": N_("The title of a page"),
    "save_activity": N_("A question"),
    "save_work": N_("Your answers"),
    "create_binder": N_("A new binder"),
    "add_section": N_("A new chapter"),
    "add_page": N_("A new page"),
    "give": N_("Work to give to the class"),
    "mark": N_("Points and a comment on a copy"),
}
"""What a form was, by the name of its screen; others are “A form”."""
SILENT = frozenset(
    "token kept base seq writer action by after revision number type activity resource level decorative".split()
)
"""Fields that nobody types."""
CODE = re.compile(r"[a-z0-9]{1,32}")
"""What a ticked answer sends: no words."""


@dataclass(frozen=True)
class Kept:
    """One form as it is shown: what it was, the words in it, and where it goes when it is sent again."""

    form: KeptForm
    what: str
    words: list[str]
    address: str | None
    """None where it cannot be sent again: its words can still be copied."""


def keep_form() -> bool:
    """Keep the form of this request for whom it was shown to; files are not kept.

    :return: whether it was kept.
    """
    whose = tokens.author(form_key(), sent_token()) if request.method == "POST" else None
    name, values, fields = sent_form()
    if whose is None or not name or not any(any(each) for each in fields.values()):
        return False
    with tool().begin() as session:
        return kept_forms.keep(session, whose, screen=name, values=values, fields=fields)


@screen("/kept")
def kept(here: Here) -> Response:
    """All that is kept for the viewer."""
    forms = [_shown(here, form) for form in kept_forms.kept(here.session, here.viewer)]
    return render("kept.html", here, forms=forms, large=request.args.get("large") == "1")


def _shown(here: Here, form: KeptForm) -> Kept:
    words = [
        value
        for name, values in form.fields.items()
        if name not in SILENT
        for value in values
        if value.strip() and not ("." in name and CODE.fullmatch(value))
    ]
    try:
        address = here.url(form.screen, **form.values)
    except BuildError:  # a screen of an extension that is gone
        address = None
    return Kept(form, WHAT.get(form.screen, N_("A form")), words, address)


@screen("/kept/<uuid:form>", "POST")
def throw_away(here: Here, form: UUID) -> BaseResponse:
    """Forget one."""
    here.session.delete(kept_forms.kept_form(here.session, here.viewer, form))
    here.session.flush()
    return here.to("kept" if kept_forms.waiting(here.session, here.viewer) else "home")
