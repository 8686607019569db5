"""The administrators' pages: who may open them, what they change, how they look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from binder import db, outbox
from binder.clock import frozen, now, uuid7
from binder.models import OutboxEntry, Tenant
from binder.storage import FileStorage
from lti import LTI
from lti.keyring import rotation
from lti.models import (
    AdminSession,
    Context,
    Deployment,
    DeploymentPolicy,
    DeploymentStatus,
    Invitation,
    Notice,
    NoticeHandler,
    RefusedLaunch,
    Registration,
    RegistrationStatus,
    ToolKey,
)
from lti.platforms import invitations
from tests import factories
from tests.browser import chromium, reach, violations
from tests.keys import PRIVATE_KEY
from tests.lti.school import served

TOKEN = re.compile(r'name="token" value="([^"]+)"')
PAGES = ("", "registrations", "deployments", "invitations", "outbox", "refused", "notices", "keys")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """One database will do: nothing here depends on which."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


class Rows:
    """A little of everything that the pages show."""

    def __init__(self, session: Session) -> None:
        self.school = factories.tenant(session)
        self.other = Tenant(id=uuid7(), name="Lycée du Parc")
        self.pending = self.registration("https://moodle.example", RegistrationStatus.PENDING)
        self.active = self.registration("https://ent.example", RegistrationStatus.ACTIVE)
        session.add_all([self.other, self.pending, self.active])
        session.flush()
        self.waiting, self.used = self.deployment("d-waiting"), self.deployment("d-used")
        self.waiting.status = DeploymentStatus.PENDING
        session.add_all([self.waiting, self.used])
        session.flush()
        audience = factories.audience(session, self.school)
        session.add(
            Context(
                tenant_id=self.school.id,
                deployment_id=self.used.id,
                context_id="k",
                audience_id=audience.id,
            )
        )
        session.add(
            NoticeHandler(
                deployment_id=self.used.id,
                service_url="https://ent.example/notices",
                address="https://tool.example/lti/notices",
                offered=["LtiContextCopyNotice"],
                agreed={},
                error="403",
            )
        )
        session.add(Notice(deployment_id=self.used.id, notice_id="n1", type="LtiHelloWorldNotice", claims={}))
        for event, subject in (("grade.released", "a:b"), ("grade.released", "a:c"), ("roster.wanted", "x")):
            outbox.put(session, self.school.id, event, subject)
        self.dead, self.failed, self.fresh = session.scalars(sa.select(OutboxEntry).order_by(OutboxEntry.id))
        self.dead.due_at, self.dead.error = None, "422: no such <user>"
        self.failed.error, self.failed.tries = "503: busy", 3
        session.add(
            RefusedLaunch(
                reference="ABCD1234",
                code="other-browser",
                check="state",
                checks_passed=["request"],
                issuer="https://ent.example",
                facts={"detail": "<script>"},
            )
        )
        rotation.rotate(session, _unsealed())
        session.flush()

    def registration(self, issuer: str, status: RegistrationStatus) -> Registration:
        """A platform."""
        return Registration(
            id=uuid7(),
            issuer=issuer,
            client_id=str(uuid4()),
            name=issuer.removeprefix("https://"),
            authorization_endpoint=f"{issuer}/auth",
            token_endpoint=f"{issuer}/token",
            jwks_uri=f"{issuer}/jwks",
            status=status,
            scopes=["https://purl.imsglobal.org/spec/lti-ags/scope/score", "https://x.example/own"],
            default_tenant_id=self.school.id,
        )

    def deployment(self, name: str) -> Deployment:
        """One of the active platform."""
        return Deployment(
            id=uuid7(), registration_id=self.active.id, deployment_id=name, tenant_id=self.school.id
        )


def _unsealed() -> rotation.Sealer:
    return rotation.Sealer()


@pytest.fixture
def rows(engine: sa.Engine) -> Rows:
    """What is in the database."""
    with Session(db.writing(engine), expire_on_commit=False) as session, session.begin():
        return Rows(session)


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path) -> Flask:
    """A host whose cookie `boss` says that somebody is an administrator."""
    app = Flask("host")
    app.config.update(SECRET_KEY="tests", LTI_PRIVATE_KEYS=PRIVATE_KEY, LTI_BASE_URL="https://tool.example")
    tool = LTI(
        engine,
        storage=FileStorage(tmp_path / "files"),
        administrator=lambda: request.cookies.get("boss") == "1",
    )
    tool.init_app(app)
    return app


@pytest.fixture
def boss(app: Flask) -> FlaskClient:
    """An administrator of the host."""
    client = app.test_client()
    client.set_cookie("boss", "1", domain="tool.example")
    return client


