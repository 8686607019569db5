"""A binder's files."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import frozen, now, uuid7
from binder.content import authoring, composing
from binder.errors import Forbidden, Invalid, NotFound
from binder.media.mediatypes import Limits
from binder.models import PageVersion, Proposal, Resource, ResourceState
from binder.resources import files, uploading
from binder.storage import FileStorage
from tests import factories, media
from tests.binder.conftest import School

PNG = media.saved(media.picture(), "PNG")
GIF = media.saved(media.picture(), "GIF")


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
        len(PNG),
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
        ("../../etc/passwd", "passwd.png"),
        ("a\x00b.png", "ab.png"),
        ("", "file.png"),
        ("dossier/", "file.png"),
        (" \ud800 ", "file.png"),
        ("photo\u202egnp.html\n", "photognp.html.png"),
        ("é" * 300, "é" * 251 + ".png"),
        ("photo.jpg", "photo.png"),
    ],
)
def test_folders_in_a_name_are_dropped(
    session: Session, school: School, storage: FileStorage, name: str, kept: str
) -> None:
    assert add(session, school, storage, name=name).name == kept


def test_empty_and_huge_files_are_refused(session: Session, school: School, storage: FileStorage) -> None:
    with pytest.raises(Invalid, match="empty"):
        add(session, school, storage, b"")
    with pytest.raises(Invalid, match="too large") as refused:
        add(session, school, storage, b"%PDF-" + bytes(6000), limits=Limits(file=5000))
    assert refused.value.messages == {"file": ["this file is too large: 0.005 MB at the most"]}
    assert list(storage.kept(school.tenant.id)) == []
    assert school.binder.resources == []


def test_a_file_is_handed_out_where_a_page_shows_it(
    session: Session, school: School, storage: FileStorage
) -> None:
    shown, hidden = add(session, school, storage), add(session, school, storage, GIF, "b.gif")
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "file", "resource": str(shown.id), "label": "Plan"}
    )
    revision = authoring.publish(session, school.teacher, school.page.id)
    assert files.shown_file(session, school.lina, revision, shown.id) is shown
    assert files.shown_file(session, school.teacher, school.page, shown.id) is shown
    for wanted in (hidden.id, uuid7()):
        with pytest.raises(NotFound):
            files.shown_file(session, school.lina, revision, wanted)


@pytest.mark.parametrize(
    ("data", "limits", "message"),
    [
        (PNG, Limits(picture=100), "this picture is too large: 0.0001 MB at the most"),
        (b"ID3\x04" + bytes(2000), Limits(sound=1000), "this sound is too large: 0.001 MB at the most"),
        (media.film(b"vide"), Limits(film=1500), "this film is too large: 0.0015 MB at the most"),
    ],
)
def test_each_kind_of_file_has_its_limit(
    session: Session, school: School, storage: FileStorage, data: bytes, limits: Limits, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(session, school, storage, data, limits=limits)
    assert refused.value.messages == {"file": [message]}


def stored(storage: FileStorage, school: School) -> list[bytes]:
    return [storage.open(school.tenant.id, sha256).read() for sha256, _ in storage.kept(school.tenant.id)]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_of_a_photo_only_what_is_fit_to_show_is_kept(
    session: Session, school: School, storage: FileStorage
) -> None:
    photo = media.jpeg(1000, 700, 6)
    row = add(session, school, storage, photo, "DSC1.JPG")
    assert (row.name, row.width, row.height, row.state) == ("DSC1.JPG", 700, 1000, ResourceState.READY)
    assert set(row.variants) == {"480"}
    blobs = stored(storage, school)
    assert len(blobs) == 2
    assert photo not in blobs
    assert not any(b"Appareil" in blob for blob in blobs)
    heic = add(session, school, storage, media.HEIC, "IMG_2.HEIC")
    assert (heic.name, heic.media_type, heic.width, heic.variants) == ("IMG_2.jpg", "image/jpeg", 64, {})
    assert add(session, school, storage, photo, "DSC1.JPG") is row
    with storage.open(school.tenant.id, row.variants["480"]["sha256"]) as stream:
        assert len(stream.read()) == row.variants["480"]["size"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "contains a script"),
        (PNG[:-40], "damaged"),
    ],
)
def test_what_is_refused_leaves_nothing(
    session: Session, school: School, storage: FileStorage, data: bytes, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(session, school, storage, data, "a.svg")
    assert message in refused.value.messages["file"][0]
    assert list(storage.kept(school.tenant.id)) == []
    assert school.binder.resources == []


def test_a_drawing_is_kept_without_its_editors_notes(
    session: Session, school: School, storage: FileStorage
) -> None:
    data = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 20'><!-- Claire --></svg>"
    row = add(session, school, storage, data, "plan.svg")
    assert (row.media_type, row.width, row.height) == ("image/svg+xml", 30, 20)
    with storage.open(school.tenant.id, row.sha256) as stream:
        assert b"Claire" not in stream.read()


# Who gets them


def test_a_file_that_is_being_scanned_is_for_its_authors_only(
    session: Session, school: School, storage: FileStorage
) -> None:
    row = add(session, school, storage)
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "file", "resource": str(row.id), "label": "Plan"}
    )
    revision = authoring.publish(session, school.teacher, school.page.id)

    def seen() -> list[bool]:
        found = []
        for look in (
            lambda: files.shown_file(session, school.lina, revision, row.id),
            lambda: files.shown_file(session, school.teacher, school.page, row.id),
            lambda: files.own_file(session, school.teacher, school.binder.id, row.id),
        ):
            try:
                found.append(look() is row)
            except NotFound:
                found.append(False)
        return found

    for state, expected in (
        (ResourceState.READY, [True, True, True]),
        (ResourceState.SCANNING, [False, True, True]),
        (ResourceState.REFUSED, [False, False, False]),
    ):
        row.state = state
        session.flush()
        assert seen() == expected


def test_a_binders_files_are_for_those_who_write_it(
    session: Session, school: School, storage: FileStorage
) -> None:
    row, other = add(session, school, storage), factories.binder(session, school.teacher)
    assert files.own_file(session, school.teacher, school.binder.id, row.id) is row
    with pytest.raises(NotFound):
        files.own_file(session, school.teacher, other.id, row.id)
    colleague = factories.viewer(session, school.tenant, name="Paul")
    for viewer in (school.lina, colleague):
        with pytest.raises(Forbidden):
            files.own_file(session, viewer, school.binder.id, row.id)


# Forgetting the unused

MONTH = timedelta(days=30)


def aged(storage: FileStorage, days: int = 40) -> None:
    then = now().timestamp() - days * 86400
    for path in Path(storage.root).rglob("*"):
        os.utime(path, (then, then))


def collect(session: Session, storage: FileStorage, *, later: int = 0) -> tuple[int, int]:
    with frozen(now() + timedelta(days=later)):
        found = files.collect(session, storage, MONTH)
    return found.resources, found.blobs


def rows(session: Session) -> set[str]:
    return set(session.scalars(sa.select(Resource.name)))


def test_files_that_nothing_shows_are_forgotten_and_then_their_bytes(
    session: Session, school: School, storage: FileStorage
) -> None:
    shown = add(session, school, storage, name="shown.png")
    add(session, school, storage, media.jpeg(1000, 700), name="lost.jpg")
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "image", "resource": str(shown.id), "alt": "x"}
    )
    assert len(list(storage.kept(school.tenant.id))) == 4
    assert collect(session, storage) == (0, 0)
    assert collect(session, storage, later=40) == (1, 0)
    assert rows(session) == {"shown.png"}
    aged(storage)
    assert collect(session, storage, later=40) == (0, 3)
    assert [sha256 for sha256, _ in storage.kept(school.tenant.id)] == [shown.sha256]
    assert collect(session, storage, later=40) == (0, 0)


def test_bytes_that_two_binders_use_survive_one_of_them(
    session: Session, school: School, storage: FileStorage
) -> None:
    other = factories.page(session, school.teacher, factories.binder(session, school.teacher))
    add(session, school, storage, name="here.png")
    there = files.add_file(
        session, school.teacher, other.binder_id, storage, io.BytesIO(PNG), name="there.png"
    )
    composing.add_block(
        session, school.teacher, other.id, {"type": "image", "resource": str(there.id), "alt": "x"}
    )
    aged(storage)
    for _ in range(3):
        collect(session, storage, later=40)
    assert rows(session) == {"there.png"}
    with storage.open(school.tenant.id, there.sha256) as stream:
        assert stream.read() == PNG


def test_bytes_of_another_school_are_left_alone(
    session: Session, school: School, storage: FileStorage
) -> None:
    neighbour = factories.tenant(session, "Collège voisin")
    teacher = factories.viewer(session, neighbour)
    page = factories.page(session, teacher, factories.binder(session, teacher))
    theirs = files.add_file(session, teacher, page.binder_id, storage, io.BytesIO(PNG), name="a.png")
    composing.add_block(session, teacher, page.id, {"type": "image", "resource": str(theirs.id), "alt": "x"})
    add(session, school, storage)
    aged(storage)
    assert collect(session, storage, later=40) == (1, 0)
    aged(storage)
    assert collect(session, storage, later=40) == (0, 1)
    storage.open(neighbour.id, theirs.sha256).close()


@pytest.mark.parametrize("where", ["draft", "revision", "version", "proposal", "activity", "upload"])
def test_whatever_names_a_file_keeps_it(
    session: Session, school: School, storage: FileStorage, where: str
) -> None:
    row = add(session, school, storage)
    block = {"id": "abcd", "type": "vendor", "inside": {"a": [f'<img src="resource:{row.id}">']}}
    ids = {"tenant_id": school.tenant.id, "page_id": school.page.id}
    assert school.teacher.person_id
    if where == "draft":
        school.page.blocks = [*school.page.blocks, block]
    elif where == "version":
        session.add(PageVersion(**ids, number=99, title="x", blocks=[block]))
    elif where == "proposal":
        session.add(Proposal(**ids, block_id="abcd", block=block, person_id=school.teacher.person_id))
    elif where == "upload":
        upload = uploading.begin(
            session, school.teacher, uploading.ToBinder(school.binder.id), name="a", size=9, limits=Limits()
        )
        upload.resource_id = row.id
    elif where == "activity":
        data = factories.choice()
        data["body"]["prompt"] = f'<p><img src="resource:{row.id}" alt="x"></p>'
        saved = authoring.save_activity(session, school.teacher, school.binder.id, data)
        saved.current.body = {**saved.current.body, "prompt": str(row.id)}
    else:
        composing.add_block(
            session, school.teacher, school.page.id, {"type": "file", "resource": str(row.id), "label": "x"}
        )
        authoring.publish(session, school.teacher, school.page.id)
        school.page.blocks = []
        session.execute(sa.delete(PageVersion))
    session.flush()
    assert collect(session, storage, later=40) == (0, 0)


def test_a_young_file_and_young_bytes_are_left_alone(
    session: Session, school: School, storage: FileStorage
) -> None:
    add(session, school, storage)
    storage.save(school.tenant.id, io.BytesIO(b"a transaction that failed"))
    assert collect(session, storage, later=29) == (0, 0)
    assert collect(session, storage, later=31) == (1, 1)
    assert collect(session, storage, later=31) == (0, 1)
    assert list(storage.kept(school.tenant.id)) == []
