"""What a teacher does to a binder."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.blocks import digest
from binder.clock import uuid7
from binder.content import authoring, composing
from binder.errors import Conflict, Forbidden, Invalid, NotFound
from binder.models import Activity, ActivityVersion, Page, PageRevision
from tests import factories
from tests.binder.conftest import School

TEXT = {"type": "text", "html": "<p>a</p>"}


def test_a_binder_belongs_to_who_made_it(session: Session, school: School) -> None:
    made = authoring.create_binder(
        session, school.teacher, title="  Ma \n physique\x00 ", description="a\x00b"
    )
    assert (made.title, made.description, made.lang) == ("Ma physique", "ab", "fr")
    assert made.owner_id == school.teacher.person_id
    assert [row.id for row in authoring.own_binders(session, school.teacher)] == [made.id, school.binder.id]
    assert authoring.own_binders(session, factories.viewer(session, school.tenant)) == []


@pytest.mark.parametrize("title", ["", "  \n", "\x00", "x" * 256])
def test_a_title_has_words_and_a_length(session: Session, school: School, title: str) -> None:
    with pytest.raises(Invalid) as refused:
        authoring.create_binder(session, school.teacher, title=title)
    assert "title" in refused.value.messages


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.ADMINISTRATOR])
def test_only_teachers_and_authors_make_binders(session: Session, school: School, role: Role) -> None:
    viewer = factories.viewer(session, school.tenant, school.class_, role=role)
    with pytest.raises(Forbidden):
        authoring.create_binder(session, viewer, title="x")
    with pytest.raises(Forbidden):
        authoring.own_binders(session, viewer)
    nobody = Viewer(school.tenant.id, Role.INSTRUCTOR)
    with pytest.raises(Forbidden):
        authoring.create_binder(session, nobody, title="x")


def test_sections_and_pages_stand_in_the_order_in_which_they_were_made(
    session: Session, school: School
) -> None:
    """Also when all are made in one transaction, whose lists have been read before."""
    binder = factories.binder(session, school.teacher)
    assert binder.chapters == []
    chapters = [authoring.add_section(session, school.teacher, binder.id, title=str(n)) for n in range(3)]
    parts = [
        authoring.add_section(session, school.teacher, binder.id, title=str(n), parent_id=chapters[1].id)
        for n in range(3)
    ]
    pages = [authoring.add_page(session, school.teacher, chapters[0].id, title=str(n)) for n in range(3)]
    assert [section.position for section in chapters] == [section.position for section in parts] == [1, 2, 3]
    assert [page.position for page in pages] == [1, 2, 3]
    assert binder.chapters == chapters
    assert chapters[1].sections == parts
    assert chapters[0].pages == pages
    session.expire_all()
    assert binder.chapters == chapters


def test_a_section_hangs_in_its_own_binder(session: Session, school: School) -> None:
    other = factories.binder(session, school.teacher)
    elsewhere = authoring.add_section(session, school.teacher, other.id, title="x")
    with pytest.raises(NotFound):
        authoring.add_section(session, school.teacher, school.binder.id, title="y", parent_id=elsewhere.id)
    with pytest.raises(NotFound):
        authoring.add_section(session, school.teacher, school.binder.id, title="y", parent_id=uuid7())


def test_blocks_are_put_moved_changed_and_taken_away(session: Session, school: School) -> None:
    page = factories.page(session, school.teacher, school.binder)

    def words() -> list[str]:
        return [block["html"] for block in page.blocks]

    made = [
        composing.add_block(session, school.teacher, page.id, {"type": "text", "html": str(n)})
        for n in range(3)
    ]
    after = composing.add_block(
        session, school.teacher, page.id, {"type": "text", "html": "+"}, after=made[0]["id"]
    )
    assert words() == ["0", "+", "1", "2"]
    composing.add_block(session, school.teacher, page.id, {"type": "text", "html": "end"}, after="gone")
    assert words() == ["0", "+", "1", "2", "end"]
    assert composing.move_block(session, school.teacher, page.id, after["id"], by=1) == 3
    assert words() == ["0", "1", "+", "2", "end"]
    assert composing.move_block(session, school.teacher, page.id, after["id"], by=-99) == 1
    assert composing.move_block(session, school.teacher, page.id, after["id"], by=99) == 5
    assert words() == ["0", "1", "2", "end", "+"]
    removed = composing.remove_block(session, school.teacher, page.id, made[1]["id"])
    assert removed == made[1]
    assert words() == ["0", "2", "end", "+"]
    changed = composing.change_block(
        session, school.teacher, page.id, made[0]["id"], {"html": "<em>new</em>"}
    )
    assert changed == {"id": made[0]["id"], "type": "text", "html": "<em>new</em>"}
    session.flush()
    session.expire(page)
    assert words() == ["<em>new</em>", "2", "end", "+"]


def test_every_change_makes_the_page_differ_from_what_is_published(session: Session, school: School) -> None:
    page = school.page
    assert not page.changed
    block = page.blocks[0]["id"]
    for change in (
        lambda: composing.add_block(session, school.teacher, page.id, TEXT),
        lambda: composing.change_block(session, school.teacher, page.id, block, {"html": "x"}),
        lambda: composing.move_block(session, school.teacher, page.id, block, by=1),
        lambda: authoring.change_page_title(session, school.teacher, page.id, title="x"),
        lambda: authoring.save_activity(
            session, school.teacher, school.binder.id, factories.choice(), activity_id=school.activity.id
        ),
        lambda: composing.remove_block(session, school.teacher, page.id, block),
    ):
        version = page.version
        change()
        session.flush()
        assert page.changed
        assert page.version > version
        authoring.publish(session, school.teacher, page.id)
        assert not page.changed


def test_a_block_keeps_its_id_and_type(session: Session, school: School) -> None:
    block = school.page.blocks[0]
    changed = composing.change_block(
        session, school.teacher, school.page.id, block["id"], {"id": "x", "type": "heading", "html": "y"}
    )
    assert (changed["id"], changed["type"]) == (block["id"], "text")


def test_the_second_writer_in_a_block_learns_of_the_first(session: Session, school: School) -> None:
    page, block = school.page, school.page.blocks[0]
    base = digest(block)
    first = composing.change_block(session, school.teacher, page.id, block["id"], {"html": "one"}, base=base)
    with pytest.raises(Conflict) as conflict:
        composing.change_block(session, school.teacher, page.id, block["id"], {"html": "two"}, base=base)
    assert conflict.value.current == first
    again = composing.change_block(session, school.teacher, page.id, block["id"], {"html": "one"}, base=base)
    assert again == first
    composing.change_block(session, school.teacher, page.id, block["id"], {"html": "3"}, base=digest(first))


def test_a_block_that_is_gone_is_not_found(session: Session, school: School) -> None:
    for use in (
        lambda: composing.change_block(session, school.teacher, school.page.id, "gone", {}),
        lambda: composing.move_block(session, school.teacher, school.page.id, "gone", by=1),
        lambda: composing.remove_block(session, school.teacher, school.page.id, "gone"),
    ):
        with pytest.raises(NotFound):
            use()


def test_a_block_shows_what_is_in_its_binder(session: Session, school: School) -> None:
    other = factories.binder(session, school.teacher)
    _, theirs = factories.page_with_choice(session, school.teacher, other)
    for block in (
        {"type": "activity", "activity": str(theirs.id)},
        {"type": "image", "resource": str(uuid7()), "alt": "x"},
    ):
        with pytest.raises(Invalid) as refused:
            composing.add_block(session, school.teacher, school.page.id, block)
        assert "block" in refused.value.messages
    shown = next(block for block in school.page.blocks if block["type"] == "activity")
    with pytest.raises(Invalid):
        composing.change_block(
            session, school.teacher, school.page.id, shown["id"], {"activity": str(theirs.id)}
        )


def test_an_activity_can_be_shown_in_the_transaction_that_made_it(session: Session, school: School) -> None:
    assert school.binder.activities
    made = authoring.save_activity(session, school.teacher, school.binder.id, factories.choice())
    composing.add_block(
        session, school.teacher, school.page.id, {"type": "activity", "activity": str(made.id)}
    )


def test_a_change_of_an_activity_is_a_new_version(session: Session, school: School) -> None:
    before = school.activity.current
    changed = authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        factories.choice(points="5", title="Neu"),
        activity_id=school.activity.id,
    )
    assert changed is school.activity
    assert (changed.number, changed.current.number, changed.title) == (2, 2, "Neu")
    assert (changed.current.points, before.points) == (5, 2)
    assert session.scalar(sa.select(sa.func.count()).select_from(ActivityVersion)) == 2


def test_a_page_that_does_not_show_the_activity_stays_as_published(session: Session, school: School) -> None:
    page = factories.page(session, school.teacher, school.binder)
    authoring.publish(session, school.teacher, page.id)
    authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(), activity_id=school.activity.id
    )
    assert not page.changed
    assert school.page.changed


@pytest.mark.parametrize("changes", [{"title": ""}, {"body": {}}, {"title": None}, {"points": "x"}])
def test_a_wrong_activity_is_refused_and_leaves_nothing(
    session: Session, school: School, changes: dict[str, object]
) -> None:
    if changes.get("title", "") is None:
        changes = {"title": " "}
    with pytest.raises(Invalid):
        authoring.save_activity(session, school.teacher, school.binder.id, factories.choice(**changes))
    assert session.scalar(sa.select(sa.func.count()).select_from(Activity)) == 1


def test_an_activity_keeps_its_type_and_binder(session: Session, school: School) -> None:
    with pytest.raises(Invalid) as refused:
        authoring.save_activity(session, school.teacher, school.binder.id, {}, type="riddle")
    assert "type" in refused.value.messages
    other = factories.binder(session, school.teacher)
    with pytest.raises(NotFound):
        authoring.save_activity(
            session, school.teacher, other.id, factories.choice(), activity_id=school.activity.id
        )


def test_publishing_keeps_what_was_shown(session: Session, school: School) -> None:
    page = school.page
    first = session.scalars(sa.select(PageRevision)).one()
    shown = list(first.blocks)
    assert first.activities == {str(school.activity.id): str(school.activity.current.id)}
    authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(), activity_id=school.activity.id
    )
    composing.remove_block(session, school.teacher, page.id, page.blocks[0]["id"])
    second = authoring.publish(session, school.teacher, page.id)
    assert (second.number, page.published_number) == (2, 2)
    assert first.blocks == shown
    assert second.activities == {str(school.activity.id): str(school.activity.current.id)}
    assert second.activities != first.activities
    assert second.created_by_id == school.teacher.person_id
    assert UUID(next(iter(second.activities)))


def test_an_empty_page_can_be_published(session: Session, school: School) -> None:
    page = factories.page(session, school.teacher, school.binder)
    assert authoring.publish(session, school.teacher, page.id).activities == {}
    assert session.get_one(Page, (school.tenant.id, page.id)).published_number == 1