def visit(client: FlaskClient, path: str = "", **query: str) -> TestResponse:
    return client.get(f"/lti/admin/{path}", query_string=query, base_url="https://tool.example")


def send(client: FlaskClient, path: str, *, token: str | None = None, **fields: str) -> TestResponse:
    """A form of these pages."""
    if token is None:
        found = TOKEN.search(visit(client, "invitations").text)
        token = found[1] if found else ""
    data = {"token": token, **fields}
    return client.post(f"/lti/admin/{path}", data=data, base_url="https://tool.example")


def look(engine: sa.Engine, kind: type[db.Base], key: object) -> object:
    with Session(engine) as session:
        return session.get_one(kind, key)


@pytest.mark.parametrize("path", [*PAGES, "registrations/00000000-0000-7000-8000-000000000000", "enter"])
def test_nobody_else_learns_that_they_are_there(app: Flask, path: str) -> None:
    unknown = visit(app.test_client(), "nothing-here")
    answer = visit(app.test_client(), path)
    assert (answer.status_code, unknown.status_code) == (404, 404)


def test_without_a_word_of_the_host_there_are_none(engine: sa.Engine, tmp_path: Path) -> None:
    app = Flask("host")
    app.config.update(SECRET_KEY="tests", LTI_PRIVATE_KEYS=PRIVATE_KEY)
    LTI(engine, storage=FileStorage(tmp_path)).init_app(app)
    assert visit(app.test_client()).status_code == 404
    assert app.test_client().post("/lti/admin/outbox/again").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_there_with_and_without_rows(boss: FlaskClient, path: str) -> None:
    answer = visit(boss, path)
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_each_page_shows_what_there_is(boss: FlaskClient, rows: Rows, path: str) -> None:
    page = visit(boss, path)
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "no such <user>" not in page.text
    expected = {
        "": "1 plateforme attend",
        "registrations": "moodle.example",
        "deployments": "d-waiting",
        "outbox": "422: no such",
        "refused": "ABCD1234",
        "notices": "LtiHelloWorldNotice",
        "keys": "Dans la base de données",
    }
    assert expected.get(path, "") in page.text


def entered(app: Flask) -> tuple[FlaskClient, str]:
    """A browser that has used a link; the link's path."""
    told = app.test_cli_runner().invoke(args=["lti", "admin"]).output.strip()
    path = told.removeprefix("https://tool.example/lti/admin/")
    client = app.test_client()
    assert visit(client, path).status_code == 200
    answer = client.post(f"/lti/admin/{path}", base_url="https://tool.example")
    assert answer.status_code == 303
    return client, path


def test_a_link_opens_one_browser_once(app: Flask, engine: sa.Engine) -> None:
    client, path = entered(app)
    assert visit(client).status_code == 200
    (cookie,) = [each for each in client._cookies.values() if each.key == "lti-admin"]  # type: ignore[union-attr]
    assert (cookie.http_only, cookie.secure, cookie.same_site) == (True, True, "Lax")
    assert cookie.path == "/lti/admin/"
    other = app.test_client()
    assert other.post(f"/lti/admin/{path}", base_url="https://tool.example").status_code == 404
    assert visit(other).status_code == 404
    with Session(engine) as session:
        assert session.scalars(sa.select(AdminSession.secret)).one() != cookie.value, "its digest only"
    with frozen(now() + rotation.timedelta(hours=5)):
        assert visit(client).status_code == 404


def test_a_link_is_soon_over(app: Flask) -> None:
    path = app.test_cli_runner().invoke(args=["lti", "admin"]).output.strip().rpartition("/")[2]
    with frozen(now() + rotation.timedelta(minutes=16)):
        answer = app.test_client().post(f"/lti/admin/enter/{path}", base_url="https://tool.example")
    assert answer.status_code == 404


def test_who_leaves_is_out(app: Flask) -> None:
    client, _ = entered(app)
    cookie = next(each.value for each in client._cookies.values() if each.key == "lti-admin")  # type: ignore[union-attr]
    assert send(client, "leave").status_code == 303
    client.set_cookie("lti-admin", cookie, path="/lti/admin/", domain="tool.example")
    assert visit(client).status_code == 404


def test_forms_of_strangers_do_nothing(app: Flask, boss: FlaskClient, rows: Rows) -> None:
    for token in ("", "x", TOKEN.search(visit(entered(app)[0], "invitations").text)[1]):  # type: ignore[index]
        assert send(boss, f"outbox/{rows.dead.id}/drop", token=token).status_code == 400
    good = TOKEN.search(visit(boss, "invitations").text)
    assert good
    cross = boss.post(
        f"/lti/admin/outbox/{rows.dead.id}/drop",
        data={"token": good[1]},
        headers={"Sec-Fetch-Site": "cross-site"},
        base_url="https://tool.example",
    )
    assert cross.status_code == 400
    assert send(boss, f"outbox/{rows.dead.id}/drop", token=good[1]).status_code == 303


