"""`flask lti register`: platforms, by hand."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.models import Tenant
from lti import doctor
from lti.cli.group import commands
from lti.cli.reporting import Report, command
from lti.models import Deployment, Registration
from lti.tool import tool

__all__ = ["register_platform"]


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


@command(commands)
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
@click.option(
    "--loose-target/--strict-target",
    default=None,
    help="Take launches that lead elsewhere (to us) than their login request said: for Open edX.",
)
@with_appcontext
def register(
    report: Report,
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str,
    jwks_url: str,
    audience: str,
    deployments: tuple[str, ...],
    tenant: str,
    name: str,
    loose_target: bool | None,
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
        if loose_target is not None:
            registration.loose_target = loose_target
        known = {"issuer": registration.issuer, "client_id": registration.client_id}
    report.say(f"Registered {known['issuer']} (client id {known['client_id']}).", **known)
    report.say("Give the platform these addresses of ours:")
    ours = doctor.addresses(tool())
    for label, url in ours:
        report.say(f"  {label:14} {url}")
    report.say(addresses=dict(ours))
