"""The trash: out of everything at once, back where it stood, gone after thirty days – but never anybody's work."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role
from binder.attempts import submitting
from binder.clock import frozen, now
from binder.content import authoring, composing, copying, emptying, trash
from binder.content.contents import contents
from binder.errors import Forbidden, NotFound
from binder.giving import assigning
from binder.marks import followup
from binder.models import (
    Activity,
    ActivityVersion,
    Attempt,
    Binder,
    Page,
    PageRevision,
    PageText,
    PageVersion,
    Resource,
    Section,
)
from binder.resources import files
from binder.schemas import dump_binder
from binder.storage import FileStorage
from lti.links import picking
from lti.views.platforms.linking import EVERYTHING
from tests import factories
from tests.binder.conftest import School, hand_in, school_in
from tests.binder.test_arranging import order, shelf
from tests.binder.test_races import at_once

Begin = Callable[[], Any]


def throw(session: Session, school: School, binder: Binder, ids: dict[str, UUID], *names: str) -> Any:
    """Lower-case names are pages, the others sections."""
    pages = [ids[name] for name in names if name.islower()]
    sections = [ids[name] for name in names if not name.islower()]
    return trash.throw_away(session, school.teacher, binder.id, pages=pages, sections=sections)


def listed(session: Session, school: School, binder: Binder) -> list[tuple[str, str, int]]:
    return [(part.kind, part.title, part.pages) for part in trash.trashed(session, school.teacher, binder.id)]


def test_a_page_goes_to_the_trash_and_comes_back_where_it_stood(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b c", "B: d")
    throw(session, school, binder, ids, "b")
    assert order(session, binder) == "A(a c) B(d)"
    (part,) = trash.trashed(session, school.teacher, binder.id)
    assert (part.kind, part.title, part.until - part.trashed_at) == ("page", "b", timedelta(days=30))
    assert trash.restore(session, school.teacher, binder.id, ids["b"]) == ids["A"]
    assert order(session, binder) == "A(a b c) B(d)"
    assert trash.trashed(session, school.teacher, binder.id) == []
    with pytest.raises(NotFound):
        trash.restore(session, school.teacher, binder.id, ids["b"])


def test_a_section_takes_all_that_is_in_it_along_and_brings_it_back(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a", "B: b c", "B/BB: d", "C: e")
    throw(session, school, binder, ids, "c")
    with frozen(now() + timedelta(hours=1)):
        throw(session, school, binder, ids, "B")
    assert order(session, binder) == "A(a) C(e)"
    with frozen(now() + timedelta(hours=2)):
        assert listed(session, school, binder) == [("section", "B", 2), ("page", "c", 1)]
        trash.restore(session, school.teacher, binder.id, ids["B"])
        assert order(session, binder) == "A(a) B(b BB(d)) C(e)"
        trash.restore(session, school.teacher, binder.id, ids["c"])
    assert order(session, binder) == "A(a) B(b c BB(d)) C(e)"


def test_undo_brings_all_back_that_went_together(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b c d", "B: e f", "C: g")
    at = throw(session, school, binder, ids, "a", "c", "d", "e", "C")
    assert order(session, binder) == "A(b) B(f)"
    assert trash.restore_all(session, school.teacher, binder.id, at) == 5
    assert order(session, binder) == "A(a b c d) B(e f) C(g)"
    assert trash.restore_all(session, school.teacher, binder.id, at) == 0


def test_what_has_lost_its_place_comes_to_the_end_of_the_binder(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a", "B: b c", "B/BB: d", "C: e")
    throw(session, school, binder, ids, "b", "BB")
    with frozen(now() + timedelta(hours=1)):
        throw(session, school, binder, ids, "B")
        assert trash.restore(session, school.teacher, binder.id, ids["b"]) == ids["C"]
        trash.restore(session, school.teacher, binder.id, ids["BB"])
        assert order(session, binder) == "A(a) C(e b) BB(d)"
        trash.restore(session, school.teacher, binder.id, ids["B"])
    assert order(session, binder) == "A(a) B(c) C(e b) BB(d)"


def test_a_page_without_any_chapter_brings_its_own_back(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b")
    throw(session, school, binder, ids, "A")
    trash.restore(session, school.teacher, binder.id, ids["b"])
    assert order(session, binder) == "A(b)"
    assert trash.restore(session, school.teacher, binder.id, ids["a"]) == ids["A"]
    assert order(session, binder) == "A(a b)"


def test_what_is_in_the_trash_is_nowhere_else(session: Session, school: School, storage: FileStorage) -> None:
    binder, ids = shelf(session, school, "A: a b")
    teacher = school.teacher
    file = files.add_file(session, teacher, binder.id, storage, io.BytesIO(b"%PDF-1.7"), name="secret.pdf")
    activity = authoring.save_activity(session, teacher, binder.id, factories.choice())
    session.expire(binder)
    for block in (
        {"type": "file", "resource": str(file.id)},
        {"type": "activity", "activity": str(activity.id)},
    ):
        composing.add_block(session, teacher, ids["a"], block)
    throw(session, school, binder, ids, "a")
    session.expire_all()
    assert [page.title for page in binder.pages] == ["b"]
    document = dump_binder(binder)["binder"]
    assert (document["activities"], document["resources"]) == ([], [])
    assert [page["title"] for page in document["sections"][0]["pages"]] == ["b"]
    looked = picking.shelf(session, teacher, EVERYTHING, binder.id)
    assert "a" not in [one.title for thing in looked.things for one in thing.walk()]
    assert contents(session, teacher, binder.id).thrown == 1
    copied = copying.copy_section(session, teacher, ids["A"], school.binder.id)
    assert copied.pages == 1
    assert teacher.person_id
    assert teacher.audience_id
    for act in (
        lambda: authoring.own_page(session, teacher, ids["a"]),
        lambda: authoring.publish(session, teacher, ids["a"]),
        lambda: assigning.give(session, teacher, ids["a"]),
        lambda: copying.copy_page(session, teacher, ids["a"], ids["A"]),
        lambda: composing.add_block(session, teacher, ids["a"], {"type": "text", "html": "x"}),
        lambda: assigning.place(session, teacher.tenant_id, ids["a"], teacher.audience_id, teacher.person_id),
        lambda: throw(session, school, binder, ids, "a"),
    ):
        with pytest.raises(NotFound):
            act()
    trash.restore(session, teacher, binder.id, ids["a"])
    session.expire_all()
    assert len(dump_binder(binder)["binder"]["resources"]) == 1


def test_nothing_is_added_to_a_section_in_the_trash(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a", "B: b")
    throw(session, school, binder, ids, "A")
    for act in (
        lambda: authoring.add_page(session, school.teacher, ids["A"], title="x"),
        lambda: authoring.add_section(session, school.teacher, binder.id, title="x", parent_id=ids["A"]),
        lambda: copying.copy_page(session, school.teacher, ids["b"], ids["A"]),
    ):
        with pytest.raises(NotFound):
            act()


def test_pupils_go_on_with_their_work_though_its_page_is_in_the_trash(
    session: Session, school: School
) -> None:
    """The page, its chapter, or the whole binder; also after a month and more."""
    malo = school.pupil(session)
    throw_all = (
        lambda: trash.throw_away(session, school.teacher, school.binder.id, pages=[school.page.id]),
        lambda: trash.throw_away_binder(session, school.teacher, school.binder.id),
        lambda: emptying.empty(session, older_than=timedelta(0)),
    )
    for number, act in enumerate(throw_all, 1):
        act()
        session.flush()
        session.expire_all()
        (row,) = followup.work_of(session, school.lina)
        assert row.assignment.id == school.given.id
        work = submitting.open_work(session, school.lina, school.given.id, again=True)
        assert work.revision.blocks
        pupil = malo if number == 1 else school.pupil(session, f"Pupil {number}")
        assert hand_in(session, school, pupil, "aaaa").submitted_at is not None
        assert len(followup.progress(session, school.teacher, school.given.id)) == number + 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 3


def test_only_who_may_throw_away_does(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a")
    colleague = factories.viewer(session, school.tenant, school.class_, name="Paul")
    at = now()
    for viewer in (colleague, school.lina):
        for act in (
            lambda viewer=viewer: trash.throw_away(session, viewer, binder.id, pages=[ids["a"]]),
            lambda viewer=viewer: trash.throw_away_binder(session, viewer, binder.id),
            lambda viewer=viewer: trash.trashed(session, viewer, binder.id),
            lambda viewer=viewer: trash.restore(session, viewer, binder.id, ids["a"]),
            lambda viewer=viewer: trash.restore_all(session, viewer, binder.id, at),
            lambda viewer=viewer: trash.restore_binder(session, viewer, binder.id),
        ):
            with pytest.raises(Forbidden):
                act()
    assert trash.trashed_binders(session, colleague) == []


def test_a_whole_binder_goes_and_comes_back(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a")
    teacher = school.teacher
    trash.throw_away_binder(session, teacher, binder.id)
    assert binder not in authoring.own_binders(session, teacher)
    assert trash.trashed_binders(session, teacher) == [binder]
    for act in (
        lambda: authoring.own_binder(session, teacher, binder.id),
        lambda: authoring.own_page(session, teacher, ids["a"]),
        lambda: contents(session, teacher, binder.id),
    ):
        with pytest.raises(NotFound):
            act()
    trash.restore_binder(session, teacher, binder.id)
    assert order(session, binder) == "A(a)"
    with pytest.raises(NotFound):
        trash.restore_binder(session, teacher, binder.id)


def test_after_thirty_days_nothing_can_be_restored(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b")
    other, _ = shelf(session, school, "X: x")
    at = throw(session, school, binder, ids, "a")
    trash.throw_away_binder(session, school.teacher, other.id)
    with frozen(now() + trash.KEPT):
        assert trash.trashed(session, school.teacher, binder.id) == []
        assert trash.trashed_binders(session, school.teacher) == []
        assert trash.restore_all(session, school.teacher, binder.id, at) == 0
        for act in (
            lambda: trash.restore(session, school.teacher, binder.id, ids["a"]),
            lambda: trash.restore_binder(session, school.teacher, other.id),
        ):
            with pytest.raises(NotFound):
                act()


def rows(session: Session, *kinds: type[Any]) -> list[int]:
    return [session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0 for kind in kinds]


def test_emptying_deletes_what_is_old_and_nothing_else(session: Session, school: School) -> None:
    binder, ids = shelf(session, school, "A: a b", "B: c", "B/BB: d", "C: e")
    authoring.publish(session, school.teacher, ids["a"])
    throw(session, school, binder, ids, "a", "B")
    with frozen(now() + timedelta(days=20)):
        throw(session, school, binder, ids, "e")
        assert emptying.empty(session) == 0
    with frozen(now() + timedelta(days=31)):
        assert emptying.empty(session) == 5
        assert emptying.empty(session) == 0
        assert listed(session, school, binder) == [("page", "e", 1)]
    session.expire_all()
    left = [id for name, id in ids.items() if session.get(Page, (school.tenant.id, id)) and name.islower()]
    assert left == [ids["b"], ids["e"]]
    for kind in (PageVersion, PageRevision):
        of_a = sa.select(kind).where(kind.page_id == ids["a"])
        assert session.scalars(of_a).all() == []
    assert session.get(PageText, (school.tenant.id, ids["a"])) is None
    assert order(session, binder) == "A(b) C()"


def test_emptying_deletes_a_binder_with_all_that_belongs_to_it(
    session: Session, school: School, storage: FileStorage
) -> None:
    before = rows(session, Binder, Section, Page, Activity, ActivityVersion, Resource)
    binder, ids = shelf(session, school, "A: a b", "A/AA: c")
    files.add_file(session, school.teacher, binder.id, storage, io.BytesIO(b"%PDF-1.7"), name="a.pdf")
    authoring.save_activity(session, school.teacher, binder.id, factories.choice())
    trash.throw_away_binder(session, school.teacher, binder.id)
    with frozen(now() + timedelta(days=31)):
        assert emptying.empty(session) == 6
    assert rows(session, Binder, Section, Page, Activity, ActivityVersion, Resource) == before


def test_emptying_keeps_what_somebody_s_work_hangs_on(session: Session, school: School) -> None:
    hand_in(session, school, school.lina, "aaaa")
    draft = authoring.add_page(session, school.teacher, school.page.section_id, title="Brouillon").id
    trash.throw_away_binder(session, school.teacher, school.binder.id)
    with frozen(now() + timedelta(days=400)):
        assert emptying.empty(session) == 1
        assert trash.trashed_binders(session, school.teacher) == []
        session.expire_all()
        assert session.get(Page, (school.tenant.id, draft)) is None
        row = followup.progress(session, school.teacher, school.given.id)[0]
        assert row.grade is not None


def test_a_deleted_page_is_found_by_no_search(session: Session, school: School) -> None:
    """The index of SQLite follows the rows by triggers."""
    binder, ids = shelf(session, school, "A: zorglub")
    throw(session, school, binder, ids, "zorglub")
    with frozen(now() + timedelta(days=31)):
        assert emptying.empty(session) == 1
    if session.get_bind().dialect.name == "sqlite":
        session.execute(
            sa.text("INSERT INTO classeur_page_index(classeur_page_index) VALUES('integrity-check')")
        )
        found = "SELECT count(*) FROM classeur_page_index WHERE classeur_page_index MATCH 'zorglub'"
        assert session.scalar(sa.text(found)) == 0


@pytest.fixture
def committed(begin: Begin) -> tuple[School, Binder, dict[str, UUID]]:
    """A binder that every connection sees."""
    with begin() as session:
        school = school_in(session)
        return school, *shelf(session, school, "A: a b c", "B: d e f")


def test_throwing_away_restoring_and_adding_at_once_lose_nothing(
    begin: Begin, committed: tuple[School, Binder, dict[str, UUID]]
) -> None:
    school, binder, ids = committed
    with begin() as session:
        throw(session, school, binder, ids, "b", "e")

    def restoring(name: str) -> Callable[[Session], Any]:
        return lambda session: trash.restore(session, school.teacher, binder.id, ids[name])

    results = at_once(
        begin,
        restoring("b"),
        restoring("b"),
        restoring("e"),
        lambda session: throw(session, school, binder, ids, "B"),
        lambda session: authoring.add_page(session, school.teacher, ids["A"], title="n"),
    )
    assert sum(isinstance(result, NotFound) for result in results) == 1
    assert not [
        result for result in results if isinstance(result, Exception) and not isinstance(result, NotFound)
    ]
    with begin() as session:
        # e came back either before B went, and went along, or after, and stands at the end
        assert order(session, binder) in ("A(a b c n)", "A(a b c n e)", "A(a b c e n)")


def test_the_digest_of_a_trashed_file_stays_known_until_it_is_deleted(
    session: Session, school: School, storage: FileStorage
) -> None:
    """Whoever tidies the storage asks for the rows: while the page may come back, its file is needed."""
    binder, ids = shelf(session, school, "A: a")
    data = b"%PDF-1.7"
    files.add_file(session, school.teacher, binder.id, storage, io.BytesIO(data), name="a.pdf")
    throw(session, school, binder, ids, "a")
    known = sa.select(Resource.sha256).where(Resource.binder_id == binder.id)
    assert session.scalars(known).all() == [hashlib.sha256(data).hexdigest()]


def test_a_head_counts_what_is_there(session: Session, school: School) -> None:
    head = factories.viewer(session, school.tenant, role=Role.ADMINISTRATOR, name="Hélène")
    before = followup.counts(session, head)
    binder, ids = shelf(session, school, "A: a b")
    other, _ = shelf(session, school, "X: x")
    throw(session, school, binder, ids, "a")
    trash.throw_away_binder(session, school.teacher, other.id)
    after = followup.counts(session, head)
    assert after.binders - before.binders == 1
