"""What is said of short answers, and of true or false."""

from __future__ import annotations

from lti.i18n import N_

FIXED = (
    N_("an accepted or refused answer says nothing"),
    N_("the first accepted answer is worth all the points"),
    N_("fifty ways to write the answers at the most"),
    N_("fewer answers are accepted than are asked for"),
    N_("a dictation needs a sound"),
    N_("two accepted answers are the same"),
    N_("an answer is both accepted and refused: it counts as refused"),
    N_("nothing else is asked of those who cannot hear"),
    N_("the answer or its reason must be worth something"),
    N_("the reason is worth nothing: nobody will be asked to read it"),
)
