"""Platforms: which there are, one of them, and what may be changed about it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request
from sqlalchemy.orm import Session

from binder.errors import NotFound
from lti.errors import LTIError
from lti.i18n import N_
from lti.models import Deployment, DeploymentPolicy, Registration, RegistrationStatus
from lti.platforms import administering
from lti.platforms import registrations as known
from lti.protocol.introduction import SCOPES
from lti.protocol.registering import RegistrationRefused
from lti.tool import tool
from lti.views.admin.desk import Desk, page
from lti.views.admin.forms import chosen, school
from lti.views.platforms import platform_words as words

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["ask_platform", "forget", "registration", "registrations", "rule", "switch"]

DONE = {
    "saved": N_("Saved."),
    "refresh": N_("Read again from the platform."),
    "update": N_("The platform has our present addresses, messages and scopes."),
}
FAILED = {
    "registration-by-hand": N_(
        "This platform was registered by hand, or lets nobody read a registration afterwards."
    ),
    "registration-refused": N_("The platform did not do it."),
    "platform-configuration": N_(
        "What the platform says of itself cannot be read, or is not as it should be."
    ),
    "settings": N_(
        "The set-up here is not complete: LTI_SECRET is not the one that its token was sealed with."
    ),
}


@page("/registrations")
def registrations(desk: Desk) -> Response:
    """All of them; those that wait come first."""
    query = (
        sa.select(Registration, sa.func.count(Deployment.id))
        .outerjoin(Deployment)
        .group_by(Registration.id)
        .order_by(Registration.status != RegistrationStatus.PENDING, Registration.created_at.desc())
        .limit(1000)
    )
    return desk.render("registrations.html", rows=desk.session.execute(query).all())


@page("/registrations/<uuid:key>")
def registration(desk: Desk, key: UUID) -> Response:
    """Endpoints, state, rules, what it granted."""
    return _shown(desk, desk.session, key, done=DONE.get(request.args.get("done", "")))


def _shown(
    desk: Desk,
    session: Session,
    key: UUID,
    *,
    done: str | None = None,
    failed: str | None = None,
    said: str = "",
    status: int = 200,
) -> Response:
    found = session.get(Registration, key)
    if found is None:
        raise NotFound
    return desk.render(
        "registration.html",
        status=status,
        registration=found,
        deployments=sorted(found.deployments, key=lambda each: each.deployment_id),
        tenants=administering.tenants(session),
        policies=list(DeploymentPolicy),
        scopes=[(scope, words.SCOPES.get(scope, (scope,))[0]) for scope in found.scopes],
        missing=[words.SCOPES[each][1] for each in SCOPES if found.scopes and each not in found.scopes],
        by_itself=found.configuration is not None,
        can_ask=bool(found.registration_uri and found.registration_token),
        done=done,
        failed=failed,
        said=said,
    )


@page("/registrations/<uuid:key>/switch", "POST")
def switch(desk: Desk, key: UUID) -> BaseResponse:
    """Approve it, or switch it off or on."""
    administering.switch(desk.session, key, chosen(RegistrationStatus, "status"))
    return desk.to("registration", key=key, done="saved")


@page("/registrations/<uuid:key>/rule", "POST")
def rule(desk: Desk, key: UUID) -> BaseResponse:
    """What happens to new deployments, and whose they will be."""
    administering.rule(desk.session, key, chosen(DeploymentPolicy, "policy"), school(desk.session))
    return desk.to("registration", key=key, done="saved")


@page("/registrations/<uuid:key>/forget", "POST")
def forget(desk: Desk, key: UUID) -> BaseResponse:
    """Take it away, if nobody has launched by it."""
    known.forget(desk.session, key)
    return desk.to("registrations")


@page("/registrations/<uuid:key>/<any(refresh, update):what>", "POST", alone=True)
def ask_platform(desk: Desk, key: UUID, what: str) -> BaseResponse:
    """Read it from the platform again, or say all of it anew there."""
    try:
        (known.refresh if what == "refresh" else known.update)(tool(), key)
    except LTIError as error:
        said = ""
        if isinstance(error, RegistrationRefused):
            said = " – ".join(part for part in (error.error, error.description) if part)
        failed = FAILED.get(error.code, FAILED["registration-refused"])
        with tool().reading() as session:
            return _shown(desk, session, key, failed=failed, said=said or error.detail, status=error.status)
    return desk.to("registration", key=key, done=what)
