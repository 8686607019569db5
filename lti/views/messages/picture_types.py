"""What is said of questions with a picture."""

from __future__ import annotations

from lti.i18n import N_

FIXED = (
    N_("choose a picture"),
    N_("say in words what the picture shows"),
    N_("a place on the picture is a number from 0 to 100 %"),
    N_("a polygon has three corners at least"),
    N_("a zone has a place and a size"),
    N_("a zone reaches out of the picture"),
    N_("a zone that is seen stands in the body, a hidden one in the key"),
    N_("draw at least one zone on the picture"),
    N_("two zones have the same id"),
    N_("two zones are called the same"),
    N_("say what each zone is called"),
    N_("say in words where each zone is"),
    N_("say what belongs in each zone"),
    N_("tick the zones that are right"),
    N_("no such zone"),
    N_("no such label"),
    N_("the size of the picture is not known, and a circle needs it: press “Show the picture”"),
    N_("fewer clicks are allowed than there are right zones"),
    N_("fewer clicks are allowed than there are right answers"),
    N_("two answers have the same id"),
    N_("two answers say the same"),
    N_("tick the right answers of the alternative"),
    N_("those who cannot see the picture have no way to answer: write the question in words, too"),
    N_("every zone is right: is that meant?"),
    N_("write the place of each point as two numbers from 0 to 100"),
    N_("two labels have the same id"),
    N_("two labels say the same"),
    N_("where pupils write, labels would tell them what to write"),
    N_("where a zone is described, its answer is told"),
    N_("there is but one label: add some that are wrong"),
    N_("a drawing has 200 strokes and 20,000 points at the most"),
    N_("a stroke is a list of whole numbers from 0 to 1000"),
    N_("larger than an answer to any question can be"),
    N_("the pictures are not kept: their words stand in their place"),
)
