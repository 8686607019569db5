"""Every operation of grades and class lists, and what goes over the wire: method, address, media type, scope, body."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from lti.protocol import ags, nrps
from lti.protocol.ags import LineItem
from lti.protocol.http import Http
from lti.protocol.item_parts import Review
from lti.protocol.services import Connector, Services
from tests.conformance.platform import registration
from tests.lti.protocol.server import JSON, Server, Told
from tests.lti.protocol.test_services import KEYS, Platform

AGS, LIS = "https://purl.imsglobal.org/spec/lti-ags/scope/", "application/vnd.ims.lis."
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ITEM, ITEMS = LIS + "v2.lineitem+json", LIS + "v2.lineitemcontainer+json"
RESULTS, SCORE = LIS + "v2.resultcontainer+json", LIS + "v1.score+json"
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PARIS = timezone(timedelta(hours=1))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FULL = {
    "id": "https://x/li/1",
    "label": "Quiz",
    "scoreMaximum": 20,
    "resourceLinkId": "l",
    "resourceId": "r",
    "tag": "t",
    "startDateTime": "2026-03-02T12:00:00.000Z",
    "endDateTime": "2026-03-09T12:00:00.000Z",
    "gradesReleased": False,
    "submissionReview": {
        "reviewableStatus": ["Submitted"],
        "label": "Copie",
        "url": "https://tool.example/copy",
        "custom": {"page": "1"},
    },
    "https://vendor.example/extension": {"kept": True},
}
QUIZ = LineItem(
    label="Quiz",
    score_maximum=20,
    resource_link_id="l",
    resource_id="r",
    tag="t",
    starts_at=NOON.astimezone(PARIS),
    ends_at=NOON + timedelta(days=7),
    grades_released=False,
    review=Review(
        statuses=("Submitted",), label="Copie", url="https://tool.example/copy", custom={"page": "1"}
    ),
)
GRADE = ags.Score(
    user_id="7",
    timestamp=NOON,
    activity_progress="Completed",
    grading_progress="FullyGraded",
    score_given=3,
    score_maximum=5,
)


@dataclass(frozen=True)
class Wire:
    """What a platform must see."""

    method: str
    path: str
    scope: str
    query: dict[str, list[str]] = field(default_factory=dict)
    accept: str | None = None
    content_type: str | None = None
    body: Any = None


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def connector(http: Http, server: Server) -> Connector:
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    return Services(http, KEYS).connector(row)


TYPE = {"type_id": ["2"]}
SENT = {name: value for name, value in FULL.items() if name != "id" and not name.startswith("https")}
OPERATIONS: dict[str, tuple[Callable[[Connector, str], Any], Any, Wire]] = {
    "list": (
        lambda c, url: list(ags.line_items(c, url + "/li?type_id=2")),
        [],
        Wire("GET", "/li", AGS + "lineitem", TYPE, ITEMS),
    ),
    "list, read only, by all filters": (
        lambda c, url: list(
            ags.line_items(
                c, url + "/li", read_only=True, resource_link_id="l", resource_id="r", tag="t", limit="5"
            )
        ),
        [],
        Wire(
            "GET",
            "/li",
            AGS + "lineitem.readonly",
            {"resource_link_id": ["l"], "resource_id": ["r"], "tag": ["t"], "limit": ["5"]},
            ITEMS,
        ),
    ),
    "create": (
        lambda c, url: ags.create_line_item(c, url + "/li?type_id=2", QUIZ),
        FULL,
        Wire("POST", "/li", AGS + "lineitem", TYPE, ITEM, ITEM, SENT),
    ),
    "read": (
        lambda c, url: ags.read_line_item(c, url + "/li/1?type_id=2"),
        FULL,
        Wire("GET", "/li/1", AGS + "lineitem", TYPE, ITEM),
    ),
    "read, read only": (
        lambda c, url: ags.read_line_item(c, url + "/li/1", read_only=True),
        FULL,
        Wire("GET", "/li/1", AGS + "lineitem.readonly", {}, ITEM),
    ),
    "delete": (
        lambda c, url: ags.delete_line_item(c, url + "/li/1?type_id=2"),
        None,
        Wire("DELETE", "/li/1", AGS + "lineitem", TYPE),
    ),
    "score": (
        lambda c, url: ags.put_score(
            c,
            url + "/li/1/?type_id=2",
            replace(GRADE, comment="Bien", scoring_user_id="9", started_at=NOON, submitted_at=NOON),
        ),
        None,
        Wire(
            "POST",
            "/li/1/scores",
            AGS + "score",
            TYPE,
            None,
            SCORE,
            {
                "userId": "7",
                "timestamp": "2026-03-02T12:00:00.000Z",
                "activityProgress": "Completed",
                "gradingProgress": "FullyGraded",
                "scoreGiven": 3,
                "scoreMaximum": 5,
                "comment": "Bien",
                "scoringUserId": "9",
                "submission": {
                    "startedAt": "2026-03-02T12:00:00.000Z",
                    "submittedAt": "2026-03-02T12:00:00.000Z",
                },
            },
        ),
    ),
    "results of one": (
        lambda c, url: list(ags.results(c, url + "/li/1?type_id=2", user_id="7")),
        [],
        Wire("GET", "/li/1/results", AGS + "result.readonly", TYPE | {"user_id": ["7"]}, RESULTS),
    ),
    "members": (
        lambda c, url: nrps.members(c, url + "/m?type_id=2"),
        {"members": []},
        Wire("GET", "/m", NRPS, TYPE, MEMBERS),
    ),
    "members by all filters": (
        lambda c, url: nrps.members(
            c, url + "/m", role="Learner", resource_link_id="l", page_size=50, with_groups=True
        ),
        {"members": []},
        Wire(
            "GET",
            "/m",
            NRPS,
            {"role": ["Learner"], "rlid": ["l"], "limit": ["50"], "groups": ["true"]},
            MEMBERS,
        ),
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_request(platform: Platform, connector: Connector, server: Server, name: str) -> None:
    """AGS 3 and NRPS 2."""
    operation, told, wire = OPERATIONS[name]
    platform.told = [Told(200, b"" if told is None else json.dumps(told).encode())]
    operation(connector, server.url)
    (asked,), (token,) = platform.calls, platform.tokens
    assert (asked.method, asked.path, asked.query) == (wire.method, wire.path, wire.query)
    assert token.form["scope"] == wire.scope
    assert asked.headers["Authorization"] == "Bearer t1"
    assert asked.headers["User-Agent"].startswith("Probe/1")
    assert wire.accept in (None, asked.headers["Accept"])
    assert asked.headers.get("Content-Type") == wire.content_type
    assert (asked.json if asked.body else None) == wire.body


def test_update_gives_back_all_that_the_platform_has(
    platform: Platform, connector: Connector, server: Server
) -> None:
    """AGS 3.2.9: what is not sent is taken away, so everything is."""
    there = FULL | {"id": server.url + "/li/1?type_id=2"}
    platform.told = [Told(200, json.dumps(there).encode())] * 2
    found = ags.read_line_item(connector, there["id"])  # type: ignore[arg-type]
    assert replace(found, id="", more={}) == replace(QUIZ, starts_at=NOON)
    assert found.more == {"https://vendor.example/extension": {"kept": True}}
    ags.update_line_item(connector, replace(found, grades_released=True))
    asked = platform.calls[1]
    assert (asked.method, asked.path, asked.query) == ("PUT", "/li/1", {"type_id": ["2"]})
    assert asked.headers["Content-Type"] == ITEM
    assert asked.json == there | {"gradesReleased": True}


@pytest.mark.parametrize(
    "odd",
    [
        {"startDateTime": "soon"},
        {"startDateTime": "2026-03-02T12:00:00"},
        {"endDateTime": 5},
        {"endDateTime": "0001-01-01T00:00:00+14:00"},
        {"gradesReleased": "yes"},
        {"submissionReview": {"reviewableStatus": ["Theirs"]}},
        {"submissionReview": {"reviewableStatus": [[]]}},
        {"submissionReview": {"reviewableStatus": ["Submitted"], "their": "own"}},
        {"submissionReview": {"reviewableStatus": ["Submitted"], "url": "x"}},
        {"submissionReview": {"label": "x"}},
    ],
)
def test_what_is_not_written_as_it_should_goes_back_as_it_came(odd: dict[str, Any]) -> None:
    there = FULL | odd
    found = LineItem.read(there)
    assert found.as_json() == there
    assert all(name in found.more for name in odd)


def test_null_is_what_is_not_there() -> None:
    """Some platforms write it, and would refuse it in what comes back."""
    odd = {name: None for name in ("startDateTime", "endDateTime", "gradesReleased", "submissionReview")}
    found = LineItem.read(FULL | odd)
    assert found.as_json() == {name: value for name, value in FULL.items() if name not in odd}


def test_no_status_is_reviewable_is_a_wish_too() -> None:
    """AGS submission review: an empty list is another thing than none."""
    assert LineItem.read(FULL | {"submissionReview": {"reviewableStatus": []}}).review == Review(statuses=())


def test_line_item_says_nothing_of_dates_that_it_has_not() -> None:
    assert set(LineItem(label="Quiz", score_maximum=20).as_json()) == {"label", "scoreMaximum"}


def test_differences_are_asked_for_as_the_platform_has_said(
    platform: Platform, connector: Connector, server: Server
) -> None:
    """NRPS 2.4.4: the address is opaque, only there somebody may be `Deleted`, and a new address comes with it."""

    def page(path: str, *members: dict[str, Any]) -> Told:
        link = f'<{server.url}{path}>; rel="differences"'
        return Told(200, json.dumps({"members": members}).encode(), JSON | {"Link": link})

    platform.told = [
        page("/Changes?Since=aB", {"user_id": "1", "roles": ["Learner"]}),
        page("/Changes?Since=cD", {"user_id": "1", "roles": [], "status": "Deleted"}),
    ]
    first = nrps.members(connector, server.url + "/m")
    assert first.differences_url == server.url + "/Changes?Since=aB"
    later = nrps.members(connector, first.differences_url)
    assert platform.calls[1].query == {"Since": ["aB"]}
    assert platform.calls[1].path == "/Changes"
    assert [(member.user_id, member.status) for member in later.members] == [("1", "Deleted")]
    assert later.differences_url == server.url + "/Changes?Since=cD"
