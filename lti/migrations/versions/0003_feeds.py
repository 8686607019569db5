"""Feeds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "lti_feed_address",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_lti_feed_address_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_feed_address_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lti_feed_address")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_lti_feed_address_tenant_id_person_id")),
    )


def downgrade() -> None:
    """Undo the step."""
    op.drop_table("lti_feed_address")
