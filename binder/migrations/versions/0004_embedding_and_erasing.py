"""Zones, embedded activities, erased persons"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import binder.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do the step."""
    op.add_column("binder_assignment", sa.Column("activity_id", sa.Uuid(), nullable=True))
    op.add_column("binder_person", sa.Column("erased_at", binder.db.Instant(timezone=True), nullable=True))
    op.add_column("binder_tenant", sa.Column("zone", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo the step."""
    op.drop_column("binder_tenant", "zone")
    op.drop_column("binder_person", "erased_at")
    op.drop_column("binder_assignment", "activity_id")
