"""Resumable uploads as a browser's script and a broken line see them: tus 1.0."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from binder.models import Resource, Upload
from lti.views import oversize
from lti.views.transfers import tus as views
from tests import media
from tests.lti.school import School, open_school, served
from tests.lti.somebody import somebody

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
PIECE = "application/offset+octet-stream"


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """One school for all."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    yield opened
    opened.close()


@dataclass
class Sender:
    """A script that sends files to a binder."""

    client: FlaskClient
    token: str
    path: str
    """Where files are announced."""

    def ask(self, method: str, path: str = "", **more: Any) -> TestResponse:
        """A request with all that tus and the token need, but for what `headers` says otherwise."""
        headers = {"Tus-Resumable": "1.0.0", "X-Classeur-Token": self.token, **more.pop("headers", {})}
        wanted = {name: value for name, value in headers.items() if value is not None}
        return self.client.open(path or self.path, method=method, headers=wanted, **more)

    def announce(self, size: int, name: str = "Fiche n° 3.pdf", **headers: str) -> str:
        """The address of a new upload."""
        told = f"filename {base64.b64encode(name.encode()).decode()},bad *,empty"
        answer = self.ask("POST", headers={"Upload-Length": str(size), "Upload-Metadata": told, **headers})
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def send(self, path: str, offset: int, data: bytes, **headers: str) -> TestResponse:
        """A piece."""
        headers = {"Upload-Offset": str(offset), "Content-Type": PIECE, **headers}
        return self.ask("PATCH", path, headers=headers, data=data)

    def offset(self, path: str) -> int:
        """What is here."""
        answer = self.ask("HEAD", path)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])


def sender(school: School, who: str = "teacher", lang: str = "en", binder: str = "binder") -> Sender:
    person = somebody(school, who, lang)
    person.open("/lti/my/binders" if who == "teacher" else "/lti/my/work")
    token = person.field("token") if 'name="token"' in person.html else ""
    return Sender(person.client, token, f"/lti/my/binders/{school.ids[binder]}/uploads")


@pytest.fixture
def script(school: School) -> Sender:
    """The teacher's, in English."""
    return sender(school)


def test_it_says_what_it_can(script: Sender) -> None:
    answer = script.ask("OPTIONS", headers={"Tus-Resumable": None, "X-Classeur-Token": None})
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-defer-length,expiration,termination,checksum"
    assert answer.headers["Tus-Max-Size"] == "500000000"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_file_arrives_in_pieces(script: Sender, school: School) -> None:
    path = script.announce(len(PDF))
    assert path.startswith(script.path)
    assert script.offset(path) == 0
    for begin, end in ((0, 4000), (4000, 4001), (4001, 10_000)):
        answer = script.send(path, begin, PDF[begin:end])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(end))
        assert answer.headers["Tus-Resumable"] == "1.0.0"
        assert "X-Classeur-Resource" not in answer.headers
        assert script.offset(path) == end
    answer = script.send(path, 10_000, PDF[10_000:])
    assert (answer.status_code, answer.data) == (204, b"")
    resource = answer.headers["X-Classeur-Resource"]
    state = script.ask("HEAD", path)
    assert (state.headers["Upload-Offset"], state.headers["Upload-Length"]) == (str(len(PDF)),) * 2
    assert state.headers["X-Classeur-Resource"] == resource
    assert state.headers["Cache-Control"] == "no-store"
    assert state.headers["Upload-Expires"].endswith(" GMT")
    file = script.client.get(f"{script.path.removesuffix('uploads')}files/{resource}")
    assert file.data == PDF
    assert file.headers["Content-Disposition"].endswith("filename*=UTF-8''Fiche%20n%C2%B0%203.pdf")


def test_a_script_that_asks_for_json_is_told_all_of_the_file(script: Sender) -> None:
    photo = media.jpeg(1000, 700, 6)
    path = script.announce(len(photo), "photo.heic")
    answer = script.send(path, 0, photo, Accept="application/json")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["resource"] == answer.headers["X-Classeur-Resource"]
    assert (answer.json["name"], answer.json["kind"]) == ("photo.jpg", "picture")
    shown = script.client.get(answer.json["url"])
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert media.asked(shown.data).size == (700, 1000)


