"""A question's form without scripts: paste, count, try, turn into another type; what is not saved is stored nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.activities import activities, numeric, order, short_answer
from binder.content import authoring, composing
from binder.db import Base
from binder.models import Activity, ActivityVersion, Page
from binder.vocabularies import SUBJECTS as SUBJECT_TERMS
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def teacher(school: School) -> Somebody:
    """The teacher, at the form of a new choice."""
    teacher = somebody(school, "teacher")
    teacher.open(form(school) + "?type=choice")
    return teacher


def form(school: School) -> str:
    return f"/lti/my/pages/{school.ids['page']}/activity"


def typed(**changes: Any) -> dict[str, Any]:
    """A multiple choice as a teacher types it."""
    return {
        "type": "choice",
        "title": "L’eau solide",
        "prompt": "Où l’eau est-elle solide ?",
        "option": ["un glacier", "la grêle", "un nuage", "un lac"],
        "option_id": ["a", "b", "c", "d"],
        "correct": ["0", "1"],
        "multiple": "1",
        "points": "2",
        "mode": "right_minus_wrong",
        **changes,
    }


def rows(school: School) -> dict[str, int]:
    """How many rows each table has."""
    with school.engine.connect() as connection:
        tables = {table.name: table for table in Base.metadata.tables.values()}
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in tables.items()
        }


def cells(html: str) -> dict[str, list[str]]:
    """Answer → points, of the table in the form."""
    table = re.search(r'<table class="worth">(.*?)</table>', html, re.DOTALL)
    assert table
    found = re.findall(r'<th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', table[1], re.DOTALL)
    return {answer: re.findall(r"<td[^>]*>(.*?)</td>", rest) for answer, rest in found}


def options(html: str) -> list[str]:
    return re.findall(r'name="option" value="([^"]+)"', html)


def test_a_pasted_list_becomes_rows(school: School, teacher: Somebody) -> None:
    html = teacher.send(
        form(school),
        **typed(option=["un glacier"], option_id=["a"], correct=["0"]),
        pasted="* la grêle\n\n- un nuage\n3. une flaque\n=la <b>banquise</b>\nla grêle",
        action="paste",
    )
    assert teacher.status == 200
    assert options(html)[:4] == ["un glacier", "la grêle", "un nuage", "une flaque"]
    assert "la <b>" not in html
    assert "banquise" in html
    assert len(re.findall(r'name="correct" value="\d" checked', html)) == 3
    assert 'name="title" required maxlength="255" value="L’eau solide"' in html


def test_the_table_shows_every_way_of_counting_for_the_teacher_s_own_options(
    school: School, teacher: Somebody
) -> None:
    """The table of question-types.md 3.2, times two points."""
    html = teacher.send(form(school), **typed(), action="table")
    assert cells(html) == {
        "un glacier + la grêle": ["2", "2", "2", "2", "2", "2"],
        "un glacier": ["1", "0", "1", "1,5", "1", "1"],
        "un glacier + la grêle + un nuage": ["1", "0", "1", "1,5", "1", "1,33"],
        "un glacier + un nuage": ["0", "0", "0", "1", "1", "0,67"],
        "un glacier + la grêle + un nuage + un lac": ["0", "0", "0", "1", "0", "1"],
        "un nuage": ["0", "0", "0", "0,5", "0", "0"],
        "Pas de réponse": ["0", "0", "0", "0", "0", "0"],
    }


def test_a_single_choice_has_one_column(school: School, teacher: Somebody) -> None:
    fields = typed(correct=["0"], option_part=["", "1/2", "", ""], points="3")
    fields.pop("multiple")
    html = teacher.send(form(school), **fields, action="table")
    assert cells(html) == {"un glacier": ["3"], "la grêle": ["1,5"], "un nuage": ["0"], "un lac": ["0"]}


def test_the_table_waits_until_the_question_is_complete(school: School, teacher: Somebody) -> None:
    html = teacher.send(form(school), **typed(correct=[]), action="table")
    assert teacher.status == 422
    assert "un glacier" in options(html)
    answer = teacher.client.post(
        "/lti/my/questions/points", data={"token": teacher.field("token"), **typed(correct=[])}
    )
    assert (answer.status_code, answer.json) == (200, {"html": ""})


def test_the_script_gets_the_same_table(school: School, teacher: Somebody) -> None:
    token = teacher.field("token")
    answer = teacher.client.post("/lti/my/questions/points", data={"token": token, "lang": "fr", **typed()})
    assert answer.json
    assert cells(answer.json["html"])["un glacier"] == ["1", "0", "1", "1,5", "1", "1"]
    for who in ("pupil", "parent"):
        other = somebody(school, who)
        other.open("/lti/my/work")
        stranger = other.client.post("/lti/my/questions/points", data=typed())
        assert stranger.status_code in (400, 403, 409)


def test_trying_a_question_stores_nothing_at_all(school: School, teacher: Somebody) -> None:
    before = rows(school)
    html = teacher.send(form(school), **typed(), action="try")
    assert 'name="trial.choices"' in html
    seed = teacher.field("trial_seed")
    html = teacher.send(
        form(school), **typed(), trial_seed=seed, **{"trial.choices": ["a", "c"]}, action="check"
    )
    assert "0 sur 2" in html
    assert "choisie" in html
    assert options(html)[0] == "un glacier", "what was typed is still there"
    html = teacher.send(
        form(school), **typed(), trial_seed=seed, **{"trial.choices": ["a", "b"]}, action="check"
    )
    assert "2 sur 2" in html
    assert rows(school) == before


def test_trying_a_page_stores_nothing_at_all(school: School, teacher: Somebody) -> None:
    path = f"/lti/my/pages/{school.ids['page']}/try"
    before = rows(school)
    html = teacher.open(path)
    fields = {name: [] for name in re.findall(r'name="([0-9a-f-]{36}\.choices)"', html)}
    assert fields
    tenant = school.people["teacher"].tenant_id
    with Session(school.engine) as session:
        for name in fields:
            activity = session.get_one(Activity, (tenant, UUID(name.partition(".")[0])))
            fields[name] = activity.current.key["correct"]
    html = teacher.send(path, seed=teacher.field("seed"), **fields)
    assert "Points pour ces réponses" in html
    assert html.count("Juste") >= len(fields)
    assert rows(school) == before


def test_one_question_of_a_page_is_tried_alone(school: School, teacher: Somebody) -> None:
    name = school.ids["activity"]
    html = teacher.open(f"/lti/my/pages/{school.ids['page']}/try?activity={name}")
    assert set(re.findall(r'name="([0-9a-f-]{36})\.', html)) == {str(name)}


def test_a_draw_is_tried_as_one_learner_gets_it(school: School, teacher: Somebody) -> None:
    page = school.ids["draft"]
    with school.begin() as session:
        own = session.get_one(Page, (school.people["teacher"].tenant_id, page))
        names = [str(one.id) for one in own.binder.activities][:3]
        composing.add_block(
            session, school.people["teacher"], page, {"type": "draw", "activities": names, "count": 1}
        )
    html = teacher.open(f"/lti/my/pages/{page}/try")
    shown = {name for name in names if f'id="{name}"' in html}
    assert len(shown) >= 1
    assert "tirées au sort" not in html
    seed = teacher.field("seed")
    again = teacher.send(f"/lti/my/pages/{page}/try", seed=seed)
    assert {name for name in names if f'id="{name}"' in again} == shown


def test_a_question_is_turned_into_another_type_and_stored_only_when_saved(
    school: School, teacher: Somebody
) -> None:
    tenant, name = school.people["teacher"].tenant_id, school.ids["activity"]
    path = form(school)
    html = teacher.open(f"{path}?activity={name}")
    before = rows(school)
    html = teacher.send(
        path,
        **typed(feedback="x", option_feedback=["Oui.", "", "", ""]),
        activity=str(name),
        transform_to=order.Order.name,
        action="transform",
    )
    assert teacher.status == 200
    assert 'name="type" value="order"' in html
    assert "Pas encore enregistré" in html
    assert "le choix des réponses justes" in html
    assert re.findall(r'name="item" value="([^"]+)"', html)[:2] == ["un glacier", "la grêle"]
    assert rows(school) == before
    items = re.findall(r'name="item_id" value="([^"]*)"', html)
    html = teacher.send(
        path,
        activity=str(name),
        type="order",
        title="De la neige au lac",
        prompt="Remets en ordre.",
        item=["un glacier", "la grêle", "un nuage", "un lac"],
        item_id=items[:4],
        place=["1", "2", "3", "4"],
        points="2",
        action="save",
    )
    assert teacher.status == 200
    with Session(school.engine) as session:
        activity = session.get_one(Activity, (tenant, name))
        versions = session.scalars(
            sa.select(ActivityVersion.type)
            .where(ActivityVersion.activity_id == name)
            .order_by(ActivityVersion.number)
        ).all()
    assert activity.type == "order"
    assert (versions[0], versions[-1]) == ("choice", "order")


@pytest.mark.parametrize("to", ["numeric", "choice", "nothing", ""])
def test_there_is_no_way_to_every_type(school: School, teacher: Somebody, to: str) -> None:
    html = teacher.send(form(school), **typed(), transform_to=to, action="transform")
    assert teacher.status == 422
    assert "ne peut pas prendre cette forme" in html
    assert options(html)[0] == "un glacier"


def test_what_a_device_kept_comes_back_into_the_form(school: School, teacher: Somebody) -> None:
    before = rows(school)
    html = teacher.send(
        form(school), **typed(option=["un", "deux", "trois", "quatre", "cinq", "six"]), action="back"
    )
    assert options(html) == ["un", "deux", "trois", "quatre", "cinq", "six"]
    assert "data-dirty" in html
    assert rows(school) == before


def test_the_steps_lead_from_screen_to_screen(school: School, teacher: Somebody) -> None:
    page = f"/lti/my/pages/{school.ids['page']}"
    for path in (f"{page}/questions", f"{page}/activity", f"{page}/activity/new", f"{page}/try"):
        html = teacher.open(path)
        steps = re.search(r'<nav class="steps".*?</nav>', html, re.DOTALL)
        assert steps, path
        assert f'href="{page}/questions"' in steps[0]
        assert f'href="{page}/give' in steps[0]
    assert 'aria-current="step"' in teacher.open(f"{page}/questions")


@pytest.mark.parametrize("action", ["table", "try", "check", "probe", "transform", "paste", "more", "back"])
def test_nothing_that_a_browser_sends_breaks_the_form(school: School, teacher: Somebody, action: str) -> None:
    for fields in (
        {},
        {"type": "nothing", "points": "1/0", "trial.choices": "x" * 5000},
        typed(points="9" * 30, pasted="\x00" * 100 + "a\tb\n" * 10_000, probe_text="\ufffe\x0bx"),
        typed(mode="none", option=["\x01"] * 300),
        typed(**{"trial.choices": ["a"] * 500}),
    ):
        teacher.open(form(school))
        teacher.send(form(school), **fields, action=action)
        assert teacher.status in (200, 422), fields


TRIED: dict[str, tuple[dict[str, Any], list[tuple[str, str, str]]]] = {
    "short_answer": (
        {"accepted": ["été"], "accepted_fraction": ["1"], "accents": "half", "points": "2"},
        [
            ("été", "correct", "2"),
            ("ETE", "partial", "1"),
            ("hiver", "incorrect", "0"),
            (" ", "unanswered", "0"),
        ],
    ),
    "numeric": (
        {
            "accepted_value": ["3,5"],
            "accepted_kind": ["abs"],
            "accepted_margin": ["0,1"],
            "answer_lang": "fr",
        },
        [("3,55", "correct", "1"), ("4", "incorrect", "0"), ("trois", "unanswered", "0")],
    ),
}


@pytest.mark.parametrize("kind", TRIED)
def test_an_answer_in_the_box_gets_its_price(school: School, teacher: Somebody, kind: str) -> None:
    assert kind in activities, (numeric, short_answer)
    own, tries = TRIED[kind]
    before, token = rows(school), teacher.field("token")
    fields = {"type": kind, "title": "T", "prompt": "Quoi ?", "lang": "fr", **own}
    for text, state, points in tries:
        answer = teacher.client.post(
            "/lti/my/questions/try", data={"token": token, **fields, "probe_text": text}
        )
        assert answer.json
        assert (answer.json["state"], answer.json["points"]) == (state, points), text
    html = teacher.send(form(school), **fields, probe_text=tries[0][0], action="probe")
    assert "Juste" in html
    assert rows(school) == before


def test_the_box_is_for_authors_and_for_types_that_have_one(school: School, teacher: Somebody) -> None:
    token = teacher.field("token")
    data = {"token": token, "probe_text": "x", **typed()}
    assert teacher.client.post("/lti/my/questions/try", data=data).status_code == 404
    incomplete = teacher.client.post(
        "/lti/my/questions/try", data={"token": token, "type": "short_answer", "probe_text": "x"}
    )
    assert incomplete.status_code == 422
    assert incomplete.json
    assert incomplete.json["errors"]
    pupil = somebody(school, "pupil")
    pupil.open(f"/lti/my/work/{school.ids['free']}")
    stranger = pupil.client.post("/lti/my/questions/try", data={**data, "token": pupil.field("token")})
    assert stranger.status_code == 403


SUBJECTS = {
    "français": "require",
    "anglais": "require",
    "Langues et cultures de l’Antiquité": "require",
    "": "require",
    "un atelier": "require",
    "histoire et géographie": "half",
    "Philosophie": "half",
    "SVT": "ignore",
    "mathématiques": "ignore",
}


@pytest.mark.parametrize("kind", ["short_answer", "cloze"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_accents_count_as_is_usual_in_the_binder_s_subject(
    school: School, teacher: Somebody, kind: str, subject: str
) -> None:
    with school.begin() as session:
        binder = session.get_one(Page, (school.people["teacher"].tenant_id, school.ids["page"])).binder
        binder.subject = SUBJECT_TERMS.value(subject)
    html = teacher.open(f"{form(school)}?type={kind}")
    assert re.findall(r'name="accents" value="(\w+)" checked', html) == [SUBJECTS[subject]]
    assert ("Choisi d’après la matière" in html) is bool(subject)
    html = teacher.send(form(school), type=kind, title="T", accents="half", action="more")
    assert re.findall(r'name="accents" value="(\w+)" checked', html) == ["half"], "what one has chosen stays"


def test_a_question_that_was_saved_keeps_its_accents(school: School, teacher: Somebody) -> None:
    tenant = school.people["teacher"].tenant_id
    with school.begin() as session:
        binder = session.get_one(Page, (tenant, school.ids["page"])).binder
        binder.subject = SUBJECT_TERMS.value("mathématiques")
        made = authoring.save_activity(
            session,
            school.people["teacher"],
            binder.id,
            {"title": "T", "body": {"prompt": "<p>Q</p>"}, "key": {"accepted": [{"text": "été"}]}},
            type="short_answer",
        )
    html = teacher.open(f"{form(school)}?activity={made.id}")
    assert re.findall(r'name="accents" value="(\w+)" checked', html) == ["require"]
