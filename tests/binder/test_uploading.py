"""Files that arrive in pieces."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import frozen, now
from binder.errors import Conflict, Forbidden, Invalid, NotFound
from binder.media.mediatypes import Limits
from binder.models import Resource, Upload
from binder.resources import uploading
from binder.resources.uploading import ToBinder
from binder.storage import FileStorage, Stored
from tests import factories, media
from tests.binder.conftest import School, school_in

LIMITS = Limits()
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 100


class Desk:
    """A teacher who sends files, each request in transactions of its own."""

    def __init__(self, begin: Callable[[], Any], storage: FileStorage) -> None:
        self.begin, self.storage = begin, storage
        with begin() as session:
            self.school = school_in(session)
        self.teacher, self.binder = self.school.teacher, self.school.binder.id
        self.to = ToBinder(self.binder)

    def announce(self, size: int | None, name: str = "a.pdf", **more: Any) -> UUID:
        with self.begin() as session:
            values = {"name": name, "size": size, "limits": LIMITS, **more}
            return uploading.begin(session, self.teacher, self.to, **values).id

    def send(self, upload: UUID, offset: int, data: bytes | io.RawIOBase, **more: Any) -> Any:
        stream: Any = io.BytesIO(data) if isinstance(data, bytes) else data
        values = {"offset": offset, "limits": LIMITS, **more}
        return uploading.receive(self.begin, self.teacher, self.to, upload, self.storage, stream, **values)

    def uploads(self) -> list[Upload]:
        with self.begin() as session:
            return list(session.scalars(sa.select(Upload)))

    def files(self) -> list[Resource]:
        with self.begin() as session:
            return list(session.scalars(sa.select(Resource)))


@pytest.fixture
def desk(begin: Callable[[], Any], storage: FileStorage) -> Desk:
    """A teacher with a binder, committed."""
    return Desk(begin, storage)


def test_pieces_become_a_file_of_the_binder(desk: Desk) -> None:
    upload = desk.announce(len(PDF), "Fiche n° 3.pdf")
    assert desk.send(upload, 0, PDF[:10_000]) == (10_000, None)
    assert desk.uploads()[0].received == 10_000
    here, resource = desk.send(upload, 10_000, PDF[10_000:])
    assert (here, resource.name, resource.media_type, resource.size) == (
        len(PDF),
        "Fiche n° 3.pdf",
        "application/pdf",
        len(PDF),
    )
    with desk.storage.open(desk.teacher.tenant_id, resource.sha256) as stream:
        assert stream.read() == PDF
    assert desk.storage.arrived(desk.teacher.tenant_id, str(upload)) == 0
    (row,) = desk.files()
    assert (row.id, row.binder_id) == (resource.id, desk.binder)


def test_who_did_not_hear_that_all_arrived_may_ask_again(desk: Desk) -> None:
    upload = desk.announce(len(PDF))
    _, resource = desk.send(upload, 0, PDF)
    here, again = desk.send(upload, len(PDF), b"")
    assert (here, again.id) == (len(PDF), resource.id)
    with pytest.raises(Conflict) as refused:
        desk.send(upload, 5, PDF[5:])
    assert refused.value.current == len(PDF)
    assert len(desk.files()) == 1


def test_a_server_that_stopped_before_the_file_was_made_makes_it_later(desk: Desk) -> None:
    upload = desk.announce(len(PDF))
    desk.storage.append(desk.teacher.tenant_id, str(upload), 0, io.BytesIO(PDF), len(PDF))
    here, resource = desk.send(upload, len(PDF), b"")
    assert (here, resource.size) == (len(PDF), len(PDF))


def test_a_picture_goes_the_way_of_all_pictures(desk: Desk) -> None:
    photo = media.jpeg(1000, 700, 6)
    upload = desk.announce(len(photo), "photo.png")
    desk.send(upload, 0, photo[:500])
    _, resource = desk.send(upload, 500, photo[500:])
    assert (resource.name, resource.width, set(resource.variants)) == ("photo.jpg", 700, {"480"})
    with desk.storage.open(desk.teacher.tenant_id, resource.sha256) as stream:
        assert b"Appareil" not in stream.read()


@pytest.mark.parametrize(
    ("data", "pieces", "message"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 1, "contains a script"),
        (media.jpeg()[:-200], 2, "damaged"),
        (b"<html>", 1, "no file of captions"),
    ],
)
def test_a_file_that_is_refused_leaves_nothing(desk: Desk, data: bytes, pieces: int, message: str) -> None:
    upload = desk.announce(len(data), "a.vtt")
    half = len(data) // pieces
    if pieces == 2:
        desk.send(upload, 0, data[: len(data) - half])
    with pytest.raises(Invalid) as refused:
        desk.send(upload, len(data) - half, data[len(data) - half :])
    assert message in refused.value.messages["file"][0]
    assert desk.uploads() == desk.files() == []
    assert desk.storage.arrived(desk.teacher.tenant_id, str(upload)) == 0


def test_a_picture_too_large_is_refused_at_its_first_piece(desk: Desk) -> None:
    upload = desk.announce(30_000_000)
    with pytest.raises(Invalid) as refused:
        desk.send(upload, 0, media.jpeg())
    assert refused.value.messages == {"file": ["this picture is too large: 25 MB at the most"]}
    assert desk.uploads() == []


def test_sizes_are_checked_when_announced_and_when_they_come(desk: Desk) -> None:
    for size, message in ((0, "empty"), (500_000_001, "this file is too large: 500 MB at the most")):
        with pytest.raises(Invalid) as refused:
            desk.announce(size)
        assert message in refused.value.messages["file"][0]
    upload = desk.announce(10)
    with pytest.raises(Invalid, match="longer"):
        desk.send(upload, 0, PDF)
    assert desk.send(upload, 0, b"%PDF-12345")[1] is not None


def test_one_person_has_a_hundred_uploads_at_the_most(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "MOST", 2)
    first, _ = desk.announce(4), desk.announce(4)
    with pytest.raises(Invalid, match="too many"):
        desk.announce(4)
    desk.send(first, 0, b"done")
    desk.announce(4)


def test_an_upload_is_for_its_sender_and_its_binder(desk: Desk, session: Session) -> None:
    upload = desk.announce(10)
    colleague = factories.viewer(session, desk.school.tenant, name="Paul")
    other = factories.binder(session, desk.teacher)
    for viewer, binder in (
        (colleague, desk.binder),
        (desk.school.lina, desk.binder),
        (desk.teacher, other.id),
    ):
        with pytest.raises((Forbidden, NotFound)):
            uploading.upload_of(session, viewer, ToBinder(binder), upload)
    assert uploading.upload_of(session, desk.teacher, desk.to, upload).id == upload
    session.rollback()


def test_an_upload_that_is_cancelled_is_gone(desk: Desk) -> None:
    upload = desk.announce(len(PDF))
    desk.send(upload, 0, PDF[:1000])
    with desk.begin() as session:
        uploading.cancel(session, desk.teacher, desk.to, upload, desk.storage)
    assert desk.uploads() == []
    assert desk.storage.arrived(desk.teacher.tenant_id, str(upload)) == 0
    with pytest.raises(NotFound):
        desk.send(upload, 1000, PDF[1000:])


def test_an_upload_rests_seven_days(desk: Desk) -> None:
    resting, going = desk.announce(len(PDF)), desk.announce(len(PDF))
    for upload in (resting, going):
        desk.send(upload, 0, PDF[:1000])
    with frozen(now() + timedelta(days=6)):
        desk.send(going, 1000, PDF[1000:2000])
    with frozen(now() + timedelta(days=8)):
        with pytest.raises(NotFound):
            desk.send(resting, 1000, PDF[1000:])
        with desk.begin() as session:
            assert uploading.expire(session, desk.storage) == 1
        assert [row.id for row in desk.uploads()] == [going]
        assert desk.storage.arrived(desk.teacher.tenant_id, str(resting)) == 0
        assert desk.send(going, 2000, PDF[2000:])[1] is not None


class Meeting(io.RawIOBase):
    """A piece whose end waits for the other one's."""

    def __init__(self, data: bytes, gate: threading.Barrier) -> None:
        self.rest, self.gate = io.BytesIO(data), gate

    def read(self, size: int = -1) -> bytes:
        data = self.rest.read(size)
        if not data:
            self.gate.wait(20)
        return data


