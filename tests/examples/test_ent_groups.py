"""The demo ENT's course groups, and what the membership service says of them."""

from dataclasses import replace

import pytest

from examples.ent import Ent
from tests.examples.ent_services import LINK, members_url
from tests.examples.ent_tool import LTI, MEMBERS, FakeTool

CLAIM = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
SETS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"


@pytest.fixture
def claim(ent: Ent) -> dict[str, str]:
    return dict(ent.claims("morel", "5A")[CLAIM])


def test_a_launch_announces_the_service_to_tools_that_may_use_it(ent: Ent, claim: dict[str, str]) -> None:
    assert claim["scope"] == [SCOPE]
    assert claim["service_versions"] == ["1.0"]
    ent.set_up(replace(ent.tool, scopes=(MEMBERS,)))
    assert CLAIM not in ent.claims("morel", "5A")


def test_groups_name_the_sets_they_are_in(tool: FakeTool, claim: dict[str, str]) -> None:
    sets = tool.call(claim["context_group_sets_url"], SCOPE, accept=SETS_TYPE)
    assert sets.mimetype == SETS_TYPE
    [practical] = sets.get_json()["sets"]
    assert practical["name"] == "Travaux pratiques"
    answer = tool.call(claim["context_groups_url"], SCOPE, accept=GROUPS_TYPE)
    assert answer.mimetype == GROUPS_TYPE
    body = answer.get_json()
    assert body["id"] == claim["context_groups_url"]
    assert [(each["name"], each["hidden"], each["set_ids"]) for each in body["groups"]] == [
        ("TP 1", False, [practical["id"]]),
        ("TP 2", False, [practical["id"]]),
        ("Soutien", True, []),
    ]
    assert [each.get("tag") for each in body["groups"]] == ["tp", "tp", None]


def test_groups_of_one_user(ent: Ent, tool: FakeTool, claim: dict[str, str]) -> None:
    def names(user_id: str) -> list[str]:
        groups = tool.call(claim["context_groups_url"], SCOPE, user_id=user_id).get_json()["groups"]
        return [group["name"] for group in groups]

    assert names(ent.account("tom").id) == ["TP 1", "Soutien"]
    assert names(ent.account("jade").id) == names("nobody") == []


def test_groups_come_in_pages(tool: FakeTool, claim: dict[str, str]) -> None:
    seen, following = [], f"{claim['context_groups_url']}&limit=2"
    while following:
        answer = tool.call(following, SCOPE)
        seen.append([group["name"] for group in answer.get_json()["groups"]])
        following = {relation: url for url, relation in LINK.findall(answer.headers["Link"])}.get("next", "")
    assert seen == [["TP 1", "TP 2"], ["Soutien"]]
    for limit in ("0", "x", "9" * 5000):
        assert tool.call(claim["context_groups_url"], SCOPE, limit=limit).status_code == 400


def test_the_service_wants_token_scope_media_type_and_its_address(
    ent: Ent, tool: FakeTool, other_tool: FakeTool, claim: dict[str, str]
) -> None:
    for name in ("context_groups_url", "context_group_sets_url"):
        url = claim[name]
        assert tool.client.get(url).status_code == 401
        assert tool.call(url, MEMBERS).status_code == 403
        assert tool.call(url, SCOPE, accept="text/html").status_code == 406
        assert other_tool.call(url, SCOPE).status_code == 404
        assert tool.call(url.replace(ent.school_class("5A").id, "unknown"), SCOPE).status_code == 404


def test_the_roster_names_each_members_groups_if_asked(
    ent: Ent, tool: FakeTool, claim: dict[str, str]
) -> None:
    url = members_url(ent)
    assert all("group_enrollments" not in each for each in tool.call(url, MEMBERS).get_json()["members"])
    members = tool.call(url, MEMBERS, groups="true").get_json()["members"]
    groups = tool.call(claim["context_groups_url"], SCOPE).get_json()["groups"]
    names = {group["id"]: group["name"] for group in groups}
    seen = {
        member["name"]: [names[each["group_id"]] for each in member["group_enrollments"]]
        for member in members
    }
    assert seen["Tom Garnier"] == ["TP 1", "Soutien"]
    assert seen["Claire Morel"] == []
    ent.set_up(replace(ent.tool, scopes=(MEMBERS,)))
    assert tool.call(url, MEMBERS, groups="true").status_code == 403


def test_each_class_has_its_own_groups(ent: Ent, tool: FakeTool) -> None:
    claims = ent.claims("morel", "5B")
    assert claims[f"{LTI}context"]["label"] == "5B"
    groups = tool.call(claims[CLAIM]["context_groups_url"], SCOPE).get_json()["groups"]
    assert [group["name"] for group in groups] == ["Anglais renforcé", "Espagnol"]
