"""What is kept of a person is told, and after erasing no table and no file knows them any more."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import personal, privacy
from binder.access import Viewer
from binder.attempts import submitting
from binder.clock import now
from binder.colleagues import sharing
from binder.content import authoring, composing
from binder.errors import NotFound
from binder.giving import assigning
from binder.marks import followup, grading, statistics
from binder.models import (
    Accommodation,
    AnswerFile,
    Assignment,
    Attempt,
    Binder,
    Grade,
    Membership,
    Override,
    PageVersion,
    Person,
    Recipient,
    Right,
    Upload,
    Visit,
)
from binder.storage import FileStorage
from tests import factories
from tests.binder.conftest import School, hand_in, school_in

NAME, TOKEN = "Zénobie Quetzalcoatl", "Xylophonemarmelade"  # noqa: S105 - no password


def everywhere(session: Session, storage: FileStorage) -> str:
    """All that the database and the storage hold, as one text."""
    session.flush()
    connection = session.connection()
    found = []
    for name in sa.inspect(connection).get_table_names():
        rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()  # noqa: S608 - names of the database itself
        found.append(f"{name}: {[tuple(row) for row in rows]!r}")
    found += [
        path.read_bytes().decode("utf-8", "replace") for path in storage.root.rglob("*") if path.is_file()
    ]
    return "\n".join(found).encode("utf-8", "backslashreplace").decode("unicode_escape", "replace")


def knows(text: str, *words: str) -> list[str]:
    """Which of the words stand in it, however their accents are written."""
    plain = text.encode("latin-1", "ignore").decode("utf-8", "ignore") + text
    return [word for word in words if word.casefold() in plain.casefold()]


@dataclass
class Planted:
    """A school in which one pupil has left something everywhere."""

    school: School
    pupil: Viewer
    tenant_id: UUID
    person_id: UUID
    alone: Assignment
    """Work for them only."""


def plant(session: Session, storage: FileStorage) -> Planted:
    """Every kind of trace of a pupil, each with the token in it where it can hold one."""
    school = school_in(session, max_attempts=3)
    pupil = school.pupil(session, NAME)
    assert pupil.person_id is not None
    here = {"tenant_id": pupil.tenant_id, "assignment_id": school.given.id, "person_id": pupil.person_id}
    attempt = hand_in(session, school, pupil, "aaaa")
    attempt.responses = {**attempt.responses, "x": {"text": TOKEN}}
    attempt.checks = {"x": TOKEN}
    grading.review(session, school.teacher, attempt.id, score_given=Fraction(1), comment=f"Bien, {TOKEN}")
    grading.release(session, school.teacher, school.given.id)
    stored = storage.save(pupil.tenant_id, io.BytesIO(f"{NAME} {TOKEN}".encode()))
    small = storage.save(pupil.tenant_id, io.BytesIO(f"small {TOKEN}".encode()))
    session.add(
        AnswerFile(
            **here,
            sha256=stored.sha256,
            name=f"{TOKEN}.txt",
            media_type="text/plain",
            size=stored.size,
            variants={"480": {"sha256": small.sha256, "size": small.size}},
        )
    )
    upload = Upload(**here, name=f"{TOKEN}.pdf", size=100, expires_at=now())
    session.add(upload)
    session.flush()
    storage.append(pupil.tenant_id, str(upload.id), 0, io.BytesIO(TOKEN.encode()), 100)
    followup.record_visits(
        session, [followup.VisitNote(pupil.tenant_id, school.given.id, pupil.person_id, now())]
    )
    session.add(Override(**here, reason=TOKEN, minutes=90, created_by_id=school.teacher.person_id))
    alone = assigning.give(session, school.teacher, school.page.id)
    session.add(Recipient(**{**here, "assignment_id": alone.id}))
    session.add(
        Accommodation(
            tenant_id=pupil.tenant_id,
            person_id=pupil.person_id,
            time_factor=Fraction(4, 3),
            effects=[TOKEN],
            changed_by_id=school.teacher.person_id,
        )
    )
    session.flush()
    return Planted(school, pupil, pupil.tenant_id, pupil.person_id, alone)


@pytest.fixture
def storage(tmp_path: Any) -> FileStorage:
    """Where files are."""
    return FileStorage(tmp_path / "files")


@pytest.fixture
def planted(session: Session, storage: FileStorage) -> Planted:
    """See `plant`."""
    return plant(session, storage)


def erase(session: Session, planted: Planted, storage: FileStorage, **more: Any) -> privacy.Erased:
    """Erase as a request does."""
    erased = privacy.erase(session, planted.tenant_id, planted.person_id, **more)
    session.commit()
    privacy.forget_bytes(session, planted.tenant_id, erased, storage)
    return erased


def test_nothing_knows_an_erased_person(session: Session, planted: Planted, storage: FileStorage) -> None:
    assert knows(everywhere(session, storage), NAME, TOKEN) == [NAME, TOKEN]
    erased = erase(session, planted, storage)
    assert knows(everywhere(session, storage), NAME, TOKEN) == []
    person = session.get_one(Person, (planted.tenant_id, planted.person_id))
    assert (person.display_name, person.sort_name) == ("", "")
    assert person.erased_at is not None
    assert erased.counts["attempts"] == erased.counts["files"] == erased.counts["uploads"] == 1
    for kind in (Attempt, Visit, Upload, AnswerFile, Accommodation, Override):
        left = sa.select(sa.func.count()).select_from(kind)
        assert session.scalar(left.where(kind.person_id == planted.person_id)) == 0, kind
    assert not session.scalars(
        sa.select(Membership.active).where(Membership.person_id == planted.person_id, Membership.active)
    ).all()


def test_others_keep_what_is_theirs(session: Session, planted: Planted, storage: FileStorage) -> None:
    school = planted.school
    other = school.pupil(session, "Malo")
    hand_in(session, school, other, "bbbb")
    hand_in(session, school, school.lina, "aaaa")
    shared = session.scalars(sa.select(AnswerFile)).one()
    digest = shared.sha256
    session.add(
        AnswerFile(
            **personal_columns(shared),
            person_id=other.person_id,
            name="le mien.txt",
        )
    )
    before = statistics.figures(session, school.teacher, school.given.id)
    erase(session, planted, storage)
    storage.open(planted.tenant_id, digest).close()  # somebody else has sent the same bytes
    after = statistics.figures(session, school.teacher, school.given.id)
    assert before != after
    rows = followup.progress(session, school.teacher, school.given.id)
    assert {row.person.display_name for row in rows if row.person} == {"Lina", "Malo"}
    assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 2
    outbox_rows = session.scalars(sa.select(sa.text("subject")).select_from(sa.text("binder_outbox_entry")))
    assert not [row for row in outbox_rows if str(planted.person_id) in row]


def personal_columns(file: AnswerFile) -> dict[str, Any]:
    """What two files with the same bytes have in common."""
    names = ("tenant_id", "assignment_id", "sha256", "media_type", "size", "variants")
    return {name: getattr(file, name) for name in names}


def test_work_for_one_pupil_is_not_for_all_afterwards(
    session: Session, planted: Planted, storage: FileStorage
) -> None:
    """The card without a name that stays keeps others out."""
    stranger = planted.school.pupil(session, "Malo")
    erase(session, planted, storage)
    session.refresh(planted.alone)
    assert not planted.alone.is_for(stranger.person_id)


def test_everything_is_told(session: Session, planted: Planted) -> None:
    told = personal.told(session, planted.tenant_id, planted.person_id, unreleased=True)
    text = json.dumps(told, ensure_ascii=False)
    assert told["person"]["display_name"] == NAME
    [attempt] = told["attempts"]
    assert attempt["work"] == planted.school.page.title
    assert attempt["responses"]["x"] == {"text": TOKEN}
    assert [grade["comment"] for grade in attempt["grades"]] == ["", f"Bien, {TOKEN}"]
    assert [file["name"] for file in told["files"]] == [f"{TOKEN}.txt"]
    assert told["classes"][0]["class"] == planted.school.class_.title
    assert "tenant_id" not in text
    found = personal.counts(session, planted.tenant_id, planted.person_id)
    assert found == {kind: len(told[kind]) for kind in personal.KINDS}


def test_a_pupil_is_not_told_marks_that_are_not_given_back(session: Session, school: School) -> None:
    attempt = hand_in(session, school, school.lina, "aaaa")
    for grade in session.scalars(sa.select(Grade).where(Grade.attempt_id == attempt.id)):
        grade.released_at = None
        grade.comment = TOKEN
    session.flush()
    assert school.lina.person_id is not None
    here = (school.tenant.id, school.lina.person_id)
    assert TOKEN not in json.dumps(personal.told(session, *here, unreleased=False))
    assert TOKEN in json.dumps(personal.told(session, *here, unreleased=True))


@dataclass
class Shelf:
    """A teacher's binders: one nobody uses, one that a class works with, one that a colleague shares."""

    school: School
    own: Binder
    shared: Binder
    colleague: Viewer
    copy: Binder


