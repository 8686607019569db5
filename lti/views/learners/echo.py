"""A number or a formula while it is being typed: what is read in it, or why nothing can be."""

from __future__ import annotations

from flask import Response, jsonify, request

from binder.activities import activities
from binder.activities.algebra import AlgebraError
from binder.activities.numbers import NumberError
from binder.errors import NotFound
from binder.maths import mathml
from lti.views.screens import Here, screen, texts
from lti.views.wording import told

__all__ = ["echo"]

MOST = 200


@screen("/echo", "POST", alone=True)
def echo(here: Here) -> Response:
    """What is read in `text`, for an activity `type` in the language `lang`: {text, html}; or the reason why nothing."""
    form = request.form
    kind = activities[form["type"]] if form.get("type", "") in activities else None
    read, latex = getattr(kind, "echo", None), getattr(kind, "latex", None)
    if read is None:
        raise NotFound("activity type")
    text, lang = form.get("text", "")[: MOST + 1], form.get("lang", "fr")[:20]
    try:
        said = read(None, text, lang)
        html = str(mathml(latex(None, text, lang))) if latex is not None else ""
    except (NumberError, AlgebraError) as error:
        answer = jsonify(error=told(error.message, texts()))
        answer.status_code = 422
        return answer
    return jsonify(text=said, html=html)
