"""One-time links by which platforms register themselves; a link is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.clock import now
from binder.errors import Invalid
from lti.models import DeploymentPolicy
from lti.platforms import administering
from lti.platforms import invitations as links
from lti.platforms.outside import address
from lti.tool import tool
from lti.views.admin.desk import Desk, page
from lti.views.admin.forms import chosen, school_or_new

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["invitations", "invite", "withdraw"]

MOST_DAYS = 90


@page("/invitations")
def invitations(desk: Desk) -> Response:
    """Those there are, and the form for another."""
    return _shown(desk)


def _shown(
    desk: Desk, *, link: str = "", until: object = None, problem: bool = False, status: int = 200
) -> Response:
    return desk.render(
        "invitations.html",
        status=status,
        rows=administering.invitations(desk.session),
        tenants=administering.tenants(desk.session),
        policies=list(DeploymentPolicy),
        now=now(),
        link=link,
        until=until,
        problem=problem,
        sent=request.form,
    )


@page("/invitations", "POST")
def invite(desk: Desk) -> Response:
    """Make a link; it stands on this page only, and nowhere in the database."""
    days = request.form.get("days", 7, type=int)
    tenant_id = school_or_new(desk.session)
    if tenant_id is None:
        return _shown(desk, problem=True, status=422)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days are from 1 to 90")
    note = " ".join(request.form.get("note", "").split())[:255]
    invitation, secret = links.invite(
        desk.session,
        tenant_id,
        policy=chosen(DeploymentPolicy, "policy"),
        needs_approval="at_once" not in request.form,
        lifetime=timedelta(days=days),
        note=note if note.isprintable() else "",
    )
    link = address(tool().settings, "register", secret=secret)
    return _shown(desk, link=link, until=invitation.expires_at)


@page("/invitations/<uuid:key>/withdraw", "POST")
def withdraw(desk: Desk, key: UUID) -> BaseResponse:
    """The link opens nothing any more."""
    administering.withdraw(desk.session, key)
    return desk.to("invitations")
