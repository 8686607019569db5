"""A document of the native format becomes a binder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer, require, who
from binder.activities import Content
from binder.clock import uuid7
from binder.content import searching
from binder.content.asking import content_renamed, new_version
from binder.content.composing import note_files
from binder.content.renaming import renamed
from binder.errors import Invalid, NotFound
from binder.media import intake
from binder.models import Activity, Binder, Page, Resource, Section
from binder.resources import quarantine
from binder.resources.files import MAX_FILE
from binder.schemas import load_binder, walk_pages
from binder.storage import Storage

__all__ = ["import_binder"]


def import_binder(
    session: Session,
    viewer: Viewer,
    document: Any,
    storage: Storage,
    open_file: Callable[[str], BinaryIO],
    *,
    scan: bool = False,
) -> Binder:
    """Make a new binder of the viewer's own from a document of the native format.

    Everything gets new identifiers, so that a binder can be brought in twice, and beside its original.

    :param open_file: SHA-256 → the bytes; may raise KeyError.
    :param scan: see `binder.resources.files.add_file`.
    :raises Invalid: with messages by field; nothing has been made then.
    """
    require(viewer, "write")
    data = load_binder(document)
    with session.begin_nested():
        binder = _import(session, viewer, data, storage, open_file)
        if scan:
            session.expire(binder, ["resources"])
            for resource in binder.resources:
                quarantine.admit(session, resource)
    session.expire(binder)
    return binder


def _import(
    session: Session,
    viewer: Viewer,
    data: Mapping[str, Any],
    storage: Storage,
    open_file: Callable[[str], BinaryIO],
) -> Binder:
    new: dict[str, UUID] = {}
    texts = ("title", "description", "lang", "subject", "level", "licence", "credit")
    binder = Binder(
        id=uuid7(),
        tenant_id=viewer.tenant_id,
        owner_id=who(viewer),
        **{name: data[name] for name in texts},
    )
    session.add(binder)
    session.flush()
    for resource in data["resources"]:
        new[str(resource["id"])] = _import_resource(session, binder, resource, storage, open_file).id
    for activity in data["activities"]:
        new[str(activity["id"])] = _import_activity(session, binder, activity, new).id
    new |= {str(page["id"]): uuid7() for page in walk_pages(data)}
    _import_sections(session, binder, data["sections"], None, new)
    session.flush()
    return binder


def _import_resource(
    session: Session,
    binder: Binder,
    data: Mapping[str, Any],
    storage: Storage,
    open_file: Callable[[str], BinaryIO],
) -> Resource:
    try:
        with open_file(data["sha256"]) as stream:
            stored = storage.save(binder.tenant_id, stream, limit=MAX_FILE)
    except (KeyError, NotFound):
        raise Invalid("a file is missing", {"resources": [f"the file “{data['name']}” is missing"]}) from None
    if stored.sha256 != data["sha256"]:
        raise Invalid("a file is damaged", {"resources": [f"the file “{data['name']}” is damaged"]})
    resource = Resource(
        id=uuid7(),
        tenant_id=binder.tenant_id,
        binder_id=binder.id,
        **asdict(intake.examine(storage, binder.tenant_id, stored)),
        **{name: data[name] for name in ("name", "credit", "licence")},
    )
    session.add(resource)
    return resource


def _import_activity(
    session: Session, binder: Binder, data: Mapping[str, Any], new: Mapping[str, UUID]
) -> Activity:
    activity = Activity(
        id=uuid7(),
        tenant_id=binder.tenant_id,
        binder_id=binder.id,
        type=data["type"],
        title=data["title"],
        number=1,
    )
    session.add(activity)
    session.flush()
    content = Content(data["points"], data["body"], data["key"], data["scoring"])
    session.add(new_version(activity, content_renamed(activity.type, content, new)))
    return activity


def _import_sections(
    session: Session,
    binder: Binder,
    sections: list[Mapping[str, Any]],
    parent_id: UUID | None,
    new: Mapping[str, UUID],
) -> None:
    for position, data in enumerate(sections, 1):
        section = Section(
            id=uuid7(),
            tenant_id=binder.tenant_id,
            binder_id=binder.id,
            parent_id=parent_id,
            title=data["title"],
            position=position,
            hidden=data["hidden"],
            visible_from=data["visible_from"],
        )
        session.add(section)
        session.flush()
        for place, page in enumerate(data["pages"], 1):
            row = Page(
                id=new[str(page["id"])],
                tenant_id=binder.tenant_id,
                binder_id=binder.id,
                section_id=section.id,
                title=page["title"],
                position=place,
                hidden=page["hidden"],
                visible_from=page["visible_from"],
                blocks=[renamed(block, new) for block in page["blocks"]],
            )
            session.add(row)
            session.flush()
            note_files(row)
            searching.learn(session, row)
        _import_sections(session, binder, data["sections"], section.id, new)
