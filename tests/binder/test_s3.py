"""Files in a real object store: what the protocol does not say. `test_storage.py` holds the store to the protocol."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from sqlalchemy.orm import Session, sessionmaker

from binder import db
from binder.access import Viewer
from binder.clock import uuid7
from binder.errors import Conflict, NotFound, Unavailable
from binder.media.mediatypes import Limits
from binder.resources import uploading
from binder.storage import Stored
from binder.storage.ranges import Remote
from binder.storage.s3 import CONFIG, S3Storage
from tests import factories, swift
from tests.binder.test_storage import Broken, bring_the_same

pytestmark = pytest.mark.s3
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 10
TENANT = uuid7()


def fetched(
    url: str, method: str = "GET", data: bytes | None = None, **headers: str
) -> tuple[int, bytes, Mapping[str, str]]:
    """What a browser gets from an address: status, body, headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named, method=method)  # noqa: S310 - http of this machine
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers


def link(storage: S3Storage, stored: Stored, **more: str) -> str:
    """An address for browsers."""
    told = {
        "media_type": "application/pdf",
        "disposition": "inline; filename=\"a.pdf\"; filename*=UTF-8''%C3%A9.pdf",
    }
    url = storage.url(TENANT, stored.sha256, **told | more)
    assert url is not None
    return url


def test_a_link_hands_out_the_file_as_it_is_told_to(object_store: S3Storage) -> None:
    url = link(object_store, object_store.save(TENANT, io.BytesIO(PDF)))
    status, body, headers = fetched(url)
    assert (status, body) == (200, PDF)
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == "inline; filename=\"a.pdf\"; filename*=UTF-8''%C3%A9.pdf"
    assert headers["Cache-Control"] == "private, max-age=3600"
    assert [url.startswith(f"{origin}/") for origin in object_store.origins] == [True]


def test_a_link_answers_ranges(object_store: S3Storage) -> None:
    url = link(object_store, object_store.save(TENANT, io.BytesIO(PDF)))
    for wanted, expected in (("bytes=9-14", PDF[9:15]), ("bytes=-4", PDF[-4:]), ("bytes=2000-", PDF[2000:])):
        status, body, headers = fetched(url, Range=wanted)
        assert (status, body) == (206, expected)
        assert headers["Content-Range"].endswith(f"/{len(PDF)}")
    assert fetched(url, Range="bytes=99999-")[0] == 416


def test_a_link_is_good_for_one_file_one_use_and_some_minutes(object_store: S3Storage) -> None:
    one, other = (object_store.save(TENANT, io.BytesIO(data)) for data in (PDF, PDF[::-1]))
    url = link(object_store, one)
    for tampered in (
        url.replace(one.sha256, other.sha256).replace(f"/{one.sha256[:2]}/", f"/{other.sha256[:2]}/"),
        url.replace("application%2Fpdf", "text%2Fhtml"),
        re.sub("X-Amz-Expires=[0-9]+", "X-Amz-Expires=86400", url),
        re.sub("Signature=[0-9a-f]{4}", "Signature=0000", url),
    ):
        assert tampered != url
        assert fetched(tampered)[0] == 403
    assert 400 <= fetched(url.partition("?")[0])[0] < 500
    assert fetched(url, "PUT", b"x")[0] == 403
    assert fetched(url, "DELETE")[0] == 403
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["1800"]
    assert fetched(url)[0] == 200


