"""What an exporter is, and how it says what its format cannot hold."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, ClassVar

from binder.models import Binder
from binder.registry import Registry
from binder.storage import Storage

__all__ = ["Exporter", "Loss", "LossCode", "Report", "exporters"]


class LossCode(StrEnum):
    """The codes of our own exporters; a vendor's may use others."""

    CONTAINS_ANSWERS = "contains-answers"
    """A notice: pupils must not get this file, it holds the answers to the activities."""
    NOT_IMPORTABLE = "not-importable"
    """The file cannot be brought back into a binder."""
    ACTIVITIES_PRINTED = "activities-printed"
    """Activities stand there to be done on paper; nothing is answered or scored. `detail`: how many."""
    NO_PRINTED_FORM = "no-printed-form"
    """An activity whose type has no printed form is there as plain text. `detail`: the type."""
    UNKNOWN_ACTIVITY_TYPE = "unknown-activity-type"
    """The activity's type is not installed here; only its title is shown. `detail`: the type."""
    UNKNOWN_BLOCK_TYPE = "unknown-block-type"
    """The block's type is not installed here; the block is left out. `detail`: the type."""
    MISSING_ACTIVITY = "missing-activity"
    """A page shows an activity that is not in the binder."""
    MISSING_FILE = "missing-file"
    """The bytes of a file are not in the storage. `detail`: the file's name."""
    UNSCANNED_FILE = "unscanned-file"
    """A file is left out because the virus scanner has not looked at it yet. `detail`: the file's name."""
    REFUSED_FILE = "refused-file"
    """A file is left out because the virus scanner has refused it. `detail`: the file's name."""
    DAMAGED_FILE = "damaged-file"
    """The bytes in the storage are not those that were stored. `detail`: the file's name."""
    LIMITED_BLOCK = "limited-block"
    """A block that not every pupil sees, or not yet, is left out of the pupils' copy. `detail`: its type."""
    LIMITED_PAGE = "limited-page"
    """A page or section that pupils do not see, or not yet, is left out of the pupils' copy. `detail`: its title."""
    EMBED_AS_LINK = "embed-as-link"
    """What another site shows is there as a link, which needs a network. `detail`: the address."""
    DEAD_LINK = "dead-link"
    """A link that leads nowhere outside the school's site is there as plain text. `detail`: its address."""


@dataclass(frozen=True)
class Loss:
    """One thing that the exported file lacks, or that its reader must know.

    `where` is the title of the page, activity or binder; `code` is for the web layer to translate.
    """

    code: str
    where: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Report:
    """What came of an export; no losses means that the file holds all that the binder does."""

    losses: tuple[Loss, ...] = ()


class Exporter(ABC):
    """A format of export. Subclass it, give it a `name`, and register it with `@exporters.register`.

    It reads plain attributes and the storage: no session, no request.
    """

    name: ClassVar[str]
    media_type: ClassVar[str]
    extension: ClassVar[str]
    """With its dot."""

    @abstractmethod
    def write(self, binder: Binder, storage: Storage, out: BinaryIO) -> Report:
        """Write the binder, drafts as they stand, to `out`; same binder, same bytes.

        :raises ExportError: if the file cannot be made.
        """

    def foresee(self, binder: Binder, storage: Storage) -> Report:
        """What `write` will report, for asking before the download; override it where that costs less than writing.

        :raises ExportError: if the file cannot be made.
        """
        with tempfile.TemporaryFile() as nowhere:
            return self.write(binder, storage, nowhere)


exporters: Registry[Exporter] = Registry("exporters")
"""All known formats."""
