"""The native format, out and in."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any, BinaryIO

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from marshmallow import fields
from sqlalchemy.orm import Session

from binder import schemas
from binder.access import Role, Viewer
from binder.blocks import BlockSchema, BlockType, blocks
from binder.clock import uuid7
from binder.content import authoring, composing, importing
from binder.errors import Forbidden, Invalid, NotFound
from binder.models import Activity, Binder, Page, Resource, Section
from binder.resources import files
from binder.storage import FileStorage
from tests import factories, media
from tests.binder.conftest import School

PNG = media.saved(media.picture(), "PNG")
SHA = "0" * 64
TABLES = (Binder, Section, Page, Activity, Resource)
Open = Callable[[str], BinaryIO]


def document() -> dict[str, Any]:
    """A binder with one of everything, without files."""
    activity = factories.choice()
    number = str(uuid7())
    page = {
        "id": str(uuid7()),
        "title": "Page",
        "blocks": [
            {"id": "b1", "type": "text", "html": "<p>x</p>"},
            {"id": "b2", "type": "activity", "activity": number},
            {"id": "b3", "type": "heading", "text": "T", "level": 3},
        ],
    }
    sub = {"id": str(uuid7()), "title": "Partie", "pages": [{"id": str(uuid7()), "title": "Autre"}]}
    return {
        "format": "classeur",
        "version": 1,
        "binder": {
            "id": str(uuid7()),
            "title": "Le cycle de l’eau",
            "description": "d",
            "lang": "fr-FR",
            "sections": [{"id": str(uuid7()), "title": "Chapitre", "pages": [page], "sections": [sub]}],
            "activities": [{"id": number, "type": "choice", **activity}],
            "resources": [],
        },
    }


def nothing(sha256: str) -> BinaryIO:
    raise KeyError(sha256)


def rows(session: Session) -> dict[str, int]:
    return {
        kind.__name__: session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0 for kind in TABLES
    }


def without_ids(data: Any) -> Any:
    """A dumped binder whose identifiers are replaced by the order in which they appear."""
    text = json.dumps(data)
    for number, id in enumerate(dict.fromkeys(schemas_ids(data))):
        text = text.replace(id, f"#{number}")
    return json.loads(text)


def schemas_ids(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [
            found
            for name, value in data.items()
            for found in ([value] if name == "id" and len(str(value)) == 36 else schemas_ids(value))
        ]
    return [found for value in data for found in schemas_ids(value)] if isinstance(data, list) else []


def full_binder(session: Session, school: School, storage: FileStorage) -> Binder:
    """A binder with nested sections, a file that is shown, and an activity in its second version."""
    binder = school.binder
    stored = files.add_file(
        session,
        school.teacher,
        binder.id,
        storage,
        io.BytesIO(PNG),
        name="a.png",
        credit="Ada",
        licence="CC BY",
    )
    composing.add_block(
        session,
        school.teacher,
        school.page.id,
        {"type": "image", "resource": str(stored.id), "alt": "le cycle"},
    )
    sub = authoring.add_section(
        session, school.teacher, binder.id, title="Partie", parent_id=binder.chapters[0].id
    )
    authoring.add_page(session, school.teacher, sub.id, title="Autre")
    authoring.save_activity(
        session, school.teacher, binder.id, factories.choice(points="1/3"), activity_id=school.activity.id
    )
    return binder


def test_a_binder_goes_out_and_comes_in_without_loss(
    session: Session, school: School, storage: FileStorage
) -> None:
    binder = full_binder(session, school, storage)
    out = json.loads(json.dumps(schemas.dump_binder(binder)))
    made = importing.import_binder(
        session, school.teacher, out, storage, lambda sha256: storage.open(school.tenant.id, sha256)
    )
    again = schemas.dump_binder(made)
    assert without_ids(again) == without_ids(out)
    assert set(schemas_ids(again)).isdisjoint(schemas_ids(out))
    (block,) = [block for block in made.pages[0].blocks if block["type"] == "image"]
    assert block["resource"] == str(made.resources[0].id)
    assert made.activities[0].current.points.denominator == 3
    assert made.owner_id == school.teacher.person_id
    page = made.chapters[0].pages[0]
    assert (page.published_number, page.changed) == (None, True)
    assert authoring.publish(session, school.teacher, page.id).activities


def test_a_binder_goes_to_another_school_with_its_files(
    session: Session, school: School, storage: FileStorage
) -> None:
    out = schemas.dump_binder(full_binder(session, school, storage))
    other = factories.tenant(session)
    teacher = factories.viewer(session, other)
    made = importing.import_binder(
        session, teacher, out, storage, lambda sha256: storage.open(school.tenant.id, sha256)
    )
    assert made.tenant_id == other.id
    with storage.open(other.id, made.resources[0].sha256) as stream:
        assert stream.read() == PNG


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.ADMINISTRATOR])
def test_only_teachers_and_authors_bring_binders_in(
    session: Session, school: School, storage: FileStorage, role: Role
) -> None:
    for viewer in (
        factories.viewer(session, school.tenant, role=role),
        Viewer(school.tenant.id, Role.INSTRUCTOR),
    ):
        with pytest.raises(Forbidden):
            importing.import_binder(session, viewer, document(), storage, nothing)


def missing(sha256: str) -> BinaryIO:
    raise NotFound("no such file")


@pytest.mark.parametrize("open_file", [nothing, missing, lambda sha256: io.BytesIO(b"something else")])
def test_without_its_files_nothing_is_made(
    session: Session, school: School, storage: FileStorage, open_file: Open
) -> None:
    """Nor is anything else of the transaction undone."""
    before = rows(session)
    data = document()
    data["binder"]["resources"] = [
        {"id": str(uuid7()), "sha256": SHA, "name": "a.png", "media_type": "image/png", "size": 3}
    ]
    school.binder.title = "Neu"
    with pytest.raises(Invalid) as refused:
        importing.import_binder(session, school.teacher, data, storage, open_file)
    assert "resources" in refused.value.messages
    assert rows(session) == before
    session.commit()
    assert rows(session) == before
    assert school.binder.title == "Neu"


def test_a_file_of_an_archive_has_a_limit(
    session: Session, school: School, storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_FILE", 3)
    data = document()
    data["binder"]["resources"] = [
        {"id": str(uuid7()), "sha256": SHA, "name": "a.png", "media_type": "image/png", "size": 3}
    ]
    with pytest.raises(Invalid, match="too large"):
        importing.import_binder(session, school.teacher, data, storage, lambda sha256: io.BytesIO(PNG))


class Album(BlockType):
    """A block that refers to several files, each inside a part of it."""

    name = "album"

    class Schema(BlockSchema):
        """`pictures` in a list."""

        pictures = fields.List(fields.Dict())

    def html(self, block: Any, rendering: Any) -> Markup:
        return Markup("")

    def resources(self, block: Any) -> list[str]:
        return [picture["resource"] for picture in block["pictures"]]


def test_references_deep_in_a_block_follow(session: Session, school: School, storage: FileStorage) -> None:
    binder = full_binder(session, school, storage)
    with blocks.temporarily(Album) as album:
        picture = {"resource": str(binder.resources[0].id), "size": 3, "alt": "x"}
        composing.add_block(session, school.teacher, school.page.id, {"type": "album", "pictures": [picture]})
        made = importing.import_binder(
            session,
            school.teacher,
            schemas.dump_binder(binder),
            storage,
            lambda sha256: storage.open(school.tenant.id, sha256),
        )
        (block,) = [block for block in made.pages[0].blocks if block["type"] == "album"]
        assert album.resources(block) == [str(made.resources[0].id)]
        assert block["pictures"][0]["size"] == 3


def changed(*path: Any, to: Any) -> dict[str, Any]:
    """The document with something else in one place."""
    data = document()
    part = data
    for name in path[:-1]:
        part = part[name]
    if to is None:
        del part[path[-1]]
    else:
        part[path[-1]] = to
    return data


FIRST = ("binder", "sections", 0, "pages", 0)
ACTIVITY = ("binder", "activities", 0)


def same_id_twice() -> dict[str, Any]:
    data = document()
    data["binder"]["activities"][0]["id"] = data["binder"]["sections"][0]["pages"][0]["id"]
    return data


def nested_sections(depth: int) -> dict[str, Any]:
    section: dict[str, Any] = {"id": str(uuid7()), "title": "x"}
    for _ in range(depth):
        section = {"id": str(uuid7()), "title": "x", "sections": [section]}
    return changed("binder", "sections", to=[section])


HOSTILE: dict[str, Any] = {
    "nothing": {},
    "no object": [],
    "a text": "classeur",
    "another format": changed("format", to="moodle"),
    "no version": changed("version", to=None),
    "a version to come": changed("version", to=2),
    "version zero": changed("version", to=0),
    "a version without end": changed("version", to=float("inf")),
    "no number for a version": changed("version", to=float("nan")),
    "something unknown": changed("extra", to=1),
    "something unknown inside": changed("binder", "owner_id", to=str(uuid7())),
    "no binder": changed("binder", to=None),
    "a list for a binder": changed("binder", to=[]),
    "no title": changed("binder", "title", to=None),
    "an empty title": changed("binder", "title", to=""),
    "a title that is only NUL": changed("binder", "title", to="\x00"),
    "a number for a title": changed("binder", "title", to=7),
    "a long title": changed("binder", "title", to="x" * 256),
    "a long description": changed("binder", "description", to="x" * 20_001),
    "a language that is none": changed("binder", "lang", to="fr\n"),
    "markup for a language": changed("binder", "lang", to='"><script>'),
    "an object for sections": changed("binder", "sections", to={}),
    "a text for a section": changed("binder", "sections", to=["x"]),
    "sections nested without end": nested_sections(400),
    "sections nested too deep": nested_sections(40),
    "an id that is none": changed("binder", "id", to="x"),
    "one id for two things": same_id_twice(),
    "one id for two blocks": changed(*FIRST, "blocks", 2, "id", to="b1"),
    "a block that is none": changed(*FIRST, "blocks", to=["x"]),
    "an unknown block": changed(*FIRST, "blocks", to=[{"id": "b1", "type": "poem"}]),
    "a block without a type": changed(*FIRST, "blocks", 0, "type", to=None),
    "a list for a type of block": changed(*FIRST, "blocks", 0, "type", to=[]),
    "an unknown field in a block": changed(*FIRST, "blocks", 0, "onclick", to="x"),
    "too many blocks": changed(
        *FIRST, "blocks", to=[{"id": f"b{n}", "type": "text", "html": ""} for n in range(1001)]
    ),
    "an activity that is not there": changed(*FIRST, "blocks", 1, "activity", to=str(uuid7())),
    "a picture that is not there": changed(
        *FIRST, "blocks", 0, to={"id": "b9", "type": "image", "alt": "x", "resource": str(uuid7())}
    ),
    "an unknown activity": changed(*ACTIVITY, "type", to="riddle"),
    "a list for a type of activity": changed(*ACTIVITY, "type", to=[]),
    "an activity without a key": changed(*ACTIVITY, "key", to=None),
    "an empty key": changed(*ACTIVITY, "key", to={}),
    "a list for a key": changed(*ACTIVITY, "key", to=[]),
    "a key for other options": changed(*ACTIVITY, "key", "correct", to=["zzzz"]),
    "points without end": changed(*ACTIVITY, "points", to="1e999999"),
    "points that are a number": changed(*ACTIVITY, "points", to=1),
    "a nest for a body": changed(*ACTIVITY, "body", to={"prompt": [[[[[[]]]]]]}),
    "a digest that is a path": changed(
        "binder",
        "resources",
        to=[{"id": str(uuid7()), "sha256": "../" * 8, "name": "a", "media_type": "x", "size": 1}],
    ),
    "a digest with a line end": changed(
        "binder",
        "resources",
        to=[{"id": str(uuid7()), "sha256": SHA + "\n", "name": "a", "media_type": "x", "size": 1}],
    ),
    "a size below nothing": changed(
        "binder",
        "resources",
        to=[{"id": str(uuid7()), "sha256": SHA, "name": "a", "media_type": "x", "size": -1}],
    ),
    "a megabyte of markup": changed(*FIRST, "blocks", 0, "html", to="<b>" * 400_000),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_refused_with_messages(data: Any) -> None:
    with pytest.raises(Invalid) as refused:
        schemas.load_binder(data)
    assert refused.value.messages


def test_a_refused_document_leaves_nothing(session: Session, school: School, storage: FileStorage) -> None:
    before = rows(session)
    for data in HOSTILE.values():
        with pytest.raises(Invalid):
            importing.import_binder(session, school.teacher, data, storage, nothing)
    assert rows(session) == before


def test_what_no_database_can_keep_is_left_out(
    session: Session, school: School, storage: FileStorage
) -> None:
    data = changed("binder", "title", to="Le\x00 cycle\ud800")
    data["binder"]["sections"][0]["pages"][0]["blocks"][2]["text"] = "T\x00"
    made = importing.import_binder(session, school.teacher, data, storage, nothing)
    assert made.title == "Le cycle"
    assert made.pages[0].blocks[2]["text"] == "T"


def test_sections_may_be_nested_as_deep_as_makes_sense(
    session: Session, school: School, storage: FileStorage
) -> None:
    made = importing.import_binder(session, school.teacher, nested_sections(25), storage, nothing)
    assert len(made.sections) == 26
    assert schemas.dump_binder(made)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path] if path else []
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in inside:
        found += places(value, (*path, name))
    return found


SAMPLE = document()


@given(place=st.sampled_from(places(SAMPLE)), value=values)
def test_whatever_stands_anywhere_is_loaded_or_refused(place: tuple[Any, ...], value: Any) -> None:
    data = copy.deepcopy(SAMPLE)
    part = data
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    try:
        loaded = schemas.load_binder(data)
    except Invalid as refused:
        assert refused.messages  # noqa: PT017 - either way is right
    else:
        assert loaded["title"]


@given(values)
def test_whatever_is_no_document_is_refused(data: Any) -> None:
    with pytest.raises(Invalid):
        schemas.load_binder(data)


def test_pages_are_walked_in_reading_order() -> None:
    assert [page["title"] for page in schemas.walk_pages(document()["binder"])] == ["Page", "Autre"]


def with_file(data: bytes, name: str) -> tuple[dict[str, Any], Open]:
    """A binder of one file, and how to open that."""
    told, digest = document(), hashlib.sha256(data).hexdigest()
    told["binder"]["resources"] = [
        {"id": str(uuid7()), "sha256": digest, "name": name, "media_type": "text/html", "size": len(data)}
    ]
    return told, lambda sha256: io.BytesIO(data)


def test_a_picture_of_an_archive_stays_bit_for_bit_and_gets_its_smaller_versions(
    session: Session, school: School, storage: FileStorage
) -> None:
    photo = media.jpeg(1000, 700)
    told, open_file = with_file(photo, "photo.jpg")
    (row,) = importing.import_binder(session, school.teacher, told, storage, open_file).resources
    assert (row.media_type, row.width, row.height) == ("image/jpeg", 1000, 700)
    assert row.sha256 == hashlib.sha256(photo).hexdigest()
    assert set(row.variants) == {"480", "960"}
    for variant in row.variants.values():
        storage.open(school.tenant.id, variant["sha256"]).close()


def test_an_unsafe_drawing_of_an_archive_is_refused(
    session: Session, school: School, storage: FileStorage
) -> None:
    told, open_file = with_file(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png")
    with pytest.raises(Invalid) as refused:
        importing.import_binder(session, school.teacher, told, storage, open_file)
    assert "contains a script" in refused.value.messages["file"][0]


def test_what_an_archive_says_of_a_file_is_not_believed(
    session: Session, school: School, storage: FileStorage
) -> None:
    told, open_file = with_file(b"<html><script>alert(1)</script>", "a.html")
    (row,) = importing.import_binder(session, school.teacher, told, storage, open_file).resources
    assert row.media_type == "application/octet-stream"
