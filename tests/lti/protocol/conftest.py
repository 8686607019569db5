"""Our way to a platform's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from binder.db import writing
from lti.protocol.http import Http
from lti.protocol.registrations import Begin
from lti.settings import Settings


@pytest.fixture
def begin(engine: Engine) -> Begin:
    """Opens a transaction that writes, as the protocol wants it: a connection without a session."""
    return writing(engine).begin


@pytest.fixture
def http() -> Iterator[Http]:
    settings = Settings(
        allow_http_loopback=True, http_timeout=(1, 0.4), http_retry_seconds=0, user_agent="Probe/1"
    )
    with Http(settings) as http:
        yield http
