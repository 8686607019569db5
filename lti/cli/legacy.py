"""`flask lti legacy …`: who comes from LTI 1.1, and what they find again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.errors import NotFound
from binder.models import Tenant
from lti.cli.group import commands
from lti.cli.reporting import Report, command
from lti.legacy import Kind, legacy_list
from lti.models import LegacyConsumer, LegacyId, Registration
from lti.tool import tool

__all__: list[str] = []

F = TypeVar("F", bound=Callable[..., Any])
MOST_CHARACTERS = 255
MOST_BYTES = 50_000_000


@commands.group()
def legacy() -> None:
    """Move over from LTI 1.1: people, classes and work are found again, by the platform's signed claim."""


@legacy.group()
def consumer() -> None:
    """Keys and secrets of LTI 1.1: they prove who is moving over."""


def _of_platform(function: F) -> F:
    """Options that name a registration and a key of it."""
    key = click.option("--key", required=True, help="Its consumer key of LTI 1.1.")
    client_id = click.option("--client-id", required=True, help="Our client id there.")
    issuer = click.option("--issuer", required=True, help="The platform's issuer, exactly as it writes it.")
    return issuer(client_id(key(function)))


def _registration(session: Session, issuer: str, client_id: str) -> UUID:
    query = sa.select(Registration.id).where(
        Registration.issuer == issuer, Registration.client_id == client_id
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("no such platform: see `flask lti register`")
    return found


@command(consumer, "add")
@_of_platform
@click.option("--secret", default=None, help="Its secret; without this option the first line of stdin is it.")
@with_appcontext
def add(report: Report, issuer: str, client_id: str, key: str, secret: str | None) -> None:
    """Believe a platform that signs with this key and secret; say it again to change the secret."""
    if secret is None:
        secret = sys.stdin.readline(MOST_CHARACTERS + 2).rstrip("\r\n")
    for name, value in (("key", key), ("secret", secret)):
        if not 0 < len(value) <= MOST_CHARACTERS:
            report.fail(f"The {name} must have 1 to {MOST_CHARACTERS} characters.", error=f"{name}-invalid")
            return
    sealer = tool().sealer
    with tool().begin() as session:
        registration_id = _registration(session, issuer, client_id)
        known = session.scalar(
            sa.select(LegacyConsumer).where(
                LegacyConsumer.registration_id == registration_id, LegacyConsumer.consumer_key == key
            )
        )
        new = known is None
        if known is None:
            known = LegacyConsumer(id=uuid7(), registration_id=registration_id, consumer_key=key)
        known.secret = sealer.seal(secret)
        session.add(known)
    report.say(f"{'Added' if new else 'Changed'} {key}.", key=key, new=new, sealed=sealer.seals)
    if not sealer.seals:
        report.say("The database holds its secret as it is: set LTI_SECRET to have it sealed.")


@command(consumer, "list")
@with_appcontext
def list_consumers(report: Report) -> None:
    """The keys that are believed, by platform; never their secrets."""
    query = (
        sa.select(Registration.issuer, Registration.client_id, LegacyConsumer.consumer_key)
        .join(LegacyConsumer, LegacyConsumer.registration_id == Registration.id)
        .order_by(Registration.issuer, Registration.client_id, LegacyConsumer.consumer_key)
    )
    with tool().reading() as session:
        found = session.execute(query).all()
    for issuer, client_id, key in found:
        fact = {"issuer": issuer, "client_id": client_id, "key": key}
        report.say(f"{key}  {issuer} (client id {client_id})", consumers=[fact])
    report.say("" if found else "There is none: see `flask lti legacy consumer add`.", consumers=[])


@command(consumer, "remove")
@_of_platform
@with_appcontext
def remove(report: Report, issuer: str, client_id: str, key: str) -> None:
    """Believe a key no longer; who has moved over stays who they are."""
    with tool().begin() as session:
        gone = session.scalar(
            sa.delete(LegacyConsumer)
            .where(
                LegacyConsumer.registration_id == _registration(session, issuer, client_id),
                LegacyConsumer.consumer_key == key,
            )
            .returning(LegacyConsumer.id)
        )
        if gone is None:
            raise NotFound("no such key")
    report.say(f"Removed {key}.", key=key)


@command(legacy, "import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", required=True, help="Name of the school whose people, classes and work these are.")
@click.option("--key", required=True, help="The consumer key of LTI 1.1 under which they were known.")
@with_appcontext
def take_in(report: Report, file: Path, tenant: str, key: str) -> None:
    """Take in FILE, a CSV with lines `kind,value,target_id`, whole or not at all.

    The kind is user, context or link; the value is what it was called under LTI 1.1; the target is the id of the person,
    audience or assignment here.
    """
    if file.stat().st_size > MOST_BYTES:
        report.fail(f"{file} has more than {MOST_BYTES} bytes.", error="legacy-list")
        return
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines, tool().begin() as session:
            school = session.scalar(sa.select(Tenant.id).where(Tenant.name == tenant))
            if school is None:
                raise NotFound("no such school")
            known = sa.select(LegacyConsumer.id).where(LegacyConsumer.consumer_key == key).limit(1)
            if session.scalar(known) is None:
                raise NotFound("no such key: see `flask lti legacy consumer add`")
            done = legacy_list.take_in(session, school, key, lines)
    except legacy_list.ListInvalid as error:
        for line, problem in error.lines:
            report.fail(f"{file}:{line}: {problem}", lines=[{"line": line, "error": problem}])
        report.fail(f"{error.code}: {error.detail}", error=error.code, detail=error.detail)
        return
    report.say(
        f"{done.new} new, {done.changed} changed, {done.same} known already.",
        new=done.new,
        changed=done.changed,
        same=done.same,
    )


@command(legacy, "status")
@with_appcontext
def status(report: Report) -> None:
    """How many have moved over, of how many, by school and key."""
    taken = sa.func.count(LegacyId.taken_at)
    query = (
        sa.select(Tenant.name, LegacyId.consumer_key, LegacyId.kind, taken, sa.func.count())
        .join(Tenant, Tenant.id == LegacyId.tenant_id)
        .group_by(Tenant.name, LegacyId.consumer_key, LegacyId.kind)
        .order_by(Tenant.name, LegacyId.consumer_key, LegacyId.kind)
    )
    with tool().reading() as session:
        found = session.execute(query).all()
        believed = set(session.scalars(sa.select(LegacyConsumer.consumer_key)))
    nouns = {Kind.USER: "people", Kind.CONTEXT: "classes", Kind.LINK: "links"}
    for school, key, kind, moved, known in found:
        fact = {"tenant": school, "key": key, "kind": kind, "moved": moved, "known": known}
        note = "" if key in believed else " (the key is not believed any more)"
        report.say(
            f"{school}, {key}: {moved} of {known} {nouns[Kind(kind)]}{note}",
            ids=[fact | {"believed": key in believed}],
        )
    report.say("" if found else "Nothing was taken in: see `flask lti legacy import`.", ids=[])
