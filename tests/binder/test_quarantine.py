"""New files wait until a virus scanner has looked at them."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import BinaryIO

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.clock import frozen, now
from binder.content import authoring, composing, copying, importing
from binder.errors import NotFound, Unavailable
from binder.media.scanning import Clamd, Verdict
from binder.models import OutboxEntry, Resource, ResourceState
from binder.resources import files, quarantine
from binder.resources.quarantine import FILE_STORED, Quarantine
from binder.schemas import dump_binder
from binder.storage import FileStorage
from tests import clamav, factories, media
from tests.binder.conftest import School
from tests.clamav import EICAR, FOUND

PDF = b"%PDF-1.7\n" + bytes(range(256))
BAD = b"%PDF-1.7\n" + EICAR

Begin = Callable[[], AbstractContextManager[Session]]


class Scanner:
    """Takes for a virus what holds the test file; notes what it was asked, and whether a transaction was open then."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine, self.asked, self.away = engine, list[bytes](), False

    def scan(self, stream: BinaryIO) -> Verdict:
        """See `binder.media.scanning.Scanner`."""
        assert self.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        if self.away:
            raise Unavailable("clamd cannot be reached at unix:/x (gone)")
        self.asked.append(stream.read())
        return Verdict("Test" if EICAR in self.asked[-1] else "")

    def check(self) -> str:
        """See `binder.media.scanning.Scanner`."""
        return "a scanner"


@pytest.fixture
def scanner(engine: sa.Engine) -> Scanner:
    return Scanner(engine)


@pytest.fixture
def deliver(begin: Begin, storage: FileStorage, scanner: Scanner, session: Session) -> Callable[[], int]:
    """Ask about what is due."""

    def act() -> int:
        session.commit()
        told = outbox.deliver(begin, {FILE_STORED: Quarantine(begin, storage, scanner).judge})
        session.expire_all()
        return told

    return act


def add(
    session: Session,
    school: School,
    storage: FileStorage,
    data: bytes = PDF,
    name: str = "a.pdf",
    *,
    scan: bool = True,
) -> Resource:
    where = session, school.teacher, school.binder.id, storage
    return files.add_file(*where, io.BytesIO(data), name=name, scan=scan)


def states(*rows: Resource) -> list[str]:
    return [row.state.value for row in rows]


def test_without_a_scanner_nothing_changes(session: Session, school: School, storage: FileStorage) -> None:
    row = add(session, school, storage, scan=False)
    assert states(row) == ["ready"]
    assert session.scalars(sa.select(OutboxEntry)).all() == []


def test_a_new_file_waits_until_it_is_found_clean(
    session: Session, school: School, storage: FileStorage, scanner: Scanner, deliver: Callable[[], int]
) -> None:
    row = add(session, school, storage)
    assert states(row) == ["scanning"]
    entry = session.scalars(sa.select(OutboxEntry)).one()
    assert (entry.event, entry.subject) == (FILE_STORED, row.sha256)
    assert quarantine.waiting(session).files == 1
    assert deliver() == 1
    assert (states(row), scanner.asked) == (["ready"], [PDF])
    assert deliver() == 0
    assert quarantine.waiting(session) == quarantine.Waiting(0, None, "")


def test_the_note_and_the_file_are_one_transaction(
    session: Session, school: School, storage: FileStorage
) -> None:
    session.commit()
    add(session, school, storage)
    session.rollback()
    assert session.scalars(sa.select(OutboxEntry)).all() == []
    assert session.scalars(sa.select(Resource)).all() == []


def test_a_refused_file_is_forgotten_but_for_its_name(
    session: Session, school: School, storage: FileStorage, deliver: Callable[[], int]
) -> None:
    clean, bad = add(session, school, storage), add(session, school, storage, BAD, "b.pdf")
    assert deliver() == 2
    assert states(clean, bad) == ["ready", "refused"]
    assert (bad.name, bad.verdict, clean.verdict) == ("b.pdf", "Test", "")
    with pytest.raises(NotFound):
        storage.open(school.tenant.id, bad.sha256)
    storage.open(school.tenant.id, clean.sha256).close()


