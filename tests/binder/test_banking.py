"""A teacher's question bank: what goes in and out is copied, and nobody else ever reads it."""

from __future__ import annotations

import io
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.activities import true_false
from binder.bank import banking, lending
from binder.colleagues import library, sharing
from binder.content import arranging, authoring, composing, contents, copying, describing, searching, trash
from binder.errors import Forbidden, Invalid, NotFound
from binder.models import Activity, ActivityVersion, Binder, Page, Resource, Right
from binder.publication import opening
from binder.resources import files
from binder.storage import FileStorage
from tests import factories
from tests.binder.conftest import School, school_in
from tests.exporters.shelf import PNG


def kept(session: Session, school: School, **values: Any) -> Activity:
    return lending.keep(session, school.teacher, school.activity.id, **values)


def colleague(session: Session, school: School) -> Viewer:
    return factories.viewer(session, school.tenant, school.class_, name="Nora Haddad")


def with_picture(session: Session, school: School, storage: FileStorage) -> Resource:
    """The school's question shows a picture."""
    stored = files.add_file(
        session, school.teacher, school.binder.id, storage, io.BytesIO(PNG), name="mare.png"
    )
    data = factories.choice()
    data["body"]["prompt"] = f'<p>Et ici ?</p><p><img src="resource:{stored.id}" alt="Une mare"></p>'
    authoring.save_activity(session, school.teacher, school.binder.id, data, activity_id=school.activity.id)
    return stored


def test_a_bank_is_made_by_the_first_question_and_only_once(session: Session, school: School) -> None:
    assert banking.bank(session, school.teacher) is None
    assert banking.questions(session, school.teacher) == []
    kept(session, school)
    other = authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(title="Pluie")
    )
    lending.keep(session, school.teacher, other.id)
    banks = session.scalars(sa.select(Binder).where(Binder.is_bank)).all()
    assert len(banks) == 1
    assert [one.activity.title for one in banking.questions(session, school.teacher)] == [
        "Pluie",
        "Évaporation",
    ]


def test_a_kept_question_is_a_copy_with_its_files_and_tags(
    session: Session, school: School, storage: FileStorage
) -> None:
    stored = with_picture(session, school, storage)
    question = kept(session, school, tags=["eau", "5e"])
    assert (question.tags, question.id != school.activity.id) == (["eau", "5e"], True)
    assert (question.current.key, question.type) == (school.activity.current.key, "choice")
    (copy,) = question.binder.resources
    assert (copy.id != stored.id, copy.sha256) == (True, stored.sha256)
    assert str(copy.id) in question.current.body["prompt"]
    assert str(stored.id) not in question.current.body["prompt"]
    assert (school.activity.origin_id, school.activity.origin_number) == (question.id, 1)


def test_a_question_is_taken_onto_a_page_of_another_binder(
    session: Session, school: School, storage: FileStorage
) -> None:
    with_picture(session, school, storage)
    question = kept(session, school, tags=["eau"])
    there = factories.binder(session, school.teacher, "Autre classeur")
    page = factories.page(session, school.teacher, there)
    composing.add_block(session, school.teacher, page.id, {"type": "divider"})
    composing.add_block(session, school.teacher, page.id, {"type": "divider"})
    copy = lending.take(session, school.teacher, question.id, page.id, after=page.blocks[0]["id"])
    assert (copy.binder_id, copy.tags) == (there.id, ["eau"])
    assert (copy.origin_id, copy.origin_number) == (question.id, question.number)
    assert [block["type"] for block in page.blocks] == ["divider", "activity", "divider"]
    (picture,) = there.resources
    assert page.blocks[1]["files"] == [str(picture.id)]
    again = lending.take(session, school.teacher, question.id, page.id)
    assert again.id != copy.id
    assert len(there.resources) == 1, "the same picture is not copied twice"


