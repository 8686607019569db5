"""Changing a question inside its author's bank: a new version there, and the files that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.bank import banking
from binder.content.authoring import store_activity
from binder.errors import NotFound
from binder.media import intake
from binder.media.mediatypes import Limits
from binder.models import Activity, Binder, Resource
from binder.resources.admitting import Held, Terms
from binder.resources.files import place
from binder.resources.uploading import ToBinder
from binder.storage import Storage

__all__ = ["ToBank", "add_file", "change"]


def change(
    session: Session,
    viewer: Viewer,
    question_id: UUID,
    data: Mapping[str, Any],
    *,
    type: str,
    tags: Iterable[str] | None = None,
) -> Activity:
    """A new version of a question of the viewer's bank; its copies on pages stay what they are until they are renewed.

    :param data: as `binder.content.authoring.save_activity` has it.
    :param tags: those that it has from now on; None leaves them as they are.
    :raises Invalid: with messages by field.
    """
    found = banking.question(session, viewer, question_id, lock=True)
    if tags is not None:
        banking.tag(session, viewer, question_id, tags)
    return store_activity(session, viewer, found.binder, data, type=type, activity_id=question_id)


def _own(session: Session, viewer: Viewer, binder_id: UUID | None = None) -> Binder:
    own = banking.bank(session, viewer)
    if own is None or binder_id not in (None, own.id):
        raise NotFound("no such bank")
    return own


def add_file(
    session: Session,
    viewer: Viewer,
    storage: Storage,
    stream: BinaryIO,
    *,
    name: str,
    limits: Limits,
    scan: bool = False,
) -> Resource:
    """As `binder.resources.files.add_file`, for a question of the viewer's bank."""
    own = _own(session, viewer)
    taken = intake.take(storage, viewer.tenant_id, stream, limits)
    return place(session, own, taken, name=name, scan=scan)


@dataclass(frozen=True)
class ToBank(ToBinder):
    """The viewer's own bank; a `binder.resources.admitting.Destination`."""

    def enter(self, session: Session, viewer: Viewer, limits: Limits) -> Terms:
        """See `Destination.enter`."""
        _own(session, viewer, self.binder_id)
        return Terms(limits)

    def place(self, session: Session, viewer: Viewer, taken: intake.Taken, *, name: str, scan: bool) -> Held:
        """See `Destination.place`."""
        return place(session, _own(session, viewer, self.binder_id), taken, name=name, scan=scan)
