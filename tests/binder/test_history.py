"""What a page was stays: versions, names, restoring, thinning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import clock
from binder.blocks import digest
from binder.content import authoring, composing, history, restoring
from binder.errors import Conflict, Forbidden, Invalid, NotFound
from binder.models import Page, PageVersion
from tests import factories
from tests.binder.conftest import School

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def write(session: Session, school: School, page: Page, words: str, *, block: str | None = None) -> str:
    """Add or change a text; its id."""
    text = {"type": "text", "html": f"<p>{words}</p>"}
    if block is None:
        return str(composing.add_block(session, school.teacher, page.id, text)["id"])
    composing.change_block(session, school.teacher, page.id, block, text, base=None)
    return block


def told(session: Session, page: Page) -> list[tuple[int, str]]:
    """(number, words of the first block) of every version there is."""
    rows = session.scalars(
        sa.select(PageVersion)
        .where(PageVersion.tenant_id == page.tenant_id, PageVersion.page_id == page.id)
        .order_by(PageVersion.number)
    )
    return [(row.number, row.blocks[0]["html"] if row.blocks else "") for row in rows]


@pytest.fixture
def page(session: Session, school: School) -> Page:
    """An empty page."""
    with clock.frozen(START):
        return factories.page(session, school.teacher, school.binder, "Les nuages")


def test_a_sitting_of_one_author_is_one_version(session: Session, school: School, page: Page) -> None:
    colleague = factories.viewer(session, school.tenant, name="Paul")
    with clock.frozen(START):
        block = write(session, school, page, "un")
    with clock.frozen(START + timedelta(minutes=9)):
        write(session, school, page, "deux", block=block)
    assert told(session, page) == [(1, "<p>deux</p>")]
    with clock.frozen(START + timedelta(minutes=11)):
        write(session, school, page, "trois", block=block)
    assert told(session, page) == [(1, "<p>deux</p>"), (2, "<p>trois</p>")]
    assert [it.number for it in history.versions(session, school.teacher, page.id)] == [2, 1]
    assert [it.number for it in history.versions(session, school.teacher, page.id, before=2)] == [1]
    for viewer in (school.lina, colleague):
        with pytest.raises(Forbidden):
            history.versions(session, viewer, page.id)
        with pytest.raises(Forbidden):
            history.version(session, viewer, page.id, 1)


def test_a_named_version_is_never_written_over(session: Session, school: School, page: Page) -> None:
    with clock.frozen(START):
        block = write(session, school, page, "un")
        history.name_version(session, school.teacher, page.id, 1, "  avant   la visite ")
        write(session, school, page, "deux", block=block)
    assert told(session, page) == [(1, "<p>un</p>"), (2, "<p>deux</p>")]
    assert history.version(session, school.teacher, page.id, 1).name == "avant la visite"
    with pytest.raises(Invalid):
        history.name_version(session, school.teacher, page.id, 1, "x" * 256)
    with pytest.raises(NotFound):
        history.name_version(session, school.teacher, page.id, 9, "rien")


def test_restoring_a_page_keeps_what_stood_there_a_moment_ago(
    session: Session, school: School, page: Page
) -> None:
    with clock.frozen(START):
        block = write(session, school, page, "un")
    with clock.frozen(START + timedelta(hours=1)):
        write(session, school, page, "deux", block=block)
        authoring.change_page_title(session, school.teacher, page.id, title="Le ciel")
        seen = history.state_of(page)
        restoring.restore_page(session, school.teacher, page.id, 1, base=seen)
    assert (page.title, page.blocks[0]["html"]) == ("Les nuages", "<p>un</p>")
    assert told(session, page) == [(1, "<p>un</p>"), (2, "<p>deux</p>"), (3, "<p>un</p>")]
    assert history.version(session, school.teacher, page.id, 2).title == "Le ciel"
    assert page.changed
    with pytest.raises(Conflict):
        restoring.restore_page(session, school.teacher, page.id, 2, base=seen)
    restoring.restore_page(session, school.teacher, page.id, 1, base="what is there already is no conflict")
    assert told(session, page)[-1][0] == 3


def test_restoring_a_block_leaves_the_others(session: Session, school: School, page: Page) -> None:
    with clock.frozen(START):
        first, second = write(session, school, page, "un"), write(session, school, page, "autre")
    with clock.frozen(START + timedelta(hours=1)):
        write(session, school, page, "deux", block=first)
        write(session, school, page, "autrement", block=second)
        base = digest(page.blocks[0])
        restoring.restore_block(session, school.teacher, page.id, 1, first, base=base)
        assert [it["html"] for it in page.blocks] == ["<p>un</p>", "<p>autrement</p>"]
        assert [number for number, _ in told(session, page)] == [1, 2, 3]
        with pytest.raises(Conflict) as conflict:
            restoring.restore_block(session, school.teacher, page.id, 2, first, base=base)
        assert conflict.value.current["html"] == "<p>un</p>"


def test_a_removed_block_comes_back_to_its_place(session: Session, school: School, page: Page) -> None:
    with clock.frozen(START):
        ids = [write(session, school, page, words) for words in ("un", "deux", "trois")]
        history.name_version(session, school.teacher, page.id, 1, "entière")
    with clock.frozen(START + timedelta(hours=1)):
        composing.remove_block(session, school.teacher, page.id, ids[1])
        with pytest.raises(Conflict):
            restoring.restore_block(session, school.teacher, page.id, 1, ids[1], base="0123456789abcdef")
        restoring.restore_block(session, school.teacher, page.id, 1, ids[1], base="")
        composing.remove_block(session, school.teacher, page.id, ids[0])
        restoring.restore_block(session, school.teacher, page.id, 1, ids[0], base="")
    assert [it["id"] for it in page.blocks] == ids
    with pytest.raises(NotFound):
        restoring.restore_block(session, school.teacher, page.id, 1, "nothing", base="")


def test_what_a_version_shows_must_still_be_in_the_binder(session: Session, school: School) -> None:
    page = school.page
    other = factories.page(session, school.teacher, factories.binder(session, school.teacher))
    with clock.frozen(START):
        version = history.keep(session, school.teacher, other)
        version.name, version.blocks = "prise ailleurs", list(page.blocks)
        session.flush()
        with pytest.raises(Invalid, match="any more"):
            restoring.restore_page(
                session, school.teacher, other.id, version.number, base=history.state_of(other)
            )
    assert other.blocks == []


def test_old_versions_are_thinned_to_one_a_day_but_named_and_published_ones_stay(
    session: Session, school: School, page: Page
) -> None:
    block = None
    for day in range(3):
        for hour in range(4):
            with clock.frozen(START + timedelta(days=day, hours=hour)):
                block = write(session, school, page, f"{day}-{hour}", block=block)
                if (day, hour) == (0, 1):
                    authoring.publish(session, school.teacher, page.id)
                if (day, hour) == (1, 0):
                    last = history.newest(session, page.tenant_id, page.id)
                    assert last is not None
                    history.name_version(session, school.teacher, page.id, last.number, "gardée")
    with clock.frozen(START + timedelta(days=200)):
        write(session, school, page, "récent", block=block)
        write(session, school, page, "plus récent", block=block)
    assert history.thin(session, at=START + timedelta(days=89)) == 0
    assert history.thin(session, at=START + timedelta(days=200)) > 0
    words = [words.removeprefix("<p>").removesuffix("</p>") for _, words in told(session, page)]
    assert words == ["0-1", "0-3", "1-0", "1-3", "2-3", "plus récent"]
    assert history.thin(session, at=START + timedelta(days=200)) == 0