@pytest.fixture
def shelf(session: Session) -> Shelf:
    """A teacher who has written, shared, been copied and proposed."""
    school = school_in(session)
    teacher = session.get_one(Person, (school.tenant.id, school.teacher.person_id))
    teacher.display_name = NAME
    hand_in(session, school, school.lina, "aaaa")
    own = factories.binder(session, school.teacher, "Brouillons")
    own.credit = f"Textes : {NAME}"
    factories.page(session, school.teacher, own, TOKEN)
    colleague = factories.viewer(session, school.tenant, school.class_, name="Karim Haddad")
    shared = factories.binder(session, school.teacher, "Partagé")
    page = factories.page(session, school.teacher, shared)
    composing.add_block(session, school.teacher, page.id, {"type": "text", "html": "<p>Bonjour.</p>"})
    assert colleague.person_id is not None
    sharing.share(session, school.teacher, shared.id, colleague.person_id, Right.MANAGE)
    copied = factories.binder(session, colleague, "Copie")
    copied.credit = f"D’après « Le cycle de l’eau » de {NAME}, CC BY-SA"
    session.flush()
    return Shelf(school, own, shared, colleague, copied)


def titles(session: Session) -> set[str]:
    """Of the binders that can still be opened."""
    return set(session.scalars(sa.select(Binder.title).where(Binder.trashed_at.is_(None))))


