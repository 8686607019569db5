"""Who has accepted the terms of use of a tool, and who has to."""

import sqlite3

from examples.ent.people import Account
from examples.ent.tool import Tool
from examples.ent.vocabulary import EULA_REQUEST


def accepted(connection: sqlite3.Connection, tool: Tool, account: Account) -> bool | None:
    """What somebody answered, None if nothing."""
    query = "SELECT accepted FROM eula_answers WHERE client_id = ? AND account_id = ?"
    row = connection.execute(query, (tool.client_id, account.id)).fetchone()
    return bool(row["accepted"]) if row else None


def must_accept(connection: sqlite3.Connection, tool: Tool, account: Account) -> bool:
    """Whether somebody has to accept the tool's terms before opening it."""
    query = "SELECT required FROM eula_required WHERE client_id = ? AND deployment_id = ?"
    row = connection.execute(query, (tool.client_id, tool.deployment_id)).fetchone()
    required = bool(row and row["required"]) and tool.offers(EULA_REQUEST)
    return required and not accepted(connection, tool, account)
