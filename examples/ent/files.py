"""Files that came by deep linking: copied while their address is good (Deep Linking 2.0, 3.2)."""

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests

from examples.ent.markup import origin
from examples.ent.tool import Tool

if TYPE_CHECKING:
    from examples.ent.platform import Ent

LARGEST = 5_000_000
TIME = (3, 10)
File = tuple[bytes, str]
"""What is in a file, and its media type."""


def fetch(url: str) -> File | None:
    """Read a file; None if it cannot be had or is too large. Redirects are not followed."""
    try:
        with requests.get(url, timeout=TIME, allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                return None
            body = answer.raw.read(LARGEST + 1, decode_content=True)
    except (requests.RequestException, OSError):
        return None
    media_type = answer.headers.get("Content-Type", "application/octet-stream").partition(";")[0].strip()
    return (body, media_type) if len(body) <= LARGEST else None


def copied(ent: "Ent", tool: Tool, item: Mapping[str, Any]) -> File | None:
    """The content of an item that is a file of the tool's own; the ENT calls no other address."""
    if item["type"] != "file" or origin(item["url"]) not in tool.origins:
        return None
    return ent.options.fetch(item["url"])


def keep(connection: sqlite3.Connection, link_id: str, file: File) -> None:
    """Keep a copy for a link."""
    connection.execute("INSERT INTO content_files VALUES (?, ?, ?)", (link_id, file[1], file[0]))


def find(connection: sqlite3.Connection, link_id: str) -> File | None:
    """The copy for a link."""
    query = "SELECT body, media_type FROM content_files WHERE link_id = ?"
    row = connection.execute(query, (link_id,)).fetchone()
    return (row["body"], row["media_type"]) if row else None


def links_with_files(connection: sqlite3.Connection, class_id: str) -> set[str]:
    """The links of a class that a file is kept for."""
    query = "SELECT link_id FROM content_files JOIN links ON links.id = link_id WHERE class_id = ?"
    return {row["link_id"] for row in connection.execute(query, (class_id,))}
