"""The groups of a class and the sets they are gathered in."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from examples.ent.addresses import Addresses
from examples.ent.school import stable_id
from examples.ent.tool import Tool
from examples.ent.vocabulary import CONTEXT_GROUP_SCOPE, GROUPS_SERVICE

SCHEMA = """
CREATE TABLE IF NOT EXISTS group_sets (
    id TEXT PRIMARY KEY,
    class_id TEXT NOT NULL REFERENCES classes (id),
    name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS groups (
    id TEXT PRIMARY KEY,
    class_id TEXT NOT NULL REFERENCES classes (id),
    set_id TEXT REFERENCES group_sets (id),
    name TEXT NOT NULL,
    tag TEXT,
    hidden INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS group_members (
    group_id TEXT NOT NULL REFERENCES groups (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (group_id, account_id)
)
"""
_SETS = (("5A", "Travaux pratiques"), ("5B", "Langues"))
_GROUPS = (
    ("5A", "Travaux pratiques", "TP 1", "tp", False, ("lina", "tom")),
    ("5A", "Travaux pratiques", "TP 2", "tp", False, ("ines",)),
    ("5A", None, "Soutien", None, True, ("tom",)),
    ("5B", "Langues", "Anglais renforcé", "anglais", False, ("jade", "hugo")),
    ("5B", "Langues", "Espagnol", "espagnol", False, ("adam",)),
)


@dataclass(frozen=True)
class Group:
    """Some of the pupils of a class; pupils do not see that a hidden one exists."""

    id: str
    class_id: str
    set_id: str | None
    name: str
    tag: str | None
    hidden: bool


@dataclass(frozen=True)
class GroupSet:
    """Groups that belong together."""

    id: str
    class_id: str
    name: str


def claim(addresses: Addresses, tool: Tool, class_id: str) -> dict[str, Any]:
    """The service as a launch announces it to a tool that may use it (Course Groups 1.0)."""
    if CONTEXT_GROUP_SCOPE not in tool.scopes:
        return {}
    service = {
        "context_groups_url": addresses.groups(class_id, tool),
        "context_group_sets_url": addresses.group_sets(class_id, tool),
        "scope": [CONTEXT_GROUP_SCOPE],
        "service_versions": ["1.0"],
    }
    return {GROUPS_SERVICE: service}


def seed(connection: sqlite3.Connection) -> None:
    """Make the groups of the sample classes where they are missing."""
    for label, name in _SETS:
        row = (stable_id(f"{label} {name}"), stable_id(label), name)
        connection.execute("INSERT OR IGNORE INTO group_sets VALUES (?, ?, ?)", row)
    for label, set_name, name, tag, hidden, logins in _GROUPS:
        set_id = stable_id(f"{label} {set_name}") if set_name else None
        group_id = stable_id(f"{label} {name}")
        values = (group_id, stable_id(label), set_id, name, tag, hidden)
        made = connection.execute("INSERT OR IGNORE INTO groups VALUES (?, ?, ?, ?, ?, ?)", values)
        if made.rowcount:
            members = [(group_id, stable_id(login)) for login in logins]
            connection.executemany("INSERT INTO group_members VALUES (?, ?)", members)


def groups(connection: sqlite3.Connection, class_id: str, account_id: str | None = None) -> list[Group]:
    """The groups of a class, or those of one member of it."""
    query = """
        SELECT * FROM groups WHERE class_id = :class_id AND (:account_id IS NULL OR id IN (
            SELECT group_id FROM group_members WHERE account_id = :account_id
        )) ORDER BY rowid
    """
    rows = connection.execute(query, {"class_id": class_id, "account_id": account_id})
    return [Group(**{**row, "hidden": bool(row["hidden"])}) for row in rows]


def sets(connection: sqlite3.Connection, class_id: str) -> list[GroupSet]:
    """The sets of groups of a class."""
    query = "SELECT * FROM group_sets WHERE class_id = ? ORDER BY rowid"
    return [GroupSet(**row) for row in connection.execute(query, (class_id,))]


def enrolments(connection: sqlite3.Connection, class_id: str) -> dict[str, list[str]]:
    """The groups of each member of a class, by account; somebody in none is left out."""
    query = """
        SELECT group_id, account_id FROM group_members JOIN groups ON groups.id = group_id
        WHERE class_id = ? ORDER BY groups.rowid
    """
    found: dict[str, list[str]] = {}
    for row in connection.execute(query, (class_id,)):
        found.setdefault(row["account_id"], []).append(row["group_id"])
    return found
