"""A class copied for another year or another group: its links and columns, nobody's work."""

import sqlite3
import uuid
from collections.abc import Iterable
from dataclasses import replace

from examples.ent import gradebook, people, school
from examples.ent.people import Account
from examples.ent.school import SchoolClass

LONGEST_HISTORY = 50
LINK_TABLES = ("content_items", "content_files", "proctored_links")
"""Where more is kept of a link, under its `link_id`."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS copies (
    copy_id TEXT PRIMARY KEY,
    origin_id TEXT NOT NULL
)
"""


def copy_class(
    connection: sqlite3.Connection,
    origin: SchoolClass,
    *,
    label: str,
    title: str,
    teachers: Iterable[Account],
) -> SchoolClass:
    """A new class with copies of the links and of the columns, without pupils, groups or scores."""
    copy = school.add_class(connection, label, title)
    _remember(connection, copy.id, origin.id)
    for teacher in teachers:
        people.enrol(connection, teacher, copy.id)
    new_ids: dict[str | None, str | None] = {None: None}
    for link in school.links(connection, origin.id):
        made = school.add_link(
            connection,
            copy.id,
            link.client_id,
            title=link.title,
            url=link.url,
            text=link.text,
            custom=link.custom,
            dates=link.dates,
        )
        _remember(connection, made.id, link.id)
        _copy_details(connection, link.id, made.id)
        new_ids[link.id] = made.id
    for item in gradebook.line_items(connection, origin.id):
        moved = replace(item, id=str(uuid.uuid4()), class_id=copy.id, link_id=new_ids[item.link_id])
        gradebook.add_line_item(connection, moved)
    return copy


def context_history(connection: sqlite3.Connection, class_id: str) -> list[str]:
    """The classes that a class descends from, the newest first ($Context.id.history)."""
    return _history(connection, class_id)


def link_history(connection: sqlite3.Connection, link_id: str) -> list[str]:
    """The links that a link descends from, the newest first ($ResourceLink.id.history)."""
    return _history(connection, link_id)


def _copy_details(connection: sqlite3.Connection, link_id: str, copy_id: str) -> None:
    for table in LINK_TABLES:
        query = f"SELECT * FROM {table} WHERE link_id = ?"  # noqa: S608 - our own table names
        for row in connection.execute(query, (link_id,)).fetchall():
            values = {**row, "link_id": copy_id}
            columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
            connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608 - our own column names


def _remember(connection: sqlite3.Connection, copy_id: str, origin_id: str) -> None:
    connection.execute("INSERT INTO copies VALUES (?, ?)", (copy_id, origin_id))


def _history(connection: sqlite3.Connection, copy_id: str) -> list[str]:
    query = """
        WITH RECURSIVE history (id, age) AS (
            SELECT origin_id, 1 FROM copies WHERE copy_id = ?
            UNION ALL
            SELECT origin_id, age + 1 FROM copies JOIN history ON copy_id = id WHERE age < ?
        ) SELECT id FROM history ORDER BY age
    """
    return [row["id"] for row in connection.execute(query, (copy_id, LONGEST_HISTORY))]
