"""A tool with a real virus scanner: who sees what of a file that waits, is clean, or is refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from binder.clock import frozen, now
from binder.media.scanning import Clamd
from binder.models import OutboxEntry, Resource, ResourceState
from binder.resources.quarantine import FILE_STORED
from lti import SettingsInvalid
from lti.settings import Settings
from tests import clamav, media
from tests.clamav import EICAR, FOUND
from tests.lti.school import School, open_school
from tests.lti.somebody import Somebody, somebody
from tests.lti.test_cli import run
from tests.lti.test_uploads import sender

pytestmark = pytest.mark.clamav
PDF = b"%PDF-1.7\n" + bytes(range(256))
BAD = b"%PDF-1.7\n" + EICAR


@pytest.fixture
def school(sqlite_template: Path, tmp_path: Path, clamd: clamav.Daemon) -> Iterator[School]:
    """A school with a scanner."""
    opened = open_school(sqlite_template, tmp_path)
    opened.app.extensions["lti"].scanner = Clamd(clamd.unix)
    yield opened
    opened.close()


def newest(school: School) -> tuple[UUID, ResourceState]:
    """The file that came last."""
    with school.begin() as session:
        row = session.scalars(sa.select(Resource).order_by(Resource.id.desc())).first()
        return row.id, row.state


def put(school: School, data: bytes, name: str, lang: str = "fr", **fields: str) -> Somebody:
    """The teacher puts a file on a page that a class reads, and publishes it."""
    teacher, page = somebody(school, "teacher", lang), f"/lti/my/pages/{school.ids['reading']}"
    teacher.open(f"{page}/edit")
    teacher.send(
        f"{page}/blocks", **{"type": "file", "label": "Fiche", **fields, "file": (io.BytesIO(data), name)}
    )
    assert teacher.status == 200
    teacher.send(f"{page}/publish")
    return teacher


def test_a_file_is_shown_when_it_is_found_clean(school: School) -> None:
    teacher, pupil = put(school, PDF, "fiche.pdf"), somebody(school, "pupil")
    page, read = (f"/lti/my/{it}pages/{school.ids['reading']}" for it in ("", "read/"))
    resource, state = newest(school)
    assert state is ResourceState.SCANNING
    for screen in (page, f"{page}/edit"):
        html = teacher.open(screen)
        assert '<span class="chip scanning">Fichier en cours d’analyse</span> fiche.pdf' in html
    assert "Fichier en cours d’analyse" in pupil.open(read)
    assert f"/files/{resource}" not in pupil.html
    assert school.app.extensions["lti"].deliver() >= 1
    assert newest(school) == (resource, ResourceState.READY)
    assert "en cours d’analyse" not in teacher.open(page)
    assert f"/files/{resource}" in pupil.open(read)
    assert pupil.client.get(f"{read}/files/{resource}").data == PDF


def test_a_virus_is_refused_and_its_author_told(school: School) -> None:
    teacher, pupil = put(school, BAD, "piège.pdf"), somebody(school, "pupil")
    page, read = (f"/lti/my/{it}pages/{school.ids['reading']}" for it in ("", "read/"))
    assert "Sent" in run(school.app, "deliver").output
    resource, state = newest(school)
    assert state is ResourceState.REFUSED
    told = f'<span class="chip refused">Fichier refusé par l’antivirus : {FOUND}</span> piège.pdf'
    assert told in teacher.open(page)
    assert told in teacher.open(f"{page}/edit")
    assert '<span class="chip refused">Fichier refusé par l’antivirus</span> piège.pdf' in pupil.open(read)
    assert FOUND not in pupil.html
    assert "refused" in somebody(school, "teacher", "en").open(f"{page}/ready").lower()
    for who, path in (
        ("teacher", page),
        ("pupil", read),
        ("teacher", f"/lti/my/binders/{school.ids['binder']}"),
    ):
        assert somebody(school, who).client.get(f"{path}/files/{resource}").status_code == 404


def test_nobody_but_its_authors_gets_bytes_that_wait(school: School) -> None:
    """Whatever the address, whatever the size of a picture."""
    put(school, media.jpeg(1400, 900), "photo.jpg", type="image", label="", alt="Une vallée")
    resource, state = newest(school)
    assert state is ResourceState.SCANNING
    ids = {
        "page": school.ids["reading"],
        "binder": school.ids["binder"],
        "assignment": school.ids["marked"],
        "resource": resource,
    }
    routes = [
        re.sub(r"<\w+:(\w+)>", lambda found: str(ids[found[1]]), rule.rule)
        for rule in school.app.url_map.iter_rules()
        if rule.rule.endswith("/files/<uuid:resource>") and "/my/" in rule.rule
    ]
    assert len(routes) >= 5
    for who in ("pupil", "parent", "head", "newcomer", "colleague", "unknown"):
        client = somebody(school, who).client
        got = {
            path
            for path in routes
            for query in ("", "?w=480", "?w=99999")
            if client.get(path + query).status_code < 400
        }
        assert got <= (
            {path for path in routes if "/my/pages/" in path or "/my/binders/" in path}
            if who == "colleague"
            else set()
        )
    assert somebody(school, "teacher").client.get(routes[0]).status_code in (200, 404)
    school.app.extensions["lti"].deliver()
    assert (
        somebody(school, "pupil")
        .client.get(f"/lti/my/read/pages/{ids['page']}/files/{resource}?w=480")
        .status_code
        == 200
    )


def test_however_a_file_comes_it_waits(school: School) -> None:
    script = sender(school)
    path = script.announce(len(PDF), "fiche.pdf")
    assert script.send(path, 0, PDF).status_code == 204
    assert newest(school)[1] is ResourceState.SCANNING
    school.app.extensions["lti"].deliver()
    assert newest(school)[1] is ResourceState.READY
    teacher = somebody(school, "teacher", "en")
    teacher.open(f"/lti/my/binders/{school.ids['binder']}/export")
    token = teacher.field("token")
    done = teacher.client.post(
        f"/lti/my/binders/{school.ids['binder']}/export", data={"token": token, "format": "html"}
    )
    assert done.status_code == 200
    archive = io.BytesIO(done.data)
    done.close()
    other = somebody(school, "newcomer", "en")
    other.open("/lti/my/binders")
    with school.begin() as session:
        session.execute(sa.delete(OutboxEntry).where(OutboxEntry.event == FILE_STORED))
    other.send("/lti/my/binders/import", file=(archive, "binder.zip"))
    assert other.status == 200
    assert newest(school)[1] is ResourceState.SCANNING


@pytest.mark.parametrize(
    ("data", "code"),
    [(PDF, "still being checked for viruses"), (BAD, "virus scanner has refused")],
    ids=["waiting", "refused"],
)
def test_an_export_says_what_it_leaves_out(school: School, data: bytes, code: str) -> None:
    put(school, data, "fiche.pdf")
    if data is BAD:
        school.app.extensions["lti"].deliver()
    teacher, path = somebody(school, "teacher", "en"), f"/lti/my/binders/{school.ids['binder']}/export"
    html = teacher.open(path)
    assert len(re.findall(rf"{code}[^<]*?<code>fiche.pdf</code>", html)) >= 2
    for name in ("html", "html-pupils"):
        answer = teacher.client.post(path, data={"token": teacher.field("token"), "format": name})
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            held = [name for name in archive.namelist() if data in archive.read(name)]
        answer.close()
        assert held == []


def test_the_doctor_knows_the_scanner(school: School, tmp_path: Path) -> None:
    tool = school.app.extensions["lti"]
    assert re.search(r"ok    virus scanner: ClamAV [\d.]+.* at unix:", run(school.app, "doctor").output)
    put(school, PDF, "fiche.pdf")
    with frozen(now() + timedelta(minutes=6)):
        found = run(school.app, "doctor").output
    assert (
        "MEND  virus scanner: 1 files have waited for over five minutes; is `flask lti deliver --loop` running?"
        in found
    )
    there, tool.scanner = tool.scanner, Clamd(f"unix:{tmp_path}/none")
    assert re.search(
        r"MEND  virus scanner: clamd cannot be reached at .*\(1 files wait\)",
        run(school.app, "doctor").output,
    )
    tool.deliver()
    assert newest(school)[1] is ResourceState.SCANNING
    tool.scanner = there
    assert "MEND  virus scanner: 1 files wait: clamd cannot be reached" in run(school.app, "doctor").output
    tool.scanner = None
    assert (
        "MEND  virus scanner: 1 files wait for one; set LTI_CLAMD again" in run(school.app, "doctor").output
    )
    assert "grades have waited" not in run(school.app, "doctor").output


def test_the_setting_is_an_address() -> None:
    assert Settings.from_config({}).clamd is None
    assert Settings.from_config({"LTI_CLAMD": ""}).clamd is None
    assert (
        Settings.from_config({"LTI_CLAMD": " unix:/run/clamav/clamd.ctl "}).clamd
        == "unix:/run/clamav/clamd.ctl"
    )
    for value in ("localhost:3310", 3310):
        with pytest.raises(SettingsInvalid, match="LTI_CLAMD must be"):
            Settings.from_config({"LTI_CLAMD": value})
