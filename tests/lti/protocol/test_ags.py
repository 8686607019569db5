"""Grades, class lists and chosen content: what is sent, and what is made of the answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import jwt
import pytest

from lti.claims import DEEP_LINKING, DEPLOYMENT_ID, MESSAGE_TYPE, VERSION, DeepLinkingSettings
from lti.errors import ContentItemsRefused, ScoreInvalid, ServiceError
from lti.protocol import ags, deep_linking, nrps
from lti.protocol.http import Http
from lti.protocol.registrations import PlatformRegistration
from lti.protocol.services import Connector, Services
from tests.conformance.platform import CLIENT, ISSUER, registration
from tests.lti.protocol.server import JSON, Server, Told
from tests.lti.protocol.test_services import KEYS, Platform

NOON = datetime(2026, 3, 2, 12, 0, 0, 5000, tzinfo=UTC)


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def connector(http: Http, server: Server) -> Connector:
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    return Services(http, KEYS).connector(row)


@pytest.mark.parametrize(
    ("line_item", "scores"),
    [
        ("https://x/li/1", "https://x/li/1/scores"),
        ("https://x/li/1/", "https://x/li/1/scores"),
        ("https://x/li/1?type_id=2", "https://x/li/1/scores?type_id=2"),
        ("https://x/li/1/?a=/b/", "https://x/li/1/scores?a=/b/"),
        (
            "https://x/mod/lti/services.php/2/lineitems/3/lineitem?type_id=1",
            "https://x/mod/lti/services.php/2/lineitems/3/lineitem/scores?type_id=1",
        ),
    ],
)
def test_score_url(line_item: str, scores: str) -> None:
    """AGS 3.4.1: the query stays at the end."""
    assert ags.score_url(line_item) == scores
    assert ags.score_url(line_item, "results") == scores.replace("/scores", "/results")


def score(**more: Any) -> ags.Score:
    values: dict[str, Any] = {
        "user_id": "person-1",
        "timestamp": NOON.astimezone(timezone(timedelta(hours=2))),
        "activity_progress": "Completed",
        "grading_progress": "FullyGraded",
        "score_given": Fraction(7, 2),
        "score_maximum": Fraction(20),
    }
    return ags.Score(**(values | more))


def test_score_is_sent(platform: Platform, connector: Connector, server: Server) -> None:
    ags.put_score(
        connector, server.url + "/li/1?t=2", score(comment="Très bien", started_at=NOON, submitted_at=NOON)
    )
    (asked,) = platform.calls
    assert (asked.method, asked.path, asked.query) == ("POST", "/li/1/scores", {"t": ["2"]})
    assert asked.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert platform.tokens[0].form["scope"] == "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    assert asked.json == {
        "userId": "person-1",
        "timestamp": "2026-03-02T12:00:00.005Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 3.5,
        "scoreMaximum": 20,
        "comment": "Très bien",
        "submission": {"startedAt": "2026-03-02T12:00:00.005Z", "submittedAt": "2026-03-02T12:00:00.005Z"},
    }


def test_score_leaves_out_what_is_not_known() -> None:
    assert set(score(score_given=None).as_json()) == {
        "userId",
        "timestamp",
        "activityProgress",
        "gradingProgress",
    }
    assert score(score_given=0).as_json()["scoreGiven"] == 0
    assert score(scoring_user_id="teacher").as_json()["scoringUserId"] == "teacher"


def test_refused_score_says_why(platform: Platform, connector: Connector, server: Server) -> None:
    platform.told = [Told(409, b"newer")]
    with pytest.raises(ServiceError) as caught:
        ags.put_score(connector, server.url + "/li/1", score())
    assert caught.value.platform_status == 409


ITEM = {
    "id": "https://x/li/1",
    "label": "Quiz",
    "scoreMaximum": 20,
    "resourceId": "r",
    "tag": "",
    "resourceLinkId": None,
}


def told(body: Any, **headers: str) -> Told:
    return Told(body=json.dumps(body).encode(), headers=JSON | headers)


def test_line_item_is_found_by_filters_that_are_not_trusted(
    platform: Platform, connector: Connector, server: Server
) -> None:
    others = [ITEM | {"resourceId": "other"}, ITEM | {"resourceId": None}]
    platform.told = [told(others, Link='</li?page=2>; rel="next"'), told([ITEM])]
    found = ags.find_line_item(connector, server.url + "/li?type=1", resource_id="r")
    assert found == ags.LineItem(label="Quiz", score_maximum=20, id="https://x/li/1", resource_id="r")
    assert platform.calls[0].query == {"type": ["1"], "resource_id": ["r"]}
    assert platform.calls[0].headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
    platform.told = [told(others)]
    assert ags.find_line_item(connector, server.url + "/li", resource_id="r", tag="t", read_only=True) is None
    assert platform.tokens[-1].form["scope"].endswith("/lineitem.readonly")


def test_line_item_is_made_changed_and_taken_away(
    platform: Platform, connector: Connector, server: Server
) -> None:
    platform.told = [told(ITEM), told(ITEM | {"label": "New"}), Told(204, b"", {})]
    wish = ags.LineItem(
        label="Quiz", score_maximum=Fraction(41, 2), resource_id="r", resource_link_id="l", tag="t"
    )
    made = ags.create_line_item(connector, server.url + "/li", wish)
    assert made.id == "https://x/li/1"
    assert platform.calls[0].json == {
        "label": "Quiz",
        "scoreMaximum": 20.5,
        "resourceId": "r",
        "resourceLinkId": "l",
        "tag": "t",
    }
    assert platform.calls[0].headers["Content-Type"] == "application/vnd.ims.lis.v2.lineitem+json"
    changed = ags.update_line_item(
        connector, ags.LineItem(label="New", score_maximum=1, id=server.url + "/li/1")
    )
    assert (platform.calls[1].method, changed.label) == ("PUT", "New")
    ags.delete_line_item(connector, server.url + "/li/1")
    assert platform.calls[2].method == "DELETE"


@pytest.mark.parametrize("body", [{}, [1], [{"label": "no id"}], "x", None])
def test_answer_that_is_no_list_of_line_items(
    platform: Platform, connector: Connector, server: Server, body: Any
) -> None:
    platform.told = [told(body)]
    with pytest.raises(ServiceError):
        ags.find_line_item(connector, server.url + "/li", resource_id="r")


def test_score_that_is_none_is_not_made() -> None:
    """AGS 2.0, 3.4.1 to 3.4.5."""
    sound: dict[str, Any] = {
        "user_id": "1",
        "timestamp": datetime(2026, 1, 1, tzinfo=UTC),
        "activity_progress": "Completed",
        "grading_progress": "FullyGraded",
        "score_given": 3,
        "score_maximum": 5,
    }
    assert ags.Score(**sound).as_json()["scoreGiven"] == 3
    for change in (
        {"user_id": ""},
        {"timestamp": datetime(2026, 1, 1)},  # noqa: DTZ001 - that is the point
        {"activity_progress": "Done"},
        {"grading_progress": ""},
        {"score_given": -1},
        {"score_maximum": None},
        {"score_maximum": 0},
        {"submitted_at": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"started_at": datetime(2026, 1, 2, tzinfo=UTC), "submitted_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ):
        with pytest.raises(ScoreInvalid):
            ags.Score(**{**sound, **change})


def test_results(platform: Platform, connector: Connector, server: Server) -> None:
    platform.told = [
        told(
            [{"userId": "1", "resultScore": 3, "resultMaximum": 5, "comment": "c"}, {"userId": "2"}, {}, 5],
            Link='</r2>; rel="next"',
        ),
        told({"not": "a list"}),
    ]
    found = list(ags.results(connector, server.url + "/li/1"))
    assert found == [ags.Result("1", 3, 5, "c"), ags.Result("2", None, 1, "")]
    assert (platform.calls[0].path, platform.calls[0].query) == ("/li/1/results", {})


def test_results_of_one_person_from_a_platform_that_gives_those_of_all(
    platform: Platform, connector: Connector, server: Server
) -> None:
    platform.told = [told([{"userId": "1", "resultScore": 3}, {"userId": "2", "resultScore": 4}])]
    found = list(ags.results(connector, server.url + "/li/1", user_id="2"))
    assert [result.user_id for result in found] == ["2"]
    assert platform.calls[0].query == {"user_id": ["2"]}


def test_members(platform: Platform, connector: Connector, server: Server) -> None:
    """NRPS 2.4: names may be missing, roles may be bare words."""
    platform.told = [
        told(
            {
                "members": [
                    {
                        "user_id": "1",
                        "roles": ["Learner"],
                        "name": "Léa Martin",
                        "family_name": "Martin",
                        "email": "l@x",
                    },
                    {"user_id": 2, "roles": [], "status": "Inactive"},
                    {"roles": ["Learner"]},
                    {"user_id": "3", "roles": "Learner"},
                    "who?",
                ]
            },
            Link='</more?P=2>; rel="next", </later>; rel="differences"',
        ),
        told({"members": []}),
    ]
    roster = nrps.members(
        connector, server.url + "/m?a=b", role="Learner", resource_link_id="l", page_size=50
    )
    assert roster.members == (
        nrps.Member("1", ("Learner",), "Active", "Léa Martin", "", "Martin"),
        nrps.Member("2", (), "Inactive"),
    )
    assert (roster.differences_url, roster.passed_over) == (server.url + "/later", 3)
    assert platform.calls[0].query == {"a": ["b"], "role": ["Learner"], "rlid": ["l"], "limit": ["50"]}
    assert platform.calls[0].headers["Accept"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    assert "Léa" not in repr(roster)


@pytest.mark.parametrize("body", [{}, [], None, {"members": {}}])
def test_answer_that_is_no_class_list(
    platform: Platform, connector: Connector, server: Server, body: Any
) -> None:
    platform.told = [told(body)]
    with pytest.raises(ServiceError, match="not a list of members"):
        nrps.members(connector, server.url + "/m")


def test_class_list_without_end(
    platform: Platform, connector: Connector, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nrps, "MOST_MEMBERS", 2)
    platform.told = [told({"members": [{"user_id": str(number)} for number in range(3)]})]
    with pytest.raises(ServiceError, match="too many"):
        nrps.members(connector, server.url + "/m")


def picker(**more: Any) -> DeepLinkingSettings:
    return DeepLinkingSettings(ISSUER + "/picked", ("ltiResourceLink", "link"), ("iframe",), **more)


def respond(settings: DeepLinkingSettings, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    row = registration(algorithms=["RS256"])
    token = deep_linking.response(PlatformRegistration.of(row, KEYS), "deployment-1", settings, items, **more)
    key = jwt.PyJWKSet.from_dict(KEYS.jwks())[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["RS256"], audience=ISSUER, options={"require": ["exp", "iat"]})


def test_choice_is_signed() -> None:
    """DL 4.5: the response message."""
    line_item = ags.LineItem(label="Quiz", score_maximum=20, id="https://x", resource_id="r")
    item = deep_linking.resource_link(
        url="https://tool.example/a", title="Quiz", custom={"page": "1"}, line_item=line_item
    )
    first, second = (respond(picker(data=""), item) for _ in range(2))
    assert first["iss"] == CLIENT
    assert (first[MESSAGE_TYPE], first[VERSION], first[DEPLOYMENT_ID]) == (
        "LtiDeepLinkingResponse",
        "1.3.0",
        "deployment-1",
    )
    assert first[DEEP_LINKING + "data"] == ""
    assert 0 < first["exp"] - first["iat"] <= 300
    assert first["nonce"] != second["nonce"]
    assert first[DEEP_LINKING + "content_items"] == [
        {
            "type": "ltiResourceLink",
            "url": "https://tool.example/a",
            "title": "Quiz",
            "custom": {"page": "1"},
            "lineItem": {"label": "Quiz", "scoreMaximum": 20, "resourceId": "r"},
        }
    ]
    assert "sub" not in first


def test_resource_link_may_be_nothing_but_a_url() -> None:
    assert deep_linking.resource_link(url="https://tool.example/a") == {
        "type": "ltiResourceLink",
        "url": "https://tool.example/a",
    }


def test_nothing_chosen() -> None:
    body = respond(picker(), message="Rien choisi", error_message="Oups")
    assert body[DEEP_LINKING + "content_items"] == []
    assert DEEP_LINKING + "data" not in body
    assert (body[DEEP_LINKING + "msg"], body[DEEP_LINKING + "errormsg"]) == ("Rien choisi", "Oups")


def test_choice_that_the_picker_would_not_take() -> None:
    item = {"type": "link", "url": "https://tool.example"}
    assert len(respond(picker(accept_multiple=True), item, item)[DEEP_LINKING + "content_items"]) == 2
    refused: list[list[dict[str, Any]]] = [[item, item], [{"type": "html"}], [{}]]
    for items in refused:
        with pytest.raises(ContentItemsRefused):
            respond(picker(), *items)


def test_registration_in_the_form_of_pylti1p3_signs() -> None:
    """PyLTI1p3's own classes ask the registration for key, kid and key set."""
    stock = PlatformRegistration.of(registration(algorithms=["RS256"]), KEYS)
    assert stock.get_tool_private_key() is KEYS.signing.private
    assert stock.get_kid() == KEYS.signing.kid
    assert stock.get_jwks() == KEYS.jwks()["keys"]
