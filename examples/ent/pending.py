"""Messages between the login request and the authorization request: each hint works once, in its session."""

import json
import secrets
import sqlite3

from examples.ent import gradebook, people, school
from examples.ent.launches import Launch
from examples.ent.platform import Ent
from examples.ent.tool import Tool

HINT_LIFE = 300


class Gone(Exception):
    """What the message was about is no longer there."""


def remember(connection: sqlite3.Connection, ent: Ent, launch: Launch, session_id: str) -> str:
    """Keep a message that somebody is about to send; the hint under which it is found again."""
    now = ent.clock().timestamp()
    connection.execute("DELETE FROM pending_messages WHERE expires_at <= ?", (now,))
    row = {
        "hint": secrets.token_urlsafe(32),
        "session_id": session_id,
        "account_id": launch.account.id,
        "client_id": launch.tool.client_id,
        "message_type": launch.message_type,
        "class_id": launch.class_id,
        "link_id": launch.link.id if launch.link else None,
        "line_item_id": launch.line_item.id if launch.line_item else None,
        "for_user_id": launch.for_user.id if launch.for_user else None,
        "document_target": launch.document_target,
        "details": json.dumps(dict(launch.details)),
        "expires_at": now + HINT_LIFE,
    }
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO pending_messages VALUES ({marks})", row)  # noqa: S608 - our own column names
    return str(row["hint"])


def take(
    connection: sqlite3.Connection, ent: Ent, tool: Tool, hint: str, session_id: str, account_id: str
) -> Launch | None:
    """The message kept under a hint, once and only in its session; its nonce is still missing.

    :raises Gone: if the class, the link, the line item or the person is no longer there.
    """
    query = """
        DELETE FROM pending_messages
        WHERE hint = ? AND session_id = ? AND account_id = ? AND client_id = ? AND expires_at > ?
        RETURNING *
    """
    values = (hint, session_id, account_id, tool.client_id, ent.clock().timestamp())
    row = connection.execute(query, values).fetchone()
    if row is None:
        return None
    account = people.find(connection, row["account_id"])
    if account is None:
        raise Gone("the account")
    found = {
        "school_class": school.find_class(connection, row["class_id"] or ""),
        "link": school.find_link(connection, row["link_id"] or ""),
        "line_item": gradebook.find_line_item(connection, row["line_item_id"] or ""),
        "for_user": people.find(connection, row["for_user_id"] or ""),
    }
    columns = {"school_class": "class_id", "link": "link_id", "line_item": "line_item_id"}
    for name, column in {**columns, "for_user": "for_user_id"}.items():
        if row[column] and found[name] is None:
            raise Gone(name)
    return Launch(
        account=account,
        tool=tool,
        message_type=row["message_type"],
        document_target=row["document_target"],
        details=json.loads(row["details"]),
        **found,  # type: ignore[arg-type]  # each under the name of its field
    )
