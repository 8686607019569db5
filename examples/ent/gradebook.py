"""The gradebook: line items, the score each pupil has in them, every score that ever arrived."""

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class StaleScore(Exception):
    """A score that is not newer than the one the gradebook has."""


@dataclass(frozen=True, kw_only=True)
class LineItem:
    """A column of the gradebook of a class, owned by one tool."""

    id: str
    client_id: str
    class_id: str
    link_id: str | None
    label: str
    score_maximum: float
    resource_id: str | None = None
    tag: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    grades_released: bool = True
    submission_review: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a tool said last about one pupil in one line item."""

    line_item_id: str
    account_id: str
    score_given: float | None
    score_maximum: float | None
    comment: str | None
    activity_progress: str
    grading_progress: str
    scoring_user_id: str | None
    timestamp: str
    instant: float
    started_at: str | None = None
    submitted_at: str | None = None

    def on_scale(self, maximum: float) -> float | None:
        """The score out of the line item's own maximum."""
        if self.score_given is None or not self.score_maximum:
            return None
        return round(self.score_given * maximum / self.score_maximum, 6)


@dataclass(frozen=True)
class ScorePost:
    """One score that arrived and was accepted."""

    line_item_id: str
    user_id: str
    body: Mapping[str, Any]
    received_at: datetime


def line_items(
    connection: sqlite3.Connection,
    class_id: str,
    client_id: str | None = None,
    *,
    link_id: str | None = None,
    resource_id: str | None = None,
    tag: str | None = None,
) -> list[LineItem]:
    """The line items of a class that meet all the conditions given (AGS 2.0, 3.2.3)."""
    wanted = {"client_id": client_id, "link_id": link_id, "resource_id": resource_id, "tag": tag}
    rows = connection.execute("SELECT * FROM line_items WHERE class_id = ? ORDER BY position", (class_id,))
    return [
        _line_item(row)
        for row in rows
        if all(value is None or row[name] == value for name, value in wanted.items())
    ]


def find_line_item(connection: sqlite3.Connection, line_item_id: str) -> LineItem | None:
    """The line item with this identifier."""
    row = connection.execute("SELECT * FROM line_items WHERE id = ?", (line_item_id,)).fetchone()
    return _line_item(row) if row else None


def new_id() -> str:
    """An identifier for a new line item."""
    return str(uuid.uuid4())


def add_line_item(connection: sqlite3.Connection, item: LineItem) -> None:
    """Open one more column."""
    names = list(_values(item))
    columns, marks = ", ".join(names), ", ".join(f":{name}" for name in names)
    following = "(SELECT COALESCE(MAX(position), 0) + 1 FROM line_items)"
    query = f"INSERT INTO line_items ({columns}, position) VALUES ({marks}, {following})"  # noqa: S608 - our own column names
    connection.execute(query, _values(item))


def change_line_item(connection: sqlite3.Connection, item: LineItem) -> None:
    """Replace what a column says about itself."""
    assignments = ", ".join(f"{name} = :{name}" for name in _values(item) if name != "id")
    connection.execute(f"UPDATE line_items SET {assignments} WHERE id = :id", _values(item))  # noqa: S608 - our own column names


def remove_line_item(connection: sqlite3.Connection, item: LineItem) -> None:
    """Close a column with the scores in it."""
    connection.execute("DELETE FROM line_items WHERE id = ?", (item.id,))


def record(connection: sqlite3.Connection, score: Score, *, body: Mapping[str, Any], at: datetime) -> None:
    """Keep a score that is newer, by whole seconds as in Moodle, than the one before (AGS 2.0, 3.4.9)."""
    before = score_of(connection, score.line_item_id, score.account_id)
    if before and int(before.instant) >= int(score.instant):
        raise StaleScore(before.timestamp)
    values = vars(score)
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    query = f"INSERT OR REPLACE INTO scores ({columns}) VALUES ({marks})"  # noqa: S608 - our own column names
    connection.execute(query, values)
    connection.execute(
        "INSERT INTO score_posts (line_item_id, account_id, body, received_at) VALUES (?, ?, ?, ?)",
        (score.line_item_id, score.account_id, json.dumps(body), at.timestamp()),
    )


def score_of(connection: sqlite3.Connection, line_item_id: str, account_id: str) -> Score | None:
    """The score of one pupil in one line item."""
    query = "SELECT * FROM scores WHERE line_item_id = ? AND account_id = ?"
    row = connection.execute(query, (line_item_id, account_id)).fetchone()
    return Score(**row) if row else None


def scores(connection: sqlite3.Connection, line_item_id: str) -> list[Score]:
    """All scores in one line item, in a stable order."""
    query = "SELECT * FROM scores WHERE line_item_id = ? ORDER BY account_id"
    return [Score(**row) for row in connection.execute(query, (line_item_id,))]


def score_posts(connection: sqlite3.Connection) -> list[ScorePost]:
    """Every accepted score in the order of arrival."""
    return [
        ScorePost(
            row["line_item_id"],
            row["account_id"],
            json.loads(row["body"]),
            datetime.fromtimestamp(row["received_at"]).astimezone(),
        )
        for row in connection.execute("SELECT * FROM score_posts ORDER BY id")
    ]


def _values(item: LineItem) -> dict[str, Any]:
    review = json.dumps(item.submission_review) if item.submission_review is not None else None
    return {**vars(item), "submission_review": review}


def _line_item(row: sqlite3.Row) -> LineItem:
    values = dict(row)
    del values["position"]
    values["grades_released"] = bool(values["grades_released"])
    values["submission_review"] = json.loads(values["submission_review"] or "null")
    return LineItem(**values)
