"""What is told of a page before it is published."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy.orm import Session

from binder.blocks.outline import closed_up, jumps
from binder.content import authoring, checking, composing
from binder.errors import Forbidden
from binder.models import Page, Resource, ResourceState
from tests import factories
from tests.binder.conftest import School


@pytest.fixture
def page(session: Session, school: School) -> Page:
    """An empty page."""
    return factories.page(session, school.teacher, school.binder, "Les volcans")


def codes(session: Session, school: School, page: Page) -> list[str]:
    """What is found on a page."""
    return [finding.code for finding in checking.check(session, school.teacher, page.id)]


def put(session: Session, school: School, page: Page, **block: Any) -> dict[str, Any]:
    """A block at the end of the page."""
    return composing.add_block(session, school.teacher, page.id, block)


def file_of(session: Session, school: School, page: Page, **values: Any) -> Resource:
    """A file of the page's binder, as it is known."""
    row = Resource(
        tenant_id=school.tenant.id,
        binder_id=page.binder_id,
        sha256="0" * 64,
        name="fichier",
        **{"media_type": "image/jpeg", "size": 1000, **values},
    )
    session.add(row)
    session.flush()
    session.expire(page.binder, ["resources"])
    return row


def test_an_empty_page_is_told(session: Session, school: School, page: Page) -> None:
    assert codes(session, school, page) == ["empty-page"]


def test_a_page_in_order_has_nothing_to_mend(session: Session, school: School, page: Page) -> None:
    put(session, school, page, type="heading", level=2, text="Au centre")
    put(session, school, page, type="text", html="<h3>La lave</h3><p>Le magma monte.</p>")
    head = '<table><tbody><tr><th scope="col">Roche</th></tr><tr><td>Basalte</td></tr></tbody></table>'
    put(session, school, page, type="text", html=head)
    assert codes(session, school, page) == []


def test_headings_that_leave_a_level_out_are_told(session: Session, school: School, page: Page) -> None:
    put(session, school, page, type="heading", level=2, text="Au centre")
    jumping = put(session, school, page, type="text", html="<h5>Trop petit</h5>")
    found = checking.check(session, school.teacher, page.id)
    assert [(finding.code, finding.block_id) for finding in found] == [("heading-jump", jumping["id"])]
    assert not found[0].is_serious


def test_links_that_say_nothing_or_lead_nowhere_are_told(
    session: Session, school: School, page: Page
) -> None:
    other = factories.page(session, school.teacher, school.binder, "Les séismes")
    gone = f"page:{school.teacher.person_id}"
    html = (
        f'<p><a href="{gone}">les plaques</a>, <a href="page:{other.id}">les séismes</a>, '
        '<a href="https://fr.wikipedia.org/">Cliquez ICI</a></p>'
    )
    block = put(session, school, page, type="text", html="<p>…</p>")
    page.blocks = [{**block, "html": html}]
    found = checking.check(session, school.teacher, page.id)
    assert [(finding.code, finding.detail) for finding in found] == [
        ("dead-link", "les plaques"),
        ("hidden-link", "les séismes"),
        ("vague-link", "Cliquez ICI"),
    ]
    authoring.publish(session, school.teacher, other.id)
    assert "hidden-link" not in codes(session, school, page)


def test_a_table_without_a_head_is_told(session: Session, school: School, page: Page) -> None:
    put(session, school, page, type="text", html="<table><tbody><tr><td>1</td></tr></tbody></table>")
    assert codes(session, school, page) == ["table-without-head"]


def test_a_picture_without_words_is_told_and_may_be_saved(
    session: Session, school: School, page: Page
) -> None:
    picture = file_of(session, school, page)
    put(session, school, page, type="image", resource=str(picture.id))
    found = checking.check(session, school.teacher, page.id)
    assert [finding.code for finding in found] == ["no-alt"]
    assert found[0].is_serious
    authoring.publish(session, school.teacher, page.id)


def test_what_a_phone_has_to_load_is_weighed(session: Session, school: School, page: Page) -> None:
    small = file_of(
        session, school, page, size=9_000_000, variants={"480": {"sha256": "1" * 64, "size": 60_000}}
    )
    put(session, school, page, type="image", resource=str(small.id), alt="Une coulée de lave")
    assert codes(session, school, page) == []
    large = file_of(session, school, page, size=2_500_000)
    put(session, school, page, type="image", resource=str(large.id), alt="Un cratère")
    film = file_of(session, school, page, size=30_000_000, media_type="application/zip")
    block = put(session, school, page, type="file", resource=str(film.id), label="Les données")
    found = checking.check(session, school.teacher, page.id)
    assert [(finding.code, finding.block_id, finding.detail) for finding in found] == [
        ("heavy-file", block["id"], "30000000"),
        ("heavy-page", "", "2560000"),
    ]


def test_files_and_activities_that_are_gone_or_refused_are_told(
    session: Session, school: School, page: Page
) -> None:
    refused = file_of(session, school, page, state=ResourceState.REFUSED)
    put(session, school, page, type="file", resource=str(refused.id), label="Programme")
    gone = str(school.teacher.person_id)
    page.blocks = [
        *page.blocks,
        {"id": "x1", "type": "file", "resource": gone, "label": "Perdu"},
        {"id": "x2", "type": "activity", "activity": gone},
    ]
    assert codes(session, school, page) == ["refused-file", "missing-file", "missing-activity"]


def test_an_activity_without_points_is_advice(session: Session, school: School, page: Page) -> None:
    activity = authoring.save_activity(
        session, school.teacher, page.binder_id, factories.choice(points="0", title="Pour rien")
    )
    put(session, school, page, type="activity", activity=str(activity.id))
    found = checking.check(session, school.teacher, page.id)
    assert [(finding.code, finding.detail, finding.is_serious) for finding in found] == [
        ("no-points", "Pour rien", False)
    ]


def test_only_those_who_may_write_are_told(session: Session, school: School, page: Page) -> None:
    for viewer in (school.lina, factories.viewer(session, school.tenant, school.class_)):
        with pytest.raises(Forbidden):
            checking.check(session, viewer, page.id)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h3>a</h3><h3>b</h3>", "<h2>a</h2><h2>b</h2>"),
        ("<h2>a</h2><h3>b</h3><h5 class='x'>c</h5>", "<h2>a</h2><h3>b</h3><h4 class='x'>c</h4>"),
        ("<h4>a</h4><h3>b</h3><h2>c</h2>", "<h2>a</h2><h2>b</h2><h2>c</h2>"),
        ("<p>a</p><hr><header>b</header>", "<p>a</p><hr><header>b</header>"),
    ],
)
def test_a_pages_headings_are_closed_up(html: str, expected: str) -> None:
    assert closed_up(Markup(html)) == expected  # noqa: S704 - a test's own


def test_under_a_page_of_a_book_headings_begin_a_level_lower() -> None:
    html = Markup("<h2>a</h2><h3>b</h3><h6>c</h6>")
    assert closed_up(html, below=2) == "<h3>a</h3><h4>b</h4><h5>c</h5>"


@given(st.lists(st.integers(2, 6)))
def test_closed_up_headings_never_jump(levels: list[int]) -> None:
    html = Markup("").join(Markup("<h{0}>x</h{0}>").format(level) for level in levels)
    found = [int(piece[0]) for piece in closed_up(html).split("<h")[1:]]
    assert len(found) == len(levels)
    assert not jumps(found)
