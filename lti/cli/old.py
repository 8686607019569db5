"""The `flask lti …` commands: tables, platforms, keys, sending grades, and what is wrong."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

import click
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from binder import answer_files, db, emptying, files, history, uploading
from binder.clock import uuid7
from binder.models import Tenant
from lti import doctor, kept_forms, sessions
from lti.models import Deployment, Registration
from lti.tool import tool

__all__ = ["commands", "register_platform"]

commands = AppGroup("lti", help="Classeur over LTI 1.3.")
KEY_BITS = 2048


@commands.command()
def upgrade() -> None:
    """Bring the database's tables up to date."""
    db.upgrade(tool().engine, ("binder", "lti"))
    click.echo("The tables are up to date.")


def register_platform(
    session: Session,
    *,
    tenant: str,
    deployments: tuple[str, ...],
    issuer: str,
    client_id: str,
    **endpoints: str,
) -> Registration:
    """Know a platform from now on, with deployments that belong to the tenant of that name (made if need be).

    What is known already is brought up to date; nothing is taken away.

    :param endpoints: `name`, `authorization_endpoint`, `token_endpoint`, `jwks_uri`, `token_audience`.
    """
    school = session.scalar(sa.select(Tenant).where(Tenant.name == tenant))
    if school is None:
        school = Tenant(id=uuid7(), name=tenant)
        session.add(school)
    known = sa.select(Registration).where(Registration.issuer == issuer, Registration.client_id == client_id)
    registration = session.scalar(known)
    if registration is None:
        registration = Registration(id=uuid7(), issuer=issuer, client_id=client_id)
        session.add(registration)
    for name, value in endpoints.items():
        setattr(registration, name, value or None if name == "token_audience" else value)
    session.flush()
    for deployment_id in deployments:
        here = sa.select(Deployment.id).where(
            Deployment.registration_id == registration.id, Deployment.deployment_id == deployment_id
        )
        if session.scalar(here) is None:
            session.add(
                Deployment(
                    id=uuid7(),
                    registration_id=registration.id,
                    deployment_id=deployment_id,
                    tenant_id=school.id,
                )
            )
    session.flush()
    return registration


@commands.command()
@click.option("--issuer", required=True, help="The platform's issuer, exactly as it writes it.")
@click.option("--client-id", required=True, help="Our client id there.")
@click.option("--auth-url", required=True, help="Its OIDC authorization endpoint.")
@click.option("--token-url", required=True, help="Its access token endpoint.")
@click.option("--jwks-url", required=True, help="Its public key set.")
@click.option("--audience", default="", help="Audience of token requests, if not the token endpoint.")
@click.option(
    "--deployment", "deployments", multiple=True, required=True, help="A deployment id; may be repeated."
)
@click.option("--tenant", required=True, help="Name of the school that these deployments belong to.")
@click.option("--name", default="", help="What people call the platform.")
def register(
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str,
    jwks_url: str,
    audience: str,
    deployments: tuple[str, ...],
    tenant: str,
    name: str,
) -> None:
    """Make a platform known; say it again to change an address or add a deployment."""
    with tool().begin() as session:
        registration = register_platform(
            session,
            tenant=tenant,
            deployments=deployments,
            issuer=issuer,
            client_id=client_id,
            name=name or tenant,
            authorization_endpoint=auth_url,
            token_endpoint=token_url,
            token_audience=audience,
            jwks_uri=jwks_url,
        )
        click.echo(f"Registered {registration.issuer} (client id {registration.client_id}).")
        click.echo("Give the platform these addresses of ours:")
        for label, url in doctor.addresses(tool()):
            click.echo(f"  {label:14} {url}")


@commands.command()
def keys() -> None:
    """Print a new private key (PEM) for LTI_PRIVATE_KEYS.

    To change keys without a refused token: put the new one second, wait a day for platforms to read it, then put it
    first, and take the old one away a day later.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    click.echo(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), nl=False)


@commands.command()
@click.option("--loop", is_flag=True, help="Go on until stopped, looking every second.")
def deliver(loop: bool) -> None:
    """Send the grades that are due to the platforms' gradebooks."""
    while True:
        sent = tool().deliver()
        if not loop:
            click.echo(f"Sent {sent}.")
            return
        time.sleep(1.0)


@commands.command()
def purge() -> None:
    """Forget launches that are over."""
    with tool().begin() as session:
        click.echo(f"Forgot {sessions.purge(session, limit=1_000_000)} launches.")


@commands.command()
@click.option(
    "--days", type=click.IntRange(0), default=30, show_default=True, help="Leave alone what is younger."
)
def tidy(days: int) -> None:
    """Forget uploads that nobody finished, files that no page or answer names any more, and most versions of old pages."""
    with tool().begin() as session:
        emptied = emptying.empty(session)
    with tool().begin() as session:
        expired = uploading.expire(session, tool().storage)
    with tool().begin() as session:
        unnamed = answer_files.sweep(session, older_than=timedelta(days=days))
    with tool().begin() as session:
        gone = files.collect(session, tool().storage, timedelta(days=days))
    with tool().begin() as session:
        thinned = history.thin(session)
    with tool().begin() as session:
        forgotten = kept_forms.forget(session)
    click.echo(f"Forgot {expired} uploads, {gone.resources} files and the bytes of {gone.blobs}.")
    if unnamed:
        click.echo(f"Forgot {unnamed} files of learners that no answer names.")
    if thinned:
        click.echo(f"Forgot {thinned} old versions of pages.")
    if forgotten:
        click.echo(f"Forgot {forgotten} forms that nobody came back for.")
    if emptied:
        click.echo(f"Deleted {emptied} pages, sections and binders whose days in the trash were over.")


@commands.command("doctor")
def doctor_command() -> None:
    """Check keys, addresses, clock, database and platforms; say what to mend."""
    findings = list(doctor.examine(tool()))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'MEND'}  {finding.what}: {finding.says}")
    sys.exit(0 if all(finding.ok for finding in findings) else 1)
