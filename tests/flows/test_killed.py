"""The tool is killed in the middle of a burst of hand-ins: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import assigning, authoring, db
from binder.access import Role, Viewer
from binder.clock import now
from binder.models import Assignment, Attempt, Binder, OutboxEntry
from examples.demo.seeding import prepare
from examples.demo.setting import Setting
from examples.demo.sites import ent as make_ent
from examples.ent.platform import Ent
from lti.models import Context, User
from tests.flows.world import Visitor, serving

PUPILS = {"5A": ("lina", "tom", "ines"), "5B": ("adam", "jade", "hugo")}
KILL_AFTER = 15
"""Acknowledged hand-ins before the process is killed."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_tool(setting: Setting) -> subprocess.Popen[bytes]:
    """Classeur under granian, sending grades from a thread of its own; waits until it answers."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"]
    command += [
        "--port",
        str(setting.tool_port),
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--log-level",
        "error",
    ]
    command += ["--factory", "examples.demo.sites:classeur"]
    process = subprocess.Popen(command, env={**os.environ, **setting.environment}, start_new_session=True)
    for _ in range(300):
        try:
            requests.get(f"{setting.tool_url}/lti/jwks", timeout=2)
            return process
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the tool did not start")


def give_pages(engine: sa.Engine, ent_user: str) -> list[str]:
    """All of the teacher's pages with activities, given to both classes; the assignments' ids."""
    with Session(db.writing(engine)) as session:
        teacher = session.scalars(sa.select(User).where(User.subject == ent_user)).one()
        given = []
        for context in session.scalars(sa.select(Context)):
            viewer = Viewer(context.tenant_id, Role.INSTRUCTOR, teacher.person_id, context.audience_id)
            for binder in authoring.own_binders(session, viewer):
                for page in session.get_one(Binder, (binder.tenant_id, binder.id)).pages:
                    if any(block["type"] == "activity" for block in page.blocks):
                        given.append(assigning.give(session, viewer, page.id))
        session.commit()
        return [str(assignment.id) for assignment in given]


def open_form(visitor: Visitor, launched: str, assignment: str) -> tuple[str, dict[str, list[str]]] | None:
    """A pupil's form of an assignment with something ticked; None if it is another class's."""
    page = visitor.http.get(urljoin(launched, f"work/{assignment}"), timeout=20)
    if page.status_code == 403:
        return None
    visitor.page = page
    fields = next(form[2] for form in visitor.forms() if f"/work/{assignment}" in form[1])
    for name, value in re.findall(
        r'<input[^>]*name="([0-9a-f-]{36}\.choices)"[^>]*value="([^"]*)"', page.text
    ):
        fields.setdefault(name, [value])
    return page.url, {**fields, "action": ["hand-in"]}


def lease_runs_out(engine: sa.Engine) -> None:
    """As if two minutes had passed: what the killed process was sending may be sent by another."""
    with db.writing(engine).begin() as connection:
        connection.execute(
            sa.update(OutboxEntry).where(OutboxEntry.delivered_at.is_(None)).values(due_at=now())
        )


def wait_for_scores(ent: Ent, wanted: int) -> Counter[tuple[str, str]]:
    """How often a score has arrived for each cell of the gradebook, once all have arrived."""
    for _ in range(300):
        arrived = Counter((post.line_item_id, post.user_id) for post in ent.score_posts())
        if len(arrived) >= wanted:
            break
        time.sleep(0.1)
    return arrived


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_kill_in_a_burst_of_hand_ins_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting(tmp_path, free_port(), free_port())
    for name, value in setting.environment.items():
        monkeypatch.setenv(name, value)
    prepare(setting)
    ent_app = make_ent()
    ent = ent_app.extensions["ent"]
    engine = db.create_engine(setting.database_url)
    tool = start_tool(setting)
    try:
        with serving(ent_app, port=setting.ent_port):
            teacher = Visitor(setting.ent_url, ent.password)
            teacher.sign_in("morel")
            for label in PUPILS:
                assert teacher.launch(ent.link(label).id).ok
            assignments = give_pages(engine, ent.account("morel").id)

            forms = []
            for label, logins in PUPILS.items():
                for login in logins:
                    pupil = Visitor(setting.ent_url, ent.password)
                    pupil.sign_in(login)
                    launched = pupil.launch(ent.link(label).id).url
                    opened = [open_form(pupil, launched, assignment) for assignment in assignments]
                    forms += [(pupil.http, login, *form) for form in opened if form is not None]
            assert len(forms) > 3 * KILL_AFTER

            acknowledged: list[tuple[str, str]] = []
            killed = threading.Event()

            def hand_in(form: tuple[requests.Session, str, str, dict[str, list[str]]]) -> None:
                http, login, url, fields = form
                if killed.is_set():
                    return
                try:
                    answer = http.post(url, data=fields, timeout=20, allow_redirects=False)
                except requests.RequestException:
                    return
                if answer.status_code == 303:
                    acknowledged.append((login, url.rpartition("/")[2].partition("?")[0]))
                    if len(acknowledged) == KILL_AFTER:
                        os.killpg(tool.pid, signal.SIGKILL)
                        killed.set()

            with ThreadPoolExecutor(6) as pool:
                list(pool.map(hand_in, forms))
            tool.wait(timeout=10)
            assert killed.is_set()

            with Session(engine) as session:
                handed_in = session.scalars(sa.select(Attempt).where(Attempt.submitted_at.is_not(None))).all()
                people = {
                    person: ent.account(subject).login
                    for subject, person in session.execute(sa.select(User.subject, User.person_id))
                }
                stored = {(people[attempt.person_id], str(attempt.assignment_id)) for attempt in handed_in}
                assert session.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
            assert set(acknowledged) <= stored
            assert len(stored) == len(handed_in)

            lease_runs_out(engine)
            tool = start_tool(setting)
            requests.get(f"{setting.tool_url}/lti/", timeout=10)
            arrived = wait_for_scores(ent, len(stored))
            assert len(arrived) == len(stored)
            assert set(arrived.values()) == {1}
            with Session(engine) as session:
                assert session.query(Assignment).count() == len(assignments)
    finally:
        if tool.poll() is None:
            os.killpg(tool.pid, signal.SIGKILL)
            tool.wait(timeout=10)
        engine.dispose()
