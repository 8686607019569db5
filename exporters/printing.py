"""Activities on paper: one class a type of activity says how it is printed.

It is given what learners may see (`ActivityType.public`) and never the key, so no answer can slip into a page.
A vendor registers a class of his own with `@printed.register` or in the entry point group `exporters.printed`; a type
without one is printed as plain text, and the report says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from markupsafe import Markup

from binder.registry import Registry
from binder.sanitize import plain
from exporters.templating import render
from exporters.texts import Words

__all__ = ["Choice", "Printed", "plain_text", "printed"]


class Printed(ABC):
    """How a type of activity is printed; `name` is that of the type."""

    name: ClassVar[str]

    @abstractmethod
    def html(self, public: Mapping[str, Any], words: Words) -> Markup:
        """The question as HTML without scripts; title and points stand above it already."""


printed: Registry[Printed] = Registry("exporters.printed")
"""All types of activity that can be printed."""


@printed.register
class Choice(Printed):
    """Options in a list, with a box (several answers) or a circle (one) to tick."""

    name = "choice"

    def html(self, public: Mapping[str, Any], words: Words) -> Markup:
        """See `Printed.html`."""
        return render("activities/choice.html", public=public, words=words)


SHOWN = frozenset("caption html label prompt text title".split())


def plain_text(value: Any, name: str = "") -> Iterator[str]:
    """What can be read of an unknown question: its texts under the usual names, in their order, without markup."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from plain_text(below, str(key))
    elif isinstance(value, list | tuple):
        for below in value:
            yield from plain_text(below, name)
    elif isinstance(value, str) and name in SHOWN and (text := plain(value)):
        yield text
