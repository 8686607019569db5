"""`flask lti outbox` and `flask lti refused`: what has not arrived, and who could not come in."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from lti.cli.group import commands
from lti.cli.reporting import Report, command
from lti.launches import refusals
from lti.models import RefusedLaunch
from lti.platforms import administering
from lti.platforms.administering import State
from lti.tool import tool

__all__: list[str] = []


@command(commands)
@click.option("--failed", is_flag=True, help="Only what failed, for good or for now.")
@click.option("--resend", is_flag=True, help="Make all that failed due at once.")
@with_appcontext
def outbox(report: Report, failed: bool, resend: bool) -> None:
    """What others have to be told and has not arrived yet: marks, class lists …"""
    if resend:
        with tool().begin() as session:
            again = administering.send_again(session)
        report.say(f"{again} are due now.", resent=again)
    states = [State.DEAD, State.FAILED] if failed else list(State)
    with tool().reading() as session:
        counted = administering.waiting(session)
        for (event, state), number in sorted(counted.items()):
            if state in states:
                report.say(f"{number:6}  {state.value:8}  {event}", counts=[_count(event, state, number)])
        for entry, tenant in administering.entries(session, *states):
            report.say(
                f"{entry.id}  {entry.event}  {tenant}  {entry.error}" if entry.error else "",
                entries=[
                    {
                        "id": entry.id,
                        "event": entry.event,
                        "tenant": tenant,
                        "tries": entry.tries,
                        "due_at": entry.due_at,
                        "error": entry.error,
                    }
                ],
            )
    report.say("" if counted else "Everything has arrived.", counts=[], entries=[])


def _count(event: str, state: State, number: int) -> dict[str, object]:
    return {"event": event, "state": state.value, "number": number}


@command(commands)
@click.argument("reference", default="")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@with_appcontext
def refused(report: Report, reference: str, limit: int) -> None:
    """The last launches that were refused; or the one whose REFERENCE somebody has read out."""
    with tool().reading() as session:
        if reference:
            known = sa.select(RefusedLaunch).where(RefusedLaunch.reference == reference.strip().upper())
            rows = session.scalars(known.limit(limit)).all()
        else:
            rows = refusals.latest(session, limit)
        for row in rows:
            detail = row.facts.get("detail", "")
            report.say(
                f"{row.at:%Y-%m-%d %H:%M:%S}  {row.reference}  {row.code:20}  {row.issuer}  {detail}",
                refused=[
                    {
                        "at": row.at,
                        "reference": row.reference,
                        "code": row.code,
                        "check": row.check,
                        "passed": row.checks_passed,
                        "issuer": row.issuer,
                        "client_id": row.client_id,
                        "facts": row.facts,
                    }
                ],
            )
    report.say("" if rows else "None.", refused=[])
