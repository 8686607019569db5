"""Copied classes of the demo ENT: what goes along, what stays behind, and how tools can tell."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from examples.ent import Ent, copying, people
from tests.examples.ent_services import create, line_items_url, publish, score
from tests.examples.ent_tool import LINE_ITEM, LTI, Browser, FakeTool

Browse = Callable[[str], Browser]
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
GROUP_SCOPE = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"


def copy(browser: Browser, ent: Ent, origin: str = "5A", **fields: str) -> TestResponse:
    wanted = {"label": "6A", "title": "6e A", **fields}
    return browser.post(f"/classes/{ent.school_class(origin).id}/copy", wanted)


def members(ent: Ent, label: str) -> list[str]:
    with ent.database.reading() as connection:
        return [each.login for each in people.members(connection, ent.school_class(label).id)]


def test_a_copy_has_the_links_and_columns_and_nobodys_work(
    ent: Ent, tool: FakeTool, quiz: str, browse: Browse
) -> None:
    link = ent.add_link("5A", title="Dictée", custom={"history": "$ResourceLink.id.history"}, url="")
    described = {"resourceId": "activity-7", "tag": "grade", "gradesReleased": False}
    create(tool, line_items_url(ent), label="Dictée", resourceLinkId=link.id, **described)
    publish(tool, quiz, score(ent))
    answer = copy(browse("morel"), ent)
    assert answer.headers["Location"] == f"/classes/{ent.school_class('6A').id}"
    assert ent.school_class("6A").title == "6e A"
    before, after = ent.links("5A"), ent.links("6A")
    assert [(each.title, each.url, each.custom) for each in after] == [
        (each.title, each.url, each.custom) for each in before
    ]
    assert not {each.id for each in before} & {each.id for each in after}
    columns = tool.call(line_items_url(ent, "6A"), LINE_ITEM).get_json()
    originals = tool.call(line_items_url(ent), LINE_ITEM).get_json()
    assert [each["label"] for each in columns] == ["Quiz", "Dictée"]
    assert not {each["id"] for each in columns} & {each["id"] for each in originals}
    assert {**columns[1], "id": ""} == {**originals[1], "id": "", "resourceLinkId": after[1].id}
    assert ent.scores("6A") == []
    assert len(ent.scores("5A")) == 1
    assert members(ent, "6A") == ["morel"]


def test_what_deep_linking_said_of_a_link_goes_along(ent: Ent, browse: Browse) -> None:
    link = ent.link("5A")
    with ent.database.writing() as connection:
        connection.execute("INSERT INTO content_items VALUES (?, '{}')", (link.id,))
    copy(browse("morel"), ent)
    with ent.database.reading() as connection:
        query = "SELECT item FROM content_items WHERE link_id = ?"
        assert connection.execute(query, (ent.link("6A").id,)).fetchone()["item"] == "{}"


def test_a_file_that_deep_linking_gave_goes_along(ent: Ent, browse: Browse) -> None:
    link = ent.link("5A")
    with ent.database.writing() as connection:
        connection.execute("INSERT INTO content_files VALUES (?, 'image/png', ?)", (link.id, b"\x89PNG"))
    copy(browse("morel"), ent)
    with ent.database.reading() as connection:
        query = "SELECT media_type, body FROM content_files WHERE link_id = ?"
        row = connection.execute(query, (ent.link("6A").id,)).fetchone()
    assert (row["media_type"], row["body"]) == ("image/png", b"\x89PNG")


def test_all_that_is_kept_of_a_link_is_copied(ent: Ent) -> None:
    with ent.database.reading() as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {each["name"] for each in tables if "link_id TEXT PRIMARY KEY" in each["sql"]}
    assert found == set(copying.LINK_TABLES)


def test_histories_name_the_newest_copy_first(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    custom = {"context": "$Context.id.history", "link": "$ResourceLink.id.history"}
    ent.add_link("5A", title="Dictée", custom=custom)
    morel = browse("morel")
    copy(morel, ent)
    copy(morel, ent, "6A", label="7A")
    ids = [ent.school_class(label).id for label in ("6A", "5A")]
    link_ids = [ent.links(label)[-1].id for label in ("6A", "5A")]
    with ent.database.reading() as connection:
        assert copying.context_history(connection, ent.school_class("7A").id) == ids
        assert copying.link_history(connection, ent.links("7A")[-1].id) == link_ids
        assert copying.context_history(connection, ids[-1]) == []
    claims = tool.launch(morel, ent.links("7A")[-1].id)
    assert claims[f"{LTI}custom"]["context"] == ",".join(map(quote, ids))
    assert claims[f"{LTI}custom"]["link"] == ",".join(link_ids)
    assert ent.claims("lina", ent.links("5A")[-1])[f"{LTI}custom"]["context"] == ""


def test_a_copy_by_the_administrator_is_its_teachers(ent: Ent, browse: Browse) -> None:
    assert copy(browse("admin"), ent, "5B").status_code == 302
    assert members(ent, "6A") == ["haddad", "morel"]
    assert copy(browse("haddad"), ent, "5B", label="6B").status_code == 302
    assert members(ent, "6B") == ["haddad"]


def test_a_copy_has_no_groups(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    copy(browse("morel"), ent)
    url = ent.claims("morel", "6A")[GROUPS]["context_groups_url"]
    assert tool.call(url, GROUP_SCOPE).get_json()["groups"] == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"label": ""}, 400),
        ({"label": "six A"}, 400),
        ({"label": "A" * 21}, 400),
        ({"title": " "}, 400),
        ({"title": "A" * 61}, 400),
        ({"label": "5B"}, 409),
    ],
)
def test_a_copy_needs_a_name_of_its_own(
    ent: Ent, browse: Browse, fields: dict[str, Any], status: int
) -> None:
    answer = copy(browse("morel"), ent, **fields)
    assert answer.status_code == status
    assert 'id="wrong"' in answer.get_data(as_text=True)


def test_only_its_teachers_and_the_administrator_copy_a_class(ent: Ent, browse: Browse) -> None:
    for login in ("haddad", "lina", "samira", "fournier"):
        browser = browse(login)
        assert copy(browser, ent).status_code == 403
        assert browser.get(f"/classes/{ent.school_class('5A').id}/copy").status_code == 403
    morel = browse("morel")
    assert morel.get("/classes/unknown/copy").status_code == 404
    path = f"/classes/{ent.school_class('5A').id}/copy"
    assert morel.client.post(path, data={"label": "6A", "title": "6e A"}).status_code == 400
    assert 'value="5A-2"' in morel.text(path)
