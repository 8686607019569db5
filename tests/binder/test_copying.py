"""Copies of pages and sections: nothing is shown twice of one row that anybody can change, no link leads astray."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from binder.content import authoring, composing, copying
from binder.content.renaming import linked_pages, renamed, unlinked
from binder.errors import Forbidden, Invalid, NotFound
from binder.models import Activity, Page
from binder.resources import files
from binder.storage import FileStorage
from tests import factories
from tests.binder.conftest import School
from tests.binder.test_arranging import order, shelf


def page_of(session: Session, school: School, id: UUID) -> Page:
    session.expire_all()
    return session.get_one(Page, (school.tenant.id, id))


def shown(page: Page) -> list[str]:
    """The activities on a page."""
    return [block["activity"] for block in page.blocks if block["type"] == "activity"]


def test_a_page_is_duplicated_right_behind_itself(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b")
    composing.add_block(session, school.teacher, ids["a"], {"type": "text", "html": "<p>Bonjour</p>"})
    authoring.publish(session, school.teacher, ids["a"])
    copied = copying.duplicate_page(session, school.teacher, ids["a"])
    assert order(session, binder) == "A(a a b)"
    copy = page_of(session, school, copied.id)
    assert (copy.position, copy.published_number, copy.changed) == (2, None, True)
    assert [block["html"] for block in copy.blocks] == ["<p>Bonjour</p>"]


def test_a_copy_asks_questions_of_its_own(session: Session, school: School) -> None:
    copied = copying.duplicate_page(session, school.teacher, school.page.id)
    (new,), (old,) = shown(page_of(session, school, copied.id)), shown(school.page)
    assert new != old
    activity = session.get_one(Activity, (school.tenant.id, UUID(new)))
    assert activity.current.key == school.activity.current.key
    authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        {**factories.choice(), "title": "Autre"},
        activity_id=activity.id,
    )
    session.expire_all()
    assert (school.activity.title, school.page.changed) == ("Évaporation", False)


def test_an_activity_shown_twice_is_copied_once(session: Session, school: School) -> None:
    block = {"type": "activity", "activity": str(school.activity.id)}
    composing.add_block(session, school.teacher, school.page.id, block)
    other, ids = shelf(session, school, "A:")
    copied = copying.copy_page(session, school.teacher, school.page.id, ids["A"])
    first, second = shown(page_of(session, school, copied.id))
    assert first == second
    assert [str(activity.id) for activity in other.activities] == [first]


def test_a_section_is_duplicated_with_all_that_is_in_it(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b", "A/AA: c", "B: d")
    copied = copying.duplicate_section(session, school.teacher, ids["A"])
    assert copied.pages == 3
    assert order(session, binder) == "A(a b AA(c)) A(a b AA(c)) B(d)"


def test_files_are_copied_once_and_their_bytes_never(
    session: Session, school: School, storage: FileStorage
) -> None:
    binder, ids = shelf(session, school, "A: a b")
    other, there = shelf(session, school, "X: x")
    file = files.add_file(
        session, school.teacher, binder.id, storage, io.BytesIO(b"%PDF-1.7"), name="a.pdf", credit="Moi"
    )
    session.expire(binder)
    for name in "ab":
        block = {"type": "file", "resource": str(file.id), "label": "Fiche"}
        composing.add_block(session, school.teacher, ids[name], block)
    copying.copy_section(session, school.teacher, ids["A"], other.id)
    copied = copying.copy_page(session, school.teacher, ids["a"], there["X"])
    session.expire_all()
    (new,) = other.resources
    assert (new.sha256, new.name, new.credit, new.id != file.id) == (file.sha256, "a.pdf", "Moi", True)
    assert page_of(session, school, copied.id).blocks[0]["resource"] == str(new.id)
    assert order(session, other) == "X(x a) A(a b)"


def link(page: UUID, words: str = "là") -> str:
    return f'<a href="page:{page}">{words}</a>'


def write(session: Session, school: School, page: UUID, html: str) -> None:
    """As an editor that knows these addresses has cleaned it."""
    row = session.get_one(Page, (school.tenant.id, page))
    row.blocks = [{"id": "aaaa", "type": "text", "html": html}]
    session.flush()


def test_links_among_copied_pages_lead_to_the_copies_and_others_are_removed(
    session: Session, school: School
) -> None:
    binder, ids = shelf(session, school, "A: a b", "B: c")
    other, _ = shelf(session, school, "X:")
    html = f"<p>{link(ids['b'])} et {link(ids['c'], 'la <strong>suite</strong>')}, {link(ids['c'])}</p>"
    write(session, school, ids["a"], html)
    copied = copying.copy_section(session, school.teacher, ids["A"], other.id)
    assert copied.links_removed == 2
    session.expire_all()
    a, b = next(section for section in other.chapters if section.id == copied.id).pages
    assert a.blocks[0]["html"] == f"<p>{link(b.id)} et la <strong>suite</strong>, là</p>"
    inside = copying.duplicate_page(session, school.teacher, ids["a"])
    assert inside.links_removed == 0
    assert page_of(session, school, inside.id).blocks[0]["html"] == html


def test_only_between_binders_of_one_s_own(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a")
    colleague = factories.viewer(session, school.tenant, school.class_, name="Paul")
    theirs = factories.binder(session, colleague)
    section = authoring.add_section(session, colleague, theirs.id, title="X")
    page = authoring.add_page(session, colleague, section.id, title="x")
    for act in (
        lambda: copying.copy_page(session, school.teacher, ids["a"], section.id),
        lambda: copying.copy_page(session, school.teacher, page.id, ids["A"]),
        lambda: copying.copy_section(session, school.teacher, ids["A"], theirs.id),
        lambda: copying.copy_section(session, school.teacher, section.id, binder.id),
        lambda: copying.duplicate_page(session, colleague, ids["a"]),
        lambda: copying.duplicate_section(session, colleague, ids["A"]),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_copied_section_finds_a_place_that_is_there_and_not_too_deep(
    session: Session, school: School
) -> None:
    binder, ids = shelf(session, school, "A: a", "A/AA: b", "B: c", "B/BB: d")
    other, there = shelf(session, school, "X:")
    with pytest.raises(Invalid):
        copying.copy_section(session, school.teacher, ids["A"], binder.id, ids["BB"])
    with pytest.raises(NotFound):
        copying.copy_section(session, school.teacher, ids["A"], binder.id, there["X"])
    copying.copy_section(session, school.teacher, ids["A"], other.id, there["X"])
    assert order(session, other) == "X(A(a AA(b)))"


def test_references_in_words_are_renamed_like_those_in_fields() -> None:
    old, new, page = (str(UUID(int=number)) for number in (1, 2, 3))
    html = f'<p><img src="resource:{old}" alt="resource:{old}"> <a href="page:{page}">x</a> {old}</p>'
    block = {"id": "a", "type": "text", "html": html}
    done = renamed(block, {old: UUID(new), page: UUID(int=4)})["html"]
    assert done == (
        f'<p><img src="resource:{new}" alt="resource:{old}"> <a href="page:{UUID(int=4)}">x</a> {old}</p>'
    )
    assert linked_pages(block) == {page}
    bare, count = unlinked(block, {page})
    assert (count, bare["html"]) == (1, html.replace(f'<a href="page:{page}">x</a>', "x"))
    assert unlinked(block, set()) == (block, 0)
