"""Files that learners hand in: on their way, whose they are, who opens them, and which are forgotten."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import outbox
from binder.access import Role, Viewer
from binder.activities import file_upload, recording
from binder.attempts import answer_files, handing, submitting
from binder.attempts.handing import ToAssignment
from binder.clock import frozen, now, uuid7
from binder.content import authoring, composing
from binder.errors import BinderError, Closed, Forbidden, Invalid, NotFound
from binder.giving import assigning
from binder.media.mediatypes import Limits
from binder.media.scanning import Verdict
from binder.models import Activity, AnswerFile, Assignment, Attempt, Binder, Resource, ResourceState, Upload
from binder.resources import files, quarantine, uploading
from binder.resources.quarantine import FILE_STORED, Quarantine
from binder.storage import FileStorage
from tests import factories, media

LIMITS = Limits()
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20
SOUND = media.film(b"soun", brand=b"M4A ")
HTML = b"<!doctype html><script>alert(1)</script>"
KIND, VOICE = file_upload.FileUpload(), recording.Recording()


class Class_:
    """A class with a page that asks for photos, for a recording, and for any file."""

    def __init__(self, session: Session, storage: FileStorage) -> None:
        self.session, self.storage = session, storage
        self.tenant = factories.tenant(session)
        self.class_ = factories.audience(session, self.tenant)
        self.teacher = factories.viewer(session, self.tenant, self.class_)
        self.lina, self.malo = (
            factories.viewer(session, self.tenant, self.class_, role=Role.LEARNER, name=name)
            for name in ("Lina", "Malo")
        )
        self.binder: Binder = factories.binder(session, self.teacher)
        self.page = factories.page(session, self.teacher, self.binder)
        self.photos = self._question(KIND, max_files=2, max_bytes=2_000_000, accept=["picture"])
        self.voice = self._question(VOICE)
        self.anything = self._question(KIND, accept=[], max_files=20, max_bytes=2_000_000)
        self.given = self.give()

    def _question(self, kind: Any, **body: Any) -> Activity:
        data = kind.example("fr")
        data["body"] |= body
        made = authoring.save_activity(self.session, self.teacher, self.binder.id, data, type=kind.name)
        self.session.expire(self.binder)
        block = {"type": "activity", "activity": str(made.id)}
        composing.add_block(self.session, self.teacher, self.page.id, block)
        return made

    def give(self, **values: Any) -> Assignment:
        return assigning.give(self.session, self.teacher, self.page.id, **values)

    def to(self, question: Activity | None = None, given: Assignment | None = None) -> ToAssignment:
        return ToAssignment((given or self.given).id, str((question or self.anything).id))

    def add(
        self,
        data: bytes,
        name: str = "a.bin",
        viewer: Viewer | None = None,
        question: Activity | None = None,
        **more: Any,
    ) -> AnswerFile:
        to = more.pop("to", None) or self.to(question)
        return handing.add(
            self.session,
            viewer or self.lina,
            to,
            self.storage,
            io.BytesIO(data),
            name=name,
            limits=LIMITS,
            **more,
        )

    def settle(self, question: Activity, *named: AnswerFile | str, **more: Any) -> dict[str, Any]:
        """Lina's answer to a question, as whoever saves it has it settled."""
        revision = submitting.published(self.session, self.page)
        kind = VOICE if question is self.voice else KIND
        ids = [one if isinstance(one, str) else str(one.id) for one in named]
        cleaned = {str(question.id): kind.answer({"files": ids, **more.pop("answer", {})})}
        person = self.lina.person_id
        assert person is not None
        versions = submitting.versions_of(self.session, revision)
        return handing.settled(self.session, self.given, person, versions, cleaned, **more)

    def save(self, *named: AnswerFile, viewer: Viewer | None = None) -> Attempt:
        """An attempt whose answer to the last question names these files."""
        viewer = viewer or self.lina
        revision = submitting.published(self.session, self.page)
        attempt = self.session.scalar(
            sa.select(Attempt).where(
                Attempt.assignment_id == self.given.id, Attempt.person_id == viewer.person_id
            )
        )
        if attempt is None:
            attempt = Attempt(
                id=uuid7(), tenant_id=self.tenant.id, assignment_id=self.given.id,
                person_id=viewer.person_id, revision_id=revision.id,
            )  # fmt: skip
            self.session.add(attempt)
        attempt.responses = {str(self.anything.id): {"files": [str(file.id) for file in named], "text": ""}}
        self.session.flush()
        return attempt


