"""Platforms whose people arrive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.lti.arrivals import Platform
from tests.lti.protocol.server import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    """A platform's server that answers as it is told."""
    with serving() as server:
        yield server


@pytest.fixture
def platform(engine: sa.Engine) -> Platform:
    """A platform that is known in the test's database."""
    return Platform(engine)
