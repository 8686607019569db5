"""The school's library, what a binder says of itself, and whose work a copy was."""

from __future__ import annotations

import io

import pytest
from sqlalchemy.orm import Session

from binder import schemas
from binder.access import Viewer
from binder.clock import now
from binder.colleagues import library
from binder.content import authoring, composing, copying, describing
from binder.content.importing import import_binder
from binder.content.licences import LICENCES, credit_line, licence_of
from binder.errors import Conflict, Forbidden, Invalid, NotFound
from binder.models import Binder, Page
from binder.resources import files
from binder.storage import FileStorage
from binder.vocabularies import LEVELS, SUBJECTS, label
from tests import factories
from tests.binder.conftest import School, school_in

WHOLE = {"description": "L’eau dans la nature.", "level": "5ème", "subject": "SVT", "licence": "CC BY-SA"}


def describe(session: Session, viewer: Viewer, binder: Binder, **values: str) -> Binder:
    return describing.describe(session, viewer, binder.id, values, base=describing.state_of(binder))


def listed(session: Session, school: School, **values: str) -> Binder:
    """The school's binder in the library, its page published."""
    authoring.publish(session, school.teacher, school.page.id)
    describe(session, school.teacher, school.binder, **WHOLE | values)
    return describing.list_binder(session, school.teacher, school.binder.id)


@pytest.fixture
def paul(session: Session, school: School) -> Viewer:
    """A colleague with whom nothing is shared."""
    return factories.viewer(session, school.tenant, factories.audience(session, school.tenant), name="Paul")


# ---- what a binder says of itself ----


def test_what_is_typed_becomes_a_term_where_there_is_one(session: Session, school: School) -> None:
    binder = describe(session, school.teacher, school.binder, **WHOLE, title=" L’eau  ", lang="fr-CH")
    assert (binder.title, binder.lang, binder.licence) == ("L’eau", "fr-CH", "CC BY-SA 4.0")
    assert label(binder.level, "fr") == "5e"
    assert binder.level.startswith("http://data.education.fr/voc/scolomfr/concept/")
    assert label(binder.subject, "en") == "biology and Earth science"
    describe(session, school.teacher, binder, level="ULIS", subject="Cuisine")
    assert (binder.level, binder.subject) == ("ULIS", "Cuisine")
    assert label("ULIS", "en") == "ULIS"


def test_what_cannot_be_is_told_by_field(session: Session, school: School) -> None:
    before = describing.description_of(school.binder)
    with pytest.raises(Invalid) as invalid:
        describe(session, school.teacher, school.binder, lang="français !", level="x" * 256)
    assert set(invalid.value.messages) == {"lang", "level"}
    with pytest.raises(Invalid):
        describe(session, school.teacher, school.binder, title=" ")
    assert describing.description_of(school.binder) == before


def test_two_who_describe_a_binder_learn_of_each_other(session: Session, school: School) -> None:
    base = describing.state_of(school.binder)
    describing.describe(session, school.teacher, school.binder.id, {"title": "L’un"}, base=base)
    with pytest.raises(Conflict) as conflict:
        describing.describe(session, school.teacher, school.binder.id, {"title": "L’autre"}, base=base)
    assert conflict.value.current["title"] == "L’un"
    describing.describe(session, school.teacher, school.binder.id, {"title": "L’un"}, base=base)


def test_the_library_takes_only_what_is_whole(session: Session, school: School) -> None:
    with pytest.raises(Invalid) as invalid:
        describing.list_binder(session, school.teacher, school.binder.id)
    assert set(invalid.value.messages) == {"description", "level", "subject", "licence"}
    listed(session, school)
    since = school.binder.listed_at
    assert describing.list_binder(session, school.teacher, school.binder.id).listed_at == since
    with pytest.raises(Invalid) as invalid:
        describe(session, school.teacher, school.binder, licence="")
    assert set(invalid.value.messages) == {"licence"}
    session.refresh(school.binder)
    assert school.binder.licence == "CC BY-SA 4.0"
    assert describing.unlist(session, school.teacher, school.binder.id).listed_at is None


def test_a_binder_without_a_published_page_has_nothing_for_the_library(
    session: Session, school: School
) -> None:
    binder = factories.binder(session, school.teacher, "Vide")
    factories.page(session, school.teacher, binder)
    describe(session, school.teacher, binder, **WHOLE)
    with pytest.raises(Invalid) as invalid:
        describing.list_binder(session, school.teacher, binder.id)
    assert set(invalid.value.messages) == {"pages"}


# ---- finding and reading ----


