"""A random draw: the same for one attempt at each loading, fair among many, and copied with all that may be drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy.orm import Session

from binder.blocks import FileView, blocks, load_block
from binder.blocks.draw import drawn
from binder.content import authoring, composing, contents, copying
from binder.errors import Invalid
from binder.models import Page
from binder.publication.revisions import versions_of
from tests import factories
from tests.binder.conftest import School

NAMES = [str(uuid4()) for _ in range(5)]


@dataclass
class Known:
    """A rendering that knows some activities."""

    names: list[str]
    lang: str = "fr"
    embed_hosts: list[str] = field(default_factory=list)

    def activity(self, name: str) -> Markup:
        return Markup("<p>{}</p>").format(self.names.index(name)) if name in self.names else Markup("")

    def file(self, resource_id: str) -> FileView | None:
        return None

    def page(self, page_id: str) -> str | None:
        return None


def draw(count: int = 2, names: list[str] | None = None, **more: Any) -> dict[str, Any]:
    return load_block(
        {"id": "d1", "type": "draw", "activities": NAMES if names is None else names, "count": count, **more}
    )


@given(seed=st.text(max_size=40), count=st.integers(1, 100))
def test_a_draw_is_so_many_of_them_in_the_author_s_order(seed: str, count: int) -> None:
    found = drawn(draw(count), seed)
    assert found == drawn(draw(count), seed)
    assert len(found) == min(count, len(NAMES))
    assert found == [name for name in NAMES if name in found]


def test_it_does_not_matter_in_which_order_its_author_put_them() -> None:
    for seed in map(str, range(50)):
        assert set(drawn(draw(), seed)) == set(drawn(draw(names=NAMES[::-1]), seed))


def test_each_question_comes_as_often_as_any_other() -> None:
    pairs = Counter(tuple(drawn(draw(), f"seed/{number}")) for number in range(5000))
    assert set(pairs) == set(combinations(NAMES, 2))
    assert all(abs(count - 500) < 110 for count in pairs.values()), pairs


def test_two_draws_of_a_page_are_not_the_same_lot() -> None:
    other = {**draw(), "id": "d2"}
    assert any(drawn(draw(), str(seed)) != drawn(other, str(seed)) for seed in range(10))


def test_a_draw_of_nothing_is_empty() -> None:
    nothing = draw(names=[])
    assert drawn(nothing, "seed") == []
    assert blocks["draw"].problems(nothing) == ["empty"]
    assert blocks["draw"].html(nothing, Known([])) == ""


def test_learners_see_what_was_drawn_and_authors_all_with_a_word_about_it() -> None:
    block = draw()
    some = [NAMES[3], NAMES[1]]
    assert blocks["draw"].html(block, Known(some)) == "<p>1</p>\n<p>0</p>"
    html = blocks["draw"].html(block, Known(NAMES))
    assert html.startswith(
        '<p class="draw-note">Chaque élève reçoit 2 de ces 5 questions, tirées au sort.</p>'
    )
    assert html.count("<p>") == 5
    assert "Each pupil gets 2 of these 5" in blocks["draw"].html(block, Known(NAMES, "en"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": 0},
        {"count": 101},
        {"count": "viele"},
        {"activities": ["x"]},
        {"activities": [None]},
        {"activities": [str(uuid4()) for _ in range(101)]},
        {"activities": "abc"},
    ],
)
def test_what_is_no_draw_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        load_block({"type": "draw", **wrong})


def test_the_form_says_how_many_and_which() -> None:
    kind = blocks["draw"]
    form = {"activities": [NAMES[1], "", NAMES[0], NAMES[1]], "count": ["3"], "files": ["x"]}
    block = load_block({"type": "draw", **kind.from_form(form)})
    assert (block["activities"], block["count"], "files" in block) == ([NAMES[1], NAMES[0]], 3, False)
    assert load_block({"type": "draw", **kind.from_form({})})["count"] == 1


def _drawing(session: Session, school: School) -> tuple[Page, dict[str, Any], list[str]]:
    page = factories.page(session, school.teacher, school.binder)
    names = [str(school.activity.id)]
    for title in ("Pluie", "Neige"):
        data = factories.choice(title=title)
        names.append(str(authoring.save_activity(session, school.teacher, school.binder.id, data).id))
    session.expire(school.binder)
    block = {"type": "draw", "activities": names, "count": 2}
    return page, composing.add_block(session, school.teacher, page.id, block), names


def test_all_that_may_be_drawn_is_published_and_copied(session: Session, school: School) -> None:
    page, block, names = _drawing(session, school)
    revision = authoring.publish(session, school.teacher, page.id)
    assert set(versions_of(session, revision)) == set(names)
    copied = copying.duplicate_page(session, school.teacher, page.id)
    copy = session.get_one(Page, (school.tenant.id, copied.id))
    new = copy.blocks[0]["activities"]
    assert len(new) == 3
    assert not set(new) & set(names)
    titles = {str(one.id): one.title for one in school.binder.activities}
    assert [titles[name] for name in new] == [titles[name] for name in names], "in the same order"


def test_a_question_that_is_changed_changes_the_pages_that_draw_it(session: Session, school: School) -> None:
    page, _, names = _drawing(session, school)
    authoring.publish(session, school.teacher, page.id)
    authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(), activity_id=UUID(names[1])
    )
    assert page.changed


def test_only_questions_of_the_binder_are_drawn(session: Session, school: School) -> None:
    other = factories.binder(session, school.teacher, "Autre")
    page = factories.page(session, school.teacher, other)
    with pytest.raises(Invalid, match="not in this binder"):
        composing.add_block(
            session, school.teacher, page.id, {"type": "draw", "activities": [str(school.activity.id)]}
        )


def test_the_table_of_contents_knows_that_the_page_asks(session: Session, school: School) -> None:
    page, _, _ = _drawing(session, school)
    found = contents.contents(session, school.teacher, school.binder.id)
    assert {row.id: row.asks for row in found.pages}[page.id]
