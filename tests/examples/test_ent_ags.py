"""The demo ENT's line items service."""

from typing import Any

import pytest

from examples.ent import Ent
from tests.examples.ent_services import (
    LINE_ITEM_TYPE,
    LINE_ITEMS_TYPE,
    LINK,
    create,
    line_items_url,
    publish,
    score,
)
from tests.examples.ent_tool import (
    LINE_ITEM,
    LINE_ITEM_READ,
    FakeTool,
)


def test_a_line_item_is_made_read_changed_and_removed(ent: Ent, tool: FakeTool) -> None:
    link = ent.link("5A")
    wanted = {
        "resourceId": "activity-7",
        "tag": "grade",
        "resourceLinkId": link.id,
        "startDateTime": "2026-11-02T08:00:00+01:00",
        "endDateTime": "2026-11-09T08:00:00+01:00",
        "gradesReleased": False,
        "submissionReview": {"reviewableStatus": ["Completed"]},
    }
    made = create(tool, line_items_url(ent), **wanted)
    assert (made.status_code, made.mimetype) == (201, LINE_ITEM_TYPE)
    item = made.get_json()
    assert item == {"id": item["id"], "label": "Quiz", "scoreMaximum": 20, **wanted}
    assert tool.call(item["id"], LINE_ITEM_READ).get_json() == item
    changed = {"id": item["id"], "label": "Quiz final", "scoreMaximum": 10, "resourceLinkId": link.id}
    put = tool.call(item["id"], LINE_ITEM, method="PUT", body=changed, media_type=LINE_ITEM_TYPE)
    assert put.get_json() == {**changed, "gradesReleased": True}
    assert tool.call(item["id"], LINE_ITEM, method="DELETE").status_code == 204
    assert tool.call(item["id"], LINE_ITEM).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"label": " "},
        {"label": None},
        {"scoreMaximum": 0},
        {"scoreMaximum": -1},
        {"scoreMaximum": "20"},
        {"scoreMaximum": 10**400},
        {"scoreMaximum": True},
        {"tag": 7},
        {"startDateTime": "2026-11-02T08:00:00"},
        {"endDateTime": "soon"},
        {"endDateTime": "2026-13-01T08:00:00Z"},
        {"gradesReleased": "yes"},
        {"submissionReview": []},
    ],
)
def test_a_wrong_line_item_is_refused(ent: Ent, tool: FakeTool, changes: dict[str, Any]) -> None:
    assert create(tool, line_items_url(ent), **changes).status_code == 400


def test_a_line_item_cannot_be_tied_to_a_link_of_another_class(ent: Ent, tool: FakeTool) -> None:
    for link_id in (ent.link("5B").id, "nothing"):
        assert create(tool, line_items_url(ent), resourceLinkId=link_id).status_code == 404


def test_a_line_item_stays_where_it_is_tied(ent: Ent, tool: FakeTool, quiz: str) -> None:
    for change in ({"id": "another"}, {"resourceLinkId": ent.link("5A").id}):
        body = {"label": "Quiz", "scoreMaximum": 20, **change}
        answer = tool.call(quiz, LINE_ITEM, method="PUT", body=body, media_type=LINE_ITEM_TYPE)
        assert answer.status_code == 400


def test_line_items_are_filtered_by_every_condition_at_once(ent: Ent, tool: FakeTool) -> None:
    url, link_id = line_items_url(ent), ent.link("5A").id
    create(tool, url, label="a", resourceId="one", tag="grade", resourceLinkId=link_id)
    create(tool, url, label="b", resourceId="one", tag="bonus")
    create(tool, url, label="c", resourceId="two", tag="grade")

    def labels(**query: str) -> list[str]:
        return [item["label"] for item in tool.call(url, LINE_ITEM_READ, **query).get_json()]

    assert labels() == ["a", "b", "c"]
    assert labels(resource_id="one") == ["a", "b"]
    assert labels(tag="grade") == ["a", "c"]
    assert labels(resource_id="one", tag="bonus") == ["b"]
    assert labels(resource_link_id=link_id) == ["a"]
    assert labels(tag="none") == []


def test_line_items_come_in_pages(ent: Ent, tool: FakeTool) -> None:
    url = line_items_url(ent)
    for label in "abcde":
        create(tool, url, label=label, tag="grade")
    seen: list[str] = []
    links: dict[str, str] = {}
    following, pages = f"{url}&tag=grade&limit=2", 0
    while following:
        answer = tool.call(following, LINE_ITEM_READ)
        seen += [item["label"] for item in answer.get_json()]
        links = {relation: url for url, relation in LINK.findall(answer.headers["Link"])}
        following = links.get("next", "")
        pages += 1
    assert (seen, pages) == (list("abcde"), 3)
    assert links.keys() == {"first", "prev", "last"}
    for limit in ("0", "-1", "many", "9" * 5000):
        assert tool.call(url, LINE_ITEM_READ, limit=limit).status_code == 400


def test_a_tool_sees_neither_another_tools_line_items_nor_its_addresses(
    ent: Ent, tool: FakeTool, other_tool: FakeTool, quiz: str
) -> None:
    assert other_tool.call(line_items_url(ent), LINE_ITEM).status_code == 404
    assert other_tool.call(quiz, LINE_ITEM).status_code == 404
    theirs = ent.addresses.line_item(
        ent.school_class("5A").id, ent.line_items("5A")[0].id, other_tool.registration
    )
    assert other_tool.call(theirs, LINE_ITEM).status_code == 404
    own = ent.addresses.line_items(ent.school_class("5A").id, other_tool.registration)
    assert other_tool.call(own, LINE_ITEM).get_json() == []


def test_a_line_item_is_not_found_in_another_class_or_without_the_whole_address(
    ent: Ent, tool: FakeTool, quiz: str
) -> None:
    moved = quiz.replace(ent.school_class("5A").id, ent.school_class("5B").id)
    assert tool.call(moved, LINE_ITEM).status_code == 404
    assert tool.call(quiz.partition("?")[0], LINE_ITEM).status_code == 404


def test_media_types_matter(ent: Ent, tool: FakeTool, quiz: str) -> None:
    url = line_items_url(ent)
    body = {"label": "Quiz", "scoreMaximum": 1}
    json_post = tool.call(url, LINE_ITEM, method="POST", body=body, media_type="application/json")
    assert json_post.status_code == 415
    assert publish(tool, quiz, score(ent), "application/json").status_code == 415
    assert tool.call(url, LINE_ITEM, accept="text/html").status_code == 406
    for accept in (LINE_ITEMS_TYPE, "application/json", "*/*", f"text/html, {LINE_ITEMS_TYPE};q=0.5", None):
        answer = tool.call(url, LINE_ITEM, accept=accept)
        assert (answer.status_code, answer.mimetype) == (200, LINE_ITEMS_TYPE)
    assert publish(tool, quiz, [1]).status_code == 400