def test_the_same_bytes_get_the_same_verdict(
    session: Session, school: School, storage: FileStorage, scanner: Scanner, deliver: Callable[[], int]
) -> None:
    rows = [add(session, school, storage, data, "a.pdf") for data in (PDF, BAD)]
    deliver()
    again = [add(session, school, storage, data, "b.pdf") for data in (PDF, BAD)]
    assert states(*rows, *again) == ["ready", "refused", "ready", "refused"]
    assert again[1].verdict == "Test"
    assert deliver() == 1
    assert states(*again) == ["ready", "refused"]
    assert len(scanner.asked) == 2
    with pytest.raises(NotFound):
        storage.open(school.tenant.id, rows[1].sha256)
    assert add(session, school, storage, BAD, "b.pdf") is again[1]
    assert deliver() == 1
    with pytest.raises(NotFound):
        storage.open(school.tenant.id, rows[1].sha256)


def test_what_was_there_before_the_scanner_is_judged_when_it_comes_again(
    session: Session, school: School, storage: FileStorage, deliver: Callable[[], int]
) -> None:
    old = add(session, school, storage, BAD, "old.pdf", scan=False)
    new = add(session, school, storage, BAD, "new.pdf")
    assert states(old, new) == ["ready", "scanning"]
    deliver()
    assert states(old, new) == ["refused", "refused"]


def test_schools_are_apart(
    session: Session, school: School, storage: FileStorage, scanner: Scanner, deliver: Callable[[], int]
) -> None:
    other = factories.tenant(session)
    teacher = factories.viewer(session, other, factories.audience(session, other))
    theirs = files.add_file(
        session, teacher, factories.binder(session, teacher).id, storage, io.BytesIO(BAD), name="a.pdf"
    )
    mine = add(session, school, storage, BAD)
    deliver()
    assert states(mine, theirs) == ["refused", "ready"]
    storage.open(other.id, theirs.sha256).close()
    assert len(scanner.asked) == 1


def test_smaller_pictures_go_with_a_refused_one_unless_somebody_uses_them(
    session: Session,
    school: School,
    storage: FileStorage,
    begin: Begin,
    deliver: Callable[[], int],
    scanner: Scanner,
) -> None:
    row = add(session, school, storage, media.jpeg(1400, 900), "a.jpg")
    small = row.variants["480"]["sha256"]
    with storage.open(school.tenant.id, small) as stream:
        used = add(session, school, storage, stream.read(), "small.jpg", scan=False)
    used.sha256 = small
    scanner.scan = lambda stream: Verdict("Test")  # type: ignore[method-assign]
    deliver()
    assert states(row, used) == ["refused", "ready"]
    kept = {sha256 for sha256, _ in storage.kept(school.tenant.id)}
    assert small in kept
    assert not kept & ({row.sha256} | {it["sha256"] for it in row.variants.values()} - {small})


def test_a_scanner_that_is_away_is_asked_again_for_ever(
    session: Session, school: School, storage: FileStorage, scanner: Scanner, deliver: Callable[[], int]
) -> None:
    scanner.away = True
    row = add(session, school, storage)
    session.commit()
    instant = now()
    for _ in range(2 * outbox.MAX_TRIES):
        with frozen(instant):
            assert deliver() == 0
        entry = session.scalars(sa.select(OutboxEntry)).one()
        assert entry.due_at is not None
        assert entry.due_at - instant <= 1.25 * timedelta(minutes=15)
        instant = entry.due_at
    assert states(row) == ["scanning"]
    assert quarantine.waiting(session).error == "clamd cannot be reached at unix:/x (gone)"
    scanner.away = False
    with frozen(instant):
        assert deliver() == 1
    assert states(row) == ["ready"]


def test_bytes_that_are_gone_are_not_asked_about_again(
    session: Session, school: School, storage: FileStorage, deliver: Callable[[], int]
) -> None:
    row = add(session, school, storage)
    storage.delete(school.tenant.id, row.sha256)
    assert deliver() == 0
    entry = session.scalars(sa.select(OutboxEntry)).one()
    assert (entry.due_at, entry.error) == (None, "the bytes of the file are gone")
    assert states(row) == ["scanning"]


