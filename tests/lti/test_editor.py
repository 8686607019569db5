"""What the editor's script is told when it saves, and what its forms do without it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from binder.blocks import digest
from binder.content import composing
from binder.models import Page, Right, Share
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody

JSON = {"Accept": "application/json"}


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path) -> Iterator[School]:
    """A school of the test's own."""
    opened = open_school(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def teacher(school: School) -> Somebody:
    """A teacher in the editor of their page."""
    there = somebody(school, "teacher")
    there.open(f"{path(school)}/edit")
    return there


def path(school: School) -> str:
    """Where the page is read."""
    return f"/lti/my/pages/{school.ids['draft']}"


def blocks(school: School) -> list[dict[str, Any]]:
    """The page's blocks."""
    with school.begin() as session:
        return list(session.scalars(sa.select(Page).where(Page.id == school.ids["draft"])).one().blocks)


def texts(school: School) -> list[dict[str, Any]]:
    """The page's blocks of text."""
    return [block for block in blocks(school) if block["type"] == "text"]


def save(there: Somebody, school: School, block: dict[str, Any], **fields: Any) -> tuple[int, dict[str, Any]]:
    """Save as the script does."""
    token = re.search(r'name="token" value="([\w-]+)"', there.html)
    data = {"token": token[1] if token else "", "base": digest(block), "writer": "tab", "seq": 1, **fields}
    answer = there.client.post(f"{path(school)}/blocks/{block['id']}", data=data, headers=JSON)
    return answer.status_code, answer.get_json()


def test_a_saving_is_acknowledged_with_all_that_the_page_then_shows(
    teacher: Somebody, school: School
) -> None:
    status, answer = save(teacher, school, texts(school)[0], html="Un\n\nDeux")
    (saved,) = [block for block in texts(school) if block["html"] == "<p>Un</p><p>Deux</p>"]
    assert status == 200
    assert (answer["digest"], answer["seq"]) == (digest(saved), 1)
    assert answer["html"] == "<p>Un</p><p>Deux</p>"
    assert re.fullmatch(r"Enregistré à \d\d h \d\d", answer["saved"].replace("\u00a0", " "))
    assert answer["others"] == ""


def test_what_somebody_else_has_saved_meanwhile_comes_with_what_is_different(
    teacher: Somebody, school: School
) -> None:
    block = texts(school)[0]
    save(teacher, school, block, html="<p>La pluie tombe.</p>", writer="other tab")
    status, answer = save(teacher, school, block, html="<p>La neige tombe.</p>")
    assert (status, answer["error"]) == (409, "conflict")
    assert answer["fields"]["html"] == answer["html"] == "<p>La pluie tombe.</p>"
    assert "<ins" in answer["difference"]
    assert "neige" in answer["difference"]
    status, _ = save(teacher, school, block, html="<p>La neige tombe.</p>", base=answer["digest"])
    assert status == 200


def test_messages_of_what_is_refused_name_their_fields(teacher: Somebody, school: School) -> None:
    status, answer = save(teacher, school, texts(school)[0], html="<p>x</p>", hidden_until="demain")
    assert (status, answer["error"]) == (422, "invalid")
    assert [problem["field"] for problem in answer["problems"]] == ["hidden_until"]
    token = teacher.field("token")
    refused = teacher.client.post(f"{path(school)}/title", data={"token": token, "title": " "}, headers=JSON)
    assert refused.status_code == 422


def test_a_session_that_is_over_is_told_as_such(teacher: Somebody, school: School) -> None:
    block = texts(school)[0]
    teacher.client.delete_cookie("as")
    status, answer = save(teacher, school, block, html="<p>Gardé</p>")
    assert (status, answer["error"], answer["kept"]) == (401, "signed-out", True)


def test_the_title_has_its_turn_like_a_block(teacher: Somebody, school: School) -> None:
    with school.begin() as session:
        base = digest(
            {"title": session.scalars(sa.select(Page.title).where(Page.id == school.ids["draft"])).one()}
        )
    token = teacher.field("token")

    def rename(title: str, writer: str, seq: int, base: str) -> Any:
        data = {"token": token, "title": title, "writer": writer, "seq": seq, "base": base}
        return teacher.client.post(f"{path(school)}/title", data=data, headers=JSON)

    first = rename("Un", "a", 1, base)
    assert first.status_code == 200
    assert rename("Zéro", "a", 1, base).get_json()["digest"] == first.get_json()["digest"]
    other = rename("Deux", "b", 1, base)
    assert (other.status_code, other.get_json()["fields"]) == (409, {"title": "Un"})
    assert rename("Deux", "b", 2, other.get_json()["digest"]).status_code == 200


def test_who_else_is_writing_is_said(teacher: Somebody, school: School) -> None:
    colleague = school.people["newcomer"]
    with school.begin() as session:
        page = session.scalars(sa.select(Page).where(Page.id == school.ids["draft"])).one()
        session.add(
            Share(
                tenant_id=page.tenant_id,
                binder_id=page.binder_id,
                person_id=colleague.person_id,
                right=Right.EDIT,
            )
        )
        session.flush()
        composing.add_block(session, colleague, page.id, {"type": "heading", "text": "De Paul"})
    assert "Paul Nouveau modifie cette page en ce moment." in teacher.open(f"{path(school)}/edit")
    _, answer = save(teacher, school, texts(school)[0], html="<p>x</p>")
    assert answer["others"] == "Paul Nouveau modifie cette page en ce moment."


def test_a_removed_block_comes_back_as_it_was_and_only_if_it_is_one(
    teacher: Somebody, school: School
) -> None:
    before = blocks(school)
    html = teacher.send(f"{path(school)}/blocks/{before[1]['id']}", action="remove")
    assert "Bloc supprimé" in html
    assert blocks(school) == [before[0], *before[2:]]
    teacher.send(f"{path(school)}/back", block=json.dumps(before[1]), place="2")
    assert blocks(school) == before
    for block, status in (("", 422), ("[]", 422), ('{"type": "spell", "id": "a"}', 422)):
        teacher.open(f"{path(school)}/edit")
        teacher.send(f"{path(school)}/back", block=block, place="1")
        assert teacher.status == status
    assert blocks(school) == before


def test_a_block_goes_to_a_place_is_duplicated_and_may_be_the_first(
    teacher: Somebody, school: School
) -> None:
    before = [block["id"] for block in blocks(school)]
    teacher.send(f"{path(school)}/blocks/{before[0]}", action="move", place="2")
    assert [block["id"] for block in blocks(school)][:2] == [before[1], before[0]]
    teacher.send(f"{path(school)}/blocks/{before[0]}", action="duplicate")
    assert len(blocks(school)) == len(before) + 1
    teacher.send(f"{path(school)}/blocks", type="divider", after="-")
    assert blocks(school)[0]["type"] == "divider"
