"""What the membership service showed before, so that it can tell later what has changed (NRPS 2.0, 2.5)."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

KEPT = 100
SCHEMA = """
CREATE TABLE IF NOT EXISTS rosters (
    mark TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    class_id TEXT NOT NULL,
    filters TEXT NOT NULL,
    members TEXT NOT NULL,
    seen_at REAL NOT NULL
)
"""

Member = Mapping[str, Any]


def remember(
    connection: sqlite3.Connection,
    client_id: str,
    class_id: str,
    filters: Mapping[str, str],
    members: Sequence[Member],
    *,
    now: float,
) -> str:
    """The mark of this state of a class; the same state has the same mark, the oldest marks are forgotten."""
    shown = {each["user_id"]: [_digest(each), each["roles"]] for each in members}
    key = (client_id, class_id, json.dumps(filters, sort_keys=True), json.dumps(shown, sort_keys=True))
    mark = _digest(key)
    connection.execute("INSERT OR REPLACE INTO rosters VALUES (?, ?, ?, ?, ?, ?)", (mark, *key, now))
    connection.execute(
        """DELETE FROM rosters WHERE client_id = :client_id AND class_id = :class_id AND mark NOT IN (
            SELECT mark FROM rosters WHERE client_id = :client_id AND class_id = :class_id
            ORDER BY seen_at DESC, rowid DESC LIMIT :kept)""",
        {"client_id": client_id, "class_id": class_id, "kept": KEPT},
    )
    return mark


def changes(
    connection: sqlite3.Connection,
    client_id: str,
    class_id: str,
    filters: Mapping[str, str],
    members: Sequence[Member],
    *,
    since: str,
) -> list[Member] | None:
    """Who is new, other or gone since a mark; None if the mark is none of these filters' in this class."""
    query = "SELECT members FROM rosters WHERE mark = ? AND client_id = ? AND class_id = ? AND filters = ?"
    key = (since, client_id, class_id, json.dumps(filters, sort_keys=True))
    row = connection.execute(query, key).fetchone()
    if row is None:
        return None
    before = json.loads(row["members"])
    changed = [each for each in members if before.get(each["user_id"], [""])[0] != _digest(each)]
    present = {each["user_id"] for each in members}
    gone = [
        {"user_id": user_id, "roles": roles, "status": "Deleted"}
        for user_id, (_, roles) in before.items()
        if user_id not in present
    ]
    return [*changed, *gone]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
