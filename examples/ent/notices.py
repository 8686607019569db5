"""Platform Notification Service 1.0: what is told to tools, to whom, and its way there."""

import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import requests

from examples.ent.addresses import Addresses
from examples.ent.tool import Tool
from examples.ent.vocabulary import LTI, NOTICE_SCOPE, NOTICE_SERVICE, VERSION

if TYPE_CHECKING:
    from examples.ent.platform import Ent

HELLO_WORLD = "LtiHelloWorldNotice"
CONTEXT_COPY = "LtiContextCopyNotice"
TYPES = (HELLO_WORLD, CONTEXT_COPY)
BATCH = 20
NOTICE_LIFE = 300
KEPT = 500
SCHEMA = """
CREATE TABLE IF NOT EXISTS notice_handlers (
    client_id TEXT NOT NULL,
    deployment_id TEXT NOT NULL,
    notice_type TEXT NOT NULL,
    handler TEXT NOT NULL,
    max_batch_size INTEGER,
    PRIMARY KEY (client_id, deployment_id, notice_type)
);
CREATE TABLE IF NOT EXISTS notices (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    deployment_id TEXT NOT NULL,
    notice_type TEXT NOT NULL,
    claims TEXT NOT NULL,
    created_at REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS notices_by_tool ON notices (client_id, created_at)
"""

Post = Callable[[str, Mapping[str, Any]], int]


@dataclass(frozen=True)
class Handler:
    """Where a tool receives one type of notice for one of its deployments."""

    client_id: str
    deployment_id: str
    notice_type: str
    handler: str
    max_batch_size: int | None


