"""Launches from the demo ENT: the login, the authorization endpoint, the signed message."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from flask import Flask

from examples.ent import Ent, Privacy, create_ent, messages
from examples.ent.launches import Launch
from tests.examples.ent_tool import AGS, ISSUER, LTI, NRPS, Browser, FakeTool, Form

Browse = Callable[[str], Browser]
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


def refusal(browser: Browser, tool: FakeTool, parameters: dict[str, str]) -> str:
    form = tool.authorize(browser, parameters)
    assert "id_token" not in form.fields
    return form.fields["error"]


def test_the_login_request_has_every_parameter(ent: Ent, browse: Browse) -> None:
    page = browse("lina").text(f"/links/{ent.link('5A').id}/launch")
    fields = Form(page, "message").fields
    hint = fields.pop("lti_message_hint")
    assert len(hint) > 30
    assert fields == {
        "iss": ISSUER,
        "login_hint": ent.account("lina").id,
        "target_link_uri": "http://tool.test/launch",
        "client_id": "classeur",
        "lti_deployment_id": "college-des-quatre-vents",
    }


def test_a_pupil_opens_a_link_and_the_tool_can_verify_it(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    claims = tool.launch(browse("lina"), ent.link("5A").id, "iframe")
    assert claims["sub"] == ent.account("lina").id
    assert claims["name"] == "Lina Benali"
    assert claims[f"{LTI}version"] == "1.3.0"
    assert claims[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{LTI}deployment_id"] == ent.deployment_id
    assert claims[f"{LTI}target_link_uri"] == "http://tool.test/launch"
    assert claims[f"{LTI}resource_link"] == {"id": ent.link("5A").id, "title": "Classeur"}
    assert claims[f"{LTI}context"]["label"] == "5A"
    assert f"{MEMBERSHIP}Learner" in claims[f"{LTI}roles"]
    presentation = claims[f"{LTI}launch_presentation"]
    assert (presentation["document_target"], presentation["locale"]) == ("iframe", "fr")
    assert presentation["return_url"].endswith("/return")
    assert f"{LTI}role_scope_mentor" not in claims
    assert claims[AGS]["lineitems"].startswith(f"{ISSUER}/ags/")
    assert "lineitem" not in claims[AGS]
    assert claims[NRPS]["context_memberships_url"].startswith(f"{ISSUER}/nrps/")


def test_the_authorization_endpoint_takes_a_post_too(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    answer = browser.client.post("/oidc/auth", data=tool.log_in(browser, ent.link("5A").id))
    assert "id_token" in Form(answer.get_data(as_text=True), "message").fields


def test_the_claims_a_script_gets_are_those_of_a_launch(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    launched = tool.launch(browse("morel"), ent.link("5B").id)
    scripted = ent.claims("morel", ent.link("5B"), nonce=launched["nonce"])
    assert launched == {**scripted, "iat": launched["iat"], "exp": launched["exp"]}


@pytest.mark.parametrize(
    ("login", "roles"),
    [
        ("morel", ["membership#Instructor", "institution/person#Faculty"]),
        ("tom", ["membership#Learner", "institution/person#Student"]),
        ("paul", ["membership#Mentor"]),
        ("fournier", ["institution/person#Administrator", "membership#Administrator"]),
    ],
)
def test_roles_are_full_uris(ent: Ent, login: str, roles: list[str]) -> None:
    expected = [f"http://purl.imsglobal.org/vocab/lis/v2/{role}" for role in roles]
    assert ent.claims(login, "5A")[f"{LTI}roles"] == expected


def test_a_parent_mentors_only_the_children_in_this_class(ent: Ent) -> None:
    for label, child in (("5A", "lina"), ("5B", "adam")):
        mentored = ent.claims("samira", label)[f"{LTI}role_scope_mentor"]
        assert mentored == [ent.account(child).id]


def test_an_account_has_its_own_locale(ent: Ent) -> None:
    claims = ent.claims("jade", "5B")
    assert claims["locale"] == claims[f"{LTI}launch_presentation"]["locale"] == "en"


def test_names_are_told_only_if_the_school_says_so(ent: Ent) -> None:
    personal = {"name", "given_name", "family_name", "email", "locale"}
    assert personal <= ent.claims("lina", "5A").keys()
    ent.privacy = Privacy.NAMES
    assert personal - ent.claims("lina", "5A").keys() == {"email"}
    ent.privacy = Privacy.ANONYMOUS
    claims = ent.claims("lina", "5A")
    assert not personal & claims.keys()
    assert "person_sourcedid" not in claims[f"{LTI}lis"]
    assert claims[f"{LTI}custom"]["login"] == "$User.username"


def test_custom_parameters_are_replaced_when_they_are_known(ent: Ent) -> None:
    link = ent.add_link("5A", title="Lecture", custom={"page": "7", "title": "$ResourceLink.title"})
    assert ent.claims("lina", link)[f"{LTI}custom"] == {
        "login": "lina",
        "unknown": "$Nothing.known",
        "history": "",
        "page": "7",
        "title": "Lecture",
    }


def test_a_line_item_is_claimed_when_the_link_has_exactly_one(ent: Ent) -> None:
    link = ent.add_link("5A", title="Quiz", score_maximum=20)
    assert ent.line_items("5A")[0].id in ent.claims("lina", link)[AGS]["lineitem"]
    ent.add_line_item("5A", label="Quiz 2", link_id=link.id)
    assert "lineitem" not in ent.claims("lina", link)[AGS]


def test_an_unknown_client_or_address_is_never_redirected_to(
    ent: Ent, tool: FakeTool, browse: Browse
) -> None:
    browser = browse("lina")
    good = tool.log_in(browser, ent.link("5A").id)
    for change in (
        {"client_id": "nobody"},
        {"redirect_uri": "http://evil.test/"},
        {"redirect_uri": "http://tool.test/launch/"},
        {"redirect_uri": "http://tool.test/launch?x=1"},
        {"redirect_uri": ""},
    ):
        answer = browser.client.get("/oidc/auth", query_string={**good, **change})
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert 'id="message"' not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "interaction_required"),
        ({"prompt": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"login_hint": "somebody else"}, "login_required"),
        ({"login_hint": None}, "login_required"),
        ({"lti_message_hint": "made up"}, "invalid_request"),
        ({"lti_message_hint": None}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://elsewhere.test/"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
def test_a_wrong_authorization_request_is_refused_to_the_tool(
    ent: Ent, tool: FakeTool, browse: Browse, change: dict[str, str | None], error: str
) -> None:
    browser = browse("lina")
    changed = {**tool.log_in(browser, ent.link("5A").id), **change}
    given = {name: value for name, value in changed.items() if value is not None}
    assert refusal(browser, tool, given) == error


def test_a_parameter_given_twice_is_refused(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = list(tool.log_in(browser, ent.link("5A").id).items())
    answer = browser.client.post("/oidc/auth", query_string={}, data=_multi([*parameters, ("nonce", "two")]))
    assert Form(answer.get_data(as_text=True), "message").fields["error"] == "invalid_request"


def _multi(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def test_a_message_hint_works_once(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = tool.log_in(browser, ent.link("5A").id)
    tool.authorize(browser, parameters)
    assert refusal(browser, tool, parameters) == "invalid_request"


def test_a_message_hint_is_of_no_use_in_another_session(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = tool.log_in(browser, ent.link("5A").id)
    assert refusal(browse("lina"), tool, parameters) == "invalid_request"
    stolen = {**parameters, "login_hint": ent.account("tom").id}
    assert refusal(browse("tom"), tool, stolen) == "invalid_request"
    assert "id_token" in tool.authorize(browser, parameters).fields


def test_a_message_hint_of_another_tool_is_refused(
    ent: Ent, tool: FakeTool, other_tool: FakeTool, browse: Browse
) -> None:
    browser = browse("lina")
    mine = tool.log_in(browser, ent.link("5A").id)
    theirs = {**mine, "client_id": "other", "redirect_uri": "http://other.test/launch"}
    assert refusal(browser, other_tool, theirs) == "invalid_request"


def test_a_message_hint_expires(app: Flask, ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = tool.log_in(browser, ent.link("5A").id)
    ent.clock = lambda: datetime.now(UTC) + timedelta(minutes=6)
    assert refusal(browser, tool, parameters) == "invalid_request"


def test_without_its_cookie_the_ent_asks_its_own_page_once_and_then_says_login_required(
    app: Flask, ent: Ent, tool: FakeTool, browse: Browse
) -> None:
    parameters = tool.log_in(browse("lina"), ent.link("5A").id)
    stranger = Browser(app)
    first = stranger.client.get("/oidc/auth", query_string=parameters)
    form = Form(first.get_data(as_text=True), "message")
    assert form.action == f"{ISSUER}/oidc/auth"
    assert form.fields == {**parameters, "repost": "1"}
    assert refusal(stranger, tool, form.fields) == "login_required"


def test_the_repost_of_a_tools_form_finds_the_session(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = {**tool.log_in(browser, ent.link("5A").id), "repost": "1"}
    answer = browser.client.post("/oidc/auth", data=parameters)
    assert "id_token" in Form(answer.get_data(as_text=True), "message").fields


def test_the_state_is_echoed_and_escaped(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    parameters = {**tool.log_in(browser, ent.link("5A").id), "state": '"><script>alert(1)</script>'}
    page = browser.client.get("/oidc/auth", query_string=parameters).get_data(as_text=True)
    assert "<script>alert" not in page
    assert Form(page, "message").fields["state"] == parameters["state"]


def test_links_open_only_for_people_of_the_class(ent: Ent, app: Flask, browse: Browse) -> None:
    path = f"/links/{ent.link('5A').id}/launch"
    for login in ("haddad", "adam", "mai"):
        assert browse(login).get(path).status_code == 403
    for login in ("morel", "lina", "samira", "fournier"):
        assert browse(login).get(path).status_code == 200
    assert "/sign-in?next=" in Browser(app).get(path).headers["Location"]
    assert browse("lina").get("/links/nothing/launch").status_code == 404
    assert browse("lina").get(f"{path}?target=_top").status_code == 400


def test_a_new_key_is_published_before_it_signs_and_the_old_one_after(ent: Ent, tool: FakeTool) -> None:
    announced = {key["kid"] for key in tool.client.get("/oidc/jwks").get_json()["keys"]}
    before = ent.sign(ent.claims("lina", "5A", nonce="n"))
    rotated = ent.rotate_key()
    assert rotated.kid in announced
    after = ent.sign(ent.claims("lina", "5A", nonce="n"))
    assert jwt.get_unverified_header(after)["kid"] == rotated.kid != jwt.get_unverified_header(before)["kid"]
    for token in (before, after):
        assert tool.verified(token, "n")["sub"] == ent.account("lina").id
    ent.keys.withdraw_retiring()
    with pytest.raises(KeyError):
        tool.verified(before, "n")


def test_the_key_set_holds_no_private_number(tool: FakeTool) -> None:
    answer = tool.client.get("/oidc/jwks")
    assert "max-age" in answer.headers["Cache-Control"]
    for key in answer.get_json()["keys"]:
        assert key.keys() == {"kty", "n", "e", "alg", "use", "kid"}


def test_keys_and_sessions_outlive_a_restart(app: Flask, ent: Ent, tool: FakeTool) -> None:
    again = create_ent(database=ent.database.path, public_url=ISSUER, tool=tool.registration)
    assert again.extensions["ent"].keys.active == ent.keys.active
    assert again.config["SECRET_KEY"] == app.config["SECRET_KEY"]
    assert again.extensions["ent"].links("5A") == ent.links("5A")


def test_a_script_can_sign_anything(ent: Ent) -> None:
    claims = {**ent.claims("lina", "5A"), "sub": 7, "aud": None}
    assert "kid" not in jwt.get_unverified_header(ent.sign(claims, headers={"kid": None}))
    assert ent.sign(claims, algorithm="none").endswith(".")
    forged = ent.sign(
        claims, ent.keys.active.public_pem, algorithm="HS256", headers={"jku": "http://evil.test"}
    )
    assert jwt.get_unverified_header(forged)["jku"] == "http://evil.test"
    foreign = jwt.get_unverified_header(ent.sign(claims, ent.foreign_key()))["kid"]
    assert foreign not in {key.kid for key in ent.keys.all()}


def test_names_for_services_and_for_browsers_may_differ(
    tool: FakeTool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = create_ent(
        database=tmp_path_factory.mktemp("two") / "ent.sqlite",
        public_url="https://lms.test:9140/",
        service_url="http://127.0.0.1:9141",
        tool=tool.registration,
    )
    claims = app.extensions["ent"].claims("lina", "5A")
    assert claims["iss"] == "https://lms.test:9140"
    assert claims[AGS]["lineitems"].startswith("http://127.0.0.1:9141/ags/")
    assert claims[f"{LTI}launch_presentation"]["return_url"].startswith("https://lms.test:9140/")
    document = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert document["token_endpoint"] == "http://127.0.0.1:9141/oidc/token"
    assert document["authorization_endpoint"] == "https://lms.test:9140/oidc/auth"
    assert app.config["SESSION_COOKIE_SECURE"] is True


def test_an_unknown_name_is_said_to_be_unknown(ent: Ent) -> None:
    for question in (ent.account, ent.school_class, ent.link):
        with pytest.raises(LookupError, match="nothing"):
            question("nothing")
    launch = Launch(
        account=ent.account("lina"), school_class=ent.school_class("5A"), tool=ent.tool, nonce="n"
    )
    for incomplete, missing in (
        (launch, "needs a link"),
        (replace(launch, school_class=None), "a class|a link"),
    ):
        with ent.database.reading() as connection, pytest.raises(ValueError, match=missing):
            messages.write(ent.launcher, connection, incomplete)


def test_after_a_theft_no_old_key_is_published(ent: Ent, tool: FakeTool) -> None:
    before = {key.kid for key in ent.keys.all()}
    active = ent.keys.replace()
    published = {key["kid"] for key in tool.client.get("/oidc/jwks").get_json()["keys"]}
    assert active.kid in published
    assert not before & published


def test_a_link_that_is_gone_is_refused(ent: Ent, tool: FakeTool, browse: Browse) -> None:
    browser = browse("lina")
    link = ent.add_link("5A", title="Lecture")
    parameters = tool.log_in(browser, link.id)
    with ent.database.writing() as connection:
        connection.execute("DELETE FROM links WHERE id = ?", (link.id,))
    assert refusal(browser, tool, parameters) == "invalid_request"


def test_an_anonymous_deep_linking_request_has_custom_parameters_too(ent: Ent) -> None:
    ent.privacy = Privacy.ANONYMOUS
    custom = ent.deep_linking_claims("morel", "5A")[f"{LTI}custom"]
    assert custom == {"login": "$User.username", "unknown": "$Nothing.known", "history": ""}


def test_an_ent_may_start_without_its_school(
    tool: FakeTool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = tmp_path_factory.mktemp("empty") / "ent.sqlite"
    app = create_ent(database=database, public_url=ISSUER, tool=tool.registration, seed=False)
    with pytest.raises(LookupError):
        app.extensions["ent"].account("lina")