def test_a_piece_for_another_place_is_refused(script: Sender) -> None:
    path = script.announce(len(PDF))
    script.send(path, 0, PDF[:1000])
    for offset in (0, 999, 1001, len(PDF) + 5):
        answer = script.send(path, offset, b"x")
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "1000")
    assert script.offset(path) == 1000


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Tus-Resumable": None}, 412),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Upload-Offset": None}, 400),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "1e3"}, 400),
        ({"Upload-Checksum": "md5 AAAA"}, 400),
        ({"Upload-Checksum": "sha1 *"}, 400),
        ({"Upload-Checksum": "sha1 " + base64.b64encode(bytes(20)).decode()}, 460),
        ({"X-Classeur-Token": None}, 400),
        ({"X-Classeur-Token": "x" * 40}, 400),
    ],
)
def test_a_piece_that_does_not_follow_the_protocol_is_refused(
    script: Sender, headers: dict[str, Any], status: int
) -> None:
    path = script.announce(len(PDF))
    answer = script.send(path, 0, PDF, **headers)
    assert answer.status_code == status
    if status == 412:
        assert answer.headers["Tus-Version"] == "1.0.0"
    assert script.offset(path) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_may_carry_its_checksum(script: Sender, algorithm: str) -> None:
    digest = base64.b64encode(hashlib.new(algorithm, PDF).digest()).decode()
    path = script.announce(len(PDF))
    assert script.send(path, 0, PDF, **{"Upload-Checksum": f"{algorithm} {digest}"}).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": None}, 400),
        ({"Upload-Length": "many"}, 400),
        ({"Upload-Length": None, "Upload-Defer-Length": "0"}, 400),
        ({"Upload-Length": "500000001"}, 413),
        ({"Upload-Length": "0"}, 422),
        ({"Tus-Resumable": None}, 412),
        ({"X-Classeur-Token": None}, 400),
    ],
)
def test_an_announcement_is_checked(script: Sender, headers: dict[str, Any], status: int) -> None:
    assert script.ask("POST", headers={"Upload-Length": "5", **headers}).status_code == status


def test_why_a_file_is_refused_is_told_in_words(school: School) -> None:
    script = sender(school, lang="fr")
    answer = script.ask("POST", headers={"Upload-Length": "500000001"})
    assert answer.mimetype == "text/plain"
    assert answer.text.replace("\u00a0", " ") == "ce fichier est trop lourd : 500 Mo au plus"
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    path = script.announce(len(drawing), "a.svg")
    answer = script.send(path, 0, drawing, Accept="application/json")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"] == "invalid"
    assert "contient un programme" in answer.json["problems"][0]["message"]
    assert script.ask("HEAD", path).status_code == 404


def test_a_picture_that_is_too_large_is_refused_at_its_first_piece(script: Sender) -> None:
    path = script.announce(30_000_000, "photo.jpg")
    answer = script.send(path, 0, media.jpeg())
    assert (answer.status_code, answer.text) == (413, "this picture is too large: 25 MB at the most")


def test_more_than_was_announced_is_refused(script: Sender) -> None:
    path = script.announce(100)
    assert script.send(path, 0, PDF).status_code == 422
    assert script.offset(path) == 0


def test_an_upload_can_be_given_up(script: Sender) -> None:
    path = script.announce(len(PDF))
    script.send(path, 0, PDF[:100])
    assert script.ask("DELETE", path, headers={"X-Classeur-Token": None}).status_code == 400
    assert script.ask("DELETE", path).status_code == 204
    for method in ("HEAD", "PATCH", "DELETE"):
        headers = {"Upload-Offset": "100", "Content-Type": PIECE}
        assert script.ask(method, path, headers=headers).status_code == 404


@pytest.mark.parametrize("who", ["newcomer", "pupil", "parent", "head", "nobody"])
def test_nobody_else_touches_an_upload(school: School, script: Sender, who: str) -> None:
    path = script.announce(len(PDF))
    script.send(path, 0, PDF[:100])
    other = sender(school, who)
    if not other.token:
        other.token = token_of(school, other)
    assert other.ask("POST", headers={"Upload-Length": "5"}).status_code in (403, 404)
    assert other.ask("OPTIONS").status_code in (403, 404)
    headers = {"Upload-Offset": "100", "Content-Type": PIECE}
    for method in ("HEAD", "OPTIONS", "PATCH", "DELETE"):
        assert other.ask(method, path, headers=headers, data=b"x").status_code in (403, 404), method
    assert script.offset(path) == 100


