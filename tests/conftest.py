"""What every test may ask for: an empty, upgraded database of its own on SQLite and on PostgreSQL, and a storage."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import sqlalchemy as sa
from _pytest.runner import runtestprotocol
from sqlalchemy.orm import Session, sessionmaker

from binder import db
from binder.storage import FileStorage
from tests import clamav, memory, postgres, routing

if TYPE_CHECKING:
    from binder.storage.s3 import S3Storage
    from tests import swift

_in_memory = memory.prefer()
routing.build_late()
for _profile, _examples in (("house", 60), ("few", 10)):
    hypothesis.settings.register_profile(
        _profile, deadline=None, database=None, derandomize=True, max_examples=_examples
    )
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever touches the database runs on both."""
    if "database_kind" in metafunc.fixturenames:
        kinds = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
        metafunc.parametrize("database_kind", kinds, scope="function", indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = db.create_engine(f"sqlite:///{path}")
    db.upgrade(engine, ("binder", "lti"))
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[tuple[str, sa.Engine]]:
    """A running server with an upgraded database `template_classeur`, to be copied."""
    with postgres.cluster() as url:
        admin = sa.create_engine(
            url.format("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
        )
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE template_classeur")
        template = db.create_engine(url.format("template_classeur"), poolclass=sa.pool.NullPool)
        db.upgrade(template, ("binder", "lti"))
        template.dispose()
        yield url, admin
        admin.dispose()


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: tuple[str, sa.Engine]) -> Iterator[postgres.Databases]:
    """Upgraded databases on that server, empty whenever one is lent."""
    url, admin = postgresql_server
    databases = postgres.Databases(url, admin, "template_classeur")
    yield databases
    databases.close()


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty, upgraded database of this test's own."""
    if database_kind == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url, _ = request.getfixturevalue("postgresql_server")
    databases: postgres.Databases = request.getfixturevalue("postgresql_databases")
    name = databases.take()
    yield url.format(name)
    databases.give_back(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine on the test's database."""
    engine = db.create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def begin(engine: sa.Engine) -> Callable[[], object]:
    """Opens a transaction that writes; leaving it commits."""
    return sessionmaker(db.writing(engine), expire_on_commit=False).begin


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A session that may write; nothing is committed unless the test does."""
    with Session(db.writing(engine), expire_on_commit=False) as session:
        yield session


@pytest.fixture(scope="session")
def swift_store() -> Iterator[swift.Store]:
    """A running object store."""
    from tests import swift  # needs boto3, which is an extra

    with swift.running() as store:
        yield store


@pytest.fixture(scope="session")
def clamd() -> Iterator[clamav.Daemon]:
    """A running virus scanner."""
    with clamav.running() as daemon:
        yield daemon


@pytest.fixture
def object_store(swift_store: swift.Store) -> S3Storage:
    """An empty part of a bucket."""
    return swift_store.part()


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    """An empty folder of files."""
    return FileStorage(tmp_path / "files")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests in a browser share one; what comes after them has none beside it."""
    if item.get_closest_marker("browser") is None:
        _rest()


def pytest_sessionfinish(exitstatus: int) -> None:
    """Nothing is left running; files in memory are kept for those who look why a test has failed."""
    _rest()
    if _in_memory is not None and exitstatus == pytest.ExitCode.OK:
        shutil.rmtree(_in_memory, ignore_errors=True)


def _rest() -> None:
    if "tests.browser" in sys.modules:  # which needs Playwright
        sys.modules["tests.browser"].rest()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A test in a browser that fails is run once more: on a busy machine a window may be seconds late.

    What fails twice has failed; nothing else gets a second chance.
    """
    if item.get_closest_marker("browser") is None or not isinstance(item, pytest.Function):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
