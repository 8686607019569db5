"""A platform asks for somebody's data: they are shown, taken away as a file, and erased, by those who may and no others."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from binder.access import Role
from binder.marks import grading
from binder.models import AnswerFile, Binder, OutboxEntry, Person
from exporters import read_archive
from lti.models import Agreement, FeedAddress, KeptForm, Launch, LegacyId
from lti.protocol.message_kinds import DATA_PRIVACY, SUBMISSION_REVIEW
from tests import factories
from tests.binder.test_privacy import everywhere, knows
from tests.conformance.platform import AGS, ISSUER, L
from tests.lti.arrivals import Platform
from tests.lti.messaging import COLUMN, WHO, Class, about, of_type, open_class, token_of

NAME, TOKEN = "Zénobie Quetzalcoatl", "Xylophonemarmelade"  # noqa: S105 - no password
SUBJECT = "subject-of-zenobie"
ASKED = of_type(DATA_PRIVACY[0], **{L + "context": None, L + "resource_link": None, AGS: None})


@pytest.fixture
def klass(engine: sa.Engine, tmp_path: Path, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Class:
    """A class in which one pupil has left something everywhere that a launch, a page or a form leaves it."""
    monkeypatch.setitem(WHO, "zoe", {**WHO["lina"], "sub": SUBJECT, "name": NAME})
    made = open_class(engine, tmp_path, platform)
    made.send("zoe", locale="fr")
    attempt = made.hand_in("zoe", TOKEN)
    pupil, teacher = made.viewer("zoe", Role.LEARNER), made.viewer("morel", Role.INSTRUCTOR)
    with made.session() as session, session.begin():
        grading.review(session, teacher, attempt, score_given=Fraction(1), comment=TOKEN)
        stored = made.storage.save(pupil.tenant_id, io.BytesIO(TOKEN.encode()))
        here: dict[str, Any] = {"tenant_id": pupil.tenant_id, "person_id": pupil.person_id}
        session.add_all(
            [
                AnswerFile(
                    **here,
                    assignment_id=made.work,
                    sha256=stored.sha256,
                    name=f"{TOKEN}.pdf",
                    media_type="application/pdf",
                    size=stored.size,
                ),
                KeptForm(**here, subject="a", screen="save_work", values={}, fields={"text": [TOKEN]}),
                FeedAddress(**here, number=2),
                Agreement(**here, accepted=True),
                LegacyId(
                    tenant_id=pupil.tenant_id,
                    consumer_key="key",
                    kind="user",
                    value=f"old-{SUBJECT}",
                    target_id=pupil.person_id,
                ),
            ]
        )
    review = of_type(SUBMISSION_REVIEW, **{AGS: {"scope": [], "lineitem": COLUMN}})
    made.send("morel", **review, **about(SUBJECT))
    return made


def ask(klass: Class, who: str, user: str | None, lang: str = "en") -> tuple[FlaskClient, TestResponse]:
    """A platform opens somebody's data for somebody; None: their own."""
    return klass.open(who, lang, **ASKED, **(about(user) if user else {}))


def erase(client: FlaskClient, page: TestResponse, **more: Any) -> TestResponse:
    """Say yes twice."""
    path = page.request.path
    first = client.get(path + "/erase")
    second = client.post(path + "/erase", data={"token": token_of(first), **more})
    assert 'name="sure"' in second.text
    return client.post(path + "/erase", data={"token": token_of(second), "sure": "1", **more})


@pytest.mark.parametrize(
    ("who", "user", "allowed"),
    [
        ("head", SUBJECT, True),
        ("zoe", None, True),
        ("zoe", SUBJECT, True),
        ("lina", None, True),
        ("lina", SUBJECT, False),
        ("morel", SUBJECT, False),
        ("samira", SUBJECT, False),
        ("lina", "nobody-here", False),
    ],
)
def test_the_person_and_administrators_are_shown_it(
    klass: Class, who: str, user: str | None, allowed: bool
) -> None:
    client, page = ask(klass, who, user)
    assert page.status_code == (200 if allowed else 403)
    assert (NAME in page.text) is (allowed and who != "lina")
    data = {"token": token_of(ask(klass, who, None)[1])}
    for path in ("export", "erase"):
        answer = client.post(f"{page.request.path}/{path}", data=data)
        answer.close()
        assert answer.status_code in ((200, 400) if allowed else (403, 400)), path


def test_what_is_shown(klass: Class) -> None:
    _, page = ask(klass, "head", SUBJECT, "fr")
    for words in (NAME, "Copies, avec réponses", "Fichiers rendus", "Adresses d’agenda", "Tout télécharger"):
        assert words in page.text
    _, nobody = ask(klass, "head", "nobody-here")
    assert "Nothing: this person has never opened" in nobody.text


def export(klass: Class, who: str, user: str | None, lang: str = "en") -> zipfile.ZipFile:
    """The file."""
    client, page = ask(klass, who, user, lang)
    answer = client.post(page.request.path + "/export", data={"token": token_of(page)})
    assert answer.mimetype == "application/zip"
    data = answer.data
    answer.close()
    return zipfile.ZipFile(io.BytesIO(data))


