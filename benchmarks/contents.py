"""A teacher opens the table of contents of 500 pages, beside a bare page that lists as many rows."""

from __future__ import annotations

import sqlite3
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from benchmarks import launches
from benchmarks.browser import Browser, Line
from benchmarks.measuring import Figure, Work, figure, take_turns
from benchmarks.platform import Platform, publishing
from benchmarks.servers import make_classeur, serving
from benchmarks.setting import Setting
from binder import db
from binder.access import Role, Viewer
from binder.content import authoring
from binder.models import Membership, Page

__all__ = ["measure"]

CHAPTERS, PAGES_EACH = 25, 20
ROUNDS, EACH = 5, 20


def measure(setting: Setting) -> list[Figure]:
    """Processor time of one view, and its number of SQL statements."""
    with publishing(setting) as jwks_uri:
        launches.prepare(setting, jwks_uri)
        with serving("classeur", setting.environment) as ours:
            browser = Browser(Line(ours.port))
            home = Platform(setting).launch(browser, "teacher", "Instructor").location
            target = f"{home}binders/{_fill(setting)}"
            _write_peer(setting)
            with serving("flask_list", setting.environment) as theirs:
                other = Browser(Line(theirs.port))
                sides = [(ours, _work(browser, target)), (theirs, _work(other, "/pages"))]
                taken = take_turns(sides, rounds=ROUNDS, each=EACH)
            statements = _statements(setting, browser, target)
    peer = "Flask + Jinja, 500 bare rows"
    return [
        figure("contents of 500 pages", "ms of CPU", peer, taken),
        Figure("contents of 500 pages", statements, "SQL statements", peer, 1),
    ]


def _fill(setting: Setting) -> UUID:
    """A binder of 500 pages, each with some words, for the teacher who has just launched."""
    engine = db.create_engine(setting.database_url)
    with sessionmaker(db.writing(engine), expire_on_commit=False).begin() as session:
        row = session.scalars(sa.select(Membership).where(Membership.role == Role.INSTRUCTOR.value)).one()
        teacher = Viewer(
            tenant_id=row.tenant_id,
            role=Role.INSTRUCTOR,
            person_id=row.person_id,
            audience_id=row.audience_id,
        )
        binder = authoring.create_binder(session, teacher, title="Cinq cents pages")
        for number in range(CHAPTERS):
            chapter = authoring.add_section(session, teacher, binder.id, title=f"Chapitre {number}")
            for place in range(PAGES_EACH):
                words = {"id": "a", "type": "text", "html": f"<p>{'mot ' * 300}</p>"}
                session.add(
                    Page(
                        tenant_id=teacher.tenant_id,
                        binder_id=binder.id,
                        section_id=chapter.id,
                        title=f"Page {place} du chapitre {number}",
                        position=place + 1,
                        blocks=[words],
                    )
                )
    engine.dispose()
    return binder.id


def _write_peer(setting: Setting) -> None:
    titles = [
        (f"Page {place} du chapitre {number}",) for number in range(CHAPTERS) for place in range(PAGES_EACH)
    ]
    with sqlite3.connect(setting.folder / "list.db") as connection:
        connection.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, title TEXT NOT NULL)")
        connection.executemany("INSERT INTO page (title) VALUES (?)", titles)
    connection.close()


def _work(browser: Browser, target: str) -> Work:
    def view(times: int) -> None:
        for _ in range(times):
            answer = browser.get(target)
            if answer.status != 200 or answer.body.count(b"Page 7 du chapitre 9") < 1:
                raise RuntimeError(f"contents: {answer.status} {answer.body[:300]!r}")

    return view


def _statements(setting: Setting, browser: Browser, target: str) -> int:
    """Counted in this process: the same app over the same database, with the teacher's cookie."""
    app, tool = make_classeur(setting)
    seen: list[str] = []
    sa.event.listen(tool.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    cookie = "; ".join(f"{name}={value}" for (name, _), value in browser.cookies.items())
    client = app.test_client(use_cookies=False)
    for _ in range(2):
        seen.clear()
        answer = client.get(target, base_url="https://tool.example", headers={"Cookie": cookie})
        if answer.status_code != 200:
            raise RuntimeError(f"contents: {answer.status_code}")
    count = sum(not statement.startswith("BEGIN") for statement in seen)
    tool.visits.flush()
    tool.engine.dispose()
    return count
