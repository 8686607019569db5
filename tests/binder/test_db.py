"""The database: column types, engines, and the upgrade of the schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

import lti.models
from binder import db
from binder.models import ActivityVersion, Assignment, Person, Tenant
from tests import factories
from tests.binder.conftest import School

PACKAGES = ("binder", "lti")


def ours(engine: sa.Engine, package: str) -> set[str]:
    return {name for name in sa.inspect(engine).get_table_names() if name.startswith(f"{package}_")}


def test_the_models_of_lti_are_known_here() -> None:
    assert lti.models.__name__ == "lti.models"


def test_an_instant_comes_back_in_utc(session: Session, school: School) -> None:
    there = datetime(2026, 9, 1, 14, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
    school.given.due_at = there
    session.flush()
    session.expire(school.given)
    assert school.given.due_at == there
    assert school.given.due_at is not None
    assert school.given.due_at.tzinfo is UTC
    assert session.scalar(sa.select(Assignment.id).where(Assignment.due_at <= there)) == school.given.id
    school.given.due_at = None
    session.flush()
    session.expire(school.given)
    assert school.given.due_at is None


def test_an_instant_without_a_zone_is_refused(session: Session, school: School) -> None:
    school.given.due_at = datetime(2026, 9, 1, 14, 30)
    with pytest.raises(sa.exc.StatementError, match="an instant needs a time zone"):
        session.flush()


@pytest.mark.parametrize("points", [Fraction(1, 3), Fraction(0), Fraction(10**40 + 1, 10**40), None])
def test_a_fraction_stays_exact(session: Session, school: School, points: Fraction | None) -> None:
    wide = sa.type_coerce(sa.literal(points, db.ExactFraction()), db.ExactFraction())
    assert session.scalar(sa.select(wide)) == points


def test_a_number_of_points_may_be_long(session: Session, school: School) -> None:
    version = session.scalars(sa.select(ActivityVersion)).one()
    long = sum((Fraction(1, 10**13 + number) for number in range(8)), Fraction(0))
    version.points = long
    session.flush()
    session.expire(version)
    assert version.points == long


def test_json_comes_back_as_it_was(session: Session, school: School) -> None:
    document = {"é": ["𝒳", 1, 2.5, None, True, {"a": {}}], "": "\n"}
    version = session.scalars(sa.select(ActivityVersion)).one()
    version.body = document
    session.flush()
    session.expire(version)
    assert version.body == document


def test_a_row_cannot_refer_to_another_tenants(session: Session, school: School) -> None:
    other = factories.tenant(session)
    stranger = factories.viewer(session, other)
    session.execute(sa.text("SELECT 1"))
    school.binder.owner_id = stranger.person_id  # type: ignore[assignment]
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_every_table_of_a_tenant_begins_its_keys_with_the_tenant() -> None:
    for table in db.Base.metadata.tables.values():
        if table.name == "binder_tenant" or "tenant_id" not in table.c:
            continue
        keys = [table.primary_key, *table.constraints, *table.indexes]
        for key in keys:
            names = [column.name for column in key.columns] if hasattr(key, "columns") else []
            if isinstance(key, sa.CheckConstraint) or not names or names == ["due_at"]:
                continue
            assert names[0] == "tenant_id" or not table.name.startswith("binder_"), (table.name, names)


def test_sqlite_is_made_safe(tmp_path: Path) -> None:
    engine = db.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20000}
    engine.dispose()


def test_an_engine_is_prepared_once(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    begun: list[str] = []
    assert db.prepare(db.prepare(engine)) is engine

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        begun.append(statement)

    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    with db.writing(engine).connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    assert begun == ["BEGIN", "SELECT 1", "BEGIN IMMEDIATE", "SELECT 1"]
    engine.dispose()


def test_readers_go_on_while_one_writes(engine: sa.Engine) -> None:
    with db.writing(engine).begin() as writer:
        writer.execute(sa.insert(Tenant).values(name="Lycée"))
        with engine.connect() as reader:
            assert reader.scalar(sa.select(sa.func.count()).select_from(Tenant)) == 0


@pytest.mark.parametrize("package", PACKAGES)
def test_models_and_migrations_agree(engine: sa.Engine, package: str) -> None:
    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or (name or "").startswith(f"{package}_")

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": f"{package}_schema_version",
                "include_name": is_ours,
                "include_object": lambda thing, name, kind, *rest: is_ours(name, kind, None),
                "compare_type": True,
            },
        )
        assert compare_metadata(context, db.Base.metadata) == []


def test_upgrading_again_changes_nothing(engine: sa.Engine) -> None:
    with db.writing(engine).begin() as connection:
        connection.execute(sa.insert(Tenant).values(name="Lycée"))
    db.upgrade(engine, PACKAGES)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(Tenant.name)) == "Lycée"


def test_each_package_goes_down_and_up_again_and_leaves_the_hosts_tables_alone(engine: sa.Engine) -> None:
    with db.writing(engine).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE host_user (id INTEGER PRIMARY KEY, name TEXT)")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO host_user VALUES (1, 'Ada')")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('theirs')")
    before = {package: ours(engine, package) for package in PACKAGES}
    for package in PACKAGES:
        assert f"{package}_schema_version" in before[package]
    for package in reversed(PACKAGES):
        with db.writing(engine).begin() as connection:
            command.downgrade(db.migration_config(package, connection), "base")
        assert ours(engine, package) == {f"{package}_schema_version"}
    db.upgrade(engine, PACKAGES)
    assert {package: ours(engine, package) for package in PACKAGES} == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM host_user").scalar() == "Ada"
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "theirs"


def test_binder_stands_without_lti(tmp_path: Path) -> None:
    engine = db.create_engine(f"sqlite:///{tmp_path / '100% sûr.db'}")
    db.upgrade(engine)
    assert ours(engine, "binder")
    assert not ours(engine, "lti")
    engine.dispose()


def test_a_package_without_migrations_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(LookupError, match="nothing has no migrations/versions"):
        db.migration_config("nothing")


def test_identifiers_are_made_by_the_program(session: Session) -> None:
    tenant = factories.tenant(session)
    one, other = Person(tenant_id=tenant.id), Person(tenant_id=tenant.id)
    session.add(one)
    session.flush()
    session.add(other)
    session.flush()
    assert one.id < other.id
    assert one.id.version == 7
