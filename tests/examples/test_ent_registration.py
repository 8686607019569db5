"""The demo ENT takes tools by dynamic registration, and its administrator decides about them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from examples.ent import Ent, Privacy, create_ent
from tests.examples.ent_registering import (
    CANVAS,
    HOST,
    TOOL_CONFIGURATION,
    NewTool,
    activate,
    invitation,
)
from tests.examples.ent_services import line_items_url, members_url
from tests.examples.ent_tool import AGS, ISSUER, LINE_ITEM, LTI, MEMBERS, NRPS, SCORE, Browser, FakeTool

Browse = Callable[[str], Browser]
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
EVERYTHING = [LINE_ITEM, SCORE, MEMBERS, "https://example.org/scope/everything"]


@pytest.fixture
def admin(browse: Browse) -> Browser:
    return browse("admin")


@pytest.fixture
def new(app: Flask, monkeypatch: pytest.MonkeyPatch) -> NewTool:
    tool = NewTool(monkeypatch)
    tool.app = app
    return tool


@pytest.fixture
def registered(admin: Browser, new: NewTool) -> dict[str, Any]:
    token = invitation(admin)["registration_token"]
    answer = new.register(token, new.document(EVERYTHING))
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


# What the ENT says of itself


def test_the_configuration_says_what_a_tool_needs_to_register(ent: Ent, tool: FakeTool) -> None:
    answer = tool.client.get("/.well-known/openid-configuration")
    body = answer.get_json()
    assert body["issuer"] == ISSUER
    assert ent.addresses.configuration.startswith(f"{ISSUER}/")
    for name in ("authorization", "registration", "token"):
        assert body[f"{name}_endpoint"].startswith(ISSUER)
    assert body["jwks_uri"] == f"{ISSUER}/oidc/jwks"
    assert "private_key_jwt" in body["token_endpoint_auth_methods_supported"]
    for name in ("token_endpoint_auth_signing_alg_values", "id_token_signing_alg_values"):
        assert body[f"{name}_supported"] == ["RS256"]
    assert {"openid", LINE_ITEM, SCORE, MEMBERS} <= set(body["scopes_supported"])
    assert "id_token" in body["response_types_supported"]
    platform = body[PLATFORM]
    assert {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"} <= {
        message["type"] for message in platform["messages_supported"]
    }
    choosing = [each for each in platform["messages_supported"] if each["type"] == "LtiDeepLinkingRequest"]
    assert "ContentArea" in choosing[0]["placements"]
    assert platform["notice_types_supported"] == ["LtiHelloWorldNotice", "LtiContextCopyNotice"]
    assert {"User.id", "Context.id.history", "ResourceLink.id.history"} <= set(platform["variables"])
    assert platform["product_family_code"]
    assert platform["version"]


# Registering


def test_the_frame_hands_over_the_configuration_and_a_token(admin: Browser, ent: Ent) -> None:
    given = invitation(admin)
    assert given.keys() == {"school", "openid_configuration", "registration_token"}
    assert given["openid_configuration"] == f"{ISSUER}/.well-known/openid-configuration"
    assert given["registration_token"] != invitation(admin)["registration_token"]


def test_the_frame_may_show_the_tool_it_does_not_know_yet(admin: Browser) -> None:
    answer = admin.post("/administration/tools", {"url": f"{HOST}/register"})
    policy = answer.headers["Content-Security-Policy"]
    [frames] = [part for part in policy.split("; ") if part.startswith("frame-src")]
    assert HOST in frames.split()
    assert HOST not in admin.get("/administration/tools").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url",
    ["", "new.test", "javascript:alert(1)", "http://", "http://a b.test", "http://u@new.test", "http://[x"],
)
def test_an_address_that_is_no_site_is_refused(admin: Browser, url: str) -> None:
    answer = admin.post("/administration/tools", {"url": url})
    assert answer.status_code == 400
    assert 'id="wrong"' in answer.get_data(as_text=True)


def test_a_tool_is_registered_with_what_the_ent_knows(registered: dict[str, Any], ent: Ent) -> None:
    assert registered["client_id"] in ent.known_tools
    assert registered["registration_client_uri"] == f"{ISSUER}/registration/{registered['client_id']}"
    assert registered["registration_access_token"]
    assert registered["client_name"] == "Nouvel outil"
    assert registered["client_name#en"] == "New tool"
    assert registered["scope"].split() == [LINE_ITEM, SCORE, MEMBERS]
    assert "software_statement" not in registered
    configuration = registered[TOOL_CONFIGURATION]
    assert configuration["deployment_id"] == ent.deployment_id
    assert configuration[f"{CANVAS}vendor"] == "New"
    assert "https://example.org/unknown" not in configuration
    [message] = configuration["messages"]
    assert (message["type"], message["label#en"]) == ("LtiDeepLinkingRequest", "Choose")
    assert message["placements"] == ["ContentArea", "https://new.test/placement"]


def test_a_token_registers_once(admin: Browser, new: NewTool, ent: Ent) -> None:
    token = invitation(admin)["registration_token"]
    assert new.register(token, new.document([])).status_code == 201
    again = new.register(token, new.document([]))
    assert (again.status_code, again.get_json()["error"]) == (401, "token_already_used")
    assert len(ent.known_tools) == 3


def test_a_refused_registration_leaves_the_token_good(admin: Browser, new: NewTool) -> None:
    token = invitation(admin)["registration_token"]
    assert new.register(token, new.document([], jwks_uri="absent")).status_code == 400
    assert new.register(token, new.document([])).status_code == 201


def test_nobody_registers_without_a_living_token(admin: Browser, new: NewTool, ent: Ent) -> None:
    token = invitation(admin)["registration_token"]
    for wrong in ("", "unknown"):
        assert new.register(wrong, new.document([])).status_code == 401
    assert new.register(token, new.document([]), "text/plain").status_code == 415
    ent.clock = lambda: datetime.now(UTC) + timedelta(hours=2)
    assert new.register(token, new.document([])).status_code == 401
    assert len(ent.known_tools) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"application_type": "native"}, "invalid_application_type"),
        ({"response_types": "absent"}, "invalid_response_types"),
        ({"response_types": ["code"]}, "invalid_response_types"),
        ({"grant_types": ["implicit"]}, "invalid_grant_types"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "invalid_token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "absent"}, "invalid_token_endpoint_auth_method"),
        ({"client_name": " "}, "missing_client_name"),
        ({"client_name": ["x"]}, "missing_client_name"),
        ({"jwks_uri": "absent"}, "missing_jwks_uri"),
        ({"jwks_uri": "file:///etc/passwd"}, "missing_jwks_uri"),
        ({"initiate_login_uri": "absent"}, "missing_initiate_login_uri"),
        ({"initiate_login_uri": "http://elsewhere.test/login"}, "missing_initiate_login_uri"),
        ({"redirect_uris": "absent"}, "invalid_redirect_uris"),
        ({"redirect_uris": f"{HOST}/launch"}, "invalid_redirect_uris"),
        ({"redirect_uris": []}, "invalid_redirect_uris"),
        ({"redirect_uris": [f"{HOST}/launch#top"]}, "invalid_redirect_uris"),
        ({"redirect_uris": ["http://new.test.evil.test/launch"]}, "invalid_redirect_uris"),
        ({"redirect_uris": [f"{HOST}/launch"] * 51}, "invalid_redirect_uris"),
        ({"redirect_uris": ["http://new.test:99999/launch"]}, "invalid_redirect_uris"),
        ({"scope": ["a"]}, "invalid_scope"),
        ({"contacts": "me"}, "invalid_contacts"),
        ({TOOL_CONFIGURATION: "absent"}, "missing_tool_configuration"),
        ({TOOL_CONFIGURATION: []}, "missing_tool_configuration"),
    ],
)
def test_a_wrong_registration_is_refused(
    admin: Browser, new: NewTool, ent: Ent, changes: dict[str, Any], error: str
) -> None:
    token = invitation(admin)["registration_token"]
    answer = new.register(token, new.document([], **changes))
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)
    assert answer.get_json()["error_description"]
    assert len(ent.known_tools) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"domain": "absent"}, "missing_domain"),
        ({"domain": "https://new.test/"}, "missing_domain"),
        ({"domain": "elsewhere.test"}, "domain_targetlinkuri_mismatch"),
        ({"target_link_uri": "absent"}, "missing_target_link_uri"),
        ({"target_link_uri": "http://elsewhere.test/launch"}, "domain_targetlinkuri_mismatch"),
        ({"secondary_domains": "x"}, "invalid_secondary_domains"),
        ({"claims": [1]}, "invalid_claims"),
        ({"messages": {}}, "invalid_messages"),
        ({"messages": ["LtiDeepLinkingRequest"]}, "invalid_messages"),
        ({"messages": [{"type": ""}]}, "invalid_messages"),
        ({"messages": [{"type": "a", "placements": "b"}]}, "invalid_messages"),
        (
            {"messages": [{"type": "a", "target_link_uri": "http://evil.test"}]},
            "domain_targetlinkuri_mismatch",
        ),
        ({"messages": [{"type": "a", "custom_parameters": {"a": 1}}]}, "invalid_custom_parameters"),
        ({"custom_parameters": []}, "invalid_custom_parameters"),
        ({"custom_parameters": {"a": None}}, "invalid_custom_parameters"),
    ],
)
def test_a_wrong_tool_configuration_is_refused(
    admin: Browser, new: NewTool, changes: dict[str, Any], error: str
) -> None:
    token = invitation(admin)["registration_token"]
    document = new.document([], **{TOOL_CONFIGURATION: new.configuration(**changes)})
    answer = new.register(token, document)
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)


def test_an_ent_over_https_takes_no_plain_addresses(
    new: NewTool, tool: FakeTool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = tmp_path_factory.mktemp("https") / "ent.sqlite"
    app = create_ent(database=database, public_url="https://ent.test", tool=tool.registration)
    client = app.test_client()
    with app.app_context():
        from examples.ent import registration

        ent: Ent = app.extensions["ent"]
        with ent.database.writing() as connection:
            token = registration.invite(connection, ent.clock().timestamp())
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/registration", json=new.document([]), headers=headers)
    assert answer.get_json()["error"] == "missing_target_link_uri"


@pytest.mark.parametrize(
    ("changes", "privacy"),
    [
        ({"claims": ["sub", "name"]}, Privacy.NAMES),
        ({"claims": ["sub", "name", "email"]}, Privacy.PUBLIC),
        ({"claims": ["email"]}, Privacy.EMAIL),
        ({"claims": ["sub"]}, Privacy.ANONYMOUS),
        ({"claims": "absent"}, None),
        ({f"{CANVAS}privacy_level": "public"}, Privacy.PUBLIC),
        ({f"{CANVAS}privacy_level": "name_only"}, Privacy.NAMES),
        ({f"{CANVAS}privacy_level": "email_only"}, Privacy.EMAIL),
        ({f"{CANVAS}privacy_level": "anonymous"}, Privacy.ANONYMOUS),
        ({f"{CANVAS}privacy_level": "everything"}, Privacy.NAMES),
    ],
)
def test_a_tool_learns_what_it_asked_for(
    admin: Browser, new: NewTool, ent: Ent, changes: dict[str, Any], privacy: Privacy | None
) -> None:
    token = invitation(admin)["registration_token"]
    document = new.document([], **{TOOL_CONFIGURATION: new.configuration(**changes)})
    assert new.register(token, document).status_code == 201
    assert ent.known_tools[new.client_id].tool.privacy is privacy


# Before and after the administrator's yes


def test_a_new_tool_can_do_nothing_before_it_is_activated(
    registered: dict[str, Any], admin: Browser, new: NewTool, ent: Ent, browse: Browse
) -> None:
    assert new.ask_token(MEMBERS).status_code == 401
    number = ent.known_tools[new.client_id].tool.number
    page = admin.text(f"/administration/tools/{number}")
    for shown in ('id="pending"', "Un outil tout neuf", "help@new.test", "$User.username", "ContentArea"):
        assert shown in page
    class_id = ent.school_class("5A").id
    assert admin.post(f"/administration/tools/{number}/links", {"class_id": class_id}).status_code == 302
    link = ent.links("5A")[-1]
    assert browse("lina").get(f"/links/{link.id}/launch").status_code == 404
    activate(admin, ent, new.client_id)
    assert new.ask_token(MEMBERS).status_code == 200
    activate(admin, ent, new.client_id, "0")
    assert new.ask_token(MEMBERS).status_code == 401


def test_an_activated_tool_is_opened_chosen_from_and_served(
    registered: dict[str, Any], admin: Browser, new: NewTool, ent: Ent, browse: Browse
) -> None:
    activate(admin, ent, new.client_id)
    class_id = ent.school_class("5A").id
    item = {"type": "ltiResourceLink", "title": "Exercice", "lineItem": {"scoreMaximum": 10}}
    assert new.choose(browse("morel"), class_id, item).status_code == 302
    link = ent.links("5A")[-1]
    assert (link.title, link.client_id, link.url) == ("Exercice", new.client_id, f"{HOST}/launch")
    claims = new.launch(browse("lina"), link.id)
    assert claims["aud"] == new.client_id
    assert claims["name"] == "Lina Benali"
    assert "email" not in claims
    assert claims[f"{LTI}custom"]["login"] == "lina"
    assert "place" not in claims[f"{LTI}custom"]
    assert claims[AGS]["scope"] == [LINE_ITEM, SCORE]
    members = new.call(claims[NRPS]["context_memberships_url"], MEMBERS).get_json()["members"]
    assert all("email" not in member for member in members)
    [column] = new.call(claims[AGS]["lineitems"], LINE_ITEM).get_json()
    assert column["resourceLinkId"] == link.id
    assert new.call(line_items_url(ent), LINE_ITEM).status_code == 404


def test_the_administrator_takes_rights_away(
    registered: dict[str, Any], admin: Browser, new: NewTool, ent: Ent, browse: Browse
) -> None:
    activate(admin, ent, new.client_id)
    token = new.ask_token(LINE_ITEM, MEMBERS).get_json()["access_token"]
    tool = ent.tools[new.client_id]
    path = f"/administration/tools/{tool.number}"
    fields = {"scope": MEMBERS, "privacy": "anonymous", "per_class": "on"}
    assert admin.post(path, fields).status_code == 302
    class_id = ent.school_class("5A").id
    answer = new.speak("GET", ent.addresses.line_items(class_id, tool).replace(ISSUER, ""), token)
    assert answer.status_code == 403
    [member, *_] = new.call(ent.addresses.memberships(class_id, tool), MEMBERS).get_json()["members"]
    assert member.keys() == {"user_id", "roles", "status"}
    with ent.database.writing() as connection:
        connection.execute("UPDATE links SET client_id = ? WHERE class_id = ?", (new.client_id, class_id))
    claims = new.launch(browse("tom"), ent.link("5A").id)
    assert claims[f"{LTI}deployment_id"] == f"{ent.deployment_id}:{class_id}"
    assert AGS not in claims
    assert admin.post(path, {"privacy": "everything"}).status_code == 400


def test_one_tool_may_have_a_deployment_per_class(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    ent.set_up(replace(ent.tool, deployment_per_class=True))
    seen = {
        label: tool.launch(browse("morel"), ent.link(label).id)[f"{LTI}deployment_id"]
        for label in ("5A", "5B")
    }
    assert seen == {label: f"{ent.deployment_id}:{ent.school_class(label).id}" for label in ("5A", "5B")}
    for deployment_id, status in ((seen["5B"], 200), (ent.deployment_id, 200), ("another", 401)):
        assertion = tool.sign(tool.assertion(**{f"{LTI}deployment_id": deployment_id}))
        assert tool.ask_token(SCORE, assertion=assertion).status_code == status


def test_settings_of_a_tool_that_left_the_configuration_stay_behind(
    ent: Ent, tool: FakeTool, other_tool: FakeTool
) -> None:
    ent.set_up(replace(other_tool.registration, privacy=Privacy.ANONYMOUS), active=False)
    again = create_ent(database=ent.database.path, public_url=ISSUER, tool=tool.registration)
    assert list(again.extensions["ent"].known_tools) == [tool.client_id]
    both = create_ent(
        database=ent.database.path,
        public_url=ISSUER,
        tool=tool.registration,
        other_tools=[other_tool.registration],
    )
    assert list(both.extensions["ent"].tools) == [tool.client_id]


def test_a_deleted_tool_leaves_its_columns_only(
    registered: dict[str, Any], admin: Browser, new: NewTool, ent: Ent, browse: Browse
) -> None:
    activate(admin, ent, new.client_id)
    ent.add_link("5A", title="Exercice", score_maximum=20, client_id=new.client_id)
    ent.add_line_item("5A", label="Bonus", client_id=new.client_id)
    links, number = len(ent.links("5A")), ent.tools[new.client_id].number
    assert admin.post(f"/administration/tools/{number}/delete", {}).status_code == 302
    assert new.client_id not in ent.known_tools
    assert len(ent.links("5A")) == links - 1
    assert len(ent.line_items("5A")) >= 1
    assert new.ask_token(MEMBERS).status_code == 401
    assert new.speak("GET", f"/registration/{new.client_id}", new.access_token).status_code == 401


def test_a_tool_of_the_configuration_is_switched_but_not_deleted(
    admin: Browser, ent: Ent, tool: FakeTool
) -> None:
    path = f"/administration/tools/{ent.tool.number}"
    assert admin.post(f"{path}/delete", {}).status_code == 400
    activate(admin, ent, tool.client_id, "0")
    assert tool.ask_token(MEMBERS).status_code == 401
    activate(admin, ent, tool.client_id)
    assert tool.call(members_url(ent), MEMBERS).status_code == 200


def test_only_the_administrator_sees_the_screens(ent: Ent, browse: Browse) -> None:
    path = f"/administration/tools/{ent.tool.number}"
    for login in ("morel", "lina", "samira", "fournier"):
        browser = browse(login)
        assert browser.get("/administration/tools").status_code == 403
        assert browser.get(path).status_code == 403
        assert browser.post("/administration/tools", {"url": f"{HOST}/register"}).status_code == 403
        for action in ("", "/state", "/links", "/hello", "/notices", "/delete"):
            assert browser.post(path + action, {"active": "0"}).status_code == 403
    assert ent.known_tools[ent.tool.client_id].active


def test_the_screens_want_their_own_forms_and_known_tools(admin: Browser, ent: Ent) -> None:
    path = f"/administration/tools/{ent.tool.number}"
    for action in ("", "/state", "/links", "/hello", "/notices", "/delete"):
        assert admin.client.post(path + action, data={}).status_code == 400
    assert admin.get("/administration/tools/unknown").status_code == 404
    assert admin.post(f"{path}/links", {"class_id": "unknown"}).status_code == 404


# RFC 7592


def test_a_tool_reads_and_changes_its_registration(
    registered: dict[str, Any], admin: Browser, new: NewTool, ent: Ent
) -> None:
    activate(admin, ent, new.client_id)
    path = f"/registration/{new.client_id}"
    fixed = ("registration_client_uri", "registration_access_token", "client_id_issued_at")
    read = new.speak("GET", path, new.access_token).get_json()
    assert read == {name: value for name, value in registered.items() if name not in fixed[1:]}
    changed = {**new.document([LINE_ITEM]), "client_id": new.client_id, "client_name": "Outil rebaptisé"}
    answer = new.speak("PUT", path, new.access_token, changed).get_json()
    assert (answer["client_name"], answer["scope"]) == ("Outil rebaptisé", LINE_ITEM)
    assert ent.tools[new.client_id].name == "Outil rebaptisé"
    assert new.speak("GET", path, new.access_token).get_json() == answer


def test_more_rights_and_other_sites_await_the_administrator(
    registered: dict[str, Any], admin: Browser, new: NewTool, ent: Ent
) -> None:
    activate(admin, ent, new.client_id)
    path = f"/registration/{new.client_id}"
    more = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
    wanted = {**new.document([LINE_ITEM, more]), "client_id": new.client_id}
    assert new.speak("PUT", path, new.access_token, wanted).get_json()["scope"] == LINE_ITEM
    page = admin.text(f"/administration/tools/{ent.tools[new.client_id].number}")
    assert f'value="{more}">' in page
    assert f'value="{LINE_ITEM}" checked>' in page
    moved = new.configuration(secondary_domains=["other.test"])
    wanted |= {TOOL_CONFIGURATION: moved, "redirect_uris": ["http://other.test/launch"]}
    assert new.speak("PUT", path, new.access_token, wanted).status_code == 200
    assert new.client_id not in ent.tools
    assert ent.known_tools[new.client_id].tool.redirect_uris == ("http://other.test/launch",)


def test_only_the_tool_itself_changes_its_registration(registered: dict[str, Any], new: NewTool) -> None:
    path, document = f"/registration/{new.client_id}", new.document([])
    own = {**document, "client_id": new.client_id}
    for token in ("", "unknown"):
        assert new.speak("GET", path, token).status_code == 401
        assert new.speak("PUT", path, token, own).status_code == 401
    assert new.speak("PUT", path, new.access_token, own, "text/plain").status_code == 415
    for wrong in (
        document,
        {**own, "client_id": "another"},
        {**own, "registration_access_token": new.access_token},
        {**own, "redirect_uris": []},
    ):
        assert new.speak("PUT", path, new.access_token, wrong).status_code == 400
    assert new.speak("GET", "/registration/unknown", new.access_token).status_code == 401


def test_a_registered_tool_outlives_a_restart(
    registered: dict[str, Any], admin: Browser, new: NewTool, ent: Ent, tool: FakeTool
) -> None:
    activate(admin, ent, new.client_id)
    again = create_ent(database=ent.database.path, public_url=ISSUER, tool=tool.registration)
    assert again.extensions["ent"].tools[new.client_id] == ent.tools[new.client_id]
