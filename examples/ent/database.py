"""The ENT's SQLite file: its tables and short-lived connections to it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from examples.ent import copying, groups, message_tables, notices, registration, roster_changes

PATIENCE = 15
SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS keys (
    kid TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('next', 'active', 'retiring')),
    pem TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    profile TEXT NOT NULL,
    locale TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS classes (
    id TEXT PRIMARY KEY,
    label TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS enrolments (
    class_id TEXT NOT NULL REFERENCES classes (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (class_id, account_id)
);
CREATE TABLE IF NOT EXISTS guardians (
    guardian_id TEXT NOT NULL REFERENCES accounts (id),
    pupil_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (guardian_id, pupil_id)
);
CREATE TABLE IF NOT EXISTS links (
    id TEXT PRIMARY KEY,
    class_id TEXT NOT NULL REFERENCES classes (id),
    client_id TEXT,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    url TEXT NOT NULL,
    custom TEXT NOT NULL,
    dates TEXT NOT NULL,
    position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS assertions (
    client_id TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires_at REAL NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE TABLE IF NOT EXISTS access_tokens (
    token_hash TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS line_items (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    class_id TEXT NOT NULL REFERENCES classes (id),
    link_id TEXT REFERENCES links (id),
    label TEXT NOT NULL,
    score_maximum REAL NOT NULL,
    resource_id TEXT,
    tag TEXT,
    start_date_time TEXT,
    end_date_time TEXT,
    grades_released INTEGER NOT NULL DEFAULT 1,
    submission_review TEXT,
    position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS scores (
    line_item_id TEXT NOT NULL REFERENCES line_items (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    score_given REAL,
    score_maximum REAL,
    comment TEXT,
    activity_progress TEXT NOT NULL,
    grading_progress TEXT NOT NULL,
    scoring_user_id TEXT,
    timestamp TEXT NOT NULL,
    instant REAL NOT NULL,
    started_at TEXT,
    submitted_at TEXT,
    PRIMARY KEY (line_item_id, account_id)
);
CREATE TABLE IF NOT EXISTS score_posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    line_item_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS line_items_by_class ON line_items (class_id, client_id);
CREATE INDEX IF NOT EXISTS score_posts_by_line_item ON score_posts (line_item_id, account_id)
"""
SCHEMAS = (
    SCHEMA,
    registration.SCHEMA,
    notices.SCHEMA,
    groups.SCHEMA,
    copying.SCHEMA,
    roster_changes.SCHEMA,
    message_tables.SCHEMA,
)
LATER_COLUMNS = (("scores", "started_at", "TEXT"), ("scores", "submitted_at", "TEXT"))
"""Columns that files of an earlier version lack."""


class Database:
    """A SQLite file that any number of threads or processes may use at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._use_write_ahead_log()
        with self.writing() as connection:
            for schema in SCHEMAS:
                for statement in schema.split(";"):
                    connection.execute(statement)
            for table, column, kind in LATER_COLUMNS:
                if column not in [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")]:
                    connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the file."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that has the write lock and keeps its changes if nothing is raised."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _use_write_ahead_log(self) -> None:
        """Change the journal; SQLite does not wait for its lock here when several starts coincide."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self._connection() as connection:
                    connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=PATIENCE)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            yield connection
        finally:
            connection.close()
