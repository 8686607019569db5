"""Deployments: installations of the tool in a platform; those that wait for a yes come first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response

from lti.models import DeploymentStatus
from lti.platforms import administering
from lti.views.admin.desk import Desk, page
from lti.views.admin.forms import chosen, school_or_new

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["decide", "deployments"]


@page("/deployments")
def deployments(desk: Desk) -> Response:
    """All of them."""
    return desk.render(
        "deployments.html",
        rows=administering.deployments(desk.session),
        tenants=administering.tenants(desk.session),
    )


@page("/deployments/<uuid:key>", "POST")
def decide(desk: Desk, key: UUID) -> BaseResponse:
    """Let it in or shut it out; and whose it is, as long as it has no classes."""
    status = chosen(DeploymentStatus, "status")
    administering.decide(desk.session, key, status, tenant_id=school_or_new(desk.session))
    return desk.to("deployments")
