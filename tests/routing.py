"""Apps of the tests start quickly: an address's builder is made when an address is built, not before.

Werkzeug compiles two functions for each rule when an app starts; a test makes an app and follows few of its rules.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule


def build_late() -> None:
    """Replace Werkzeug's compiling by the same, later."""
    compiling: Callable[[Rule, bool], Callable[..., Any]] = Rule._compile_builder

    def late(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        compiled = cache(lambda: compiling(rule, append_unknown))
        return lambda self, *given, **named: compiled()(self, *given, **named)

    Rule._compile_builder = late  # type: ignore[method-assign]
