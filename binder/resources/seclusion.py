"""Which files of a binder a colleague does not see, though they may look at it: those of others' proposals."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, may
from binder.blocks import kind_of
from binder.models import Binder, Page, Proposal

__all__ = ["hidden"]


def hidden(session: Session, viewer: Viewer, binder: Binder) -> set[str]:
    """Ids of the files of a binder that only stand in proposals of others, which the viewer does not decide on."""
    if may(viewer, "author", binder):
        return set()
    query = (
        sa.select(Proposal.person_id, Proposal.block)
        .join(Page, sa.and_(Page.tenant_id == Proposal.tenant_id, Page.id == Proposal.page_id))
        .where(Page.tenant_id == binder.tenant_id, Page.binder_id == binder.id)
    )
    theirs, known = set[str](), set[str]()
    for person_id, block in session.execute(query):
        (known if person_id == viewer.person_id else theirs).update(kind_of(block).resources(block))
    if theirs - known:
        known.update(
            name for page in binder.pages for block in page.blocks for name in kind_of(block).resources(block)
        )
    return theirs - known
