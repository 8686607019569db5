"""What a command tells: words for people, or with `--json` one object for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

import click

from binder.errors import BinderError
from lti.errors import LTIError

__all__ = ["Report", "command"]

F = TypeVar("F", bound=Callable[..., Any])


class Report:
    """What one run of a command has to tell.

    :param as_json: hold the facts back for one object at the end, and say no words.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.facts: dict[str, Any] = {}
        self.ok = True

    def say(self, words: str = "", **facts: Any) -> None:
        """A line for people, and the facts in it for machines; the same name twice makes a list longer."""
        for name, value in facts.items():
            known = self.facts.get(name)
            self.facts[name] = (
                [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
            )
        if words and not self.as_json:
            click.echo(words)

    def fail(self, words: str, **facts: Any) -> None:
        """As `say`; the command will end with 1."""
        self.ok = False
        self.say(words, **facts)

    def end(self) -> None:
        """Print the object, and leave with 1 if something failed."""
        if self.as_json:
            click.echo(
                json.dumps({"ok": self.ok, **self.facts}, default=_plain, ensure_ascii=False, indent=2)
            )
        if not self.ok:
            sys.exit(1)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def command(group: click.Group, name: str | None = None, **options: Any) -> Callable[[F], F]:
    """Decorator: `f(report, …)` is a command of `group`, with the option `--json`.

    What the tool or the domain refuses is one line, or `{"ok": false, "error": …}`, and never a traceback.
    """

    def register(function: F) -> F:
        @wraps(function)
        def run(*, as_json: bool, **values: Any) -> None:
            report = Report(as_json=as_json)
            try:
                function(report, **values)
            except (LTIError, BinderError) as error:
                report.fail(f"{error.code}: {error.detail}", error=error.code, detail=error.detail)
            report.end()

        option = click.option("--json", "as_json", is_flag=True, help="Tell machines: one JSON object.")
        group.command(name or function.__name__.replace("_", "-"), **options)(option(run))
        return function

    return register
