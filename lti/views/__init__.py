"""The pages: one module a screen; they know who is looking and the use cases, and never see a claim."""

from lti.views import (
    binders,
    errors,
    export,
    family,
    files,
    follow,
    headers,
    home,
    launch,
    linking,
    overview,
    pages,
    work,
)
from lti.views.screens import blueprint

__all__ = [
    "binders",
    "blueprint",
    "errors",
    "export",
    "family",
    "files",
    "follow",
    "headers",
    "home",
    "launch",
    "linking",
    "overview",
    "pages",
    "work",
]
