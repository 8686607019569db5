"""A teacher writes and searches: saving a block, and finding a word in ten thousand pages."""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.measuring import Figure
from benchmarks.setting import Setting
from binder import db
from binder.access import Role, Viewer
from binder.clock import uuid7
from binder.content import authoring, composing, searching
from binder.models import Page, PageText, Person, Tenant

__all__ = ["measure"]

PAGES, WORDS_A_PAGE, BLOCKS = 10_000, 300, 30
VOCABULARY = 5_000
SYLLABLES = (
    "ba be bi bo bu ca ce ci co cu da de di do du fa fe fi fo fu la le li lo lu ma me mi mo mu".split()
)
ROUNDS = 7


def _median_ms(work: Callable[[], None], times: int) -> tuple[float, float]:
    """Milliseconds a piece, the disk's part too, as the median of some rounds; and their spread."""
    work()
    taken = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        for _ in range(times):
            work()
        taken.append((time.perf_counter() - before) * 1000 / times)
    middle = statistics.median(taken)
    return middle, (max(taken) - min(taken)) / middle


def measure(setting: Setting) -> list[Figure]:
    """Both, on SQLite, each beside the plainest way to do it there."""
    engine = db.create_engine(setting.database_url)
    db.upgrade(engine)
    begin = sessionmaker(db.writing(engine), expire_on_commit=False).begin
    with begin() as session:
        tenant = Tenant(name="Collège")
        session.add(tenant)
        session.flush()
        person = Person(tenant_id=tenant.id)
        session.add(person)
        session.flush()
        teacher = Viewer(tenant_id=tenant.id, role=Role.INSTRUCTOR, person_id=person.id)
        page = _shelf(session, teacher)
    figures = [_saving(setting, begin, teacher, page), _searching(engine, teacher)]
    engine.dispose()
    return figures


def _vocabulary() -> list[str]:
    chance = random.Random(0)  # noqa: S311 - sample texts
    return ["".join(chance.choices(SYLLABLES, k=chance.choice((3, 4, 5)))) for _ in range(VOCABULARY)]


WORDS = _vocabulary()


def _word(chance: random.Random) -> str:
    """Few words are often there and most are rare, as in any language."""
    return WORDS[int(VOCABULARY * chance.random() ** 3)]


def _shelf(session: Session, teacher: Viewer) -> Page:
    """A page of thirty blocks among ten thousand others."""
    chance = random.Random(1)  # noqa: S311 - sample texts
    binder = authoring.create_binder(session, teacher, title="Grand classeur")
    section = authoring.add_section(session, teacher, binder.id, title="Tout")
    page = authoring.add_page(session, teacher, section.id, title="La page que l’on écrit")
    for _ in range(BLOCKS):
        words = " ".join(_word(chance) for _ in range(80))
        composing.add_block(session, teacher, page.id, {"type": "text", "html": f"<p>{words}</p>"})
    pages, texts = [], []
    for number in range(PAGES):
        body = " ".join(_word(chance) for _ in range(WORDS_A_PAGE))
        common = {"tenant_id": teacher.tenant_id, "id": uuid7(), "binder_id": binder.id}
        blocks = [{"id": "a1", "type": "text", "html": f"<p>{body}</p>"}]
        row = {**common, "section_id": section.id, "title": f"Page {number}", "blocks": blocks}
        pages.append(
            {**row, "position": number, "version": 1, "changed": True, "writers": {}, "hidden": False}
        )
        texts.append(
            {**common, "docid": common["id"].int & (2**62 - 1), "title": f"page {number}", "body": body}
        )
    session.execute(sa.insert(Page), pages)
    session.execute(sa.insert(PageText), texts)
    return page


def _saving(setting: Setting, begin: Callable[[], object], teacher: Viewer, page: Page) -> Figure:
    """One block of a page of thirty, saved by itself, beside one UPDATE of as many bytes and a commit."""
    block, seq = page.blocks[0], 0

    def save() -> None:
        nonlocal seq
        seq += 1
        with begin() as session:  # type: ignore[attr-defined]  # a session's own transaction
            composing.change_block(
                session, teacher, page.id, block["id"], {"html": f"<p>Version {seq}</p>"}, writer="w", seq=seq
            )

    path = setting.folder / "plain.db"
    plain = sqlite3.connect(path, isolation_level=None)
    plain.execute("PRAGMA journal_mode=WAL")
    plain.execute("PRAGMA synchronous=FULL")
    plain.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, blocks TEXT)")
    plain.execute("INSERT INTO page VALUES (1, '')")
    blocks = json.dumps(page.blocks)

    written = 0

    def update() -> None:
        nonlocal written
        written += 1  # the same bytes again would not be written at all
        plain.execute("BEGIN IMMEDIATE")
        plain.execute("UPDATE page SET blocks = ? WHERE id = 1", (f"{blocks}{written}",))
        plain.execute("COMMIT")

    ours, spread = _median_ms(save, 40)
    theirs, _ = _median_ms(update, 40)
    plain.close()
    return Figure("saving a block", ours, "ms", "one UPDATE in sqlite3", theirs, spread)


def _searching(engine: sa.Engine, teacher: Viewer) -> Figure:
    """Two words in ten thousand pages, beside LIKE over the same folded texts."""
    chance = random.Random(2)  # noqa: S311 - sample texts
    wanted = [f"{_word(chance)} {_word(chance)}" for _ in range(20)]
    at = 0

    def ours() -> None:
        nonlocal at
        at += 1
        with Session(engine) as session:
            searching.search(session, teacher, wanted[at % len(wanted)])

    def theirs() -> None:
        nonlocal at
        at += 1
        first, second = wanted[at % len(wanted)].split()
        like = PageText.body.like(f"%{first}%"), PageText.body.like(f"%{second}%")
        query = sa.select(PageText.id).where(*like).order_by(PageText.title)
        with engine.connect() as connection:
            connection.execute(query.limit(30)).all()

    mine, spread = _median_ms(ours, 20)
    peer, _ = _median_ms(theirs, 5)
    return Figure(f"search, {PAGES} pages", mine, "ms", "LIKE over all texts", peer, spread)