def test_the_bank_says_that_it_has_a_newer_version_and_gives_it(session: Session, school: School) -> None:
    question = kept(session, school)
    there = factories.binder(session, school.teacher, "Autre classeur")
    page = factories.page(session, school.teacher, there)
    copy = lending.take(session, school.teacher, question.id, page.id)
    authoring.publish(session, school.teacher, page.id)
    assert lending.newer(session, school.teacher, [copy, school.activity]) == {}
    authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        factories.choice(title="Évaporation, mieux"),
        activity_id=school.activity.id,
    )
    assert kept(session, school).id == question.id, "the same question, made anew"
    assert (question.number, question.title) == (2, "Évaporation, mieux")
    assert set(lending.newer(session, school.teacher, [copy, school.activity])) == {copy.id}
    assert not page.changed
    renewed = lending.renew(session, school.teacher, copy.id)
    assert (renewed.id, renewed.number, renewed.title) == (copy.id, 2, "Évaporation, mieux")
    assert (renewed.origin_number, page.changed) == (2, True)
    assert lending.newer(session, school.teacher, [copy]) == {}
    versions = sa.select(ActivityVersion).where(ActivityVersion.activity_id == copy.id)
    assert len(session.scalars(versions).all()) == 2, "attempts keep the old one"


def test_keeping_what_has_not_changed_makes_no_version(session: Session, school: School) -> None:
    question = kept(session, school, tags=["eau"])
    assert kept(session, school).number == 1
    assert question.tags == ["eau"]
    assert kept(session, school, tags=[]).tags == []


def test_a_question_that_became_another_type_is_kept_as_that_type(session: Session, school: School) -> None:
    question = kept(session, school)
    first = question.current.id
    data = {**true_false.TrueFalse().example("fr"), "title": "Vrai ?"}
    authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        data,
        type="true_false",
        activity_id=school.activity.id,
    )
    assert kept(session, school).id == question.id
    session.expire_all()
    assert (question.type, question.current.type, question.number) == ("true_false", "true_false", 2)
    assert session.get_one(ActivityVersion, (school.tenant.id, first)).type == "choice"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, ["Pluie", "Évaporation"]),
        ({"words": "evapo"}, ["Évaporation"]),
        ({"words": "GLACE vapeur"}, ["Pluie", "Évaporation"]),
        ({"words": "glace neige"}, []),
        ({"words": "climat"}, ["Pluie"]),
        ({"tag": "CLIMAT"}, ["Pluie"]),
        ({"tag": "clim"}, []),
        ({"type": "choice"}, ["Pluie", "Évaporation"]),
        ({"type": "numeric"}, []),
        ({"words": " "}, ["Pluie", "Évaporation"]),
    ],
)
def test_questions_are_found(
    session: Session, school: School, search: dict[str, str], found: list[str]
) -> None:
    kept(session, school, tags=["Eau"])
    other = authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(title="Pluie")
    )
    lending.keep(session, school.teacher, other.id, tags=["climat", "eau"])
    assert [one.activity.title for one in banking.questions(session, school.teacher, **search)] == found


def test_tags_are_tidied_and_bounded(session: Session, school: School) -> None:
    question = kept(session, school)
    banking.tag(
        session, school.teacher, question.id, [" Eau ", "eau", "", "#5e", "-hidden", "cycle  3", "\x00"]
    )
    assert question.tags == ["Eau", "5e", "hidden", "cycle 3"]
    assert banking.tags(session, school.teacher) == {"5e": 1, "cycle 3": 1, "Eau": 1, "hidden": 1}
    with pytest.raises(Invalid, match="too long"):
        banking.tag(session, school.teacher, question.id, ["x" * 51])
    with pytest.raises(Invalid, match="too many"):
        banking.tag(session, school.teacher, question.id, [str(number) for number in range(21)])


def test_what_was_never_used_is_deleted_and_what_was_is_put_out_of_sight(
    session: Session, school: School
) -> None:
    question = kept(session, school, tags=["eau"])
    assert banking.remove(session, school.teacher, question.id) is False
    assert banking.questions(session, school.teacher) == []
    (hidden,) = banking.questions(session, school.teacher, hidden=True)
    assert (hidden.activity.id, hidden.tags, hidden.hidden) == (question.id, ["eau"], True)
    assert banking.tags(session, school.teacher) == {}
    with pytest.raises(NotFound):
        lending.take(session, school.teacher, question.id, school.page.id)
    banking.tag(session, school.teacher, question.id, ["nuage"])
    assert banking.questions(session, school.teacher) == [], "tags do not bring it back"
    banking.show(session, school.teacher, question.id)
    assert [one.tags for one in banking.questions(session, school.teacher)] == [["nuage"]]
    school.activity.origin_id = school.activity.origin_number = None
    assert banking.remove(session, school.teacher, question.id) is True
    assert session.get(Activity, (school.tenant.id, question.id)) is None
    assert banking.questions(session, school.teacher, hidden=True) == []


