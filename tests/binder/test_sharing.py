"""Sharing with colleagues, and the whole table of rights: every use case by everybody."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.blocks import digest
from binder.clock import now
from binder.colleagues import library, proposing, sharing
from binder.content import authoring, composing, copying, describing, history, restoring
from binder.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from binder.models import Binder, Membership, Page, Proposal, Right
from binder.resources import files
from binder.storage import FileStorage
from tests import factories
from tests.binder.conftest import School, school_in
from tests.binder.test_races import at_once


def teacher(session: Session, school: School, name: str = "Paul Étienne", **changes: Any) -> Viewer:
    """A colleague with a class of their own."""
    return factories.viewer(
        session, school.tenant, factories.audience(session, school.tenant, "4e B"), name=name, **changes
    )


# ---- every use case by everybody ----

RIGHTS = ("owner", "manage", "edit", "propose", "read")
OTHERS = ("nobody's colleague", "other school", "pupil", "parent", "head", "nameless", "owner as pupil")


@dataclass
class Stage:
    """What a use case may be tried on."""

    session: Session
    storage: FileStorage
    school: School
    page: Page
    binder: Binder
    made: Proposal
    other: Viewer
    """A colleague with whom the binder is not shared."""

    @property
    def block(self) -> dict[str, Any]:
        return self.page.blocks[0]

    @property
    def base(self) -> str:
        return digest(self.block)


TEXT = {"type": "text", "html": "<p>neuf</p>"}
Use = Callable[[Stage, Viewer], Any]
USES: dict[str, tuple[str, Use]] = {
    # name → the least right, the use case
    "add_section": (
        "edit",
        lambda it, me: authoring.add_section(it.session, me, it.binder.id, title="Nouveau"),
    ),
    "add_page": (
        "edit",
        lambda it, me: authoring.add_page(it.session, me, it.page.section_id, title="Nouvelle"),
    ),
    "change_page_title": (
        "edit",
        lambda it, me: authoring.change_page_title(it.session, me, it.page.id, title="Autre"),
    ),
    "save_activity": (
        "edit",
        lambda it, me: authoring.save_activity(it.session, me, it.binder.id, factories.choice()),
    ),
    "publish": ("edit", lambda it, me: authoring.publish(it.session, me, it.page.id)),
    "own_page": ("edit", lambda it, me: authoring.own_page(it.session, me, it.page.id)),
    "add_block": ("edit", lambda it, me: composing.add_block(it.session, me, it.page.id, TEXT)),
    "change_block": (
        "edit",
        lambda it, me: composing.change_block(it.session, me, it.page.id, it.block["id"], TEXT, base=it.base),
    ),
    "move_block": (
        "edit",
        lambda it, me: composing.move_block(it.session, me, it.page.id, it.block["id"], by=1),
    ),
    "duplicate_block": (
        "edit",
        lambda it, me: composing.duplicate_block(it.session, me, it.page.id, it.block["id"]),
    ),
    "remove_block": (
        "edit",
        lambda it, me: composing.remove_block(it.session, me, it.page.id, it.block["id"]),
    ),
    "put_back": (
        "edit",
        lambda it, me: composing.put_back(it.session, me, it.page.id, {**TEXT, "id": "neuf"}, at=1),
    ),
    "add_file": (
        "edit",
        lambda it, me: files.add_file(
            it.session, me, it.binder.id, it.storage, io.BytesIO(b"%PDF-1.7 ..."), name="a.pdf"
        ),
    ),
    "versions": ("edit", lambda it, me: history.versions(it.session, me, it.page.id)),
    "version": ("edit", lambda it, me: history.version(it.session, me, it.page.id, 1)),
    "name_version": ("edit", lambda it, me: history.name_version(it.session, me, it.page.id, 1, "ici")),
    "restore_page": (
        "edit",
        lambda it, me: restoring.restore_page(it.session, me, it.page.id, 1, base=history.state_of(it.page)),
    ),
    "restore_block": (
        "edit",
        lambda it, me: restoring.restore_block(it.session, me, it.page.id, 1, it.block["id"], base=it.base),
    ),
    "accept": ("edit", lambda it, me: proposing.accept(it.session, me, it.made.id)),
    "decline": ("edit", lambda it, me: proposing.decline(it.session, me, it.made.id)),
    "propose": (
        "propose",
        lambda it, me: proposing.propose(
            it.session, me, it.page.id, it.block["id"], {"html": "x"}, base=it.base
        ),
    ),
    "propose_new": ("propose", lambda it, me: proposing.propose_new(it.session, me, it.page.id, TEXT)),
    "proposals": ("propose", lambda it, me: proposing.proposals(it.session, me, it.binder.id)),
    "look": ("read", lambda it, me: authoring.own_page(it.session, me, it.page.id, "look")),
    "copy_binder": ("read", lambda it, me: copying.copy_binder(it.session, me, it.binder.id)),
    "library.contents": ("read", lambda it, me: library.contents(it.session, me, it.binder.id)),
    "library.page": ("read", lambda it, me: library.page(it.session, me, it.page.id)),
    "copy_published": (
        "read",
        lambda it, me: copying.copy_binder(it.session, me, it.binder.id, published=True),
    ),
    "shares": ("manage", lambda it, me: sharing.shares(it.session, me, it.binder.id)),
    "colleagues": ("manage", lambda it, me: sharing.colleagues(it.session, me, it.binder.id, "Paul")),
    "share": (
        "manage",
        lambda it, me: sharing.share(it.session, me, it.binder.id, it.other.person_id, Right.READ),  # type: ignore[arg-type]
    ),
    "change_right": (
        "manage",
        lambda it, me: sharing.change_right(
            it.session, me, it.binder.id, it.made.person_id, Right.READ, base=Right.PROPOSE
        ),
    ),
    "remove": (
        "manage",
        lambda it, me: sharing.remove(it.session, me, it.binder.id, it.made.person_id, base=Right.PROPOSE),
    ),
    "describe": (
        "manage",
        lambda it, me: describing.describe(
            it.session, me, it.binder.id, {"description": "mot"}, base=describing.state_of(it.binder)
        ),
    ),
    "list_binder": ("manage", lambda it, me: describing.list_binder(it.session, me, it.binder.id)),
    "unlist": ("manage", lambda it, me: describing.unlist(it.session, me, it.binder.id)),
}
LISTED = {"library.contents", "library.page", "copy_published"}
"""What anybody who teaches in the school may do once the binder stands in the library."""


def someone(session: Session, school: School, who: str) -> Viewer:
    """A viewer with a right to the school's binder, or none."""
    if who == "owner":
        return school.teacher
    if who == "nameless":
        return Viewer(school.tenant.id, Role.INSTRUCTOR, audience_id=school.class_.id)
    if who == "owner as pupil":
        return Viewer(school.tenant.id, Role.LEARNER, school.teacher.person_id, school.class_.id)
    if who == "other school":
        return teacher(session, school_in(session), "Claire Morel")
    roles = {"pupil": Role.LEARNER, "parent": Role.MENTOR, "head": Role.ADMINISTRATOR}
    if who in roles:
        return factories.viewer(session, school.tenant, school.class_, role=roles[who], name="X")
    viewer = teacher(session, school, "Y")
    if who in RIGHTS:
        assert viewer.person_id
        sharing.share(session, school.teacher, school.binder.id, viewer.person_id, Right(who))
    return viewer


