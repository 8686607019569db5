"""Ready to be published? What a reader would miss on a page, with the way to mend it."""

from __future__ import annotations

from uuid import UUID

from babel.numbers import format_decimal
from flask import Response

from binder.content import checking
from binder.owning import own_page
from lti.i18n import N_
from lti.views.kinds import kind
from lti.views.screens import Here, render, screen, texts
from lti.views.wording import MISSING

__all__ = ["FOUND", "ready"]

FOUND = {
    "dead-link": N_("A link leads to a page that is no longer in this binder: “%(detail)s”."),
    "empty-page": N_("There is nothing on the page yet."),
    "heading-jump": N_("A heading is smaller than its place asks for: a size is left out before it."),
    "heavy-file": N_("A file is heavy for a phone: %(size)s MB."),
    "heavy-page": N_("The pictures of this page are heavy for a phone: %(size)s MB together."),
    "hidden-link": N_("A link leads to a page that pupils cannot see yet: “%(detail)s”."),
    "missing-activity": N_("The activity is no longer in this binder."),
    "missing-file": N_("The file is no longer in this binder."),
    "no-points": N_("The activity gives no points: %(detail)s"),
    "refused-file": N_("A file was refused because it is not safe: %(detail)s"),
    "table-without-head": N_(
        "A table has no heading row or column: those who hear it do not know what a cell is about."
    ),
    "vague-link": N_("The words of a link do not say where it leads: “%(detail)s”."),
}
"""What was found, by the code of a `binder.content.checking.Finding`; what one block lacks is in `wording.MISSING`."""


def told(finding: checking.Finding) -> str:
    """A finding in the viewer's language."""
    words = texts()
    text = FOUND.get(finding.code) or MISSING.get(finding.code) or finding.code
    values = {"detail": finding.detail}
    if finding.detail.isdecimal():
        values["size"] = format_decimal(round(int(finding.detail) / 1e6, 1), locale=words.locale)
    return words.gettext(text, **values) if "%(" in text else words.gettext(text)


@screen("/pages/<uuid:page>/ready")
def ready(here: Here, page: UUID) -> Response:
    """All findings, the serious ones first; publishing stays possible."""
    own = own_page(here.session, here.viewer, page)
    findings = checking.check(here.session, here.viewer, page)
    places = {block["id"]: (at, kind(block["type"]).name) for at, block in enumerate(own.blocks, 1)}
    return render(
        "ready.html",
        here,
        page=own,
        serious=[finding for finding in findings if finding.is_serious],
        advice=[finding for finding in findings if not finding.is_serious],
        told_of=told,
        places=places,
    )
