"""What platforms tell us unasked: we ask for it at the first launch of a deployment, keep what comes, and act on it once.

A vendor's package acts on further types with `@on("…")`; those are asked for, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from binder import outbox
from binder.clock import now, uuid7
from binder.outbox import Begin, Due, Failed
from lti import copies
from lti.claims import CLAIM, CONTEXT, NoticeService
from lti.errors import ServiceError
from lti.models import Deployment, Notice, NoticeHandler
from lti.protocol import notices
from lti.protocol.notices import CONTEXT_COPY, HELLO_WORLD, CheckedNotice
from lti.protocol.services import Services
from lti.values import mapping_of, texts_of

__all__ = ["NOTICES_WANTED", "NOTICE_CAME", "NoticeReader", "keep", "on", "want"]

NOTICES_WANTED = "notices.wanted"
"""Event of the outbox: a platform offers notices; its subject is the deployment's row."""
NOTICE_CAME = "notice.came"
"""Event of the outbox: a notice waits to be acted on; its subject is the notice's row."""
ORIGINS = CLAIM + "origin_contexts"
KEPT = 1000
"""Notices of a deployment that stay once they are acted on."""

Act = Callable[[Session, Notice], None]
Keep = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _nothing(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


_acts: dict[str, tuple[Act, Keep]] = {}


def on(notice_type: str, *, keep: Keep = _nothing) -> Callable[[Act], Act]:
    """Decorator: `f(session, notice)` acts on notices of a type, in a transaction of its own.

    :param keep: what of the claims it needs, as plain JSON: `notice.claims`. Never a name or an address of mail; it raises
        `ClaimInvalid` where something is not as it should, and the notice is refused.
    :raises ValueError: if the type is taken.
    """

    def register(act: Act) -> Act:
        if notice_type in _acts:
            raise ValueError(f"{notice_type} is taken by {_acts[notice_type][0].__qualname__}")
        _acts[notice_type] = act, keep
        return act

    return register


@on(HELLO_WORLD)
def note_hello(session: Session, notice: Notice) -> None:
    """The platform tries whether notices arrive: they do."""


def _classes(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    told = {"context": mapping_of(claims, CONTEXT), "origin_contexts": list(texts_of(claims, ORIGINS))}
    return {name: value for name, value in told.items() if value}


@on(CONTEXT_COPY, keep=_classes)
def note_copy(session: Session, notice: Notice) -> None:
    """A class was made by copying others."""
    deployment = session.get_one(Deployment, notice.deployment_id)
    new = notice.claims.get("context") or {}
    copies.note(
        session,
        deployment,
        context_id=str(new.get("id", "")),
        title=str(new.get("title") or new.get("label") or ""),
        origins=[str(origin) for origin in notice.claims.get("origin_contexts") or ()],
        told_by="notice",
    )


def want(
    session: Session, tenant_id: UUID, deployment_key: UUID, service: NoticeService, address: str
) -> None:
    """Have the platform asked soon for the notices that we can act on, unless it was.

    :param address: ours, for notices.
    """
    query = sa.select(NoticeHandler).where(NoticeHandler.deployment_id == deployment_key)
    known = session.scalar(query)
    if known is None:
        known = NoticeHandler(
            id=uuid7(),
            deployment_id=deployment_key,
            service_url=service.url,
            address=address,
            offered=list(service.types),
            agreed={},
        )
        try:
            with session.begin_nested():
                session.add(known)
        except IntegrityError:  # another launch was first, and has asked
            return
    elif (known.service_url, known.address, known.offered) == (service.url, address, list(service.types)):
        return
    known.service_url, known.address, known.offered = service.url, address, list(service.types)
    outbox.put(session, tenant_id, NOTICES_WANTED, str(deployment_key))


def keep(session: Session, checked: CheckedNotice) -> bool:
    """Keep a notice that came, and have it acted on soon; one that has come before is not kept again.

    :return: whether it is new.
    :raises ClaimInvalid: if a claim that its type needs is not of its type.
    """
    deployment = checked.deployment
    _, kept = _acts.get(checked.type, (None, _nothing))
    row = Notice(
        id=uuid7(),
        deployment_id=deployment.key,
        notice_id=checked.id,
        type=checked.type,
        claims=dict(kept(checked.claims)),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    outbox.put(session, deployment.tenant_id, NOTICE_CAME, str(row.id))
    _forget(session, deployment.key)
    return True


def _forget(session: Session, deployment_key: UUID) -> None:
    newest = (
        sa.select(Notice.id)
        .where(Notice.deployment_id == deployment_key)
        .order_by(Notice.id.desc())
        .offset(KEPT)
        .limit(100)
    )
    over = list(session.scalars(newest))
    if over:
        session.execute(sa.delete(Notice).where(Notice.id.in_(over), Notice.handled_at.is_not(None)))


class NoticeReader:
    """Give `ask` and `act` to the outbox as the handlers of `notices.wanted` and `notice.came`."""

    def __init__(self, begin: Begin, services: Services) -> None:
        self._begin, self._services = begin, services

    def ask(self, due: Due) -> None:
        """:raises Failed: if the platform does not agree."""
        deployment_key = UUID(due.subject)
        with self._begin() as session:
            handler = session.scalars(
                sa.select(NoticeHandler).where(NoticeHandler.deployment_id == deployment_key)
            ).one()
            registration = session.get_one(Deployment, deployment_key).registration
            connector = self._services.connector(registration)
            wanted = [
                kind
                for kind in handler.offered
                if kind in _acts and handler.agreed.get(kind) != handler.address
            ]
            service_url, address = handler.service_url, handler.address
        agreed, problem = {}, None
        try:
            for kind in wanted:
                agreed[kind] = notices.agree(connector, service_url, kind, address)
        except ServiceError as error:
            problem = error
        with self._begin() as session:
            handler = session.scalars(
                sa.select(NoticeHandler).where(NoticeHandler.deployment_id == deployment_key)
            ).one()
            handler.agreed = handler.agreed | agreed
            handler.error, handler.changed_at = problem.detail if problem else "", now()
        if problem is not None:
            raise Failed(problem.detail, final=not problem.retryable, after=problem.retry_after) from problem

    def act(self, due: Due) -> None:
        """A type that nobody acts on is done with that."""
        with self._begin() as session:
            notice = session.get(Notice, UUID(due.subject), with_for_update=True)
            if notice is None or notice.handled_at is not None:
                return
            act, _ = _acts.get(notice.type, (None, _nothing))
            if act is not None:
                act(session, notice)
            notice.handled_at = now()
