"""A tool that is launched from a registered platform.

What is checked here lies before the database, so SQLite does; `tests/lti/protocol` has both databases.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from binder import db
from tests.conformance import platform
from tests.conformance.tool import Tool


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    engine = db.create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def tool(engine: Engine) -> Tool:
    platform.register(engine)
    return Tool(engine)
