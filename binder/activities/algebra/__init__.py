"""Expressions of school: read, compared, written and spoken, without any foreign evaluation."""

from binder.activities.algebra.comparing import Range, Samples, equivalent, same_form, variables
from binder.activities.algebra.forms import Form, has_form
from binder.activities.algebra.parser import parse
from binder.activities.algebra.sorting import normal
from binder.activities.algebra.speaking import spoken
from binder.activities.algebra.tree import AlgebraError, Node
from binder.activities.algebra.writing import latex

__all__ = [
    "AlgebraError",
    "Form",
    "Node",
    "Range",
    "Samples",
    "equivalent",
    "has_form",
    "latex",
    "normal",
    "parse",
    "same_form",
    "spoken",
    "variables",
]
