"""The trash of a binder and of the shelf: what was thrown away in the last thirty days can be had back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.content import authoring, trash
from binder.content.contents import sizes
from binder.errors import NotFound
from lti.views.forms import identifier
from lti.views.saying import Said
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["binder_trash", "delete_binder", "restore", "restore_binder", "trashed_binders"]


@screen("/binders/<uuid:binder>/trash")
def binder_trash(here: Here, binder: UUID) -> Response:
    """The pages and sections in a binder's trash."""
    own = authoring.own_binder(here.session, here.viewer, binder)
    parts = trash.trashed(here.session, here.viewer, binder)
    return render("contents/trash.html", here, binder=own, parts_thrown=parts)


@screen("/binders/<uuid:binder>/trash", "POST")
def restore(here: Here, binder: UUID) -> BaseResponse:
    """Restore one part, or undo: restore all that was thrown away in one moment."""
    name, at = request.form.get("part", ""), request.form.get("at", "")
    if name:
        id = identifier(name[2:])
        section = trash.restore(here.session, here.viewer, binder, id)
        part = f"s-{id}" if section == id else f"p-{id}"
        return here.to("binder", binder=binder, **Said("moved", part).values)
    authoring.own_binder(here.session, here.viewer, binder)
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        raise NotFound("no such moment") from None
    if instant.tzinfo is None:
        raise NotFound("no such moment")
    trash.restore_all(here.session, here.viewer, binder, instant)
    return here.to("binder", binder=binder, said="restored", _anchor="contents")


@screen("/binders/<uuid:binder>/delete", "POST")
def delete_binder(here: Here, binder: UUID) -> BaseResponse:
    """Put a whole binder into the trash."""
    trash.throw_away_binder(here.session, here.viewer, binder)
    return here.to("binders", thrown=binder)


@screen("/trash")
def trashed_binders(here: Here) -> Response:
    """The binders in the trash."""
    found = trash.trashed_binders(here.session, here.viewer)
    size = sizes(here.session, here.viewer, found)
    return render("contents/trash_binders.html", here, binders=found, sizes=size, kept=trash.KEPT)


@screen("/binders/<uuid:binder>/restore", "POST")
def restore_binder(here: Here, binder: UUID) -> BaseResponse:
    """Take a whole binder out of the trash."""
    trash.restore_binder(here.session, here.viewer, binder)
    return here.to("binder", binder=binder, said="restored")
