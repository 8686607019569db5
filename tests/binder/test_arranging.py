"""Arranging a binder: moving, hiding, scheduling, publishing many; the order has no gaps, whoever is at it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.attempts import submitting
from binder.clock import now
from binder.content import arranging, authoring, composing
from binder.content.contents import Status, contents
from binder.errors import Forbidden, Invalid, NotFound
from binder.models import Binder, Page, Section
from tests import factories
from tests.binder.conftest import School, hand_in, school_in
from tests.binder.test_races import at_once

Begin = Callable[[], Any]


def shelf(session: Session, school: School, *chapters: str) -> tuple[Binder, dict[str, UUID]]:
    """A binder of chapters such as `A: a b c`; the ids by title."""
    binder = factories.binder(session, school.teacher, "Rangement")
    ids: dict[str, UUID] = {}
    for chapter in chapters:
        title, _, pages = chapter.partition(":")
        parent, _, name = title.rpartition("/")
        section = authoring.add_section(
            session, school.teacher, binder.id, title=name, parent_id=ids.get(parent)
        )
        ids[name] = section.id
        for page in pages.split():
            ids[page] = authoring.add_page(session, school.teacher, section.id, title=page).id
    return binder, ids


def order(session: Session, binder: Binder) -> str:
    """The binder as `A(a b) B()`; that positions have no gaps is checked on the way."""
    session.expire_all()
    sections = session.scalars(
        sa.select(Section).where(Section.binder_id == binder.id, Section.trashed_at.is_(None))
    ).all()
    pages = session.scalars(
        sa.select(Page).where(Page.binder_id == binder.id, Page.trashed_at.is_(None))
    ).all()

    def ranked(rows: Any) -> list[Any]:
        found = sorted(rows, key=lambda row: row.position)
        assert [row.position for row in found] == list(range(1, len(found) + 1))
        return found

    def told(section: Section) -> str:
        inside = [page.title for page in ranked(page for page in pages if page.section_id == section.id)]
        inside += [told(inner) for inner in ranked(row for row in sections if row.parent_id == section.id)]
        return f"{section.title}({' '.join(inside)})"

    return " ".join(told(row) for row in ranked(row for row in sections if row.parent_id is None))


def test_a_page_is_moved_by_place(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b c", "B: d")
    teacher = school.teacher
    place = arranging.move_pages(session, teacher, binder.id, [ids["c"]], ids["A"], 1)
    assert (place.parent_id, place.position, place.of) == (ids["A"], 1, 3)
    assert order(session, binder) == "A(c a b) B(d)"
    assert arranging.move_pages(session, teacher, binder.id, [ids["a"]], ids["B"], 2).position == 2
    assert order(session, binder) == "A(c b) B(d a)"
    arranging.move_pages(session, teacher, binder.id, [ids["c"]], ids["B"])
    assert order(session, binder) == "A(b) B(d a c)"


def test_a_place_beyond_the_ends_is_the_end(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b c")
    arranging.move_pages(session, school.teacher, binder.id, [ids["a"]], ids["A"], 99)
    arranging.move_pages(session, school.teacher, binder.id, [ids["c"]], ids["A"], -5)
    assert order(session, binder) == "A(c b a)"


def test_several_pages_keep_the_order_in_which_they_are_named(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b c", "B: d e")
    chosen = [ids["c"], ids["d"], ids["a"], ids["c"]]
    arranging.move_pages(session, school.teacher, binder.id, chosen, ids["B"], 2)
    assert order(session, binder) == "A(b) B(e c d a)"


def test_up_and_down_go_on_in_the_next_section(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a", "A/AA: b", "B: c")

    def shift(name: str, by: int) -> str:
        arranging.shift_page(session, school.teacher, ids[name], by=by)
        return order(session, binder)

    assert shift("a", -1) == "A(a AA(b)) B(c)"
    assert shift("a", +1) == "A(AA(a b)) B(c)"
    assert shift("a", +1) == "A(AA(b a)) B(c)"
    assert shift("a", +1) == "A(AA(b)) B(a c)"
    assert shift("c", +1) == "A(AA(b)) B(a c)"
    assert shift("a", -1) == "A(AA(b a)) B(c)"


def test_sections_move_among_their_siblings_and_into_each_other(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a", "B: b", "C: c", "C/CC: d")
    teacher = school.teacher
    arranging.shift_section(session, teacher, ids["C"], by=-1)
    assert order(session, binder) == "A(a) C(c CC(d)) B(b)"
    arranging.shift_section(session, teacher, ids["A"], by=-1)
    arranging.shift_section(session, teacher, ids["B"], by=+1)
    assert order(session, binder) == "A(a) C(c CC(d)) B(b)"
    place = arranging.move_section(session, teacher, ids["C"], ids["A"])
    assert (place.position, place.of) == (1, 1)
    assert order(session, binder) == "A(a C(c CC(d))) B(b)"
    arranging.move_section(session, teacher, ids["CC"], None, 1)
    assert order(session, binder) == "CC(d) A(a C(c)) B(b)"


def test_no_section_stands_in_itself_or_too_deep(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a", "A/AA: b", "AA/AAA: c", "B: d", "B/BB: e")
    for parent in ("A", "AA", "AAA"):
        with pytest.raises(Invalid) as error:
            arranging.move_section(session, school.teacher, ids["A"], ids[parent])
        assert error.value.messages == {"to": ["a section cannot stand in itself"]}
    with pytest.raises(Invalid):
        arranging.move_section(session, school.teacher, ids["B"], ids["AA"])
    with pytest.raises(Invalid):
        authoring.add_section(session, school.teacher, binder.id, title="x", parent_id=ids["AAA"])
    arranging.move_section(session, school.teacher, ids["BB"], ids["AA"], 1)
    assert order(session, binder) == "A(a AA(b BB(e) AAA(c))) B(d)"


def test_parts_of_another_binder_are_not_there(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a")
    _, other = shelf(session, school, "X: x")
    teacher = school.teacher
    for act in (
        lambda: arranging.move_pages(session, teacher, binder.id, [other["x"]], ids["A"]),
        lambda: arranging.move_pages(session, teacher, binder.id, [ids["a"]], other["X"]),
        lambda: arranging.move_pages(session, teacher, binder.id, [], ids["A"]),
        lambda: arranging.move_section(session, teacher, ids["A"], other["X"]),
        lambda: arranging.show(session, teacher, binder.id, pages=[other["x"]]),
        lambda: arranging.publish_all(session, teacher, binder.id, sections=[other["X"]]),
        lambda: arranging.rename_section(session, teacher, uuid4(), title="x"),
    ):
        with pytest.raises(NotFound):
            act()


def test_only_who_may_write_arranges(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b")
    colleague = factories.viewer(session, school.tenant, school.class_, name="Paul")
    foreign = factories.viewer(session, factories.tenant(session, "Ailleurs"), name="Ada")
    for viewer, error in ((colleague, Forbidden), (school.lina, Forbidden), (foreign, NotFound)):
        for act in (
            lambda viewer=viewer: arranging.shift_page(session, viewer, ids["b"], by=-1),
            lambda viewer=viewer: arranging.shift_section(session, viewer, ids["A"], by=1),
            lambda viewer=viewer: arranging.rename_section(session, viewer, ids["A"], title="x"),
            lambda viewer=viewer: arranging.show(session, viewer, binder.id, pages=[ids["a"]], hidden=True),
            lambda viewer=viewer: arranging.publish_all(session, viewer, binder.id, pages=[ids["a"]]),
        ):
            with pytest.raises(error):
                act()
    assert order(session, binder) == "A(a b)"


def test_moving_is_no_change_of_the_draft(session: Session, school: School) -> None:
    """An editor that is open goes on; nobody is told of changes that wait."""
    binder, ids = shelf(session, school, "A: a b")
    authoring.publish(session, school.teacher, ids["a"])
    page = session.get_one(Page, (school.tenant.id, ids["a"]))
    version = page.version
    arranging.shift_page(session, school.teacher, ids["a"], by=1)
    arranging.show(session, school.teacher, binder.id, pages=[ids["a"]], hidden=True)
    session.refresh(page)
    assert (page.version, page.changed, page.position, page.hidden) == (version, False, 2, True)


def test_a_section_gets_another_title(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a")
    assert arranging.rename_section(session, school.teacher, ids["A"], title="  L’eau ").title == "L’eau"
    with pytest.raises(Invalid):
        arranging.rename_section(session, school.teacher, ids["A"], title=" ")
    assert order(session, binder) == "L’eau(a)"


def test_all_drafts_of_a_chapter_are_published_at_once(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b", "A/AA: c", "B: d")
    authoring.publish(session, school.teacher, ids["a"])
    assert arranging.publish_all(session, school.teacher, binder.id, sections=[ids["A"]]) == 2
    assert arranging.publish_all(session, school.teacher, binder.id, sections=[ids["A"]]) == 0
    assert arranging.publish_all(session, school.teacher, binder.id, pages=[ids["d"], ids["a"]]) == 1
    session.expire_all()
    numbers = {page.title: page.published_number for page in binder.pages}
    assert numbers == {"a": 1, "b": 1, "c": 1, "d": 1}


def test_a_part_says_the_one_thing_that_keeps_pupils_from_it(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b c d", "A/AA: e", "B: f")
    teacher = school.teacher
    soon, later = now() + timedelta(days=1), now() + timedelta(days=9)
    for name in "abcef":
        authoring.publish(session, teacher, ids[name])
    composing.add_block(session, teacher, ids["b"], {"type": "text", "html": "x"})
    arranging.show(session, teacher, binder.id, pages=[ids["c"]], visible_from=soon)
    arranging.show(session, teacher, binder.id, sections=[ids["B"]], hidden=True)
    arranging.show(session, teacher, binder.id, sections=[ids["AA"]], visible_from=later)

    def statuses() -> dict[str, str]:
        return {row.title: row.status.value for row in contents(session, teacher, binder.id).pages}

    assert statuses() == {
        "a": "published",
        "b": "changed",
        "c": "scheduled",
        "d": "draft",
        "e": "scheduled",
        "f": "hidden-above",
    }
    found = contents(session, teacher, binder.id)
    assert [(row.number, row.status) for row in found.walk()] == [
        ("1", Status.PUBLISHED),
        ("1.1", Status.SCHEDULED),
        ("2", Status.HIDDEN),
    ]
    assert found.chapters[0].sections[0].pages[0].visible_from == later
    assert (found.waiting, found.chapters[0].page_count) == (2, 5)
    arranging.show(
        session, teacher, binder.id, pages=[ids["c"]], visible_from=datetime(2020, 1, 1, tzinfo=UTC)
    )
    assert statuses()["c"] == "published"


def test_the_contents_count_who_has_handed_in_and_what_is_to_mark(session: Session, school: School) -> None:
    school.pupil(session, "Malo")
    nina = school.pupil(session, "Nina")
    school.pupil(session, "Essai", is_test=True)

    def given() -> tuple[int, int, int]:
        (row,) = contents(session, school.teacher, school.binder.id).pages
        assert row.given is not None
        assert row.given.assignment_id == school.given.id
        assert row.asks
        return row.given.learners, row.given.handed_in, row.given.to_mark

    assert given() == (3, 0, 0)
    hand_in(session, school, school.lina, "aaaa")
    assert given() == (3, 1, 0)
    work = submitting.open_work(session, nina, school.given.id)
    attempt = submitting.hand_in(
        session, nina, school.given.id, work.revision.id, school.answers("cccc"), number=1, seq=0
    )
    for grade in attempt.grades:
        grade.released_at = None
    assert given() == (3, 2, 1)
    elsewhere = factories.audience(session, school.tenant, "5e B")
    (row,) = contents(session, replace(school.teacher, audience_id=elsewhere.id), school.binder.id).pages
    assert row.given is None


def test_so_many_queries_however_long_it_is(session: Session, school: School) -> None:
    def statements(binder: Binder) -> int:
        session.flush()
        session.expire_all()
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        bind = session.get_bind()
        sa.event.listen(bind, "before_cursor_execute", note)
        contents(session, school.teacher, binder.id)
        sa.event.remove(bind, "before_cursor_execute", note)
        return len(seen)

    small, _ = shelf(session, school, "A: a")
    large, _ = shelf(session, school, *(f"C{number}: a b c d e" for number in range(12)))
    assert statements(small) == statements(large) <= 9


@pytest.fixture
def committed(begin: Begin) -> tuple[School, Binder, dict[str, UUID]]:
    """A binder of two chapters that every connection sees."""
    with begin() as session:
        school = school_in(session)
        return school, *shelf(session, school, "A: a b c d", "B: e f g h")


def test_teachers_who_arrange_at_once_lose_no_page(
    begin: Begin, committed: tuple[School, Binder, dict[str, UUID]]
) -> None:
    school, binder, ids = committed
    dice = random.Random(5)

    def moving(name: str) -> Callable[[Session], Any]:
        section, position = ids[dice.choice("AB")], dice.randint(1, 6)
        return lambda session: arranging.move_pages(
            session, school.teacher, binder.id, [ids[name]], section, position
        )

    acts = [moving(name) for name in "abcdefgh"]
    acts.append(lambda session: authoring.add_page(session, school.teacher, ids["A"], title="i"))
    acts.append(lambda session: authoring.add_page(session, school.teacher, ids["A"], title="j"))
    acts.append(lambda session: arranging.shift_section(session, school.teacher, ids["B"], by=-1))
    results = at_once(begin, *acts)
    assert not [result for result in results if isinstance(result, Exception)]
    with begin() as session:
        assert sorted(order(session, binder).translate(str.maketrans("()", "  ")).split()) == sorted(
            "ABabcdefghij"
        )


def test_a_section_that_is_moved_both_ways_at_once_stands_in_no_circle(
    begin: Begin, committed: tuple[School, Binder, dict[str, UUID]]
) -> None:
    school, binder, ids = committed
    results = at_once(
        begin,
        lambda session: arranging.move_section(session, school.teacher, ids["A"], ids["B"]),
        lambda session: arranging.move_section(session, school.teacher, ids["B"], ids["A"]),
    )
    assert sum(isinstance(result, Invalid) for result in results) == 1
    with begin() as session:
        assert order(session, binder) in ("A(a b c d B(e f g h))", "B(e f g h A(a b c d))")


def test_writing_on_a_page_and_moving_it_at_once_loses_neither(
    begin: Begin, committed: tuple[School, Binder, dict[str, UUID]]
) -> None:
    school, binder, ids = committed

    def writing(number: int) -> Callable[[Session], Any]:
        block = {"type": "text", "html": f"<p>{number}</p>"}
        return lambda session: composing.add_block(session, school.teacher, ids["a"], block)

    def moving(by: int) -> Callable[[Session], Any]:
        return lambda session: arranging.shift_page(session, school.teacher, ids["a"], by=by)

    acts = [act for number in range(4) for act in (writing(number), moving(+1))]
    results = at_once(begin, *acts)
    assert not [result for result in results if isinstance(result, Exception)]
    with begin() as session:
        page = session.get_one(Page, (school.tenant.id, ids["a"]))
        assert sorted(block["html"] for block in page.blocks) == [f"<p>{number}</p>" for number in range(4)]
        assert order(session, binder) == "A(b c d) B(a e f g h)"
