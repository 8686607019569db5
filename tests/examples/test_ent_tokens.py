"""The demo ENT's access tokens, and the tool's keys it reads for them."""

import ast
import json
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from flask import Flask

from examples.ent import Ent, Tool, create_ent
from examples.ent.database import Database
from tests.examples.ent_services import (
    LINE_ITEM_TYPE,
    SCORE_TYPE,
    line_items_url,
)
from tests.examples.ent_tool import (
    ISSUER,
    LINE_ITEM,
    LINE_ITEM_READ,
    LTI,
    SCORE,
    FakeTool,
    new_private_key,
    public_jwk,
)


def test_a_token_is_for_the_scopes_asked_for_that_the_tool_may_have(tool: FakeTool) -> None:
    answer = tool.ask_token(SCORE, "https://example.org/scope/everything", LINE_ITEM)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 3600
    assert body["scope"].split() == [SCORE, LINE_ITEM]


def test_a_token_for_no_possible_scope_is_refused(tool: FakeTool) -> None:
    for scopes in ((), ("https://example.org/scope/everything",)):
        answer = tool.ask_token(*scopes)
        assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_scope")


def test_an_assertion_works_once(tool: FakeTool) -> None:
    assertion = tool.sign(tool.assertion())
    assert tool.ask_token(SCORE, assertion=assertion).status_code == 200
    replayed = tool.ask_token(SCORE, assertion=assertion)
    assert (replayed.status_code, replayed.get_json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "nobody"},
        {"iss": None},
        {"sub": "somebody else"},
        {"sub": None},
        {"aud": "https://elsewhere.test/token"},
        {"aud": None},
        {"aud": []},
        {"jti": None},
        {"jti": ""},
        {"iat": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": int(time.time()) - 900, "exp": int(time.time()) - 600},
        {"iat": int(time.time()) + 900, "exp": int(time.time()) + 960},
        {"exp": int(time.time()) + 3600},
        {f"{LTI}deployment_id": "another school"},
        {f"{LTI}deployment_id": 7},
    ],
)
def test_a_wrong_assertion_is_refused(tool: FakeTool, changes: dict[str, Any]) -> None:
    answer = tool.ask_token(SCORE, assertion=tool.sign(tool.assertion(**changes)))
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")


def test_an_assertion_may_name_several_audiences_and_the_deployment(ent: Ent, tool: FakeTool) -> None:
    audiences = ["https://elsewhere.test", f"{ISSUER}/oidc/token"]
    claims = tool.assertion(aud=audiences, **{f"{LTI}deployment_id": ent.deployment_id})
    assert tool.ask_token(SCORE, assertion=tool.sign(claims)).status_code == 200


def test_an_assertion_needs_the_tools_own_signature(tool: FakeTool) -> None:
    claims = tool.assertion()
    hostile = [
        tool.sign(claims, key=new_private_key()),
        tool.sign(claims, kid="unheard-of"),
        jwt.encode(claims, tool.key, algorithm="RS256"),
        jwt.encode(
            claims, "a secret of at least thirty-two bytes", algorithm="HS256", headers={"kid": tool.kid}
        ),
        jwt.encode(claims, "", algorithm="none", headers={"kid": tool.kid}),
        jwt.encode(claims, tool.key, algorithm="RS512", headers={"kid": tool.kid}),
        "not a token",
    ]
    for assertion in hostile:
        assert tool.ask_token(SCORE, assertion=assertion).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "jwt"}, "invalid_request"),
    ],
)
def test_a_wrong_token_request_is_refused(tool: FakeTool, changes: dict[str, str], error: str) -> None:
    answer = tool.ask_token(SCORE, **changes)
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)


def test_a_token_request_in_json_is_refused(tool: FakeTool) -> None:
    assert tool.client.post("/oidc/token", json={"grant_type": "client_credentials"}).status_code == 400


def test_a_tools_new_key_is_found_by_its_name(
    tool: FakeTool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = FakeTool()
    own.app = create_ent(
        database=tmp_path_factory.mktemp("rotation") / "ent.sqlite", public_url=ISSUER, tool=own.registration
    )
    assert own.ask_token(SCORE).status_code == 200
    own.kid, own.key = "second", new_private_key()
    own.published.append(public_jwk("second", own.key))
    assert own.ask_token(SCORE).status_code == 200


def test_services_want_a_living_token_with_the_scope(ent: Ent, tool: FakeTool) -> None:
    url = line_items_url(ent)
    bare = tool.client.get(url)
    assert bare.status_code == 401
    assert bare.headers["WWW-Authenticate"].startswith("Bearer")
    assert tool.client.get(url, headers={"Authorization": "Bearer made-up"}).status_code == 401
    assert tool.call(url, SCORE).status_code == 403
    token = tool.ask_token(LINE_ITEM).get_json()["access_token"]
    ent.clock = lambda: datetime.now(UTC) + timedelta(hours=2)
    assert tool.client.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "media_type", "wrong_scope"),
    [
        ("POST", "", LINE_ITEM_TYPE, LINE_ITEM_READ),
        ("PUT", "item", LINE_ITEM_TYPE, LINE_ITEM_READ),
        ("DELETE", "item", None, LINE_ITEM_READ),
        ("POST", "scores", SCORE_TYPE, LINE_ITEM),
        ("GET", "results", None, SCORE),
    ],
)
def test_each_service_has_its_own_scope(
    ent: Ent, tool: FakeTool, quiz: str, method: str, path: str, media_type: str | None, wrong_scope: str
) -> None:
    urls = {"": line_items_url(ent), "item": quiz}
    url = urls.get(path) or quiz.replace("?", f"/{path}?")
    body: dict[str, Any] | None = {} if media_type else None
    answer = tool.call(url, wrong_scope, method=method, body=body, media_type=media_type)
    assert answer.status_code == 403