@pytest.fixture
def room(session: Session, storage: FileStorage) -> Class_:
    """A class, not committed."""
    return Class_(session, storage)


def messages(caught: pytest.ExceptionInfo[Invalid]) -> str:
    return str(caught.value.messages)


def test_a_file_is_made_safe_and_is_the_learners(room: Class_) -> None:
    file = room.add(media.jpeg(1000, 700, 6), "IMG_0001.HEIC", question=room.photos)
    assert (file.name, file.media_type, file.width, set(file.variants)) == (
        "IMG_0001.jpg",
        "image/jpeg",
        700,
        {"480"},
    )
    assert (file.person_id, file.assignment_id, file.state) == (room.lina.person_id, room.given.id, "ready")
    with room.storage.open(room.tenant.id, file.sha256) as stream:
        assert b"Appareil" not in stream.read()
    heic = room.add(media.HEIC, "cahier.heic", question=room.photos)
    assert (heic.name, heic.media_type) == ("cahier.jpg", "image/jpeg")
    assert (now() - file.created_at) < timedelta(minutes=1)


def test_the_same_file_is_there_once_for_each_learner(room: Class_) -> None:
    first = room.add(PDF, "a.pdf")
    assert room.add(PDF, "../x/a.pdf") is first
    assert room.add(PDF, "b.pdf") is not first
    assert room.add(PDF, "a.pdf", viewer=room.malo).id != first.id


