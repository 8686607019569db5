"""A running world for each flow test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.flows.world import World, running


@pytest.fixture
def world(engine: sa.Engine, tmp_path: Path) -> Iterator[World]:
    """Both servers, over the test's database."""
    with running(engine, tmp_path) as world:
        yield world
