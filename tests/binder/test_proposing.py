"""Proposals: who may make and decide them, and what becomes of the page."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from binder.access import Viewer
from binder.blocks import digest
from binder.colleagues import proposing, sharing
from binder.content import composing, history
from binder.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from binder.models import Page, ProposalState, Right
from tests import factories
from tests.binder.conftest import School


@pytest.fixture
def paul(session: Session, school: School) -> Viewer:
    """A colleague who may propose."""
    viewer = factories.viewer(session, school.tenant, factories.audience(session, school.tenant), name="Paul")
    assert viewer.person_id
    sharing.share(session, school.teacher, school.binder.id, viewer.person_id, Right.PROPOSE)
    return viewer


@pytest.fixture
def page(session: Session, school: School) -> Page:
    """A page with two texts."""
    page = factories.page(session, school.teacher, school.binder, "Les nuages")
    for words in ("un", "deux"):
        composing.add_block(session, school.teacher, page.id, {"type": "text", "html": f"<p>{words}</p>"})
    return page


def texts(page: Page) -> list[str]:
    return [block["html"] for block in page.blocks]


def test_an_accepted_proposal_stands_on_the_page(
    session: Session, school: School, page: Page, paul: Viewer
) -> None:
    block = page.blocks[0]
    made = proposing.propose(
        session, paul, page.id, block["id"], {"html": "<p>une</p>"}, base=digest(block), note=" faute "
    )
    assert (made.state, made.note, texts(page)[0]) == (ProposalState.OPEN, "faute", "<p>un</p>")
    assert proposing.open_counts(session, school.teacher, [school.binder.id]) == {school.binder.id: 1}
    assert proposing.open_counts(session, paul, [school.binder.id]) == {}
    before = history.newest(session, page.tenant_id, page.id)
    assert before is not None
    decided = proposing.accept(session, school.teacher, made.id, answer="Merci !")
    assert (decided.state, decided.answer, decided.decided_by_id) == (
        ProposalState.ACCEPTED,
        "Merci !",
        school.teacher.person_id,
    )
    assert texts(page) == ["<p>une</p>", "<p>deux</p>"]
    assert before.blocks[0] == block, "what stood there a moment ago stays in the history"
    after = history.newest(session, page.tenant_id, page.id)
    assert after is not None
    assert after.blocks == page.blocks
    assert proposing.open_counts(session, school.teacher, [school.binder.id]) == {}
    with pytest.raises(Closed):
        proposing.accept(session, school.teacher, made.id)
    with pytest.raises(Closed):
        proposing.decline(session, school.teacher, made.id)
    with pytest.raises(Closed):
        proposing.withdraw(session, paul, made.id)
    assert [it.answer for it in proposing.proposals(session, paul, school.binder.id)] == ["Merci !"]


def test_a_new_block_stands_where_it_was_wished_for(
    session: Session, school: School, page: Page, paul: Viewer
) -> None:
    text = {"type": "text", "html": "<p>entre</p>"}
    made = proposing.propose_new(session, paul, page.id, text, after=page.blocks[0]["id"])
    last = proposing.propose_new(session, paul, page.id, {**text, "html": "<p>fin</p>"})
    proposing.accept(session, school.teacher, made.id)
    proposing.accept(session, school.teacher, last.id)
    assert texts(page) == ["<p>un</p>", "<p>entre</p>", "<p>deux</p>", "<p>fin</p>"]
    assert page.blocks[1]["id"] == made.block_id


def test_a_block_that_was_changed_meanwhile_is_compared_first(
    session: Session, school: School, page: Page, paul: Viewer
) -> None:
    block = page.blocks[0]
    made = proposing.propose(session, paul, page.id, block["id"], {"html": "<p>une</p>"}, base=digest(block))
    composing.change_block(session, school.teacher, page.id, block["id"], {"html": "<p>1</p>"}, base=None)
    with pytest.raises(Conflict) as conflict:
        proposing.accept(session, school.teacher, made.id)
    assert conflict.value.current["html"] == "<p>1</p>"
    assert made.state is ProposalState.OPEN
    with pytest.raises(Conflict):
        proposing.accept(session, school.teacher, made.id, base="0123456789abcdef")
    proposing.accept(session, school.teacher, made.id, base=digest(page.blocks[0]))
    assert texts(page)[0] == "<p>une</p>"


def test_a_block_that_is_gone_meanwhile_comes_back_only_if_asked_for(
    session: Session, school: School, page: Page, paul: Viewer
) -> None:
    block = page.blocks[0]
    made = proposing.propose(session, paul, page.id, block["id"], {"html": "<p>une</p>"}, base=digest(block))
    composing.remove_block(session, school.teacher, page.id, block["id"])
    with pytest.raises(Conflict) as conflict:
        proposing.accept(session, school.teacher, made.id)
    assert conflict.value.current is None
    proposing.accept(session, school.teacher, made.id, base="")
    assert texts(page) == ["<p>deux</p>", "<p>une</p>"]


def test_declined_and_withdrawn_proposals_change_nothing(
    session: Session, school: School, page: Page, paul: Viewer
) -> None:
    before = list(page.blocks)
    block = before[0]
    made = proposing.propose(session, paul, page.id, block["id"], {"html": "<p>x</p>"}, base=digest(block))
    proposing.decline(session, school.teacher, made.id, answer="Plutôt dans la page suivante.")
    other = proposing.propose(session, paul, page.id, block["id"], {"html": "<p>y</p>"}, base=digest(block))
    with pytest.raises(Forbidden):
        proposing.withdraw(session, school.teacher, other.id)
    assert proposing.withdraw(session, paul, other.id) == page.id
    assert page.blocks == before
    (left,) = proposing.proposals(session, paul, school.binder.id)
    assert (left.state, left.answer) == (ProposalState.DECLINED, "Plutôt dans la page suivante.")


def test_what_cannot_be_proposed_is_refused_in_words(
    session: Session, school: School, page: Page, paul: Viewer
) -> None:
    block = page.blocks[0]
    with pytest.raises(Invalid, match="nothing changed"):
        proposing.propose(session, paul, page.id, block["id"], {"html": "<p>un</p>"}, base=digest(block))
    with pytest.raises(NotFound):
        proposing.propose(session, paul, page.id, "nothing", {"html": "x"}, base="")
    with pytest.raises(Invalid):
        proposing.propose(session, paul, page.id, block["id"], {"html": "x"}, base="", note="x" * 2001)
    elsewhere = factories.page_with_choice(
        session, school.teacher, factories.binder(session, school.teacher)
    )[1]
    with pytest.raises(Invalid, match="not in this binder"):
        proposing.propose_new(session, paul, page.id, {"type": "activity", "activity": str(elsewhere.id)})


def test_each_sees_their_own_proposals_and_those_who_decide_see_all(
    session: Session, school: School, page: Page, paul: Viewer
) -> None:
    mina = factories.viewer(session, school.tenant, factories.audience(session, school.tenant), name="Mina")
    assert mina.person_id
    sharing.share(session, school.teacher, school.binder.id, mina.person_id, Right.PROPOSE)
    text = {"type": "text", "html": "<p>x</p>"}
    first = proposing.propose_new(session, paul, page.id, text)
    proposing.propose_new(session, mina, page.id, text)
    assert len(proposing.proposals(session, school.teacher, school.binder.id)) == 2
    assert [it.id for it in proposing.proposals(session, paul, school.binder.id)] == [first.id]
    with pytest.raises(Forbidden):
        proposing.proposal(session, mina, first.id)
    for act in (proposing.accept, proposing.decline):
        with pytest.raises(Forbidden):
            act(session, paul, first.id)
    with pytest.raises(Forbidden):
        proposing.proposals(session, school.lina, school.binder.id)


def test_nobody_can_pile_up_proposals_without_end(
    session: Session, school: School, page: Page, paul: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "MOST_OPEN", 2)
    text = {"type": "text", "html": "<p>x</p>"}
    for _ in range(2):
        proposing.propose_new(session, paul, page.id, text)
    with pytest.raises(Invalid, match="too many"):
        proposing.propose_new(session, paul, page.id, text)