def test_a_full_bank_says_so(session: Session, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "MOST_QUESTIONS", 1)
    kept(session, school)
    other = authoring.save_activity(
        session, school.teacher, school.binder.id, factories.choice(title="Pluie")
    )
    with pytest.raises(Invalid, match="bank full"):
        lending.keep(session, school.teacher, other.id)
    assert kept(session, school).number == 1, "what is there may be kept again"


# Nobody else's bank


ACTS: dict[str, Callable[[Session, School, Viewer, Activity], object]] = {
    "question": lambda s, school, who, it: banking.question(s, who, it.id),
    "tag": lambda s, school, who, it: banking.tag(s, who, it.id, ["x"]),
    "remove": lambda s, school, who, it: banking.remove(s, who, it.id),
    "show": lambda s, school, who, it: banking.show(s, who, it.id),
    "take": lambda s, school, who, it: lending.take(s, who, it.id, school.page.id),
    "take into": lambda s, school, who, it: lending.take_into(s, who, [it.id], school.binder.id),
    "keep": lambda s, school, who, it: lending.keep(s, who, it.id),
    "save": lambda s, school, who, it: authoring.save_activity(
        s, who, it.binder_id, factories.choice(), activity_id=it.id
    ),
    "copy": lambda s, school, who, it: copying.copy_binder(s, who, it.binder_id),
    "contents": lambda s, school, who, it: contents.contents(s, who, it.binder_id),
    "library": lambda s, school, who, it: library.entry(s, who, it.binder_id),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_reaches_into_a_colleague_s_bank(session: Session, school: School, act: str) -> None:
    """Not even one to whom all else is shared."""
    question, nora = kept(session, school), colleague(session, school)
    assert nora.person_id
    sharing.share(session, school.teacher, school.binder.id, nora.person_id, Right.MANAGE)
    lending.keep(session, nora, school.activity.id)  # a bank of her own
    with pytest.raises((NotFound, Forbidden)):
        ACTS[act](session, school, nora, question)
    assert question.id not in {one.activity.id for one in banking.questions(session, nora)}


def test_a_bank_of_another_school_is_none(session: Session, school: School) -> None:
    question = kept(session, school)
    stranger = factories.viewer(session, factories.tenant(session, "Autre collège"))
    assert banking.questions(session, stranger) == []
    with pytest.raises(NotFound):
        banking.question(session, stranger, question.id)


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.ADMINISTRATOR])
def test_only_teachers_have_a_bank(session: Session, school: School, role: Role) -> None:
    kept(session, school)
    someone = factories.viewer(session, school.tenant, school.class_, role=role)
    with pytest.raises(Forbidden):
        banking.questions(session, someone)
    with pytest.raises(Forbidden):
        banking.bank(session, someone)


def test_a_copy_in_a_colleague_s_hands_knows_nothing_of_the_bank(session: Session, school: School) -> None:
    question, nora = kept(session, school), colleague(session, school)
    assert nora.person_id
    sharing.share(session, school.teacher, school.binder.id, nora.person_id, Right.EDIT)
    copy = copying.copy_binder(session, nora, school.binder.id)
    (theirs,) = copy.activities
    assert (theirs.origin_id, theirs.tags) == (None, [])
    banking.tag(session, school.teacher, question.id, ["privé"])
    authoring.save_activity(
        session,
        school.teacher,
        school.binder.id,
        factories.choice(title="Neuf"),
        activity_id=school.activity.id,
    )
    kept(session, school)
    assert lending.newer(session, nora, [theirs, school.activity]) == {}
    with pytest.raises(NotFound):
        lending.renew(session, nora, school.activity.id)


