"""Registering in the browser of a platform's administrator: each way it can go wrong is told, and nothing is lost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import expect
from werkzeug.test import TestResponse

from binder import db
from binder.clock import frozen, now
from binder.errors import Conflict, NotFound
from binder.models import Tenant
from binder.storage import FileStorage
from lti import LTI
from lti.keyring.sealing import MARK, Sealer
from lti.models import Context, Deployment, DeploymentPolicy, Invitation, Registration, RegistrationStatus
from lti.platforms import invitations, registering, registrations
from lti.protocol.introduction import SCOPES, TOOL_CONFIGURATION, Choice
from lti.protocol.registering import RegistrationRefused
from tests import factories
from tests.browser import chromium, reach, violations
from tests.keys import PRIVATE_KEY
from tests.lti.protocol.server import Asked, Server, Told
from tests.lti.protocol.test_registering import about, configuration
from tests.lti.school import served
from tests.lti.test_admin import WCAG

SECRET = "a secret of the tests"


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Any:
    """One database will do: nothing here depends on which."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


class Platform:
    """A platform that registers tools."""

    def __init__(self, server: Server) -> None:
        self.server = server
        server.answer = self.answer
        self.about: dict[str, Any] = {}
        self.told: Told | None = None
        self.client_id = "c1"
        self.deployment: str | None = "d1"
        self.granted = " ".join(SCOPES)
        self.posted: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Told:
        if asked.path == "/config":
            return Told(200, json.dumps(configuration(self.server.url, **self.about)).encode())
        if self.told is not None:
            return self.told
        if asked.body:
            self.posted.append(asked.json)
        body = {
            "client_id": self.client_id,
            "scope": self.granted,
            "registration_client_uri": f"{self.server.url}/registration/c1",
            TOOL_CONFIGURATION: {"deployment_id": self.deployment} if self.deployment else {},
        }
        token = {"registration_access_token": "kept"} if asked.method == "POST" else {}
        return Told(201, json.dumps({**body, **token}).encode())


@pytest.fixture
def platform(server: Server) -> Platform:
    return Platform(server)


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path) -> Flask:
    app = Flask("host")
    app.config.update(
        SECRET_KEY="tests",
        LTI_PRIVATE_KEYS=PRIVATE_KEY,
        LTI_BASE_URL="https://tool.example",
        LTI_SECRET=SECRET,
        LTI_ALLOW_HTTP_LOOPBACK=True,
        LTI_HTTP_RETRY_SECONDS=0,
    )
    LTI(engine, storage=FileStorage(tmp_path / "files")).init_app(app)
    return app


def tool_of(app: Flask) -> LTI:
    tool: LTI = app.extensions["lti"]
    return tool


def invite(app: Flask, **more: Any) -> str:
    """The secret of a link."""
    with tool_of(app).begin() as session:
        return invitations.invite(session, invitations.school(session, "Collège").id, **more)[1]


def review(app: Flask, secret: str, platform: Platform, token: str = "once") -> TestResponse:  # noqa: S107
    query = {"openid_configuration": f"{platform.server.url}/config", "registration_token": token}
    return app.test_client().get(f"/lti/register/{secret}", query_string=query)


def seal(page: TestResponse) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return found[1]


def confirm(app: Flask, secret: str, page: TestResponse, **fields: Any) -> TestResponse:
    data = {"seal": seal(page), "privacy": "name_only", "placement": ["ContentArea"], **fields}
    return app.test_client().post(f"/lti/register/{secret}", data=data)


def known(app: Flask) -> list[Registration]:
    with tool_of(app).reading() as session:
        return list(session.scalars(sa.select(Registration).order_by(Registration.id)))


def test_the_review_says_what_will_be_asked_and_registers_nothing(app: Flask, platform: Platform) -> None:
    page = review(app, invite(app), platform)
    assert page.status_code == 200
    for text in (
        "Collège",
        "moodle 4.5",
        "https://tool.example/lti/login",
        *SCOPES,
        "Là où un enseignant ajoute",
    ):
        assert text in page.text
    assert "once" not in page.text, "the platform's token is no business of a page"
    assert not known(app)
    assert not platform.posted
    with tool_of(app).reading() as session:
        kept = session.scalars(sa.select(Invitation)).one().under_way
    assert kept is not None
    assert kept["token"].startswith(MARK)


