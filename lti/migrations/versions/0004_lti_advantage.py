"""LTI Advantage"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import binder.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = ("tenant_id", "id", "binder_id", "page_id", "created_by_id")


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "lti_admin_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("expires_at", binder.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_admin_session")),
        sa.UniqueConstraint("secret", name=op.f("uq_lti_admin_session_secret")),
    )
    op.create_index(
        op.f("ix_lti_admin_session_expires_at"), "lti_admin_session", ["expires_at"], unique=False
    )

    op.create_table(
        "lti_refused_launch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", binder.db.Instant(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("check", sa.String(length=64), nullable=False),
        sa.Column("checks_passed", binder.db.Document(), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("facts", binder.db.Document(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_refused_launch")),
    )
    op.create_index(op.f("ix_lti_refused_launch_at"), "lti_refused_launch", ["at"], unique=False)

    op.create_table(
        "lti_tool_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum("next", "active", "retiring", name="keystate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("created_at", binder.db.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", binder.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_lti_tool_key")),
    )
    op.create_table(
        "lti_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "policy",
            sa.Enum("auto", "approve", "deny", name="deploymentpolicy", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=255), nullable=False),
        sa.Column("created_at", binder.db.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", binder.db.Instant(timezone=True), nullable=False),
        sa.Column("used_at", binder.db.Instant(timezone=True), nullable=True),
        sa.Column("under_way", binder.db.Document(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name=op.f("fk_lti_invitation_registration_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_invitation_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_invitation")),
        sa.UniqueConstraint("secret", name=op.f("uq_lti_invitation_secret")),
    )
    op.create_table(
        "lti_legacy_consumer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_key", sa.String(length=255), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["lti_registration.id"],
            name=op.f("fk_lti_legacy_consumer_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_legacy_consumer")),
        sa.UniqueConstraint(
            "registration_id",
            "consumer_key",
            name=op.f("uq_lti_legacy_consumer_registration_id_consumer_key"),
        ),
    )
    op.create_table(
        "lti_legacy_id",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consumer_key", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", binder.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_legacy_id_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lti_legacy_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "consumer_key",
            "kind",
            "value",
            name=op.f("uq_lti_legacy_id_tenant_id_consumer_key_kind_value"),
        ),
    )
    op.create_table(
        "lti_agreement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("at", binder.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_lti_agreement_tenant_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_agreement_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lti_agreement")),
        sa.UniqueConstraint("tenant_id", "person_id", name=op.f("uq_lti_agreement_tenant_id_person_id")),
    )
    op.create_table(
        "lti_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("claims", binder.db.Document(), nullable=False),
        sa.Column("received_at", binder.db.Instant(timezone=True), nullable=False),
        sa.Column("handled_at", binder.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["lti_deployment.id"],
            name=op.f("fk_lti_notice_deployment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_notice")),
        sa.UniqueConstraint("deployment_id", "notice_id", name=op.f("uq_lti_notice_deployment_id_notice_id")),
    )
    op.create_index(op.f("ix_lti_notice_received_at"), "lti_notice", ["received_at"], unique=False)

    op.create_table(
        "lti_notice_handler",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("service_url", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("offered", binder.db.Document(), nullable=False),
        sa.Column("agreed", binder.db.Document(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("changed_at", binder.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["lti_deployment.id"],
            name=op.f("fk_lti_notice_handler_deployment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_notice_handler")),
        sa.UniqueConstraint("deployment_id", name=op.f("uq_lti_notice_handler_deployment_id")),
    )
    op.create_table(
        "lti_course_copy",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("told_by", sa.String(length=16), nullable=False),
        sa.Column("report", binder.db.Document(), nullable=False),
        sa.Column("created_at", binder.db.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", binder.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "context_id"],
            ["lti_context.tenant_id", "lti_context.id"],
            name=op.f("fk_lti_course_copy_tenant_id_context_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_course_copy_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lti_course_copy")),
        sa.UniqueConstraint(
            "tenant_id", "context_id", "origin", name=op.f("uq_lti_course_copy_tenant_id_context_id_origin")
        ),
    )
    op.create_table(
        "lti_group",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("context_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.String(length=255), nullable=False),
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.String(length=255), nullable=False),
        sa.Column("set_title", sa.String(length=255), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "audience_id"],
            ["binder_audience.tenant_id", "binder_audience.id"],
            name=op.f("fk_lti_group_tenant_id_audience_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "context_id"],
            ["lti_context.tenant_id", "lti_context.id"],
            name=op.f("fk_lti_group_tenant_id_context_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_group_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lti_group")),
        sa.UniqueConstraint(
            "tenant_id", "context_id", "group_id", name=op.f("uq_lti_group_tenant_id_context_id_group_id")
        ),
    )
    op.create_table(
        "lti_placement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("binder_id", sa.Uuid(), nullable=True),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("page_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("options", binder.db.Document(), nullable=False),
        sa.Column("created_at", binder.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "activity_id"],
            ["binder_activity.tenant_id", "binder_activity.id"],
            name=op.f("fk_lti_placement_tenant_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "binder_id"],
            ["binder_binder.tenant_id", "binder_binder.id"],
            name=op.f("fk_lti_placement_tenant_id_binder_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_lti_placement_tenant_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"],
            ["binder_page.tenant_id", "binder_page.id"],
            name=op.f("fk_lti_placement_tenant_id_page_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "section_id"],
            ["binder_section.tenant_id", "binder_section.id"],
            name=op.f("fk_lti_placement_tenant_id_section_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_placement_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lti_placement")),
    )
    old, new, page = (
        sa.table(
            "lti_content_item",
            *(sa.column(name, sa.Uuid()) for name in ("tenant_id", "id", "page_id", "created_by_id")),
            sa.column("created_at", binder.db.Instant(timezone=True)),
        ),
        sa.table(
            "lti_placement",
            *(sa.column(name, sa.Uuid()) for name in KEPT),
            sa.column("options", binder.db.Document()),
            sa.column("created_at", binder.db.Instant(timezone=True)),
        ),
        sa.table("binder_page", *(sa.column(name, sa.Uuid()) for name in ("tenant_id", "id", "binder_id"))),
    )
    rows = sa.select(
        old.c.tenant_id,
        old.c.id,
        page.c.binder_id,
        old.c.page_id,
        old.c.created_by_id,
        sa.literal({}, binder.db.Document()),
        old.c.created_at,
    ).join(page, sa.and_(page.c.tenant_id == old.c.tenant_id, page.c.id == old.c.page_id))
    op.execute(new.insert().from_select([*KEPT, "options", "created_at"], rows))
    op.drop_table("lti_content_item")
    op.add_column("lti_context", sa.Column("differences_url", sa.Text(), nullable=True))
    op.add_column("lti_context", sa.Column("roster_at", binder.db.Instant(timezone=True), nullable=True))
    op.add_column(
        "lti_context", sa.Column("roster_whole_at", binder.db.Instant(timezone=True), nullable=True)
    )
    op.add_column(
        "lti_context", sa.Column("roster_error", sa.String(length=255), nullable=False, server_default="")
    )
    op.add_column("lti_context", sa.Column("groups_url", sa.Text(), nullable=True))
    op.add_column("lti_context", sa.Column("group_sets_url", sa.Text(), nullable=True))

    op.add_column(
        "lti_launch", sa.Column("message_type", sa.String(length=64), nullable=False, server_default="")
    )
    op.add_column("lti_launch", sa.Column("message", binder.db.Document(), nullable=True))
    op.add_column("lti_launch", sa.Column("deployment_key", sa.Uuid(), nullable=True))
    op.add_column("lti_launch", sa.Column("zone", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("lti_launch", sa.Column("by_url", sa.Boolean(), nullable=False, server_default=sa.false()))

    op.add_column(
        "lti_registration",
        sa.Column(
            "status",
            sa.Enum("active", "pending", "disabled", name="registrationstatus", native_enum=False, length=32),
            nullable=False,
            server_default="active",
        ),
    )
    op.add_column(
        "lti_registration",
        sa.Column(
            "policy",
            sa.Enum("auto", "approve", "deny", name="deploymentpolicy", native_enum=False, length=32),
            nullable=False,
            server_default="deny",
        ),
    )
    op.add_column("lti_registration", sa.Column("default_tenant_id", sa.Uuid(), nullable=True))
    op.add_column(
        "lti_registration",
        sa.Column("loose_target", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "lti_registration",
        sa.Column("product_family", sa.String(length=255), nullable=False, server_default=""),
    )
    op.add_column(
        "lti_registration", sa.Column("scopes", binder.db.Document(), nullable=False, server_default="[]")
    )
    op.add_column("lti_registration", sa.Column("configuration", binder.db.Document(), nullable=True))
    op.add_column("lti_registration", sa.Column("registration_uri", sa.Text(), nullable=True))
    op.add_column("lti_registration", sa.Column("registration_token", sa.Text(), nullable=True))

    op.add_column("lti_resource_link", sa.Column("placement_id", sa.Uuid(), nullable=True))

    op.add_column(
        "lti_stored_state",
        sa.Column("binding", sa.String(length=16), nullable=False, server_default="cookie"),
    )
    op.execute(
        "UPDATE lti_launch SET message = deep_linking, message_type = 'LtiDeepLinkingRequest' "
        "WHERE deep_linking IS NOT NULL"
    )
    op.drop_column("lti_launch", "deep_linking")


def downgrade() -> None:
    """Undo the step."""
    op.add_column("lti_launch", sa.Column("deep_linking", binder.db.Document(), nullable=True))
    op.execute("UPDATE lti_launch SET deep_linking = message WHERE message_type = 'LtiDeepLinkingRequest'")
    op.drop_column("lti_stored_state", "binding")

    op.drop_column("lti_resource_link", "placement_id")

    op.drop_column("lti_registration", "registration_token")
    op.drop_column("lti_registration", "registration_uri")
    op.drop_column("lti_registration", "configuration")
    op.drop_column("lti_registration", "scopes")
    op.drop_column("lti_registration", "loose_target")
    op.drop_column("lti_registration", "product_family")
    op.drop_column("lti_registration", "default_tenant_id")
    op.drop_column("lti_registration", "policy")
    op.drop_column("lti_registration", "status")

    op.drop_column("lti_launch", "by_url")
    op.drop_column("lti_launch", "zone")
    op.drop_column("lti_launch", "deployment_key")
    op.drop_column("lti_launch", "message")
    op.drop_column("lti_launch", "message_type")

    op.drop_column("lti_context", "group_sets_url")
    op.drop_column("lti_context", "groups_url")
    op.drop_column("lti_context", "roster_error")
    op.drop_column("lti_context", "roster_whole_at")
    op.drop_column("lti_context", "roster_at")
    op.drop_column("lti_context", "differences_url")

    op.create_table(
        "lti_content_item",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", binder.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "created_by_id"],
            ["binder_person.tenant_id", "binder_person.id"],
            name=op.f("fk_lti_content_item_tenant_id_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"],
            ["binder_page.tenant_id", "binder_page.id"],
            name=op.f("fk_lti_content_item_tenant_id_page_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["binder_tenant.id"], name=op.f("fk_lti_content_item_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_lti_content_item")),
    )
    op.execute(
        "INSERT INTO lti_content_item (tenant_id, id, page_id, created_by_id, created_at) "
        "SELECT tenant_id, id, page_id, created_by_id, created_at FROM lti_placement WHERE page_id IS NOT NULL"
    )
    op.drop_table("lti_placement")
    op.drop_table("lti_group")
    op.drop_table("lti_course_copy")
    op.drop_table("lti_notice_handler")
    op.drop_index(op.f("ix_lti_notice_received_at"), "lti_notice")

    op.drop_table("lti_notice")
    op.drop_table("lti_agreement")
    op.drop_table("lti_legacy_id")
    op.drop_table("lti_legacy_consumer")
    op.drop_table("lti_invitation")
    op.drop_table("lti_tool_key")
    op.drop_index(op.f("ix_lti_refused_launch_at"), "lti_refused_launch")

    op.drop_table("lti_refused_launch")
    op.drop_index(op.f("ix_lti_admin_session_expires_at"), "lti_admin_session")

    op.drop_table("lti_admin_session")
