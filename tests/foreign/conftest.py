"""Our tool in this process, known to a platform that others wrote, which is served over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import sessionmaker

from binder import db
from binder.storage import FileStorage
from lti import LTI
from lti.cli import register_platform
from tests.flows.world import serving
from tests.foreign import flask_platform, open_edx
from tests.foreign.browser import TOOL, Browser
from tests.foreign.platforms import DEPLOYMENT, Platform
from tests.keys import PRIVATE_KEY


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """What is checked here does not depend on the database, so SQLite does."""
    shutil.copy(sqlite_template, tmp_path / "test.db")
    engine = db.create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def tool_app(engine: sa.Engine, storage: FileStorage) -> Flask:
    """Our tool."""
    app = Flask("classeur")
    app.config.update(
        SECRET_KEY="tests",
        LTI_PRIVATE_KEYS=PRIVATE_KEY,
        LTI_BASE_URL=TOOL,
        LTI_ALLOW_HTTP_LOOPBACK=True,
        LTI_VISIT_FLUSH_SECONDS=0,
    )
    LTI(engine, storage=storage).init_app(app)
    return app


@pytest.fixture
def tool_jwks(tool_app: Flask) -> Iterator[str]:
    """Where the platform reads our keys."""
    with serving(tool_app) as port:
        yield f"http://127.0.0.1:{port}/lti/jwks"


@pytest.fixture(scope="session")
def django_set_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Open edX's Django app, configured once: that is global to a process."""
    open_edx.configure(tmp_path_factory.mktemp("open_edx") / "edx.db")


@pytest.fixture
def edx(django_set_up: None, tool_jwks: str, engine: sa.Engine) -> Iterator[Platform]:
    """Open edX, which knows our tool and is known to it."""
    with open_edx.running(tool_jwks) as running:
        register(engine, running)
        yield running


@pytest.fixture
def lti1p3platform(tool_jwks: str, engine: sa.Engine) -> Iterator[Platform]:
    """The other one."""
    with flask_platform.running(tool_jwks) as running:
        register(engine, running)
        yield running


@pytest.fixture(params=["edx", "lti1p3platform"])
def platform(request: pytest.FixtureRequest) -> Platform:
    """Each of the two."""
    running: Platform = request.getfixturevalue(request.param)
    return running


@pytest.fixture
def browser(tool_app: Flask) -> Browser:
    """The teacher's browser."""
    return Browser(tool_app)


def register(engine: sa.Engine, platform: Platform) -> None:
    """Make the platform known to our tool, as `flask lti register` does."""
    with sessionmaker(db.writing(engine)).begin() as session:
        register_platform(
            session,
            tenant="Lycée",
            deployments=(DEPLOYMENT,),
            issuer=platform.issuer,
            client_id=platform.client_id,
            authorization_endpoint=platform.authorization_endpoint,
            token_endpoint=platform.token_endpoint,
            jwks_uri=platform.jwks_uri,
        )
