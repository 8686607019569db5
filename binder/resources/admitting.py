"""What may be sent, and where it goes: the terms that a destination sets for files on their way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.errors import Invalid
from binder.media.intake import Taken
from binder.media.mediatypes import Kind, Limits, kind_of
from binder.models import AnswerFile, Resource

__all__ = ["Destination", "Held", "Terms"]

MOVING = frozenset((Kind.SOUND, Kind.FILM))
"""What the first bytes do not always tell apart."""
Held = Resource | AnswerFile
"""A row that holds bytes of the storage."""


@dataclass(frozen=True)
class Terms:
    """What files may be sent somewhere."""

    limits: Limits
    kinds: frozenset[Kind] = frozenset()
    """None named: any."""

    def check(self, media_type: str, *, whole: bool = True) -> None:
        """
        :param whole: whether all of the file is here; of a part, not everything can be told.
        :raises Invalid: if that kind of file is not wanted.
        """
        kind = kind_of(media_type)
        perhaps = MOVING if kind in MOVING and not whole else {kind}
        if self.kinds and not perhaps & self.kinds and (whole or kind is not Kind.OTHER):
            message = "this kind of file is not asked for here: choose another"
            raise Invalid("another kind is asked for", {"file": [message]})


class Destination(Protocol):
    """Where a file is going."""

    @property
    def columns(self) -> Mapping[str, UUID]:
        """What a `binder.models.Upload` notes of it, by column."""

    def enter(self, session: Session, viewer: Viewer, limits: Limits) -> Terms:
        """What the viewer may send.

        :param limits: those of the whole tool.
        :raises BinderError: if they may send nothing, or not now.
        """

    def place(self, session: Session, viewer: Viewer, taken: Taken, *, name: str, scan: bool) -> Held:
        """A file that has been taken in becomes a row.

        :param scan: it waits until a virus scanner has looked at it.
        """

    def found(self, session: Session, viewer: Viewer, id: UUID) -> Held:
        """The row that a file has become."""
