"""A class writes a test: thirty-five pupils, forty questions each, saved every two seconds."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import launches
from benchmarks.browser import Browser, Line
from benchmarks.measuring import Figure, figure, take_turns
from benchmarks.page_views import viewing, write_peer
from benchmarks.platform import Platform, publishing
from benchmarks.servers import Server, serving
from benchmarks.setting import Setting
from binder import db
from binder.access import Role, Viewer
from binder.attempts import submitting
from binder.content import authoring, composing
from binder.giving import assigning
from binder.models import Attempt, Membership

__all__ = ["measure"]

PUPILS, QUESTIONS, EVERY, SECONDS = 35, 40, 2.0, 30.0
OPTIONS = 4
ROUNDS, EACH = 5, 60


def measure(setting: Setting) -> list[Figure]:
    """Opening the test, and saving it while the whole class writes."""
    with publishing(setting) as jwks_uri:
        launches.prepare(setting, jwks_uri)
        with serving("classeur", setting.environment) as ours:
            platform = Platform(setting)
            platform.launch(Browser(Line(ours.port)), "teacher", "Instructor")
            given, revision, names = _give(setting)
            class_ = [Browser(Line(ours.port)) for _ in range(PUPILS)]
            targets = [
                f"{platform.launch(pupil, f'pupil-{number}').location}work/{given}"
                for number, pupil in enumerate(class_)
            ]
            html = class_[0].get(targets[0]).body.decode()
            write_peer(setting, html, "Quarante questions")
            setting.write("save", {"pupils": PUPILS})
            with (
                serving("flask_page", setting.environment) as page,
                serving("flask_save", setting.environment) as plain,
            ):
                opened = _opening(ours, class_[0], targets[0], page)
                saved = _saving(_writers(class_, targets, revision, names), ours)
                plain_lines = [Browser(Line(plain.port)) for _ in range(PUPILS)]
                addresses = [f"/save/{number}" for number in range(PUPILS)]
                least = _saving(_writers(plain_lines, addresses, revision, names), plain)
        _check(setting, given)
    return [opened, *_figures(saved, least)]


def _opening(ours: Server, pupil: Browser, target: str, page: Server) -> Figure:
    other = Browser(Line(page.port))
    taken = take_turns(
        [(ours, viewing(pupil, target)), (page, viewing(other, "/page/1"))], rounds=ROUNDS, each=EACH
    )
    return figure(f"opening, {QUESTIONS} questions", "ms of CPU", "Flask + Jinja + one query", taken)


def _give(setting: Setting) -> tuple[UUID, UUID, list[str]]:
    """The teacher who has just launched gives a page of choice questions to the class."""
    engine = db.create_engine(setting.database_url)
    with sessionmaker(db.writing(engine), expire_on_commit=False).begin() as session:
        row = session.scalars(sa.select(Membership).where(Membership.role == Role.INSTRUCTOR.value)).one()
        teacher = Viewer(
            tenant_id=row.tenant_id,
            role=Role.INSTRUCTOR,
            person_id=row.person_id,
            audience_id=row.audience_id,
        )
        names = _questions(session, teacher)
        page = names.pop()
        given = assigning.give(session, teacher, UUID(page), max_attempts=1)
        revision = submitting.published(session, given.page).id
        made = given.id, revision, names
    engine.dispose()
    return made


def _questions(session: Session, teacher: Viewer) -> list[str]:
    """Ids of the questions, and at the end that of their page."""
    binder = authoring.create_binder(session, teacher, title="Évaluation")
    section = authoring.add_section(session, teacher, binder.id, title="Chapitre")
    page = authoring.add_page(session, teacher, section.id, title="Quarante questions")
    names = []
    for number in range(QUESTIONS):
        options = [{"id": f"o{place}", "html": f"réponse {place}"} for place in range(OPTIONS)]
        data = {
            "title": f"Question {number}",
            "body": {"prompt": f"<p>Question {number} ?</p>", "options": options},
            "key": {"correct": ["o1"]},
        }
        activity = authoring.save_activity(session, teacher, binder.id, data)
        session.expire(binder, ["activities"])
        composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(activity.id)})
        names.append(str(activity.id))
    return [*names, str(page.id)]


@dataclass
class Writer:
    """A pupil who answers question after question; each saving sends the whole page, as the script does."""

    browser: Browser
    target: str
    form: dict[str, str]
    names: list[str]
    token: str = ""
    times: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    seq: int = 0

    def save(self, step: int) -> None:
        """One more answer."""
        self.form[f"{self.names[step % len(self.names)]}.choices"] = f"o{step % OPTIONS}"
        sent = {**self.form, "token": self.token, "seq": str(self.seq), "action": "save"}
        before = time.perf_counter()
        answer = self.browser.post_json(self.target, sent)
        self.times.append(time.perf_counter() - before)
        if answer.status != 200:
            self.failed.append(f"{answer.status} {answer.body[:200]!r}")
            return
        self.seq = int(answer.json()["seq"])


def _writers(browsers: list[Browser], targets: list[str], revision: UUID, names: list[str]) -> list[Writer]:
    writers = []
    for number, (browser, target) in enumerate(zip(browsers, targets, strict=True)):
        form = {"revision": str(revision), "number": "1", "writer": f"w{number}"}
        writers.append(Writer(browser, target, form, names, browser.token(target)))
    return writers


def _saving(writers: list[Writer], server: Server) -> tuple[list[float], float]:
    """Seconds of each saving while all write at once, and the server's processor time for one, in ms."""
    cpu = server.cpu_seconds()
    begin = time.perf_counter() + 0.2

    def write(writer: Writer, shift: float) -> None:
        for step in range(int(SECONDS / EVERY)):
            time.sleep(max(0.0, begin + shift + step * EVERY - time.perf_counter()))
            writer.save(step)

    threads = [
        threading.Thread(target=write, args=(writer, EVERY * number / len(writers)))
        for number, writer in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [text for writer in writers for text in writer.failed]
    if failed:
        raise RuntimeError(f"{len(failed)} savings failed: {failed[0]}")
    times = [taken for writer in writers for taken in writer.times]
    return times, (server.cpu_seconds() - cpu) * 1000 / len(times)


def _figures(ours: tuple[list[float], float], theirs: tuple[list[float], float]) -> list[Figure]:
    peer = "Flask + one UPDATE, committed"
    name = f"saving, {PUPILS} × {QUESTIONS}"

    def at(times: list[float], share: float) -> float:
        return sorted(times)[min(len(times) - 1, int(share * len(times)))] * 1000

    kinds: list[tuple[str, Callable[[list[float]], float]]] = [
        ("ms, median", statistics.median),
        ("ms, p99", lambda times: at(times, 0.99) / 1000),
    ]
    figures = [Figure(name, work(ours[0]) * 1000, unit, peer, work(theirs[0]) * 1000) for unit, work in kinds]
    return [*figures, Figure(name, ours[1], "ms of CPU", peer, theirs[1])]


def _check(setting: Setting, given: UUID) -> None:
    """Every pupil has one attempt with all that they answered: what was acknowledged is there."""
    engine = db.create_engine(setting.database_url)
    steps = int(SECONDS / EVERY)
    with sessionmaker(engine).begin() as session:
        attempts = list(session.scalars(sa.select(Attempt).where(Attempt.assignment_id == given)))
        answered = {sum(1 for one in it.responses.values() if one.get("choices")) for it in attempts}
    engine.dispose()
    if (len(attempts), answered) != (PUPILS, {min(steps, QUESTIONS)}):
        raise RuntimeError(f"{len(attempts)} attempts with {answered} answers")
