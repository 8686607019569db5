"""The wheel holds all that an installed library needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
UPGRADE = """
import sys, binder, lti, exporters, sqlalchemy
from binder import db
assert all(package.__file__.startswith(sys.argv[1]) for package in (binder, lti, exporters)), binder.__file__
engine = db.create_engine("sqlite:///" + sys.argv[2])
db.upgrade(engine, ("binder", "lti"))
print(*sorted(sqlalchemy.inspect(engine).get_table_names()))
"""


def run(*command: str, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, env={**os.environ, **env}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_installed_wheel_upgrades_an_empty_database(tmp_path: Path) -> None:
    source, wheels, target, elsewhere = (
        tmp_path / name for name in ("source", "wheels", "target", "elsewhere")
    )
    elsewhere.mkdir()
    source.mkdir()
    for name in ("binder", "lti", "exporters"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "_build", source / "_build", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "frontend", source / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    for name in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    # the same builder as a release has, but without its isolated environment: nothing is fetched
    build = "import sys, _build.backend as b; print(b.build_wheel(sys.argv[1]))"
    wheels.mkdir()
    run(sys.executable, "-W", "ignore", "-c", build, str(wheels), cwd=source)
    (wheel,) = wheels.glob("classeur-*.whl")
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
    )
    run(*pip, "--target", str(target), str(wheel), cwd=elsewhere)
    tables = run(
        sys.executable,
        "-c",
        UPGRADE,
        str(target),
        str(elsewhere / "empty.db"),
        cwd=elsewhere,
        PYTHONPATH=str(target),
    ).split()
    assert {"binder_schema_version", "binder_binder", "binder_attempt"} <= set(tables)
    assert {"lti_schema_version", "lti_registration"} <= set(tables)
    assert all((target / name / "py.typed").exists() for name in ("binder", "lti", "exporters"))
    for path in source.rglob("*"):
        place = path.relative_to(source)
        if path.is_file() and place.parts[0] in ("binder", "lti", "exporters"):
            assert (target / place).exists(), f"the wheel lacks {place}"
    scripts = target / "lti" / "static" / "dist"
    assert (scripts / json.loads((scripts / "manifest.json").read_text())["reader.js"]["file"]).exists()