@pytest.mark.parametrize("listed", [False, True], ids=["not listed", "listed"])
@pytest.mark.parametrize("who", [*RIGHTS, *OTHERS])
def test_the_table_of_rights(
    session: Session, school: School, storage: FileStorage, who: str, listed: bool
) -> None:
    page = school.page
    authoring.publish(session, school.teacher, page.id)
    mina = teacher(session, school, "Mina")
    assert mina.person_id
    sharing.share(session, school.teacher, school.binder.id, mina.person_id, Right.PROPOSE)
    made = proposing.propose_new(session, mina, page.id, TEXT)
    for name, value in (("level", "5e"), ("subject", "SVT"), ("licence", "CC BY 4.0"), ("description", "x")):
        setattr(school.binder, name, value)
    school.binder.listed_at = now() if listed else None
    session.flush()
    me = someone(session, school, who)
    stage = Stage(session, storage, school, page, school.binder, made, teacher(session, school))
    allowed = set()
    for name, (_, use) in USES.items():
        with session.begin_nested() as savepoint:
            try:
                use(stage, me)
                allowed.add(name)
            except (Forbidden, NotFound):
                pass
            savepoint.rollback()
        session.expire_all()
    reach = RIGHTS.index(who) if who in RIGHTS else len(RIGHTS)
    expected = {name for name, (least, _) in USES.items() if RIGHTS.index(least) >= reach}
    if listed and who == "nobody's colleague":
        expected |= LISTED
    assert allowed == expected


