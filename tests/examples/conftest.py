"""A fresh demo ENT for each test, with the tiny tool it knows."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from examples.ent import Ent, create_ent
from tests.examples.ent_services import create, line_items_url
from tests.examples.ent_tool import ISSUER, Browser, FakeTool, ent_of


@pytest.fixture(scope="session")
def _fake_tool() -> FakeTool:
    return FakeTool()


@pytest.fixture(scope="session")
def _other_tool() -> FakeTool:
    return FakeTool("other", "http://other.test")


@pytest.fixture(scope="session")
def _opened_school(tmp_path_factory: pytest.TempPathFactory, _fake_tool: FakeTool) -> Path:
    database = tmp_path_factory.mktemp("ent") / "ent.sqlite"
    create_ent(database=database, public_url=ISSUER, tool=_fake_tool.registration)
    return database


@pytest.fixture
def app(tmp_path: Path, _opened_school: Path, _fake_tool: FakeTool, _other_tool: FakeTool) -> Flask:
    """The ENT as a web application."""
    database = shutil.copy(_opened_school, tmp_path / "ent.sqlite")
    app = create_ent(
        database=Path(database),
        public_url=ISSUER,
        tool=_fake_tool.registration,
        other_tools=[_other_tool.registration],
    )
    _fake_tool.app = _other_tool.app = app
    return app


@pytest.fixture
def ent(app: Flask) -> Ent:
    """The ENT as scripts see it."""
    return ent_of(app)


@pytest.fixture
def tool(app: Flask, _fake_tool: FakeTool) -> FakeTool:
    """The tool that is in every class."""
    return _fake_tool


@pytest.fixture
def other_tool(app: Flask, _other_tool: FakeTool) -> FakeTool:
    """A second tool of the same school."""
    return _other_tool


@pytest.fixture
def browse(app: Flask) -> Callable[[str], Browser]:
    """Makes the browser of somebody who is signed in."""
    return lambda login: Browser(app, login)


@pytest.fixture
def quiz(ent: Ent, tool: FakeTool) -> str:
    """A line item of the tool, by its address."""
    return str(create(tool, line_items_url(ent)).get_json()["id"])
