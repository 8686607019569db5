"""What the tests of exporters share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from binder import db


@pytest.fixture
def sqlite_session(sqlite_template: Path, tmp_path: Path) -> Iterator[Session]:
    """A session for tests of pages, to which the kind of database makes no difference."""
    path = tmp_path / "pages.db"
    shutil.copy(sqlite_template, path)
    engine = db.create_engine(f"sqlite:///{path}")
    with Session(db.writing(engine), expire_on_commit=False) as session:
        yield session
    engine.dispose()
