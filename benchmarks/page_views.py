"""A pupil opens a page with text, a picture and a question, beside the least that can show the same bytes."""

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
from binder.content import composing
from binder.content.importing import import_binder
from binder.giving import assigning
from binder.models import Membership
from binder.storage import FileStorage
from examples.school import lessons

__all__ = ["measure", "measure_long", "open_page", "viewing", "write_peer"]

LESSON, PAGE = "cycle-de-l-eau", "L’évaporation"
BLOCKS = 30
ROUNDS, EACH = 7, 400


def measure(setting: Setting) -> list[Figure]:
    """Processor time of one view of a page as it is in the sample school, and its number of SQL statements."""
    return _measure(setting, "view of a work page", 0)


def measure_long(setting: Setting) -> list[Figure]:
    """The same for a page of thirty blocks."""
    return _measure(setting, f"view, {BLOCKS} blocks", BLOCKS)


def _measure(setting: Setting, name: str, blocks: int) -> list[Figure]:
    with publishing(setting) as jwks_uri:
        launches.prepare(setting, jwks_uri)
        with serving("classeur", setting.environment) as ours:
            browser, target = open_page(setting, ours.port, blocks)
            html = browser.get(target).body.decode()
            write_peer(setting, html, PAGE)
            with serving("flask_page", setting.environment) as theirs:
                other = Browser(Line(theirs.port))
                if other.get("/page/1").body.decode() != html:
                    raise RuntimeError("the peer does not show the same bytes")
                sides = [(ours, viewing(browser, target)), (theirs, viewing(other, "/page/1"))]
                taken = take_turns(sides, rounds=ROUNDS, each=EACH)
            statements = _statements(setting, browser, target)
    peer = "Flask + Jinja + one query"
    return [
        figure(name, "ms of CPU", peer, taken),
        Figure(name, statements, "SQL statements", peer, 1),
    ]


def open_page(setting: Setting, port: int, blocks: int = 0) -> tuple[Browser, str]:
    """Give the page to a class, and let a pupil of it launch; their browser, and the page's address.

    :param blocks: that the page has at the least; it is filled up with text.
    """
    platform, line = Platform(setting), Line(port)
    platform.launch(Browser(line), "teacher", "Instructor")
    assignment = _give(setting, blocks)
    pupil = Browser(line)
    home = platform.launch(pupil, "pupil-1").location
    return pupil, f"{home}work/{assignment}"


def _give(setting: Setting, blocks: int) -> UUID:
    """The teacher who has just launched gives the sample page to the class."""
    lesson = next(lesson for lesson in lessons() if lesson.slug == LESSON)
    engine = db.create_engine(setting.database_url)
    with sessionmaker(db.writing(engine), expire_on_commit=False).begin() as session:
        row = session.scalars(sa.select(Membership).where(Membership.role == Role.INSTRUCTOR.value)).one()
        teacher = Viewer(
            tenant_id=row.tenant_id,
            role=Role.INSTRUCTOR,
            person_id=row.person_id,
            audience_id=row.audience_id,
        )
        binder = import_binder(session, teacher, lesson.document, FileStorage(setting.files), lesson.open)
        page = next(page for page in binder.pages if page.title.startswith(PAGE))
        for number in range(len(page.blocks), blocks):
            html = f"<h3>Partie {number}</h3><p>{'L’eau change d’état sans changer de nature. ' * 6}</p>"
            composing.add_block(session, teacher, page.id, {"type": "text", "html": html})
        given = assigning.give(session, teacher, page.id).id
    engine.dispose()
    return given


def write_peer(setting: Setting, html: str, title: str) -> None:
    """The same bytes for the peer; `title` is what it reads from its table."""
    setting.write("page", {"template": html.replace(title, "{{ title }}")})
    with sqlite3.connect(setting.folder / "page.db") as connection:
        connection.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, title TEXT NOT NULL)")
        connection.execute("INSERT INTO page VALUES (1, ?)", (title,))
    connection.close()


def viewing(browser: Browser, target: str) -> Work:
    """Open a page again and again."""

    def view(times: int) -> None:
        for _ in range(times):
            answer = browser.get(target)
            if answer.status != 200:
                raise RuntimeError(f"view: {answer.status} {answer.body[:300]!r}")

    return view


def _statements(setting: Setting, browser: Browser, target: str) -> int:
    """Counted in this process: the same app over the same database, with the pupil's cookie."""
    app, tool = make_classeur(setting)
    seen: list[str] = []
    sa.event.listen(tool.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    cookie = "; ".join(f"{name}={value}" for (name, _), value in browser.cookies.items())
    client = app.test_client(use_cookies=False)
    for _ in range(2):
        seen.clear()
        answer = client.get(target, base_url="https://tool.example", headers={"Cookie": cookie})
        if answer.status_code != 200:
            raise RuntimeError(f"view: {answer.status_code}")
    count = sum(not statement.startswith("BEGIN") for statement in seen)
    tool.visits.flush()
    tool.engine.dispose()
    return count
