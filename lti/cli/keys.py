"""`flask lti keys …`: our own keys, and how one follows another."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from lti import legacy
from lti.cli.group import commands
from lti.cli.reporting import Report, command
from lti.keyring import rotation
from lti.platforms import registrations
from lti.protocol.keys import SigningKey, new_pem
from lti.tool import tool

__all__ = ["keys"]


@commands.group(invoke_without_command=True)
@click.pass_context
def keys(context: click.Context) -> None:
    """Print a new private key (PEM) for LTI_PRIVATE_KEYS; or see the commands below for keys in the database.

    To change keys of the settings without a refused token: put the new one second, wait a day for platforms to read it,
    then put it first, and take the old one away a day later. Keys in the database do that by `keys rotate`, run daily.
    """
    if context.invoked_subcommand is None:
        click.echo(new_pem(), nl=False)


@command(keys, "new")
@with_appcontext
def new(report: Report) -> None:
    """Print a new private key (PEM) for LTI_PRIVATE_KEYS."""
    pem = new_pem()
    report.say(pem.rstrip(), kid=SigningKey.parse(pem).kid, pem=pem)


@command(keys, "list")
@with_appcontext
def list_keys(report: Report) -> None:
    """Our keys: which signs, which are published, where they live."""
    with tool().reading() as session:
        stored = {key.kid: key for key in rotation.keys(session)}
    ring = tool().keys
    found = []
    for key in ring.keys:
        row = stored.get(key.kid)
        signs = key is ring.keys[0]
        found.append(
            {
                "kid": key.kid,
                "signs": signs,
                "where": "database" if row else "settings",
                "state": row.state.value if row else ("active" if signs else "published"),
                "since": row.changed_at if row else None,
            }
        )
    for each in found:
        report.say(
            f"{each['kid']}  {'signs' if each['signs'] else '     '}  {each['state']:9} {each['where']}"
        )
    report.say("" if found else "There is no key: run `flask lti keys rotate`.", keys=found)


@command(keys, "rotate")
@click.option(
    "--now",
    "at_once",
    is_flag=True,
    help="The next key signs at once, though platforms may not have read it: when a key has become known.",
)
@with_appcontext
def rotate(report: Report, at_once: bool) -> None:
    """Bring the keys in the database one step on, if it is time; run it daily. The first run makes the first key."""
    with tool().begin() as session:
        done = rotation.rotate(
            session, tool().sealer, at_once=at_once, has_other=bool(tool().settings.private_keys)
        )
    tool().keys.forget()
    report.say(f"Made {done.made}." if done.made else "", made=done.made)
    report.say(f"{done.signs} signs from now on." if done.signs else "", signs=done.signs)
    for kid in done.removed:
        report.say(f"Took {kid} away.")
    report.say(removed=list(done.removed), waits_until=done.waits_until)
    if done.waits_until is not None:
        report.say(f"The next key may sign from {done.waits_until:%Y-%m-%d %H:%M} UTC on.")
    if not tool().sealer.seals:
        report.say("The database holds it as it is: set LTI_SECRET to have it sealed.", sealed=False)


@command(keys, "reseal")
@with_appcontext
def reseal(report: Report) -> None:
    """Seal the secrets in the database anew, after LTI_SECRET was set, or a new one put before the old."""
    with tool().begin() as session:
        resealers = (rotation.reseal, registrations.reseal, legacy.reseal)
        count = sum(each(session, tool().sealer) for each in resealers)
    report.say(f"Sealed {count}.", sealed=count)
