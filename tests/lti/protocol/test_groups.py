"""Course groups and their sets as platforms really give them."""

from __future__ import annotations

from typing import Any

import pytest

from lti.errors import ServiceError
from lti.protocol import groups
from lti.protocol.groups import Group, GroupSet
from lti.protocol.http import Http
from lti.protocol.services import Connector, Services
from tests.conformance.platform import registration
from tests.lti.protocol.server import Server
from tests.lti.protocol.test_ags import told
from tests.lti.protocol.test_services import KEYS, Platform


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def connector(http: Http, server: Server) -> Connector:
    row = registration(token_endpoint=server.url + "/token", algorithms=["RS256"])
    return Services(http, KEYS).connector(row)


def test_groups_of_all_pages(platform: Platform, connector: Connector, server: Server) -> None:
    platform.told = [
        told(
            {"groups": [{"id": "g1", "name": "Groupe 1", "tag": "tp", "set_ids": ["s1", "s2"]}, {"id": 2}]},
            Link='</next>; rel="next"',
        ),
        told({"groups": [{"id": "g3", "name": "", "hidden": True, "set_id": "s1"}, {"name": "none"}, 5]}),
    ]
    found = groups.groups(connector, server.url + "/groups", user_id="lina", page_size=2)
    assert found == [
        Group("g1", "Groupe 1", "tp", False, ("s1", "s2")),
        Group("2", "2"),
        Group("g3", "g3", "", True, ("s1",)),
    ]
    call = platform.calls[0]
    assert call.query == {"user_id": ["lina"], "limit": ["2"]}
    assert call.headers["Accept"] == "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"


def test_sets(platform: Platform, connector: Connector, server: Server) -> None:
    platform.told = [told({"sets": [{"id": "s1", "name": "Demi-groupes"}, {"id": "s2", "hidden": "x"}, {}]})]
    assert groups.group_sets(connector, server.url + "/sets") == [GroupSet("s1", "Demi-groupes")]
    assert (
        platform.calls[0].headers["Accept"] == "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"
    )


@pytest.mark.parametrize("body", [[], {"groups": None}, {}, "x"])
def test_an_answer_that_is_no_list(
    platform: Platform, connector: Connector, server: Server, body: Any
) -> None:
    platform.told = [told(body)]
    with pytest.raises(ServiceError):
        groups.groups(connector, server.url + "/groups")


def test_a_list_without_end(
    platform: Platform, connector: Connector, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST", 1)
    platform.told = [told({"groups": [{"id": "1"}, {"id": "2"}]})]
    with pytest.raises(ServiceError, match="too many"):
        groups.groups(connector, server.url + "/groups")
