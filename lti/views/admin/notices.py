"""What platforms tell us unasked: what was agreed with each deployment, and what came last."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response

from lti.models import Deployment, Notice, NoticeHandler
from lti.views.admin.desk import Desk, page

__all__ = ["notices"]

MOST = 50


@page("/notices")
def notices(desk: Desk) -> Response:
    """Agreements and the last notices."""
    joined = sa.orm.joinedload(Deployment.registration)
    agreed = (
        sa.select(NoticeHandler, Deployment)
        .join(Deployment, Deployment.id == NoticeHandler.deployment_id)
        .options(joined)
        .order_by(NoticeHandler.changed_at.desc())
        .limit(200)
    )
    came = (
        sa.select(Notice, Deployment)
        .join(Deployment, Deployment.id == Notice.deployment_id)
        .options(joined)
        .order_by(Notice.received_at.desc())
        .limit(MOST)
    )
    return desk.render(
        "notices.html",
        handlers=desk.session.execute(agreed).all(),
        notices=desk.session.execute(came).all(),
    )
