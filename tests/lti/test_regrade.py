"""Answers of the class and marking a question anew, by the buttons, in French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from binder.access import Viewer
from binder.attempts import submitting
from binder.content import authoring, composing
from binder.giving import assigning
from binder.marks import grading
from binder.models import Attempt, Page, Regrade
from lti.views.teaching import regrade
from tests import factories
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody

assert regrade.__all__, "importing them registers the screens"
WORD = {
    "title": "L’eau devient vapeur",
    "points": "2",
    "body": {"prompt": "<p>Comment s’appelle ce passage ?</p>"},
    "key": {"accepted": [{"text": "évaporation"}]},
}


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A class that has handed in a page with a choice and a word."""
    opened = open_school(sqlite_template, tmp_path)
    with opened.begin() as session:
        teacher = opened.people["teacher"]
        binder = factories.binder(session, teacher, "Sciences")
        page, choice = factories.page_with_choice(session, teacher, binder)
        word = authoring.save_activity(session, teacher, binder.id, WORD, type="short_answer")
        composing.add_block(session, teacher, page.id, {"type": "activity", "activity": str(word.id)})
        given = assigning.give(session, teacher, page.id)
        opened.ids |= {"words": given.id, "word": word.id, "choice": choice.id, "sciences": page.id}
        revision = submitting.published(session, session.get_one(Page, (teacher.tenant_id, page.id)))
        said = (
            ("pupil", "aaaa", "vaporisation"),
            ("pupil2", "cccc", "Vaporisation"),
            ("pupil3", "bbbb", "fusion"),
        )
        for name, option, text in said:
            pupil: Viewer = opened.people[name]
            answers = {str(choice.id): {"choices": [option]}, str(word.id): {"text": text}}
            submitting.hand_in(session, pupil, given.id, revision.id, answers, number=1, seq=0)
        marked = session.scalars(
            sa.select(Attempt).where(
                Attempt.assignment_id == given.id, Attempt.person_id == opened.people["pupil2"].person_id
            )
        ).one()
        grading.review(session, teacher, marked.id, score_given=Fraction(1))
    yield opened
    opened.close()


def answers(school: School) -> str:
    return f"/lti/my/given/{school.ids['words']}/answers"


def press(teacher: Somebody, label: str, *, number: int = 0) -> str:
    """Press a button of a form that leads to a preview."""
    forms = re.findall(r'<form method="get" action="([^"]+)">(.*?)</form>', teacher.html, re.DOTALL)
    found = [
        (action, inside)
        for action, inside in forms
        if re.search(rf"<button[^>]*>{re.escape(label)}<", inside)
    ]
    assert len(found) > number, f"no button {label}"
    action, inside = found[number]
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', inside)}
    return teacher.open(f"{action}?{urlencode(fields)}")


def do(teacher: Somebody, path: str, **more: str) -> str:
    """Send the preview's form, with its hidden fields and the tick."""
    fields = {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', teacher.html)
        if name != "token"
    }
    return teacher.send(path, **{"keep": "1", **fields, **more})


def test_accepting_an_answer_by_the_buttons(school: School) -> None:
    teacher = somebody(school, "teacher")
    html = teacher.open(answers(school))
    assert teacher.status == 200
    assert "Réponses de la classe" in html
    row = re.search(
        r'<th scope="row"><span lang="fr">[Vv]aporisation</span></th>\s*<td[^>]*>(.*?)</td>', html
    )
    assert row is not None
    assert "2" in row[1]
    assert "3 copies : une moyenne s’affiche à partir de 5." in html
    html = press(teacher, "Accepter", number=2)
    assert "Cette réponse vaudra tous les points" in html
    assert "rien n’est encore fait" in html
    assert "Nouvelle note" in html
    assert "Elle a été mise à la main." in html
    assert "1 copie ne change pas." in html
    assert "Appliquer : 1 copie change" in html
    path = f"{answers(school)}/{school.ids['word']}"
    html = do(teacher, path, reason="Le livre le dit")
    assert "1 copie change de note, 1 garde la sienne" in html
    assert "<q>Le livre le dit</q>" in html
    assert "Claire Morel" in html
    with school.begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Regrade)) == 1


def test_a_second_click_says_that_it_is_done(school: School) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(answers(school))
    press(teacher, "Donner tous les points", number=1)
    path = f"{answers(school)}/{school.ids['word']}"
    token = teacher.field("token")
    assert "2 copies changent de note" in do(teacher, path) or "1 copie change de note" in teacher.html
    assert "Tous les points à ceux qui ont répondu" in teacher.html
    teacher.client.post(path, data={"token": token, "kind": "full", "keep": "1"})
    html = teacher.open(f"{answers(school)}?done=nothing")
    assert "c’est déjà fait" in html
    assert html.count("tous les points à ceux qui ont répondu") == 1


def test_half_the_points(school: School) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(answers(school))
    assert "la moitié des points" in press(teacher, "Accepter à moitié", number=1)
    assert "à moitié" in do(teacher, f"{answers(school)}/{school.ids['word']}")


def test_neutralising_and_back(school: School) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(answers(school))
    html = press(teacher, "Ne plus compter cette question")
    assert "Elle serait plus basse" in html
    assert "Ne compte plus" in do(teacher, f"{answers(school)}/{school.ids['choice']}")
    press(teacher, "La compter de nouveau comme avant")
    html = do(teacher, f"{answers(school)}/{school.ids['choice']}")
    assert "compte de nouveau comme avant" in html
    assert '<span class="chip closed">Ne compte plus</span>' not in html


