"""What the head of a school sees: how much there is and whether everything arrives; no pupil's work."""

from __future__ import annotations

from flask import Response

from binder.marks import followup
from lti.views.screens import Here, render, screen

__all__ = ["overview"]


@screen("/overview")
def overview(here: Here) -> Response:
    """Counts of the school, and the state of what is on its way to the gradebook."""
    return render("overview.html", here, counts=followup.counts(here.session, here.viewer))
