"""The demo ENT's membership service."""

from dataclasses import replace

from werkzeug.test import TestResponse

from examples.ent import Ent, Privacy
from tests.examples.ent_services import LINK, MEMBERS_TYPE, members_url
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


def test_a_tool_may_be_told_less_than_the_others(ent: Ent, tool: FakeTool) -> None:
    ent.set_up(replace(ent.tool, privacy=Privacy.EMAIL))
    members = tool.call(members_url(ent), MEMBERS).get_json()["members"]
    assert members[0].keys() == {"user_id", "roles", "status", "locale", "email", "lis_person_sourcedid"}


# Differences


def links(answer: TestResponse) -> dict[str, str]:
    return {relation: url for url, relation in LINK.findall(answer.headers["Link"])}


def statuses(answer: TestResponse, ent: Ent) -> dict[str, str]:
    return {ent.account(each["user_id"]).login: each["status"] for each in answer.get_json()["members"]}


def test_differences_tell_who_came_changed_and_went(ent: Ent, tool: FakeTool) -> None:
    since = links(tool.call(members_url(ent), MEMBERS))["differences"]
    nothing = tool.call(since, MEMBERS)
    assert nothing.get_json()["members"] == []
    assert links(nothing)["differences"] == since
    ent.enrol("haddad", "5A")
    ent.withdraw("tom", "5A")
    with ent.database.writing() as connection:
        connection.execute("UPDATE accounts SET family_name = 'Durand' WHERE login = 'ines'")
    changed = tool.call(since, MEMBERS, accept=MEMBERS_TYPE)
    assert statuses(changed, ent) == {
        "haddad": "Active",
        "ines": "Active",
        "tom": "Deleted",
        "paul": "Deleted",
    }
    deleted = next(each for each in changed.get_json()["members"] if each["status"] == "Deleted")
    assert deleted.keys() == {"user_id", "roles", "status"}
    later = links(changed)["differences"]
    assert later != since
    assert tool.call(later, MEMBERS).get_json()["members"] == []
    ent.enrol("tom", "5A")
    assert statuses(tool.call(later, MEMBERS), ent) == {"tom": "Active", "paul": "Active"}


def test_what_changes_between_two_pages_is_among_the_differences(ent: Ent, tool: FakeTool) -> None:
    first = tool.call(members_url(ent), MEMBERS, limit="4")
    ent.withdraw("ines", "5A")
    second = tool.call(links(first)["next"], MEMBERS)
    assert links(second)["differences"] == links(first)["differences"]
    assert statuses(tool.call(links(second)["differences"], MEMBERS), ent) == {"ines": "Deleted"}
    assert "differences" not in first.get_json()


def test_differences_come_in_pages_and_keep_the_role(ent: Ent, tool: FakeTool) -> None:
    since = links(tool.call(members_url(ent), MEMBERS, role="Learner"))["differences"]
    for login in ("haddad", "adam", "jade", "hugo"):
        ent.enrol(login, "5A")
    ent.page_size = 2
    first = tool.call(since, MEMBERS)
    second = tool.call(links(first)["next"], MEMBERS)
    seen = {**statuses(first, ent), **statuses(second, ent)}
    assert seen == {login: "Active" for login in ("adam", "jade", "hugo")}
    assert links(first)["differences"] == links(second)["differences"]


def test_differences_belong_to_their_tool_class_and_filters(
    ent: Ent, tool: FakeTool, other_tool: FakeTool
) -> None:
    since = links(tool.call(members_url(ent), MEMBERS))["differences"]
    elsewhere = since.replace(ent.school_class("5A").id, ent.school_class("5B").id)
    theirs = since.replace(ent.tool.number, other_tool.registration.number)
    for caller, url in ((tool, elsewhere), (tool, f"{since}&role=Learner"), (tool, f"{since}0")):
        assert caller.call(url, MEMBERS).status_code == 404
    assert other_tool.call(since, MEMBERS).status_code == 404
    assert other_tool.call(theirs, MEMBERS).status_code == 404


def test_old_differences_are_forgotten(ent: Ent, tool: FakeTool) -> None:
    since = links(tool.call(members_url(ent), MEMBERS))["differences"]
    token = tool.ask_token(MEMBERS).get_json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    for number in range(101):
        with ent.database.writing() as connection:
            connection.execute("UPDATE accounts SET title = '', given_name = ?", (f"N{number}",))
        assert tool.client.get(members_url(ent), headers=headers).status_code == 200
    assert tool.call(since, MEMBERS).status_code == 404