def test_two_who_send_the_same_piece_make_one_file(desk: Desk) -> None:
    upload, gate = desk.announce(len(PDF)), threading.Barrier(2)
    outcomes: list[Any] = []

    def send() -> None:
        try:
            outcomes.append(desk.send(upload, 0, Meeting(PDF, gate))[1])
        except Conflict:
            outcomes.append(None)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([each for each in outcomes if each is not None]) == 1
    (row,) = desk.files()
    with desk.storage.open(desk.teacher.tenant_id, row.sha256) as stream:
        assert stream.read() == PDF


class Overtaken(FileStorage):
    """A store in which somebody else asks for the same file while it is being made."""

    desk: Desk
    asked: list[Any]

    def finish(self, tenant_id: UUID, upload_id: str) -> Stored:
        """See `Storage.finish`."""
        if not self.asked:
            self.asked.append(None)
            self.asked[0] = self.desk.send(UUID(upload_id), len(PDF), b"")[1]
            self.desk.storage.append(tenant_id, upload_id, 0, io.BytesIO(PDF), len(PDF))
        return super().finish(tenant_id, upload_id)


def test_who_is_overtaken_at_the_end_gets_the_others_file(desk: Desk) -> None:
    storage = Overtaken(desk.storage.root)
    storage.desk, storage.asked, desk.storage = desk, [], storage
    _, resource = desk.send(desk.announce(len(PDF)), 0, PDF)
    assert resource.id == storage.asked[0].id
    assert len(desk.files()) == 1


