"""The templates, compiled once for each language: what speaks it is known to all of them, also to modules of macros.

A template of the same name in the host's `templates/lti/` wins; Flask's own names and the host's are there as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, render_template
from jinja2 import Environment

from lti.i18n import Texts
from lti.views.assets import asset, chunks
from lti.views.wording import helpers

__all__ = ["filled"]

OURS: Mapping[str, Any] = {"asset": asset, "chunks": chunks}
"""What every template may call in any language."""


def _speaking(words: Texts) -> tuple[Environment, Mapping[str, Any]]:
    """The app's environment in one language, whose modules of macros run once and not at each page; and its words."""
    languages: dict[str, tuple[Environment, Mapping[str, Any]]]
    languages = current_app.extensions.setdefault("lti-templates", {})
    if words.language not in languages:
        environment, ours = current_app.jinja_env.overlay(), {**OURS, **helpers(words)}
        environment.globals = {**current_app.jinja_env.globals, **ours}
        environment.globals["parts"] = environment.get_template("lti/parts.html").module
        languages[words.language] = environment, ours
    return languages[words.language]


def filled(template: str, words: Texts, **values: Any) -> str:
    """One of the library's templates, or the host's of the same name, as HTML in one language."""
    environment, ours = _speaking(words)
    # said once more as values: a host's context processor may use the same names for its own pages
    return render_template(environment.get_template(f"lti/{template}"), **ours, **values)
