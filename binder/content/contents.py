"""A binder's table of contents with all that stands in it: so many queries, however long it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.clock import now
from binder.content.trash import trashed
from binder.models import Assignment, Attempt, Binder, Grade, Membership, Page, Person, Section
from binder.owning import own_binder

__all__ = ["Contents", "Given", "PageRow", "SectionRow", "Status", "contents", "sizes"]


class Status(StrEnum):
    """The one thing to know of a part: what keeps pupils from seeing it as its author wrote it, if anything does."""

    HIDDEN = "hidden"
    HIDDEN_ABOVE = "hidden-above"
    """Hidden with a section above it."""
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    CHANGED = "changed"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Given:
    """How far the viewer's class is with a page, as it was given to it last."""

    assignment_id: UUID
    learners: int
    handed_in: int
    to_mark: int


@dataclass
class PageRow:
    """A page as it stands in the table of contents."""

    id: UUID
    section_id: UUID
    title: str
    status: Status
    hidden: bool
    """By itself, whatever is above it."""
    visible_from: datetime | None
    asks: bool
    """Whether there is a question on it."""
    waits: bool
    """Whether publishing it would show pupils something new."""
    given: Given | None = None


@dataclass
class SectionRow:
    """A section as it stands in the table of contents; `number` is such as 2 or 2.1."""

    id: UUID
    parent_id: UUID | None
    title: str
    hidden: bool
    visible_from: datetime | None
    number: str = ""
    level: int = 1
    status: Status = Status.PUBLISHED
    """HIDDEN, HIDDEN_ABOVE, SCHEDULED, or else PUBLISHED: a section itself is never a draft."""
    pages: list[PageRow] = field(default_factory=list)
    sections: list[SectionRow] = field(default_factory=list)

    def walk(self) -> Iterator[SectionRow]:
        """The section and all below it, in reading order."""
        yield self
        for inner in self.sections:
            yield from inner.walk()

    @property
    def page_count(self) -> int:
        """Pages in it and below it."""
        return sum(len(part.pages) for part in self.walk())


@dataclass
class Contents:
    """What the screen shows; a copy of rows, so that it may be extended freely."""

    binder: Binder
    chapters: list[SectionRow]
    thrown: int = 0
    """How many things can be had back from the binder's trash."""

    def walk(self) -> Iterator[SectionRow]:
        """All sections in reading order."""
        for chapter in self.chapters:
            yield from chapter.walk()

    @property
    def pages(self) -> list[PageRow]:
        """All pages in reading order."""
        return [page for section in self.walk() for page in section.pages]

    @property
    def waiting(self) -> int:
        """How many pages are drafts or have changes waiting."""
        return sum(page.waits for page in self.pages)


def contents(session: Session, viewer: Viewer, binder_id: UUID, action: str = "author") -> Contents:
    """The table of contents of a binder to which the viewer may do `action`, as `own_binder` has it."""
    binder = own_binder(session, viewer, binder_id, action)
    at = now()
    rows = _sections(session, binder)
    found = Contents(binder, [row for row in rows.values() if row.parent_id is None])
    for row in rows.values():
        if row.parent_id in rows:
            rows[row.parent_id].sections.append(row)
    for number, chapter in enumerate(found.chapters, 1):
        _number(chapter, str(number), 1, None, at)
    given = _given(session, viewer, binder)
    for page in _pages(session, binder):
        if page.section_id in rows:
            above = rows[page.section_id]
            _settle(page, above, at)
            page.given = given.get(page.id)
            above.pages.append(page)
    found.thrown = len(trashed(session, viewer, binder_id)) if action == "author" else 0
    return found


def sizes(session: Session, viewer: Viewer, binders: Collection[Binder]) -> dict[UUID, tuple[int, int]]:
    """How many chapters and pages each of some binders has, by its id."""
    found = {binder.id: (0, 0) for binder in binders}
    for kind, limits in ((Section, [Section.parent_id.is_(None)]), (Page, [])):
        query = sa.select(kind.binder_id, sa.func.count()).group_by(kind.binder_id)
        query = query.where(
            kind.tenant_id == viewer.tenant_id, kind.binder_id.in_(found), kind.trashed_at.is_(None), *limits
        )
        for id, count in session.execute(query):
            chapters, pages = found[id]
            found[id] = (count, pages) if kind is Section else (chapters, count)
    return found


def _sections(session: Session, binder: Binder) -> dict[UUID, SectionRow]:
    columns = (Section.id, Section.parent_id, Section.title, Section.hidden, Section.visible_from)
    query = sa.select(*columns).where(*_of(Section, binder)).order_by(Section.position, Section.id)
    return {row[0]: SectionRow(*row) for row in session.execute(query)}


def _of(kind: type[Section | Page], binder: Binder) -> tuple[sa.ColumnElement[bool], ...]:
    return kind.tenant_id == binder.tenant_id, kind.binder_id == binder.id, kind.trashed_at.is_(None)


