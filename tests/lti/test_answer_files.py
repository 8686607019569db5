"""Learners' files as browsers and broken lines see them: sent in pieces or with a form, shown, and kept from all others."""

from __future__ import annotations

import base64
import http.client
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from binder.access import Role
from binder.activities import file_upload, free_text, recording
from binder.attempts import submitting
from binder.clock import now
from binder.content import authoring, composing
from binder.giving import assigning
from binder.models import AnswerFile, Attempt, Resource, ResourceState, Upload
from lti.tool import Tool
from tests import factories, media
from tests.lti.school import School, open_school, served
from tests.lti.somebody import Somebody, somebody
from tests.lti.test_uploads import PIECE, Sender, cut, until

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
SOUND = media.film(b"soun", brand=b"M4A ")
HTML = b"<!doctype html><script>document.title = 'run'</script>"
KINDS = {"photos": file_upload.FileUpload(), "voice": recording.Recording(), "text": free_text.FreeText()}


@dataclass
class Room:
    """The school, with work that asks for files."""

    school: School
    work: UUID
    questions: dict[str, UUID]

    @property
    def path(self) -> str:
        """Where the work is done."""
        return f"/lti/my/work/{self.work}"

    def sender(self, who: str = "pupil", question: str = "photos", lang: str = "en") -> Sender:
        """A script that sends files of somebody's answer."""
        person = somebody(self.school, who, lang)
        person.open(self.path if who.startswith("pupil") else "/lti/my/work")
        token = re.search(r'name="token" value="([\w-]+)"', person.html)
        path = f"{self.path}/uploads?question={self.questions[question]}"
        return Sender(person.client, token[1] if token else token_of(self.school, person), path)

    def send(self, data: bytes, name: str = "a.pdf", who: str = "pupil", question: str = "photos") -> str:
        """The id of a file that somebody has sent."""
        script = self.sender(who, question)
        answer = script.send(script.announce(len(data), name), 0, data)
        assert answer.status_code == 204, answer.text
        return answer.headers["X-Classeur-Resource"]

    def save(self, *files: str, who: str = "pupil", text: str = "") -> UUID:
        """Save an answer that names these files; the attempt."""
        viewer = self.school.people[who]
        with self.school.begin() as session:
            opened = submitting.open_work(session, viewer, self.work)
            seq, answer = opened.attempt.seq if opened.attempt else 0, {"files": list(files), "text": text}
            responses = {str(self.questions["photos"]): answer}
            revision = opened.revision.id
            saved = submitting.save(
                session, viewer, self.work, revision, responses, number=opened.number, seq=seq
            )
            return saved.id


def token_of(school: School, person: Somebody) -> str:
    """The token of somebody whose screens have no form."""
    from lti.views.screens import _from_host

    cookies = "; ".join(f"{name}={cookie.value}" for (_, _, name), cookie in person.client._cookies.items())
    with school.app.test_request_context(headers={"Cookie": cookies}):
        return _from_host(None).token  # type: ignore[arg-type]


def furnish(school: School) -> Room:
    """Give the class a page with three questions."""
    teacher = school.people["teacher"]
    with school.begin() as session:
        binder = authoring.create_binder(session, teacher, title="Herbier")
        page = factories.page(session, teacher, binder, "Les feuilles")
        questions = {}
        for name, kind in KINDS.items():
            data = kind.example("fr")
            if name == "photos":
                data["body"] |= {"accept": [], "max_files": 3, "max_bytes": 3_000_000, "allow_text": True}
            made = authoring.save_activity(session, teacher, binder.id, data, type=kind.name)
            session.expire(binder)
            composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(made.id)})
            questions[name] = made.id
        work = assigning.give(session, teacher, page.id, max_attempts=0).id
        people(session, school)
    return Room(school, work, questions)


def people(session: Session, school: School) -> None:
    """Somebody of another class, and of another school; a parent of another child."""
    teacher = school.people["teacher"]
    tenant = session.get_one(factories.Tenant, teacher.tenant_id)
    other = factories.audience(session, tenant, "3e B")
    parent = factories.viewer(
        session, tenant, role=Role.MENTOR, children=frozenset({school.people["pupil3"].person_id})
    )  # type: ignore[arg-type]
    elsewhere = factories.tenant(session, "Ailleurs")
    class_ = factories.audience(session, elsewhere)
    school.people |= {
        "pupil of another class": factories.viewer(session, tenant, other, role=Role.LEARNER),
        "teacher of another class": factories.viewer(session, tenant, other),
        "parent of another child": replace(parent, audience_id=teacher.audience_id),
        "pupil of another school": factories.viewer(session, elsewhere, class_, role=Role.LEARNER),
        "teacher of another school": factories.viewer(session, elsewhere, class_),
    }


