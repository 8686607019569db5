"""Who comes from LTI 1.1 finds again what is known of them: person, class and work, each taken over once.

Believed is the launch's own signed claim, and no more than an administrator has prepared: a consumer's key and secret for
the registration, and ids with what they stand for. Where anything is wrong people go on as somebody new, and it is logged.
https://www.imsglobal.org/spec/lti/v1p3/migr
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import now
from binder.models import Assignment, Audience, Person
from lti import logs
from lti.errors import SettingsInvalid
from lti.keyring.sealing import Sealer
from lti.models import Context, LegacyConsumer, LegacyId
from lti.protocol.legacy import is_signed

if TYPE_CHECKING:
    from lti.protocol.launch import ValidatedLaunch

__all__ = ["TARGETS", "Kind", "Take", "former", "former_members", "reseal"]

log = logs.logger("legacy")


class Kind(StrEnum):
    """What an id of LTI 1.1 stands for."""

    USER = "user"
    CONTEXT = "context"
    LINK = "link"


TARGETS: dict[Kind, type[Person | Audience | Assignment]] = {
    Kind.USER: Person,
    Kind.CONTEXT: Audience,
    Kind.LINK: Assignment,
}


class Take(Protocol):
    """Takes over what an id of LTI 1.1 stands for; to be called when a row is about to be made."""

    def __call__(self, kind: Kind, audience_id: UUID | None = None) -> UUID | None:
        """Id of the person, audience or assignment; None if there is none to be taken.

        :param audience_id: of the class, for a link.
        """


def former(session: Session, valid: ValidatedLaunch, sealer: Sealer) -> Take:
    """What a launch may take over; its signature is looked at when there is something to take, and only once."""
    legacy = valid.claims.legacy
    believed: list[bool] = []

    def take(kind: Kind, audience_id: UUID | None = None) -> UUID | None:
        if legacy is None:
            return None
        ids = {Kind.USER: legacy.user_id, Kind.CONTEXT: legacy.context_id, Kind.LINK: legacy.resource_link_id}
        if not believed:
            believed.append(_is_believed(session, valid, sealer))
        if not believed[0]:
            return None
        return _take(session, valid.tenant_id, [legacy.consumer_key], kind, ids[kind], audience_id)

    return take


def former_members(session: Session, tenant_id: UUID, registration_id: UUID) -> Callable[[str], UUID | None]:
    """Id under LTI 1.1 → person, for a class list: it comes from the platform itself, and needs no signature."""
    keys = session.scalars(
        sa.select(LegacyConsumer.consumer_key).where(LegacyConsumer.registration_id == registration_id)
    ).all()
    return lambda value: _take(session, tenant_id, keys, Kind.USER, value, None) if keys else None


def reseal(session: Session, sealer: Sealer) -> int:
    """Seal the consumers' secrets anew by the first secret, after `LTI_SECRET` was set or changed.

    :return: how many.
    """
    found = session.scalars(sa.select(LegacyConsumer)).all()
    for consumer in found:
        consumer.secret = sealer.seal(sealer.open(consumer.secret))
    return len(found)


def _is_believed(session: Session, valid: ValidatedLaunch, sealer: Sealer) -> bool:
    legacy = valid.claims.legacy
    if legacy is None or not legacy.consumer_key or not legacy.signature:
        return _refuse(valid, "unsigned")
    sealed = session.scalar(
        sa.select(LegacyConsumer.secret).where(
            LegacyConsumer.registration_id == valid.registration.id,
            LegacyConsumer.consumer_key == legacy.consumer_key,
        )
    )
    if sealed is None:
        return _refuse(valid, "consumer unknown")
    try:
        secret = sealer.open(sealed)
    except SettingsInvalid:
        return _refuse(valid, "secret sealed by another LTI_SECRET")
    return is_signed(secret, legacy, valid.claims) or _refuse(valid, "wrong signature")


def _refuse(valid: ValidatedLaunch, reason: str) -> bool:
    facts = {"issuer": valid.claims.issuer, "client_id": valid.claims.client_id}
    logs.event(log, logs.WARNING, "legacy-refused", reason=reason, **facts)
    return False


def _take(
    session: Session,
    tenant_id: UUID,
    consumer_keys: Collection[str],
    kind: Kind,
    value: str,
    audience_id: UUID | None,
) -> UUID | None:
    """Mark an id as taken: of two launches at once, one gets it."""
    of_it = (
        LegacyId.tenant_id == tenant_id,
        LegacyId.consumer_key.in_(consumer_keys),
        LegacyId.kind == kind.value,
        LegacyId.value == value,
        LegacyId.taken_at.is_(None),
    )
    found = session.execute(sa.select(LegacyId.id, LegacyId.target_id).where(*of_it)).all() if value else []
    if len(found) != 1:  # under several keys it would be a guess
        return None
    key, target_id = found[0]
    if not _is_free(session, tenant_id, kind, target_id, audience_id):
        logs.event(log, logs.WARNING, "legacy-target-lost", kind=kind.value)
        return None
    taken = (
        sa.update(LegacyId)
        .where(LegacyId.tenant_id == tenant_id, LegacyId.id == key, LegacyId.taken_at.is_(None))
        .values(taken_at=now())
        .execution_options(synchronize_session=False)
    )
    result: Any = session.execute(taken)
    if result.rowcount != 1:
        return None
    logs.event(log, logs.INFO, "legacy-taken", kind=kind.value)
    return UUID(str(target_id))


def _is_free(
    session: Session, tenant_id: UUID, kind: Kind, target_id: UUID, audience_id: UUID | None
) -> bool:
    """Whether it is still there, and for a class no other of the platform's, for a link work of its own class."""
    target = session.get(TARGETS[kind], (tenant_id, target_id))
    if isinstance(target, Person):
        return target.erased_at is None
    if isinstance(target, Assignment):
        return target.audience_id == audience_id
    taken = sa.select(Context.id).where(Context.tenant_id == tenant_id, Context.audience_id == target_id)
    return target is not None and session.scalar(taken.limit(1)) is None
