"""What tools say on their way back that is for the school's technicians, not for people."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

LONGEST = 1000
KEPT = 1000


@dataclass(frozen=True)
class ToolLog:
    """One line of a tool: `kind` is the parameter or claim it came in."""

    client_id: str | None
    kind: str
    text: str


def keep(
    connection: sqlite3.Connection, client_id: str | None, said: Mapping[str, Any], at: datetime
) -> None:
    """Keep what was said, without what is none; the oldest lines go."""
    for kind, text in said.items():
        if not isinstance(text, str) or not text:
            continue
        current_app.logger.info("%s of a tool: %r", kind, text[:LONGEST])
        row = (client_id, kind, text[:LONGEST], at.timestamp())
        query = "INSERT INTO tool_logs (client_id, kind, text, logged_at) VALUES (?, ?, ?, ?)"
        connection.execute(query, row)
    connection.execute("DELETE FROM tool_logs WHERE id <= (SELECT MAX(id) FROM tool_logs) - ?", (KEPT,))


def said(connection: sqlite3.Connection) -> list[ToolLog]:
    """All lines that are kept, in order of arrival."""
    rows = connection.execute("SELECT client_id, kind, text FROM tool_logs ORDER BY id")
    return [ToolLog(**row) for row in rows]