OTHERS = (
    "pupil2",
    "pupil of another class",
    "teacher of another class",
    "parent of another child",
    "pupil of another school",
    "teacher of another school",
    "head",
    "stranger",
)


@pytest.fixture(scope="module")
def room(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One school for all."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    yield furnish(opened)
    opened.close()


def get(room: Room, who: str, path: str, **headers: str) -> TestResponse:
    return somebody(room.school, who).client.get(path, headers=headers)


# In pieces


def test_a_pupil_sends_a_file_in_pieces_over_a_line_that_breaks(room: Room) -> None:
    data = PDF * 60
    script = room.sender()
    path = script.announce(len(data), "Mon devoir n° 3.pdf")
    assert path.startswith(f"{room.path}/uploads/")
    with served(room.school.app) as origin:
        here = 0
        for stop, hard in ((200_000, False), (150_000, True)):
            headers = {
                "Tus-Resumable": "1.0.0", "X-Classeur-Token": script.token, "Upload-Offset": str(here),
                "Content-Type": PIECE, "Cookie": "as=pupil; lang=en",
            }  # fmt: skip
            cut(origin, path, headers, memoryview(data)[here:], stop, hard=hard)
            if not hard:
                here = until(lambda: script.offset(path) == 200_000 and 200_000)
        here = script.offset(path)
        line = http.client.HTTPConnection(urlsplit(origin).netloc)
        rest = {**headers, "Upload-Offset": str(here), "Content-Length": str(len(data) - here)}
        line.request("PATCH", path, body=data[here:], headers=rest)
        answer = line.getresponse()
        answer.read()
        line.close()
    if answer.status == 409:  # the torn line's bytes came after we had looked
        again = script.send(
            path, int(answer.headers["Upload-Offset"]), data[int(answer.headers["Upload-Offset"]) :]
        )
        file = again.headers["X-Classeur-Resource"]
    else:
        assert answer.status == 204
        file = answer.headers["X-Classeur-Resource"]
    opened = get(room, "pupil", f"{room.path}/answers/{file}")
    assert opened.data == data
    assert opened.headers["Content-Disposition"].endswith("filename*=UTF-8''Mon%20devoir%20n%C2%B0%203.pdf")
    with Session(room.school.engine) as session:
        row = session.get_one(AnswerFile, (room.school.people["pupil"].tenant_id, UUID(file)))
        assert row.person_id == room.school.people["pupil"].person_id
        assert session.scalar(sa.select(sa.func.count()).where(Resource.id == row.id)) == 0


def test_a_recording_is_sent_while_it_is_made(room: Room) -> None:
    script = room.sender(question="voice")
    name = base64.b64encode(b"audio.m4a").decode()
    answer = script.ask("POST", headers={"Upload-Defer-Length": "1", "Upload-Metadata": f"filename {name}"})
    assert answer.status_code == 201
    path = answer.headers["Location"]
    assert script.send(path, 0, SOUND[:1000]).status_code == 204
    state = script.ask("HEAD", path)
    assert (state.headers["Upload-Offset"], state.headers["Upload-Defer-Length"]) == ("1000", "1")
    assert "Upload-Length" not in state.headers
    assert script.send(path, 0, SOUND[:1000]).status_code == 409
    last = {"Upload-Length": str(len(SOUND)), "Accept": "application/json"}
    answer = script.send(path, 1000, SOUND[1000:], **last)
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["name"], answer.json["kind"], answer.json["state"]) == ("audio.m4a", "sound", "ready")
    assert answer.json["received"].startswith("received ")
    assert answer.json["weight"] == "5 kB"
    played = script.client.get(answer.json["url"], headers={"Range": "bytes=0-9"})
    assert (played.status_code, played.mimetype, played.data) == (206, "audio/mp4", SOUND[:10])
    assert script.send(path, len(SOUND), b"", **last).json == answer.json
    assert script.send(path, len(SOUND), b"", **{"Upload-Length": "7"}).status_code == 400