def test_a_registration_is_approved_and_switched_off(
    boss: FlaskClient, rows: Rows, engine: sa.Engine
) -> None:
    key = rows.pending.id
    assert "Donner mon accord" in visit(boss, f"registrations/{key}").text
    for status in ("active", "disabled", "active"):
        assert send(boss, f"registrations/{key}/switch", status=status).status_code == 303
        assert look(engine, Registration, key).status == status  # type: ignore[attr-defined]
    assert send(boss, f"registrations/{key}/switch", status="anything").status_code == 422
    assert (
        send(boss, "registrations/00000000-0000-7000-8000-000000000000/switch", status="active").status_code
        == 404
    )


def test_the_rule_for_new_deployments(boss: FlaskClient, rows: Rows, engine: sa.Engine) -> None:
    key = rows.active.id
    assert (
        send(boss, f"registrations/{key}/rule", policy="auto", school=str(rows.other.id)).status_code == 303
    )
    found = look(engine, Registration, key)
    assert (found.policy, found.default_tenant_id) == (DeploymentPolicy.AUTO, rows.other.id)  # type: ignore[attr-defined]
    assert send(boss, f"registrations/{key}/rule", policy="auto", school="").status_code == 303
    assert look(engine, Registration, key).default_tenant_id is None  # type: ignore[attr-defined]
    for school in (str(uuid4()), "x"):
        assert send(boss, f"registrations/{key}/rule", policy="auto", school=school).status_code == 404


def test_by_hand_there_is_nobody_to_ask(boss: FlaskClient, rows: Rows) -> None:
    answer = send(boss, f"registrations/{rows.active.id}/refresh")
    assert answer.status_code == 409
    assert "à la main" in answer.text
    assert send(boss, "registrations/00000000-0000-7000-8000-000000000000/update").status_code == 404


def test_only_what_nobody_used_is_taken_away(boss: FlaskClient, rows: Rows) -> None:
    assert send(boss, f"registrations/{rows.active.id}/forget").status_code == 409
    assert send(boss, f"registrations/{rows.pending.id}/forget").status_code == 303
    assert visit(boss, f"registrations/{rows.pending.id}").status_code == 404


def test_deployments_are_let_in_with_their_school(boss: FlaskClient, rows: Rows, engine: sa.Engine) -> None:
    path = f"deployments/{rows.waiting.id}"
    assert send(boss, path, status="approved", school=str(rows.other.id)).status_code == 303
    found = look(engine, Deployment, rows.waiting.id)
    assert (found.status, found.tenant_id) == (DeploymentStatus.APPROVED, rows.other.id)  # type: ignore[attr-defined]
    assert send(boss, path, status="denied", new_school="  Une   école neuve ").status_code == 303
    found = look(engine, Deployment, rows.waiting.id)
    assert look(engine, Tenant, found.tenant_id).name == "Une école neuve"  # type: ignore[attr-defined]
    used = f"deployments/{rows.used.id}"
    assert send(boss, used, status="approved", school=str(rows.other.id)).status_code == 409
    assert send(boss, used, status="denied").status_code == 303
    assert send(boss, path, status="approved", new_school="x" * 300).status_code == 422
    assert send(boss, f"deployments/{uuid4()}", status="approved").status_code == 404


def test_what_failed_is_sent_again_or_given_up(boss: FlaskClient, rows: Rows, engine: sa.Engine) -> None:
    assert "503: busy" not in visit(boss, "outbox", state="dead").text
    assert "503: busy" in visit(boss, "outbox", state="failed").text
    assert "503: busy" in visit(boss, "outbox", state="nonsense").text
    assert send(boss, f"outbox/{rows.failed.id}/drop").status_code == 404, "it is still being tried"
    again = send(boss, f"outbox/{rows.dead.id}/again")
    assert again.location.endswith("again=1")
    entry = look(engine, OutboxEntry, (rows.school.id, rows.dead.id))
    assert entry.due_at is not None  # type: ignore[attr-defined]
    assert send(boss, "outbox/again").location.endswith("again=1"), "the other one that failed"
    assert "1 envoi part" in visit(boss, "outbox", again="1").text
    assert send(boss, f"outbox/{uuid4()}/again").status_code == 404


