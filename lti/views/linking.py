"""The picker: a teacher chooses a page for a link in their platform (deep linking)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, g, request

from lti import linking
from lti.tool import tool
from lti.views.forms import identifier
from lti.views.launch import blueprint_url
from lti.views.screens import Here, render, screen

__all__ = ["choose", "picker"]


@screen("/link")
def picker(here: Here) -> Response:
    """All pages of one's own, by binder."""
    return render("picker.html", here, pages=linking.choices(here.session, here.viewer))


@screen("/link", "POST")
def choose(here: Here) -> Response:
    """A form that brings the signed choice to the platform: by itself, or by its button where there are no scripts."""
    page = request.form.get("page", "")
    answer = linking.answer(
        here.session,
        here.viewer,
        here.launch_id or identifier(""),
        identifier(page) if page else None,
        tool().services,
        base_url=blueprint_url(),
    )
    target = urlsplit(answer.return_url)
    g.lti_form_actions = (f"{target.scheme}://{target.netloc}",)
    return render("picked.html", here, answer=answer)
