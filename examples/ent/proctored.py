"""Links that are opened under supervision, and the attempts at them."""

import secrets
import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """One sitting of one person; `session_data` is its secret name."""

    session_data: str
    session_id: str
    account_id: str
    client_id: str
    link_id: str
    number: int
    state: str
    wants_end: int
    created_at: float


def supervise(connection: sqlite3.Connection, link_id: str, client_id: str) -> None:
    """Let a tool supervise a link."""
    connection.execute("INSERT OR REPLACE INTO proctored_links VALUES (?, ?)", (link_id, client_id))


def supervisor(connection: sqlite3.Connection, link_id: str) -> str | None:
    """The client that supervises a link, if any."""
    query = "SELECT client_id FROM proctored_links WHERE link_id = ?"
    row = connection.execute(query, (link_id,)).fetchone()
    return str(row["client_id"]) if row else None


def begin(
    connection: sqlite3.Connection,
    session_id: str,
    account_id: str,
    client_id: str,
    link_id: str,
    now: float,
) -> Attempt:
    """A new attempt, which the supervising tool is asked to start; one that was only asked for is dropped."""
    whose = (account_id, link_id)
    query = "DELETE FROM attempts WHERE account_id = ? AND link_id = ? AND state = 'asked'"
    connection.execute(query, whose)
    query = "SELECT COALESCE(MAX(number), 0) + 1 FROM attempts WHERE account_id = ? AND link_id = ?"
    [number] = connection.execute(query, whose).fetchone()
    name = secrets.token_urlsafe(32)
    attempt = Attempt(name, session_id, account_id, client_id, link_id, number, "asked", 0, now)
    marks = ", ".join(f":{name}" for name in vars(attempt))
    connection.execute(f"INSERT INTO attempts VALUES ({marks})", vars(attempt))  # noqa: S608 - our own column names
    return attempt


def asked(connection: sqlite3.Connection, session_data: object, session_id: str) -> Attempt | None:
    """The attempt that this session asked the tool to start, and that has not started."""
    return _find(connection, session_data, session_id, "asked")


def running(connection: sqlite3.Connection, session_id: str, link_id: str = "") -> list[Attempt]:
    """The attempts that have started in this session and not ended, perhaps those at one link."""
    query = "SELECT * FROM attempts WHERE session_id = ? AND state = 'started' AND ? IN ('', link_id)"
    return [Attempt(**row) for row in connection.execute(query, (session_id, link_id))]


def start(connection: sqlite3.Connection, attempt: Attempt, *, wants_end: bool) -> None:
    """The tool has let the attempt begin; `wants_end` is whether it is to be told of the end."""
    query = "UPDATE attempts SET state = 'started', wants_end = ? WHERE session_data = ?"
    connection.execute(query, (wants_end, attempt.session_data))


def end(connection: sqlite3.Connection, session_data: object, session_id: str) -> Attempt | None:
    """End an attempt of this session that was running."""
    attempt = _find(connection, session_data, session_id, "started")
    if attempt:
        query = "UPDATE attempts SET state = 'ended' WHERE session_data = ?"
        connection.execute(query, (attempt.session_data,))
    return attempt


def _find(
    connection: sqlite3.Connection, session_data: object, session_id: str, state: str
) -> Attempt | None:
    query = "SELECT * FROM attempts WHERE session_data = ? AND session_id = ? AND state = ?"
    name = session_data if isinstance(session_data, str) else ""
    row = connection.execute(query, (name, session_id, state)).fetchone()
    return Attempt(**row) if row else None
