"""What is said of assignments, their dates, and attempts."""

from __future__ import annotations

from lti.i18n import N_

MESSAGES = (
    N_("from 1 to %(most)s audiences"),
    N_("must lie between 1 and %(most)s"),
)
FIXED = (
    N_("the last deadline is before the date it is due"),
    N_("the last deadline is before the work opens"),
    N_("somebody would get it twice: choose groups or pupils apart"),
    N_("choose a group of this class"),
    N_("choose pupils of this class"),
    N_("choose at least one pupil"),
    N_("choose from what is offered"),
    N_("say what is different"),
)
