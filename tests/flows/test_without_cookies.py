"""The doors of a launch where the browser keeps no cookies, asked one by one: what opens, and for whom."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import sqlalchemy as sa

from lti.models import Launch, StoredState
from tests.flows.world import World

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """One database: nothing here asks it for more than the launches in a browser do."""
    return "sqlite"


@pytest.fixture
def database_url(sqlite_template: Any, tmp_path: Any) -> str:
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


def asked(world: World) -> dict[str, str]:
    """What the ENT sends to our login."""
    tool = world.ent.tool
    return {
        "iss": world.ent.addresses.issuer,
        "login_hint": "x",
        "target_link_uri": tool.launch_url,
        "client_id": tool.client_id,
    }


def send(world: World, path: str, data: Any = None, **headers: str) -> requests.Response:
    """A browser that keeps nothing."""
    url, ca = f"{world.tool_url}/lti{path}", str(world.ca_file)
    if data is None:
        return requests.get(url, headers=headers, verify=ca, allow_redirects=False, timeout=20)
    return requests.post(url, data=data, headers=headers, verify=ca, allow_redirects=False, timeout=20)


def begun(world: World, binding: str = "storage") -> tuple[dict[str, str], dict[str, str]]:
    """A login in another way: what our script got, and the form that the platform would have the browser send."""
    answer = send(world, f"/login/{binding}", asked(world), **OURS)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    query = dict(pair.split("=", 1) for pair in told["url"].partition("?")[2].split("&"))
    claims = world.ent.claims("lina", "5A", nonce=query["nonce"])
    return told, {"state": query["state"], "id_token": world.ent.sign(claims)}


def launches(world: World) -> list[bool]:
    """Whether the session stands in its addresses, of each."""
    with world.session() as session:
        return list(session.scalars(sa.select(Launch.by_url)))


def test_a_browser_without_cookies_is_shown_the_other_ways(world: World) -> None:
    first = send(world, "/login", asked(world) | {"lti_storage_target": "_parent"})
    assert (first.status_code, first.headers["Location"]) == (307, "/lti/login/again")
    second = send(world, "/login/again", asked(world) | {"lti_storage_target": "_parent"})
    assert second.status_code == 200
    assert f'data-origin="{world.ent_url}"' in second.text
    assert 'data-target="_parent"' in second.text
    assert second.text.count('name="login_hint" value="x"') == 2
    assert "form-action 'self' https:" in second.headers["Content-Security-Policy"]
    with world.session() as session:
        assert session.scalars(sa.select(StoredState)).all() == [], "nothing is begun yet"
    for path in ("/login", "/login/again"):
        assert send(world, path, asked(world) | {"iss": "https://elsewhere.example"}).status_code == 403


def test_only_our_own_page_begins_in_another_way(world: World) -> None:
    for site in ("cross-site", "same-site", "none"):
        assert send(world, "/login/storage", asked(world), **{"Sec-Fetch-Site": site}).status_code == 400
    told, _ = begun(world)
    assert set(told) == {"url", "key", "value"}
    answer = send(world, "/login/access", asked(world), **OURS)
    assert set(answer.json()) == {"url"}
    assert "Partitioned" not in answer.headers["Set-Cookie"]


def test_the_secret_of_the_platforms_storage_opens_a_session_in_its_addresses(world: World) -> None:
    told, form = begun(world)
    page = send(world, "/launch", form)
    assert page.status_code == 200
    assert f'data-key="{told["key"]}"' in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    secret = {**form, "secret": told["value"]}
    for stranger in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        assert send(world, "/launch", secret, **stranger).status_code == 200
    assert launches(world) == []
    wrong = send(world, "/launch", {**form, "secret": "another"}, **OURS)
    assert wrong.status_code == 400
    opened = send(world, "/launch", secret, Origin=world.tool_url)
    assert opened.status_code == 303
    assert "Set-Cookie" not in opened.headers
    assert launches(world) == [True]
    path = opened.headers["Location"].removeprefix("/lti")
    assert send(world, path, **OURS).status_code == 303
    assert send(world, path).status_code == 303, "the oldest browsers do not say who asks"
    for site in ("none", "cross-site"):
        assert send(world, path, **{"Sec-Fetch-Site": site}).status_code == 401
    assert send(world, path.partition(".")[0] + "/", **OURS).status_code == 401
    assert send(world, "/launch", secret, **OURS).status_code == 400, "used"


def test_the_secret_of_a_cookie_opens_nothing_in_an_address(world: World) -> None:
    visitor = world.visitor()
    visitor.sign_in("lina")
    visitor.launch(world.ent.link("5A").id)
    assert visitor.page.ok
    launch_id = visitor.launch_path.rpartition("/")[2]
    (secret,) = (cookie.value for cookie in visitor.http.cookies if cookie.name == "lti-launch")
    assert send(world, f"/l/{launch_id}.{secret}/", **OURS).status_code == 401


def test_lent_cookies_are_looked_at_when_our_own_page_sends_the_form_once_more(world: World) -> None:
    answer = send(world, "/login/access", asked(world), **OURS)
    query = dict(pair.split("=", 1) for pair in answer.json()["url"].partition("?")[2].split("&"))
    claims = world.ent.claims("lina", "5A", nonce=query["nonce"])
    form = {"state": query["state"], "id_token": world.ent.sign(claims)}
    page = send(world, "/launch", form)
    assert 'data-confirm="access"' in page.text
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    opened = send(world, "/launch", form, Cookie=cookie)
    assert opened.status_code == 303
    assert launches(world) == [True]
