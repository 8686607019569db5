"""A binder that is open to a class: who sees what of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.clock import now
from binder.content import authoring, composing
from binder.errors import Forbidden, NotFound
from binder.models import Binder, Page, Section
from binder.publication import opening, reading
from tests import factories
from tests.binder.conftest import School


@pytest.fixture
def book(session: Session, school: School) -> Binder:
    """Two chapters of two published pages each, open to the class."""
    binder = factories.binder(session, school.teacher, "L’eau")
    for name in ("Un", "Deux"):
        section = authoring.add_section(session, school.teacher, binder.id, title=f"Chapitre {name}")
        for number in (1, 2):
            page = authoring.add_page(session, school.teacher, section.id, title=f"{name} {number}")
            composing.add_block(session, school.teacher, page.id, {"type": "text", "html": f"<p>{name}</p>"})
            authoring.publish(session, school.teacher, page.id)
    opening.open_to_class(session, school.teacher, binder.id)
    session.expire_all()
    return binder


def parent_of(session: Session, school: School) -> Viewer:
    """A parent in the class."""
    return factories.viewer(session, school.tenant, school.class_, role=Role.MENTOR, name="Samira")


def titles(session: Session, viewer: Viewer, binder: Binder) -> list[str]:
    """What somebody finds in the table of contents."""
    _, parts = reading.contents(session, viewer, binder.id)
    return [leaf.title for part in parts for leaf in part.leaves()]


def page_of(binder: Binder, title: str) -> Page:
    """A page by its title."""
    return next(page for page in binder.pages if page.title == title)


def section_of(binder: Binder, title: str) -> Section:
    """A section by its title."""
    return next(section for section in binder.sections if section.title == title)


def test_the_class_reads_what_is_published(session: Session, school: School, book: Binder) -> None:
    for viewer in (school.lina, parent_of(session, school)):
        assert titles(session, viewer, book) == ["Un 1", "Un 2", "Deux 1", "Deux 2"]
        assert [binder.id for binder in opening.opened(session, viewer)] == [book.id]
    assert [cover.title for cover in opening.opened_to(session, school.teacher, book.id)] == ["5e A"]


@pytest.mark.parametrize(
    "change",
    [
        lambda book: setattr(page_of(book, "Un 2"), "hidden", True),
        lambda book: setattr(page_of(book, "Un 2"), "visible_from", now() + timedelta(hours=1)),
        lambda book: setattr(page_of(book, "Un 2"), "trashed_at", now()),
        lambda book: setattr(page_of(book, "Un 2"), "published_number", None),
    ],
    ids=["hidden", "scheduled", "thrown-away", "draft"],
)
def test_a_page_out_of_sight_is_nowhere(
    session: Session, school: School, book: Binder, change: Callable[[Binder], Any]
) -> None:
    page = page_of(book, "Un 2")
    change(book)
    session.flush()
    session.expire_all()
    assert titles(session, school.lina, book) == ["Un 1", "Deux 1", "Deux 2"]
    with pytest.raises(NotFound):
        reading.spread(session, school.lina, page.id)
    behind = reading.spread(session, school.lina, page_of(book, "Un 1").id).behind
    assert behind
    assert behind.title == "Deux 1"


def test_a_chapter_out_of_sight_takes_its_pages_along(session: Session, school: School, book: Binder) -> None:
    section_of(book, "Chapitre Un").hidden = True
    session.flush()
    assert titles(session, school.lina, book) == ["Deux 1", "Deux 2"]
    with pytest.raises(NotFound):
        reading.spread(session, school.lina, page_of(book, "Un 1").id)


def test_what_was_planned_is_there_from_its_time_on(session: Session, school: School, book: Binder) -> None:
    page_of(book, "Un 2").visible_from = now() - timedelta(seconds=1)
    session.flush()
    assert "Un 2" in titles(session, school.lina, book)


def test_sections_in_sections_stand_behind_the_pages_before_them(
    session: Session, school: School, book: Binder
) -> None:
    inner = authoring.add_section(
        session, school.teacher, book.id, title="Plus loin", parent_id=section_of(book, "Chapitre Un").id
    )
    page = authoring.add_page(session, school.teacher, inner.id, title="Un 3")
    assert "Un 3" not in titles(session, school.lina, book)
    authoring.publish(session, school.teacher, page.id)
    assert titles(session, school.lina, book) == ["Un 1", "Un 2", "Un 3", "Deux 1", "Deux 2"]
    assert reading.spread(session, school.lina, page.id).section == "Plus loin"


def test_a_page_is_read_as_it_was_published_last(session: Session, school: School, book: Binder) -> None:
    page = page_of(book, "Un 1")
    composing.add_block(session, school.teacher, page.id, {"type": "text", "html": "<p>brouillon</p>"})
    spread = reading.spread(session, school.lina, page.id)
    assert (spread.before, spread.revision.number, len(spread.revision.blocks)) == (None, 1, 1)
    authoring.publish(session, school.teacher, page.id)
    assert len(reading.spread(session, school.lina, page.id).revision.blocks) == 2


def test_other_classes_and_roles_read_nothing(session: Session, school: School, book: Binder) -> None:
    other = factories.viewer(
        session, school.tenant, factories.audience(session, school.tenant, "5e B"), role=Role.LEARNER
    )
    head = factories.viewer(session, school.tenant, school.class_, role=Role.ADMINISTRATOR)
    nowhere = factories.viewer(session, school.tenant, role=Role.LEARNER)
    page = page_of(book, "Un 1")
    for viewer in (other, head, nowhere):
        assert opening.opened(session, viewer) == []
        with pytest.raises(Forbidden):
            reading.contents(session, viewer, book.id)
        with pytest.raises(Forbidden):
            reading.spread(session, viewer, page.id)


def test_a_binder_is_opened_once_and_closed_again(session: Session, school: School, book: Binder) -> None:
    again = opening.open_to_class(session, school.teacher, book.id)
    assert again.id == opening.open_to_class(session, school.teacher, book.id).id
    opening.close(session, school.teacher, book.id)
    opening.close(session, school.teacher, book.id)
    session.expire_all()
    assert opening.opened(session, school.lina) == []
    with pytest.raises(Forbidden):
        reading.spread(session, school.lina, page_of(book, "Un 1").id)


def test_a_binder_in_the_trash_is_not_read(session: Session, school: School, book: Binder) -> None:
    page = page_of(book, "Un 1")
    book.trashed_at = now()
    session.flush()
    assert opening.opened(session, school.lina) == []
    with pytest.raises(NotFound):
        reading.contents(session, school.lina, book.id)
    with pytest.raises(NotFound):
        reading.spread(session, school.lina, page.id)


def test_only_its_teacher_opens_a_binder_and_only_to_a_class(
    session: Session, school: School, book: Binder
) -> None:
    colleague = factories.viewer(session, school.tenant, school.class_, name="Paul Roux")
    at_home = factories.viewer(session, school.tenant)
    for viewer in (colleague, school.lina, parent_of(session, school)):
        with pytest.raises(Forbidden):
            opening.open_to_class(session, viewer, book.id)
        with pytest.raises(Forbidden):
            opening.as_pupil(session, viewer, book.id)
    mine = factories.binder(session, at_home)
    with pytest.raises(Forbidden):
        opening.open_to_class(session, at_home, mine.id)
    with pytest.raises(Forbidden):
        opening.as_pupil(session, at_home, mine.id)


def test_a_teacher_looks_as_a_pupil_of_a_class_of_theirs(
    session: Session, school: School, book: Binder
) -> None:
    opening.close(session, school.teacher, book.id)
    page_of(book, "Deux 1").hidden = True
    session.flush()
    pupil = opening.as_pupil(session, school.teacher, book.id)
    assert (pupil.role, pupil.person_id, pupil.audience_id) == (
        Role.LEARNER,
        None,
        school.teacher.audience_id,
    )
    _, parts = reading.contents(session, pupil, book.id, previewing=True)
    assert [leaf.title for part in parts for leaf in part.leaves()] == ["Un 1", "Un 2", "Deux 2"]
    not_theirs = factories.audience(session, school.tenant, "4e C")
    with pytest.raises(Forbidden):
        opening.as_pupil(session, school.teacher, book.id, not_theirs.id)
