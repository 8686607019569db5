"""What is known of platforms that have registered themselves: kept, read anew, said anew, forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.errors import Conflict, NotFound
from lti import i18n
from lti.errors import LTIError
from lti.i18n import N_
from lti.keyring.sealing import Sealer
from lti.links.linking import VARIABLES
from lti.models import Deployment, DeploymentStatus, Registration
from lti.platforms.outside import address
from lti.protocol import configurations
from lti.protocol import registering as protocol
from lti.protocol.configurations import PlatformConfiguration
from lti.protocol.introduction import Choice, Ours, document
from lti.protocol.registering import Answered
from lti.tool import Tool
from lti.values import clean

__all__ = ["NotOffered", "forget", "kept", "ours", "refresh", "reseal", "take_answer", "told", "update"]

DEEPEST = 12
DESCRIPTION = N_("A teacher’s binder: pages, exercises and their marks, for a class.")
LABEL = N_("Choose from a binder")


class NotOffered(LTIError):
    """The platform lets nobody read or change the registration afterwards, or it was made by hand."""

    code = "registration-by-hand"
    status = 409


def take_answer(session: Session, sealer: Sealer, registration: Registration, answered: Answered) -> None:
    """Know what the platform says of a registration of ours; a deployment that it names is one of that school's."""
    registration.scopes = list(answered.scopes)
    if answered.uri:
        registration.registration_uri = answered.uri
    if answered.token:
        registration.registration_token = sealer.seal(answered.token)
    tenant_id, named = registration.default_tenant_id, answered.deployment_id
    known = sa.select(Deployment.id).where(
        Deployment.registration_id == registration.id, Deployment.deployment_id == named
    )
    if named is None or tenant_id is None or session.scalar(known) is not None:
        return
    session.add(
        Deployment(
            id=uuid7(),
            registration_id=registration.id,
            deployment_id=named,
            tenant_id=tenant_id,
            status=DeploymentStatus.APPROVED,
        )
    )
    session.flush()


def told(platform: PlatformConfiguration, answered: Answered, choice: Choice) -> dict[str, Any]:
    """What is kept for administrators, and for saying it all anew."""
    return {
        "url": platform.url,
        "platform": kept(platform.raw),
        "answer": kept(answered.raw),
        "privacy": choice.privacy,
        "placements": None if choice.placements is None else sorted(choice.placements),
    }


def refresh(tool: Tool, key: UUID) -> Answered:
    """Read a registration from its platform again: what we may do there, and which deployment it names.

    :raises NotOffered: if the platform does not offer that.
    :raises RegistrationRefused: if it does not tell.
    """
    uri, token, _, _ = _access(tool, key)
    answered = protocol.read(tool.http, tool.settings, uri, token)
    _note(tool, key, answered)
    return answered


def update(tool: Tool, key: UUID) -> Answered:
    """Say all of it anew, with our present addresses, messages and scopes; what the administrator chose stays.

    :raises NotOffered: if the platform does not offer that.
    :raises ConfigurationInvalid: if its configuration cannot be read.
    :raises RegistrationRefused: if it does not take it.
    """
    uri, token, client_id, known = _access(tool, key)
    platform = _platform(tool, known)
    placements = known.get("placements")
    choice = Choice(
        known.get("privacy", Choice.privacy), None if placements is None else frozenset(placements)
    )
    said = document(ours(tool), platform, choice)
    answered = protocol.change(tool.http, tool.settings, uri, token, client_id, said)
    _note(tool, key, answered, platform=kept(platform.raw))
    return answered


def _platform(tool: Tool, known: Mapping[str, Any]) -> PlatformConfiguration:
    """What the platform says of itself now; what it said then, where it wants the registration token for that."""
    try:
        return configurations.fetch(tool.http, tool.settings, known["url"])
    except configurations.ConfigurationInvalid as error:
        if error.facts.get("platform_status") not in (401, 403):
            raise
    return PlatformConfiguration.read(known["url"], known["platform"], tool.settings)


def _access(tool: Tool, key: UUID) -> tuple[str, str, str, dict[str, Any]]:
    with tool.reading() as session:
        registration = session.get(Registration, key)
        if registration is None:
            raise NotFound
        uri, token = registration.registration_uri, registration.registration_token
        if not uri or not token or registration.configuration is None:
            raise NotOffered("the platform offers no address for that")
        return uri, tool.sealer.open(token), registration.client_id, dict(registration.configuration)


def _note(tool: Tool, key: UUID, answered: Answered, **facts: Any) -> None:
    with tool.begin() as session:
        registration = session.get_one(Registration, key, with_for_update=True)
        if answered.client_id != registration.client_id:
            raise protocol.RegistrationRefused(None, detail="the platform speaks of another registration")
        take_answer(session, tool.sealer, registration, answered)
        known = registration.configuration or {}
        registration.configuration = {**known, **facts, "answer": kept(answered.raw)}


def forget(session: Session, key: UUID) -> None:
    """Take a registration away that nobody has launched by.

    :raises Conflict: if somebody has: it can be switched off.
    """
    registration = session.get(Registration, key)
    if registration is None:
        raise NotFound
    try:
        with session.begin_nested():
            session.execute(sa.delete(Deployment).where(Deployment.registration_id == key))
            session.execute(sa.delete(Registration).where(Registration.id == key))
    except sa.exc.IntegrityError:
        raise Conflict("it has been used: switch it off instead") from None
    session.expunge(registration)


def reseal(session: Session, sealer: Sealer) -> int:
    """Seal platforms' tokens anew by the first secret, after `LTI_SECRET` was set or changed.

    :return: how many.
    """
    query = sa.select(Registration).where(Registration.registration_token.is_not(None))
    found = session.scalars(query).all()
    for registration in found:
        registration.registration_token = sealer.seal(sealer.open(registration.registration_token or ""))
    return len(found)


def ours(tool: Tool) -> Ours:
    """What is always the same of us."""
    said = {language: i18n.texts(language).gettext for language in i18n.LANGUAGES}
    return Ours(
        name=tool.settings.tool_name,
        login=address(tool.settings, "login"),
        launch=address(tool.settings, "launch"),
        jwks=address(tool.settings, "jwks"),
        icon=address(tool.settings, "static", filename="mark.svg"),
        variables=VARIABLES,
        descriptions={language: told(DESCRIPTION) for language, told in said.items()},
        labels={language: told(LABEL) for language, told in said.items()},
    )


def kept(value: Any, depth: int = 0) -> Any:
    """JSON that came from elsewhere as every database takes it: no odd characters, no abyss."""
    if isinstance(value, str):
        return clean(value)
    if depth >= DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {clean(str(name)): kept(each, depth + 1) for name, each in value.items()}
    if isinstance(value, list):
        return [kept(each, depth + 1) for each in value]
    return value
