"""What is said of things that a teacher places in a platform."""

from __future__ import annotations

from lti.i18n import N_

FIXED = (N_("this cannot be placed so: choose another way"),)
