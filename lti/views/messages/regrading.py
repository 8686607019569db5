"""What is said when a question cannot be marked anew."""

from __future__ import annotations

from lti.i18n import N_

FIXED = (
    N_("this question cannot take one more answer"),
    N_("no other question counts: give all points instead"),
    N_("the question is of another type now: its key does not fit the copies"),
)
