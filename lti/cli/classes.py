"""`flask lti roster`: class lists, fetched now."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from binder.errors import NotFound
from binder.models import Audience, Tenant
from lti.cli.group import commands
from lti.cli.reporting import Report, command
from lti.errors import ServiceError
from lti.models import Context
from lti.services import roster
from lti.tool import tool

__all__: list[str] = []


@command(commands, "roster")
@click.option("--tenant", default="", help="Only classes of the school of that name.")
@click.option("--class", "title", default="", help="Only the class of that title.")
@click.option("--whole", is_flag=True, help="The whole list, even where what has changed would do.")
@with_appcontext
def refresh(report: Report, tenant: str, title: str, whole: bool) -> None:
    """Fetch the class lists (and groups) from the platforms; run it nightly."""
    query = (
        sa.select(Context.tenant_id, Context.audience_id, Audience.title)
        .join(Audience, sa.and_(Audience.tenant_id == Context.tenant_id, Audience.id == Context.audience_id))
        .join(Tenant, Tenant.id == Context.tenant_id)
        .where(Context.memberships_url.is_not(None))
        .order_by(Audience.title, Context.id)
    )
    for column, wanted in ((Tenant.name, tenant), (Audience.title, title)):
        query = query.where(column == wanted) if wanted else query
    with tool().reading() as session:
        classes = session.execute(query).all()
    for tenant_id, audience_id, name in classes:
        try:
            got = roster.refresh(tool().begin, tool().services, tenant_id, audience_id, whole=whole)
        except (ServiceError, NotFound) as error:
            fact = {"class": name, "ok": False, "error": error.detail}
            report.fail(f"{name}: {error.detail}", classes=[fact])
            continue
        fact = {"class": name, "ok": True, "named": got.named, "left": got.left, "groups": got.groups}
        report.say(
            f"{name}: {got.named} named, {got.left} left, {got.groups} groups"
            + ("" if got.is_whole else " (what has changed)"),
            classes=[fact | {"whole": got.is_whole}],
        )
    report.say("" if classes else "No class has a list that could be fetched.", classes=[])