def test_a_colleague_who_keeps_a_shared_question_leaves_its_author_s_bank_alone(
    session: Session, school: School
) -> None:
    question, nora = kept(session, school), colleague(session, school)
    assert nora.person_id
    sharing.share(session, school.teacher, school.binder.id, nora.person_id, Right.READ)
    theirs = lending.keep(session, nora, school.activity.id)
    assert (theirs.id != question.id, theirs.binder_id != question.binder_id) == (True, True)
    assert school.activity.origin_id == question.id
    assert question.number == 1


def test_tags_stay_with_their_author(session: Session, school: School) -> None:
    """Neither a co-author nor whoever copies learns how a teacher has sorted their questions."""
    question, nora = kept(session, school, tags=["à revoir avec Malo"]), colleague(session, school)
    assert nora.person_id
    own = factories.binder(session, nora, "De Nora")
    assert school.teacher.person_id
    sharing.share(session, nora, own.id, school.teacher.person_id, Right.EDIT)
    page = factories.page(session, nora, own)
    copy = lending.take(session, school.teacher, question.id, page.id)
    assert (copy.tags, copy.origin_id) == ([], question.id)
    assert lending.origin(session, nora, copy) is None
    sharing.share(session, school.teacher, school.binder.id, nora.person_id, Right.READ)
    assert lending.keep(session, nora, school.activity.id).tags == []


def test_a_double_click_keeps_one_question(session: Session, school: School) -> None:
    assert kept(session, school).id == kept(session, school).id
    assert len(banking.questions(session, school.teacher)) == 1


def test_a_copy_for_oneself_still_learns_of_newer_versions(session: Session, school: School) -> None:
    question = kept(session, school)
    copied = copying.duplicate_page(session, school.teacher, school.page.id)
    page = session.get_one(Page, (school.tenant.id, copied.id))
    (name,) = [block["activity"] for block in page.blocks if block["type"] == "activity"]
    copy = session.get_one(Activity, (school.tenant.id, UUID(name)))
    assert (copy.origin_id, copy.origin_number) == (question.id, 1)


# In no list of binders


def test_a_bank_is_in_no_list(session: Session, school: School) -> None:
    own = kept(session, school).binder
    teacher = school.teacher
    assert own.id not in {one.id for one in authoring.own_binders(session, teacher)}
    assert own.id not in {one.id for one in trash.trashed_binders(session, teacher)}
    assert own.id not in {one.binder.id for one in library.entries(session, teacher)}
    assert own.id not in {one.id for one in opening.opened(session, teacher)}
    assert own.id not in {hit.binder_id for hit in searching.search(session, teacher, "evaporation")}


NOT_A_BINDER: dict[str, Callable[[Session, Viewer, UUID], object]] = {
    "open": authoring.own_binder,
    "add a section": lambda s, who, it: authoring.add_section(s, who, it, title="x"),
    "save": lambda s, who, it: authoring.save_activity(s, who, it, factories.choice()),
    "throw away": trash.throw_away_binder,
    "share": lambda s, who, it: sharing.share(s, who, it, uuid4(), Right.READ),
    "list": describing.list_binder,
    "open to a class": opening.open_to_class,
    "copy": copying.copy_binder,
    "arrange": lambda s, who, it: arranging.move_pages(s, who, it, [], uuid4(), 1),
    "contents": contents.contents,
    "search": lambda s, who, it: authoring.own_binder(s, who, it, "look"),
}


@pytest.mark.parametrize("act", NOT_A_BINDER)
def test_even_its_owner_does_nothing_to_a_bank_that_one_does_to_binders(
    session: Session, school: School, act: str
) -> None:
    own = kept(session, school).binder
    with pytest.raises(NotFound):
        NOT_A_BINDER[act](session, school.teacher, own.id)


def test_two_tabs_that_keep_at_once_make_one_bank(begin: Callable[[], Any]) -> None:
    with begin() as session:
        school = school_in(session)
        other = authoring.save_activity(
            session, school.teacher, school.binder.id, factories.choice(title="Pluie")
        )
        names = [school.activity.id, other.id]
    start, failed = Barrier(2), list[Exception]()

    def run(name: UUID) -> None:
        start.wait()
        try:
            with begin() as session:
                lending.keep(session, school.teacher, name)
        except Exception as error:  # told by the test
            failed.append(error)

    threads = [Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Binder).where(Binder.is_bank)) == 1
        assert len(banking.questions(session, school.teacher)) == 2
