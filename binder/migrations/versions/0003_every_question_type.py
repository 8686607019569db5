"""Every question type

Columns are added, no table that others refer to is written anew: SQLite would check their rows while it is away.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import binder.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "binder_accommodation",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("time_factor", binder.db.ExactFraction(), nullable=False),
        sa.Column("effects", binder.db.Document(), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", binder.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "changed_by_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_binder_accommodation_tenant_id_changed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_binder_accommodation_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_binder_accommodation_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_binder_accommodation")),
        sa.UniqueConstraint(
            "tenant_id", "person_id", name=op.f("uq_binder_accommodation_tenant_id_person_id")
        ),
    )
    op.create_table(
        "binder_answer_file",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("created_at", binder.db.Instant(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=127), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("variants", binder.db.Document(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ready", "scanning", "refused", name="resourcestate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("verdict", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["binder_assignment.tenant_id", "binder_assignment.id"],
            name=op.f("fk_binder_answer_file_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_binder_answer_file_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_binder_answer_file_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_binder_answer_file")),
    )
    with op.batch_alter_table("binder_answer_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_binder_answer_file_tenant_id_assignment_id_person_id"),
            ["tenant_id", "assignment_id", "person_id"],
            unique=False,
        )

    op.create_table(
        "binder_override",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("opens_at", binder.db.Instant(timezone=True), nullable=True),
        sa.Column("due_at", binder.db.Instant(timezone=True), nullable=True),
        sa.Column("closes_at", binder.db.Instant(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("max_attempts", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", binder.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["binder_assignment.tenant_id", "binder_assignment.id"],
            name=op.f("fk_binder_override_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_binder_override_tenant_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["binder_audience.tenant_id", "binder_audience.id"],
            name=op.f("fk_binder_override_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_binder_override_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_binder_override_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_binder_override")),
        sa.UniqueConstraint(
            "tenant_id",
            "assignment_id",
            "group_id",
            name=op.f("uq_binder_override_tenant_id_assignment_id_group_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "assignment_id",
            "person_id",
            name=op.f("uq_binder_override_tenant_id_assignment_id_person_id"),
        ),
    )
    op.create_table(
        "binder_recipient",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["binder_assignment.tenant_id", "binder_assignment.id"],
            name=op.f("fk_binder_recipient_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "group_id"],
            ["binder_audience.tenant_id", "binder_audience.id"],
            name=op.f("fk_binder_recipient_tenant_id_group_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_binder_recipient_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_binder_recipient_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_binder_recipient")),
        sa.UniqueConstraint(
            "tenant_id",
            "assignment_id",
            "group_id",
            name=op.f("uq_binder_recipient_tenant_id_assignment_id_group_id"),
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "assignment_id",
            "person_id",
            name=op.f("uq_binder_recipient_tenant_id_assignment_id_person_id"),
        ),
    )
    op.create_table(
        "binder_regrade",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("detail", binder.db.Document(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", binder.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_id"],
            ["binder_activity.tenant_id", "binder_activity.id"],
            name=op.f("fk_binder_regrade_tenant_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignment_id"],
            ["binder_assignment.tenant_id", "binder_assignment.id"],
            name=op.f("fk_binder_regrade_tenant_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_binder_regrade_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_binder_regrade_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_binder_regrade")),
    )
    with op.batch_alter_table("binder_regrade", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_binder_regrade_tenant_id_assignment_id"),
            ["tenant_id", "assignment_id"],
            unique=False,
        )

    op.add_column(
        "binder_activity", sa.Column("tags", binder.db.Document(), nullable=False, server_default="[]")
    )
    op.add_column("binder_activity", sa.Column("origin_id", sa.Uuid(), nullable=True))
    op.add_column("binder_activity", sa.Column("origin_number", sa.Integer(), nullable=True))

    op.add_column(
        "binder_assignment",
        sa.Column(
            "preset",
            sa.Enum("training", "homework", "test", name="preset", native_enum=False, length=32),
            nullable=False,
            server_default="homework",
        ),
    )
    op.add_column(
        "binder_assignment", sa.Column("closes_at", binder.db.Instant(timezone=True), nullable=True)
    )
    op.add_column("binder_assignment", sa.Column("minutes", sa.Integer(), nullable=True))
    op.add_column(
        "binder_assignment", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("binder_assignment", sa.Column("estimated_minutes", sa.Integer(), nullable=True))
    op.add_column(
        "binder_assignment",
        sa.Column(
            "counting",
            sa.Enum("last", "best", "first", "average", name="counting", native_enum=False, length=32),
            nullable=False,
            server_default="last",
        ),
    )
    op.add_column(
        "binder_assignment",
        sa.Column("try_penalty", binder.db.ExactFraction(), nullable=False, server_default="0"),
    )
    op.add_column(
        "binder_assignment", sa.Column("shuffled", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "binder_assignment",
        sa.Column("corrections", binder.db.Document(), nullable=False, server_default="{}"),
    )

    op.add_column(
        "binder_attempt", sa.Column("writer", sa.String(length=32), nullable=False, server_default="")
    )
    op.add_column("binder_attempt", sa.Column("deadline_at", binder.db.Instant(timezone=True), nullable=True))
    op.add_column(
        "binder_attempt", sa.Column("by_server", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "binder_attempt", sa.Column("in_grace", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "binder_attempt", sa.Column("effects", binder.db.Document(), nullable=False, server_default="[]")
    )
    op.add_column(
        "binder_attempt", sa.Column("checks", binder.db.Document(), nullable=False, server_default="{}")
    )

    open_ones = sa.text("submitted_at IS NULL AND deadline_at IS NOT NULL")
    op.create_index(
        "ix_binder_attempt_open",
        "binder_attempt",
        ["tenant_id", "deadline_at"],
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
    op.add_column(
        "binder_binder", sa.Column("is_bank", sa.Boolean(), nullable=False, server_default=sa.false())
    )

    with op.batch_alter_table("binder_upload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assignment_id", sa.Uuid(), nullable=True))
        batch_op.alter_column("binder_id", existing_type=sa.CHAR(length=32), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_binder_upload_tenant_id_assignment_id"),
            "binder_assignment",
            ["tenant_id", "assignment_id"],
            ["tenant_id", "id"],
        )


def downgrade() -> None:
    """Undo the step."""
    with op.batch_alter_table("binder_upload", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_binder_upload_tenant_id_assignment_id"), type_="foreignkey")
        batch_op.alter_column("binder_id", existing_type=sa.CHAR(length=32), nullable=False)
        batch_op.drop_column("assignment_id")

    op.drop_column("binder_binder", "is_bank")

    op.drop_index("ix_binder_attempt_open", "binder_attempt")
    op.drop_column("binder_attempt", "checks")
    op.drop_column("binder_attempt", "effects")
    op.drop_column("binder_attempt", "in_grace")
    op.drop_column("binder_attempt", "by_server")
    op.drop_column("binder_attempt", "deadline_at")
    op.drop_column("binder_attempt", "writer")

    op.drop_column("binder_assignment", "corrections")
    op.drop_column("binder_assignment", "shuffled")
    op.drop_column("binder_assignment", "try_penalty")
    op.drop_column("binder_assignment", "counting")
    op.drop_column("binder_assignment", "estimated_minutes")
    op.drop_column("binder_assignment", "pinned")
    op.drop_column("binder_assignment", "minutes")
    op.drop_column("binder_assignment", "closes_at")
    op.drop_column("binder_assignment", "preset")

    op.drop_column("binder_activity", "origin_number")
    op.drop_column("binder_activity", "origin_id")
    op.drop_column("binder_activity", "tags")

    with op.batch_alter_table("binder_regrade", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_binder_regrade_tenant_id_assignment_id"))

    op.drop_table("binder_regrade")
    op.drop_table("binder_recipient")
    op.drop_table("binder_override")
    with op.batch_alter_table("binder_answer_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_binder_answer_file_tenant_id_assignment_id_person_id"))

    op.drop_table("binder_answer_file")
    op.drop_table("binder_accommodation")
