"""What is said of questions of any type."""

from __future__ import annotations

from lti.i18n import N_

FIXED = (
    N_("choose a file of this binder"),
    N_("every answer is right: is that meant?"),
)
