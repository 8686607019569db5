"""Whose work a copy was, and what its level and subject are called, go out with the offline book and come back."""

from __future__ import annotations

import io
import json
import zipfile

from sqlalchemy.orm import Session

from binder.content import authoring, describing
from binder.content.importing import import_binder
from binder.storage import FileStorage
from exporters import exporters, read_archive
from tests import factories

CREDIT = "D’après « L’eau » de Claire Morel, CC BY-SA 4.0\nD’après « Eau » de Paul Nouveau, CC BY-SA 4.0"


def test_credit_level_and_subject_are_in_the_book(session: Session, storage: FileStorage) -> None:
    teacher = factories.viewer(session, factories.tenant(session))
    binder = factories.binder(session, teacher)
    factories.page(session, teacher, binder)
    values = {"level": "5e", "subject": "SVT", "licence": "CC BY-SA 4.0"}
    describing.describe(session, teacher, binder.id, values, base=describing.state_of(binder))
    binder.credit = CREDIT
    session.expire(binder, ["sections", "pages"])
    out = io.BytesIO()
    exporters["html"].write(authoring.own_binder(session, teacher, binder.id), storage, out)
    with zipfile.ZipFile(out) as zipped:
        index = zipped.read("index.html").decode()
        document = json.loads(zipped.read("data/binder.json"))
    for line in CREDIT.split("\n"):
        assert f"<li>{line}</li>" in index
    assert "sciences de la vie et de la Terre · 5e" in index
    assert "data.education.fr" not in index
    assert document["binder"]["level"].startswith("http://data.education.fr/voc/scolomfr/concept/")
    with read_archive(out) as archive:
        back = import_binder(session, teacher, archive.document, storage, archive.open)
    assert (back.credit, back.level, back.subject) == (CREDIT, binder.level, binder.subject)
