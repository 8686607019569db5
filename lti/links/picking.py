"""What a teacher finds in the picker: binders, sections, pages, activities, files – and why some cannot be chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder.access import Viewer, find, may
from binder.activities import activities
from binder.blocks import kind_of
from binder.colleagues import sharing
from binder.content import authoring, searching
from binder.errors import NotFound
from binder.media.mediatypes import Kind as MediaKind
from binder.media.mediatypes import kind_of as media_kind
from binder.models import (
    Activity,
    ActivityVersion,
    Binder,
    Page,
    PageRevision,
    Resource,
    ResourceState,
    Section,
)
from binder.owning import own_binder, own_page
from lti.claims import DeepLinkingSettings
from lti.links.things import Key, Kind, Thing, Why
from lti.protocol import deep_linking

__all__ = ["Shelf", "binders", "found", "is_still", "section_of", "shelf", "thing"]


LINKS = frozenset(("ltiResourceLink", "link"))
SHAPES = {
    Kind.BINDER: LINKS,
    Kind.SECTION: LINKS,
    Kind.PAGE: LINKS | {"html"},
    Kind.ACTIVITY: LINKS,
    Kind.FILE: frozenset(("file",)),
}
"""What a thing can become anywhere; a picture is an image besides."""


@dataclass(frozen=True)
class Shelf:
    """One binder, opened."""

    binder: Binder
    things: Sequence[Thing] = field(default_factory=tuple)
    """In reading order, the binder first."""


def binders(session: Session, viewer: Viewer) -> list[Binder]:
    """The viewer's own binders and those that colleagues share with them, the newest first."""
    own = authoring.own_binders(session, viewer)
    return own + [share.binder for share in sharing.shared_binders(session, viewer)]


def is_still(block: Mapping[str, Any]) -> bool:
    """Whether a block means the same when it is copied into another page: no question, no file, for everybody."""
    kind = kind_of(block)
    limited = "hidden_until" in block or "audience" in block
    return not (limited or kind.activities(block) or kind.resources(block)) and bool(kind.text(block).strip())


def shelf(session: Session, viewer: Viewer, settings: DeepLinkingSettings, binder_id: UUID) -> Shelf:
    """What there is in a binder that the viewer may look at."""
    binder = own_binder(session, viewer, binder_id, "look")
    look = _Look(session, viewer, settings, binder)
    inside = [one for chapter in binder.chapters for one in look.section(chapter, 2)]
    return Shelf(binder, (look.binder(), *inside))


def found(session: Session, viewer: Viewer, settings: DeepLinkingSettings, words: str) -> list[Thing]:
    """The pages that have all of these words, with what on them can be chosen."""
    looks: dict[UUID, _Look] = {}
    things = []
    for hit in searching.search(session, viewer, words):
        page = own_page(session, viewer, hit.page_id, "look")
        look = looks.get(hit.binder_id)
        if look is None:
            look = looks[hit.binder_id] = _Look(session, viewer, settings, page.binder)
        things.append(look.page(page, 1))
    return things


def thing(session: Session, viewer: Viewer, settings: DeepLinkingSettings, key: Key) -> Thing:
    """One of them.

    :raises NotFound: if it is not there.
    :raises Forbidden: if the viewer may not even look at it.
    """
    if key.kind is Kind.BINDER:
        binder = own_binder(session, viewer, key.id, "look")
        return _Look(session, viewer, settings, binder).binder()
    if key.kind is Kind.SECTION:
        section = section_of(session, viewer, key.id, "look")
        binder = section.binder
        return _Look(session, viewer, settings, binder).section_alone(section, 1)
    page = own_page(session, viewer, key.page_id or key.id, "look")
    whole = _Look(session, viewer, settings, page.binder).page(page, 1)
    one = next((part for part in whole.walk() if part.key == key), None)
    if one is None:
        raise NotFound("nothing like that on the page")
    return one


def section_of(session: Session, viewer: Viewer, section_id: UUID, action: str = "author") -> Section:
    """A section of a binder to which the viewer may do `action`.

    :raises NotFound: also if it is in the trash.
    """
    section = find(session, viewer, Section, section_id)
    own_binder(session, viewer, section.binder_id, action)
    if section.trashed_at is not None:
        raise NotFound("no such section")
    return section