@pytest.mark.parametrize(
    ("question", "size", "data", "status", "words"),
    [
        ("photos", 3_000_001, b"", 413, "3 MB at the most"),
        ("photos", 0, b"", 422, "the file is empty"),
        ("voice", 100_000_001, SOUND, 413, "100 MB at the most"),
        ("voice", len(PDF), PDF, 422, "not asked for"),
        ("voice", len(HTML), HTML, 422, "not asked for"),
        ("photos", 500, media.jpeg()[:500], 422, "damaged"),
        ("photos", 10, PDF, 422, "longer than announced"),
    ],
)
def test_what_a_question_does_not_ask_for_is_refused_in_words(
    room: Room, question: str, size: int, data: bytes, status: int, words: str
) -> None:
    script = room.sender(question=question)
    answer = script.ask("POST", headers={"Upload-Length": str(size), "Accept": "application/json"})
    if answer.status_code == 201:
        path = answer.headers["Location"]
        answer = script.send(path, 0, data, Accept="application/json")
        assert script.ask("HEAD", path).status_code == (200 if "longer" in words else 404)
    assert answer.status_code == status
    assert answer.json is not None
    assert words in answer.json["problems"][0]["message"]


def test_an_upload_can_be_given_up(room: Room) -> None:
    script = room.sender()
    path = script.announce(100)
    assert script.ask("OPTIONS", path).status_code == script.ask("OPTIONS").status_code == 204
    assert script.ask("OPTIONS").headers["Tus-Max-Size"] == "3000000"
    assert script.ask("DELETE", path).status_code == 204
    assert script.ask("HEAD", path).status_code == 404


@pytest.mark.parametrize("question", ["", "x", "text", "01890000-0000-7000-8000-000000000001"])
def test_other_questions_take_no_files(room: Room, question: str) -> None:
    script = room.sender()
    script.path = f"{room.path}/uploads?question={room.questions.get(question, question)}"
    assert script.ask("POST", headers={"Upload-Length": "5"}).status_code == 404


@pytest.mark.parametrize("who", [*OTHERS, "teacher", "parent"])
def test_nobody_else_touches_a_pupils_upload(room: Room, who: str) -> None:
    script = room.sender()
    path = script.announce(len(PDF))
    script.send(path, 0, PDF[:100])
    other = Sender(
        somebody(room.school, who).client, token_of(room.school, somebody(room.school, who)), script.path
    )
    headers = {"Upload-Offset": "100", "Content-Type": PIECE}
    for method in ("HEAD", "PATCH", "DELETE"):
        assert other.ask(method, path, headers=headers, data=b"x").status_code in (403, 404), method
    if who != "pupil2":
        assert other.ask("POST", headers={"Upload-Length": "5"}).status_code in (403, 404)
    assert script.offset(path) == 100


# To look at


def test_only_whose_it_is_their_parent_and_their_teacher_open_a_file(room: Room) -> None:
    file = room.send(PDF, "secret.pdf")
    attempt = room.save(file)
    own, copy = f"{room.path}/answers/{file}", f"/lti/my/copies/{attempt}/files/{file}"
    assert [get(room, who, own).status_code for who in ("pupil", "parent")] == [200, 200]
    assert get(room, "teacher", copy).data == PDF
    for who in OTHERS:
        for path in (own, copy):
            answer = get(room, who, path)
            assert answer.status_code in (403, 404), (who, path)
            assert PDF not in answer.data
    for who in ("pupil", "parent"):
        assert get(room, who, copy).status_code == 403
    assert get(room, "teacher", own).status_code == 403
    assert room.school.app.test_client().get(own).status_code in (401, 403)


def test_a_file_is_found_under_its_own_work_and_copy_only(room: Room) -> None:
    file, unnamed = room.send(PDF, "mine.pdf"), room.send(PDF, "unnamed.pdf")
    theirs = room.send(PDF, "theirs.pdf", who="pupil2")
    attempt, other = room.save(file), room.save(theirs, who="pupil2")
    for who, path in (
        ("pupil", f"/lti/my/work/{room.school.ids['free']}/answers/{file}"),
        ("pupil", f"{room.path}/files/{file}"),
        ("teacher", f"/lti/my/copies/{attempt}/files/{unnamed}"),
        ("teacher", f"/lti/my/copies/{other}/files/{file}"),
        ("teacher", f"/lti/my/copies/{room.school.ids['copy']}/files/{file}"),
    ):
        assert get(room, who, path).status_code in (403, 404), path


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (HTML, "devoir.html", "application/octet-stream"),
        (HTML, "devoir.pdf", "application/octet-stream"),
        (
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script/></html>",
            "a.xhtml",
            "application/octet-stream",
        ),
        (b"alert(document.cookie)", "a.js", "text/plain"),
        (b"MZ\x90\0" + bytes(200), "a.exe", "application/octet-stream"),
    ],
)
def test_what_pupils_upload_never_runs(room: Room, data: bytes, name: str, media_type: str) -> None:
    file = room.send(data, name)
    attempt = room.save(file)
    for who, path in (
        ("pupil", f"{room.path}/answers/{file}"),
        ("teacher", f"/lti/my/copies/{attempt}/files/{file}"),
    ):
        answer = get(room, who, path)
        assert (answer.status_code, answer.mimetype, answer.data) == (200, media_type, data)
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer.headers["Cache-Control"]


