"""The school's library: binders that their authors let all colleagues read and copy, as far as they are published."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, require
from binder.content.licences import licence_of
from binder.content.searching import folded
from binder.models import Binder, Page, Person
from binder.owning import own_binder
from binder.publication import reading
from binder.vocabularies import LEVELS, SUBJECTS

__all__ = ["Entry", "contents", "entries", "entry", "facets", "page"]

MOST_FOUND = 200


@dataclass(frozen=True)
class Entry:
    """A binder in the library."""

    binder: Binder
    author: str
    """Empty where the platform does not tell it."""

    @property
    def may_be_copied(self) -> bool:
        """Whether its licence lets colleagues copy it without asking."""
        licence = licence_of(self.binder.licence)
        return licence is not None and licence.may_copy


def _listed(session: Session, viewer: Viewer) -> list[tuple[Binder, str]]:
    """(binder, its author's name), those listed last first."""
    query = (
        sa.select(Binder, Person.display_name)
        .join(Person, sa.and_(Person.tenant_id == Binder.tenant_id, Person.id == Binder.owner_id))
        .where(
            Binder.tenant_id == viewer.tenant_id, Binder.listed_at.is_not(None), Binder.trashed_at.is_(None)
        )
        .order_by(Binder.listed_at.desc(), Binder.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def entries(
    session: Session, viewer: Viewer, *, words: str = "", level: str = "", subject: str = ""
) -> list[Entry]:
    """The school's binders that fit, those listed last first.

    :param words: all of them stand in the title, the description, the subject, the level or the author's name.
    :param level: a cycle finds its classes, too.
    """
    require(viewer, "write")
    wanted, found = folded(words).split(), list[Entry]()
    levels = LEVELS.within(level) if level else frozenset[str]()
    for binder, author in _listed(session, viewer):
        if levels and LEVELS.value(binder.level) not in levels:
            continue
        if subject and SUBJECTS.value(binder.subject) != SUBJECTS.value(subject):
            continue
        terms = [LEVELS.label(binder.level, lang) for lang in ("fr", "en")]
        terms += [SUBJECTS.label(binder.subject, lang) for lang in ("fr", "en")]
        text = folded(" ".join((binder.title, binder.description, author, *terms)))
        if all(word in text for word in wanted):
            found.append(Entry(binder, author))
    return found[:MOST_FOUND]


def facets(session: Session, viewer: Viewer) -> tuple[list[str], list[str]]:
    """(levels, subjects) of which the library has something, in the vocabularies' order, texts of one's own last."""
    require(viewer, "write")
    rows = [binder for binder, _ in _listed(session, viewer)]
    levels = {LEVELS.value(binder.level) for binder in rows} - {""}
    wider = {term.broader for term in LEVELS if term.value in levels} - {""}
    subjects = {SUBJECTS.value(binder.subject) for binder in rows} - {""}
    return _in_order(levels | wider, [it.value for it in LEVELS]), _in_order(
        subjects, [it.value for it in SUBJECTS]
    )


def _in_order(values: set[str], order: list[str]) -> list[str]:
    return [value for value in order if value in values] + sorted(values.difference(order))


def entry(session: Session, viewer: Viewer, binder_id: UUID) -> Entry:
    """One binder of the library, or one that is shared with the viewer.

    :raises Forbidden: if it is neither.
    """
    binder = own_binder(session, viewer, binder_id, "browse")
    author = find(session, viewer, Person, binder.owner_id).display_name
    return Entry(binder, author)


def contents(session: Session, viewer: Viewer, binder_id: UUID) -> list[reading.Part]:
    """What is published in a binder of the library; drafts, hidden and later pages are not there."""
    entry(session, viewer, binder_id)
    return reading.contents(session, viewer, binder_id, previewing=True)[1]


def page(session: Session, viewer: Viewer, page_id: UUID) -> reading.Spread:
    """A page of such a binder, as it was last published.

    :raises NotFound: if there is nothing to read.
    """
    found = find(session, viewer, Page, page_id)
    entry(session, viewer, found.binder_id)
    return reading.spread(session, viewer, page_id, previewing=True)
