"""The tools the ENT knows: those of its configuration, those that registered, what its administrator allows."""

import hashlib
import json
import secrets
import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from examples.ent.people import Privacy
from examples.ent.tool import Tool

INVITATION_LIFE = 3600
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
CANVAS = "https://canvas.instructure.com/lti/"
CANVAS_PRIVACY = {
    "public": Privacy.PUBLIC,
    "name_only": Privacy.NAMES,
    "email_only": Privacy.EMAIL,
    "anonymous": Privacy.ANONYMOUS,
}
_NAME_CLAIMS = frozenset({"name", "given_name", "family_name"})
SCHEMA = """
CREATE TABLE IF NOT EXISTS invitations (
    token_hash TEXT PRIMARY KEY,
    expires_at REAL NOT NULL,
    client_id TEXT
);
CREATE TABLE IF NOT EXISTS registrations (
    client_id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS tool_settings (
    client_id TEXT PRIMARY KEY,
    active INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    privacy TEXT NOT NULL,
    deployment_per_class INTEGER NOT NULL
)
"""


class UsedInvitation(Exception):
    """A registration token that has registered a tool already."""


@dataclass(frozen=True)
class Known:
    """A tool, whether people may open it, and how it described itself if it registered."""

    tool: Tool
    active: bool
    document: Mapping[str, Any] | None = None


def known(connection: sqlite3.Connection, configured: Iterable[Tool]) -> dict[str, Known]:
    """Every tool by its client_id, as its administrator set it."""
    found = {tool.client_id: Known(tool, active=True) for tool in configured}
    for row in connection.execute("SELECT client_id, document FROM registrations ORDER BY created_at"):
        document = json.loads(row["document"])
        found[row["client_id"]] = Known(described(row["client_id"], document), False, document)
    for row in connection.execute("SELECT * FROM tool_settings"):
        if row["client_id"] in found:
            found[row["client_id"]] = _as_set(found[row["client_id"]], row)
    return found


def described(client_id: str, document: Mapping[str, Any]) -> Tool:
    """A tool from its registration (Dynamic Registration 1.0, tool configuration)."""
    configuration = document[TOOL_CONFIGURATION]
    return Tool(
        name=document["client_name"],
        client_id=client_id,
        login_url=document["initiate_login_uri"],
        launch_url=configuration["target_link_uri"],
        redirect_uris=tuple(document["redirect_uris"]),
        jwks_url=document["jwks_uri"],
        custom=configuration.get("custom_parameters", {}),
        scopes=tuple(document["scope"].split()),
        messages=tuple(configuration.get("messages", ())) or ({"type": "LtiResourceLinkRequest"},),
    )


def privacy_asked(document: Mapping[str, Any]) -> Privacy | None:
    """How much the tool wants to know of people: Canvas's level, else what its claims tell."""
    configuration = document[TOOL_CONFIGURATION]
    level = configuration.get(f"{CANVAS}privacy_level")
    if level in CANVAS_PRIVACY:
        return CANVAS_PRIVACY[level]
    if "claims" not in configuration:
        return None
    claims = set(configuration["claims"])
    if claims & _NAME_CLAIMS:
        return Privacy.PUBLIC if "email" in claims else Privacy.NAMES
    return Privacy.EMAIL if "email" in claims else Privacy.ANONYMOUS


def invite(connection: sqlite3.Connection, now: float) -> str:
    """A token with which one tool may register."""
    token = secrets.token_urlsafe(32)
    connection.execute("DELETE FROM invitations WHERE expires_at <= ?", (now - INVITATION_LIFE,))
    row = (digest(token), now + INVITATION_LIFE)
    connection.execute("INSERT INTO invitations VALUES (?, ?, NULL)", row)
    return token


def invited(connection: sqlite3.Connection, token: str, now: float) -> bool:
    """Whether the token may register a tool."""
    query = "SELECT client_id FROM invitations WHERE token_hash = ? AND expires_at > ?"
    row = connection.execute(query, (digest(token), now)).fetchone()
    if row is not None and row["client_id"]:
        raise UsedInvitation
    return row is not None


def register(
    connection: sqlite3.Connection, document: Mapping[str, Any], invitation: str, now: float
) -> tuple[str, str]:
    """Keep a new tool, inactive until its administrator has seen it; its client_id and access token."""
    client_id, token = str(uuid.uuid4()), secrets.token_urlsafe(32)
    row = (client_id, json.dumps(document), digest(token), now)
    connection.execute("INSERT INTO registrations VALUES (?, ?, ?, ?)", row)
    use = "UPDATE invitations SET client_id = ? WHERE token_hash = ?"
    connection.execute(use, (client_id, digest(invitation)))
    set_up(connection, replace(described(client_id, document), privacy=privacy_asked(document)), active=False)
    return client_id, token


def registered_with(connection: sqlite3.Connection, client_id: str, token: str) -> bool:
    """Whether this access token is the registration's own."""
    query = "SELECT 1 FROM registrations WHERE client_id = ? AND token_hash = ?"
    return connection.execute(query, (client_id, digest(token))).fetchone() is not None


def change(connection: sqlite3.Connection, before: Known, document: Mapping[str, Any]) -> None:
    """Keep what a tool says anew; more rights or other sites await the administrator."""
    tool = before.tool
    query = "UPDATE registrations SET document = ? WHERE client_id = ?"
    connection.execute(query, (json.dumps(document), tool.client_id))
    after = described(tool.client_id, document)
    allowed = tuple(scope for scope in after.scopes if scope in tool.scopes)
    after = replace(
        after, scopes=allowed, privacy=tool.privacy, deployment_per_class=tool.deployment_per_class
    )
    set_up(connection, after, active=before.active and set(after.origins) <= set(tool.origins))


def set_up(connection: sqlite3.Connection, tool: Tool, *, active: bool) -> None:
    """Keep the administrator's choices about a tool: scopes, privacy, deployments, state."""
    row = (tool.client_id, active, " ".join(tool.scopes), tool.privacy or "", tool.deployment_per_class)
    connection.execute("INSERT OR REPLACE INTO tool_settings VALUES (?, ?, ?, ?, ?)", row)


def remove(connection: sqlite3.Connection, client_id: str) -> None:
    """Forget a registered tool and its links; its columns of the gradebook stay."""
    unbind = (
        "UPDATE line_items SET link_id = NULL WHERE link_id IN (SELECT id FROM links WHERE client_id = ?)"
    )
    connection.execute(unbind, (client_id,))
    for table in ("links", "registrations", "tool_settings", "access_tokens", "notice_handlers", "notices"):
        connection.execute(f"DELETE FROM {table} WHERE client_id = ?", (client_id,))  # noqa: S608 - our own table names


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _as_set(found: Known, row: sqlite3.Row) -> Known:
    tool = replace(
        found.tool,
        scopes=tuple(row["scopes"].split()),
        privacy=Privacy(row["privacy"]) if row["privacy"] else None,
        deployment_per_class=bool(row["deployment_per_class"]),
    )
    return replace(found, tool=tool, active=bool(row["active"]))
