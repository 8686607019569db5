"""Changes that a colleague wishes for: made block by block, decided by somebody who may edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from binder.access import Viewer, find, may, who
from binder.blocks import kind_of, load_block, new_block_id
from binder.clock import now
from binder.content import composing, history
from binder.errors import Closed, Conflict, Forbidden, Invalid, NotFound
from binder.models import Binder, Page, Proposal, ProposalState
from binder.owning import own_binder, own_page, page_to_change
from binder.resources.seclusion import hidden
from binder.sanitize import storable

__all__ = [
    "accept",
    "decline",
    "open_counts",
    "proposal",
    "proposals",
    "propose",
    "propose_new",
    "withdraw",
]

MOST_OPEN = 100
"""Proposals of one person for one page that wait at a time."""
MOST_WORDS = 2000
"""Characters of a note or an answer."""


def _words(text: str, field: str) -> str:
    text = str(storable(text)).strip()
    if len(text) > MOST_WORDS:
        raise Invalid("too long", {field: [f"{MOST_WORDS} characters at the most"]})
    return text


def propose(
    session: Session,
    viewer: Viewer,
    page_id: UUID,
    block_id: str,
    fields: Mapping[str, Any],
    *,
    base: str,
    note: str = "",
) -> Proposal:
    """Wish for another content of a block; its type stays.

    :param base: `digest` of the block that the proposer started from.
    :raises Invalid: with messages by field; also if nothing would change.
    """
    page = own_page(session, viewer, page_id, "propose")
    existing = next((block for block in page.blocks if block["id"] == block_id), None)
    if existing is None:
        raise NotFound("no such block on this page")
    loaded = load_block({**fields, "id": block_id, "type": existing["type"]})
    if loaded == existing:
        raise Invalid("nothing changed", {"block": ["nothing would change: write what should stand there"]})
    return _add(session, viewer, page, loaded, base=base, note=note)


def propose_new(
    session: Session,
    viewer: Viewer,
    page_id: UUID,
    block: Mapping[str, Any],
    *,
    after: str = "",
    note: str = "",
) -> Proposal:
    """Wish for a new block behind the block `after`, or at the end of the page.

    :raises Invalid: with messages by field.
    """
    page = own_page(session, viewer, page_id, "propose")
    loaded = load_block({**block, "id": new_block_id()})
    return _add(session, viewer, page, loaded, after=after[:32], note=note)


def _add(
    session: Session,
    viewer: Viewer,
    page: Page,
    block: dict[str, Any],
    *,
    note: str,
    base: str = "",
    after: str = "",
) -> Proposal:
    note = _words(note, "note")
    kind = kind_of(block)
    known = {str(resource.id) for resource in page.binder.resources} - hidden(session, viewer, page.binder)
    known |= {str(activity.id) for activity in page.binder.activities}
    if not known.issuperset([*kind.resources(block), *kind.activities(block)]):
        raise Invalid(
            "not in this binder", {"block": {"resource": ["choose a file or an activity of this binder"]}}
        )
    waiting = sa.select(sa.func.count()).where(
        Proposal.tenant_id == page.tenant_id,
        Proposal.page_id == page.id,
        Proposal.person_id == viewer.person_id,
        Proposal.state == ProposalState.OPEN,
    )
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise Invalid("too many", {"block": ["a hundred proposals for this page are waiting already"]})
    made = Proposal(
        tenant_id=page.tenant_id,
        page_id=page.id,
        block_id=block["id"],
        block=block,
        base=base[:16],
        after=after,
        note=note,
        person_id=who(viewer),
    )
    session.add(made)
    session.flush()
    return made


def proposals(session: Session, viewer: Viewer, binder_id: UUID) -> list[Proposal]:
    """The proposals for a binder, the newest first: all for those who may edit it, their own for those who propose."""
    binder = own_binder(session, viewer, binder_id, "propose")
    query = (
        sa.select(Proposal)
        .join(Page, sa.and_(Page.tenant_id == Proposal.tenant_id, Page.id == Proposal.page_id))
        .where(Page.tenant_id == viewer.tenant_id, Page.binder_id == binder.id, Page.trashed_at.is_(None))
        .options(joinedload(Proposal.person), joinedload(Proposal.page))
        .order_by(Proposal.id.desc())
        .limit(500)
    )
    if not may(viewer, "author", binder):
        query = query.where(Proposal.person_id == viewer.person_id)
    return list(session.scalars(query))


def open_counts(session: Session, viewer: Viewer, binder_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Binder → how many proposals wait for a decision there; binders without any, or not the viewer's to edit, are left out."""
    query = (
        sa.select(Page.binder_id, sa.func.count())
        .join(Proposal, sa.and_(Proposal.tenant_id == Page.tenant_id, Proposal.page_id == Page.id))
        .where(
            Page.tenant_id == viewer.tenant_id,
            Page.binder_id.in_(binder_ids),
            Page.trashed_at.is_(None),
            Proposal.state == ProposalState.OPEN,
        )
        .group_by(Page.binder_id)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    mine = {id for id in counts if may(viewer, "author", find(session, viewer, Binder, id))}
    return {id: count for id, count in counts.items() if id in mine}


def proposal(session: Session, viewer: Viewer, proposal_id: UUID) -> Proposal:
    """One proposal, for those who may edit and for whoever made it.

    :raises Forbidden: to others.
    """
    found = find(session, viewer, Proposal, proposal_id)
    page = own_page(session, viewer, found.page_id, "propose")
    if found.person_id != viewer.person_id and not may(viewer, "author", page.binder):
        raise Forbidden("another colleague's proposal")
    return found


def _to_decide(session: Session, viewer: Viewer, proposal_id: UUID) -> tuple[Proposal, Page]:
    """Page before proposal, as everybody locks them; a second click waits, then finds it decided."""
    page_id = find(session, viewer, Proposal, proposal_id).page_id
    page = page_to_change(session, viewer, page_id)
    found = find(session, viewer, Proposal, proposal_id, lock=True)
    if found.state is not ProposalState.OPEN:
        raise Closed("decided", "the proposal has been decided already")
    return found, page


def _decided(
    session: Session, viewer: Viewer, found: Proposal, state: ProposalState, answer: str
) -> Proposal:
    found.state, found.answer = state, answer
    found.decided_by_id, found.decided_at = viewer.person_id, now()
    session.flush()
    return found


def accept(
    session: Session, viewer: Viewer, proposal_id: UUID, *, base: str | None = None, answer: str = ""
) -> Proposal:
    """The proposed block stands on the page from now on; pupils see it once the page is published.

    :param base: `digest` of the block as whoever decides saw it, where it is another than the proposer started from;
        empty if it was seen to be gone.
    :raises Conflict: if the block has been changed since; `current` is the block as it is now, or None if it is gone.
    :raises Closed: if the proposal was decided already.
    """
    answer = _words(answer, "answer")
    found, page = _to_decide(session, viewer, proposal_id)
    ids = [block["id"] for block in page.blocks]
    if found.block_id in ids:
        expected = found.base if base is None else base
        history.begin_anew(session, viewer, page)
        composing.change_block(session, viewer, page.id, found.block_id, _fields(found), base=expected)
    elif found.base and base != "":
        raise Conflict("the block is no longer on the page", None)
    else:
        at = ids.index(found.after) + 2 if found.after in ids else len(ids) + 1
        composing.put_back(session, viewer, page.id, found.block, at=at)
    return _decided(session, viewer, found, ProposalState.ACCEPTED, answer)


def _fields(found: Proposal) -> dict[str, Any]:
    return {name: value for name, value in found.block.items() if name not in ("id", "type")}


def decline(session: Session, viewer: Viewer, proposal_id: UUID, *, answer: str = "") -> Proposal:
    """Leave the page as it is, with a word to the colleague.

    :raises Closed: if the proposal was decided already.
    """
    answer = _words(answer, "answer")
    found, _ = _to_decide(session, viewer, proposal_id)
    return _decided(session, viewer, found, ProposalState.DECLINED, answer)


def withdraw(session: Session, viewer: Viewer, proposal_id: UUID) -> UUID:
    """Take back a proposal of one's own that nobody has decided.

    :return: the page that it was for.
    :raises Closed: if the proposal was decided already.
    """
    page_id = proposal(session, viewer, proposal_id).page_id
    found = find(session, viewer, Proposal, proposal_id, lock=True)
    if found.person_id != viewer.person_id:
        raise Forbidden("another colleague's proposal")
    if found.state is not ProposalState.OPEN:
        raise Closed("decided", "the proposal has been decided already")
    session.delete(found)
    session.flush()
    return page_id
