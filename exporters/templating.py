"""The exports' own Jinja environment: every value is escaped unless it is markup already."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from binder.blocks.references import formulas

__all__ = ["render", "source"]

_environment = Environment(
    loader=PackageLoader("exporters", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["formulas"] = formulas
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def render(template: str, **values: object) -> Markup:
    """A template filled in; characters that no HTML may hold are left out."""
    text = _environment.get_template(template).render(**values)
    return Markup(_FORBIDDEN.sub("", text))  # noqa: S704 - autoescaped


def source(template: str) -> bytes:
    """A file beside the templates, as it is."""
    loader = _environment.loader
    assert loader is not None  # noqa: S101 - set above
    return loader.get_source(_environment, template)[0].encode()
