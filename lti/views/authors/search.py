"""Searching one's own pages, all of them or those of one binder."""

from __future__ import annotations

from flask import Response, request

from binder.content import searching
from binder.owning import own_binder
from lti.views.forms import identifier
from lti.views.screens import Here, render, screen

__all__ = ["search"]

MOST_TYPED = 200


@screen("/search")
def search(here: Here) -> Response:
    """What was found for `?q=`; `?binder=` looks in that one only."""
    words = request.args.get("q", "")[:MOST_TYPED]
    wanted = request.args.get("binder", "")
    binder = own_binder(here.session, here.viewer, identifier(wanted), "look") if wanted else None
    hits = searching.search(here.session, here.viewer, words, binder_id=binder.id if binder else None)
    return render("search.html", here, words_sought=words, binder=binder, hits=hits)