@dataclass(frozen=True)
class Notice:
    """One notice and what became of it."""

    id: str
    client_id: str
    deployment_id: str
    notice_type: str
    claims: Mapping[str, Any]
    created_at: float
    state: str
    reason: str

    @property
    def moment(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(self.created_at, UTC)


def claim(addresses: Addresses, tool: Tool, class_id: str) -> dict[str, Any]:
    """The service as a launch announces it to a tool that may use it."""
    if NOTICE_SCOPE not in tool.scopes:
        return {}
    service = {
        "service_versions": ["1.0"],
        "platform_notification_service_url": addresses.notices(tool.deployment_of(class_id), tool),
        "scope": [NOTICE_SCOPE],
        "notice_types_supported": list(TYPES),
    }
    return {NOTICE_SERVICE: service}


def handlers(
    connection: sqlite3.Connection, client_id: str, deployment_id: str | None = None
) -> list[Handler]:
    """The handlers of a tool, in one deployment or in all."""
    query = "SELECT * FROM notice_handlers WHERE client_id = ? ORDER BY deployment_id, notice_type"
    found = [Handler(**row) for row in connection.execute(query, (client_id,))]
    return [each for each in found if deployment_id in (None, each.deployment_id)]


def set_handler(connection: sqlite3.Connection, wanted: Handler) -> None:
    """Keep the one handler there may be for a type; an empty address removes it."""
    key = (wanted.client_id, wanted.deployment_id, wanted.notice_type)
    where = "client_id = ? AND deployment_id = ? AND notice_type = ?"
    connection.execute(f"DELETE FROM notice_handlers WHERE {where}", key)  # noqa: S608 - fixed text
    if wanted.handler:
        row = (*key, wanted.handler, wanted.max_batch_size)
        connection.execute("INSERT INTO notice_handlers VALUES (?, ?, ?, ?, ?)", row)


def note(
    connection: sqlite3.Connection,
    client_id: str,
    deployment_id: str,
    notice_type: str,
    claims: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Write a notice that waits for delivery; of a tool's old ones that are settled only the newest stay."""
    row = (str(uuid.uuid4()), client_id, deployment_id, notice_type, json.dumps(claims), now.timestamp())
    connection.execute("INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?, 'waiting', '')", row)
    connection.execute(
        """DELETE FROM notices WHERE client_id = :client_id AND state IN ('delivered', 'failed') AND id NOT IN (
            SELECT id FROM notices WHERE client_id = :client_id ORDER BY created_at DESC LIMIT :kept)""",
        {"client_id": client_id, "kept": KEPT},
    )


def recent(connection: sqlite3.Connection, client_id: str, limit: int = 10) -> list[Notice]:
    """The newest notices to a tool."""
    query = "SELECT * FROM notices WHERE client_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ?"
    return [_notice(row) for row in connection.execute(query, (client_id, limit))]


def try_again(connection: sqlite3.Connection, client_id: str) -> None:
    """Let the notices wait again that did not arrive."""
    query = "UPDATE notices SET state = 'waiting', reason = '' WHERE client_id = ? AND state != 'delivered'"
    connection.execute(query, (client_id,))


class Courier:
    """Brings notices to tools, beside the request that wrote them unless `background` is off."""

    def __init__(self, ent: "Ent") -> None:
        self._ent = ent
        self._threads: list[threading.Thread] = []
        self.background = True
        self.post: Post = post_json

    def send(self) -> None:
        """Deliver what waits, if anything does."""
        with self._ent.database.reading() as connection:
            waiting = connection.execute("SELECT 1 FROM notices WHERE state = 'waiting'").fetchone()
        if not waiting:
            return
        if self.background:
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(threading.Thread(target=self.deliver, daemon=True))
            self._threads[-1].start()
        else:
            self.deliver()

    def wait(self, seconds: float = 30) -> None:
        """Let the deliveries that are under way come to an end."""
        for thread in self._threads:
            thread.join(seconds)

    def deliver(self) -> None:
        """Take every notice that waits and bring it to its handler, once, in batches."""
        with self._ent.database.writing() as connection:
            waiting = connection.execute(
                "UPDATE notices SET state = 'sending' WHERE state = 'waiting' RETURNING *"
            ).fetchall()
            places = {
                (each.client_id, each.deployment_id, each.notice_type): each
                for client_id in {row["client_id"] for row in waiting}
                for each in handlers(connection, client_id)
            }
        batches: dict[Handler | None, list[Notice]] = {}
        for row in sorted(waiting, key=lambda each: float(each["created_at"])):
            place = places.get((row["client_id"], row["deployment_id"], row["notice_type"]))
            batches.setdefault(place, []).append(_notice(row))
        for handler, found in batches.items():
            size = min((handler and handler.max_batch_size) or BATCH, BATCH)
            for start in range(0, len(found), size):
                self._bring(handler, found[start : start + size])

    def _bring(self, handler: Handler | None, batch: Sequence[Notice]) -> None:
        tool = self._ent.tools.get(batch[0].client_id)
        if handler is None or tool is None:
            return self._settle(batch, "no handler")
        body = {"notices": [{"jwt": self._ent.sign(self._claims(tool, each))} for each in batch]}
        try:
            status = self.post(handler.handler, body)
        except requests.RequestException as error:
            return self._settle(batch, type(error).__name__)
        self._settle(batch, "" if 200 <= status < 300 else f"HTTP {status}")

    def _claims(self, tool: Tool, notice: Notice) -> dict[str, Any]:
        """The claims of a notice: those of a launch without a person."""
        issued_at = int(self._ent.clock().timestamp())
        told = {"id": notice.id, "timestamp": notice.moment.isoformat(), "type": notice.notice_type}
        return {
            "iss": self._ent.addresses.issuer,
            "aud": tool.client_id,
            "azp": tool.client_id,
            "iat": issued_at,
            "exp": issued_at + NOTICE_LIFE,
            "nonce": str(uuid.uuid4()),
            f"{LTI}version": VERSION,
            f"{LTI}deployment_id": notice.deployment_id,
            f"{LTI}notice": told,
            **notice.claims,
        }

    def _settle(self, batch: Sequence[Notice], reason: str) -> None:
        rows = [("failed" if reason else "delivered", reason, each.id) for each in batch]
        with self._ent.database.writing() as connection:
            connection.executemany("UPDATE notices SET state = ?, reason = ? WHERE id = ?", rows)


def post_json(url: str, body: Mapping[str, Any]) -> int:
    """Post to a tool and read nothing but its status."""
    with requests.post(url, json=body, timeout=(3, 10), allow_redirects=False, stream=True) as answer:
        return answer.status_code


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(**{**row, "claims": json.loads(row["claims"])})