def test_a_photo_says_nothing_of_place_and_comes_in_a_size_that_fits(room: Room) -> None:
    file = room.send(media.jpeg(2000, 1400, 6), "IMG.jpg")
    whole = get(room, "pupil", f"{room.path}/answers/{file}")
    small = get(room, "pupil", f"{room.path}/answers/{file}?w=480")
    assert media.asked(whole.data).size == (1400, 2000)
    assert media.asked(small.data).size == (480, 686)
    assert b"Appareil" not in whole.data


# In the page


def opened(room: Room, who: str = "pupil") -> Somebody:
    person = somebody(room.school, who)
    person.open(room.path)
    assert person.status == 200
    return person


def form_of(person: Somebody) -> dict[str, str]:
    """The hidden fields of the work's form."""
    return {name: person.field(name) for name in ("revision", "number", "seq")}


def test_without_a_script_files_are_stored_when_the_page_is_saved(room: Room) -> None:
    person, photos = opened(room, "pupil3"), room.questions["photos"]
    assert 'enctype="multipart/form-data"' in person.html
    sent = [(io.BytesIO(media.jpeg(900, 600)), "feuille.jpg"), (io.BytesIO(PDF), "texte.pdf")]
    html = person.send(
        room.path, **form_of(person), action="save", **{f"{photos}.file": sent, f"{photos}.text": "voici"}
    )
    assert person.status == 200
    assert html.index("feuille.jpg") < html.index("texte.pdf")
    assert re.search(r"\d+ ko · reçu \w+\. \d+ \w+\.? \d{4}, \d\d h \d\d", html)
    files = person.field(f"{photos}.files").split()
    assert len(files) == 2
    assert person.client.get(urljoin(room.path, f"{room.work}/answers/{files[0]}")).mimetype == "image/jpeg"
    person.send(
        room.path, **form_of(person), **{f"{photos}.files": " ".join(files), f"{photos}.up": files[1]}
    )
    assert person.field(f"{photos}.files").split() == [files[1], files[0]]
    person.send(
        room.path, **form_of(person), **{f"{photos}.files": " ".join(files), f"{photos}.out": files[0]}
    )
    assert person.field(f"{photos}.files").split() == [files[1]]
    html = person.send(room.path, **form_of(person), action="hand-in", **{f"{photos}.files": files[1]})
    assert f"answers/{files[1]}" in html
    assert "<input" not in html.split("<article")[1].split("</article>")[0]
    attempt = attempt_of(room, "pupil3")
    assert attempt.submitted_at is not None
    assert attempt.responses[str(photos)]["names"] == {files[1]: "texte.pdf"}
    copy = get(room, "teacher", f"/lti/my/copies/{attempt.id}").text
    assert f"/copies/{attempt.id}/files/{files[1]}" in copy
    assert "Ce qui compte" in copy


def attempt_of(room: Room, who: str) -> Attempt:
    person = room.school.people[who].person_id
    with Session(room.school.engine) as session:
        query = sa.select(Attempt).where(Attempt.assignment_id == room.work, Attempt.person_id == person)
        found = session.scalars(query.order_by(Attempt.number.desc())).first()
        assert found is not None
        return found


def test_a_file_that_is_not_taken_costs_nothing_else_and_nothing_is_handed_in(room: Room) -> None:
    person, photos, voice = opened(room, "pupil2"), room.questions["photos"], room.questions["voice"]
    fields = {
        f"{photos}.file": [(io.BytesIO(PDF), "bon.pdf"), (io.BytesIO(b""), "vide.pdf")],
        f"{voice}.file": (io.BytesIO(PDF), "voix.pdf"),
        f"{photos}.text": "mon explication",
    }
    before = {f"{photos}.files": person.field(f"{photos}.files")}
    html = person.send(room.path, **form_of(person), action="hand-in", **before, **fields)
    assert person.status == 422
    assert "« vide.pdf » : ce fichier est vide" in html
    assert "« voix.pdf » : ce n’est pas le type de fichier demandé ici" in html
    assert "bon.pdf" in html
    assert "mon explication" in html
    assert attempt_of(room, "pupil2").submitted_at is None
    assert attempt_of(room, "pupil2").responses[str(photos)]["text"] == "mon explication"