def test_a_link_expires(object_store: S3Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made half an hour and a second ago."""
    stored = object_store.save(TENANT, io.BytesIO(PDF))
    past = datetime.now(UTC) - object_store.lifetime - timedelta(seconds=1)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: past.replace(tzinfo=None))
    url = link(object_store, stored)
    assert past.strftime("%Y%m%dT%H%M%SZ") in url
    assert fetched(url)[0] == 403


def test_twenty_megabytes_come_back(object_store: S3Storage) -> None:
    """More than one part."""
    data = os.urandom(1 << 20) * 20
    stored = object_store.save(TENANT, io.BytesIO(data))
    assert stored == Stored(hashlib.sha256(data).hexdigest(), len(data))
    with object_store.open(TENANT, stored.sha256) as stream:
        assert stream.read() == data
        for at in (0, (16 << 20) - 5, len(data) - 3):
            assert stream.seek(at) == at
            assert stream.read(10) == data[at : at + 10]
        assert stream.seek(0, io.SEEK_END) == len(data)
        assert stream.read(1) == b""
    assert fetched(link(object_store, stored), Range=f"bytes={(16 << 20) - 2}-{(16 << 20) + 1}")[:2] == (
        206,
        data[(16 << 20) - 2 : (16 << 20) + 2],
    )
    assert [sha256 for sha256, _ in object_store.kept(TENANT)] == [stored.sha256]


def test_only_what_is_old_goes(object_store: S3Storage) -> None:
    stored = object_store.save(TENANT, io.BytesIO(PDF))
    now = datetime.now(UTC)
    for before, left in ((now - timedelta(days=1), [stored.sha256]), (now + timedelta(days=1), [])):
        object_store.delete(TENANT, stored.sha256, before=before)
        object_store.delete(TENANT, "0" * 64, before=before)
        assert [sha256 for sha256, _ in object_store.kept(TENANT)] == left


def test_of_many_who_bring_the_same_piece_none_is_told_what_is_not(object_store: S3Storage) -> None:
    """Swift may let several pass; the last one counts, whole, and whoever goes on elsewhere is told where."""
    outcomes = bring_the_same(object_store, TENANT, 4)
    here = object_store.arrived(TENANT, "u")
    assert here in outcomes
    with object_store.staged(TENANT, "u") as stream:
        assert stream.read() == bytes([here - 100_000]) * here
    with pytest.raises(Conflict) as told:
        object_store.append(TENANT, "u", here + 1, io.BytesIO(b"x"), 10)
    assert told.value.current == here


# Past us


def test_a_browser_may_send_a_piece_past_us(object_store: S3Storage) -> None:
    url = object_store.put_url(TENANT, "u", 0, 5)
    assert fetched(url, "PUT", b"123456", If_None_Match="*")[0] == 403
    assert fetched(url, "PUT", b"12345")[0] == 403
    assert object_store.arrived(TENANT, "u") == 0
    assert fetched(url, "PUT", b"12345", If_None_Match="*")[0] == 200
    assert fetched(url, "PUT", b"54321", If_None_Match="*")[0] == 412
    assert fetched(url)[0] == 403
    assert object_store.arrived(TENANT, "u") == 5
    assert object_store.append(TENANT, "u", 5, io.BytesIO(b"67"), 2) == 7
    assert object_store.finish(TENANT, "u") == Stored(hashlib.sha256(b"1234567").hexdigest(), 7)


@pytest.fixture
def teacher(session: Session) -> Viewer:
    """With a class."""
    tenant = factories.tenant(session)
    return factories.viewer(session, tenant, factories.audience(session, tenant))


@pytest.mark.parametrize("past_us", [False, True], ids=["through-us", "past-us"])
def test_an_upload_is_cut_and_resumed(
    session: Session, teacher: Viewer, object_store: S3Storage, *, past_us: bool
) -> None:
    binder = factories.binder(session, teacher)
    upload = uploading.begin(
        session, teacher, uploading.ToBinder(binder.id), name="Fiche.pdf", size=len(PDF), limits=Limits()
    )
    session.commit()
    begin = sessionmaker(db.writing(session.get_bind()), expire_on_commit=False).begin  # type: ignore[arg-type]

    def receive(stream: Any, offset: int) -> Any:
        where = teacher, uploading.ToBinder(binder.id), upload.id, object_store
        return uploading.receive(begin, *where, stream, offset=offset, limits=Limits())

    if past_us:
        for at, end in itertools.pairwise((0, 1000, len(PDF))):
            url = object_store.put_url(teacher.tenant_id, str(upload.id), at, end - at)
            assert fetched(url, "PUT", PDF[at:end], If_None_Match="*")[0] == 200
        here = len(PDF)
    else:
        here, nothing = receive(Cut(PDF[:1000]), 0)
        assert (here, nothing) == (1000, None)
    assert object_store.arrived(teacher.tenant_id, str(upload.id)) == here
    here, resource = receive(io.BytesIO(PDF[here:]), here)
    assert (here, resource.name, resource.sha256) == (len(PDF), "Fiche.pdf", hashlib.sha256(PDF).hexdigest())
    assert object_store.arrived(teacher.tenant_id, str(upload.id)) == 0
    assert [sha256 for sha256, _ in object_store.kept(teacher.tenant_id)] == [resource.sha256]


class Cut(Broken):
    """A stream that breaks off after so much."""

    def __init__(self, data: bytes) -> None:
        self.rest = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        if data := self.rest.read(size):
            return data
        raise OSError("connection lost")


# What is to be mended


def test_the_store_says_where_it_is(object_store: S3Storage, swift_store: swift.Store) -> None:
    assert object_store.check() == f"the bucket “{swift.BUCKET}” at {urlsplit(swift_store.url).netloc}"
    assert list(object_store._listed(object_store.prefix)) == []


def closed_port() -> str:
    """An address where nobody answers."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"secret": "wrong"}, "credentials for the bucket “classeur-files” are refused"),
        ({"key": "nobody:here"}, "credentials for the bucket “classeur-files” are refused"),
        (
            {"url": closed_port(), "retries": {"total_max_attempts": 1}},
            "cannot be reached (EndpointConnectionError)",
        ),
    ],
)
def test_a_store_that_does_not_let_us_in_is_a_sentence(
    object_store: S3Storage, swift_store: swift.Store, changes: dict[str, Any], says: str
) -> None:
    storage = S3Storage(swift.BUCKET, client=swift_store.client(**changes), prefix=object_store.prefix)
    for act in (
        storage.check,
        lambda: storage.save(TENANT, io.BytesIO(PDF)),
        lambda: list(storage.kept(TENANT)),
    ):
        with pytest.raises(Unavailable) as refused:
            act()  # type: ignore[operator]
        assert says in refused.value.detail
    assert list(object_store.kept(TENANT)) == []


