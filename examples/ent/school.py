"""The school: its classes, the links in them, and the one it starts with."""

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.security import generate_password_hash

from examples.ent import people
from examples.ent.people import Account
from examples.ent.tool import DEPLOYMENT_ID as DEPLOYMENT_ID
from examples.ent.tool import Tool

NAME = "Collège des Quatre-Vents"
GUID = "quatre-vents.ent.test"
DEMO_PASSWORD = "quatre-vents"  # noqa: S105 (shown on the sign-in page)
_NAMESPACE = uuid.UUID("5f1ad2a6-7f6e-4a52-9d3a-0c1f5d8c4e11")

_ACCOUNTS = (
    ("morel", "Mme", "Claire", "Morel", "teacher", "fr"),
    ("haddad", "M.", "Karim", "Haddad", "teacher", "fr"),
    ("lina", "", "Lina", "Benali", "pupil", "fr"),
    ("tom", "", "Tom", "Garnier", "pupil", "fr"),
    ("ines", "", "Inès", "Moreau", "pupil", "fr"),
    ("adam", "", "Adam", "Benali", "pupil", "fr"),
    ("jade", "", "Jade", "Nguyen", "pupil", "en"),
    ("hugo", "", "Hugo", "Lefèvre", "pupil", "fr"),
    ("samira", "Mme", "Samira", "Benali", "guardian", "fr"),
    ("paul", "M.", "Paul", "Garnier", "guardian", "fr"),
    ("mai", "Mme", "Mai", "Nguyen", "guardian", "en"),
    ("fournier", "Mme", "Hélène", "Fournier", "head", "fr"),
    ("admin", "Mme", "Inès", "Roche", "administrator", "fr"),
)
_CLASSES = {
    "5A": ("5e\u00a0A", ("morel", "lina", "tom", "ines")),
    "5B": ("5e\u00a0B", ("morel", "haddad", "adam", "jade", "hugo")),
}
_FAMILIES = {"samira": ("lina", "adam"), "paul": ("tom",), "mai": ("jade",)}


@dataclass(frozen=True)
class SchoolClass:
    """A class: an LTI context."""

    id: str
    label: str
    title: str


@dataclass(frozen=True)
class Link:
    """A link on a class page: to a tool if it has a client, else to anywhere on the web."""

    id: str
    class_id: str
    client_id: str | None
    title: str
    text: str
    url: str
    custom: Mapping[str, str]
    dates: Mapping[str, Mapping[str, str]]


def seed(connection: sqlite3.Connection, tool: Tool) -> None:
    """Open the school, with the tool in every class, if the database is empty; add accounts that are new."""
    had_classes = connection.execute("SELECT 1 FROM classes").fetchone() is not None
    _seed_accounts(connection)
    if had_classes:
        return
    for label, (title, logins) in _CLASSES.items():
        class_id = stable_id(label)
        connection.execute("INSERT INTO classes VALUES (?, ?, ?)", (class_id, label, title))
        enrolments = [(class_id, stable_id(login)) for login in logins]
        connection.executemany("INSERT INTO enrolments VALUES (?, ?)", enrolments)
        add_link(connection, class_id, tool.client_id, title=tool.name, url=tool.launch_url)
    for guardian, logins in _FAMILIES.items():
        family = [(stable_id(guardian), stable_id(login)) for login in logins]
        connection.executemany("INSERT INTO guardians VALUES (?, ?)", family)


def _seed_accounts(connection: sqlite3.Connection) -> None:
    known = {row["login"] for row in connection.execute("SELECT login FROM accounts")}
    missing = [account for account in _ACCOUNTS if account[0] not in known]
    if not missing:
        return
    password_hash = generate_password_hash(DEMO_PASSWORD, method="scrypt:16384:8:1")
    for login, *names in missing:
        row = (stable_id(login), login, password_hash, *names)
        connection.execute("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def stable_id(name: str) -> str:
    """The identifier a seeded person or class has in every demo database."""
    return str(uuid.uuid5(_NAMESPACE, name))


def classes(connection: sqlite3.Connection) -> list[SchoolClass]:
    """All classes."""
    return [SchoolClass(**row) for row in connection.execute("SELECT * FROM classes ORDER BY label")]


def own_classes(connection: sqlite3.Connection, account: Account) -> list[SchoolClass]:
    """The classes somebody may open."""
    return [each for each in classes(connection) if people.belongs(connection, account, each.id)]


def find_class(connection: sqlite3.Connection, label_or_id: str) -> SchoolClass | None:
    """The class with this label or identifier."""
    query = "SELECT * FROM classes WHERE id = :key OR label = :key"
    row = connection.execute(query, {"key": label_or_id}).fetchone()
    return SchoolClass(**row) if row else None


def add_class(connection: sqlite3.Connection, label: str, title: str) -> SchoolClass:
    """Open one more class, without anybody in it."""
    made = SchoolClass(str(uuid.uuid4()), label, title)
    connection.execute("INSERT INTO classes VALUES (?, ?, ?)", (made.id, label, title))
    return made


def links(connection: sqlite3.Connection, class_id: str) -> list[Link]:
    """The links of a class in the order they were added."""
    rows = connection.execute("SELECT * FROM links WHERE class_id = ? ORDER BY position", (class_id,))
    return [_link(row) for row in rows]


def find_link(connection: sqlite3.Connection, link_id: str) -> Link | None:
    """The link with this identifier."""
    row = connection.execute("SELECT * FROM links WHERE id = ?", (link_id,)).fetchone()
    return _link(row) if row else None


def add_link(
    connection: sqlite3.Connection,
    class_id: str,
    client_id: str | None,
    *,
    title: str,
    url: str,
    text: str = "",
    custom: Mapping[str, str] | None = None,
    dates: Mapping[str, Mapping[str, str]] | None = None,
) -> Link:
    """Put one more link on a class page."""
    link = Link(str(uuid.uuid4()), class_id, client_id, title, text, url, custom or {}, dates or {})
    connection.execute(
        "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT COUNT(*) FROM links))",
        (link.id, class_id, client_id, title, text, url, json.dumps(link.custom), json.dumps(link.dates)),
    )
    return link


def _link(row: sqlite3.Row) -> Link:
    values: dict[str, Any] = dict(row)
    del values["position"]
    custom, dates = json.loads(values["custom"]), json.loads(values["dates"])
    return Link(**{**values, "custom": custom, "dates": dates})