class _Look:
    """One binder with all that must be known of it, each read once."""

    def __init__(
        self, session: Session, viewer: Viewer, settings: DeepLinkingSettings, binder: Binder
    ) -> None:
        self.settings, self.book = settings, binder
        self.writes = may(viewer, "author", binder)
        self.questions = {str(one.id): one for one in binder.activities}
        self.files = {str(one.id): one for one in binder.resources}
        self.points = _points(session, binder)
        copies = {"html", "image", "file"} & set(settings.accept_types)
        self.published = self._revisions(session, binder) if copies else {}

    @staticmethod
    def _revisions(session: Session, binder: Binder) -> dict[UUID, PageRevision]:
        query = (
            sa.select(PageRevision)
            .join(Page, sa.and_(Page.tenant_id == PageRevision.tenant_id, Page.id == PageRevision.page_id))
            .where(
                Page.tenant_id == binder.tenant_id,
                Page.binder_id == binder.id,
                PageRevision.number == Page.published_number,
            )
        )
        return {revision.page_id: revision for revision in session.scalars(query)}

    def _shapes(self, *wanted: str) -> tuple[str, ...]:
        taken = self.settings.accept_types
        return tuple(one for one in wanted if one in taken and deep_linking.targets(self.settings, one))

    def _thing(
        self, key: Key, title: str, shapes: tuple[str, ...], why: Why | None, level: int, **more: Any
    ) -> Thing:
        if not self.writes:
            why = Why.COLLEAGUE
        elif why is None and not shapes:
            is_taken = SHAPES[key.kind] & set(self.settings.accept_types)
            why = Why.TARGET if is_taken else Why.NOT_TAKEN
        allowed = shapes if why is None else ()
        return Thing(key, title, self.book.lang, self.book.title, allowed, why, level, **more)

    def binder(self) -> Thing:
        return self._reading(Key(Kind.BINDER, self.book.id), self.book.title, self.book.pages, 1)

    def section_alone(self, section: Section, level: int) -> Thing:
        pages = [page for part in _below(section) for page in part.pages]
        return self._reading(Key(Kind.SECTION, section.id), section.title, pages, level)

    def _reading(self, key: Key, title: str, pages: Sequence[Page], level: int) -> Thing:
        is_empty = all(page.published_number is None for page in pages)
        why = Why.NOTHING_PUBLISHED if is_empty else None
        return self._thing(key, title, self._shapes("ltiResourceLink", "link"), why, level)

    def section(self, section: Section, level: int) -> Iterator[Thing]:
        yield self.section_alone(section, level)
        for page in section.pages:
            yield self.page(page, level + 1)
        for inner in section.sections:
            yield from self.section(inner, level + 1)

    def page(self, page: Page, level: int) -> Thing:
        shapes, why = self._shapes("ltiResourceLink", "link"), None
        revision = self.published.get(page.id)
        html = self._shapes("html")
        if html and revision is not None and any(is_still(block) for block in revision.blocks):
            shapes += html
        elif html and not shapes:
            why = Why.DRAFT if revision is None else Why.ONLY_QUESTIONS
        if not page.blocks:
            why = Why.EMPTY
        parts = [*self._asked(page, level + 1), *self._shown(page, level + 1)]
        return self._thing(
            Key(Kind.PAGE, page.id),
            page.title,
            shapes,
            why,
            level,
            points=self._greatest(page),
            draft=page.published_number is None or page.changed,
            parts=tuple(parts),
        )

    def _greatest(self, page: Page) -> Fraction:
        """The most that a copy of the page can get: of questions that are drawn, the dearest."""
        total = Fraction(0)
        for block in page.blocks:
            each = [self.points.get(name, Fraction(0)) for name in kind_of(block).activities(block)]
            total += sum(sorted(each, reverse=True)[: block.get("count", len(each))], Fraction(0))
        return total

    def _asked(self, page: Page, level: int) -> Iterator[Thing]:
        names = dict.fromkeys(name for block in page.blocks for name in kind_of(block).activities(block))
        for name in names:
            known = self.questions.get(name)
            if known is not None:
                yield self._question(page, known, level)

    def _question(self, page: Page, known: Activity, level: int) -> Thing:
        why = None if known.type in activities else Why.UNKNOWN_TYPE
        shapes = self._shapes("ltiResourceLink", "link")
        key = Key(Kind.ACTIVITY, known.id, page.id)
        points = self.points.get(str(known.id), Fraction(0))
        return self._thing(key, known.title, shapes, why, level, points=points, draft=page.changed)

    def _shown(self, page: Page, level: int) -> Iterator[Thing]:
        """The files that everybody sees on the published page."""
        revision = self.published.get(page.id)
        blocks = revision.blocks if revision is not None else ()
        quiet = [one for one in blocks if not kind_of(one).activities(one) and "audience" not in one]
        quiet = [one for one in quiet if "hidden_until" not in one]
        for name in dict.fromkeys(name for block in quiet for name in kind_of(block).resources(block)):
            file = self.files.get(name)
            if file is not None:
                yield self._file(page, file, level)

    def _file(self, page: Page, file: Resource, level: int) -> Thing:
        is_picture = media_kind(file.media_type) is MediaKind.PICTURE
        shapes = self._shapes("image", "file") if is_picture else self._shapes("file")
        why = None if file.state is ResourceState.READY else Why.SCANNING
        if "file" in shapes and not deep_linking.takes_media_type(self.settings, file.media_type):
            shapes = tuple(one for one in shapes if one != "file")
            why = why or (None if shapes else Why.MEDIA_TYPE)
        return self._thing(Key(Kind.FILE, file.id, page.id), file.name, shapes, why, level)


def _points(session: Session, binder: Binder) -> dict[str, Fraction]:
    """Activity id → its points now."""
    query = (
        sa.select(ActivityVersion.activity_id, ActivityVersion.points)
        .join(
            Activity,
            sa.and_(
                Activity.tenant_id == ActivityVersion.tenant_id,
                Activity.id == ActivityVersion.activity_id,
                Activity.number == ActivityVersion.number,
            ),
        )
        .where(Activity.tenant_id == binder.tenant_id, Activity.binder_id == binder.id)
    )
    return {str(activity): points for activity, points in session.execute(query)}


def _below(section: Section) -> Iterator[Section]:
    yield section
    for inner in section.sections:
        yield from _below(inner)