def _pages(session: Session, binder: Binder) -> Iterator[PageRow]:
    # in the text of a JSON document these quotes would be escaped, so only a block's own type is found
    written = sa.cast(Page.blocks, sa.Text)
    asks = sa.or_(*(written.contains(f'"type": "{kind}"') for kind in ("activity", "draw")))
    columns = (Page.id, Page.section_id, Page.title, Page.hidden, Page.visible_from)
    query = sa.select(*columns, asks, Page.published_number, Page.changed)
    for row in session.execute(query.where(*_of(Page, binder)).order_by(Page.position, Page.id)):
        id, section_id, title, hidden, visible_from, asking, published, changed = row
        status = Status.DRAFT if published is None else Status.CHANGED if changed else Status.PUBLISHED
        waits = published is None or changed
        yield PageRow(id, section_id, title, status, hidden, visible_from, bool(asking), waits)


def _number(row: SectionRow, number: str, level: int, above: SectionRow | None, at: datetime) -> None:
    row.number, row.level = number, level
    _settle(row, above, at)
    for place, inner in enumerate(row.sections, 1):
        _number(inner, f"{number}.{place}", level + 1, row, at)


def _settle(row: PageRow | SectionRow, above: SectionRow | None, at: datetime) -> None:
    """The one status, with what comes from above: a part is never seen before the section that it stands in."""
    if above is not None and above.status is Status.SCHEDULED and above.visible_from is not None:
        row.visible_from = max(row.visible_from or above.visible_from, above.visible_from)
    if row.hidden:
        row.status = Status.HIDDEN
    elif above is not None and above.status in (Status.HIDDEN, Status.HIDDEN_ABOVE):
        row.status = Status.HIDDEN_ABOVE
    elif row.status is not Status.DRAFT and row.visible_from is not None and row.visible_from > at:
        row.status = Status.SCHEDULED


def _given(session: Session, viewer: Viewer, binder: Binder) -> dict[UUID, Given]:
    """By page, as given last to the viewer's class; the numbers are the class's, so only for who follows it."""
    if viewer.role is not Role.INSTRUCTOR or viewer.audience_id is None:
        return {}
    last = (
        sa.select(sa.func.row_number().over(partition_by=Assignment.page_id, order_by=Assignment.id.desc()))
        .add_columns(Assignment.page_id, Assignment.id)
        .join(Page, sa.and_(Page.tenant_id == Assignment.tenant_id, Page.id == Assignment.page_id))
        .where(Assignment.tenant_id == viewer.tenant_id, Assignment.audience_id == viewer.audience_id)
        .where(Page.binder_id == binder.id, Assignment.activity_id.is_(None))
        .subquery()
    )
    rank, page_id, assignment_id = last.c
    copies = sa.select(page_id, assignment_id, *_copies(viewer, assignment_id)).where(rank == 1)
    learners = session.scalar(sa.select(sa.func.count()).select_from(_learners(viewer).subquery())) or 0
    return {row[0]: Given(row[1], learners, row[2], row[3]) for row in session.execute(copies)}


def _learners(viewer: Viewer) -> sa.Select[Any]:
    return (
        sa.select(Person.id)
        .join(
            Membership, sa.and_(Membership.tenant_id == Person.tenant_id, Membership.person_id == Person.id)
        )
        .where(
            Membership.tenant_id == viewer.tenant_id,
            Membership.audience_id == viewer.audience_id,
            Membership.role == Role.LEARNER.value,
            Membership.active,
            sa.not_(Person.is_test),
        )
    )


def _copies(viewer: Viewer, assignment_id: sa.ColumnElement[UUID]) -> tuple[sa.ScalarSelect[int], ...]:
    """How many learners have handed in, and of how many the newest copy has not been given back."""
    newer = sa.orm.aliased(Attempt)
    mine = (Attempt.tenant_id == viewer.tenant_id, Attempt.assignment_id == assignment_id)
    handed_in = (
        sa.select(sa.func.count(sa.distinct(Attempt.person_id)))
        .where(*mine, Attempt.submitted_at.is_not(None), Attempt.person_id.in_(_learners(viewer)))
        .correlate_except(Attempt)
    )
    overtaken = sa.exists().where(
        newer.tenant_id == Attempt.tenant_id,
        newer.assignment_id == Attempt.assignment_id,
        newer.person_id == Attempt.person_id,
        newer.number > Attempt.number,
    )
    returned = sa.exists().where(
        Grade.tenant_id == Attempt.tenant_id, Grade.attempt_id == Attempt.id, Grade.released_at.is_not(None)
    )
    to_mark = handed_in.where(sa.not_(overtaken), sa.not_(returned))
    return handed_in.scalar_subquery(), to_mark.scalar_subquery()
