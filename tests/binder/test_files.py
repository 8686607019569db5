"""A binder's files."""

from __future__ import annotations

import io

import pytest
from sqlalchemy.orm import Session

from binder import authoring, composing, files
from binder.clock import uuid7
from binder.errors import Invalid, NotFound
from binder.storage import FileStorage
from tests.binder.conftest import School

PNG = b"\x89PNG\r\n\x1a\n"


def add(
    session: Session,
    school: School,
    storage: FileStorage,
    data: bytes = PNG,
    name: str = "a.png",
    **more: object,
):  # type: ignore[no-untyped-def]  # noqa: ANN201
    return files.add_file(
        session,
        school.teacher,
        school.binder.id,
        storage,
        io.BytesIO(data),
        name=name,
        **more,  # type: ignore[arg-type]
    )


def test_a_file_is_kept_with_its_name_and_kind(
    session: Session, school: School, storage: FileStorage
) -> None:
    row = add(session, school, storage, credit="Ada\x00", licence="CC BY")
    assert (row.name, row.media_type, row.size, row.credit, row.licence) == (
        "a.png",
        "image/png",
        8,
        "Ada",
        "CC BY",
    )
    with storage.open(school.tenant.id, row.sha256) as stream:
        assert stream.read() == PNG


def test_the_same_file_is_one_row_also_within_a_transaction(
    session: Session, school: School, storage: FileStorage
) -> None:
    assert school.binder.resources == []
    first = add(session, school, storage)
    assert add(session, school, storage) is first
    other = add(session, school, storage, name="b.png")
    assert other is not first
    assert other.sha256 == first.sha256
    assert school.binder.resources == [first, other]
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "image", "resource": str(first.id), "alt": "x"}
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\Users\\ada\\plan.png", "plan.png"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b.png", "ab.png"),
        ("", "file"),
        ("dossier/", "file"),
        (" \ud800 ", "file"),
        ("é" * 300, "é" * 255),
    ],
)
def test_folders_in_a_name_are_dropped(
    session: Session, school: School, storage: FileStorage, name: str, kept: str
) -> None:
    assert add(session, school, storage, name=name).name == kept


def test_empty_and_huge_files_are_refused(session: Session, school: School, storage: FileStorage) -> None:
    with pytest.raises(Invalid, match="empty"):
        add(session, school, storage, b"")
    with pytest.raises(Invalid, match="too large"):
        add(session, school, storage, b"12345", limit=4)
    assert school.binder.resources == []


def test_a_file_is_handed_out_where_a_page_shows_it(
    session: Session, school: School, storage: FileStorage
) -> None:
    shown, hidden = add(session, school, storage), add(session, school, storage, b"GIF89a", "b.gif")
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "file", "resource": str(shown.id), "label": "Plan"}
    )
    revision = authoring.publish(session, school.teacher, school.page.id)
    assert files.shown_file(session, school.lina, revision, shown.id) is shown
    assert files.shown_file(session, school.teacher, school.page, shown.id) is shown
    for wanted in (hidden.id, uuid7()):
        with pytest.raises(NotFound):
            files.shown_file(session, school.lina, revision, wanted)