def test_the_table_names_every_use_case_of_these_modules() -> None:
    """A new one must be put into the table, or here with the reason why not."""
    for_oneself = {
        # ask for no binder, or only for what is one's own
        "create_binder", "own_binder", "own_binders", "shared_binders", "leave", "withdraw", "proposal",
        "names_of", "name_of", "open_counts", "entries", "entry", "facets", "page", "contents",
    }  # fmt: skip
    not_use_cases = {
        # called by use cases that have asked
        "changed", "checked_title", "keep", "note_files", "store_activity", "newest", "begin_anew", "state_of", "thin", "take_turn", "is_late",
        "others_writing", "description_of", "lacking", "licence_is_fixed", "shown_file",
    }  # fmt: skip
    for module in (authoring, composing, describing, history, library, proposing, restoring, sharing):
        names = {
            name
            for name in module.__all__
            if callable(getattr(module, name)) and not isinstance(getattr(module, name), type)
        }
        assert names <= {*USES, *for_oneself, *not_use_cases}, module.__name__


# ---- sharing ----


def test_only_those_who_teach_are_found_by_their_names(session: Session, school: School) -> None:
    other = school_in(session)
    teacher(session, other, "Zoé Etienne")
    zoe = teacher(session, school, "Zoé Étienne")
    developer = teacher(session, school, "Étienne Zola", role=Role.CONTENT_DEVELOPER)
    for role in (Role.LEARNER, Role.MENTOR, Role.ADMINISTRATOR):
        factories.viewer(session, school.tenant, school.class_, role=role, name="Étienne")
    teacher(session, school, "Étienne d’essai", is_test=True)
    nameless = teacher(session, school, "")
    gone = teacher(session, school, "Étienne Parti")
    for row in session.query(Membership).filter(Membership.person_id == gone.person_id):
        row.active = False
    session.flush()

    def found(words: str) -> set[Any]:
        return {it.id for it in sharing.colleagues(session, school.teacher, school.binder.id, words)}

    assert found("etienne") == {zoe.person_id, developer.person_id}
    assert found("ÉTIENNE zoé") == {zoe.person_id}
    assert found("e") == found("") == found("   ") == set()
    assert nameless.person_id not in found("et")
    assert school.teacher.person_id not in found("morel")
    assert zoe.person_id
    sharing.share(session, school.teacher, school.binder.id, zoe.person_id, Right.READ)
    assert found("etienne") == {developer.person_id}


def test_a_right_can_be_given_changed_and_taken(session: Session, school: School) -> None:
    paul = teacher(session, school)
    id = paul.person_id
    assert id
    sharing.share(session, school.teacher, school.binder.id, id, Right.READ)
    sharing.share(session, school.teacher, school.binder.id, id, Right.READ)
    with pytest.raises(Conflict):
        sharing.share(session, school.teacher, school.binder.id, id, Right.EDIT)
    sharing.change_right(session, school.teacher, school.binder.id, id, Right.EDIT, base=Right.READ)
    authoring.change_page_title(session, paul, school.page.id, title="De Paul")
    with pytest.raises(Conflict):
        sharing.change_right(session, school.teacher, school.binder.id, id, Right.MANAGE, base=Right.READ)
    with pytest.raises(Conflict):
        sharing.remove(session, school.teacher, school.binder.id, id, base=Right.READ)
    assert [(it.person_id, it.right) for it in sharing.shares(session, school.teacher, school.binder.id)] == [
        (id, Right.EDIT)
    ]
    assert [it.binder_id for it in sharing.shared_binders(session, paul)] == [school.binder.id]
    sharing.remove(session, school.teacher, school.binder.id, id, base=Right.EDIT)
    sharing.remove(session, school.teacher, school.binder.id, id, base=Right.EDIT)
    assert sharing.shared_binders(session, paul) == []
    with pytest.raises(Forbidden):
        authoring.change_page_title(session, paul, school.page.id, title="Encore")
    with pytest.raises(Conflict):
        sharing.change_right(session, school.teacher, school.binder.id, id, Right.READ, base=Right.EDIT)


