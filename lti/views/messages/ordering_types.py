"""What is said of texts with gaps, of matching, putting in order and sorting."""

from __future__ import annotations

from lti.i18n import N_

FIXED = (
    N_("more parts than any question has"),
    N_("two parts have the same id"),
    N_("two lines say the same on the left"),
    N_("each line needs both sides"),
    N_("the same answer stands in two lines: tick that it may"),
    N_("with two answers only, the first one gives the other away"),
    N_("the right order has each item once"),
    N_("an item stands in one group at the most"),
    N_("items that may change places follow each other"),
    N_("any order would be right"),
    N_("two of them say the same"),
    N_("each item belongs to categories of this question, or to none"),
    N_("one item at least belongs to a category"),
    N_("nothing belongs to one of the categories: is that meant?"),
    N_("mark the words that are missing: [[word]]"),
    N_("a gap begins with [[ and ends with ]], in one line"),
    N_("the gaps of the text are not those that are described"),
    N_("no gap can stand in a link"),
    N_("put pictures into the question, above the text"),
    N_("one gap at least is worth something"),
    N_("a gap of Moodle in this text could not be read: it is shown as it is"),
    N_("two accepted answers of a gap are the same"),
    N_("an answer of a gap is accepted and refused: it is refused"),
    N_("there are no more words than gaps: the last one gives itself away"),
    N_("Place by place"),
    N_("Neighbours"),
    N_("Longest run"),
    N_("Pairs"),
)
MESSAGES = (
    N_("gap %(number)s: one answer is worth everything"),
    N_("gap %(number)s: write a number, such as 12 or 3.14 ± 0.01"),
    N_("gap %(number)s: two options say the same"),
    N_("gap %(number)s: a menu needs another answer than the right one"),
)