def test_a_new_key_is_offered_and_used(school: School) -> None:
    teacher = somebody(school, "teacher")
    assert "Le corrigé de cette question a changé" not in teacher.open(answers(school))
    link = re.search(r'href="([^"]*activity\?activity=[^"]*)">Changer le corrigé', teacher.html)
    assert link is not None
    assert teacher.client.get(unescape(link[1])).status_code == 200
    data = factories.choice()
    data["key"]["correct"] = ["cccc"]
    with school.begin() as session:
        page = session.get_one(Page, (school.people["teacher"].tenant_id, school.ids["sciences"]))
        authoring.save_activity(
            session, school.people["teacher"], page.binder_id, data, activity_id=school.ids["choice"]
        )
    assert "Le corrigé de cette question a changé" in teacher.open(answers(school))
    press(teacher, "Utiliser le nouveau corrigé pour les copies rendues")
    assert "Elle serait plus basse" in teacher.html
    html = do(teacher, f"{answers(school)}/{school.ids['choice']}")
    assert "nouveau corrigé" in html
    assert "Le corrigé de cette question a changé" not in html


def test_lowering_when_the_tick_is_taken_away(school: School) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(answers(school))
    press(teacher, "Ne plus compter cette question")
    path = f"{answers(school)}/{school.ids['choice']}"
    html = teacher.send(path, kind="neutralise")
    assert "garde la sienne" in html, "the one that was set by hand"
    with school.begin() as session:
        assert session.scalars(sa.select(Regrade)).one().detail["lower"] is True


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=accept&response=[]", 422),
        ("kind=accept&response={", 422),
        ("kind=accept&response=" + "[" * 3000, 422),
        ('kind=accept&response={"text":1}', 422),
        ('kind=accept&response={"text":"a"}&fraction=7', 422),
        ('kind=accept&response={"text":"a"}&fraction=x', 422),
        ("kind=other", 404),
        ("", 404),
    ],
)
def test_what_a_browser_can_send(school: School, query: str, status: int) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(f"{answers(school)}/{school.ids['word']}?{query}")
    assert teacher.status == status


def test_too_long_a_reason_is_said_and_kept(school: School) -> None:
    teacher = somebody(school, "teacher")
    teacher.open(answers(school))
    press(teacher, "Donner tous les points")
    html = do(teacher, f"{answers(school)}/{school.ids['choice']}", reason="x" * 501)
    assert teacher.status == 422
    assert "500 caractères au plus" in html
    assert "x" * 501 in html


@pytest.mark.parametrize("who", ["pupil", "parent", "head", "colleague", "stranger"])
def test_only_the_teacher_of_the_class_sees_it(school: School, who: str) -> None:
    other = somebody(school, who)
    for path in ("", f"/{school.ids['word']}?kind=full"):
        other.open(answers(school) + path)
        assert other.status in (403, 404)


def test_a_teacher_who_is_no_author_may_accept_but_not_change_the_key(school: School) -> None:
    other = somebody(school, "newcomer")
    html = other.open(answers(school))
    assert other.status == 200
    assert "Changer le corrigé" not in html
    assert "Nouvelle note" in press(other, "Accepter")


def test_nothing_handed_in(school: School) -> None:
    teacher = somebody(school, "teacher")
    html = teacher.open(f"/lti/my/given/{school.ids['later']}/answers")
    assert "Personne n’a encore rendu" in html or teacher.status == 200


def test_changing_the_key_leads_back_to_the_answers(school: School) -> None:
    """Also over a try, a refusal and a change of mind."""
    teacher = somebody(school, "teacher")
    html = teacher.open(answers(school))
    links = [unescape(link) for link in re.findall(r'href="(/lti/my/pages/[^"]+/activity\?[^"]+)"', html)]
    link = next(one for one in links if str(school.ids["word"]) in one)
    html = teacher.open(link)
    assert f'href="{answers(school)}">Revenir sans enregistrer' in html
    path, fields = (
        link.partition("?")[0],
        {
            "activity": str(school.ids["word"]),
            "type": "short_answer",
            "title": "L’eau devient vapeur",
            "prompt": "Comment s’appelle ce passage ?",
            "accepted": ["vaporisation"],
            "accepted_fraction": ["1"],
            "points": "2",
        },
    )
    came_from = teacher.field("from")
    html = teacher.send(path, **{**fields, "title": ""}, **{"from": came_from})
    assert teacher.status == 422
    assert teacher.field("from") == came_from
    html = teacher.send(path, **fields, **{"from": came_from})
    assert teacher.status == 200
    assert "Réponses de la classe" in html
    assert re.search(
        r'<div class="note warn" role="status"[^>]*data-focus><p>Le corrigé de cette question', html
    )
    press(teacher, "Utiliser le nouveau corrigé pour les copies rendues")
    assert teacher.status == 200
    assert "rien n’est encore fait" in teacher.html


@pytest.mark.parametrize("odd", ["https://elsewhere.example/", "//elsewhere.example", "x" * 500, "0" * 36])
def test_a_form_leads_nowhere_else(school: School, odd: str) -> None:
    teacher = somebody(school, "teacher")
    path = f"/lti/my/pages/{school.ids['sciences']}/activity"
    html = teacher.open(f"{path}?{urlencode({'activity': school.ids['word'], 'from': odd})}")
    assert teacher.status == 200
    assert f'href="/lti/my/pages/{school.ids["sciences"]}/edit">Revenir sans enregistrer' in html
