"""What is logged – and that nothing secret is, whatever people and platforms send."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from binder import db
from lti import logs
from lti.errors import Expired, KeysUnreachable, LTIError, PlatformError, ServiceError
from lti.logs import JsonFormatter
from lti.tool import Tool
from tests.conformance import platform as claims_of
from tests.lti import doors
from tests.lti.arrivals import Platform
from tests.lti.gradebook import Gradebook, open_class
from tests.lti.protocol.server import JSON, Asked, Server, Told

Caplog = pytest.LogCaptureFixture


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """One database is enough."""
    shutil.copy(sqlite_template, tmp_path / "test.db")
    engine = db.create_engine(f"sqlite:///{tmp_path}/test.db")
    yield engine
    engine.dispose()


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path, platform: Platform) -> Flask:
    """A host that knows the platform."""
    return doors.host(engine, tmp_path)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """What an event brought with it."""
    return {name: value for name, value in vars(record).items() if name not in logs.RECORD}


# Events


def test_event_is_a_line_and_fields(caplog: Caplog) -> None:
    log = logs.logger("tests")
    with caplog.at_level("INFO", "lti"):
        logs.event(
            log,
            logs.INFO,
            "seen",
            code="a-b",
            words='said "no"',
            none=None,
            empty=(),
            zero=0,
            list=["a", "b"],
        )
        logs.event(log, logs.DEBUG, "unseen")
        logs.event(log, logs.INFO, "seen", name="x", module="y", long="z" * 999, lines="a\nb=c")
    first, second = caplog.records
    assert first.name == "lti.tests"
    assert first.getMessage() == r'seen code=a-b words="said \"no\"" zero=0 list=a,b'
    assert fields(first) == {"event": "seen", "code": "a-b", "words": 'said "no"', "zero": 0, "list": "a,b"}
    assert first.pathname == __file__
    assert fields(second)["name_"] == "x"
    assert len(fields(second)["long"]) == logs.MOST
    assert "\n" not in second.getMessage()


@pytest.mark.parametrize(
    ("sent", "is_taken"),
    [
        ("0123-abc_DEF.45", True),
        ("Root=1-67891233-abcdef012345678912345678", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ('"quoted"', False),
        ("é", False),
    ],
)
def test_request_id_is_that_of_the_server_in_front_if_it_is_sane(
    app: Flask, caplog: Caplog, sent: str, is_taken: bool
) -> None:
    with caplog.at_level("INFO", "lti"):
        doors.post(app.test_client(), {"state": "none"}, **{"X-Request-ID": sent})
    (record,) = (each for each in caplog.records if getattr(each, "event", "") == "refused")
    known = fields(record)["request_id"]
    assert (known == sent) is is_taken
    assert is_taken or len(known) == 16


def test_refused_launch_says_which_check_failed(app: Flask, caplog: Caplog) -> None:
    with caplog.at_level("INFO", "lti"):
        answer = doors.launch(app.test_client(), iat=1, exp=2)
    (record,) = (each for each in caplog.records if getattr(each, "event", "") == "refused")
    found = fields(record)
    assert (found["code"], found["check"]) == ("expired", "expiry")
    assert found["passed"].split(",")[0] == "state"
    assert (found["issuer"], found["client_id"]) == (claims_of.ISSUER, claims_of.CLIENT)
    assert found["reference"] in answer.text
    assert f"reference={found['reference']}" in record.getMessage()


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (Expired("late", sub="lina", issuer="i"), {"issuer": "i", "detail": "late"}),
        (
            PlatformError("login_required", "Lina is away"),
            {"error": "login_required", "detail": "the platform answered login_required"},
        ),
        (
            ServiceError(
                None, retryable=True, detail="ReadTimeout", url="https://a.example:8443/members/lina?t=1"
            ),
            {"url": "https://a.example:8443", "detail": "ReadTimeout"},
        ),
        (KeysUnreachable("", jwks_uri="https://["), {"jwks_uri": ""}),
    ],
)
def test_facts_that_are_safe(error: LTIError, facts: dict[str, object]) -> None:
    found = {name: value for name, value in logs.safe_facts(error).items() if value is not None}
    assert found == facts


# JSON


def test_json_of_an_event(app: Flask) -> None:
    line = json.loads(
        JsonFormatter().format(
            logging.makeLogRecord(
                {
                    "msg": "%s %s",
                    "args": ("a", "b=é"),
                    "levelname": "INFO",
                    "name": "lti",
                    "event": "a",
                    "b": "é",
                    "created": 0.5,
                }
            )
        )
    )
    assert line == {
        "time": "1970-01-01T00:00:00.500+00:00",
        "level": "INFO",
        "logger": "lti",
        "message": "a b=é",
        "event": "a",
        "b": "é",
    }


def test_json_of_an_exception_leaves_out_its_words() -> None:
    try:
        raise ValueError("Lina")
    except ValueError:
        record = logging.makeLogRecord({"msg": "cannot", "exc_info": sys.exc_info(), "odd": object()})
    text = JsonFormatter().format(record)
    line = json.loads(text)
    assert line["exception"] == "ValueError"
    assert "test_json_of_an_exception" in line["at"][0]
    assert "Lina" not in text
    assert "\n" not in text


# Nothing secret


class Lines(logging.Handler):
    """Everything that anybody logs, as text and as JSON, with all that a formatter could write."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        plain = logging.Formatter("%(name)s %(message)s").format(record)
        self.text += f"{plain}\n{JsonFormatter().format(record)}\n{vars(record)!r}\n"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """`lti` and `binder` at their most talkative, urllib3 as it is by itself."""
    handler, before = Lines(), {}
    root = logging.getLogger()
    root.addHandler(handler)
    for name in ("lti", "binder"):
        before[name] = logging.getLogger(name).level
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


