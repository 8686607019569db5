"""A formula while it is being written: what it will look like, or what is wrong with it."""

from __future__ import annotations

from flask import Response, jsonify, request

from binder.maths import MathsError, mathml
from lti.views.screens import Here, screen, texts
from lti.views.wording import told

__all__ = ["maths"]


@screen("/maths", "POST", alone=True)
def maths(here: Here) -> Response:
    """`latex` as MathML, in a line of its own where `display` is 1; or the reason why it is none, and where."""
    try:
        formula = mathml(request.form.get("latex", ""), display=request.form.get("display") == "1")
    except MathsError as error:
        answer = jsonify(error=told(error.detail, texts()), position=error.position)
        answer.status_code = 422
        return answer
    return jsonify(mathml=str(formula))