def test_a_bucket_that_is_not_there_is_named(swift_store: swift.Store) -> None:
    storage = S3Storage("nowhere", client=swift_store.client())
    for act in (storage.check, lambda: storage.save(TENANT, io.BytesIO(PDF))):
        with pytest.raises(Unavailable, match="there is no bucket “nowhere”"):
            act()  # type: ignore[operator]


def test_an_answer_that_we_do_not_know_is_named(swift_store: swift.Store) -> None:
    storage = S3Storage(swift.BUCKET, client=swift_store.client(), prefix="x" * 1000)
    with pytest.raises(Unavailable, match="answers KeyTooLongError; look into its log"):
        storage.save(TENANT, io.BytesIO(PDF))


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    storage = S3Storage(
        "b", client=boto3.session.Session().client("s3", region_name="us-east-1", config=CONFIG)
    )
    for act in (storage.check, lambda: link(storage, Stored("0" * 64, 1)), lambda: storage.origins):
        with pytest.raises(Unavailable, match="there are no credentials"):
            act()  # type: ignore[operator]


def test_an_address_given_by_words_is_used() -> None:
    storage = S3Storage("b", endpoint_url="https://s3.example", region="fr-1")
    assert storage._client.meta.endpoint_url == "https://s3.example"
    assert storage._client.meta.config.connect_timeout == 5
    with pytest.raises(ValueError, match="ten minutes"):
        S3Storage("b", lifetime=timedelta(minutes=5))


# Lines that break while reading


class Line:
    """Bytes of which some come before the line breaks."""

    def __init__(self, data: bytes, most: int, *, loud: bool) -> None:
        self.rest, self.loud, self.closed = io.BytesIO(data[:most]), loud, False

    def read(self, size: int) -> bytes:
        if data := self.rest.read(size):
            return data
        if self.loud:
            raise OSError("connection lost")
        return b""

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("loud", [True, False])
def test_a_reading_that_breaks_off_is_taken_up_again(*, loud: bool) -> None:
    lines: list[tuple[int, Line]] = []

    def fetch(at: int) -> Line:
        lines.append((at, Line(PDF[at:], 1000, loud=loud)))
        return lines[-1][1]

    with Remote(len(PDF), fetch).open() as stream:
        assert stream.read() == PDF
        assert [at for at, _ in lines] == [0, 1000, 2000]
        stream.seek(5)
        assert stream.read(3) == PDF[5:8]
    assert all(line.closed for _, line in lines)


def test_a_store_that_is_gone_while_reading_is_no_short_file() -> None:
    with (
        Remote(10, lambda at: Line(b"12345", 5 - at, loud=False)).open() as stream,
        pytest.raises(Unavailable),
    ):
        stream.read()


def test_an_error_of_ours_stops_a_reading() -> None:
    class Gone(Line):
        def read(self, size: int) -> bytes:
            raise NotFound("deleted meanwhile")

    with Remote(10, lambda at: Gone(b"", 0, loud=False)).open() as stream, pytest.raises(NotFound):
        stream.read()