def test_only_those_who_write_a_binder_announce_files(session: Session, school: School) -> None:
    for viewer in (school.lina, factories.viewer(session, school.tenant, name="Paul")):
        with pytest.raises(Forbidden):
            uploading.begin(session, viewer, ToBinder(school.binder.id), name="a", size=1, limits=LIMITS)


def test_what_is_still_being_made_tells_its_size_at_the_end(desk: Desk) -> None:
    upload = desk.announce(None)
    assert desk.send(upload, 0, PDF[:10]) == (10, None)
    assert desk.send(upload, 10, PDF[10:]) == (len(PDF), None)
    here, resource = desk.send(upload, len(PDF), b"", size=len(PDF))
    assert (here, resource.size) == (len(PDF), len(PDF))
    with pytest.raises(Conflict):
        desk.send(upload, 3, b"x")


def test_the_last_piece_may_bring_its_bytes_and_the_size(desk: Desk) -> None:
    upload = desk.announce(None)
    desk.send(upload, 0, PDF[:100])
    here, resource = desk.send(upload, 100, PDF[100:], size=len(PDF))
    assert (here, resource.size) == (len(PDF), len(PDF))


@pytest.mark.parametrize(
    ("data", "size", "limits", "message"),
    [
        (b"", 0, LIMITS, "empty"),
        (PDF, 600_000_000, LIMITS, "too large"),
        (media.jpeg(900, 900), None, Limits(picture=1000), "too large"),
        (bytes(3000), None, Limits(1000, 1000, 1000, 1000), "longer than announced"),
        (PDF, len(PDF) - 1, LIMITS, "longer than announced"),
    ],
)
def test_what_is_still_being_made_has_its_limits(
    desk: Desk, data: bytes, size: int | None, limits: Limits, message: str
) -> None:
    upload = desk.announce(None)
    with pytest.raises(Invalid, match=message):
        desk.send(upload, 0, data, size=size, limits=limits)
    assert desk.files() == []


def test_a_cut_while_it_is_being_made_costs_nothing(desk: Desk) -> None:
    """The server got more than the sender heard of."""
    upload = desk.announce(None)
    desk.storage.append(desk.teacher.tenant_id, str(upload), 0, io.BytesIO(PDF[:500]), 500)
    with pytest.raises(Conflict) as refused:
        desk.send(upload, 0, PDF[:500])
    assert refused.value.current == 500
    assert desk.send(upload, 500, PDF[500:], size=len(PDF))[1].size == len(PDF)
