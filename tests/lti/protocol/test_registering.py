"""What platforms say of themselves is checked, what we ask for fits it, and what they answer is read with care."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.protocol import configurations
from lti.protocol import registering as wire
from lti.protocol.configurations import CANVAS, ConfigurationInvalid, PlatformConfiguration
from lti.protocol.http import Http
from lti.protocol.introduction import PRIVACY, SCOPES, TOOL_CONFIGURATION, Choice, Ours, document
from lti.protocol.registering import RegistrationRefused
from lti.settings import Settings
from tests.lti.protocol.server import Asked, Server, Told

ENT = "https://ent.example"
URL = f"{ENT}/.well-known/openid-configuration"
SETTINGS = Settings(allow_http_loopback=True, http_retry_seconds=0)
ABOUT = "https://purl.imsglobal.org/spec/lti-platform-configuration"
OURS = Ours(
    name="Classeur",
    login="https://tool.example/lti/login",
    launch="https://tool.example/lti/launch",
    jwks="https://tool.example/lti/jwks",
    icon="https://tool.example/lti/static/mark.svg",
    variables={"context_history": "$Context.id.history"},
    descriptions={"fr": "Un classeur", "en": "A binder"},
    labels={"fr": "Choisir", "en": "Choose"},
)


def configuration(base: str = ENT, **changes: Any) -> dict[str, Any]:
    """A good one, with changes; "absent" leaves a member out."""
    body = {
        "issuer": base,
        "authorization_endpoint": f"{base}/auth",
        "token_endpoint": f"{base}/token",
        "jwks_uri": f"{base}/jwks",
        "registration_endpoint": f"{base}/registration",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["id_token"],
        "scopes_supported": ["openid", *SCOPES],
        ABOUT: {
            "product_family_code": "Moodle",
            "version": "4.5",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
                {"type": "LtiSomethingElse"},
            ],
            "variables": ["Context.id.history", "$User.id"],
        },
        **changes,
    }
    return {name: value for name, value in body.items() if value != "absent"}


def platform(**changes: Any) -> PlatformConfiguration:
    return PlatformConfiguration.read(URL, configuration(**changes), SETTINGS)


def about(**changes: Any) -> dict[str, Any]:
    return {ABOUT: {**configuration()[ABOUT], **changes}}


def test_a_good_configuration_is_read() -> None:
    found = platform(authorization_server="https://auth.example")
    assert (found.issuer, found.product_family, found.version, found.name) == (
        ENT,
        "moodle",
        "4.5",
        "ent.example",
    )
    assert found.messages["LtiDeepLinkingRequest"] == ("ContentArea",)
    assert found.messages["LtiResourceLinkRequest"] is None
    assert found.variables == {"Context.id.history", "User.id"}
    assert found.token_audience == "https://auth.example"
    assert platform(authorization_server=f"{ENT}/token").token_audience is None
    assert platform(**{f"{CANVAS}account_name": "Collège"}).name == "Collège"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"issuer": "absent"}, "missing"),
        ({"jwks_uri": "absent"}, "missing"),
        ({"registration_endpoint": None}, "missing"),
        ({"token_endpoint": 7}, "not-json"),
        ({"authorization_endpoint": "http://ent.example/auth"}, "https"),
        ({"registration_endpoint": "https://u:p@ent.example/r"}, "https"),
        ({"jwks_uri": "javascript:alert(1)"}, "https"),
        ({"token_endpoint": "https://ent.example/" + "x" * 3000}, "https"),
        ({"issuer": "https://" + "e" * 300}, "https"),
        ({"issuer": "https://other.example"}, "host"),
        ({"issuer": "https://ent.example.evil"}, "host"),
        ({"issuer": "https://ent.example:8443"}, "host"),
        ({"issuer": "https://ent.example/?school=1"}, "host"),
        ({"issuer": "https://ent.example#a"}, "host"),
        ({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}, "method"),
        ({"response_types_supported": ["code"]}, "method"),
        ({"token_endpoint_auth_signing_alg_values_supported": ["ES256"]}, "algorithm"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "algorithm"),
        ({"scopes_supported": "all"}, "not-json"),
        ({ABOUT: []}, "not-json"),
        ({ABOUT: {"variables": {"a": 1}}}, "not-json"),
        ({ABOUT: {"messages_supported": [{"type": 3}]}}, "not-json"),
    ],
)
def test_what_cannot_be_launched_by_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        platform(**changes)
    assert caught.value.facts["problem"] == problem


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([*configuration(), "claims_supported", "authorization_server"]), json_values)
def test_any_member_may_be_anything(name: str, value: Any) -> None:
    """Either it is refused, or a registration can be written from it."""
    try:
        found = platform(**{name: value})
    except ConfigurationInvalid:
        return
    json.dumps(document(OURS, found, Choice()))


@given(json_values)
def test_any_body_is_refused_in_words(body: Any) -> None:
    with pytest.raises(ConfigurationInvalid):
        PlatformConfiguration.read(URL, body, SETTINGS)


def test_what_moodle_is_told() -> None:
    said = document(OURS, platform(), Choice())
    tool = said[TOOL_CONFIGURATION]
    assert said["scope"].split() == list(SCOPES)
    assert (said["client_name"], said["client_name#fr"]) == ("Classeur", "Classeur")
    assert said["redirect_uris"] == [OURS.launch]
    assert said["token_endpoint_auth_method"] == "private_key_jwt"
    assert (tool["domain"], tool["target_link_uri"]) == ("tool.example", OURS.launch)
    assert (tool["description"], tool["description#fr"]) == ("A binder", "Un classeur")
    assert tool["claims"] == list(PRIVACY["name_only"])
    assert "email" not in tool["claims"]
    assert tool["custom_parameters"] == {"context_history": "$Context.id.history"}
    types = {each["type"]: each for each in tool["messages"]}
    assert set(types) == {"LtiResourceLinkRequest", "LtiDeepLinkingRequest"}
    assert types["LtiDeepLinkingRequest"]["placements"] == ["ContentArea"]
    assert types["LtiDeepLinkingRequest"]["label#fr"] == "Choisir"
    assert not [name for name in tool if name.startswith(CANVAS)]


def test_what_canvas_is_told() -> None:
    offered = ["assignment_selection", f"{CANVAS}editor_button", "global_navigation"]
    canvas = platform(
        **about(
            product_family_code="canvas",
            messages_supported=[
                {"type": "LtiDeepLinkingRequest", "placements": offered},
                {"type": "LtiResourceLinkRequest", "placements": ["course_navigation"]},
            ],
        )
    )
    ticked = frozenset({"assignment_selection", "editor_button", "course_navigation"})
    tool = document(OURS, canvas, Choice("anonymous", ticked))[TOOL_CONFIGURATION]
    assert tool[f"{CANVAS}privacy_level"] == "anonymous"
    assert tool["claims"] == list(PRIVACY["anonymous"])
    types = {each["type"]: each for each in tool["messages"]}
    assert types["LtiDeepLinkingRequest"]["placements"] == ["assignment_selection", f"{CANVAS}editor_button"]
    assert types["LtiResourceLinkRequest"][f"{CANVAS}course_navigation/default_enabled"] is False
    by_itself = document(OURS, canvas, Choice())[TOOL_CONFIGURATION]
    plain = {each["type"]: each.get("placements") for each in by_itself["messages"]}
    assert plain == {"LtiDeepLinkingRequest": ["assignment_selection"], "LtiResourceLinkRequest": None}


def test_only_what_is_offered_is_asked_for() -> None:
    few = platform(
        scopes_supported=["openid", SCOPES[1]],
        **about(messages_supported=[{"type": "LtiResourceLinkRequest"}]),
    )
    said = document(OURS, few, Choice())
    assert said["scope"] == SCOPES[1]
    assert [each["type"] for each in said[TOOL_CONFIGURATION]["messages"]] == ["LtiResourceLinkRequest"]


def test_a_platform_that_lists_nothing_is_asked_for_the_usual() -> None:
    silent = platform(scopes_supported="absent", **{ABOUT: "absent"})
    said = document(OURS, silent, Choice())
    assert said["scope"].split() == list(SCOPES)
    types = {each["type"]: each.get("placements") for each in said[TOOL_CONFIGURATION]["messages"]}
    assert types == {"LtiResourceLinkRequest": None, "LtiDeepLinkingRequest": ["ContentArea"]}


@pytest.fixture
def http() -> Http:
    return Http(SETTINGS, sleep=lambda seconds: None)


def test_the_configuration_is_fetched_with_the_token(server: Server, http: Http) -> None:
    server.tells(configuration(server.url))
    found = configurations.fetch(http, SETTINGS, f"{server.url}/config", "secret")
    assert found.issuer == server.url
    assert server.asked[0].headers["Authorization"] == "Bearer secret"
    configurations.fetch(http, SETTINGS, f"{server.url}/config")
    assert "Authorization" not in server.asked[1].headers


@pytest.mark.parametrize(
    "url", ["", "ftp://ent.example", "http://ent.example", "https://e.example/" + "x" * 2000, "//x"]
)
def test_no_other_address_is_called(http: Http, url: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        configurations.fetch(http, SETTINGS, url)
    assert caught.value.facts["problem"] == "address"


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/x", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/"]
)
def test_no_machine_beside_us_is_called(http: Http, url: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        configurations.fetch(http, SETTINGS, url)
    assert caught.value.facts["problem"] == "unreachable"


@pytest.mark.parametrize(
    "told", [Told(404), Told(200, b"<html>"), Told(200, b""), Told(200, b"[]"), Told(200, b" " * 300_000)]
)
def test_what_is_no_configuration_is_told_so(server: Server, http: Http, told: Told) -> None:
    server.answer = lambda asked: told
    with pytest.raises(ConfigurationInvalid) as caught:
        configurations.fetch(http, SETTINGS, f"{server.url}/config")
    assert caught.value.facts["problem"] in ("unreachable", "not-json")


def register(server: Server, http: Http) -> wire.Answered:
    found = PlatformConfiguration.read(f"{server.url}/config", configuration(server.url), SETTINGS)
    return wire.register(http, SETTINGS, found, "once", {"client_name": "Classeur"})


def test_the_answer_is_read(server: Server, http: Http) -> None:
    answer = {
        "client_id": "c1",
        "scope": f"{SCOPES[0]} {SCOPES[1]}",
        "registration_client_uri": f"{server.url}/registration/c1",
        "registration_access_token": "kept",
        TOOL_CONFIGURATION: {"deployment_id": "1"},
    }
    server.tells(answer, status=201)
    got = register(server, http)
    assert (got.client_id, got.deployment_id, got.token) == ("c1", "1", "kept")
    assert got.scopes == SCOPES[:2]
    assert got.uri == f"{server.url}/registration/c1"
    assert "kept" not in json.dumps(got.raw) + repr(got)
    (asked,) = server.asked
    assert (asked.method, asked.headers["Authorization"]) == ("POST", "Bearer once")
    assert asked.json == {"client_name": "Classeur"}


@pytest.mark.parametrize(
    "uri", ["https://evil.example/c1", "http://ent.example/", "no address", "https://10.0.0.1/"]
)
def test_an_address_elsewhere_is_not_kept(server: Server, http: Http, uri: str) -> None:
    server.tells({"client_id": "c", "registration_client_uri": uri, "registration_access_token": "t"})
    got = register(server, http)
    assert (got.uri, got.token) == (None, "")


@pytest.mark.parametrize(
    ("told", "error", "description", "spent"),
    [
        (
            Told(400, b'{"error": "missing_domain", "error_description": "no\\u0000 domain"}'),
            "missing_domain",
            "no  domain",
            False,
        ),
        (Told(401, b'{"error": "token_already_used"}'), "token_already_used", "", True),
        (
            Told(400, b"domain_targetlinkuri_mismatch", {"Content-Type": "text/plain"}),
            "",
            "domain_targetlinkuri_mismatch",
            False,
        ),
        (Told(500, b"<html>trace</html>", {"Content-Type": "text/html"}), "", "", False),
        (Told(403, b"[]"), "", "[]", True),
        (Told(200, b"{}"), "", "", False),
        (Told(200, b"[1]"), "", "", False),
        (Told(200, b'{"client_id": {}}'), "", "", False),
        (Told(200, b'{"client_id": "c", "scope": 3}'), "", "", False),
        (Told(200, b"not json"), "", "", False),
    ],
)
def test_a_refusal_is_told_in_the_platforms_words(
    server: Server, http: Http, told: Told, error: str, description: str, spent: bool
) -> None:
    server.answer = lambda asked: told
    with pytest.raises(RegistrationRefused) as caught:
        register(server, http)
    assert (caught.value.error, caught.value.description, caught.value.token_is_spent) == (
        error,
        description,
        spent,
    )
    assert len(server.asked) == 1, "a registration is never sent twice"


def test_no_answer_is_a_refusal_too(http: Http) -> None:
    found = PlatformConfiguration.read("http://127.0.0.1:9/", configuration("http://127.0.0.1:9"), SETTINGS)
    with pytest.raises(RegistrationRefused) as caught:
        wire.register(http, SETTINGS, found, "", {})
    assert caught.value.platform_status is None


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("GET", lambda http, uri: wire.read(http, SETTINGS, uri, "kept")),
        ("PUT", lambda http, uri: wire.change(http, SETTINGS, uri, "kept", "c1", {"client_name": "Anew"})),
    ],
)
def test_a_registration_is_read_and_changed_later(
    server: Server, http: Http, method: str, call: Callable[[Http, str], wire.Answered]
) -> None:
    def answer(asked: Asked) -> Told:
        return Told(200, json.dumps({"client_id": "c1", "scope": SCOPES[0]}).encode())

    server.answer = answer
    assert call(http, f"{server.url}/registration/c1").scopes == SCOPES[:1]
    (asked,) = server.asked
    assert (asked.method, asked.headers["Authorization"]) == (method, "Bearer kept")
    if method == "PUT":
        assert asked.json == {"client_name": "Anew", "client_id": "c1"}
