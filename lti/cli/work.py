"""The commands that do what waits, forget what is over, and look whether all is well."""

from __future__ import annotations

import time
from datetime import timedelta

import click
from flask.cli import with_appcontext

from binder import db
from binder.attempts import answer_files
from binder.content import emptying, history
from binder.resources import files, uploading
from lti import doctor, kept_forms
from lti.cli.group import commands
from lti.cli.reporting import Report, command
from lti.launches import sessions
from lti.tool import tool

__all__: list[str] = []


@command(commands)
@with_appcontext
def upgrade(report: Report) -> None:
    """Bring the database's tables up to date."""
    db.upgrade(tool().engine, ("binder", "lti"))
    report.say("The tables are up to date.")


@command(commands)
@click.option("--loop", is_flag=True, help="Go on until stopped, looking every second.")
@with_appcontext
def deliver(report: Report, loop: bool) -> None:
    """Send the grades that are due to the platforms' gradebooks."""
    while True:
        sent = tool().deliver()
        if not loop:
            report.say(f"Sent {sent}.", sent=sent)
            return
        time.sleep(1.0)


@command(commands)
@with_appcontext
def purge(report: Report) -> None:
    """Forget launches that are over."""
    with tool().begin() as session:
        count = sessions.purge(session, limit=1_000_000)
    report.say(f"Forgot {count} launches.", launches=count)


@command(commands)
@click.option(
    "--days", type=click.IntRange(0), default=30, show_default=True, help="Leave alone what is younger."
)
@with_appcontext
def tidy(report: Report, days: int) -> None:
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
    report.say(
        f"Forgot {expired} uploads, {gone.resources} files and the bytes of {gone.blobs}.",
        uploads=expired,
        files=gone.resources,
        blobs=gone.blobs,
    )
    more = (
        (f"Forgot {unnamed} files of learners that no answer names.", "answer_files", unnamed),
        (f"Forgot {thinned} old versions of pages.", "versions", thinned),
        (f"Forgot {forgotten} forms that nobody came back for.", "forms", forgotten),
        (
            f"Deleted {emptied} pages, sections and binders whose days in the trash were over.",
            "emptied",
            emptied,
        ),
    )
    for words, name, count in more:
        report.say(words if count else "", **{name: count})


@command(commands, "doctor")
@with_appcontext
def doctor_command(report: Report) -> None:
    """Check keys, addresses, clock, database and platforms; say what to mend."""
    for finding in doctor.examine(tool()):
        tell = report.say if finding.ok else report.fail
        fact = {"what": finding.what, "ok": finding.ok, "says": finding.says}
        tell(f"{'ok  ' if finding.ok else 'MEND'}  {finding.what}: {finding.says}", findings=[fact])
