"""What is counted, and who may read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from binder import db, outbox
from binder.outbox import MAX_TRIES, Due, Failed
from lti.metrics import CONTENT_TYPE, Metrics
from lti.protocol.http import Http
from lti.settings import Settings
from lti.tool import Tool
from tests import factories
from tests.conformance import platform as claims_of
from tests.lti import doors
from tests.lti.arrivals import Platform
from tests.lti.gradebook import Gradebook, open_class
from tests.lti.protocol.server import Server

TOKEN = "a token of the tests"  # noqa: S105 - of the tests
TOKEN_SET = TOKEN.replace(" ", "-")
BEARER = {"Authorization": f"Bearer {TOKEN_SET}"}

Samples = dict[tuple[str, ...], float]


def read(text: bytes | str) -> Samples:
    """(name, label values in the order of their names …) → value; what is no OpenMetrics is an error."""
    words = text.decode() if isinstance(text, bytes) else text
    return {
        (
            sample.name.removeprefix("classeur_"),
            *(sample.labels[name] for name in sorted(sample.labels)),
        ): sample.value
        for family in text_string_to_metric_families(words)  # type: ignore[no-untyped-call]  # theirs has no types
        for sample in family.samples
    }


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """One database is enough, but for what is looked up in it."""
    shutil.copy(sqlite_template, tmp_path / "test.db")
    engine = db.create_engine(f"sqlite:///{tmp_path}/test.db")
    yield engine
    engine.dispose()


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path, platform: Platform) -> Flask:
    """A host whose metrics may be read."""
    return doors.host(engine, tmp_path, LTI_METRICS_TOKEN=TOKEN_SET)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def scraped(client: FlaskClient) -> Samples:
    answer = client.get("/lti/metrics", headers=BEARER)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CONTENT_TYPE)
    assert answer.headers["Cache-Control"] == "no-store"
    return read(answer.data)


# Who may read it


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer wrong", 401),
        (f"Basic {TOKEN_SET}", 401),
        (TOKEN_SET, 401),
        (f"Bearer {TOKEN_SET}x", 401),
        ("Bearer é", 401),
        (f"bearer  {TOKEN_SET}", 200),
    ],
)
def test_only_with_the_token(client: FlaskClient, sent: str | None, status: int) -> None:
    answer = client.get("/lti/metrics", headers={} if sent is None else {"Authorization": sent})
    assert answer.status_code == status
    assert answer.headers.get("WWW-Authenticate") == (None if status == 200 else "Bearer")
    assert b"classeur" not in answer.data or status == 200


def test_without_the_setting_there_is_no_such_page(engine: sa.Engine, tmp_path: Path) -> None:
    client = doors.host(engine, tmp_path).test_client()
    assert client.get("/lti/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert client.get("/lti/metrics", headers=BEARER).status_code == 404


# What is counted


def test_logins_and_launches(client: FlaskClient) -> None:
    opened = doors.launch(client)
    assert opened.status_code == 303
    assert doors.launch(client, iat=1, exp=2).status_code == 401
    doors.post(client, {"state": "none"})
    found = scraped(client)
    assert found["launches_total", "ok"] == 1
    assert found["launches_total", "expired"] == 1
    assert found["launches_total", "state-unknown"] == 1
    assert found["checks_failed_total", "expiry"] == 1
    assert found["launch_seconds_count",] == 3
    assert sum(value for (name, *_), value in found.items() if name == "logins_total") >= 2
    assert found["request_seconds_count", "launch", "3xx"] == 1
    assert found["request_seconds_count", "launch", "4xx"] == 2


def test_login_that_is_refused(client: FlaskClient) -> None:
    client.get("/lti/login", query_string=claims_of.login_request(iss="https://other.example"))
    client.get("/lti/login")
    found = scraped(client)
    assert found["logins_total", "registration-unknown", "login"] == 1
    assert found["logins_total", "login-request", "login"] == 1


def test_no_ids_no_people_no_schools(client: FlaskClient) -> None:
    home = doors.launch(client, sub="zqx-person", name="Zqx").location
    client.get(home, base_url=claims_of.TOOL, follow_redirects=True)
    for path in (f"/lti/my/pages/{uuid4()}", f"/lti/l/{uuid4()}/binders/{uuid4()}", "/lti/static/no.css"):
        client.get(path)
    text = client.get("/lti/metrics", headers=BEARER).text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)
    for word in ("zqx", claims_of.ISSUER, claims_of.CLIENT, claims_of.DEPLOYMENT, "ent.example"):
        assert word not in text.lower()


def test_calls_of_services(server: Server) -> None:
    metrics = Metrics()
    settings = Settings(allow_http_loopback=True, http_timeout=(1, 1))
    with Http(settings, metrics=metrics, sleep=lambda seconds: None) as http:
        server.tells({})
        http.call("GET", server.url, kind="members")
        server.tells({}, status=503)
        http.call("GET", server.url, kind="members")
        server.tells({}, status=299)
        http.call("POST", server.url, kind="score")
        for url in ("http://127.0.0.1:9", "ftp://x", "https://192.168.0.1"):
            with suppress(Exception):
                http.call("POST", url, kind="score")
    found = read(metrics.text())
    calls = {key[1:]: value for key, value in found.items() if key[0] == "service_call_seconds_count"}
    assert calls == {
        ("members", "200"): 1,
        ("members", "503"): 3,
        ("score", "other"): 1,
        ("score", "none"): 1,
        ("score", "refused"): 2,
    }
    assert found["service_call_repeats_total", "members"] == 2


def test_kinds_of_calls(engine: sa.Engine, server: Server, tmp_path: Path) -> None:
    Gradebook(server)
    class_ = open_class(engine, server)
    class_.hand_in()
    tool: Tool = doors.host(engine, tmp_path).extensions["lti"]
    tool.deliver()
    found = read(tool.metrics.text())
    calls = {key[1:] for key in found if key[0] == "service_call_seconds_count"}
    assert calls >= {("token", "200"), ("line-items", "200"), ("line-items", "201"), ("score", "204")}
    assert ("members", "404") in calls
    assert found["outbox_total", "grade.released", "told"] == 1
    assert found["outbox_total", "roster.wanted", "dead"] == 1


def raising(error: Exception | None) -> Callable[[Due], None]:
    def handler(due: Due) -> None:
        if error is not None:
            raise error

    return handler


@pytest.mark.parametrize(
    ("error", "tries", "outcome"),
    [
        (None, 1, "told"),
        (Failed("later"), 1, "failed"),
        (Failed("later"), MAX_TRIES, "dead"),
        (Failed("scanner", patient=True), MAX_TRIES, "failed"),
        (Failed("never", final=True), 1, "dead"),
        (ZeroDivisionError(), 1, "failed"),
    ],
)
def test_outcomes_of_the_outbox(error: Exception | None, tries: int, outcome: str) -> None:
    metrics = Metrics()
    due = Due(uuid4(), uuid4(), "e", "s", 1, tries)
    tell = metrics.counting("e", raising(error))
    if error is None:
        tell(due)
    else:
        with pytest.raises(type(error)):
            tell(due)
    found = {key: value for key, value in read(metrics.text()).items() if key[0] == "outbox_total"}
    assert found == {("outbox_total", "e", outcome): 1}


def test_what_waits_is_looked_up(database_url: str, tmp_path: Path) -> None:
    engine = db.create_engine(database_url)
    tool: Tool = doors.host(engine, tmp_path).extensions["lti"]
    with tool.begin() as session:
        tenant = factories.tenant(session)
        for subject in "ab":
            outbox.put(session, tenant.id, "roster.wanted", subject)
        outbox.put(session, tenant.id, "other", "a")
    found = read(tool.metrics.text())
    assert (found["outbox_open", "roster.wanted"], found["outbox_open", "other"]) == (2, 1)
    assert 0 <= found["outbox_overdue_seconds", "other"] < 60
    assert found["database_up",] == 1
    engine.dispose()


def test_counts_are_told_while_the_database_is_away(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/no/such/folder.db")
    app = doors.host(engine, tmp_path, LTI_METRICS_TOKEN=TOKEN_SET)
    assert scraped(app.test_client())["database_up",] == 0


def test_every_metric_is_documented_and_nothing_else() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `classeur_")]
    documented = {name for row in rows for name in re.findall(r"`(classeur_\w+)`", row)}
    metrics = Metrics(lambda: {"e": (1, 0.0)})
    families = text_string_to_metric_families(metrics.text().decode())  # type: ignore[no-untyped-call]  # no types
    told = {f.name + ("_total" if f.type == "counter" else "") for f in families}
    assert {name for name in documented if not name.endswith("_count")} == told


# Several tools, several processes


def test_tools_of_one_process_do_not_meet(engine: sa.Engine, tmp_path: Path) -> None:
    hosts = [doors.host(engine, tmp_path, LTI_METRICS_TOKEN=TOKEN_SET).test_client() for _ in range(2)]
    hosts[0].get("/lti/jwks")
    assert scraped(hosts[0])["request_seconds_count", "jwks", "2xx"] == 1
    assert ("request_seconds_count", "jwks", "2xx") not in scraped(hosts[1])


PROCESS = """
import json, sys
from prometheus_client import Counter
from lti.metrics import Metrics
first, second = Metrics(), Metrics()
Counter("of_the_host", "Somebody else's.").inc()
for _ in range(int(sys.argv[1])):
    first.launched("ok", 0.02)
    first.shown("home", 200, 0.3)
second.launched("expired", 0.02)
second.told("e", "told")
print(json.dumps([first.text().decode(), second.text().decode()]))
"""


def in_process(folder: Path, count: int) -> list[Samples]:
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", PROCESS, str(count)],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    )
    texts: list[Any] = json.loads(ran.stdout)
    assert not any("of_the_host" in text or "tool=" in text for text in texts)
    return [read(text) for text in texts]


def test_processes_count_together(tmp_path: Path) -> None:
    in_process(tmp_path, 2)
    first, second = in_process(tmp_path, 3)
    assert first["launches_total", "ok"] == 5
    assert (first["launch_seconds_count",], first["launch_seconds_bucket", "0.025"]) == (5, 5)
    assert first["request_seconds_count", "home", "2xx"] == 5
    assert ("launches_total", "expired") not in first
    assert (second["launches_total", "expired"], second["outbox_total", "e", "told"]) == (2, 2)
