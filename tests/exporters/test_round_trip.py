"""What is exported comes back without loss, and always in the same bytes."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy.orm import Session

from binder.errors import Invalid
from binder.schemas import dump_binder
from binder.storage import FileStorage
from examples.school import lessons
from exporters import ExportError, export, exporters, read_archive
from tests.exporters import shelf


@pytest.mark.parametrize("seed", range(12))
def test_a_binder_comes_back_as_it_was(session: Session, storage: FileStorage, seed: int) -> None:
    maker = shelf.Maker(seed)
    document = shelf.hostile(maker) if seed else shelf.everything(maker)
    binder = shelf.of(session, storage, maker, document)
    out, _ = shelf.write(binder, storage)
    with read_archive(out) as archive:
        assert archive.document == dump_binder(binder)
        again = shelf.bring_in(session, storage, archive.document, archive.open)
        for sha256, data in maker.files.items():
            with archive.open(sha256) as stream:
                assert stream.read() == data
    assert shelf.canonical(dump_binder(again)) == shelf.canonical(dump_binder(binder))


def test_the_same_binder_gives_the_same_bytes(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    binder = shelf.of(session, storage, maker, shelf.everything(maker))
    for exporter in exporters:
        first, report = shelf.write(binder, storage, exporter.name)
        session.expire_all()
        second, same = shelf.write(binder, storage, exporter.name)
        assert (first.getvalue(), report) == (second.getvalue(), same)


def test_every_lesson_of_the_demo_school_can_be_exported(session: Session, storage: FileStorage) -> None:
    for lesson in lessons():
        binder = shelf.bring_in(session, storage, lesson.document, lesson.open)
        out, report = shelf.write(binder, storage)
        assert [loss.code for loss in report.losses] == ["contains-answers", "activities-printed"], (
            lesson.slug
        )
        with read_archive(out) as archive:
            again = shelf.bring_in(session, storage, archive.document, archive.open)
        assert shelf.canonical(dump_binder(again)) == shelf.canonical(dump_binder(binder)), lesson.slug


def test_an_unknown_format_is_refused_with_the_known_ones(storage: FileStorage) -> None:
    maker = shelf.Maker()
    with pytest.raises(ExportError, match="known: html, html-pupils") as error:
        export("docx", maker, storage, io.BytesIO())  # type: ignore[arg-type]
    assert error.value.code == "unknown-format"


def test_a_repacked_folder_is_read_too(session: Session, storage: FileStorage) -> None:
    """As macOS packs it: everything in one folder, and its own notes beside it."""
    maker = shelf.Maker()
    binder = shelf.of(session, storage, maker, shelf.everything(maker))
    out, _ = shelf.write(binder, storage)
    repacked = io.BytesIO()
    with zipfile.ZipFile(repacked, "w") as archive:
        archive.mkdir("mon classeur")
        for name, data in shelf.unpacked(out).items():
            archive.writestr(f"mon classeur/{name}", data)
        archive.writestr("__MACOSX/._mon classeur", b"x")
    with read_archive(repacked) as read:
        assert read.document == dump_binder(binder)
        assert read.open(maker.resources[0]["sha256"]).read() == shelf.PNG


def test_a_file_missing_from_the_zip_is_named(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    binder = shelf.of(session, storage, maker, shelf.everything(maker))
    out, _ = shelf.write(binder, storage)
    lacking = io.BytesIO()
    with zipfile.ZipFile(lacking, "w") as archive:
        for name, data in shelf.unpacked(out).items():
            if not name.endswith(".pdf"):
                archive.writestr(name, data)
    with read_archive(lacking) as read, pytest.raises(Invalid) as error:
        shelf.bring_in(session, storage, read.document, read.open)
    assert error.value.messages == {"resources": ["the file “fiche.pdf” is missing"]}


def test_half_a_pair_of_characters_survives(session: Session, storage: FileStorage) -> None:
    maker = shelf.Maker()
    page = maker.page("Page", maker.block("heading", level=2, text="demi"))
    binder = shelf.of(session, storage, maker, maker.document("Demi", [maker.section("S", [page])]))
    with session.no_autoflush:
        binder.title = "demi \ud800 \x01!"
        out, _ = shelf.write(binder, storage)
    files = shelf.unpacked(out)
    assert json.loads(files["data/binder.json"])["binder"]["title"] == "demi \ud800 \x01!"
    assert b"<h1>demi  !</h1>" in files["index.html"]
