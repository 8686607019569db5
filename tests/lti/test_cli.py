"""The `flask lti …` commands say what they did and what is to be mended."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask, jsonify
from sqlalchemy.orm import Session

from binder import db
from binder.clock import frozen, now
from binder.media.mediatypes import Limits
from binder.models import OutboxEntry, Tenant
from binder.resources import files, uploading
from binder.storage import FileStorage
from lti import LTI, SettingsInvalid
from lti.models import Deployment, Registration
from tests import factories
from tests.flows.world import serving
from tests.keys import PRIVATE_KEY, new_pem
from tests.lti.protocol.server import Server


def make_app(engine: sa.Engine, folder: Path, **settings: object) -> Flask:
    """A host with Classeur in it."""
    app = Flask("host")
    app.config.update({"SECRET_KEY": "tests", "LTI_ALLOW_HTTP_LOOPBACK": True, **settings})
    LTI(engine, storage=FileStorage(folder)).init_app(app)
    return app


def run(app: Flask, *words: str) -> Result:
    """One command."""
    return app.test_cli_runner().invoke(args=["lti", *words])


def register(app: Flask, base: str, *more: str) -> Result:
    """Make a platform known whose addresses are under `base`."""
    return run(
        app,
        *("register", "--issuer", "https://ent.example", "--client-id", "c1", "--tenant", "Collège"),
        *("--auth-url", f"{base}/auth", "--token-url", f"{base}/token", "--jwks-url", f"{base}/jwks"),
        *("--deployment", "d1", *more),
    )


@pytest.fixture
def platform() -> Iterator[str]:
    """A platform's server that has a key set, and nothing else."""
    app = Flask("platform")
    app.add_url_rule("/jwks", "jwks", lambda: jsonify(keys=[]))
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


def test_registering_prints_our_addresses_and_can_be_repeated(engine: sa.Engine, tmp_path: Path) -> None:
    app = make_app(engine, tmp_path, LTI_BASE_URL="https://tool.example")
    first = register(app, "https://ent.example")
    assert first.exit_code == 0, first.output
    for path in ("/lti/login", "/lti/launch", "/lti/jwks"):
        assert f"https://tool.example{path}" in first.output
    register(app, "https://moved.example", "--deployment", "d2", "--audience", "https://ent.example/aud")
    with sa.orm.Session(engine) as session:
        row = session.scalars(sa.select(Registration)).one()
        assert row.token_endpoint == "https://moved.example/token"
        assert row.token_audience == "https://ent.example/aud"
        assert sorted(session.scalars(sa.select(Deployment.deployment_id))) == ["d1", "d2"]
        assert len(session.scalars(sa.select(Tenant)).all()) == 1


def test_a_missing_option_is_named(engine: sa.Engine, tmp_path: Path) -> None:
    answer = run(make_app(engine, tmp_path), "register", "--issuer", "https://ent.example")
    assert answer.exit_code == 2
    assert "--client-id" in answer.output


def test_keys_prints_a_key_that_the_settings_take(engine: sa.Engine, tmp_path: Path) -> None:
    pem = run(make_app(engine, tmp_path), "keys").output
    app = make_app(engine, tmp_path, LTI_PRIVATE_KEYS=PRIVATE_KEY + pem)
    keys = app.test_client().get("/lti/jwks").json["keys"]
    assert len(keys) == 2
    assert all("d" not in key for key in keys)


def test_a_bad_setting_stops_the_start_and_says_which(engine: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="LTI_LEEWAY"):
        make_app(engine, tmp_path, LTI_LEEWAY="long")


def test_deliver_and_purge_count(engine: sa.Engine, tmp_path: Path) -> None:
    app = make_app(engine, tmp_path)
    assert run(app, "deliver").output == "Sent 0.\n"
    assert run(app, "purge").output == "Forgot 0 launches.\n"


def test_tidy_forgets_what_nobody_needs(engine: sa.Engine, tmp_path: Path) -> None:
    app, storage = make_app(engine, tmp_path), FileStorage(tmp_path)
    with Session(db.writing(engine)) as session, session.begin():
        teacher = factories.viewer(session, factories.tenant(session))
        binder = factories.binder(session, teacher)
        files.add_file(session, teacher, binder.id, storage, io.BytesIO(b"%PDF-1.7"), name="a.pdf")
        with frozen(now() - 2 * uploading.LIFETIME):
            upload = uploading.begin(
                session, teacher, uploading.ToBinder(binder.id), name="a", size=9, limits=Limits()
            )
        storage.append(teacher.tenant_id, str(upload.id), 0, io.BytesIO(b"abc"), 9)
        tenant_id, upload_id = teacher.tenant_id, str(upload.id)
    assert run(app, "tidy").output == "Forgot 1 uploads, 0 files and the bytes of 0.\n"
    assert storage.arrived(tenant_id, upload_id) == 0
    assert run(app, "tidy", "--days", "0").output == "Forgot 0 uploads, 1 files and the bytes of 0.\n"
    assert run(app, "tidy", "--days", "0").output == "Forgot 0 uploads, 0 files and the bytes of 1.\n"
    assert run(app, "tidy", "--days", "-1").exit_code != 0