PLANTED = {
    "name": "Zqxname Zqxfamily",
    "given_name": "Zqxname",
    "family_name": "Zqxfamily",
    "email": "zqx@mail.example",
}


def test_launches_log_no_secret(app: Flask, lines: Lines) -> None:
    """One that opens, some that are refused at different checks, and what a platform says of somebody."""
    client = app.test_client()
    secrets: set[str] = set()

    def form(**more: Any) -> dict[str, str]:
        state, nonce = doors.begin(client)
        token = claims_of.sign(claims_of.claims(nonce, **{"sub": "zqx-sub", **PLANTED, **more}))
        secrets.update((state, nonce, token, token.split(".")[1]))
        return {"state": state, "id_token": token}

    opened = doors.post(client, form())
    assert opened.status_code == 303
    client.get(opened.location, base_url=claims_of.TOOL, follow_redirects=True)
    refused: list[dict[str, Any]] = [
        {"iat": 1, "exp": 2},
        {"sub": "zqx" * 100},
        {"sub": ["zqx"]},
        {"name": ["Zqxname"]},
        {"email": {"zqx": 1}},
        {"nonce": "zqx-nonce"},
        {claims_of.L + "roles": None},
        {claims_of.L + "custom": {"name": ["zqx"]}},
    ]
    assert {doors.post(client, form(**more)).status_code for more in refused} <= {303, 400, 401, 403}
    taken = form()
    doors.post(app.test_client(), taken)  # another browser
    doors.post(client, {**taken, "id_token": taken["id_token"][:-5]})
    error = {"state": form()["state"], "error": "login_required", "error_description": "Zqxname is not in"}
    assert doors.post(client, error).status_code == 400
    secrets |= {cookie.value for cookie in client._cookies.values()}  # type: ignore[union-attr]  # kept there
    assert "refused code=expired" in lines.text
    assert "launched" in lines.text
    for secret in {each for each in secrets if len(each) > 5} | {"zqx"}:
        assert secret.lower() not in lines.text.lower()


@pytest.mark.parametrize("quotes", [False, True])
def test_services_log_no_secret(
    engine: sa.Engine, server: Server, tmp_path: Path, lines: Lines, quotes: bool
) -> None:
    """Grades and class lists, taken, or refused by a platform that quotes what it was sent."""
    gradebook = Gradebook(server)

    def answer(asked: Asked) -> Told:
        if asked.path == "/token":
            return told({"access_token": "zqx-access-token", "token_type": "bearer"})
        if quotes and asked.path != "/lineitems":
            return told({"error": "zqx@mail.example (zqx-sub) is unknown", "sent": asked.body.decode()}, 400)
        if asked.path == "/members":
            member = {"user_id": "zqx-sub", "roles": ["Learner"], "status": "Active", **PLANTED}
            return told({"id": "zqx-roster", "context": {"id": "c"}, "members": [member]})
        return gradebook.answer(asked)

    class_ = open_class(engine, server)
    server.answer = answer
    class_.hand_in()
    tool: Tool = doors.host(engine, tmp_path).extensions["lti"]
    tool.deliver()
    text = lines.text.lower()
    assert f"called kind=score host={server.url} status={400 if quotes else 204}" in text
    assert "called kind=members" in text
    assert f"outbox kind=grade.released outcome={'dead' if quotes else 'told'}" in text
    assert class_.entry().error == "" or quotes
    for secret in ("zqx", "bearer", "eyj", "lina", "morel", "client_assertion"):
        assert secret not in text


def told(body: Any, status: int = 200) -> Told:
    return Told(status, json.dumps(body).encode(), JSON)


def test_key_set_that_quotes_logs_no_secret(app: Flask, server: Server, lines: Lines) -> None:
    from lti.protocol.jwks import PlatformKeys

    tool: Tool = app.extensions["lti"]
    server.tells(b"zqx is not here", status=404)
    with pytest.raises(KeysUnreachable, match="answered 404"):
        PlatformKeys(tool.http, tool.settings).key(server.url, "k")
    assert "zqx" not in lines.text