def test_one_file_holds_everything(klass: Class) -> None:
    with export(klass, "head", SUBJECT) as packed:
        document = json.loads(packed.read("data.json"))
        index = packed.read("index.html").decode()
        [name] = [name for name in packed.namelist() if name.startswith("files/")]
        assert name.endswith(".pdf")
        assert packed.read(name).decode() == TOKEN
    assert (document["format"], document["version"]) == ("classeur-person", 1)
    assert document["person"]["display_name"] == NAME
    assert document["attempts"][0]["responses"]["more"] == {"text": TOKEN}
    assert document["accounts"] == [{**document["accounts"][0], "issuer": ISSUER, "subject": SUBJECT}]
    assert document["kept_forms"][0]["fields"] == {"text": [TOKEN]}
    assert {"feed_addresses", "agreements", "old_accounts", "launches"} <= document.keys()
    assert "secret" not in json.dumps(document)
    assert '<html lang="fr">' in index, "in the language of the person"
    assert NAME in index
    assert f'href="{name}"' in index
    assert "<script" not in index


def test_a_mark_that_is_not_given_back_is_for_administrators(klass: Class) -> None:
    with klass.session() as session, session.begin():
        session.execute(sa.text("UPDATE binder_grade SET released_at = NULL"))
    with export(klass, "zoe", None) as own, export(klass, "head", SUBJECT) as all_of_it:
        own_grades, all_grades = (
            json.loads(packed.read("data.json"))["attempts"][0]["grades"] for packed in (own, all_of_it)
        )
    assert own_grades == []
    assert [grade["comment"] for grade in all_grades][-1] == TOKEN


def test_a_teacher_takes_binders_that_can_be_brought_in_again(klass: Class) -> None:
    with export(klass, "morel", None) as packed:
        document = json.loads(packed.read("data.json"))
        [row] = document["binders"]
        with read_archive(io.BytesIO(packed.read(f"binders/{row['id']}.zip"))) as archive:
            assert archive.document["binder"]["title"] == row["title"] == "Le cycle de l’eau"
    assert document["given"]


def test_nothing_knows_an_erased_person(klass: Class, caplog: pytest.LogCaptureFixture) -> None:
    person_id = klass.person(SUBJECT)
    with klass.session() as session:
        assert knows(everywhere(session, klass.storage), NAME, TOKEN, SUBJECT) == [NAME, TOKEN, SUBJECT]
    client, page = ask(klass, "head", SUBJECT)
    caplog.set_level(logging.INFO, "lti.privacy")
    done = erase(client, page)
    assert done.status_code == 200
    assert "come back as somebody new" in done.text
    with klass.session() as session:
        assert knows(everywhere(session, klass.storage), NAME, TOKEN, SUBJECT) == []
        assert session.scalars(sa.select(Launch).where(Launch.person_id == person_id)).all() == []
        assert [row for row in session.scalars(sa.select(OutboxEntry.subject)) if str(person_id) in row] == []
    [line] = [record.getMessage() for record in caplog.records if "person-erased" in record.getMessage()]
    assert str(person_id) in line
    assert not knows(line, NAME, SUBJECT)
    again = client.get(page.request.path)
    assert "Nothing: this person has never opened" in again.text


def test_who_comes_again_is_somebody_new(klass: Class) -> None:
    before = klass.person(SUBJECT)
    client, page = ask(klass, "zoe", None)
    done = erase(client, page)
    assert "you begin anew" in done.text
    assert client.get(page.request.path).status_code == 401, "the session is over"
    klass.send("zoe")
    after = klass.person(SUBJECT)
    assert after not in (None, before)
    with klass.session() as session:
        people = session.execute(sa.select(Person.id, Person.erased_at).where(Person.id.in_([before, after])))
        assert {id: bool(erased) for id, erased in people} == {before: True, after: False}


def test_it_is_asked_twice(klass: Class) -> None:
    client, page = ask(klass, "zoe", None)
    first = client.get(page.request.path + "/erase")
    assert "What goes" in first.text
    assert 'name="sure"' not in first.text
    second = client.post(page.request.path + "/erase", data={"token": token_of(first)})
    assert "cannot be undone" in second.text
    assert client.post(page.request.path + "/erase", data={"sure": "1"}).status_code == 400, (
        "without its token"
    )
    assert klass.person(SUBJECT) is not None


def binders(klass: Class) -> dict[str, bool]:
    """Title → whether it can be opened."""
    with klass.session() as session:
        rows = session.execute(sa.select(Binder.title, Binder.trashed_at))
        return {title: trashed is None for title, trashed in rows}


@pytest.mark.parametrize(
    ("who", "ticked", "stays"), [("head", True, False), ("head", False, True), ("morel", True, True)]
)
def test_only_an_administrator_has_used_binders_erased(
    klass: Class, who: str, ticked: bool, stays: bool
) -> None:
    teacher = klass.viewer("morel", Role.INSTRUCTOR)
    with klass.session() as session, session.begin():
        used = session.scalars(sa.select(Binder.id)).one()
        factories.binder(session, teacher, "Brouillons")
    client, page = ask(klass, who, "morel")
    form = client.get(page.request.path + "/erase")
    assert "Brouillons" in form.text
    assert (f'value="{used}"' in form.text) is (who == "head")
    done = erase(client, page, **({"binder": str(used)} if ticked else {}))
    assert done.status_code == 200
    assert "Brouillons" not in binders(klass)
    assert binders(klass).get("Le cycle de l’eau", False) is stays
    with klass.session() as session:
        assert knows(everywhere(session, klass.storage), "Claire Morel") == []
    _, copy = klass.open("lina")
    assert copy.status_code == 200


def test_nonsense_in_a_tick_is_not_there(klass: Class) -> None:
    client, page = ask(klass, "head", "morel")
    form = client.get(page.request.path + "/erase")
    data = {"token": token_of(form), "binder": "x"}
    assert client.post(page.request.path + "/erase", data=data).status_code == 404


def test_an_anonymous_launch_has_nothing_to_show(klass: Class) -> None:
    _, page = klass.open("lina", "en", **ASKED, sub=None)
    assert page.status_code == 403
