"""The database: base class of the models, column types, engines, and the upgrade of the schema.

Every row of a tenant has `tenant_id` first in its primary key, its foreign keys, its unique constraints and its
indexes (`TenantRow`, `belongs_to`), so a row cannot even refer to another tenant's.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import event, orm
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.pool import ConnectionPoolEntry

from binder.clock import uuid7

__all__ = [
    "Base",
    "ExactFraction",
    "Instant",
    "TenantRow",
    "belongs_to",
    "create_engine",
    "prepare",
    "reading",
    "upgrade",
    "words",
    "writing",
]

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(sa.TypeDecorator[datetime]):
    """An aware instant, stored and given back in UTC on every database; a naive one is an error of the program."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """See `sqlalchemy.TypeDecorator.process_bind_param`."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """See `sqlalchemy.TypeDecorator.process_result_value`."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactFraction(sa.TypeDecorator[Fraction]):
    """A number of points kept exactly, as `numerator/denominator`: a third stays a third."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: sa.Dialect) -> str | None:
        """See `sqlalchemy.TypeDecorator.process_bind_param`."""
        return None if value is None else str(Fraction(value))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Fraction | None:
        """See `sqlalchemy.TypeDecorator.process_result_value`."""
        return None if value is None else Fraction(value)


class Document(sa.TypeDecorator[Any]):
    """JSON; on PostgreSQL its binary form."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """See `sqlalchemy.TypeDecorator.load_dialect_impl`."""
        kind = JSONB() if dialect.name == "postgresql" else sa.JSON()
        return dialect.type_descriptor(kind)


class Base(orm.DeclarativeBase):
    """Base of all models of the library."""

    metadata = sa.MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map = {
        datetime: Instant,
        Fraction: ExactFraction,
        UUID: sa.Uuid,
        dict[str, Any]: Document,
        list[dict[str, Any]]: Document,
        list[str]: Document,
    }


class TenantRow:
    """Mixin: a row of one tenant, found by (tenant_id, id)."""

    tenant_id: orm.Mapped[UUID] = orm.mapped_column(
        sa.ForeignKey("binder_tenant.id"), primary_key=True, sort_order=-2
    )
    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True, default=uuid7, sort_order=-1)


def belongs_to(column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """A foreign key inside the tenant: (tenant_id, `column`) → `table`(tenant_id, id)."""
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete
    )


def words(kind: type[StrEnum]) -> sa.Enum:
    """The type of a column that holds the values of an enumeration, as texts."""
    return sa.Enum(
        kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members]
    )


def create_engine(url: str, **options: Any) -> sa.Engine:
    """An engine for `url`, prepared by `prepare`; `options` go to `sqlalchemy.create_engine`."""
    engine = sa.create_engine(url, **options)
    prepare(engine)
    return engine


def prepare(engine: sa.Engine) -> sa.Engine:
    """Make SQLite safe for many readers and writers; leave other databases as they are.

    WAL lets readers go on while one writes; `synchronous=FULL` makes an acknowledged commit survive a power cut;
    a transaction that will write takes the lock at its beginning (see `writing`), so it never fails half-way.
    On any database, the errors that are logged quote no values: people's names are among them.
    """
    engine.hide_parameters = True
    if engine.dialect.name != "sqlite" or getattr(engine, "_classeur_prepared", False):
        return engine
    cast("Any", engine)._classeur_prepared = True

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
            connection.execute(f"PRAGMA {pragma}").close()
        record.info["synchronous"] = "FULL"

    @event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("classeur_writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        level = options.get("classeur_synchronous", "FULL")
        if connection.info.get("synchronous") != level:
            connection.exec_driver_sql(f"PRAGMA synchronous={level}")
            connection.info["synchronous"] = level
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def writing(engine: sa.Engine, *, durable: bool = True) -> sa.Engine:
    """The same engine for transactions that write: on SQLite they begin with the write lock.

    :param durable: whether a commit must survive a power cut. Not so for what nobody would miss, such as a login
        under way; the end of a process, even a violent one, loses nothing in either case.
    """
    return engine.execution_options(
        classeur_writes=True, classeur_synchronous="FULL" if durable else "NORMAL"
    )


def reading(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that only read; PostgreSQL refuses to write in them."""
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(postgresql_readonly=True)


def upgrade(engine: sa.Engine, packages: Sequence[str] = ("binder",), revision: str = "head") -> None:
    """Bring the tables of each package to `revision`, in the order given; other tables are never touched.

    :param packages: names of packages with a `migrations` sub-package, such as `binder` and `lti`.
    """
    for package in packages:
        importlib.import_module(f"{package}.models")
        with writing(prepare(engine)).begin() as connection:
            command.upgrade(migration_config(package, connection), revision)


def migration_config(package: str, connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration for one package: its own versions and version table, the environment shared."""
    config = Config()
    spec = importlib.util.find_spec(f"{package}.migrations.versions")
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"{package} has no migrations/versions")
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", list(spec.submodule_search_locations)[0].replace("%", "%%"))
    config.attributes.update(connection=connection, package=package)
    return config