def titles(session: Session, viewer: Viewer, **wanted: str) -> list[str]:
    return [it.binder.title for it in library.entries(session, viewer, **wanted)]


def test_colleagues_find_by_words_level_and_subject(session: Session, school: School, paul: Viewer) -> None:
    listed(session, school)
    other = school_in(session)
    listed(session, other, level="6e")
    third = school_in(session).binder
    assert titles(session, paul) == [school.binder.title]
    for words in ("cycle eau", "ÉVAPORATION", "morel", "svt nature", "Terre"):
        found = titles(session, paul, words=words)
        assert found == (
            [] if words == "ÉVAPORATION" else [school.binder.title] if words != "svt nature" else []
        ), words
    four = next(it.value for it in LEVELS if it.fr == "cycle 4")
    assert titles(session, paul, level="5e") == titles(session, paul, level=four) == [school.binder.title]
    assert titles(session, paul, level="6e") == []
    assert titles(session, paul, subject="svt") == [school.binder.title]
    assert titles(session, paul, subject="français") == []
    levels, subjects = library.facets(session, paul)
    assert [LEVELS.label(it, "fr") for it in levels] == ["cycle 4", "5e"]
    assert [SUBJECTS.label(it, "fr") for it in subjects] == ["sciences de la vie et de la Terre"]
    assert third.listed_at is None
    for viewer in (school.lina, Viewer(school.tenant.id, school.teacher.role)):
        with pytest.raises(Forbidden):
            library.entries(session, viewer)
    school.binder.trashed_at = now()
    session.flush()
    assert titles(session, paul) == []


def test_drafts_hidden_and_later_pages_are_not_in_the_library(
    session: Session, school: School, paul: Viewer
) -> None:
    binder = listed(session, school)
    draft = factories.page(session, school.teacher, binder, "Brouillon")
    hidden = factories.page(session, school.teacher, binder, "Cachée")
    authoring.publish(session, school.teacher, hidden.id)
    hidden.hidden = True
    block = school.page.blocks[0]
    composing.change_block(
        session, school.teacher, school.page.id, block["id"], {"html": "<p>pas encore publié</p>"}, base=None
    )
    session.flush()
    (part,) = library.contents(session, paul, binder.id)
    assert [leaf.id for leaf in part.leaves()] == [school.page.id]
    shown = library.page(session, paul, school.page.id)
    assert "pas encore publié" not in str(shown.revision.blocks)
    for page in (draft, hidden):
        with pytest.raises(NotFound):
            library.page(session, paul, page.id)
        with pytest.raises(Forbidden):
            authoring.own_page(session, paul, page.id, "look")
    describing.unlist(session, school.teacher, binder.id)
    with pytest.raises(Forbidden):
        library.page(session, paul, school.page.id)


# ---- copies ----


def pages_of(session: Session, binder: Binder) -> list[Page]:
    session.expire(binder)
    return [page for chapter in binder.chapters for page in chapter.pages]


def test_a_copy_of_the_library_has_what_was_published_and_says_whose_it_was(
    session: Session, school: School, paul: Viewer, storage: FileStorage
) -> None:
    file = files.add_file(
        session, school.teacher, school.binder.id, storage, io.BytesIO(b"%PDF-1.7 a"), name="a.pdf"
    )
    files.add_file(
        session, school.teacher, school.binder.id, storage, io.BytesIO(b"%PDF-1.7 b"), name="b.pdf"
    )
    block = {"type": "file", "resource": str(file.id), "label": "Fiche"}
    composing.add_block(session, school.teacher, school.page.id, block)
    binder = listed(session, school)
    published = [it["type"] for it in school.page.blocks]
    draft = factories.choice(title="Changée", points="9")
    authoring.save_activity(session, school.teacher, binder.id, draft, activity_id=school.activity.id)
    composing.add_block(session, school.teacher, school.page.id, {"type": "text", "html": "<p>brouillon</p>"})
    factories.page(session, school.teacher, binder, "Brouillon")

    copy = copying.copy_binder(session, paul, binder.id, published=True)
    assert (copy.owner_id, copy.title, copy.listed_at) == (paul.person_id, binder.title, None)
    assert copy.credit == "D’après « Le cycle de l’eau » de Claire Morel, CC BY-SA 4.0"
    assert (copy.licence, copy.level, copy.subject) == (binder.licence, binder.level, binder.subject)
    (page,) = pages_of(session, copy)
    assert [it["type"] for it in page.blocks] == published
    assert page.published_number is None
    (activity,) = copy.activities
    assert (activity.current.title, int(activity.current.points)) == ("Évaporation", 2)
    (resource,) = copy.resources
    assert (resource.sha256, resource.id != file.id) == (file.sha256, True)
    authoring.change_page_title(session, paul, page.id, title="À moi")
    assert school.page.title == "L’évaporation"


