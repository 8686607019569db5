"""What is sent after a session's end is kept for its author, shown when they come back, and done only once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from binder import db
from binder.clock import now
from binder.models import Binder, Page, Person
from binder.storage import FileStorage
from lti import kept_forms
from lti.ext import LTI
from lti.models import KeptForm, Launch
from lti.tokens import Author
from tests.keys import PRIVATE_KEY
from tests.lti.arrivals import TEACHER, Platform
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path) -> Flask:
    """A host that only mounts the tool."""
    app = Flask("host")
    app.config.update(SECRET_KEY="tests", LTI_PRIVATE_KEYS=PRIVATE_KEY)
    LTI(engine, storage=FileStorage(tmp_path)).init_app(app)
    return app


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


def token_of(html: str) -> str:
    """The token of the first form."""
    found = re.search(r'name="token" value="([\w-]+)"', html)
    assert found
    return found[1]


def over(engine: sa.Engine) -> None:
    """All sessions end, and are forgotten."""
    with db.writing(engine).begin() as connection:
        connection.execute(sa.delete(Launch))


def titles(engine: sa.Engine) -> list[str]:
    """Of all binders."""
    with Session(engine) as session:
        return list(session.scalars(sa.select(Binder.title)))


def late(app: Flask, platform: Platform, engine: sa.Engine, **fields: str) -> FlaskClient:
    """A teacher whose session ended before they sent a new binder's title."""
    client = app.test_client()
    path = platform.arrive(client, **TEACHER)
    token = token_of(client.get(f"{path}/binders").text)
    over(engine)
    answer = client.post(f"{path}/binders", data={"token": token, "title": "Les volcans", **fields})
    assert answer.status_code == 401
    assert "ce que vous avez écrit est gardé" in answer.text
    assert titles(engine) == []
    return client


def test_what_was_sent_too_late_is_done_when_its_author_comes_back(
    app: Flask, platform: Platform, engine: sa.Engine
) -> None:
    client = late(app, platform, engine)
    path = platform.arrive(client, **TEACHER)
    assert client.get(f"{path}/").location == f"{path}/kept"
    html = client.get(f"{path}/kept").text
    assert "Les volcans" in html
    form = re.search(r'name="kept" value="([\w-]+)"', html)
    assert form
    sent = {"token": token_of(html), "kept": form[1], "title": "Les volcans"}
    assert client.post(f"{path}/binders", data=sent).status_code == 303
    assert titles(engine) == ["Les volcans"]
    assert client.get(f"{path}/").location == f"{path}/binders"


def test_it_stays_kept_while_it_cannot_be_done(app: Flask, platform: Platform, engine: sa.Engine) -> None:
    client = late(app, platform, engine)
    path = platform.arrive(client, **TEACHER)
    html = client.get(f"{path}/kept").text
    form = re.search(r'name="kept" value="([\w-]+)"', html)
    assert form
    refused = client.post(f"{path}/binders", data={"token": token_of(html), "kept": form[1], "title": " "})
    assert refused.status_code == 422
    assert "Les volcans" in client.get(f"{path}/kept").text


def test_its_author_may_throw_it_away_or_leave_it_for_later(
    app: Flask, platform: Platform, engine: sa.Engine
) -> None:
    client = late(app, platform, engine)
    path = platform.arrive(client, **TEACHER)
    assert client.get(f"{path}/?kept=later").location == f"{path}/binders"
    html = client.get(f"{path}/kept").text
    address = re.search(rf'action="({path}/kept/[\w-]+)"', html)
    assert address
    assert client.post(address[1], data={"token": token_of(html)}).location == f"{path}/"
    assert "Il ne reste rien" in client.get(f"{path}/kept").text
    assert titles(engine) == []


def test_nobody_else_sees_it(app: Flask, platform: Platform, engine: sa.Engine) -> None:
    late(app, platform, engine)
    other = app.test_client()
    path = platform.arrive(other, **{**TEACHER, "sub": "somebody-else"})
    assert other.get(f"{path}/").location == f"{path}/binders"
    assert "Les volcans" not in other.get(f"{path}/kept").text
    with Session(engine) as session:
        form = session.scalars(sa.select(KeptForm.id)).one()
    token = token_of(other.get(f"{path}/binders").text)
    assert other.post(f"{path}/kept/{form}", data={"token": token}).status_code == 404
    assert other.post(f"{path}/binders", data={"token": token, "title": "x", "kept": form}).status_code == 303
    with Session(engine) as session:
        assert session.scalars(sa.select(KeptForm.id)).all() == [form]


def test_a_script_is_told_in_its_own_words(app: Flask, platform: Platform, engine: sa.Engine) -> None:
    client = app.test_client()
    path = platform.arrive(client, **TEACHER)
    token = token_of(client.get(f"{path}/binders").text)
    over(engine)
    asked = {"Accept": "application/json"}
    answer = client.post(f"{path}/binders", data={"token": token, "title": "Les volcans"}, headers=asked)
    assert answer.status_code == 401
    assert answer.json is not None
    assert (answer.json["error"], answer.json["kept"]) == ("signed-out", True)
    assert "ce que vous avez écrit est gardé" in answer.json["message"]
    guessed = client.post(f"{path}/binders", data={"token": "x" * 86, "title": "y"}, headers=asked)
    assert guessed.status_code == 401
    assert guessed.json is not None
    assert guessed.json["kept"] is False


def test_a_form_from_an_older_session_of_the_same_person_leads_to_what_they_sent(
    app: Flask, platform: Platform, engine: sa.Engine
) -> None:
    client = app.test_client()
    older = token_of(client.get(f"{platform.arrive(client, **TEACHER)}/binders").text)
    path = platform.arrive(client, **TEACHER)
    answer = client.post(f"{path}/binders", data={"token": older, "title": "Les séismes"})
    assert answer.location == f"{path}/kept"
    assert "Les séismes" in client.get(f"{path}/kept").text
    assert titles(engine) == []


