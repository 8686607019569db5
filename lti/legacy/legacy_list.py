"""What a host knew people, classes and work by under LTI 1.1: a list (CSV) that is taken in whole, or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.clock import uuid7
from binder.models import Person
from lti.claims.legacy_claim import legacy_id
from lti.errors import LTIError
from lti.legacy import TARGETS, Kind
from lti.models import LegacyId

__all__ = ["ListInvalid", "TakenIn", "take_in"]

HEAD = ("kind", "value", "target_id")
MOST_LINES = 200_000
MOST_ERRORS = 50
"""Told at once."""
T = TypeVar("T")
AT_ONCE = 500
"""Lines to one question."""


class ListInvalid(LTIError):
    """Something in the list is wrong, so nothing of it was taken in; `lines` says what, by line."""

    code = "legacy-list"

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        super().__init__(f"{len(lines)} wrong; nothing was taken in")
        self.lines = tuple(sorted(lines)[:MOST_ERRORS])


@dataclass(frozen=True)
class TakenIn:
    """What a list has brought."""

    new: int
    changed: int
    """Ids that stand for something else now; nobody had come by them."""
    same: int


@dataclass
class _List:
    """The lines read so far, and what is wrong with them."""

    rows: dict[tuple[Kind, str], tuple[int, UUID]] = field(default_factory=dict)
    """(kind, value) → (line, target)."""
    wrong: list[tuple[int, str]] = field(default_factory=list)


def take_in(session: Session, tenant_id: UUID, consumer_key: str, lines: Iterable[str]) -> TakenIn:
    """Keep a list of lines `kind,value,target_id`, with or without those words above them; what was known stays.

    :param lines: of CSV; `kind` is `user`, `context` or `link`, and the target a person, audience or assignment.
    :raises ListInvalid: if any line is wrong.
    """
    read = _read(lines)
    _check_targets(session, tenant_id, read)
    known: dict[tuple[Kind, str], LegacyId] = {}
    for kind in Kind:
        for values in _batches([value for each, value in read.rows if each is kind]):
            query = sa.select(LegacyId).where(
                LegacyId.tenant_id == tenant_id,
                LegacyId.consumer_key == consumer_key,
                LegacyId.kind == kind.value,
                LegacyId.value.in_(values),
            )
            known |= {(kind, row.value): row for row in session.scalars(query)}
    for key, row in known.items():
        line, target_id = read.rows[key]
        if row.target_id != target_id and row.taken_at is not None:
            read.wrong.append((line, "somebody has come by this id already, so it cannot be changed"))
    if read.wrong:
        raise ListInvalid(read.wrong)
    return _keep(session, tenant_id, consumer_key, read, known)


def _keep(
    session: Session,
    tenant_id: UUID,
    consumer_key: str,
    read: _List,
    known: dict[tuple[Kind, str], LegacyId],
) -> TakenIn:
    changed = 0
    for key, row in known.items():
        target_id = read.rows[key][1]
        changed += row.target_id != target_id
        row.target_id = target_id
    new = [
        {
            "tenant_id": tenant_id,
            "id": uuid7(),
            "consumer_key": consumer_key,
            "kind": kind.value,
            "value": value,
            "target_id": target_id,
        }
        for (kind, value), (_, target_id) in read.rows.items()
        if (kind, value) not in known
    ]
    if new:
        session.execute(sa.insert(LegacyId), new)
    session.flush()
    return TakenIn(len(new), changed, len(known) - changed)


def _read(lines: Iterable[str]) -> _List:
    read, reader = _List(), csv.reader(lines, strict=True)
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells) or (reader.line_num == 1 and tuple(cells) == HEAD):
                continue
            if reader.line_num > MOST_LINES:
                raise ListInvalid([(reader.line_num, f"more than {MOST_LINES} lines")])
            problem = _note(read, reader.line_num, cells)
            if problem:
                read.wrong.append((reader.line_num, problem))
    except (csv.Error, UnicodeDecodeError) as error:
        words = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise ListInvalid([*read.wrong, (reader.line_num + 1, f"not CSV: {words}")]) from error
    return read


def _note(read: _List, line: int, cells: Sequence[str]) -> str:
    """Keep a line; what is wrong with it, or empty."""
    if len(cells) != len(HEAD):
        return f"{len(cells)} cells instead of {len(HEAD)}: {', '.join(HEAD)}"
    if cells[0] not in list(Kind):
        return f"kind is {cells[0][:20]!r}, not {', '.join(Kind)}"
    value = legacy_id(cells[1])
    if not value:
        return "value is no id of 1 to 255 characters"
    try:
        target_id = UUID(cells[2])
    except ValueError:
        return "target_id is no UUID"
    key = (Kind(cells[0]), value)
    if key in read.rows:
        return f"the same as line {read.rows[key][0]}"
    read.rows[key] = (line, target_id)
    return ""


def _check_targets(session: Session, tenant_id: UUID, read: _List) -> None:
    """Each must be there, in this very school."""
    for kind, table in TARGETS.items():
        asked: dict[UUID, list[int]] = {}
        for (each, _), (line, target_id) in read.rows.items():
            if each is kind:
                asked.setdefault(target_id, []).append(line)
        for ids in _batches(list(asked)):
            query = sa.select(table.id).where(table.tenant_id == tenant_id, table.id.in_(ids))
            if table is Person:
                query = query.where(Person.erased_at.is_(None))
            for lost in set(ids) - set(session.scalars(query)):
                noun = table.__name__.lower()
                read.wrong += [(line, f"no such {noun} in this school") for line in asked[lost]]


def _batches(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
