"""What the host keeps of a platform's user: told, exported as one zip, erased.

The zip holds `data.json`, `index.html` for people, `files/` as the person sent them, and `binders/`: each of their
binders in the form that Classeur brings in again. `docs/personal-data.md` says what stands in `data.json`.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, BinaryIO, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import personal, privacy
from binder.clock import now
from binder.errors import NotFound
from binder.models import AnswerFile, Binder, ResourceState
from binder.privacy import Erased, Owned
from binder.storage import Storage
from exporters import export
from exporters.archive import Entry, write_zip
from exporters.native import dump_json, file_path
from lti.models import (
    Agreement,
    FeedAddress,
    KeptForm,
    Launch,
    LegacyId,
    Placement,
    Registration,
    ResourceLink,
    User,
)
from lti.protocol.message_kinds import DATA_PRIVACY, SUBMISSION_REVIEW

__all__ = ["FORMAT", "VERSION", "binders_of", "counts", "erase", "person_of", "told", "write"]

FORMAT, VERSION = "classeur-person", 1
KINDS: personal.Kinds = {
    "accounts": (User, "person_id"),
    "kept_forms": (KeptForm, "person_id"),
    "feed_addresses": (FeedAddress, "person_id"),
    "agreements": (Agreement, "person_id"),
    "placements": (Placement, "created_by_id"),
    "old_accounts": (LegacyId, "target_id"),
    "launches": (Launch, "person_id"),
}
"""As `binder.personal.KINDS`: what only LTI knows."""
UNTOLD = frozenset({"secret"})
"""Columns that say nothing about a person, and open something."""
GONE = (KeptForm, FeedAddress, Agreement)


def person_of(session: Session, launch: Launch) -> UUID | None:
    """Whom a message is about: the user that it names, or else whoever sent it; None for somebody unknown here."""
    subject = (launch.message or {}).get("for_user")
    if subject is None:
        return launch.person_id
    issuer = session.get_one(Registration, launch.registration_id).issuer
    return session.scalar(
        sa.select(User.person_id).where(
            User.tenant_id == launch.tenant_id, User.issuer == issuer, User.subject == subject
        )
    )


def counts(session: Session, tenant_id: UUID, person_id: UUID) -> dict[str, int]:
    """How much there is of each kind."""
    return personal.counts(session, tenant_id, person_id, {**personal.KINDS, **KINDS})


def told(session: Session, tenant_id: UUID, person_id: UUID, *, unreleased: bool) -> dict[str, Any]:
    """Everything but the bytes of files and the insides of binders: the document `data.json`.

    :param unreleased: with marks that their teacher has not given back yet.
    """
    known = personal.told(session, tenant_id, person_id, unreleased=unreleased)
    ours = personal.rows(session, tenant_id, person_id, KINDS)
    for row in (row for each in ours.values() for row in each):
        for name in UNTOLD & set(row):
            del row[name]
    return {"format": FORMAT, "version": VERSION, "made_at": now().isoformat(), **known, **ours}


def write(
    session: Session,
    document: Mapping[str, Any],
    index: str,
    storage: Storage,
    out: BinaryIO,
    tenant_id: UUID,
) -> None:
    """Write the zip.

    :param document: by `told`.
    :param index: the same for people, as HTML.
    :raises ExportError: `too-large`.
    """
    entries: dict[str, Entry] = {"data.json": dump_json(document), "index.html": index.encode()}
    for row in document["files"]:
        file = session.get(AnswerFile, (tenant_id, UUID(row["id"])))
        if file is not None and file.state is not ResourceState.REFUSED:
            entries[name_of(row)] = partial(_bytes, storage, tenant_id, file.sha256)
    for row in document["binders"]:
        own = session.get(Binder, (tenant_id, UUID(row["id"])))
        if own is not None:
            entries[f"binders/{own.id}.zip"] = partial(_packed, own, storage)
    write_zip(out, entries)


def name_of(file: Mapping[str, Any]) -> str:
    """Where a file that was handed in stands in the zip."""
    ending = file_path(file["sha256"], file["media_type"], file["name"]).rpartition(".")[2]
    return f"files/{file['id']}.{ending}"


def _bytes(storage: Storage, tenant_id: UUID, sha256: str) -> BinaryIO:
    try:
        return storage.open(tenant_id, sha256)
    except NotFound:  # the bytes were lost: the rest is still worth having
        return io.BytesIO()


def _packed(own: Binder, storage: Storage) -> BinaryIO:
    out = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=8 << 20))  # write_zip closes it
    export("html", own, storage, out)
    out.seek(0)
    return out


def _placed(session: Session, tenant_id: UUID) -> set[UUID]:
    """Binders that a link in a course leads to."""
    query = (
        sa.select(Placement.binder_id)
        .join(
            ResourceLink,
            sa.and_(ResourceLink.tenant_id == Placement.tenant_id, ResourceLink.placement_id == Placement.id),
        )
        .where(Placement.tenant_id == tenant_id, Placement.binder_id.is_not(None))
    )
    return {id for id in session.scalars(query) if id is not None}


def binders_of(session: Session, tenant_id: UUID, person_id: UUID) -> list[Owned]:
    """The person's binders, and who else uses each."""
    return privacy.binders_of(session, tenant_id, person_id, _placed(session, tenant_id))