def test_a_teachers_binders_go_unless_somebody_uses_them(
    session: Session, shelf: Shelf, storage: FileStorage
) -> None:
    school = shelf.school
    assert school.teacher.person_id is not None
    owned = privacy.binders_of(session, school.tenant.id, school.teacher.person_id)
    assert {each.binder.title: (each.colleagues, each.classes, each.used) for each in owned} == {
        "Brouillons": (0, 0, False),
        "Le cycle de l’eau": (0, 1, True),
        "Partagé": (1, 0, True),
    }
    planted = Planted(school, school.teacher, school.tenant.id, school.teacher.person_id, school.given)
    erased = erase(session, planted, storage)
    assert (erased.binders_gone, erased.binders_kept) == (1, 2)
    text = everywhere(session, storage)
    assert knows(text, NAME, TOKEN, "Brouillons") == []
    assert titles(session) == {"Le cycle de l’eau", "Partagé", "Copie"}
    copied = session.get_one(Binder, (school.tenant.id, shelf.copy.id))
    assert copied.credit == "D’après « Le cycle de l’eau » de …, CC BY-SA"
    assert session.scalars(
        sa.select(PageVersion.person_id).where(PageVersion.person_id.is_not(None))
    ).all() in (
        [],
        [shelf.colleague.person_id],
    )
    authoring.own_binder(session, shelf.colleague, shelf.shared.id)  # who shares it goes on with it
    work = submitting.open_work(session, school.lina, school.given.id)
    assert work.handed_in


def test_binders_in_use_go_if_it_is_said_so_and_pupils_keep_their_copies(
    session: Session, shelf: Shelf, storage: FileStorage
) -> None:
    school = shelf.school
    assert school.teacher.person_id is not None
    planted = Planted(school, school.teacher, school.tenant.id, school.teacher.person_id, school.given)
    erased = erase(session, planted, storage, binders=[school.binder.id, shelf.shared.id, shelf.copy.id])
    assert (erased.binders_gone, erased.binders_kept) == (3, 0)
    assert titles(session) == {"Copie"}, "a colleague's binder is not the person's to lose"
    assert submitting.open_work(session, school.lina, school.given.id).handed_in


def test_a_binder_that_stands_in_a_course_stays(session: Session, shelf: Shelf, storage: FileStorage) -> None:
    school = shelf.school
    assert school.teacher.person_id is not None
    planted = Planted(school, school.teacher, school.tenant.id, school.teacher.person_id, school.given)
    erased = erase(session, planted, storage, placed=[shelf.own.id])
    assert (erased.binders_gone, erased.binders_kept) == (0, 3)
    assert "Brouillons" in titles(session)


def test_a_namesakes_credit_stays(session: Session, shelf: Shelf, storage: FileStorage) -> None:
    factories.viewer(session, shelf.school.tenant, name=NAME)
    assert shelf.school.teacher.person_id is not None
    privacy.erase(session, shelf.school.tenant.id, shelf.school.teacher.person_id)
    assert NAME in session.get_one(Binder, (shelf.school.tenant.id, shelf.copy.id)).credit


def test_part_of_a_word_is_no_name(session: Session, school: School) -> None:
    li = school.pupil(session, "Li")
    school.binder.credit = "Licence libre, Li et Lise"
    assert li.person_id is not None
    privacy.erase(session, school.tenant.id, li.person_id)
    assert school.binder.credit == "Licence libre, … et Lise"


def test_whoever_is_not_there_is_not_erased(session: Session, school: School) -> None:
    for call in (privacy.erase, lambda *here: personal.told(*here, unreleased=True)):
        with pytest.raises(NotFound):
            call(session, school.tenant.id, uuid4())


def test_other_schools_are_left_alone(session: Session, planted: Planted, storage: FileStorage) -> None:
    other = plant(session, storage)
    erase(session, planted, storage)
    assert knows(everywhere(session, storage), NAME, TOKEN) == [NAME, TOKEN]
    assert personal.counts(session, other.tenant_id, other.person_id)["attempts"] == 1
