"""The last launches that were refused: what a person's reference stands for."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response, request

from binder.sanitize import storable
from lti.models import RefusedLaunch
from lti.views.admin.desk import Desk, page
from lti.views.admin.refusal_words import CODES

__all__ = ["refused"]

MOST = 50


@page("/refused")
def refused(desk: Desk) -> Response:
    """The newest first; by reference, if somebody has read one out."""
    reference = storable(request.args.get("reference", "").strip())[:16].upper()
    query = sa.select(RefusedLaunch).order_by(RefusedLaunch.at.desc(), RefusedLaunch.id.desc()).limit(MOST)
    if reference:
        query = query.where(RefusedLaunch.reference == reference)
    return desk.render(
        "refused.html",
        rows=desk.session.scalars(query).all(),
        reference=reference,
        most=MOST,
        codes=CODES,
    )
