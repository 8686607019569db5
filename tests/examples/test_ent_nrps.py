"""The demo ENT's membership service."""

from examples.ent import Ent, Privacy
from tests.examples.ent_services import MEMBERS_TYPE, members_url
from tests.examples.ent_tool import (
    LINE_ITEM,
    LTI,
    MEMBERS,
    FakeTool,
)


def test_the_roster_names_everybody_with_their_role(ent: Ent, tool: FakeTool) -> None:
    answer = tool.call(members_url(ent), MEMBERS, accept=MEMBERS_TYPE)
    assert answer.mimetype == MEMBERS_TYPE
    body = answer.get_json()
    assert body["context"]["id"] == ent.school_class("5A").id
    roles = {member["name"]: member["roles"][0].partition("#")[2] for member in body["members"]}
    assert roles == {
        "Lina Benali": "Learner",
        "Samira Benali": "Mentor",
        "Paul Garnier": "Mentor",
        "Tom Garnier": "Learner",
        "Inès Moreau": "Learner",
        "Claire Morel": "Instructor",
    }
    assert {member["status"] for member in body["members"]} == {"Active"}
    assert all("message" not in member for member in body["members"])


def test_the_roster_is_filtered_by_role_and_comes_in_pages(ent: Ent, tool: FakeTool) -> None:
    url = members_url(ent)
    for role in ("Learner", "http://purl.imsglobal.org/vocab/lis/v2/membership%23Learner"):
        assert len(tool.call(url, MEMBERS, role=role).get_json()["members"]) == 3
    assert tool.call(url, MEMBERS, role="Manager").get_json()["members"] == []
    ent.page_size = 4
    first = tool.call(url, MEMBERS)
    assert len(first.get_json()["members"]) == 4
    following = first.headers["Link"].split('>; rel="next"')[0].rpartition("<")[2]
    rest = tool.call(following, MEMBERS)
    assert len(rest.get_json()["members"]) == 2
    assert 'rel="next"' not in rest.headers["Link"]


def test_the_roster_of_a_link_has_each_members_message(ent: Ent, tool: FakeTool) -> None:
    url = members_url(ent)
    members = tool.call(url, MEMBERS, rlid=ent.link("5A").id).get_json()["members"]
    [message] = next(member for member in members if member["name"] == "Tom Garnier")["message"]
    assert message[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert message[f"{LTI}custom"]["login"] == "tom"
    for link_id in (ent.link("5B").id, "nothing"):
        assert tool.call(url, MEMBERS, rlid=link_id).status_code == 404


def test_the_roster_keeps_names_to_itself_if_the_school_says_so(ent: Ent, tool: FakeTool) -> None:
    ent.privacy = Privacy.ANONYMOUS
    for member in tool.call(members_url(ent), MEMBERS).get_json()["members"]:
        assert member.keys() == {"user_id", "roles", "status"}


def test_the_roster_wants_its_scope_and_its_own_address(
    ent: Ent, tool: FakeTool, other_tool: FakeTool
) -> None:
    url = members_url(ent)
    assert tool.client.get(url).status_code == 401
    assert tool.call(url, LINE_ITEM).status_code == 403
    assert other_tool.call(url, MEMBERS).status_code == 404
    assert tool.call(url.replace(ent.school_class("5A").id, "5A"), MEMBERS).status_code == 404
