"""What a platform must do, by the certification guide and the specifications, asked of the demo ENT from outside.

The other half of `test_launch`: a tool that knows nothing but PyJWT launches, asks for tokens and calls the services.
Each check has a name and a clause: *Core* is LTI 1.3, *Security* the security framework 1.0, *DL* deep linking 2.0.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from werkzeug.test import TestResponse

from examples.ent import Ent, Privacy, create_ent
from tests.examples.ent_services import (
    LINE_ITEM_TYPE,
    LINE_ITEMS_TYPE,
    LINK,
    MEMBERS_TYPE,
    RESULTS_TYPE,
    SCORE_TYPE,
    create,
    line_items_url,
    members_url,
    publish,
    score,
)
from tests.examples.ent_tool import (
    AGS,
    DL,
    ISSUER,
    LINE_ITEM,
    LINE_ITEM_READ,
    LTI,
    MEMBERS,
    NRPS,
    RESULT,
    SCORE,
    Browser,
    FakeTool,
    Form,
    ent_of,
    new_private_key,
)

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
ROLE = re.compile(
    LIS
    + r"(membership#(Administrator|ContentDeveloper|Instructor|Learner|Manager|Member|Mentor|Officer)"
    + r"|membership/[A-Z]\w+#[A-Z]\w+"
    + r"|(institution|system)/person#[A-Z]\w+)"
)
PEOPLE = ("morel", "lina", "samira", "fournier")


@dataclass
class Scene:
    """An ENT that has just been opened, and the tools in it."""

    ent: Ent
    tool: FakeTool
    other: FakeTool
    narrow: FakeTool
    """One that may do nothing but send scores."""

    def browser(self, login: str = "lina") -> Browser:
        """The browser of somebody who is signed in."""
        return Browser(self.tool.app, login)

    def launch(self, login: str = "lina", label: str = "5A", target: str = "window") -> dict[str, Any]:
        """The verified claims of a launch that went the whole way."""
        return self.tool.launch(self.browser(login), self.ent.link(label).id, target)

    def asked(self, **changes: str | None) -> tuple[Browser, dict[str, str]]:
        """A browser on its way to the authorization endpoint, and what it will ask there."""
        browser = self.browser()
        given = {**self.tool.log_in(browser, self.ent.link("5A").id), **changes}
        return browser, {name: value for name, value in given.items() if value is not None}

    def answer(self, **changes: str | None) -> dict[str, str]:
        """What the ENT posts back to the tool."""
        return self.tool.authorize(*self.asked(**changes)).fields

    def picking(self) -> tuple[Browser, dict[str, Any]]:
        """A teacher who was sent to choose content, and the claims of that."""
        browser = self.browser("morel")
        sent = browser.post(f"/classes/{self.ent.school_class('5A').id}/activities", {})
        parameters = self.tool.authorization(Form(sent.get_data(as_text=True), "message").fields)
        token = self.tool.authorize(browser, parameters).fields["id_token"]
        return browser, self.tool.verified(token, parameters["nonce"])

    def choose(
        self, browser: Browser, claims: Mapping[str, Any], item: Any = None, **changes: Any
    ) -> TestResponse:
        """Give one item back; changes to None leave a claim out."""
        url = claims[DL + "deep_linking_settings"]["deep_link_return_url"]
        return browser.client.post(urlsplit(url).path, data={"JWT": self.chosen(claims, item, **changes)})

    def chosen(self, claims: Mapping[str, Any], item: Any = None, **changes: Any) -> str:
        """The signed answer of the tool."""
        given = item or {"type": "ltiResourceLink", "title": "Les fractions", "url": f"{self.tool.host}/page"}
        moment = int(datetime.now(UTC).timestamp())
        body = {
            "iss": self.tool.client_id,
            "aud": ISSUER,
            "iat": moment,
            "exp": moment + 60,
            "nonce": "n-1",
            LTI + "message_type": "LtiDeepLinkingResponse",
            LTI + "version": "1.3.0",
            LTI + "deployment_id": claims[LTI + "deployment_id"],
            DL + "data": claims[DL + "deep_linking_settings"]["data"],
            DL + "content_items": [given],
        } | changes
        return self.tool.sign({name: value for name, value in body.items() if value is not None})


Check = Callable[[Scene], None]
CHECKS: dict[str, Check] = {}


def must(name: str) -> Callable[[Check], Check]:
    """A check by this name."""

    def keep(check: Check) -> Check:
        assert name not in CHECKS
        CHECKS[name] = check
        return check

    return keep


# --- signatures and keys ------------------------------------------------------------------------------------------


@must("sign by RS256, by a key of the key set (Security 5.1.2, 6.2)")
def _(scene: Scene) -> None:
    header = jwt.get_unverified_header(scene.answer()["id_token"])
    assert header["alg"] == "RS256"
    keys = {key["kid"]: key for key in scene.tool.client.get("/oidc/jwks").get_json()["keys"]}
    assert keys[header["kid"]]["alg"] == "RS256"


@must("publish public keys alone, of 2048 bits or more, each by its kid (Security 6.3; RFC 7517)")
def _(scene: Scene) -> None:
    answer = scene.tool.client.get("/oidc/jwks")
    assert answer.mimetype in ("application/json", "application/jwk-set+json")
    assert "Set-Cookie" not in answer.headers
    keys = answer.get_json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) > 0
    for key in keys:
        assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
        assert jwt.PyJWK(key).key.key_size >= 2048


@must("publish a new key before it signs, and the old one after (Security 6.3)")
def _(scene: Scene) -> None:
    def published() -> set[str]:
        return {key["kid"] for key in scene.tool.client.get("/oidc/jwks").get_json()["keys"]}

    before, kid = published(), jwt.get_unverified_header(scene.answer()["id_token"])["kid"]
    scene.ent.rotate_key()
    then = jwt.get_unverified_header(scene.answer()["id_token"])["kid"]
    assert then != kid
    assert then in before
    assert kid in published()


# --- the login ----------------------------------------------------------------------------------------------------


@must("begin with iss, login_hint and target_link_uri (Security 5.1.1.1; Core 4.1)")
def _(scene: Scene) -> None:
    page = scene.browser().text(f"/links/{scene.ent.link('5A').id}/launch")
    fields = Form(page, "message").fields
    assert fields["iss"] == ISSUER
    assert fields["login_hint"]
    assert fields["target_link_uri"] == scene.tool.registration.launch_url
    assert fields["client_id"] == scene.tool.client_id
    assert fields["lti_deployment_id"] == scene.ent.deployment_id
    assert "<button" in page


@must("take the authorization request by GET and by POST (OIDC 3.1.2.1)")
def _(scene: Scene) -> None:
    assert "id_token" in scene.answer()
    browser, asked = scene.asked()
    answer = browser.client.post("/oidc/auth", data=asked)
    assert "id_token" in Form(answer.get_data(as_text=True), "message").fields


@must("compare redirect_uri to the letter (Security 5.1.1.2)")
def _(scene: Scene) -> None:
    good = scene.tool.registration.launch_url
    for wrong in (good + "/", good + "?a=1", good + "#x", good.upper(), "http://evil.test/", "", good[:-1]):
        browser, asked = scene.asked(redirect_uri=wrong)
        answer = browser.client.get("/oidc/auth", query_string=asked)
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert 'id="message"' not in answer.get_data(as_text=True)


@must("send nobody to a client that it does not know (OIDC 3.1.2.2)")
def _(scene: Scene) -> None:
    browser, asked = scene.asked(client_id="nobody")
    assert browser.client.get("/oidc/auth", query_string=asked).status_code == 400


@must("answer a wrong authorization request with an error and the state (OIDC 3.1.2.6)")
def _(scene: Scene) -> None:
    wrong: dict[str, tuple[str | None, ...]] = {
        "scope": (None, "", "profile"),
        "response_type": (None, "code", "id_token token"),
        "response_mode": (None, "query", "fragment"),
        "prompt": (None, "login", "consent"),
        "nonce": (None, ""),
        "login_hint": (None, "", "somebody"),
        "lti_message_hint": (None, "", "made-up"),
    }
    for name, values in wrong.items():
        for value in values:
            answer = scene.answer(**{name: value, "state": "state-7"})
            assert set(answer) >= {"error", "state"}, name
            assert "id_token" not in answer
            assert answer["state"] == "state-7"
            assert re.fullmatch(r"[a-z_]+", answer["error"])


@must("ask who signs in, of whom nobody knows, by login_required (OIDC 3.1.2.6)")
def _(scene: Scene) -> None:
    _, asked = scene.asked(repost="1")
    stranger = Browser(scene.tool.app)
    answer = stranger.client.post("/oidc/auth", data=asked)
    assert Form(answer.get_data(as_text=True), "message").fields["error"] == "login_required"


@must("give state and nonce back to the letter (Security 5.1.1.3)")
def _(scene: Scene) -> None:
    odd = " a+b%20&é\"'<>=\u2028#/?~"
    answer = scene.answer(state=odd, nonce=odd)
    assert answer["state"] == odd
    scene.tool.verified(answer["id_token"], odd)


@must("sign once for a hint, and only for the session that has it (Security 5.1.1.2)")
def _(scene: Scene) -> None:
    browser, asked = scene.asked()
    assert "id_token" not in scene.tool.authorize(scene.browser(), asked).fields
    assert "id_token" in scene.tool.authorize(browser, asked).fields
    assert "id_token" not in scene.tool.authorize(browser, asked).fields
    assert "id_token" not in scene.tool.authorize(browser, {**asked, "nonce": "another"}).fields


@must("leave no token in a cache or an address (OIDC form post)")
def _(scene: Scene) -> None:
    browser, asked = scene.asked()
    answer = browser.client.get("/oidc/auth", query_string=asked)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Location" not in answer.headers


# --- the message --------------------------------------------------------------------------------------------------


@must("name itself, the tool, the person and the time (Security 5.1.2)")
def _(scene: Scene) -> None:
    for login in PEOPLE:
        claims = scene.launch(login)
        assert claims["iss"] == ISSUER
        assert not urlsplit(claims["iss"]).query + urlsplit(claims["iss"]).fragment
        assert claims["aud"] in (scene.tool.client_id, [scene.tool.client_id])
        assert claims.get("azp", scene.tool.client_id) == scene.tool.client_id
        assert 0 < len(claims["sub"]) <= 255
        assert claims["sub"].isascii()
        assert type(claims["iat"]) is type(claims["exp"]) is int
        assert 0 < claims["exp"] - claims["iat"] <= 3600


@must("say every claim that a launch needs, exactly (Core 5.3)")
def _(scene: Scene) -> None:
    claims = scene.launch()
    link = scene.ent.link("5A")
    assert claims[LTI + "message_type"] == "LtiResourceLinkRequest"
    assert claims[LTI + "version"] == "1.3.0"
    assert claims[LTI + "deployment_id"] == scene.ent.deployment_id
    assert 0 < len(claims[LTI + "deployment_id"]) <= 255
    assert claims[LTI + "target_link_uri"] == link.url
    assert claims[LTI + "resource_link"]["id"] == link.id
    assert isinstance(claims[LTI + "roles"], list)


def words(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every member's name and every value, with where it stands."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    yield at, value
    for name, inner in inside:
        if isinstance(name, str):
            yield f"{at} name", name
        yield from words(inner, f"{at}/{name}")


@must("leave no stray blank and no null (Core 5.3; Cert)")
def _(scene: Scene) -> None:
    _, picking = scene.picking()
    for claims in (*(scene.launch(login) for login in PEOPLE), picking):
        for at, value in words(claims):
            assert value is not None, at
            if isinstance(value, str):
                assert value == value.strip(), at
                assert "\x00" not in value


@must("keep to claims of the specifications and full URLs (Core 5.1.1)")
def _(scene: Scene) -> None:
    plain = {"iss", "aud", "azp", "sub", "iat", "exp", "nonce", "jti", "nbf"}
    plain |= {"name", "given_name", "family_name", "middle_name", "email", "locale", "picture", "zoneinfo"}
    for name in set(scene.launch("samira")) - plain:
        assert re.fullmatch(r"https?://\S+", name), name


@must("write roles as full URIs of the vocabularies (Core 5.3.7, A.2)")
def _(scene: Scene) -> None:
    for login in PEOPLE:
        roles = scene.launch(login)[LTI + "roles"]
        assert roles
        assert all(ROLE.fullmatch(role) for role in roles), roles
        assert any(role.startswith(LIS + "membership") for role in roles)


@must("name children to mentors alone (Core 5.3.7.1)")
def _(scene: Scene) -> None:
    mentored = scene.launch("samira")[LTI + "role_scope_mentor"]
    assert mentored == [scene.ent.account("lina").id]
    for login in ("morel", "lina", "fournier"):
        assert LTI + "role_scope_mentor" not in scene.launch(login)


@must("keep the ids of person, class and link from launch to launch (Core 5.3.5, 5.3.6, 5.4.1)")
def _(scene: Scene) -> None:
    first, again, other = scene.launch(), scene.launch(), scene.launch("tom")
    elsewhere = scene.launch("morel", "5B")
    for name in ("resource_link", "context"):
        ids = [claims[LTI + name]["id"] for claims in (first, again, other)]
        assert len(set(ids)) == 1
        assert 0 < len(ids[0]) <= 255
        assert elsewhere[LTI + name]["id"] != ids[0]
    assert first["sub"] == again["sub"] != other["sub"]
    assert first["nonce"] != again["nonce"]


@must("describe the class by types of the vocabulary (Core 5.4.1, A.1)")
def _(scene: Scene) -> None:
    context = scene.launch()[LTI + "context"]
    assert context["type"]
    for kind in context["type"]:
        assert re.fullmatch(LIS + "course#(CourseTemplate|CourseOffering|CourseSection|Group)", kind)


@must("send custom parameters as texts, variables that it does not know as they are (Core 5.4.6)")
def _(scene: Scene) -> None:
    custom = scene.launch()[LTI + "custom"]
    assert all(isinstance(value, str) for value in custom.values())
    assert custom["login"] == "lina"
    assert custom["unknown"] == "$Nothing.known"
    assert custom["history"] == ""


@must("say how it shows the tool and where back is (Core 5.4.4)")
def _(scene: Scene) -> None:
    for target in ("iframe", "window"):
        presentation = scene.launch(target=target)[LTI + "launch_presentation"]
        assert presentation["document_target"] == target
        assert presentation["return_url"].startswith(ISSUER + "/")
        assert re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", presentation["locale"])


@must("offer its services by claims with scopes and URLs (AGS 3.1; NRPS 2.1)")
def _(scene: Scene) -> None:
    claims = scene.launch()
    assert set(claims[AGS]["scope"]) == {LINE_ITEM, LINE_ITEM_READ, RESULT, SCORE}
    assert claims[AGS]["lineitems"].startswith(ISSUER)
    assert claims[NRPS]["context_memberships_url"].startswith(ISSUER)
    assert claims[NRPS]["service_versions"] == ["2.0"]


@must("tell no more of people than the school allows, in launches and lists (Core 5.3.6; NRPS 2.2)")
def _(scene: Scene) -> None:
    named = {"name", "given_name", "family_name"}
    told = {Privacy.PUBLIC: named | {"email"}, Privacy.NAMES: named, Privacy.ANONYMOUS: set()}
    ids = set()
    for privacy, expected in told.items():
        scene.ent.privacy = privacy
        claims = scene.launch()
        ids.add(claims["sub"])
        assert (named | {"email"}) & set(claims) == expected
        (member,) = (
            member
            for member in scene.tool.call(members_url(scene.ent), MEMBERS).get_json()["members"]
            if member["user_id"] == claims["sub"]
        )
        assert (named | {"email"}) & set(member) == expected
        if privacy is Privacy.ANONYMOUS:
            assert "lina" not in str({**claims, "nonce": ""}).lower()
            assert "lina" not in str(member).lower()
    assert len(ids) == 1


# --- access tokens ------------------------------------------------------------------------------------------------


@must("give a bearer token that says its life and its scopes (Security 4.1; RFC 6749, 5.1)")
def _(scene: Scene) -> None:
    answer = scene.tool.ask_token(SCORE)
    body = answer.get_json()
    assert answer.status_code == 200
    assert body["token_type"].lower() == "bearer"
    assert 0 < body["expires_in"] <= 3600
    assert body["scope"] == SCORE
    assert "no-store" in answer.headers["Cache-Control"]


@must("grant of the scopes asked for those that the tool may have (Security 4.1)")
def _(scene: Scene) -> None:
    granted = scene.tool.ask_token(SCORE, "https://vendor.example/scope", LINE_ITEM).get_json()["scope"]
    assert set(granted.split()) == {SCORE, LINE_ITEM}
    assert scene.narrow.ask_token(SCORE, LINE_ITEM, MEMBERS).get_json()["scope"] == SCORE
    refused = scene.narrow.ask_token(MEMBERS)
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_scope")


@must("believe only a fresh assertion of the tool's own (Security 4.1.1; RFC 7523, 3)")
def _(scene: Scene) -> None:
    tool = scene.tool
    now = int(datetime.now(UTC).timestamp())
    changes: tuple[dict[str, Any], ...] = (
        {"iss": "nobody"},
        {"sub": "other"},
        {"sub": None},
        {"aud": "https://other.example/token"},
        {"aud": None},
        {"exp": now - 600, "iat": now - 700},
        {"exp": None},
        {"iat": now + 600, "exp": now + 660},
        {"jti": None},
    )
    assertions = [tool.sign(tool.assertion(**change)) for change in changes]
    assertions += [
        tool.sign(tool.assertion(), key=new_private_key()),
        tool.sign(tool.assertion(), kid="unknown"),
        jwt.encode(tool.assertion(), None, algorithm="none", headers={"kid": tool.kid}),
        jwt.encode(tool.assertion(), "x" * 32, algorithm="HS256", headers={"kid": tool.kid}),
        jwt.encode(tool.assertion(), tool.key, algorithm="RS256"),
        "not.a.jwt",
    ]
    for assertion in assertions:
        answer = tool.ask_token(SCORE, assertion=assertion)
        assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")
    once = tool.sign(tool.assertion())
    assert tool.ask_token(SCORE, assertion=once).status_code == 200
    assert tool.ask_token(SCORE, assertion=once).status_code == 401


@must("refuse other grants and other kinds of assertion (RFC 6749, 5.2)")
def _(scene: Scene) -> None:
    answer = scene.tool.ask_token(SCORE, grant_type="password")
    assert (answer.status_code, answer.get_json()["error"]) == (400, "unsupported_grant_type")
    answer = scene.tool.ask_token(SCORE, client_assertion_type="other")
    assert answer.status_code == 400


# --- services -----------------------------------------------------------------------------------------------------


def services(scene: Scene) -> list[tuple[str, str, set[str], dict[str, Any]]]:
    """Each call of a service: method, address, the scopes that allow it, and what is sent."""
    items = line_items_url(scene.ent)
    item = create(scene.tool, items).get_json()["id"]
    body = {"label": "Quiz", "scoreMaximum": 20}
    new = {"body": body, "media_type": LINE_ITEM_TYPE}
    points = {"body": score(scene.ent), "media_type": SCORE_TYPE}
    return [
        ("GET", items, {LINE_ITEM, LINE_ITEM_READ}, {}),
        ("POST", items, {LINE_ITEM}, new),
        ("GET", item, {LINE_ITEM, LINE_ITEM_READ}, {}),
        ("PUT", item, {LINE_ITEM}, new),
        ("POST", item.replace("?", "/scores?"), {SCORE}, points),
        ("GET", item.replace("?", "/results?"), {RESULT}, {}),
        ("GET", members_url(scene.ent), {MEMBERS}, {}),
        ("DELETE", item, {LINE_ITEM}, {}),
    ]


@must("answer 401 to who brings no token, or one that it did not give (RFC 6750, 3)")
def _(scene: Scene) -> None:
    for method, url, _, _ in services(scene):
        for headers in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic YTpi"}):
            answer = scene.tool.client.open(url.removeprefix(ISSUER), method=method, json={}, headers=headers)
            assert answer.status_code == 401, (method, url)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@must("answer 403 to a token for another scope (RFC 6750, 3.1; AGS 3.1)")
def _(scene: Scene) -> None:
    for method, url, allowing, sent in services(scene):
        for scope in {LINE_ITEM, LINE_ITEM_READ, RESULT, SCORE, MEMBERS} - allowing:
            assert scene.tool.call(url, scope, method=method, **sent).status_code == 403, (method, url, scope)


@must("let each scope do alone what it is for (AGS 3.1)")
def _(scene: Scene) -> None:
    for method, url, allowing, sent in services(scene):
        for scope in sorted(allowing):
            assert scene.tool.call(url, scope, method=method, **sent).status_code < 300, (method, url, scope)


@must("refuse a token that is over (RFC 6750, 3.1)")
def _(scene: Scene) -> None:
    token = scene.tool.ask_token(MEMBERS).get_json()["access_token"]
    path = members_url(scene.ent).removeprefix(ISSUER)
    headers = {"Authorization": f"Bearer {token}"}
    assert scene.tool.client.get(path, headers=headers).status_code == 200
    scene.ent.clock = lambda: datetime.now(UTC) + timedelta(hours=2)
    assert scene.tool.client.get(path, headers=headers).status_code == 401


@must("show a tool nothing of another's (AGS 3.1; NRPS 2.4)")
def _(scene: Scene) -> None:
    item = create(scene.tool, line_items_url(scene.ent)).get_json()["id"]
    assert scene.other.call(item, LINE_ITEM).status_code in (403, 404)
    assert scene.other.call(item, LINE_ITEM, method="DELETE").status_code in (403, 404)
    theirs = scene.ent.add_link("5A", title="Other", client_id=scene.other.client_id)
    answer = scene.tool.call(members_url(scene.ent), MEMBERS, rlid=theirs.id)
    assert answer.status_code in (403, 404)
    bound = create(scene.tool, line_items_url(scene.ent), resourceLinkId=theirs.id)
    assert bound.status_code == 404


@must("answer in the media types of the services (AGS 3.2; NRPS 2.4)")
def _(scene: Scene) -> None:
    items = line_items_url(scene.ent)
    made = create(scene.tool, items)
    assert (made.status_code, made.mimetype) == (201, LINE_ITEM_TYPE)
    item = made.get_json()["id"]
    for url, scope, media in (
        (items, LINE_ITEM_READ, LINE_ITEMS_TYPE),
        (item, LINE_ITEM_READ, LINE_ITEM_TYPE),
        (item.replace("?", "/results?"), RESULT, RESULTS_TYPE),
        (members_url(scene.ent), MEMBERS, MEMBERS_TYPE),
    ):
        assert scene.tool.call(url, scope, accept=media).mimetype == media
    wrong = scene.tool.call(items, LINE_ITEM, method="POST", body={"label": "a"}, media_type="text/plain")
    assert wrong.status_code == 415


def followed(scene: Scene, url: str, scope: str, **query: str) -> list[Any]:
    """Every page, by the Link headers."""
    pages = [scene.tool.call(url, scope, **query)]
    while True:
        links = {relation: target for target, relation in LINK.findall(pages[-1].headers.get("Link", ""))}
        if "next" not in links:
            return [page.get_json() for page in pages]
        assert links["next"].startswith(ISSUER)
        pages.append(scene.tool.call(links["next"], scope))
        assert len(pages) < 20


@must("page by Link headers, each entry once (AGS 3.2.4, 3.3.5; NRPS 2.4.2; RFC 8288)")
def _(scene: Scene) -> None:
    items = line_items_url(scene.ent)
    for number in range(5):
        create(scene.tool, items, label=f"Quiz {number}", tag="paged")
    pages = followed(scene, items, LINE_ITEM_READ, limit="2", tag="paged")
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {item["label"] for page in pages for item in page} == {f"Quiz {number}" for number in range(5)}
    item = pages[0][0]["id"]
    for login in ("lina", "tom", "ines"):
        publish(scene.tool, item, score(scene.ent, login))
    results = followed(scene, item.replace("?", "/results?"), RESULT, limit="2")
    assert len({result["userId"] for page in results for result in page}) == 3
    assert len(results) == 2
    whole = scene.tool.call(members_url(scene.ent), MEMBERS).get_json()["members"]
    members = followed(scene, members_url(scene.ent), MEMBERS, limit="2")
    assert [member for page in members for member in page["members"]] == whole
    assert all(len(page["members"]) <= 2 for page in members)


@must("filter line items by link, resource and tag together (AGS 3.2.3)")
def _(scene: Scene) -> None:
    items, link = line_items_url(scene.ent), scene.ent.link("5A")
    create(scene.tool, items, label="A", tag="t", resourceId="r", resourceLinkId=link.id)
    create(scene.tool, items, label="B", tag="t", resourceId="r")
    create(scene.tool, items, label="C", tag="t")

    def labels(**filters: str) -> list[str]:
        return [item["label"] for item in scene.tool.call(items, LINE_ITEM_READ, **filters).get_json()]

    assert labels(tag="t") == ["A", "B", "C"]
    assert labels(tag="t", resource_id="r") == ["A", "B"]
    assert labels(tag="t", resource_id="r", resource_link_id=link.id) == ["A"]
    assert labels(tag="other") == []


@must("keep line items as they were sent, and refuse those without label or maximum (AGS 3.2)")
def _(scene: Scene) -> None:
    items = line_items_url(scene.ent)
    for wrong in ({"label": " "}, {"label": None}, {"scoreMaximum": 0}, {"scoreMaximum": "20"}):
        assert create(scene.tool, items, **wrong).status_code == 400
    made = create(scene.tool, items, tag="t", resourceId="r").get_json()
    assert (made["label"], made["scoreMaximum"], made["tag"], made["resourceId"]) == ("Quiz", 20, "t", "r")
    put = {"id": made["id"], "label": "Quiz 2", "scoreMaximum": 10}
    answer = scene.tool.call(made["id"], LINE_ITEM, method="PUT", body=put, media_type=LINE_ITEM_TYPE)
    changed = answer.get_json()
    assert (changed["id"], changed["label"]) == (made["id"], "Quiz 2")
    assert "tag" not in changed
    assert scene.tool.call(made["id"], LINE_ITEM, method="DELETE").status_code in (200, 204)
    assert scene.tool.call(made["id"], LINE_ITEM).status_code == 404


@must("take scores in order, refuse older and wrong ones (AGS 3.4)")
def _(scene: Scene) -> None:
    ent, tool = scene.ent, scene.tool
    item = create(tool, line_items_url(ent)).get_json()["id"]
    assert publish(tool, item, score(ent, scoreGiven=12)).status_code in (200, 201, 204)
    assert publish(tool, item, score(ent, scoreGiven=13)).status_code == 409
    assert publish(tool, item, score(ent, seconds=-5, scoreGiven=13)).status_code == 409
    assert publish(tool, item, score(ent, seconds=5, scoreGiven=25)).status_code < 300
    wrong: tuple[dict[str, Any], ...] = (
        {"userId": "absent"},
        {"userId": "nobody"},
        {"timestamp": "absent"},
        {"timestamp": "2026-11-03T10:00:00"},
        {"activityProgress": "Done"},
        {"gradingProgress": "absent"},
        {"scoreGiven": -1},
        {"scoreMaximum": "absent"},
        {"scoreMaximum": 0},
    )
    for change in wrong:
        assert publish(tool, item, score(ent, seconds=10, **change)).status_code in (400, 404, 422), change
    assert publish(tool, item, score(ent, "morel", seconds=10)).status_code in (400, 404, 422)
    (result,) = tool.call(item.replace("?", "/results?"), RESULT).get_json()
    assert (result["resultScore"], result["resultMaximum"]) == (25, 20)


@must("give results on the scale of the line item, of one person if asked (AGS 3.3)")
def _(scene: Scene) -> None:
    ent, tool = scene.ent, scene.tool
    item = create(tool, line_items_url(ent)).get_json()["id"]
    publish(tool, item, score(ent, scoreGiven=5, scoreMaximum=10, comment="Bien"))
    publish(tool, item, score(ent, "tom", scoreGiven=20))
    url, lina = item.replace("?", "/results?"), ent.account("lina").id
    (result,) = tool.call(url, RESULT, user_id=lina).get_json()
    assert result["scoreOf"] == item
    assert result["id"]
    assert (result["userId"], result["resultScore"], result["resultMaximum"]) == (lina, 10, 20)
    assert result["comment"] == "Bien"
    publish(tool, item, score(ent, seconds=5, scoreGiven="absent", scoreMaximum="absent"))
    (cleared,) = tool.call(url, RESULT, user_id=lina).get_json() or [{}]
    assert cleared.get("resultScore") is None


@must("list members by the same ids and roles as in launches (NRPS 2.2)")
def _(scene: Scene) -> None:
    answer = scene.tool.call(members_url(scene.ent), MEMBERS).get_json()
    assert answer["id"] == members_url(scene.ent)
    launched = {login: scene.launch(login) for login in ("morel", "lina", "samira")}
    assert answer["context"]["id"] == launched["lina"][LTI + "context"]["id"]
    members = {member["user_id"]: member for member in answer["members"]}
    for claims in launched.values():
        member = members[claims["sub"]]
        assert member["status"] == "Active"
        assert set(member["roles"]) <= set(claims[LTI + "roles"])
        assert all(ROLE.fullmatch(role) for role in member["roles"])
        assert "message" not in member


@must(
    "filter members by role, as URI and as bare word, and tell each member's message of a link (NRPS 2.4.1, 3)"
)
def _(scene: Scene) -> None:
    url = members_url(scene.ent)
    for role in (LIS + "membership%23Learner", "Learner"):
        members = scene.tool.call(url, MEMBERS, role=role).get_json()["members"]
        assert {member["name"] for member in members} == {"Lina Benali", "Tom Garnier", "Inès Moreau"}
    members = scene.tool.call(url, MEMBERS, rlid=scene.ent.link("5A").id).get_json()["members"]
    for member in members:
        (message,) = member["message"]
        assert message[LTI + "message_type"] == "LtiResourceLinkRequest"
        assert all(isinstance(value, str) for value in message[LTI + "custom"].values())


# --- deep linking -------------------------------------------------------------------------------------------------


@must("ask for content with all settings, and no link (DL 4.4)")
def _(scene: Scene) -> None:
    _, claims = scene.picking()
    assert claims[LTI + "message_type"] == "LtiDeepLinkingRequest"
    assert claims[LTI + "version"] == "1.3.0"
    assert LTI + "resource_link" not in claims
    settings = claims[DL + "deep_linking_settings"]
    assert settings["deep_link_return_url"].startswith(ISSUER)
    types = {"link", "ltiResourceLink", "file", "html", "image", "ltiAssetProcessor"}
    assert set(settings["accept_types"]) <= types
    assert "ltiResourceLink" in settings["accept_types"]
    assert set(settings["accept_presentation_document_targets"]) <= {"iframe", "window", "embed"}
    for flag in ("accept_multiple", "accept_lineitem", "auto_create"):
        assert isinstance(settings.get(flag, False), bool)
    assert isinstance(settings["data"], str)


@must("take what was chosen, and launch it at its own address (DL 4.5)")
def _(scene: Scene) -> None:
    item = {
        "type": "ltiResourceLink",
        "title": "<b>Les fractions</b>",
        "url": f"{scene.tool.host}/page/7",
        "custom": {"chapter": "3"},
        "lineItem": {"scoreMaximum": 12, "resourceId": "page-7", "tag": "page"},
    }
    browser, claims = scene.picking()
    assert scene.choose(browser, claims, item).status_code in (200, 302, 303)
    (link,) = (link for link in scene.ent.links("5A") if link.title == item["title"])
    launched = scene.tool.launch(browser, link.id)
    assert launched[LTI + "target_link_uri"] == item["url"]
    assert launched[LTI + "custom"]["chapter"] == "3"
    column = scene.tool.call(launched[AGS]["lineitem"], LINE_ITEM_READ).get_json()
    assert (column["scoreMaximum"], column["resourceId"], column["tag"]) == (12, "page-7", "page")
    assert column["resourceLinkId"] == link.id
    assert "<b>Les fractions" not in browser.text(f"/classes/{scene.ent.school_class('5A').id}")


@must("refuse an answer that is not the tool's, not fresh, or not to this question (DL 4.5; Security 5.2)")
def _(scene: Scene) -> None:
    moment = int(datetime.now(UTC).timestamp())
    changes: tuple[dict[str, Any], ...] = (
        {"iss": "nobody"},
        {"iss": scene.other.client_id},
        {"aud": "https://other.example"},
        {"aud": None},
        {"exp": moment - 600},
        {"exp": None},
        {"iat": moment + 600},
        {"iat": None},
        {"nonce": None},
        {LTI + "message_type": "LtiResourceLinkRequest"},
        {LTI + "version": "1.3"},
        {LTI + "deployment_id": "another"},
        {DL + "data": None},
        {DL + "data": "another"},
    )
    browser, claims = scene.picking()
    before = len(scene.ent.links("5A"))
    for change in changes:
        assert scene.choose(browser, claims, **change).status_code == 400, change
    token = scene.chosen(claims)
    swapped = token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:]
    path = urlsplit(claims[DL + "deep_linking_settings"]["deep_link_return_url"]).path
    assert browser.client.post(path, data={"JWT": swapped}).status_code == 400
    assert len(scene.ent.links("5A")) == before


@must("take an answer once, in the session that asked (DL 4.5)")
def _(scene: Scene) -> None:
    browser, claims = scene.picking()
    assert scene.choose(scene.browser("morel"), claims).status_code == 400
    assert scene.choose(scene.browser("lina"), claims).status_code in (400, 403)
    assert scene.choose(browser, claims).status_code < 400
    assert scene.choose(browser, claims).status_code == 400


@must("take no content that it did not offer to take, nor dangerous addresses (DL 4.4.1)")
def _(scene: Scene) -> None:
    before = len(scene.ent.links("5A"))
    for item in (
        {"type": "strange", "url": "https://example.org"},
        {"type": "link", "url": "javascript:alert(1)", "title": "x"},
        {"type": "link", "url": "data:text/html,x", "title": "x"},
        {"type": "ltiResourceLink", "url": "https://evil.example/", "title": "x"},
        {"type": "ltiResourceLink", "title": "x", "lineItem": {"scoreMaximum": 0}},
        {"type": "ltiResourceLink", "title": ["x"]},
        "no object",
    ):
        browser, claims = scene.picking()
        assert scene.choose(browser, claims, item).status_code == 400, item
    assert len(scene.ent.links("5A")) == before


# --- the table ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tools() -> list[FakeTool]:
    """Theirs, another's, and a narrow one."""
    names = {"classeur": "http://tool.test", "other": "http://other.test", "narrow": "http://narrow.test"}
    made = [FakeTool(name, host) for name, host in names.items()]
    made[2].registration = replace(made[2].registration, scopes=(SCORE,))
    return made


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, tools: list[FakeTool]) -> Path:
    """A school, to be copied."""
    path = tmp_path_factory.mktemp("ent") / "ent.db"
    create_ent(database=path, public_url=ISSUER, tool=tools[0].registration)
    return path


@pytest.fixture
def scene(opened: Path, tools: list[FakeTool], tmp_path: Path) -> Scene:
    """A school of its own for each check."""
    first, *others = (tool.registration for tool in tools)
    app = create_ent(
        database=Path(shutil.copy(opened, tmp_path / "ent.db")),
        public_url=ISSUER,
        tool=first,
        other_tools=others,
    )
    for tool in tools:
        tool.app = app
    return Scene(ent_of(app), *tools)


@pytest.mark.parametrize("name", CHECKS)
def test_the_platform_must(name: str, scene: Scene) -> None:
    CHECKS[name](scene)
