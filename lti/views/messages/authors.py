"""What the author's side of questions may say: the bank, a change of type, trying."""

from __future__ import annotations

from lti.i18n import N_

__all__ = ["FIXED"]

FIXED = (
    N_("a tag has 50 characters at the most"),
    N_("twenty tags at the most"),
    N_("your bank is full: 2000 questions at the most"),
    N_("tick at least one question"),
    N_("a question of this type cannot become one of that type"),
    N_("the wrong answers are not kept"),
    N_("what is said to each answer is not kept"),
    N_("parts of the points are not kept"),
    N_("the way of counting points is not kept"),
    N_("only the first right answer is kept"),
    N_("which answers are right is not kept: put the lines in their right order"),
    N_("formulas and emphasis in the answers become plain text"),
    N_("answers are marked by hand"),
    N_("a wrong answer was added: write your own"),
    N_("what belongs to nothing is not kept"),
    N_("some lines are not kept: there are too many, or they say the same"),
    N_("that each answer counts only once is not kept"),
    N_("pupils choose one answer only: any right one is right"),
    N_("a picture or a sound of the question is not kept"),
    N_("something of this question has no place here: look through it"),
    N_("the reason that pupils write is not kept"),
    N_("other ways to write an answer are not kept"),
    N_("the sound of the question is not kept"),
    N_("what stands in the field, and what is asked instead, are not kept"),
    N_("how far off a number may be, and its units, are not kept"),
    N_("an item keeps only the first of its categories"),
    N_("that some items may change places is not kept"),
)
