"""What others still have to be told."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from binder.clock import now
from binder.db import Base, TenantRow

__all__ = ["OutboxEntry"]


class OutboxEntry(TenantRow, Base):
    """That something changed and somebody outside must learn of it; says what changed, not the new value.

    One row for each (event, subject): a newer change makes the row due again (`seq` rises), and a sending of the
    older state that is under way does not mark it done.
    """

    __tablename__ = "binder_outbox_entry"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "event", "subject"),
        sa.Index(None, "due_at"),
    )

    event: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.String(128))
    seq: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime | None] = mapped_column(default=now)
    """When to try next; pushed by a lease while somebody tries; None when there is nothing left to do."""
    tries: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.Text, default="")
    """Why the last try failed; with `due_at` None the failure is final until somebody sends it again."""
