"""Platforms that register themselves: an invitation, the review, the registration; later reading and changing it.

An administrator of ours makes a one-time link, one of the platform's opens it there, reads what will be asked, and says
yes. Nothing is known of a platform before, and no registration is ever overwritten.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now, uuid7
from binder.models import Tenant
from lti import logs
from lti.errors import LTIError
from lti.keyring.sealing import Sealer
from lti.models import Invitation, Registration, RegistrationStatus
from lti.platforms.invitations import InvitationBusy, InvitationChanged, hashed, opened
from lti.platforms.registrations import kept, ours, take_answer, told
from lti.protocol import configurations
from lti.protocol import registering as protocol
from lti.protocol.configurations import PlatformConfiguration
from lti.protocol.introduction import Choice, document
from lti.protocol.registering import Answered
from lti.tool import Tool

__all__ = ["AlreadyRegistered", "Review", "begin", "finish", "reopen"]

log = logs.logger()
PATIENCE = timedelta(minutes=2)
"""For how long one answer to a review may be on its way to the platform before another may try."""
LONGEST_TOKEN = 8192


class AlreadyRegistered(LTIError):
    """The platform gave us a client id that we have from it already."""

    code = "already-registered"
    status = 409


@dataclass(frozen=True)
class Review:
    """What somebody is asked to say yes to."""

    platform: PlatformConfiguration
    school: str
    needs_approval: bool
    fingerprint: str
    """Of all that will be registered by: a yes counts for this only."""
    known_before: int
    """Registrations of the same issuer."""


def begin(tool: Tool, secret: str, url: str, token: str) -> Review:
    """A platform has opened the link: read what it says of itself, and keep that for the answer.

    :param url: of its OpenID configuration.
    :param token: with which it lets us register.
    :raises LTIError: if the invitation cannot be used, or the platform's configuration not be had.
    """
    with tool.reading() as session:
        opened(session, secret)
    token = token[:LONGEST_TOKEN]
    platform = configurations.fetch(tool.http, tool.settings, url, token)
    with tool.begin() as session:
        invitation = opened(session, secret, lock=True)
        under_way = {"url": url, "configuration": kept(platform.raw), "token": tool.sealer.seal(token)}
        if _is_busy(invitation):
            raise InvitationBusy("a registration is on its way")
        invitation.under_way = under_way
        return _review(session, tool, invitation)


def reopen(tool: Tool, secret: str) -> Review:
    """The review once more, after something went wrong.

    :raises LTIError: if the invitation cannot be used.
    """
    with tool.reading() as session:
        return _review(session, tool, opened(session, secret))


def _review(session: Session, tool: Tool, invitation: Invitation) -> Review:
    under_way = invitation.under_way
    if not under_way:
        raise InvitationChanged("nobody has opened the link from a platform")
    platform = PlatformConfiguration.read(under_way["url"], under_way["configuration"], tool.settings)
    same = sa.select(sa.func.count()).where(Registration.issuer == platform.issuer)
    return Review(
        platform,
        session.get_one(Tenant, invitation.tenant_id).name,
        invitation.needs_approval,
        _fingerprint(invitation),
        session.scalar(same) or 0,
    )


def _fingerprint(invitation: Invitation) -> str:
    parts = {name: value for name, value in (invitation.under_way or {}).items() if name != "until"}
    return hashlib.sha256(json.dumps([str(invitation.id), parts], sort_keys=True).encode()).hexdigest()


def _is_busy(invitation: Invitation) -> bool:
    until = (invitation.under_way or {}).get("until")
    return until is not None and datetime.fromisoformat(until) > now()


def finish(tool: Tool, secret: str, fingerprint: str, choice: Choice) -> UUID:
    """Register, as was reviewed; the invitation is used up only if that succeeds.

    :return: the registration's id.
    :raises RegistrationRefused: if the platform does not take it.
    :raises LTIError: if the invitation cannot be used (any more), or what was reviewed has changed.
    """
    with tool.begin() as session:
        invitation = opened(session, secret, lock=True)
        if invitation.under_way is None or _fingerprint(invitation) != fingerprint:
            raise InvitationChanged("the review is not of what is there now")
        if _is_busy(invitation):
            raise InvitationBusy("a registration is on its way")
        invitation.under_way = {**invitation.under_way, "until": (now() + PATIENCE).isoformat()}
        under_way = invitation.under_way
    platform = PlatformConfiguration.read(under_way["url"], under_way["configuration"], tool.settings)
    try:
        token = tool.sealer.open(under_way["token"])
        said = document(ours(tool), platform, choice)
        answered = protocol.register(tool.http, tool.settings, platform, token, said)
        with tool.begin() as session:
            registration = _keep(session, tool.sealer, opened(session, secret, lock=True), platform, answered)
            registration.configuration = told(platform, answered, choice)
            key = registration.id
    except Exception as error:
        _release(tool, secret)
        code = error.code if isinstance(error, LTIError) else type(error).__name__
        logs.event(log, logs.WARNING, "not-registered", issuer=platform.issuer, error=code)
        raise
    logs.event(log, logs.INFO, "registered", issuer=platform.issuer, client_id=answered.client_id)
    return key


def _release(tool: Tool, secret: str) -> None:
    """Another try is welcome."""
    with tool.begin() as session:
        known = sa.select(Invitation).where(Invitation.secret == hashed(secret))
        invitation = session.scalar(known)
        if invitation is not None and invitation.under_way is not None:
            left = {name: value for name, value in invitation.under_way.items() if name != "until"}
            invitation.under_way = left


def _keep(
    session: Session,
    sealer: Sealer,
    invitation: Invitation,
    platform: PlatformConfiguration,
    answered: Answered,
) -> Registration:
    same = Registration.issuer == platform.issuer, Registration.client_id == answered.client_id
    if session.scalar(sa.select(Registration.id).where(*same)) is not None:
        raise AlreadyRegistered("this registration is there already", client_id=answered.client_id)
    registration = Registration(
        id=uuid7(),
        issuer=platform.issuer,
        client_id=answered.client_id,
        name=invitation.note or platform.name,
        authorization_endpoint=platform.authorization_endpoint,
        token_endpoint=platform.token_endpoint,
        token_audience=platform.token_audience,
        jwks_uri=platform.jwks_uri,
        status=RegistrationStatus.PENDING if invitation.needs_approval else RegistrationStatus.ACTIVE,
        policy=invitation.policy,
        default_tenant_id=invitation.tenant_id,
        product_family=platform.product_family,
    )
    session.add(registration)
    session.flush()
    take_answer(session, sealer, registration, answered)
    invitation.used_at, invitation.under_way, invitation.registration_id = now(), None, registration.id
    return registration
