"""`flask lti invite`, `registrations`, `deployments` …: platforms that register themselves, and who may launch."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from binder.errors import NotFound
from lti.cli.group import commands
from lti.cli.reporting import Report, command
from lti.models import DeploymentPolicy, DeploymentStatus, Registration, RegistrationStatus
from lti.platforms import administering, administrators, invitations
from lti.platforms import registrations as known
from lti.platforms.outside import address
from lti.protocol.registering import RegistrationRefused
from lti.tool import tool

__all__: list[str] = []

POLICIES = click.Choice([each.value for each in DeploymentPolicy])


@command(commands)
@click.option("--tenant", required=True, help="Name of the school that the platform will belong to.")
@click.option(
    "--policy",
    type=POLICIES,
    default="approve",
    show_default=True,
    help="What happens to deployments that are not known.",
)
@click.option(
    "--days", type=click.IntRange(1, 90), default=7, show_default=True, help="How long the link works."
)
@click.option("--at-once", is_flag=True, help="The platform is active at once; otherwise it waits for a yes.")
@click.option("--name", default="", help="What people call the platform.")
@with_appcontext
def invite(report: Report, tenant: str, policy: str, days: int, at_once: bool, name: str) -> None:
    """Print a link by which one platform can register itself, once (dynamic registration)."""
    with tool().begin() as session:
        invitation, secret = invitations.invite(
            session,
            invitations.school(session, tenant).id,
            policy=DeploymentPolicy(policy),
            needs_approval=not at_once,
            lifetime=timedelta(days=days),
            note=name,
        )
        until = invitation.expires_at
        link = address(tool().settings, "register", secret=secret)
    report.say(link, link=link, until=until)
    report.say(f"It works once, until {until:%Y-%m-%d %H:%M} UTC; it is shown now only.")


@command(commands)
@click.option("--pending", is_flag=True, help="Only those that wait for a yes.")
@click.argument("action", required=False, type=click.Choice(["approve", "disable"]))
@click.argument("key", metavar="[ID]", required=False, type=click.UUID)
@with_appcontext
def registrations(report: Report, pending: bool, action: str | None, key: UUID | None) -> None:
    """The platforms; `approve ID` lets one in, `disable ID` shuts it out."""
    if action is not None:
        status = RegistrationStatus.ACTIVE if action == "approve" else RegistrationStatus.DISABLED
        with tool().begin() as session:
            changed = administering.switch(session, _needed(key), status)
            report.say(f"{changed.issuer} is {status.value}.", id=changed.id, status=status.value)
        return
    query = sa.select(Registration).order_by(Registration.created_at)
    if pending:
        query = query.where(Registration.status == RegistrationStatus.PENDING)
    with tool().reading() as session:
        for each in session.scalars(query):
            report.say(
                f"{each.id}  {each.status.value:8}  {each.issuer}  {each.client_id}  {each.name}",
                registrations=[
                    {
                        "id": each.id,
                        "status": each.status.value,
                        "policy": each.policy.value,
                        "issuer": each.issuer,
                        "client_id": each.client_id,
                        "name": each.name,
                        "product_family": each.product_family,
                        "scopes": each.scopes,
                        "by_itself": each.configuration is not None,
                    }
                ],
            )
    report.say(registrations=[])


@command(commands, "registration-refresh")
@click.argument("key", metavar="ID", type=click.UUID)
@click.option(
    "--update", is_flag=True, help="Tell the platform our present addresses, messages and scopes, too."
)
@with_appcontext
def refresh(report: Report, key: UUID, update: bool) -> None:
    """Read a registration from its platform again: what we may do there."""
    try:
        answered = known.update(tool(), key) if update else known.refresh(tool(), key)
    except RegistrationRefused as error:
        said = " – ".join(part for part in (error.error, error.description) if part)
        report.fail(
            f"{error.code}: {error.detail} {said}".rstrip(), error=error.code, detail=error.detail, said=said
        )
        return
    report.say(f"{len(answered.scopes)} scopes are granted.", scopes=list(answered.scopes))
    if answered.deployment_id:
        report.say(f"Deployment {answered.deployment_id}.", deployment_id=answered.deployment_id)


@command(commands)
@click.option("--pending", is_flag=True, help="Only those that wait for a yes.")
@click.option("--tenant", default="", help="With approve: the school that it belongs to (made if need be).")
@click.argument("action", required=False, type=click.Choice(["approve", "deny"]))
@click.argument("key", metavar="[ID]", required=False, type=click.UUID)
@with_appcontext
def deployments(report: Report, pending: bool, tenant: str, action: str | None, key: UUID | None) -> None:
    """The deployments; `approve ID` lets launches of one in, `deny ID` shuts them out."""
    if action is not None:
        status = DeploymentStatus.APPROVED if action == "approve" else DeploymentStatus.DENIED
        with tool().begin() as session:
            school = invitations.school(session, tenant).id if tenant else None
            changed = administering.decide(session, _needed(key), status, tenant_id=school)
            report.say(f"{changed.deployment_id} is {status.value}.", id=changed.id, status=status.value)
        return
    with tool().reading() as session:
        for each, school_name, used in administering.deployments(session, pending=pending):
            report.say(
                f"{each.id}  {each.status.value:8}  {each.registration.issuer}  {each.deployment_id}  {school_name}",
                deployments=[
                    {
                        "id": each.id,
                        "status": each.status.value,
                        "issuer": each.registration.issuer,
                        "client_id": each.registration.client_id,
                        "deployment_id": each.deployment_id,
                        "tenant": school_name,
                        "used": used,
                    }
                ],
            )
    report.say(deployments=[])


@command(commands)
@with_appcontext
def admin(report: Report) -> None:
    """Print a link that opens the administration pages in one browser: once, within 15 minutes."""
    with tool().begin() as session:
        secret = administrators.invite(session)
    link = address(tool().settings, "admin_enter", secret=secret)
    report.say(link, link=link)


def _needed(key: UUID | None) -> UUID:
    if key is None:
        raise NotFound("say which, by its ID")
    return key