@pytest.mark.parametrize(
    ("data", "name", "question", "message"),
    [
        (b"", "a.pdf", "anything", "the file is empty"),
        (PDF, "photo.jpg", "photos", "not asked for"),
        (HTML, "photo.jpg", "photos", "not asked for"),
        (SOUND, "photo.jpg", "photos", "not asked for"),
        (PDF, "voix.m4a", "voice", "not asked for"),
        (media.jpeg()[:-300], "a.jpg", "photos", "damaged"),
        (PDF + bytes(2_000_000), "a.pdf", "anything", "2 MB at the most"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg", "photos", "a script"),
    ],
)
def test_what_a_question_does_not_ask_for_is_refused(
    room: Class_, data: bytes, name: str, question: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        room.add(data, name, question=getattr(room, question))
    assert message in messages(caught)
    assert answer_files.files_of(room.session, room.tenant.id, room.given.id, room.lina.person_id) == []  # type: ignore[arg-type]


def test_what_a_question_asks_for_is_taken(room: Class_) -> None:
    assert room.add(SOUND, "voix.m4a", question=room.voice).media_type == "audio/mp4"
    assert room.add(media.film(b"vide", b"soun"), "voix.mp4", question=room.voice).media_type == "video/mp4"
    page = room.add(HTML, "page.html")
    assert page.media_type == "application/octet-stream"


def test_only_learners_of_the_class_send_files_and_only_to_questions_that_take_them(room: Class_) -> None:
    session = room.session
    other_class = factories.audience(session, room.tenant, "4e C")
    outsider = factories.viewer(session, room.tenant, other_class, role=Role.LEARNER, name="Tom")
    parent = replace(
        factories.viewer(session, room.tenant, role=Role.MENTOR, children=frozenset({room.lina.person_id})),  # type: ignore[arg-type]
        audience_id=room.class_.id,
    )
    elsewhere = factories.tenant(session)
    stranger = factories.viewer(session, elsewhere, factories.audience(session, elsewhere), role=Role.LEARNER)
    for viewer in (room.teacher, outsider, parent, stranger, replace(room.lina, person_id=None)):
        with pytest.raises((Forbidden, NotFound)):
            room.add(PDF, viewer=viewer)
    choice = authoring.save_activity(session, room.teacher, room.binder.id, factories.choice())
    for question in (choice.id, uuid7(), "x"):
        with pytest.raises(NotFound):
            room.add(PDF, to=ToAssignment(room.given.id, str(question)))
    with pytest.raises(NotFound):
        room.add(PDF, to=ToAssignment(uuid7(), str(room.anything.id)))


def test_files_are_taken_while_one_may_answer(room: Class_) -> None:
    later = room.give(opens_at=now() + timedelta(days=1))
    with pytest.raises(Closed) as closed:
        room.add(PDF, to=room.to(given=later))
    assert closed.value.reason == "not-open"
    room.given.closes_at = now() - timedelta(seconds=10)
    room.session.flush()
    room.add(PDF, "in the grace of a slow network.pdf")
    with frozen(now() + timedelta(minutes=1)), pytest.raises(Closed) as closed:
        room.add(PDF)
    assert closed.value.reason == "over"
    room.given.closes_at = None
    attempt = room.save()
    attempt.deadline_at = now() - timedelta(minutes=1)
    room.session.flush()
    with pytest.raises(Closed) as closed:
        room.add(PDF)
    assert closed.value.reason == "over"
    attempt.submitted_at = now()
    room.session.flush()
    with pytest.raises(Closed) as closed:
        room.add(PDF)
    assert closed.value.reason == "handed-in"


# Answers that name files


def test_an_answer_takes_the_names_of_its_files_and_notes_how_long_a_recording_is(room: Class_) -> None:
    photo, voice = (
        room.add(media.jpeg(), "un.jpg", question=room.photos),
        room.add(SOUND, "v.m4a", question=room.voice),
    )
    settled = room.settle(room.photos, photo, answer={"names": {str(photo.id): "menti.exe"}})
    assert settled[str(room.photos.id)]["names"] == {str(photo.id): "un.jpg"}
    room.settle(room.voice, voice, answer={"seconds": 65})
    assert voice.seconds == 65
    assert room.settle(room.photos) == {str(room.photos.id): {"files": [], "names": {}, "text": ""}}


@pytest.mark.parametrize("final", [False, True])
def test_an_answer_names_only_files_of_its_learner_for_this_work(room: Class_, final: bool) -> None:
    theirs = room.add(media.jpeg(), viewer=room.malo, question=room.photos)
    other = room.give()
    elsewhere = room.add(media.jpeg(), to=room.to(room.photos, other))
    own = room.add(media.jpeg(), question=room.photos)
    for wrong in (theirs, elsewhere, str(uuid7())):
        with pytest.raises(Invalid) as caught:
            room.settle(room.photos, own, wrong, final=final)
        assert "no longer here" in messages(caught)
    assert room.settle(room.photos, own, final=final)


def test_an_answer_keeps_to_what_its_question_allows(room: Class_) -> None:
    """Whatever question a file was sent for."""
    pictures = [room.add(media.jpeg(60 + n, 40), f"{n}.jpg", question=room.photos) for n in range(3)]
    with pytest.raises(Invalid) as caught:
        room.settle(room.photos, *pictures)
    assert "too many files, 2 at the most" in messages(caught)
    text = room.add(PDF, "fiche.pdf")
    with pytest.raises(Invalid) as caught:
        room.settle(room.photos, text)
    assert "“fiche.pdf” is not of a kind" in messages(caught)
    sound = room.add(SOUND + bytes(2_500_000), "long.m4a", question=room.voice)
    with pytest.raises(Invalid) as caught:
        room.settle(room.anything, sound)
    assert "“long.m4a” is too large" in messages(caught)
    assert room.settle(room.voice, sound)
    with pytest.raises(Invalid) as caught:
        room.settle(room.voice, sound, pictures[0])
    assert "too many files, 1 at the most" in messages(caught)


def test_what_was_refused_may_be_saved_but_not_handed_in(room: Class_) -> None:
    file = room.add(PDF, "a.pdf")
    for state in (ResourceState.READY, ResourceState.SCANNING):
        file.state = state
        assert room.settle(room.anything, file, final=True)
    file.state = ResourceState.REFUSED
    assert room.settle(room.anything, file)
    with pytest.raises(Invalid) as caught:
        room.settle(room.anything, file, final=True)
    assert "“a.pdf” was refused" in messages(caught)


# Who opens them


def test_who_may_open_an_answers_file(room: Class_) -> None:
    session = room.session
    file = room.add(PDF, "a.pdf")
    attempt = room.save(file)
    parent = factories.viewer(
        session, room.tenant, role=Role.MENTOR, children=frozenset({room.lina.person_id})
    )  # type: ignore[arg-type]
    parent = replace(parent, audience_id=room.class_.id)
    other_parent = replace(parent, children=frozenset({room.malo.person_id}))  # type: ignore[arg-type]
    other_class = factories.audience(session, room.tenant, "4e C")
    colleague = factories.viewer(session, room.tenant, other_class, name="Paul")
    elsewhere = factories.tenant(session)
    head = replace(room.teacher, role=Role.ADMINISTRATOR)
    stranger = factories.viewer(session, elsewhere, factories.audience(session, elsewhere), role=Role.LEARNER)
    away = replace(room.lina, audience_id=other_class.id)  # came from another class, and is in this one, too
    for viewer in (room.lina, parent, away):
        assert answer_files.answer_file(session, viewer, room.given.id, file.id) is file
    assert answer_files.copy_file(session, room.teacher, attempt.id, file.id) is file
    nobody = replace(room.lina, person_id=None)
    for viewer in (
        room.malo,
        other_parent,
        colleague,
        room.teacher,
        head,
        stranger,
        nobody,
        replace(parent, children=frozenset()),
    ):
        with pytest.raises((Forbidden, NotFound)):
            answer_files.answer_file(session, viewer, room.given.id, file.id)
    editor = replace(room.teacher, role=Role.CONTENT_DEVELOPER)
    for viewer in (room.lina, parent, room.malo, colleague, head, stranger, editor):
        with pytest.raises((Forbidden, NotFound)):
            answer_files.copy_file(session, viewer, attempt.id, file.id)


def test_a_file_is_opened_where_it_belongs(room: Class_) -> None:
    session = room.session
    file, unnamed = room.add(PDF, "a.pdf"), room.add(PDF, "b.pdf")
    theirs = room.add(PDF, viewer=room.malo)
    attempt, other = room.save(file), room.save(theirs, viewer=room.malo)
    with pytest.raises(NotFound):
        answer_files.answer_file(session, room.lina, room.give().id, file.id)
    for copy, id in ((attempt, unnamed.id), (other, file.id), (attempt, theirs.id), (attempt, uuid7())):
        with pytest.raises(NotFound):
            answer_files.copy_file(session, room.teacher, copy.id, id)
    attempt.responses = {
        str(room.anything.id): {"files": [str(theirs.id)]}
    }  # as no page of ours would have it
    with pytest.raises(NotFound):
        answer_files.copy_file(session, room.teacher, attempt.id, theirs.id)


@pytest.mark.parametrize(
    ("state", "own", "others"), [("ready", True, True), ("scanning", True, False), ("refused", False, False)]
)
def test_what_waits_for_the_scanner_is_the_learners_alone(
    room: Class_, state: str, own: bool, others: bool
) -> None:
    file = room.add(PDF, "a.pdf")
    attempt = room.save(file)
    file.state = ResourceState(state)

    def opens(act: Callable[..., AnswerFile], *where: Any) -> bool:
        try:
            return act(room.session, *where) is file
        except BinderError:
            return False

    parent = replace(
        room.lina, role=Role.MENTOR, person_id=uuid7(), children=frozenset({room.lina.person_id})
    )  # type: ignore[arg-type]
    assert opens(answer_files.answer_file, room.lina, room.given.id, file.id) is own
    assert opens(answer_files.answer_file, parent, room.given.id, file.id) is others
    assert opens(answer_files.copy_file, room.teacher, attempt.id, file.id) is others


# In pieces


def send(
    room: Class_, begin: Callable[[], Any], to: ToAssignment, *pieces: bytes, size: int | None = None
) -> Any:
    with begin() as session:
        upload = uploading.begin(session, room.lina, to, name="voix.m4a", size=size, limits=LIMITS).id
    here, whole = 0, sum(map(len, pieces))
    for number, piece in enumerate(pieces, 1):
        last = {"size": whole} if number == len(pieces) and size is None else {}
        here, file = uploading.receive(
            begin, room.lina, to, upload, room.storage, io.BytesIO(piece), offset=here, limits=LIMITS, **last
        )
    return file, upload


def test_a_recording_arrives_while_it_is_made(room: Class_, begin: Callable[[], Any]) -> None:
    room.session.commit()
    file, upload = send(room, begin, room.to(room.voice), SOUND[:5], SOUND[5:900], SOUND[900:], b"")
    assert isinstance(file, AnswerFile)
    assert (file.media_type, file.size, file.person_id) == ("audio/mp4", len(SOUND), room.lina.person_id)
    with begin() as session:
        row = session.get_one(Upload, (room.tenant.id, upload))
        assert (row.resource_id, row.assignment_id, row.binder_id) == (file.id, room.given.id, None)
        assert session.scalars(sa.select(Resource)).all() == []


@pytest.mark.parametrize("size", [None, len(PDF)])
def test_another_kind_is_refused_at_its_first_piece(
    room: Class_, begin: Callable[[], Any], size: int | None
) -> None:
    room.session.commit()
    with pytest.raises(Invalid) as caught:
        send(room, begin, room.to(room.voice), PDF[:500], PDF[500:], size=size)
    assert "not asked for" in messages(caught)
    with begin() as session:
        assert session.scalars(sa.select(Upload)).all() == session.scalars(sa.select(AnswerFile)).all() == []


def test_the_questions_limit_holds_for_announcements(room: Class_) -> None:
    with pytest.raises(Invalid) as caught:
        uploading.begin(
            room.session, room.lina, room.to(room.photos), name="a", size=2_000_001, limits=LIMITS
        )
    assert "2 MB at the most" in messages(caught)


def test_an_upload_is_for_its_learner_and_its_work(room: Class_) -> None:
    session = room.session
    upload = uploading.begin(session, room.lina, room.to(), name="a", size=5, limits=LIMITS).id
    assert uploading.upload_of(session, room.lina, room.to(), upload).id == upload
    other = room.to(given=room.give())
    for viewer, to in (
        (room.malo, room.to()),
        (room.lina, other),
        (room.teacher, room.to()),
        (room.teacher, uploading.ToBinder(room.binder.id)),
    ):
        with pytest.raises((Forbidden, NotFound)):
            uploading.upload_of(session, viewer, to, upload)


# The scanner


class Scanner:
    """Knows one virus."""

    def scan(self, stream: Any) -> Verdict:
        return Verdict("Test" if b"VIRUS" in stream.read() else "")

    def check(self) -> str:
        return "here"


def test_learners_files_wait_for_the_scanner_like_all_others(room: Class_, begin: Callable[[], Any]) -> None:
    session, bad = room.session, PDF + b"VIRUS"
    theirs = files.add_file(
        session, room.teacher, room.binder.id, room.storage, io.BytesIO(bad), name="x.pdf"
    )
    good, evil = room.add(PDF, "a.pdf", scan=True), room.add(bad, "b.pdf", scan=True)
    assert (good.state, evil.state, theirs.state) == ("scanning", "scanning", "ready")
    assert quarantine.waiting(session).files == 2
    session.commit()
    judge = Quarantine(begin, room.storage, Scanner()).judge
    assert outbox.deliver(begin, {FILE_STORED: judge}) == 2
    session.expire_all()
    assert (good.state, evil.state, evil.verdict, theirs.state) == ("ready", "refused", "Test", "refused")
    with pytest.raises(NotFound):
        room.storage.open(room.tenant.id, evil.sha256)
    again = room.add(bad, "c.pdf", viewer=room.malo, scan=True)
    assert again.state == "refused"
    assert room.add(bad, "b.pdf", scan=True) is evil


# Forgetting


def test_files_that_no_answer_names_are_forgotten_when_they_are_old(room: Class_) -> None:
    session, storage = room.session, room.storage
    named, checked, left = (room.add(PDF + bytes([n]), f"{n}.pdf") for n in range(3))
    room.save(named).checks = {str(room.anything.id): {"response": {"files": [str(checked.id)]}}}
    month = timedelta(days=30)
    assert answer_files.sweep(session, older_than=month) == 0
    with frozen(now() + timedelta(days=31)):
        room.add(PDF + b"new", "new.pdf")
        assert answer_files.sweep(session, older_than=month) == 1
    names = set(session.scalars(sa.select(AnswerFile.name)))
    assert names == {"0.pdf", "1.pdf", "new.pdf"}
    with frozen(now() + timedelta(days=62)):
        files.collect(session, storage, month)
    storage.open(room.tenant.id, named.sha256).close()
    with pytest.raises(NotFound):
        storage.open(room.tenant.id, left.sha256)


def test_what_has_just_arrived_is_not_forgotten(room: Class_, begin: Callable[[], Any]) -> None:
    room.session.commit()
    send(room, begin, room.to(), PDF, size=len(PDF))
    with begin() as session:
        assert answer_files.sweep(session, older_than=timedelta(0)) == 0
    with frozen(now() + timedelta(days=8)), begin() as session:
        uploading.expire(session, room.storage)
        assert answer_files.sweep(session, older_than=timedelta(0)) == 1


def test_a_learner_has_so_many_files_at_the_most(room: Class_, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "MOST", 3)
    sent = [room.add(PDF + bytes([n]), f"{n}.pdf") for n in range(3)]
    with pytest.raises(Invalid) as caught:
        room.add(PDF, "one more.pdf")
    assert "too many files for this work" in messages(caught)
    assert room.add(PDF + bytes([1]), "1.pdf") is sent[1], "it is there already"
    room.add(PDF, viewer=room.malo)
    room.save(*sent[:2])
    with frozen(now() + timedelta(hours=2)):
        room.add(PDF, "one more.pdf")
        with pytest.raises(Invalid):
            room.add(PDF, "and one.pdf")
    left = answer_files.files_of(room.session, room.tenant.id, room.given.id, room.lina.person_id)  # type: ignore[arg-type]
    assert [file.name for file in left] == ["0.pdf", "1.pdf", "one more.pdf"]


def test_whoever_saves_holds_the_files_that_the_answer_names(
    engine: sa.Engine, begin: Callable[[], Any], room: Class_
) -> None:
    """On PostgreSQL a sweep waits for the answer that is being saved; on SQLite only one writes at a time anyway."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer")
    file = room.add(PDF, "a.pdf")
    room.session.commit()
    room.settle(room.anything, file)
    with begin() as session:
        session.execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(sa.exc.OperationalError):
            answer_files.sweep(session, older_than=timedelta(0))
        session.rollback()
    room.session.rollback()
