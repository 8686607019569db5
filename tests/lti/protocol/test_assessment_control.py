"""Assessment control service: what a tool that supervises has done to an attempt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lti.errors import ClaimInvalid, ServiceError
from lti.protocol.assessment_control import Action, Control, ControlService, Outcome, Status, send
from lti.protocol.bodies import BodyInvalid
from lti.protocol.http import Http
from lti.protocol.services import Connector, Services
from tests.conformance.platform import ISSUER, registration
from tests.lti.protocol.server import Server, Told
from tests.lti.protocol.test_services import KEYS, Platform

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACS = "https://purl.imsglobal.org/spec/lti-ap/claim/acs"


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def connector(http: Http, server: Server) -> Connector:
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    return Services(http, KEYS).connector(row)


def control(**more: Any) -> Control:
    values: dict[str, Any] = {
        "action": Action.PAUSE,
        "subject": "pupil-7",
        "resource_link_id": "link-1",
        "attempt_number": 2,
        "incident_time": NOON,
        "incident_severity": 0.2,
    }
    return Control(**(values | more))


def told(**body: Any) -> Told:
    return Told(200, json.dumps(body).encode())


def service(server: Server, *actions: str) -> ControlService:
    return ControlService(server.url + "/control?exam=1", actions)


@pytest.mark.parametrize("action", list(Action))
def test_action_is_sent(platform: Platform, connector: Connector, server: Server, action: Action) -> None:
    platform.told = [told(status="running", extra_time=10)]
    wish = control(action=action, extra_time=10, reason_code="N52", reason_message="Panne")
    assert send(connector, service(server, *Action), wish) == Outcome(Status.RUNNING, 10)
    (asked,) = platform.calls
    assert (asked.method, asked.path, asked.query) == ("POST", "/control", {"exam": ["1"]})
    assert asked.headers["Content-Type"] == "application/vnd.ims.lti-ap.v1.control+json"
    assert platform.tokens[0].form["scope"] == "https://purl.imsglobal.org/spec/lti-ap/scope/control.all"
    assert asked.json == {
        "user": {"iss": ISSUER, "sub": "pupil-7"},
        "resource_link": {"id": "link-1"},
        "attempt_number": 2,
        "action": action.value,
        "extra_time": 10,
        "incident_time": "2026-03-02T12:00:00.000Z",
        "incident_severity": 0.2,
        "reason_code": "N52",
        "reason_msg": "Panne",
    }


def test_what_is_not_known_is_left_out() -> None:
    assert set(control(incident_severity=0).as_json(ISSUER)) == {
        "user",
        "resource_link",
        "attempt_number",
        "action",
        "incident_time",
        "incident_severity",
    }
    assert control(action="update", extra_time=0).as_json(ISSUER)["extra_time"] == 0
    assert "pupil-7" not in repr(control())


@pytest.mark.parametrize(
    ("member", "wrong"),
    [
        ("action", {"action": "stop"}),
        ("action", {"action": None}),
        ("user.sub", {"subject": ""}),
        ("user.sub", {"subject": "x" * 256}),
        ("resource_link.id", {"resource_link_id": " "}),
        ("attempt_number", {"attempt_number": -1}),
        ("attempt_number", {"attempt_number": "2"}),
        ("attempt_number", {"attempt_number": 2**31}),
        ("incident_time", {"incident_time": datetime(2026, 3, 2)}),
        ("incident_severity", {"incident_severity": 1.01}),
        ("incident_severity", {"incident_severity": -0.1}),
        ("incident_severity", {"incident_severity": float("nan")}),
        ("incident_severity", {"incident_severity": True}),
        ("incident_severity", {"incident_severity": None}),
        ("extra_time", {"action": "update"}),
        ("extra_time", {"extra_time": -5}),
        ("extra_time", {"extra_time": 1.5}),
        ("extra_time", {"extra_time": 10_081}),
        ("reason_code", {"reason_code": "x" * 256}),
        ("reason_msg", {"reason_message": "x" * 5001}),
    ],
)
def test_action_that_no_platform_could_take(member: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BodyInvalid) as caught:
        control(**wrong)
    assert caught.value.facts["member"] == member


def test_action_that_the_platform_does_not_offer_is_not_sent(connector: Connector, server: Server) -> None:
    with pytest.raises(BodyInvalid, match="not one that the platform takes"):
        send(connector, service(server, "flag"), control())
    assert server.asked == []


def test_platform_that_does_not_say_what_it_takes_is_asked(
    platform: Platform, connector: Connector, server: Server
) -> None:
    platform.told = [told(status="paused")]
    assert send(connector, service(server), control()) == Outcome(Status.PAUSED, None)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        *((f'{{"status": "{status}"}}', Outcome(status, None)) for status in Status),
        ('{"status": "complete", "extra_time": 2.5}', Outcome(Status.COMPLETE, 2.5)),
        ('{"status": "complete", "extra_time": "soon"}', Outcome(Status.COMPLETE, None)),
    ],
)
def test_how_the_attempt_stands(
    platform: Platform, connector: Connector, server: Server, body: str, outcome: Outcome
) -> None:
    platform.told = [Told(200, body.encode())]
    assert send(connector, service(server), control()) == outcome


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"status": 5}', b'{"status": "asleep"}', b'{"status": []}']
)
def test_answer_without_a_status(
    platform: Platform, connector: Connector, server: Server, body: bytes
) -> None:
    platform.told = [Told(200, body)]
    with pytest.raises(ServiceError, match="no status"):
        send(connector, service(server), control())


def test_refused_action_is_not_sent_twice(platform: Platform, connector: Connector, server: Server) -> None:
    platform.told = [Told(503, b"later")]
    with pytest.raises(ServiceError) as caught:
        send(connector, service(server), control())
    assert (caught.value.platform_status, caught.value.retryable) == (503, True)
    assert len(platform.calls) == 1


def test_claim_of_the_message() -> None:
    offered = {"assessment_control_url": "https://ent.example/acs", "actions": ["pause", "their.own"]}
    assert ControlService.read({ACS: offered}) == ControlService(
        "https://ent.example/acs", ("pause", "their.own")
    )
    for nothing in ({}, {ACS: None}, {ACS: {"actions": ["pause"]}}):
        assert ControlService.read(nothing) is None
    for wrong in ("x", {"assessment_control_url": "ftp://x"}, offered | {"actions": "pause"}):
        with pytest.raises(ClaimInvalid):
            ControlService.read({ACS: wrong})
