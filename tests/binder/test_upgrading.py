"""A database with a school's work in it goes up to the newest tables and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.orm import Session

from binder import db
from binder.clock import uuid7
from binder.models import Activity, Assignment, Attempt, Binder, Preset, Upload

THEN = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def before(request: pytest.FixtureRequest, tmp_path: Path, database_kind: str) -> Iterator[sa.Engine]:
    """A database as it was at the second step."""
    if database_kind == "sqlite":
        engine = db.create_engine(f"sqlite:///{tmp_path / 'old.db'}")
        db.upgrade(engine, ("binder",), "0002")
        yield engine
        engine.dispose()
        return
    url, admin = request.getfixturevalue("postgresql_server")
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE old_classeur")
    engine = db.create_engine(url.format("old_classeur"), poolclass=sa.pool.NullPool)
    db.upgrade(engine, ("binder",), "0002")
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE old_classeur WITH (FORCE)")


def fill(engine: sa.Engine) -> dict[str, Any]:
    """A row in every table that the step touches, by the columns that there were."""
    ids = {
        name: uuid7() for name in ("tenant", "person", "audience", "binder", "section", "page", "revision")
    }
    ids |= {name: uuid7() for name in ("activity", "assignment", "attempt", "upload")}
    tables = sa.MetaData()
    with db.writing(engine).begin() as connection:
        tables.reflect(connection)

        def put(table: str, **values: Any) -> None:
            columns = tables.tables[f"binder_{table}"].c
            plain = engine.dialect.name == "sqlite"
            typed = {
                name: value.hex if plain and isinstance(value, UUID) else value
                for name, value in values.items()
            }
            assert set(typed) <= set(columns.keys())
            connection.execute(tables.tables[f"binder_{table}"].insert().values(**typed))

        own = {"tenant_id": ids["tenant"]}
        put("tenant", id=ids["tenant"], name="Collège")
        put("person", **own, id=ids["person"], display_name="Inès", sort_name="ines", is_test=False)
        put("audience", **own, id=ids["audience"], title="5e A")
        put(
            "binder",
            **own,
            id=ids["binder"],
            owner_id=ids["person"],
            title="Eau",
            description="",
            lang="fr",
            subject="",
            level="",
            licence="",
            credit="",
            created_at=THEN,
        )
        at = {**own, "binder_id": ids["binder"]}
        put("section", **at, id=ids["section"], title="Un", position=1, hidden=False)
        put(
            "page",
            **at,
            id=ids["page"],
            section_id=ids["section"],
            title="Page",
            position=1,
            hidden=False,
            blocks=[],
            version=1,
            changed=False,
            writers={},
        )
        put(
            "page_revision",
            **own,
            id=ids["revision"],
            page_id=ids["page"],
            number=1,
            title="Page",
            blocks=[],
            activities={},
            created_at=THEN,
        )
        put("activity", **at, id=ids["activity"], type="choice", title="Q", number=1)
        put(
            "assignment",
            **own,
            id=ids["assignment"],
            page_id=ids["page"],
            audience_id=ids["audience"],
            created_by_id=ids["person"],
            created_at=THEN,
            max_attempts=1,
            release="at_once",
        )
        put(
            "attempt",
            **own,
            id=ids["attempt"],
            assignment_id=ids["assignment"],
            person_id=ids["person"],
            number=1,
            revision_id=ids["revision"],
            responses={"a": {"choices": ["b"]}},
            seq=3,
            activity_progress="InProgress",
            grading_progress="NotReady",
            started_at=THEN,
            saved_at=THEN,
            late=False,
        )
        put(
            "upload",
            **at,
            id=ids["upload"],
            person_id=ids["person"],
            name="film.mp4",
            size=9,
            received=4,
            expires_at=THEN,
        )
    return ids


def test_everything_is_still_there(before: sa.Engine) -> None:
    ids = fill(before)
    db.upgrade(before, ("binder",))
    with Session(before) as session:

        def row(kind: Any, name: str) -> Any:
            return session.get_one(kind, (ids["tenant"], ids[name]))

        given, attempt = row(Assignment, "assignment"), row(Attempt, "attempt")
        assert (given.preset, given.counting, given.try_penalty) == (Preset.HOMEWORK, "last", 0)
        assert (given.corrections, given.recipients, given.overrides) == ({}, [], [])
        assert (attempt.responses, attempt.seq, attempt.writer) == ({"a": {"choices": ["b"]}}, 3, "")
        assert (attempt.effects, attempt.checks, attempt.by_server) == ([], {}, False)
        assert row(Activity, "activity").tags == []
        assert row(Binder, "binder").is_bank is False
        upload = row(Upload, "upload")
        assert (upload.binder_id, upload.received, upload.assignment_id) == (ids["binder"], 4, None)
    with before.connect() as connection:
        if before.dialect.name == "sqlite":
            assert not connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()


def test_one_step_back_keeps_what_the_older_one_knew(before: sa.Engine) -> None:
    fill(before)
    db.upgrade(before, ("binder",))
    with db.writing(before).begin() as connection:
        command.downgrade(db.migration_config("binder", connection), "0002")
    with before.connect() as connection:
        found = connection.exec_driver_sql("SELECT seq, responses FROM binder_attempt").one()
        assert found[0] == 3
        assert "choices" in str(found[1])
        assert connection.exec_driver_sql("SELECT count(*) FROM binder_upload").scalar() == 1