def test_yes_registers_with_what_was_chosen(app: Flask, platform: Platform) -> None:
    secret = invite(app, policy=DeploymentPolicy.AUTO, note="Le Moodle")
    done = confirm(app, secret, review(app, secret, platform), privacy="anonymous", placement=[])
    assert done.status_code == 200
    assert 'data-close="org.imsglobal.lti.close"' in done.text
    (posted,) = platform.posted
    assert posted[TOOL_CONFIGURATION]["claims"] == ["iss", "sub", "locale"]
    types = {each["type"]: each for each in posted[TOOL_CONFIGURATION]["messages"]}
    assert "placements" not in types["LtiDeepLinkingRequest"]
    (made,) = known(app)
    assert (made.issuer, made.client_id, made.name) == (platform.server.url, "c1", "Le Moodle")
    assert (made.status, made.policy) == (RegistrationStatus.PENDING, DeploymentPolicy.AUTO)
    assert made.scopes == list(SCOPES)
    assert tool_of(app).sealer.open(made.registration_token or "") == "kept"
    assert made.registration_token != "kept"
    with tool_of(app).reading() as session:
        assert session.scalars(sa.select(Deployment.deployment_id)).all() == ["d1"]


def test_at_once_and_without_a_deployment(app: Flask, platform: Platform) -> None:
    platform.deployment = None
    secret = invite(app, needs_approval=False)
    confirm(app, secret, review(app, secret, platform))
    assert [each.status for each in known(app)] == [RegistrationStatus.ACTIVE]
    with tool_of(app).reading() as session:
        assert not session.scalars(sa.select(Deployment)).all()


def test_a_link_serves_once_and_for_a_time(app: Flask, platform: Platform) -> None:
    secret = invite(app)
    page = review(app, secret, platform)
    assert confirm(app, secret, page).status_code == 200
    for answer in (confirm(app, secret, page), review(app, secret, platform)):
        assert answer.status_code == 410
        assert "déjà servi" in answer.text
    assert len(known(app)) == 1
    late = invite(app, lifetime=timedelta(days=1))
    page = review(app, late, platform)
    with frozen(now() + timedelta(days=2)):
        assert review(app, late, platform).status_code == 410
        assert "périmé" in confirm(app, late, page).text
    nobodys = review(app, "x" * 43, platform)
    assert nobodys.status_code == 404
    assert "pas valable" in nobodys.text
    assert app.test_client().post("/lti/register/x", data={"seal": "é"}).status_code == 404


def test_by_hand_the_link_says_what_it_is_for(app: Flask) -> None:
    secret = invite(app)
    page = app.test_client().get(f"/lti/register/{secret}")
    assert page.status_code == 200
    assert f"https://tool.example/lti/register/{secret}" in page.text
    assert app.test_client().get("/lti/register/nothing").status_code == 404


@pytest.mark.parametrize(
    ("told", "status", "words"),
    [
        (Told(400, b'{"error": "missing_domain", "error_description": "<b>no</b>"}'), 502, "&lt;b&gt;no"),
        (Told(503), 502, "Rien n’est perdu"),
        (Told(200, b"{}"), 502, "Rien n’est perdu"),
    ],
)
def test_the_platform_may_fail_and_be_asked_again(
    app: Flask, platform: Platform, told: Told, status: int, words: str
) -> None:
    secret = invite(app)
    page = review(app, secret, platform)
    platform.told = told
    failed = confirm(app, secret, page, privacy="anonymous")
    assert failed.status_code == status
    assert words in failed.text
    assert re.search(r'value="anonymous" checked', failed.text), "what was chosen stays chosen"
    assert not known(app)
    platform.told = None
    assert confirm(app, secret, failed).status_code == 200
    assert len(known(app)) == 1


def test_a_spent_token_sends_back_to_the_platform(app: Flask, platform: Platform) -> None:
    secret = invite(app)
    page = review(app, secret, platform)
    platform.told = Told(401, b'{"error": "token_already_used"}')
    failed = confirm(app, secret, page)
    assert "token_already_used" in failed.text
    assert "Ouvrez de nouveau le lien" in failed.text
    platform.told = None
    assert confirm(app, secret, review(app, secret, platform, "another")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "https://other.example"}, "parle pour un autre"),
        ({"jwks_uri": "absent"}, "manque"),
        ({"token_endpoint": "http://ent.example/token"}, "https"),
        ({"id_token_signing_alg_values_supported": ["ES256"]}, "RS256"),
        ({"scopes_supported": 3}, "illisible"),
    ],
)
def test_a_configuration_that_will_not_do_is_told(
    app: Flask, platform: Platform, changes: dict[str, Any], words: str
) -> None:
    platform.about = changes
    page = review(app, invite(app), platform)
    assert page.status_code == 422
    assert words in page.text


