"""The demo: two sites that know each other from the first start, and what the second start keeps."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import db
from binder.models import Binder, Page
from examples.demo import sites
from examples.demo.seeding import prepare
from examples.demo.setting import CLIENT_ID, Setting


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """The demo after its first start."""
    setting = Setting(tmp_path_factory.mktemp("demo") / "new", 18080, 18081)
    assert prepare(setting) is True
    return setting


@pytest.fixture(autouse=True)
def environment(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the servers' processes are told."""
    for name, value in setting.environment.items():
        monkeypatch.setenv(name, value)


def binders(setting: Setting) -> list[tuple[str, str]]:
    """(id, title) of each binder."""
    engine = db.create_engine(setting.database_url)
    with Session(engine) as session:
        found = [(str(binder.id), binder.title) for binder in session.scalars(sa.select(Binder))]
    engine.dispose()
    return found


def test_the_processes_are_told_the_whole_setting(setting: Setting) -> None:
    assert Setting.from_environment() == setting


def test_the_second_start_keeps_everything(setting: Setting) -> None:
    before, key = binders(setting), setting.private_key()
    assert len(before) >= 4
    assert prepare(setting) is False
    assert binders(setting) == before
    assert setting.private_key() == key


def test_nobody_else_may_read_the_key(setting: Setting) -> None:
    assert (setting.folder / "tool-key.pem").stat().st_mode & 0o077 == 0


def test_every_page_of_the_first_start_is_published(setting: Setting) -> None:
    engine = db.create_engine(setting.database_url)
    with Session(engine) as session:
        assert session.scalars(sa.select(Page.title).where(Page.published_number.is_(None))).all() == []
    engine.dispose()


def test_the_two_sites_know_each_other(setting: Setting) -> None:
    ent, tool = sites.ent(), sites.classeur()
    courier = tool.before_request_funcs[None][0].__self__  # type: ignore[attr-defined]
    try:
        query = {
            "iss": setting.ent_url,
            "login_hint": "x",
            "client_id": CLIENT_ID,
            "target_link_uri": f"{setting.tool_url}/lti/launch",
        }
        browser = tool.test_client()
        tried = browser.get("/lti/login", query_string=query)  # is given a cookie
        assert (tried.status_code, urlsplit(tried.location).path) == (307, "/lti/login/again")
        begun = browser.get(tried.location)
        asked = parse_qs(urlsplit(begun.location).query)
        assert begun.location.startswith(setting.ent_url)
        assert asked["redirect_uri"] == [f"{setting.tool_url}/lti/launch"]
        assert tool.test_client().get("/lti/jwks").json["keys"]
        assert "Morel" in ent.test_client().get("/", follow_redirects=True).text
    finally:
        courier.stop()
        tool.extensions["lti"].engine.dispose()


def test_the_folder_may_be_one_that_is_there(tmp_path: Path) -> None:
    assert Setting(tmp_path).private_key() == Setting(tmp_path).private_key()