def test_an_invitation_is_shown_once(boss: FlaskClient, rows: Rows, engine: sa.Engine) -> None:
    made = send(boss, "invitations", policy="auto", days="3", new_school="Collège neuf", note="Moodle")
    assert made.status_code == 200
    link = re.search(r'value="https://tool.example/lti/register/([\w-]+)"', made.text)
    assert link
    assert link[1] not in visit(boss, "invitations").text
    with Session(engine) as session:
        stored = session.scalars(sa.select(Invitation)).one()
        assert invitations.opened(session, link[1]).id == stored.id
        assert stored.needs_approval
    assert send(boss, f"invitations/{stored.id}/withdraw").status_code == 303
    with Session(engine) as session, pytest.raises(invitations.InvitationUnknown):
        invitations.opened(session, link[1])
    assert send(boss, f"invitations/{stored.id}/withdraw").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"policy": "auto", "days": "3"},
        {"policy": "auto", "days": "99", "new_school": "A"},
        {"policy": "no", "days": "3", "new_school": "A"},
    ],
)
def test_an_incomplete_invitation_is_refused(boss: FlaskClient, fields: dict[str, str]) -> None:
    assert send(boss, "invitations", **fields).status_code == 422


def test_keys_go_a_step_on(boss: FlaskClient, engine: sa.Engine) -> None:
    assert send(boss, "keys").location.endswith("turned=1")
    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ToolKey)) == 1
    page = visit(boss, "keys").text
    assert "Prochaine" in page
    assert "LTI_SECRET" in page


def test_a_reference_is_looked_up(boss: FlaskClient, rows: Rows) -> None:
    found = visit(boss, "refused", reference=" abcd1234 ").text
    assert "refuse les cookies" in found
    assert "&lt;script&gt;" in found
    assert "Aucune ouverture refusée" in visit(boss, "refused", reference="00000000").text


def test_commands_tell_and_change_the_same(app: Flask, rows: Rows, engine: sa.Engine) -> None:
    runner = app.test_cli_runner()

    def run(*words: str) -> str:
        return runner.invoke(args=["lti", *words]).output

    assert "moodle.example" in run("registrations", "--pending")
    assert "ent.example" not in run("registrations", "--pending")
    assert "is active" in run("registrations", "approve", str(rows.pending.id))
    assert "d-waiting" in run("deployments", "--pending")
    assert "is denied" in run("deployments", "deny", str(rows.waiting.id))
    assert "say which" in run("deployments", "approve")
    assert "422: no such" in run("outbox")
    assert "roster.wanted" not in run("outbox", "--failed")
    assert "2 are due now" in run("outbox", "--resend")
    assert "other-browser" in run("refused")
    assert "other-browser" in run("refused", "abcd1234")
    assert run("refused", "00000000") == "None.\n"
    assert "registration-by-hand" in run("registration-refresh", str(rows.active.id))
    assert look(engine, Registration, rows.pending.id).status == "active"  # type: ignore[attr-defined]


def test_a_link_needs_our_address(engine: sa.Engine, tmp_path: Path) -> None:
    app = Flask("host")
    app.config.update(SECRET_KEY="tests", LTI_PRIVATE_KEYS=PRIVATE_KEY)
    LTI(engine, storage=FileStorage(tmp_path)).init_app(app)
    done = app.test_cli_runner().invoke(args=["lti", "admin"])
    assert done.exit_code == 1
    assert "LTI_BASE_URL" in done.output


def looked_at(rows: Rows) -> list[str]:
    """Paths of all pages, with rows."""
    return [
        *PAGES,
        f"registrations/{rows.pending.id}",
        f"registrations/{rows.active.id}",
        "outbox?state=waiting",
    ]


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "width"), [("fr", 375), ("en", 1280)])
def test_the_pages_are_clean_and_fit(
    engine: sa.Engine, tmp_path: Path, rows: Rows, lang: str, width: int
) -> None:
    app = Flask("host")
    app.config.update(SECRET_KEY="tests", LTI_PRIVATE_KEYS=PRIVATE_KEY)
    LTI(engine, storage=FileStorage(tmp_path / "files"), administrator=lambda: True).init_app(app)
    with served(app) as origin, chromium(bare=True) as browser:
        context = browser.new_context(
            locale=lang, viewport={"width": width, "height": 800}, has_touch=width < 500
        )
        page = context.new_page()
        for path in looked_at(rows):
            page.goto(f"{origin}/lti/admin/{path}")
            found = violations(page, WCAG)
            assert not found, (
                path,
                [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found],
            )
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} is {wide} px too wide"
        # by keyboard alone
        page.goto(f"{origin}/lti/admin/registrations/{rows.pending.id}")
        reach(page, page.get_by_role("button", name={"fr": "Donner mon accord", "en": "Approve"}[lang]))
        page.keyboard.press("Enter")
        page.wait_for_url("**done=saved")
        assert page.get_by_role("status").inner_text()
        context.close()