def test_a_strangers_token_keeps_nothing_for_the_person_here(school: School) -> None:
    """Another site's, or another person's form: the page says it is out of date, and shows nothing of it."""
    pupil, teacher = somebody(school, "pupil"), somebody(school, "teacher")
    pupil.open(f"/lti/my/work/{school.ids['free']}")
    teacher.open("/lti/my/binders")
    answer = teacher.client.post("/lti/my/binders", data={"token": pupil.field("token"), "title": "Piège"})
    assert answer.status_code == 400
    assert "Piège" not in teacher.open("/lti/my/kept")
    assert "Piège" in pupil.open("/lti/my/kept")


def test_ticked_answers_are_kept_without_being_shown_as_codes(school: School) -> None:
    pupil = somebody(school, "pupil")
    path = f"/lti/my/work/{school.ids['free']}"
    pupil.open(path)
    revision, token = pupil.field("revision"), pupil.field("token")
    name, value = re.findall(r'name="([\w-]+\.choices)" value="(\w+)"', pupil.html)[0]
    older = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    assert pupil.client.post(path, data={"token": older, "title": "x"}).status_code == 400
    with school.app.test_request_context():
        tool = school.app.extensions["lti"]
        with tool.begin() as session:
            viewer = school.people["pupil"]
            kept_forms.keep(
                session,
                Author(viewer.tenant_id, viewer.person_id or UUID(int=1)),
                screen="save_work",
                values={"assignment": str(school.ids["free"])},
                fields={"revision": [revision], "number": ["1"], "seq": ["0"], name: [value]},
            )
    html = pupil.open("/lti/my/")
    assert "Tes réponses" in html
    assert f">{value}<" not in html
    again: Somebody = pupil
    again.send(path, revision=revision, number="1", seq="0", kept=pupil.field("kept"), **{name: value})
    assert again.status == 200
    assert "Tes réponses" not in pupil.open("/lti/my/kept")


def author(session: Session) -> Author:
    """Somebody."""
    from tests import factories

    school = factories.tenant(session)
    person = factories.viewer(session, school).person_id
    assert person
    return Author(school.id, person)


def test_sending_again_replaces_and_there_is_no_end_of_it_but_fifty(session: Session) -> None:
    whose = author(session)

    def keep(number: int, text: str) -> bool:
        return kept_forms.keep(
            session, whose, screen="change_block", values={"page": str(number)}, fields={"html": [text]}
        )

    for number in range(60):
        assert keep(number, "first")
    assert keep(59, "second")
    rows = session.scalars(sa.select(KeptForm).order_by(KeptForm.kept_at)).all()
    assert [row.values["page"] for row in rows] == [str(number) for number in range(10, 60)]
    assert rows[-1].fields == {"html": ["second"]}


def test_what_nobody_can_have_typed_is_not_kept(session: Session) -> None:
    whose = author(session)
    assert not kept_forms.keep(session, whose, screen="x", values={}, fields={"a": ["b" * 2_000_001]})
    nobody = Author(whose.tenant_id, UUID(int=7))
    assert not kept_forms.keep(session, nobody, screen="x", values={}, fields={"a": ["b"]})


def test_what_nobody_came_back_for_is_forgotten(session: Session) -> None:
    whose = author(session)
    kept_forms.keep(session, whose, screen="x", values={}, fields={"a": ["b\x00"]})
    assert session.scalars(sa.select(KeptForm)).one().fields == {"a": ["b"]}
    assert kept_forms.forget(session) == 0
    assert kept_forms.forget(session, before=now() + timedelta(days=1)) == 1


def test_a_screen_that_is_gone_leaves_the_words_to_copy(school: School) -> None:
    viewer = school.people["teacher"]
    assert viewer.person_id
    with school.app.test_request_context(), school.app.extensions["lti"].begin() as session:
        assert session.get(Person, (viewer.tenant_id, viewer.person_id))
        assert session.scalars(sa.select(Page)).first()
        kept_forms.keep(
            session,
            Author(viewer.tenant_id, viewer.person_id),
            screen="a_vendors_screen",
            values={"page": "7"},
            fields={"text": ["Des mots à copier"]},
        )
    html = somebody(school, "teacher").open("/lti/my/kept")
    assert "Des mots à copier" in html
    assert "Enregistrer maintenant" not in html


def test_what_the_devices_journal_has_saved_is_not_offered_again(school: School) -> None:
    """An open editor that saves by itself comes back: its first saving settles what the server had kept."""
    teacher = somebody(school, "teacher")
    teacher.open(f"/lti/my/pages/{school.ids['draft']}/edit")
    token = teacher.field("token")
    path = f"/lti/my/pages/{school.ids['draft']}/title"
    typed = {"title": "Un titre écrit trop tard", "writer": "w1", "seq": "7"}
    asked = {"Accept": "application/json"}
    pupil = somebody(school, "pupil")
    pupil.client.set_cookie("as", "")
    assert pupil.client.post(path, data={"token": token, **typed}, headers=asked).status_code == 401
    assert "Un titre écrit trop tard" in teacher.open("/lti/my/kept")
    again = {"token": token, **typed, "writer": "w2", "seq": "1"}
    assert teacher.client.post(path, data=again, headers=asked).status_code == 200
    assert "Un titre écrit trop tard" not in teacher.open("/lti/my/kept")


def test_who_may_only_propose_is_led_there(school: School) -> None:
    colleague = somebody(school, "colleague")
    colleague.open(f"/lti/my/pages/{school.ids['page']}/edit")
    assert colleague.status == 200
    assert "Proposer" in colleague.html