def test_a_file_that_comes_while_its_like_is_judged_is_judged_too(
    session: Session, school: School, storage: FileStorage, scanner: Scanner, begin: Begin
) -> None:
    add(session, school, storage)
    session.commit()
    seen = scanner.scan

    def scan(stream: BinaryIO) -> Verdict:
        verdict = seen(stream)
        if len(scanner.asked) == 1:
            with begin() as other:
                files.add_file(
                    other, school.teacher, school.binder.id, storage, io.BytesIO(PDF), name="b.pdf", scan=True
                )
        return verdict

    scanner.scan = scan  # type: ignore[method-assign]
    outbox.deliver(begin, {FILE_STORED: Quarantine(begin, storage, scanner).judge})
    session.expire_all()
    assert states(*session.scalars(sa.select(Resource))) == ["ready", "ready"]
    assert session.scalars(sa.select(OutboxEntry)).one().delivered_at is not None


# Who gets the bytes


@pytest.mark.parametrize("state", list(ResourceState))
def test_pupils_get_what_is_ready_only(
    session: Session, school: School, storage: FileStorage, state: ResourceState
) -> None:
    row = add(session, school, storage)
    block = {"type": "file", "resource": str(row.id), "label": "Fiche"}
    composing.add_block(session, school.teacher, school.page.id, block)
    revision = authoring.publish(session, school.teacher, school.page.id)
    row.state = state
    ready, refused = state is ResourceState.READY, state is ResourceState.REFUSED

    def gets(act: Callable[[], Resource]) -> bool:
        try:
            return act() is row
        except NotFound:
            return False

    assert gets(lambda: files.shown_file(session, school.lina, revision, row.id)) is ready
    assert gets(lambda: files.shown_file(session, school.teacher, revision, row.id)) is ready
    assert gets(lambda: files.shown_file(session, school.teacher, school.page, row.id)) is not refused
    assert gets(lambda: files.own_file(session, school.teacher, school.binder.id, row.id)) is not refused


def test_a_copy_waits_with_its_original(
    session: Session, school: School, storage: FileStorage, deliver: Callable[[], int]
) -> None:
    rows = [add(session, school, storage, data, "a.pdf") for data in (PDF, BAD)]
    for row in rows:
        block = {"type": "file", "resource": str(row.id), "label": "Fiche"}
        composing.add_block(session, school.teacher, school.page.id, block)
    copy = copying.copy_binder(session, school.teacher, school.binder.id)
    assert states(*copy.resources) == ["scanning", "scanning"]
    deliver()
    assert sorted(states(*copy.resources)) == ["ready", "refused"]
    last = copying.copy_binder(session, school.teacher, school.binder.id)
    assert sorted((row.state.value, row.verdict) for row in last.resources) == [
        ("ready", ""),
        ("refused", "Test"),
    ]


def test_what_is_brought_in_waits_too(
    session: Session, school: School, storage: FileStorage, deliver: Callable[[], int]
) -> None:
    add(session, school, storage, BAD, scan=False)
    session.flush()
    document = dump_binder(school.binder)
    for scan, state in ((False, "ready"), (True, "scanning")):
        new = importing.import_binder(
            session, school.teacher, document, storage, lambda sha256: io.BytesIO(BAD), scan=scan
        )
        assert states(*new.resources) == [state]
    deliver()
    assert set(states(*session.scalars(sa.select(Resource)))) == {"refused"}


@pytest.mark.clamav
def test_with_a_real_scanner(
    session: Session, school: School, storage: FileStorage, begin: Begin, clamd: clamav.Daemon
) -> None:
    clean, bad = add(session, school, storage), add(session, school, storage, BAD, "b.pdf")
    session.commit()
    handlers = {FILE_STORED: Quarantine(begin, storage, Clamd(clamd.unix)).judge}
    assert outbox.deliver(begin, handlers) == 2
    session.expire_all()
    assert [(it.state.value, it.verdict) for it in (clean, bad)] == [("ready", ""), ("refused", FOUND)]
