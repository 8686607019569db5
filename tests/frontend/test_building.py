"""The front end is built when it must be, with whatever node there is; what was built is passed on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from _build import frontend

PARTS = ("_build", "frontend", "binder", "lti", "exporters")
FILES = ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The sources alone, with nothing built."""
    source = tmp_path / "clone"
    source.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", "dist")
    for name in PARTS:
        shutil.copytree(frontend.ROOT / name, source / name, ignore=ignored)
    for name in FILES:
        shutil.copy(frontend.ROOT / name, source / name)
    return source


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def without_node(tmp_path: Path) -> Run:
    """Runs Python where no program is on PATH."""
    (tmp_path / "nothing").mkdir()

    def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd,
            env={**os.environ, "PATH": str(tmp_path / "nothing"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def test_pip_makes_a_wheel_with_the_bundle_where_there_is_no_node(
    clone: Path, without_node: Run, tmp_path: Path
) -> None:
    """Really: pip fetches a node for the build and throws it away."""
    frontend.build()
    here = {path.name for path in frontend.DIST.iterdir()}
    wheels = tmp_path / "wheels"
    done = without_node("-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(clone), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("lti/static/dist/")}
    assert {name.rsplit("/")[-1].split("-")[0] for name in names} >= {"reader", "editor", "manifest.json"}
    built = {path.name for path in (clone / "lti/static/dist").iterdir()}
    assert {name.rsplit("/")[-1] for name in names} == built
    assert built == here, "another node, the same names"


def test_a_source_distribution_builds_without_node_and_without_anything_fetched(
    clone: Path, without_node: Run, tmp_path: Path
) -> None:
    frontend.build()
    shutil.copytree(frontend.DIST, clone / "lti/static/dist")
    make = "import sys, _build.backend as b; print(b.build_sdist(sys.argv[1]))"
    done = without_node("-W", "ignore", "-c", make, str(tmp_path), cwd=clone)
    assert done.returncode == 0, done.stdout + done.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    assert not (source / "frontend/node_modules").exists()
    ask = (
        "import _build.backend as b; print(b.frontend.requires(), b.build_wheel('.'), b.frontend.is_fresh())"
    )
    done = without_node("-W", "ignore", "-c", ask, cwd=source)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("[] classeur-")
    assert last.endswith(".whl True")


def test_node_is_asked_for_only_where_it_is_needed_and_missing(clone: Path, without_node: Run) -> None:
    ask = ("-c", "from _build.frontend import requires; print(requires())")
    assert without_node(*ask, cwd=clone).stdout == f"{[frontend.WHEEL]}\n"
    with_node = subprocess.run([sys.executable, *ask], cwd=clone, capture_output=True, text=True, check=True)
    assert with_node.stdout == "[]\n"


def test_without_any_node_one_sentence_says_what_to_do(clone: Path, without_node: Run) -> None:
    done = without_node("-m", "_build.frontend", cwd=clone)
    assert done.returncode == 1
    assert "there is no node: install node 18 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_build_that_fails_says_so_after_what_it_said_itself(clone: Path) -> None:
    frontend.build()
    (clone / "frontend/src/reader.js").write_text('import "./nowhere.js";\n')
    shutil.copytree(frontend.MODULES, clone / "frontend/node_modules")
    done = subprocess.run(
        [sys.executable, "-m", "_build.frontend"], cwd=clone, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert 'Could not resolve "./nowhere.js"' in done.stderr
    assert "The front end could not be built" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (clone / "lti/static/dist/manifest.json").exists()


def test_what_is_built_is_fresh_until_a_source_changes(clone: Path) -> None:
    frontend.build()
    shutil.copytree(frontend.DIST, clone / "lti/static/dist")

    def fresh() -> bool:
        ask = "from _build.frontend import is_fresh; print(is_fresh())"
        done = subprocess.run(
            [sys.executable, "-c", ask], cwd=clone, capture_output=True, text=True, check=True
        )
        return done.stdout == "True\n"

    assert fresh()
    reader = clone / "frontend/src/reader.js"
    before = reader.read_text()
    reader.write_text(before + "\n")
    assert not fresh()
    reader.write_text(before)
    assert fresh()
    (clone / "frontend/src/another.js").touch()
    assert not fresh()
    (clone / "frontend/src/another.js").unlink()
    (clone / "lti/static/dist/SOURCE.sha256").unlink()
    assert not fresh()


def test_nothing_built_is_committed() -> None:
    done = subprocess.run(
        ["git", "check-ignore", "frontend/node_modules/x.js", "lti/static/dist/manifest.json"],
        cwd=frontend.ROOT,
        capture_output=True,
        text=True,
    )
    assert len(done.stdout.split()) == 2, done.stderr