def test_the_owner_stays_and_a_pupil_gets_nothing(session: Session, school: School) -> None:
    paul = teacher(session, school)
    assert paul.person_id
    assert school.teacher.person_id
    assert school.lina.person_id
    sharing.share(session, school.teacher, school.binder.id, paul.person_id, Right.MANAGE)
    with pytest.raises(Invalid, match="owner"):
        sharing.share(session, paul, school.binder.id, school.teacher.person_id, Right.READ)
    sharing.remove(session, paul, school.binder.id, school.teacher.person_id, base=Right.READ)
    authoring.change_page_title(session, school.teacher, school.page.id, title="Toujours à moi")
    with pytest.raises(Forbidden):
        sharing.leave(session, school.teacher, school.binder.id)
    with pytest.raises(NotFound, match="no such teacher"):
        sharing.share(session, school.teacher, school.binder.id, school.lina.person_id, Right.READ)
    stranger = teacher(session, school_in(session))
    assert stranger.person_id
    with pytest.raises(NotFound):
        sharing.share(session, school.teacher, school.binder.id, stranger.person_id, Right.READ)
    sharing.leave(session, paul, school.binder.id)
    with pytest.raises(Forbidden):
        sharing.shares(session, paul, school.binder.id)


def test_a_binder_in_the_trash_is_shared_with_nobody(session: Session, school: School) -> None:
    paul = teacher(session, school)
    assert paul.person_id
    sharing.share(session, school.teacher, school.binder.id, paul.person_id, Right.READ)
    school.binder.trashed_at = now()
    session.flush()
    assert sharing.shared_binders(session, paul) == []
    with pytest.raises(NotFound):
        authoring.own_page(session, paul, school.page.id, "look")


def test_two_managers_at_once_lose_nothing(begin: Callable[[], Any]) -> None:
    with begin() as session:
        school = school_in(session)
        mina, paul = teacher(session, school, "Mina"), teacher(session, school)
        assert mina.person_id
        assert paul.person_id
        sharing.share(session, school.teacher, school.binder.id, mina.person_id, Right.MANAGE)
        sharing.share(session, school.teacher, school.binder.id, paul.person_id, Right.READ)
    binder, id = school.binder.id, paul.person_id

    def give(viewer: Viewer, right: Right) -> Callable[[Session], Any]:
        return lambda session: sharing.change_right(session, viewer, binder, id, right, base=Right.READ)

    results = at_once(begin, give(school.teacher, Right.EDIT), give(mina, Right.PROPOSE))
    assert sum(isinstance(it, Conflict) for it in results) == 1
    with begin() as session:
        (right,) = (it.right for it in sharing.shares(session, school.teacher, binder) if it.person_id == id)
    assert right in (Right.EDIT, Right.PROPOSE)
    winner = next(it for it in results if not isinstance(it, Conflict))
    assert winner.right is right

    newcomer = None
    with begin() as session:
        newcomer = teacher(session, school, "Nour").person_id
    assert newcomer

    def add(viewer: Viewer) -> Callable[[Session], Any]:
        return lambda session: sharing.share(session, viewer, binder, newcomer, Right.READ)

    results = at_once(begin, add(school.teacher), add(mina))
    assert not [it for it in results if isinstance(it, Exception)]

    def demote(session: Session) -> Any:
        assert mina.person_id
        return sharing.remove(session, school.teacher, binder, mina.person_id, base=Right.MANAGE)

    at_once(begin, demote)
    (refused,) = at_once(begin, give(mina, Right.MANAGE))
    assert isinstance(refused, Forbidden)


def test_two_who_decide_at_once_decide_once(begin: Callable[[], Any]) -> None:
    with begin() as session:
        school = school_in(session)
        paul = teacher(session, school)
        assert paul.person_id
        sharing.share(session, school.teacher, school.binder.id, paul.person_id, Right.EDIT)
        made = proposing.propose_new(session, paul, school.page.id, TEXT).id
        before = len(school.page.blocks)
    results = at_once(
        begin,
        lambda session: proposing.accept(session, school.teacher, made),
        lambda session: proposing.accept(session, paul, made),
    )
    assert sum(isinstance(it, Closed) for it in results) == 1
    with begin() as session:
        assert len(authoring.own_page(session, paul, school.page.id).blocks) == before + 1
