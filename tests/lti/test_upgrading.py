"""A database with placed links in it goes up to the newest tables, and back, and loses none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.orm import Session, sessionmaker

from binder import db
from binder.clock import now, uuid7
from lti.models import Placement, Registration, RegistrationStatus
from tests import factories


@pytest.fixture
def engine_of_before(
    request: pytest.FixtureRequest, tmp_path: Path, database_kind: str
) -> Iterator[sa.Engine]:
    """A database whose tables of LTI are as they were at the third step."""
    if database_kind == "sqlite":
        engine = db.create_engine(f"sqlite:///{tmp_path / 'old.db'}")
        db.upgrade(engine, ("binder",))
        db.upgrade(engine, ("lti",), "0003")
        yield engine
        engine.dispose()
        return
    url, admin = request.getfixturevalue("postgresql_server")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE old_lti")
    engine = db.create_engine(url.format("old_lti"), poolclass=sa.pool.NullPool)
    db.upgrade(engine, ("binder",))
    db.upgrade(engine, ("lti",), "0003")
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE old_lti WITH (FORCE)")


def put(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """A row by the columns that there were."""
    plain = connection.dialect.name == "sqlite"
    typed = {
        name: value.hex if plain and isinstance(value, UUID) else value for name, value in values.items()
    }
    connection.execute(table.insert().values(**typed))


def test_links_that_were_placed_go_up_and_back(engine_of_before: sa.Engine) -> None:
    engine = engine_of_before
    begin = sessionmaker(db.writing(engine), expire_on_commit=False).begin
    with begin() as session:
        tenant = factories.tenant(session)
        teacher = factories.viewer(session, tenant)
        page, _ = factories.page_with_choice(session, teacher)
        tenant_id, page_id, binder_id, person_id = tenant.id, page.id, page.binder_id, teacher.person_id
    item_id, registration_id = uuid7(), uuid7()
    with db.writing(engine).begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        put(
            connection,
            tables.tables["lti_content_item"],
            tenant_id=tenant_id,
            id=item_id,
            page_id=page_id,
            created_by_id=person_id,
            created_at=now(),
        )
        put(
            connection,
            tables.tables["lti_registration"],
            id=registration_id,
            issuer="https://ent.example",
            client_id="c",
            name="ENT",
            authorization_endpoint="https://ent.example/a",
            token_endpoint="https://ent.example/t",
            jwks_uri="https://ent.example/j",
            algorithms=["RS256"] if engine.dialect.name != "sqlite" else '["RS256"]',
            created_at=now(),
        )
    db.upgrade(engine, ("lti",))
    with Session(engine) as session:
        placed = session.scalars(sa.select(Placement)).one()
        assert (placed.id, placed.page_id, placed.binder_id) == (item_id, page_id, binder_id)
        assert (placed.created_by_id, placed.options, placed.activity_id) == (person_id, {}, None)
        known = session.get_one(Registration, registration_id)
        assert (known.status, known.policy.value, known.scopes) == (RegistrationStatus.ACTIVE, "deny", [])
    with db.writing(engine).begin() as connection:
        command.downgrade(db.migration_config("lti", connection), "0003")
        tables = sa.MetaData()
        tables.reflect(connection)
        old = connection.execute(sa.select(tables.tables["lti_content_item"])).one()
        assert UUID(str(old.id)) == item_id