class KeyServer:
    """Answers in place of requests.get."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status, self.body, self.calls = 200, b"", 0
        monkeypatch.setattr("requests.get", self.get)

    def get(self, url: str, **options: Any) -> Any:
        assert options["allow_redirects"] is False
        assert options["timeout"]
        self.calls += 1
        response = requests.Response()
        response.status_code, response._content = self.status, self.body
        return response


def test_the_tools_keys_are_fetched_once_and_faults_are_refusals(
    monkeypatch: pytest.MonkeyPatch, tool: FakeTool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server, fake = KeyServer(monkeypatch), FakeTool()
    registration = Tool(
        name="Classeur",
        client_id="classeur",
        login_url="http://tool.test/login",
        launch_url="http://tool.test/launch",
        jwks_url="http://tool.test/jwks",
    )
    fake.app = create_ent(
        database=tmp_path_factory.mktemp("keys") / "ent.sqlite", public_url=ISSUER, tool=registration
    )
    for server.status, server.body in ((500, b""), (302, b"{}"), (200, b"<html>"), (200, b'{"keys": {}}')):
        assert fake.ask_token(SCORE).status_code == 401
    broken = [{"kid": "first", "kty": "RSA"}, {"kid": "x", "kty": "RSA", "use": "enc"}, "text"]
    server.body = json.dumps({"keys": [*broken, *fake.published]}).encode()
    calls = server.calls
    for _ in range(3):
        assert fake.ask_token(SCORE).status_code == 200
    assert server.calls == calls + 1


def test_the_ent_starts_in_several_threads_on_one_file(
    tmp_path_factory: pytest.TempPathFactory, tool: FakeTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path_factory.mktemp("threads") / "ent.sqlite"
    # Werkzeug makes routes from syntax trees, which CPython 3.11 may refuse to two threads at once (gh-106905).
    parse, lock = ast.parse, threading.Lock()

    def parse_alone(*args: Any, **options: Any) -> ast.AST:
        with lock:
            return parse(*args, **options)

    monkeypatch.setattr(ast, "parse", parse_alone)

    def start(_number: int) -> Flask:
        return create_ent(database=database, public_url=ISSUER, tool=tool.registration)

    with ThreadPoolExecutor(6) as pool:
        apps = list(pool.map(start, range(6)))
    assert len({app.extensions["ent"].keys.active.kid for app in apps}) == 1
    assert len({app.config["SECRET_KEY"] for app in apps}) == 1
    assert len(apps[0].extensions["ent"].links("5A")) == 1


def test_a_tools_keys_can_be_forgotten_when_it_withdraws_one(tool: FakeTool, ent: Ent) -> None:
    assert tool.ask_token(SCORE).status_code == 200
    kept = tool.published[:]
    tool.published.clear()
    assert tool.ask_token(SCORE).status_code == 200
    ent.tool_keys.forget()
    assert tool.ask_token(SCORE).status_code == 401
    tool.published.extend(kept)


def test_a_start_waits_while_another_has_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(tmp_path / "ent.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("examples.ent.database.PATIENCE", 0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Database(tmp_path / "ent.sqlite")
        moments = iter([0.0, 0.0])
        monkeypatch.setattr("examples.ent.database.time.monotonic", lambda: next(moments))
        monkeypatch.setattr("examples.ent.database.time.sleep", lambda _seconds: other.execute("ROLLBACK"))
        Database(tmp_path / "ent.sqlite")


def test_a_tools_keys_may_be_told_outright(tmp_path: Path) -> None:
    fake = FakeTool()
    registration = Tool(
        name="Classeur",
        client_id="classeur",
        login_url="http://tool.test/login",
        launch_url="http://tool.test/launch",
        jwks=fake.published,
    )
    fake.app = create_ent(database=tmp_path / "ent.sqlite", public_url=ISSUER, tool=registration)
    assert fake.ask_token(SCORE).status_code == 200


def test_a_file_of_an_earlier_version_gets_what_it_lacks(tool: FakeTool, tmp_path: Path) -> None:
    path = tmp_path / "ent.sqlite"
    create_ent(database=path, public_url=ISSUER, tool=tool.registration)
    with closing(sqlite3.connect(path)) as connection:
        for column in ("started_at", "submitted_at"):
            connection.execute(f"ALTER TABLE scores DROP COLUMN {column}")
        connection.execute("DELETE FROM accounts WHERE login = 'admin'")
        connection.execute("DROP TABLE notices")
        connection.commit()
    again = create_ent(database=path, public_url=ISSUER, tool=tool.registration)
    ent: Ent = again.extensions["ent"]
    assert ent.account("admin").login == "admin"
    with ent.database.reading() as connection:
        columns = [row["name"] for row in connection.execute("PRAGMA table_info(scores)")]
    assert columns[-2:] == ["started_at", "submitted_at"]
    assert len(ent.links("5A")) == 1


def test_a_start_waits_while_another_start_adds_a_column(tool: FakeTool, tmp_path: Path) -> None:
    path = tmp_path / "ent.sqlite"
    Database(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE scores DROP COLUMN started_at")
        connection.commit()
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda _: Database(path), range(4)))) == 4