def test_what_is_lacking_is_told_with_its_consequence(app: Flask, platform: Platform) -> None:
    platform.about = {
        "scopes_supported": ["openid"],
        **about(messages_supported=[{"type": "LtiResourceLinkRequest"}], variables=["User.id"]),
    }
    page = review(app, invite(app), platform)
    for words in (
        "aucun service",
        "Les notes restent ici",
        "ne laisse pas les enseignants choisir",
        "ne le connaît pas",
    ):
        assert words in page.text


def test_a_yes_counts_for_what_was_read_only(app: Flask, platform: Platform) -> None:
    secret = invite(app)
    first = review(app, secret, platform)
    second = review(app, secret, platform, "another token")
    stale = confirm(app, secret, first)
    assert stale.status_code == 409
    assert "Cette page est périmée" in stale.text
    forged = app.test_client().post(f"/lti/register/{secret}", data={"seal": "0" * 64})
    assert forged.status_code == 409
    assert not platform.posted
    assert confirm(app, secret, second).status_code == 200
    unread = invite(app)
    assert app.test_client().post(f"/lti/register/{unread}", data={"seal": "0" * 64}).status_code == 409


def test_two_who_say_yes_at_once_are_one_registration(app: Flask, platform: Platform) -> None:
    secret = invite(app)
    page = review(app, secret, platform)
    others: list[int] = []

    def meanwhile(asked: Asked) -> Told:
        if asked.method == "POST" and not others:
            others.append(confirm(app, secret, page).status_code)
            others.append(review(app, secret, platform).status_code)
        return platform.answer(asked)

    platform.server.answer = meanwhile
    assert confirm(app, secret, page).status_code == 200
    assert others == [409, 409]
    assert len(platform.posted) == 1


def test_what_is_registered_is_never_overwritten(app: Flask, platform: Platform) -> None:
    for expected in (200, 409):
        secret = invite(app)
        page = review(app, secret, platform)
        assert ("déjà inscrit" in page.text) is (expected == 409)
        answer = confirm(app, secret, page)
        assert answer.status_code == expected
        platform.granted = ""
    assert "existe déjà" in answer.text
    assert [each.scopes for each in known(app)] == [list(SCOPES)]
    platform.client_id = "c2"
    assert confirm(app, secret, review(app, secret, platform)).status_code == 200
    assert len(known(app)) == 2


def registered(app: Flask, platform: Platform) -> Registration:
    secret = invite(app)
    assert confirm(app, secret, review(app, secret, platform)).status_code == 200
    return known(app)[-1]


def test_reading_again_takes_over_what_is_granted(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)
    platform.granted, platform.deployment = SCOPES[0], "d2"
    with app.test_request_context():
        assert registrations.refresh(tool_of(app), made.id).scopes == SCOPES[:1]
        assert platform.server.asked[-1].headers["Authorization"] == "Bearer kept"
        platform.client_id = "somebody else's"
        with pytest.raises(RegistrationRefused):
            registrations.refresh(tool_of(app), made.id)
    assert known(app)[0].scopes == [SCOPES[0]]
    with tool_of(app).reading() as session:
        assert set(session.scalars(sa.select(Deployment.deployment_id))) == {"d1", "d2"}


def test_saying_it_anew_keeps_what_was_chosen(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)
    with app.test_request_context():
        registrations.update(tool_of(app), made.id)
    first, second = platform.posted
    assert {**first, "client_id": "c1"} == second
    platform.about = {"issuer": "https://other.example"}
    with app.test_request_context(), pytest.raises(registrations.configurations.ConfigurationInvalid):
        registrations.update(tool_of(app), made.id)


def test_one_that_was_made_by_hand_cannot_be_asked_for(app: Flask) -> None:
    with tool_of(app).begin() as session:
        by_hand = Registration(
            issuer="https://e.example",
            client_id="c",
            authorization_endpoint="a",
            token_endpoint="t",
            jwks_uri="j",
        )
        session.add(by_hand)
        session.flush()
        key = by_hand.id
    with pytest.raises(registrations.NotOffered):
        registrations.refresh(tool_of(app), key)
    with pytest.raises(NotFound):
        registrations.refresh(tool_of(app), invitations.uuid7())


def test_one_that_nobody_used_is_forgotten(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)
    with tool_of(app).begin() as session:
        registrations.forget(session, made.id)
    assert not known(app)
    with tool_of(app).begin() as session, pytest.raises(NotFound):
        registrations.forget(session, made.id)


