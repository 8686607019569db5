"""A database that a test has used is as good as new for the next one, or is not used again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from binder import db
from binder.models import Tenant
from tests import postgres

pytestmark = pytest.mark.postgresql


@pytest.fixture
def lent(
    postgresql_server: tuple[str, sa.Engine], postgresql_databases: postgres.Databases
) -> tuple[postgres.Databases, str, sa.Engine]:
    name = postgresql_databases.take()
    return postgresql_databases, name, db.create_engine(postgresql_server[0].format(name))


Lent = tuple[postgres.Databases, str, sa.Engine]


def test_what_was_written_is_gone_though_a_transaction_was_left_open(lent: Lent) -> None:
    databases, name, engine = lent
    with engine.begin() as connection:
        connection.execute(sa.insert(Tenant).values(name="Lycée"))
    left = engine.connect()
    left.execute(sa.insert(Tenant).values(name="Collège"))
    databases.give_back(name)
    with pytest.raises(sa.exc.OperationalError):
        left.execute(sa.select(Tenant))
    left.invalidate()
    assert databases.take() == name
    with engine.begin() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Tenant)) == 0
    engine.dispose()
    databases.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (id INTEGER)",
        "ALTER TABLE binder_tenant ADD COLUMN more INTEGER",
        "ALTER TABLE binder_tenant ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE binder_binder DROP COLUMN title",
        "ALTER TABLE binder_tenant ADD CHECK (name <> '')",
        "CREATE INDEX more ON binder_tenant (name)",
        "CREATE FUNCTION more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "UPDATE binder_schema_version SET version_num = 'x'",
    ],
)
def test_another_schema_is_not_lent_again(lent: Lent, change: str) -> None:
    databases, name, engine = lent
    with engine.begin() as connection:
        connection.exec_driver_sql(change)
    engine.dispose()
    databases.give_back(name)
    other = databases.take()
    assert other != name
    databases.give_back(other)