def erase(session: Session, tenant_id: UUID, person_id: UUID, *, binders: Collection[UUID] = ()) -> Erased:
    """Erase a person here and in the domain: should they come again, they are somebody new.

    Their sessions end; what is left of them in open sessions of others is their platform's id for them, which goes too.

    :param binders: those of theirs that go although others use them.
    """
    here = (tenant_id, person_id)
    found = counts(session, *here)
    subjects = set(session.scalars(sa.select(User.subject).where(_theirs(User, *here))))
    _forget_subjects(session, tenant_id, subjects)
    for kind in (*GONE, Launch, User):
        session.execute(sa.delete(kind).where(_theirs(kind, *here)).execution_options(**AS_IS))
    old = (LegacyId.tenant_id == tenant_id, LegacyId.kind == "user", LegacyId.target_id == person_id)
    session.execute(sa.delete(LegacyId).where(*old).execution_options(**AS_IS))
    _delete_unused_placements(session, *here)
    erased = privacy.erase(session, *here, binders=binders, placed=_placed(session, tenant_id))
    return Erased(found, erased.binders_gone, erased.binders_kept, erased.digests, erased.uploads)


AS_IS: Mapping[str, Any] = {"synchronize_session": False}


def _theirs(kind: Any, tenant_id: UUID, person_id: UUID) -> sa.ColumnElement[bool]:
    return personal.whose(kind, "person_id", tenant_id, person_id)


def _delete_unused_placements(session: Session, tenant_id: UUID, person_id: UUID) -> None:
    """What was chosen in a picker and placed nowhere."""
    used = sa.select(ResourceLink.placement_id).where(
        ResourceLink.tenant_id == tenant_id, ResourceLink.placement_id.is_not(None)
    )
    unused = (
        Placement.tenant_id == tenant_id,
        Placement.created_by_id == person_id,
        Placement.id.not_in(used),
    )
    session.execute(sa.delete(Placement).where(*unused).execution_options(**AS_IS))


def _forget_subjects(session: Session, tenant_id: UUID, subjects: Collection[str]) -> None:
    """In what messages of others have said: whose work is to be reviewed, whose data are to be shown."""
    query = sa.select(Launch).where(
        Launch.tenant_id == tenant_id, Launch.message_type.in_((SUBMISSION_REVIEW, *DATA_PRIVACY))
    )
    for launch in session.scalars(query):
        if (launch.message or {}).get("for_user") in subjects:
            launch.message = {**(launch.message or {}), "for_user": ""}
    session.flush()
