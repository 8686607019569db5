"""Saying who made a file and under which licence it may be used."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer, find
from binder.models import Resource
from binder.owning import own_binder
from binder.sanitize import storable

__all__ = ["describe"]

LONGEST = 255


def describe(session: Session, viewer: Viewer, resource_id: UUID, *, credit: str, licence: str) -> Resource:
    """Note the author and the licence of a file in a binder that the viewer writes; both are plain texts.

    :raises NotFound: if there is no such file.
    """
    resource = find(session, viewer, Resource, resource_id)
    own_binder(session, viewer, resource.binder_id)
    said = [" ".join(str(storable(text)).split())[:LONGEST] for text in (credit, licence)]
    if [resource.credit, resource.licence] != said:
        resource.credit, resource.licence = said
        session.flush()
    return resource
