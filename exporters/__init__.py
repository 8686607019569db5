"""A binder as a file that others read: `export` writes it, `read_archive` reads our own back."""

from __future__ import annotations

from typing import BinaryIO

from binder.models import Binder
from binder.storage import Storage
from exporters import html
from exporters.base import Exporter, Loss, LossCode, Report, exporters
from exporters.errors import ExportError, Unreadable
from exporters.native import Archive, read_archive
from exporters.printing import Printed, printed

__all__ = [
    "Archive",
    "ExportError",
    "Exporter",
    "Loss",
    "LossCode",
    "Printed",
    "Report",
    "Unreadable",
    "export",
    "exporters",
    "html",
    "printed",
    "read_archive",
]


def export(name: str, binder: Binder, storage: Storage, out: BinaryIO) -> Report:
    """Write a binder to `out` in the format `name`.

    :raises ExportError: `unknown-format` if no exporter has that name.
    """
    if name not in exporters:
        known = ", ".join(sorted(exporter.name for exporter in exporters))
        raise ExportError("unknown-format", f"no format {name!r}; known: {known}")
    return exporters[name].write(binder, storage, out)