def test_credit_stays_with_further_copies_and_with_files(
    session: Session, school: School, paul: Viewer, storage: FileStorage
) -> None:
    mina = factories.viewer(session, school.tenant, factories.audience(session, school.tenant), name="Mina")
    copy = copying.copy_binder(session, paul, listed(session, school).id, published=True)
    (page,) = pages_of(session, copy)
    authoring.publish(session, paul, page.id)
    describe(session, paul, copy, title="L’eau autrement", lang="en")
    describing.list_binder(session, paul, copy.id)
    again = copying.copy_binder(session, mina, copy.id, published=True, title="Encore")
    assert again.credit.split("\n") == [
        "After “L’eau autrement” by Paul, CC BY-SA 4.0",
        "D’après « Le cycle de l’eau » de Claire Morel, CC BY-SA 4.0",
    ]
    own = copying.copy_binder(session, mina, again.id)
    assert own.credit == again.credit

    def missing(sha256: str) -> io.BytesIO:
        raise KeyError(sha256)

    document = schemas.dump_binder(again)
    back = import_binder(session, mina, document, storage, missing)
    assert back.credit == again.credit
    del document["binder"]["credit"]
    assert import_binder(session, mina, document, storage, missing).credit == ""


def test_licences_are_kept(session: Session, school: School, paul: Viewer) -> None:
    copy = copying.copy_binder(session, paul, listed(session, school).id, published=True)
    with pytest.raises(Invalid) as invalid:
        describe(session, paul, copy, licence="CC BY 4.0")
    assert set(invalid.value.messages) == {"licence"}
    describe(session, school.teacher, school.binder, licence="CC BY 4.0")
    free = copying.copy_binder(session, paul, school.binder.id, published=True)
    describe(session, paul, free, licence="CC BY-SA 4.0")
    describe(session, school.teacher, school.binder, licence="CC BY-ND 4.0")
    bound = copying.copy_binder(session, paul, school.binder.id, published=True)
    authoring.publish(session, paul, pages_of(session, bound)[0].id)
    with pytest.raises(Invalid, match="passed on"):
        describing.list_binder(session, paul, bound.id)
    describe(session, school.teacher, school.binder, licence="Tous droits réservés, demandez-moi")
    assert not library.entry(session, paul, school.binder.id).may_be_copied
    with pytest.raises(Forbidden):
        copying.copy_binder(session, paul, school.binder.id, published=True)


def test_what_was_shown_to_one_group_only_is_for_all_in_a_copy(
    session: Session, school: School, paul: Viewer
) -> None:
    text = {"type": "text", "html": "<p>groupe</p>", "audience": str(school.class_.id)}
    composing.add_block(session, school.teacher, school.page.id, text)
    copy = copying.copy_binder(session, paul, listed(session, school).id, published=True)
    (page,) = pages_of(session, copy)
    assert page.blocks[-1]["html"] == "<p>groupe</p>"
    assert not page.blocks[-1].get("audience")


# ---- words ----


def test_every_term_has_its_words_and_each_spelling_means_one_thing() -> None:
    for vocabulary in (LEVELS, SUBJECTS):
        terms = list(vocabulary)
        assert len({it.value for it in terms}) == len(terms)
        for term in terms:
            assert term.fr
            assert term.en
            assert vocabulary.find(term.value) is term
            for spelling in (term.fr, term.en, term.fr.upper(), *term.also):
                assert vocabulary.find(spelling) is term, spelling
            assert not term.broader or vocabulary.find(term.broader)
    assert LEVELS.find("nothing of the kind") is None


def test_licences_are_known_however_they_are_written() -> None:
    for written in ("CC BY-SA 4.0", "cc by-sa 4.0", "CC  BY-SA", "cc-by-sa".replace("-", " ", 1)):
        found = licence_of(written)
        assert found is LICENCES["CC BY-SA 4.0"], written
    own = licence_of("Tous droits réservés")
    assert own is not None
    assert not own.may_copy
    assert licence_of("  ") is None


def test_a_credit_says_once_who_and_what() -> None:
    values = {"title": "L’eau", "author": "", "licence": "", "lang": "fr"}
    assert credit_line(**values, credit="") == "D’après « L’eau »"
    assert credit_line(**values, credit="D’après « L’eau »\nautre") == "D’après « L’eau »\nautre"