def test_deliver_goes_on_until_it_is_stopped(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("lti.cli.work.time.sleep", sleep)
    assert run(make_app(engine, tmp_path), "deliver", "--loop").exit_code == 1
    assert waits == [1.0] * 3


def test_the_doctor_finds_a_sound_installation_sound(
    engine: sa.Engine, tmp_path: Path, platform: str
) -> None:
    app = make_app(engine, tmp_path, LTI_PRIVATE_KEYS=PRIVATE_KEY, LTI_BASE_URL="https://tool.example")
    register(app, platform)
    answer = run(app, "doctor")
    assert answer.exit_code == 0, answer.output
    assert "MEND" not in answer.output
    assert "clocks agree" in answer.output


def test_the_doctor_names_what_is_missing(engine: sa.Engine, tmp_path: Path) -> None:
    answer = run(make_app(engine, tmp_path), "doctor")
    assert answer.exit_code == 1
    for advice in ("flask lti keys", "LTI_BASE_URL", "flask lti register"):
        assert advice in answer.output


def test_the_doctor_wants_https(engine: sa.Engine, tmp_path: Path) -> None:
    app = make_app(engine, tmp_path, LTI_PRIVATE_KEYS=PRIVATE_KEY)
    register(app, "http://ent.example")
    assert "http://ent.example/jwks is not https" in run(app, "doctor").output
    with pytest.raises(SettingsInvalid, match="https"):
        make_app(engine, tmp_path, LTI_BASE_URL="http://tool.example", LTI_ALLOW_HTTP_LOOPBACK=False)


def test_the_doctor_notices_a_key_set_that_is_gone_or_unreachable(
    engine: sa.Engine, tmp_path: Path, platform: str
) -> None:
    app = make_app(engine, tmp_path, LTI_PRIVATE_KEYS=PRIVATE_KEY)
    register(app, f"{platform}/elsewhere")
    assert "answers 404" in run(app, "doctor").output
    register(app, "http://127.0.0.1:9")
    assert "cannot be read" in run(app, "doctor").output


def test_the_doctor_compares_clocks(
    engine: sa.Engine, tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(engine, tmp_path, LTI_PRIVATE_KEYS=PRIVATE_KEY)
    register(app, platform)
    monkeypatch.setattr("lti.doctor.MAX_SKEW", -1)
    assert "differ by" in run(app, "doctor").output


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_the_doctor_does_without_the_clock_of_a_platform(
    engine: sa.Engine, tmp_path: Path, server: Server, date: str
) -> None:
    server.tells({"keys": []}, Date=date)
    app = make_app(engine, tmp_path, LTI_PRIVATE_KEYS=PRIVATE_KEY, LTI_BASE_URL="https://tool.example")
    register(app, server.url)
    answer = run(app, "doctor")
    assert answer.exit_code == 0, answer.output
    assert "does not tell its time" in answer.output


def test_the_doctor_notices_old_tables_and_a_lost_database(engine: sa.Engine, tmp_path: Path) -> None:
    empty = db.create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    app = make_app(empty, tmp_path)
    assert "flask lti upgrade" in run(app, "doctor").output
    assert run(app, "upgrade").exit_code == 0
    assert "tables up to date" in run(app, "doctor").output
    empty.dispose()
    lost = db.create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    assert "cannot be reached" in run(make_app(lost, tmp_path), "doctor").output


def test_the_doctor_sees_grades_that_wait_or_were_refused(engine: sa.Engine, tmp_path: Path) -> None:
    app = make_app(engine, tmp_path, LTI_PRIVATE_KEYS=new_pem())
    with sa.orm.Session(db.writing(engine)) as session:
        school = Tenant(name="Collège")
        session.add(school)
        session.flush()
        entry = OutboxEntry(tenant_id=school.id, event="grade.released", subject="a:b")
        session.add(entry)
        session.flush()
        entry.due_at = None
        session.commit()
        assert "1 grades were refused" in run(app, "doctor").output
        entry.due_at = now().replace(year=2020)
        session.commit()
        assert "flask lti deliver --loop" in run(app, "doctor").output
