"""The doctor says in one sentence each what is broken: the server in front, keys, cookies, what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from binder import db, outbox
from binder.clock import now, uuid7
from binder.models import OutboxEntry
from binder.storage import FileStorage
from lti import LTI, doctor
from lti.doctor import checkups
from lti.keyring import rotation
from lti.keyring.sealing import Sealer
from lti.models import (
    Deployment,
    DeploymentStatus,
    KeyState,
    Launch,
    RefusedLaunch,
    Registration,
    RegistrationStatus,
    ToolKey,
)
from tests import factories
from tests.flows.world import serving
from tests.keys import PRIVATE_KEY, new_pem
from tests.lti.protocol.server import Server

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """One database will do: nothing here depends on which."""
    path = tmp_path / "test.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = db.create_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def host(engine: sa.Engine, folder: Path, *, prefix: str = "/lti", **settings: Any) -> Flask:
    """A host with Classeur in it."""
    app = Flask("host")
    values = {"SECRET_KEY": "t", "LTI_PRIVATE_KEYS": PRIVATE_KEY, "LTI_ALLOW_HTTP_LOOPBACK": True, **settings}
    app.config.update(values)
    LTI(engine, storage=FileStorage(folder)).init_app(app, url_prefix=prefix)
    return app


def findings(app: Flask) -> dict[str, checkups.Finding]:
    """What → what was found."""
    with app.app_context():
        return {finding.what: finding for finding in doctor.examine(app.extensions["lti"])}


def in_front(app: Flask, change: Change) -> Any:
    """A server in front of the app that changes what arrives."""
    inner = app.wsgi_app

    def front(environ: dict[str, Any], start: Any) -> Any:
        change(environ)
        return inner(environ, start)

    app.wsgi_app = front  # type: ignore[method-assign]
    return app


def from_outside(
    engine: sa.Engine, folder: Path, change: Change = lambda environ: None, **more: Any
) -> dict[str, Any]:
    """Findings of an app whose public address is that of a server that runs."""
    app = Flask("host")
    with serving(app) as port:
        base = f"http://127.0.0.1:{port}"
        app.config.update(
            SECRET_KEY="t",
            LTI_PRIVATE_KEYS=PRIVATE_KEY,
            LTI_ALLOW_HTTP_LOOPBACK=True,
            LTI_BASE_URL=base,
            **more,
        )
        LTI(engine, storage=FileStorage(folder)).init_app(app)
        in_front(app, change)
        return findings(app)


def test_a_sound_address_is_found_sound(engine: sa.Engine, tmp_path: Path) -> None:
    found = from_outside(engine, tmp_path)
    assert found["own address"].ok
    assert "leads here" in found["own address"].says
    assert found["own key set"].ok


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wsgi.url_scheme": "https"}, "X-Forwarded-Proto"),
        ({"HTTP_HOST": "inside:8000"}, "X-Forwarded-Host"),
        ({"SCRIPT_NAME": "/behind"}, "X-Forwarded-Prefix"),
    ],
)
def test_a_server_in_front_that_tells_too_little(
    engine: sa.Engine, tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    found = from_outside(engine, tmp_path, lambda environ: environ.update(changes))
    assert not found["own address"].ok
    assert words in found["own address"].says


def test_an_address_that_leads_elsewhere(engine: sa.Engine, tmp_path: Path, server: Server) -> None:
    server.tells({"hello": "world"})
    found = findings(host(engine, tmp_path, LTI_BASE_URL=server.url))
    assert "not as Classeur" in found["own address"].says
    assert not found["own address"].ok
    found = findings(host(engine, tmp_path, LTI_BASE_URL="http://127.0.0.1:9"))
    assert found["own address"].ok, "many networks do not let a server see itself"
    assert "cannot be called" in found["own address"].says


def test_another_process_with_other_keys(engine: sa.Engine, tmp_path: Path) -> None:
    other = host(engine, tmp_path, LTI_PRIVATE_KEYS=new_pem())
    with serving(other) as port:
        found = findings(host(engine, tmp_path, LTI_BASE_URL=f"http://127.0.0.1:{port}"))
    assert found["own address"].ok
    assert "other keys" in found["own key set"].says


def test_the_mirror_tells_a_caller_only_their_own(engine: sa.Engine, tmp_path: Path) -> None:
    app = host(engine, tmp_path, prefix="/outils/classeur")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1)  # type: ignore[method-assign]
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tool.example"}
    answer = app.test_client().get("/outils/classeur/mirror", headers=headers)
    assert answer.json == {
        "scheme": "https",
        "host": "tool.example",
        "prefix": "/outils/classeur",
        "tool": "classeur",
    }


def test_secrets_that_lie_open(engine: sa.Engine, tmp_path: Path) -> None:
    with Session(db.writing(engine)) as session, session.begin():
        rotation.rotate(session, Sealer())
    found = findings(host(engine, tmp_path))
    assert "LTI_SECRET" in found["secrets"].says
    assert "keys reseal" in found["secrets"].says
    app = host(engine, tmp_path, LTI_SECRET="a secret of the tests")
    assert not findings(app)["secrets"].ok
    app.test_cli_runner().invoke(args=["lti", "keys", "reseal"])
    assert "secrets" not in findings(app)
    lost = findings(host(engine, tmp_path, LTI_SECRET="another secret of others"))
    assert not lost["keys"].ok
    assert "LTI_SECRET" in lost["keys"].says


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({KeyState.ACTIVE: 0}, "next key is missing"),
        ({KeyState.ACTIVE: 0, KeyState.NEXT: 31}, "over a month"),
        ({KeyState.ACTIVE: 0, KeyState.NEXT: 1, KeyState.RETIRING: 9}, "gone for a week"),
        ({KeyState.ACTIVE: 300, KeyState.NEXT: 1, KeyState.RETIRING: 1}, "the next is published"),
    ],
)
def test_keys_that_nobody_turns(
    engine: sa.Engine, tmp_path: Path, states: dict[KeyState, int], words: str
) -> None:
    with Session(db.writing(engine)) as session, session.begin():
        for state, days in states.items():
            key = rotation.add(session, Sealer(["a secret of the tests"]), new_pem(), state)
            key.created_at = key.changed_at = now() - timedelta(days=days)
        assert session.scalar(sa.select(sa.func.count()).select_from(ToolKey)) == len(states)
    found = findings(host(engine, tmp_path, LTI_SECRET="a secret of the tests"))
    assert words in found["keys in the database"].says
    assert found["keys in the database"].ok is ("published" in words)


def registration(**more: Any) -> Registration:
    return Registration(
        id=uuid7(),
        **{
            "issuer": "https://ent.example",
            "client_id": "c",
            "name": "L’ENT",
            "authorization_endpoint": "https://ent.example/auth",
            "token_endpoint": "https://ent.example/token",
            "jwks_uri": "https://ent.example/jwks",
            **more,
        },
    )


def test_what_waits_for_a_yes_and_what_was_not_granted(engine: sa.Engine, tmp_path: Path) -> None:
    with Session(db.writing(engine)) as session, session.begin():
        school = factories.tenant(session)
        active = registration(scopes=["https://purl.imsglobal.org/spec/lti-ags/scope/score"])
        session.add_all([active, registration(client_id="d", status=RegistrationStatus.PENDING)])
        session.flush()
        waits = Deployment(registration_id=active.id, deployment_id="d", tenant_id=school.id)
        waits.status = DeploymentStatus.PENDING
        session.add(waits)
    found = findings(host(engine, tmp_path))
    assert "1 wait for a yes" in found["registrations"].says
    assert "1 wait for a yes" in found["deployments"].says
    assert "columns of gradebooks, class lists" in found["L’ENT"].says
    assert "marks" not in found["L’ENT"].says


@pytest.mark.parametrize(("lost", "others", "ok"), [(0, 0, True), (5, 2, False), (1, 20, True)])
def test_cookies_that_do_not_come_back(
    engine: sa.Engine, tmp_path: Path, lost: int, others: int, ok: bool
) -> None:
    with Session(db.writing(engine)) as session, session.begin():
        for code, count in (("other-browser", lost), ("expired", others)):
            session.add_all(
                RefusedLaunch(reference="R", code=code, checks_passed=[], facts={}) for _ in range(count)
            )
    found = findings(host(engine, tmp_path))["cookies"]
    assert found.ok is ok
    assert ok or f"{lost} of the last {lost + others}" in found.says


def test_how_many_do_without_cookies(engine: sa.Engine, tmp_path: Path) -> None:
    with Session(db.writing(engine)) as session, session.begin():
        school = factories.tenant(session)
        platform = registration()
        session.add(platform)
        session.flush()
        for number in range(4):
            session.add(
                Launch(
                    tenant_id=school.id,
                    secret=str(number),
                    registration_id=platform.id,
                    role="Learner",
                    by_url=number < 3,
                    expires_at=now() + timedelta(hours=1),
                )
            )
    found = findings(host(engine, tmp_path))["cookies"]
    assert found.ok
    assert "75% of 4 open launches" in found.says


def test_what_is_tried_in_vain(engine: sa.Engine, tmp_path: Path) -> None:
    with Session(db.writing(engine)) as session, session.begin():
        outbox.put(session, factories.tenant(session).id, "grade.released", "a:b")
        entry = session.scalars(sa.select(OutboxEntry)).one()
        entry.tries, entry.error, entry.due_at = 6, "503: busy", now() + timedelta(hours=1)
    found = findings(host(engine, tmp_path))["on the way"]
    assert not found.ok
    assert "503: busy" in found.says
