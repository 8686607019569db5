"""How a page names the scripts, and how they are served."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti.views import assets
from lti.views.screens import render
from tests.lti.school import School, open_school


@pytest.fixture(scope="module")
def school(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A mounted tool."""
    opened = open_school(sqlite_template, tmp_path_factory.mktemp("school"))
    yield opened
    opened.close()


@pytest.fixture
def app(school: School) -> Flask:
    """Its app."""
    return school.app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts."""
    return app.test_client()


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of scripts of the test's own."""
    monkeypatch.setattr(assets, "DIST", tmp_path)
    return tmp_path


def write(dist: Path, file: str, *imports: str) -> None:
    (dist / "manifest.json").write_text(json.dumps({"editor.js": {"file": file, "imports": imports}}))


def test_every_page_loads_the_reader_as_a_module(client: FlaskClient) -> None:
    html = client.get("/lti/my/?as=teacher", follow_redirects=True).text
    found = re.findall(r'<script type="module" src="(/lti/static/dist/reader-\w+\.js)"></script>', html)
    assert len(found) == 1
    assert client.get(found[0], buffered=True).mimetype == "text/javascript"


def test_a_hashed_script_is_kept_for_ever_and_nothing_else_is(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        reader = assets.asset("reader.js")
    kept = client.get(reader, buffered=True)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(reader, buffered=True, headers={"If-None-Match": kept.headers["ETag"]})
    assert again.status_code == 304
    assert "immutable" in again.headers["Cache-Control"]
    for path in ("lti.css", "dist/manifest.json", "dist/reader-GONE.js"):
        assert "immutable" not in client.get(f"/lti/static/{path}", buffered=True).headers.get(
            "Cache-Control", ""
        )


def test_what_an_entry_needs_first_is_fetched_along_with_it(app: Flask, dist: Path) -> None:
    write(dist, "editor-1.js", "chunk-1.js", "chunk-2.js")
    with app.test_request_context():
        html = app.jinja_env.overlay().from_string(
            "{% import 'lti/parts.html' as parts with context %}{{ parts.script('editor.js') }}"
        )
        shown = html.render(asset=assets.asset, chunks=assets.chunks)
    assert re.findall(r'(?:href|src)="/lti/static/dist/([\w.-]+)"', shown) == [
        "chunk-1.js",
        "chunk-2.js",
        "editor-1.js",
    ]
    assert shown.count('rel="modulepreload"') == 2


def test_the_manifest_is_read_once_a_build(app: Flask, dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = dist / "manifest.json"
    with app.test_request_context():
        write(dist, "editor-1.js")
        os.utime(manifest, ns=(0, 1_000))
        assert assets.asset("editor.js").endswith("/editor-1.js")
        with monkeypatch.context() as patched:
            patched.setattr(Path, "read_text", None)
            assert assets.asset("editor.js").endswith("/editor-1.js"), "not read again"
        write(dist, "editor-2.js")
        os.utime(manifest, ns=(0, 2_000))
        assert assets.asset("editor.js").endswith("/editor-2.js")


def test_a_missing_bundle_is_told_with_its_remedy(app: Flask, dist: Path) -> None:
    with app.test_request_context():
        with pytest.raises(assets.BundleMissing, match="run `make front`"):
            assets.asset("editor.js")
        with pytest.raises(assets.BundleMissing, match="run `make front`"):
            render("picked.html")
        write(dist, "editor-1.js")
        with pytest.raises(assets.BundleMissing, match="without reader.js: run `make front`"):
            assets.asset("reader.js")
