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
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from unittest import mock
from urllib.parse import urljoin
from uuid import UUID

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from binder import db
from binder.access import Role, Viewer
from binder.clock import now, uuid7
from binder.content import authoring
from binder.giving import assigning
from binder.models import Assignment, Attempt, Binder, Grade, Membership, OutboxEntry, Person
from examples.demo import sites
from examples.demo.seeding import prepare
from examples.demo.setting import Setting
from examples.demo.sites import ent as make_ent
from examples.ent.platform import Ent
from lti.launches.sessions import COOKIE, hashed, new_secret
from lti.models import Context, Launch, Registration, User
from tests.flows.world import Visitor, serving

PUPILS = {"5A": ("lina", "tom", "ines"), "5B": ("adam", "jade", "hugo")}
KILL_AFTER = 15
"""Acknowledged hand-ins before the process is killed."""
CLASS = 50
DATABASE = "CLASSEUR_TEST_DATABASE"
SAVES = 250
"""Acknowledged saves of this class before the process is killed."""


@dataclass(frozen=True)
class OnDatabase(Setting):
    """The demo on a database of the test's own, which outlives the tool."""

    url: str = ""

    @classmethod
    def from_environment(cls) -> OnDatabase:
        """See `Setting.from_environment`."""
        known = Setting.from_environment()
        return cls(known.folder, known.ent_port, known.tool_port, os.environ[DATABASE])

    @property
    def environment(self) -> dict[str, str]:
        """See `Setting.environment`."""
        return {**super().environment, DATABASE: self.url}

    @property
    def database_url(self) -> str:
        """See `Setting.database_url`."""
        return self.url


def classeur() -> Flask:
    """The demo's tool, on that database; granian calls it."""
    with mock.patch.object(sites, "Setting", OnDatabase):
        return sites.classeur()


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
    module = "tests.flows.test_killed" if isinstance(setting, OnDatabase) else "examples.demo.sites"
    command += ["--factory", f"{module}:classeur"]
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


@dataclass
class Writer:
    """A pupil whose page saves itself: what they sent last, and what was acknowledged."""

    person_id: UUID
    url: str
    cookie: str
    fields: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[str]] = field(default_factory=dict)
    """Field → the values it may have."""
    acknowledged: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """(sequence number, answers) of each save."""

    def open(self) -> None:
        """The form, with what is in it."""
        page = requests.get(self.url, headers={"Cookie": self.cookie}, timeout=30)
        assert page.ok
        names = ("token", "revision", "number", "seq")
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        self.fields = {name: value for name, value in found if name in names}
        for name, value in re.findall(r'name="([0-9a-f-]{36}\.choices)"[^>]*value="([^"]*)"', page.text):
            self.answers.setdefault(name, []).append(value)

    def send(self, turn: int, **more: str) -> requests.Response | None:
        """Save, as the script does; None if no answer came."""
        chosen = {name: values[turn % len(values)] for name, values in self.answers.items()}
        data = {**self.fields, **chosen, "action": "save", "writer": self.person_id.hex, **more}
        headers = {"Cookie": self.cookie, "Accept": "application/json"}
        try:
            answer = requests.post(self.url, data=data, headers=headers, timeout=30)
            told = answer.json()
        except (requests.RequestException, ValueError):
            return None
        if answer.status_code == 200:
            self.fields["seq"] = str(told["seq"])
            self.acknowledged.append((told["seq"], chosen))
        return answer


def sit_down(engine: sa.Engine, tool_url: str, assignment: str) -> list[Writer]:
    """Fifty pupils of the class that an assignment was given to, each with an open session."""
    writers = []
    with Session(db.writing(engine)) as session:
        given = session.scalars(sa.select(Assignment).where(Assignment.id == UUID(assignment))).one()
        context = session.scalars(sa.select(Context).where(Context.audience_id == given.audience_id)).one()
        registration = session.scalars(sa.select(Registration.id)).first()
        for number in range(CLASS):
            person = Person(id=uuid7(), tenant_id=given.tenant_id, display_name=f"Élève {number}")
            session.add(person)
            session.flush()
            common = {"tenant_id": given.tenant_id, "person_id": person.id, "role": Role.LEARNER.value}
            session.add(Membership(audience_id=given.audience_id, **common))
            launch, secret = uuid7(), new_secret()
            session.add(
                Launch(
                    id=launch,
                    secret=hashed(secret),
                    registration_id=registration,
                    context_id=context.id,
                    expires_at=now() + timedelta(hours=1),
                    **common,
                )
            )
            url = f"{tool_url}/lti/l/{launch}/work/{assignment}"
            writers.append(Writer(person.id, url, f"{COOKIE}={secret}"))
        session.commit()
    return writers


def kept_by(engine: sa.Engine) -> dict[UUID, list[Attempt]]:
    """Everybody's attempts."""
    found: dict[UUID, list[Attempt]] = {}
    with Session(engine) as session:
        for attempt in session.scalars(sa.select(Attempt)):
            found.setdefault(attempt.person_id, []).append(attempt)
    return found


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_kill_while_fifty_pupils_answer_loses_nothing_that_was_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    setting = OnDatabase(tmp_path, free_port(), free_port(), database_url)
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
            assert teacher.launch(ent.link("5A").id).ok
            assignment = give_pages(engine, ent.account("morel").id)[0]
        writers = sit_down(engine, setting.tool_url, assignment)
        with ThreadPoolExecutor(CLASS) as pool:
            list(pool.map(Writer.open, writers))
        assert all(writer.answers for writer in writers)
        killed, counted = threading.Event(), threading.Lock()
        total = 0

        def answer(writer: Writer) -> None:
            nonlocal total
            for turn in range(1000):
                if killed.is_set() or writer.send(turn) is None:
                    return
                with counted:
                    total += 1
                    if total == SAVES:
                        os.killpg(tool.pid, signal.SIGKILL)
                        killed.set()

        with ThreadPoolExecutor(CLASS) as pool:
            list(pool.map(answer, writers))
        tool.wait(timeout=10)
        assert killed.is_set()

        kept = kept_by(engine)
        for writer in writers:
            attempts = kept.get(writer.person_id, [])
            assert len(attempts) <= 1
            if not writer.acknowledged:
                continue
            seq, chosen = writer.acknowledged[-1]
            (attempt,) = attempts
            assert seq <= attempt.seq <= seq + 1, "what was under way may have arrived"
            if attempt.seq == seq:
                stored = {f"{name}.choices": said["choices"][0] for name, said in attempt.responses.items()}
                assert stored == chosen

        tool = start_tool(setting)

        def finish(writer: Writer) -> list[str]:
            """The page sends what it has, then hands in, twice."""
            answers = [writer.send(0), *(writer.send(0, action="hand-in") for _ in range(2))]
            assert all(answer is not None and answer.status_code == 200 for answer in answers)
            return [answer.json()["receipt"] for answer in answers[1:] if answer is not None]

        with ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(finish, writers))
        assert all(first == second for first, second in receipts)
        assert len({first for first, _ in receipts}) == CLASS
        kept = kept_by(engine)
        assert {len(kept[writer.person_id]) for writer in writers} == {1}
        with Session(engine) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(Grade)) == CLASS
            if engine.dialect.name == "sqlite":
                assert session.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
    finally:
        if tool.poll() is None:
            os.killpg(tool.pid, signal.SIGKILL)
            tool.wait(timeout=10)
        engine.dispose()
