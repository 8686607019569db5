"""Messages of the domain, marked for translation, one module for each part; `lti.views.wording` reads all of them.

`FIXED` are as they stand; in those of `MESSAGES` something stands that is known only when they are made.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

__all__ = ["collected"]


def collected(name: str) -> tuple[str, ...]:
    """What the modules of this package have under that name."""
    modules = (import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))
    return tuple(message for module in modules for message in getattr(module, name, ()))
