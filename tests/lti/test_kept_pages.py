"""A page that was given is quick to show, and still always the right one, in the right language, to the right school."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import pytest
import sqlalchemy as sa
from jinja2 import DictLoader

from binder.content import authoring, composing
from binder.models import Assignment, Page
from lti.views import rendering
from tests.lti.school import School, open_school

MOST_QUERIES = 1
"""The launch, where there is one, is one more."""


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


def look(school: School, path: str, who: str = "pupil2", lang: str = "fr") -> str:
    """A screen as somebody sees it."""
    headers = {"Cookie": f"as={who}; lang={lang}"}
    answer = school.app.test_client(use_cookies=False).get(f"/lti/my/{path}", headers=headers)
    assert answer.status_code == 200
    return answer.text


def given(school: School, name: str = "late") -> str:
    return f"work/{school.ids[name]}"


def page_of(session: Any, school: School, name: str = "late") -> Page:
    tenant: UUID = school.people["teacher"].tenant_id
    page: Page = session.get_one(Assignment, (tenant, school.ids[name])).page
    return page


def test_a_page_is_shown_in_few_queries(school: School) -> None:
    look(school, given(school))
    sent: list[str] = []
    sa.event.listen(school.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    look(school, given(school))
    assert len([statement for statement in sent if statement != "BEGIN"]) <= MOST_QUERIES


def test_a_page_published_anew_is_shown_anew(school: School) -> None:
    before = look(school, given(school))
    with school.begin() as session:
        page, teacher = page_of(session, school), school.people["teacher"]
        composing.add_block(session, teacher, page.id, {"type": "text", "html": "<p>Nouveau !</p>"})
    assert look(school, given(school)) == before
    with school.begin() as session:
        authoring.publish(session, teacher, page_of(session, school).id)
    assert "<p>Nouveau !</p>" in look(school, given(school))


def test_a_kept_page_carries_nothing_of_who_looked_first(school: School) -> None:
    texts = {who: look(school, given(school), who) for who in ("pupil", "pupil2", "teacher", "pupil")}
    assert texts["pupil"] == look(school, given(school), "pupil")
    tokens = {text.split('name="token" value="')[1][:64] for who, text in texts.items() if who != "teacher"}
    assert len(tokens) == 2
    assert all("/my/" not in html for kept in rendering._kept._values.values() for html in kept.values())


def test_two_languages_never_mix(school: School) -> None:
    for _ in range(2):
        french, english = (look(school, given(school), lang=lang) for lang in ("fr", "en"))
        assert 'aria-label="Vous êtes ici"' in french
        assert 'aria-label="You are here"' in english
        assert "Question 1" in english
        assert "You are here" not in french
        assert "Vous êtes ici" not in english


def test_two_schools_never_mix(school: School, sqlite_template: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = open_school(sqlite_template, tmp_path / "other")
    try:
        with other.begin() as session:
            page, teacher = page_of(session, other), other.people["teacher"]
            composing.add_block(session, teacher, page.id, {"type": "text", "html": "<p>Chez eux</p>"})
            authoring.publish(session, teacher, page.id)
        assert "<p>Chez eux</p>" in look(other, given(other))
        assert "<p>Chez eux</p>" not in look(school, given(school))
    finally:
        other.close()


SCREENS = (
    ("pupil", "work/{marked}"),
    ("teacher", "copies/{copy}"),
    ("parent", "family/{child}/work/{marked}"),
)


@pytest.mark.parametrize(("who", "path"), SCREENS, ids=[who for who, _ in SCREENS])
def test_files_are_found_from_every_screen_that_shows_the_page(school: School, who: str, path: str) -> None:
    path = path.format(**school.ids)
    sources = re.findall(r' (?:src|href)="(\.\./[^"]+)"', look(school, path, who))
    assert sources
    for source in sources:
        target = urljoin(f"/lti/my/{path}", source)
        with school.app.test_client(use_cookies=False) as client:
            answer = client.get(target, headers={"Cookie": f"as={who}"}, buffered=True)
            assert answer.status_code == 200, target


def test_a_hosts_templates_and_words_have_their_place(sqlite_template: Path, tmp_path: Path) -> None:
    school = open_school(sqlite_template, tmp_path)
    try:
        school.app.context_processor(lambda: {"_": lambda text: "HOST", "motto": "Liberté"})
        own = '{% extends "lti/base.html" %}{% import "lti/parts.html" as parts with context %}'
        own += '{% block main %}{{ motto }} {{ url_for("lti.work_list", launch=none) }} '
        own += '{{ _("My work") }} {{ parts.points(2) }}{% endblock %}'
        school.app.jinja_loader = DictLoader({"lti/work_list.html": own})  # type: ignore[misc]
        text = look(school, "work")
        assert "Liberté /lti/my/work Mon travail 2 points" in text
        assert "HOST" not in text
    finally:
        school.close()


def test_a_block_whose_activity_is_gone_leaves_the_page_whole() -> None:
    shown = rendering.Shown("fr", {}, {}, "preview")
    blocks = [
        {"id": "a", "type": "activity", "activity": "0"},
        {"id": "b", "type": "heading", "level": 2, "text": "Encore là"},
    ]
    assert "Encore là" in shown.html(blocks)