def test_too_many_files_are_said_and_kept_in_the_form(room: Room) -> None:
    person, photos = opened(room), room.questions["photos"]
    files = [room.send(PDF + bytes([n]), f"{n}.pdf") for n in range(4)]
    html = person.send(room.path, **form_of(person), action="save", **{f"{photos}.files": " ".join(files)})
    assert person.status == 422
    assert "trop de fichiers, 3 au plus" in html
    assert person.field(f"{photos}.files").split() == files


def test_a_file_of_somebody_else_is_none(room: Room) -> None:
    theirs = room.send(PDF, "à moi.pdf", who="pupil2")
    person, photos = opened(room), room.questions["photos"]
    html = person.send(room.path, **form_of(person), action="hand-in", **{f"{photos}.files": theirs})
    assert person.status == 422
    assert "n’est plus là" in html
    assert "à moi.pdf" not in html


class Asked:
    """A scanner that nobody has asked yet."""

    def check(self) -> str:
        return "here"


def test_what_the_scanner_says_is_seen(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    tool: Tool = room.school.app.extensions["lti"]
    monkeypatch.setattr(tool, "scanner", Asked())
    file, photos = room.send(PDF + b"scan", "attente.pdf"), room.questions["photos"]
    attempt = room.save(file)
    assert "recherche de virus en cours" in opened(room).html
    assert get(room, "pupil", f"{room.path}/answers/{file}").status_code == 200
    copy = get(room, "teacher", f"/lti/my/copies/{attempt}")
    assert "recherche de virus en cours" in copy.text.replace("\u00a0", " ")
    assert f"files/{file}" not in copy.text
    assert get(room, "teacher", f"/lti/my/copies/{attempt}/files/{file}").status_code == 404
    with room.school.begin() as session:
        row = session.get_one(AnswerFile, (room.school.people["pupil"].tenant_id, UUID(file)))
        row.state = ResourceState.REFUSED
    person = opened(room)
    assert "refusé : dangereux" in person.html
    html = person.send(room.path, **form_of(person), action="hand-in", **{f"{photos}.files": file})
    assert person.status == 422
    assert "« attente.pdf » a été refusé car il est dangereux" in html


def test_a_parent_sees_the_files_of_their_child(room: Room) -> None:
    file, child = room.send(PDF, "lu.pdf"), room.school.ids["child"]
    room.save(file)
    page = f"/lti/my/family/{child}/work/{room.work}"
    html = get(room, "parent", page).text
    (address,) = re.findall(rf'href="([^"]*{file})"', html)
    assert get(room, "parent", urljoin(page, address)).data == PDF
    assert 'type="file"' not in html


def test_after_the_end_no_file_is_taken(room: Room) -> None:
    with room.school.begin() as session:
        given = session.get_one(assigning.Assignment, (room.school.people["teacher"].tenant_id, room.work))
        given.closes_at = now() - timedelta(minutes=5)
    try:
        script = Sender(
            somebody(room.school, "pupil2").client,
            "",
            f"{room.path}/uploads?question={room.questions['photos']}",
        )
        script.token = token_of(room.school, somebody(room.school, "pupil2"))
        assert script.ask("POST", headers={"Upload-Length": "5"}).status_code in (403, 409, 410)
    finally:
        with room.school.begin() as session:
            given = session.get_one(
                assigning.Assignment, (room.school.people["teacher"].tenant_id, room.work)
            )
            given.closes_at = None


def test_tidying_forgets_what_no_answer_names(room: Room) -> None:
    file, kept = room.send(PDF + b"left", "oublié.pdf"), room.send(PDF + b"kept", "gardé.pdf")
    room.save(kept)
    runner = room.school.app.test_cli_runner()
    with room.school.begin() as session:
        session.execute(sa.delete(Upload))
    output = runner.invoke(args=["lti", "tidy", "--days", "0"]).output
    assert "files of learners that no answer names" in output
    assert get(room, "pupil", f"{room.path}/answers/{file}").status_code == 404
    assert get(room, "pupil", f"{room.path}/answers/{kept}").status_code == 200