def token_of(school: School, other: Sender) -> str:
    """The token of somebody whose screens have no form."""
    from lti.views.screens import _from_host

    cookies = "; ".join(f"{name}={cookie.value}" for (_, _, name), cookie in other.client._cookies.items())
    with school.app.test_request_context(headers={"Cookie": cookies}):
        return _from_host(None).token  # type: ignore[arg-type]


def test_an_upload_of_one_binder_is_none_of_another(school: School, script: Sender) -> None:
    path = script.announce(len(PDF))
    elsewhere = path.replace(str(school.ids["binder"]), str(school.ids["fractions"]))
    assert elsewhere != path
    assert script.send(elsewhere, 0, PDF).status_code == 404
    assert script.ask("HEAD", elsewhere).status_code == 404


def test_without_scripts_the_same_limits_hold(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = somebody(school, "teacher", "en")
    page = f"/lti/my/pages/{school.ids['page']}"
    teacher.open(f"{page}/edit")
    tool = school.app.extensions["lti"]
    small = replace(tool.settings, max_picture=0.001, max_sound=0.1, max_film=0.1, max_file=0.1)
    monkeypatch.setattr(tool, "settings", small)
    monkeypatch.setattr(views, "ROOM", 100_000)
    html = teacher.send(
        f"{page}/blocks", type="image", alt="Un nuage gris", file=(BytesIO(media.jpeg(900, 900)), "nuage.jpg")
    )
    assert teacher.status == 422
    assert "this picture is too large: 0.001 MB at the most" in html
    assert "Un nuage gris" in html
    teacher.open(f"{page}/edit")
    html = teacher.send(f"{page}/blocks", type="file", label="Film", file=(BytesIO(bytes(300_000)), "a.mp4"))
    assert "What you sent was too large." in html
    assert ">Film</div>" in html, "what was typed beside it is kept"
    monkeypatch.setattr(oversize, "TIMES", 1)
    html = teacher.send(f"{page}/blocks", type="file", label="Film", file=(BytesIO(bytes(300_000)), "a.mp4"))
    assert teacher.status == 413
    assert "It is larger than Classeur takes" in html


def test_a_piece_that_breaks_off_is_not_compared(school: School, script: Sender) -> None:
    digest = base64.b64encode(hashlib.sha1(PDF, usedforsecurity=False).digest()).decode()
    path = script.announce(len(PDF))
    headers = {"Upload-Offset": "0", "Content-Type": PIECE, "Upload-Checksum": f"sha1 {digest}"}
    answer = script.ask(
        "PATCH", path, headers=headers, input_stream=BytesIO(PDF[:5000]), content_length=len(PDF)
    )
    assert answer.status_code == 460
    assert script.offset(path) == 0


def test_a_piece_that_breaks_off_is_kept_as_far_as_it_came(script: Sender) -> None:
    path = script.announce(len(PDF))
    headers = {"Upload-Offset": "0", "Content-Type": PIECE}
    script.ask("PATCH", path, headers=headers, input_stream=BytesIO(PDF[:5000]), content_length=len(PDF))
    assert script.offset(path) == 5000


def test_an_upload_says_what_it_can_and_which_version(script: Sender) -> None:
    path = script.announce(5)
    assert script.ask("OPTIONS", path).headers["Tus-Extension"].startswith("creation,")
    for method in ("HEAD", "DELETE"):
        assert script.ask(method, path, headers={"Tus-Resumable": "2"}).status_code == 412
    assert script.offset(path) == 0


def test_a_host_may_take_less_at_once(
    school: School, script: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = script.announce(len(PDF))
    monkeypatch.setitem(school.app.config, "MAX_CONTENT_LENGTH", 1000)
    assert script.send(path, 0, PDF).status_code == 413
    assert script.offset(path) == 0
    assert script.send(path, 0, PDF[:1000]).status_code == 204


def test_a_line_that_breaks_is_another_checksum() -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("reset by peer")

    with pytest.raises(views.Mismatch):
        views.Summed(Broken(), "sha1", b"").read()


# Over a real line


def big_film(size: int) -> tuple[bytes, str]:
    """A film of that size and its digest."""
    head = media.film(b"vide", b"soun")
    block = hashlib.shake_256(b"film").digest(1 << 20)
    data = bytearray(size)
    view = memoryview(data)
    view[: len(head)] = head
    for at in range(len(head), size, len(block)):
        view[at : at + len(block)] = block[: size - at]
    return bytes(data), hashlib.sha256(data).hexdigest()


def cut(origin: str, path: str, headers: dict[str, str], data: memoryview, sent: int, *, hard: bool) -> None:
    """Begin to send and let the line break: hung up, or (hard) torn."""
    parts = urlsplit(origin)
    line = socket.create_connection((parts.hostname, parts.port))
    lines = [f"PATCH {path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    line.sendall(data[:sent])
    if hard:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """What the condition says once it says something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("nothing happened")


def test_two_hundred_megabytes_arrive_over_a_line_that_breaks_twice(school: School, script: Sender) -> None:
    size = 200_000_000
    data, digest = big_film(size)
    whole, start = memoryview(data), time.perf_counter()
    cookie = "as=teacher; lang=en"
    with served(school.app) as origin:
        path = script.announce(size, "sortie.mp4")
        here = 0
        for stop, hard in ((70_000_000, False), (65_000_000, True)):
            headers = {
                "Tus-Resumable": "1.0.0",
                "X-Classeur-Token": script.token,
                "Upload-Offset": str(here),
                "Content-Type": PIECE,
                "Cookie": cookie,
            }
            before = here
            cut(origin, path, headers, whole[here:], stop, hard=hard)
            here = until(lambda least=before: (now := script.offset(path)) > least and now)
            assert before < here <= before + stop
            if not hard:
                assert here == before + stop, "a line that was hung up loses nothing"
        assert here >= 70_000_000
        line = http.client.HTTPConnection(urlsplit(origin).netloc)
        headers = {**headers, "Upload-Offset": str(here)}
        line.request(
            "PATCH", path, body=BytesIO(whole[here:]), headers={**headers, "Content-Length": str(size - here)}
        )
        answer = line.getresponse()
        answer.read()
        line.close()
        assert answer.status == 204
        resource = UUID(answer.headers["X-Classeur-Resource"])
    seconds = time.perf_counter() - start
    tenant = school.people["teacher"].tenant_id
    with Session(school.engine) as session:
        row = session.get_one(Resource, (tenant, resource))
        assert (row.sha256, row.size, row.media_type) == (digest, size, "video/mp4")
    storage = school.app.extensions["lti"].storage
    assert storage.arrived(tenant, path.rpartition("/")[2]) == 0
    storage.delete(tenant, digest)
    print(f"200 MB in {seconds:.1f} s")  # pytest -s shows it
    assert seconds < 60


def test_a_pieces_bytes_are_never_all_in_memory(school: School, script: Sender) -> None:
    """40 MB are read by 64 kB, whatever the request's length."""
    size = 40_000_000
    path = script.announce(size, "a.bin")
    sizes: list[int] = []

    class Watched(BytesIO):
        def read(self, wanted: int | None = -1) -> bytes:
            data = super().read(wanted)
            sizes.append(len(data))
            return data

        def readinto(self, buffer: Any) -> int:
            sizes.append(len(buffer))
            return super().readinto(buffer)

    answer = script.ask(
        "PATCH",
        path,
        headers={"Upload-Offset": "0", "Content-Type": PIECE},
        input_stream=Watched(bytes(size)),
        content_length=size,
    )
    assert answer.status_code == 204
    assert answer.headers["X-Classeur-Resource"]
    assert max(sizes) <= 1 << 17


def test_uploads_leave_rows_only_until_they_are_old(school: School, script: Sender) -> None:
    path = script.announce(5)
    with Session(school.engine) as session:
        row = session.get_one(Upload, (school.people["teacher"].tenant_id, UUID(path.rpartition("/")[2])))
        assert row.name == "Fiche n° 3.pdf"
        assert row.size == 5
