"""Messages about texts to write, and about files and recordings that learners hand in."""

from __future__ import annotations

from lti.i18n import N_

__all__ = ["FIXED", "MESSAGES"]

FIXED = (
    N_("this kind of file is not asked for here: choose another"),
    N_("you have sent too many files for this work: wait an hour, then try again"),
    N_("a file of your answer is no longer here: take it out and send it again"),
    N_("the most words must not be fewer than the least"),
)
MESSAGES = (
    N_("too many files, %(most)s at the most: take some out"),
    N_("“%(name)s” is not of a kind that is asked for here: take it out"),
    N_("“%(name)s” is too large for this question: take it out"),
    N_("“%(name)s” was refused because it is not safe: take it out"),
)
