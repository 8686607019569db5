"""Searching one's pages: accents, case and plurals make no difference, and nobody finds what is not theirs."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from binder.clock import now
from binder.content import authoring, composing, searching
from binder.errors import Forbidden
from binder.models import Page, PageText, Right, Share
from tests import factories
from tests.binder.conftest import School

TEXTS = {
    "Le cycle de l’eau": "<p>La précipitation ramène l’eau des océans ; les nuages se forment.</p>",
    "Les fractions": "<p>Une fraction est un quotient : <strong>numérateur</strong> sur dénominateur.</p>",
    "Œuvres": "<p>Le cœur de l’œuvre, chez Zoé Étienne. Straße.</p>",
    "L’État": "<p>La démocratie à Athènes, et l’esclavage.</p>",
}


@pytest.fixture
def pages(session: Session, school: School) -> dict[str, Page]:
    """A page of text for each title."""
    section = authoring.add_section(session, school.teacher, school.binder.id, title="Cours")
    made = {}
    for title, html in TEXTS.items():
        made[title] = authoring.add_page(session, school.teacher, section.id, title=title)
        composing.add_block(session, school.teacher, made[title].id, {"type": "text", "html": html})
    session.flush()
    return made


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("precipitation", "Le cycle de l’eau"),
        ("PRÉCIPITATION", "Le cycle de l’eau"),
        ("précipi", "Le cycle de l’eau"),
        ("océan", "Le cycle de l’eau"),
        ("océans nuage", "Le cycle de l’eau"),
        ("fraction", "Les fractions"),
        ("fractions", "Les fractions"),
        ("numerateur denominateur", "Les fractions"),
        ("oeuvre", "Œuvres"),
        ("coeur", "Œuvres"),
        ("cœurs", "Œuvres"),
        ("etienne", "Œuvres"),
        ("strasse", "Œuvres"),
        ("l’état", "L’État"),
        ("athenes esclavage", "L’État"),
    ],
)
def test_a_page_is_found_by_its_words(
    session: Session, school: School, pages: dict[str, Page], words: str, title: str
) -> None:
    assert [hit.title for hit in searching.search(session, school.teacher, words)][:1] == [title]


def test_all_words_must_be_there(session: Session, school: School, pages: dict[str, Page]) -> None:
    assert searching.search(session, school.teacher, "fraction océan") == []
    assert searching.search(session, school.teacher, "") == []
    assert searching.search(session, school.teacher, "?!« »") == []


def test_a_title_weighs_more_than_a_text(session: Session, school: School, pages: dict[str, Page]) -> None:
    text = {"type": "text", "html": "<p>Voir les fractions, les fractions et encore les fractions.</p>"}
    composing.add_block(session, school.teacher, pages["L’État"].id, text)
    session.flush()
    assert [hit.title for hit in searching.search(session, school.teacher, "fractions")] == [
        "Les fractions",
        "L’État",
    ]


def test_what_was_found_is_shown_among_its_neighbours(
    session: Session, school: School, pages: dict[str, Page]
) -> None:
    hit = searching.search(session, school.teacher, "ocean")[0]
    assert "".join(piece for piece, _ in hit.excerpt) == (
        "La précipitation ramène l’eau des océans ; les nuages se forment."
    )
    assert [piece for piece, is_found in hit.excerpt if is_found] == ["océans"]


def test_a_long_text_is_shown_in_part(session: Session, school: School, pages: dict[str, Page]) -> None:
    html = f"<p>{'avant ' * 100}le mot rarissime {'après ' * 100}</p>"
    composing.add_block(session, school.teacher, pages["L’État"].id, {"type": "text", "html": html})
    session.flush()
    excerpt = searching.search(session, school.teacher, "rarissime")[0].excerpt
    text = "".join(piece for piece, _ in excerpt)
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert "le mot rarissime après" in text
    assert len(text) < 250


def test_a_found_title_needs_no_words_in_the_text(
    session: Session, school: School, pages: dict[str, Page]
) -> None:
    hit = searching.search(session, school.teacher, "cycle")[0]
    assert not any(is_found for _, is_found in hit.excerpt)


def test_what_is_no_longer_on_the_page_is_not_found(
    session: Session, school: School, pages: dict[str, Page]
) -> None:
    page = pages["Les fractions"]
    composing.remove_block(session, school.teacher, page.id, page.blocks[0]["id"])
    session.flush()
    assert searching.search(session, school.teacher, "quotient") == []
    authoring.change_page_title(session, school.teacher, page.id, title="Les décimaux")
    session.flush()
    assert searching.search(session, school.teacher, "fractions") == []
    assert [hit.title for hit in searching.search(session, school.teacher, "decimal")] == ["Les décimaux"]


def test_one_binder_may_be_searched_alone(session: Session, school: School, pages: dict[str, Page]) -> None:
    other = factories.binder(session, school.teacher, "Autre")
    assert searching.search(session, school.teacher, "ocean", binder_id=other.id) == []
    found = searching.search(session, school.teacher, "ocean", binder_id=school.binder.id)
    assert [hit.binder_id for hit in found] == [school.binder.id]


def test_nobody_finds_what_is_not_theirs(session: Session, school: School, pages: dict[str, Page]) -> None:
    colleague = factories.viewer(session, school.tenant, school.class_, name="Paul Roux")
    elsewhere = factories.viewer(session, factories.tenant(session, "Ailleurs"))
    assert searching.search(session, colleague, "ocean") == []
    assert searching.search(session, elsewhere, "ocean") == []
    with pytest.raises(Forbidden):
        searching.search(session, school.lina, "ocean")
    assert colleague.person_id
    session.add(
        Share(
            tenant_id=school.tenant.id,
            binder_id=school.binder.id,
            person_id=colleague.person_id,
            right=Right.READ,
        )
    )
    session.flush()
    assert len(searching.search(session, colleague, "ocean")) == 1


def test_the_trash_is_not_searched(session: Session, school: School, pages: dict[str, Page]) -> None:
    pages["Le cycle de l’eau"].trashed_at = now()
    session.flush()
    assert searching.search(session, school.teacher, "ocean") == []
    school.binder.trashed_at = now()
    session.flush()
    assert searching.search(session, school.teacher, "fraction") == []


def test_a_page_gone_for_good_leaves_the_index(
    session: Session, school: School, pages: dict[str, Page]
) -> None:
    page = pages["Le cycle de l’eau"]
    searching.forget(session, page)
    searching.forget(session, page)
    assert session.get(PageText, (page.tenant_id, page.id)) is None
    assert searching.search(session, school.teacher, "ocean") == []


def test_both_rows_of_words_and_index_agree_after_many_changes(
    session: Session, school: School, pages: dict[str, Page]
) -> None:
    page = pages["L’État"]
    for number in range(30):
        authoring.change_page_title(session, school.teacher, page.id, title=f"Titre{number}")
    session.flush()
    assert searching.search(session, school.teacher, "titre28") == []
    assert len(searching.search(session, school.teacher, "titre29")) == 1
    if session.get_bind().dialect.name == "sqlite":
        session.execute(
            sa.text("INSERT INTO classeur_page_index(classeur_page_index) VALUES ('integrity-check')")
        )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=60))
def test_anything_may_be_typed(session: Session, school: School, words: str) -> None:
    assert isinstance(searching.search(session, school.teacher, words), list)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert searching.folded(searching.folded(text)) == searching.folded(text)