def test_one_that_was_used_is_not(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)
    with tool_of(app).begin() as session:
        deployment = session.scalars(sa.select(Deployment)).one()
        school = session.get_one(Tenant, deployment.tenant_id)
        audience = factories.audience(session, school)
        session.add(
            Context(tenant_id=school.id, deployment_id=deployment.id, context_id="k", audience_id=audience.id)
        )
    with tool_of(app).begin() as session, pytest.raises(Conflict):
        registrations.forget(session, made.id)
    assert known(app)


def test_tokens_are_sealed_anew(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)
    with tool_of(app).begin() as session:
        assert registrations.reseal(session, Sealer(["another secret, longer", SECRET])) == 1
    sealed = known(app)[0].registration_token or ""
    assert sealed != made.registration_token
    assert Sealer(["another secret, longer"]).open(sealed) == "kept"


def test_odd_json_is_kept_as_every_database_takes_it() -> None:
    deep: Any = "x"
    for _ in range(50):
        deep = [deep]
    kept = registrations.kept({"a\0": "b\0c\ud800", "n": [1, None, True], "deep": deep})
    assert kept["a"] == "bc"
    assert kept["n"] == [1, None, True]
    json.dumps(kept).encode()


def test_a_choice_that_is_none_falls_back() -> None:
    assert Choice().wants("ContentArea")
    assert not Choice().wants("course_navigation")
    assert not Choice("name_only", frozenset()).wants("ContentArea")


def test_a_failure_of_our_own_leaves_the_link_open(
    app: Flask, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = invite(app)
    page = review(app, secret, platform)
    with monkeypatch.context() as patch:
        patch.setattr(registering, "_keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            confirm_in_code(app, secret)
    platform.client_id = "c2"
    assert confirm(app, secret, page).status_code == 200


def confirm_in_code(app: Flask, secret: str) -> None:
    with app.test_request_context():
        shown = registering.reopen(tool_of(app), secret)
        registering.finish(tool_of(app), secret, shown.fingerprint, Choice())


def test_the_command_tells_what_the_platform_says(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)
    runner = app.test_cli_runner()
    told = runner.invoke(args=["lti", "registration-refresh", str(made.id)])
    assert told.output == f"{len(SCOPES)} scopes are granted.\nDeployment d1.\n"
    platform.told = Told(403, b'{"error": "forbidden", "error_description": "not yours"}')
    refused = runner.invoke(args=["lti", "registration-refresh", "--json", str(made.id)])
    assert refused.exit_code == 1
    assert json.loads(refused.output)["said"] == "forbidden – not yours"


def test_administrators_ask_the_platform_by_a_click(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)
    tool_of(app).administrator = lambda: True
    client, path = app.test_client(), f"/lti/admin/registrations/{made.id}"
    base = {"base_url": "https://tool.example"}
    token = re.search(r'name="token" value="([^"]+)"', client.get(path, **base).text)
    assert token
    for what in ("refresh", "update"):
        answer = client.post(f"{path}/{what}", data={"token": token[1]}, **base)
        assert answer.location.endswith(f"done={what}")
        assert 'class="note good"' in client.get(answer.location, **base).text
    platform.told = Told(400, b'{"error": "no", "error_description": "<i>never</i>"}')
    failed = client.post(f"{path}/update", data={"token": token[1]}, **base)
    assert failed.status_code == 502
    assert "no – &lt;i&gt;never" in failed.text


def test_a_configuration_that_wants_the_token_is_not_needed_twice(app: Flask, platform: Platform) -> None:
    made = registered(app, platform)

    def closed(asked: Asked) -> Told:
        return Told(401) if asked.path == "/config" else platform.answer(asked)

    platform.server.answer = closed
    with app.test_request_context():
        registrations.update(tool_of(app), made.id)
    assert len(platform.posted) == 2


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "width"), [("fr", 375), ("en", 1280)])
def test_the_pages_are_clean_and_fit(app: Flask, platform: Platform, lang: str, width: int) -> None:
    tool_of(app).settings = replace(tool_of(app).settings, base_url=None)
    secret = invite(app)
    with served(app) as origin, chromium(bare=True) as browser:
        context = browser.new_context(locale=lang, viewport={"width": width, "height": 800})
        page = context.new_page()
        looks = []

        def look() -> None:
            looks.append(page.url)
            assert not violations(page, WCAG), page.url
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

        for query in ("", f"?openid_configuration={platform.server.url}/config"):
            page.goto(f"{origin}/lti/register/{secret}{query}")
            look()
        platform.told = Told(400, b'{"error": "missing_domain"}')
        page.locator("button.primary").click()
        look()
        platform.told = None
        reach(page, page.locator("button.primary"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Classeur")
        look()
        page.goto(f"{origin}/lti/register/{secret}")
        look()
        assert len(looks) == 5
        context.close()
