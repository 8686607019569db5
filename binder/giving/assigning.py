"""Giving a page to a class, to groups of it, or to chosen learners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from binder.access import Role, Viewer, find, require, who
from binder.content import authoring
from binder.errors import Forbidden, Invalid, NotFound
from binder.giving.windows import MAX_MINUTES, Window, checked
from binder.models import Assignment, Counting, Page, Preset, Recipient, Release
from binder.recipients import Card, meant

__all__ = [
    "Card",
    "Rules",
    "Terms",
    "assignment_of",
    "distribute",
    "give",
    "given_here",
    "place",
    "rules_of",
]

MAX_CARDS = 20


@dataclass(frozen=True)
class Rules:
    """How a page is worked on, for all its cards; see `Assignment`."""

    preset: Preset = Preset.HOMEWORK
    max_attempts: int = 1
    release: Release = Release.AT_ONCE
    counting: Counting = Counting.LAST
    try_penalty: Fraction = Fraction(0)
    shuffled: bool = False
    estimated_minutes: int | None = None
    pinned: bool = False


def rules_of(assignment: Assignment) -> Rules:
    """The rules of an assignment, for another one."""
    return Rules(**{rule.name: getattr(assignment, rule.name) for rule in fields(Rules)})


def give(
    session: Session,
    viewer: Viewer,
    page_id: UUID,
    *,
    opens_at: datetime | None = None,
    due_at: datetime | None = None,
    closes_at: datetime | None = None,
    minutes: int | None = None,
    max_attempts: int = 1,
    release: Release = Release.AT_ONCE,
    preset: Preset = Preset.HOMEWORK,
) -> Assignment:
    """Give a page of the viewer's own to the class that they came from; a draft is published by it.

    :param due_at: hand-ins after this are accepted and flagged late, those after `closes_at` are not.
    :param minutes: for one attempt.
    :param max_attempts: 0 for as many as one likes.
    :raises Invalid: if the dates are the wrong way round.
    :raises Forbidden: if the viewer came from no class, or the page is not theirs.
    """
    card = Card(opens_at=opens_at, due_at=due_at, closes_at=closes_at, minutes=minutes)
    rules = Rules(preset=preset, max_attempts=max_attempts, release=release)
    try:
        (given,) = distribute(session, viewer, page_id, [card], rules)
    except Invalid as error:
        raise Invalid(error.detail, error.messages.get("cards", {}).get(0) or error.messages) from None
    return given


def distribute(
    session: Session, viewer: Viewer, page_id: UUID, cards: Sequence[Card], rules: Rules
) -> list[Assignment]:
    """Give a page to several audiences of the viewer's class, each with dates of its own: an assignment a card.

    :raises Invalid: as `give`, `cards` → number of the card → messages by field; also if somebody would get it twice.
    """
    page = authoring.own_page(session, viewer, page_id)
    if viewer.audience_id is None or viewer.person_id is None:
        raise Forbidden("no class to give it to")
    _check(session, viewer, cards, rules)
    if page.published_number is None or page.changed:
        authoring.publish(session, viewer, page_id)
    return [_given(session, viewer, page, card, rules) for card in cards]


def _check(session: Session, viewer: Viewer, cards: Sequence[Card], rules: Rules) -> None:
    if not 1 <= len(cards) <= MAX_CARDS:
        raise Invalid("cards", {"who": [f"from 1 to {MAX_CARDS} audiences"]})
    if not 0 <= rules.try_penalty <= 1:
        raise Invalid("penalty", {"try_penalty": ["must lie between 0 and 1"]})
    if rules.estimated_minutes is not None and not 1 <= rules.estimated_minutes <= MAX_MINUTES:
        raise Invalid("estimate", {"estimated_minutes": [f"a whole number from 1 to {MAX_MINUTES}"]})
    messages: dict[int, dict[str, Any]] = {}
    told: set[UUID] = set()
    for number, card in enumerate(cards):
        try:
            checked(Window(card.opens_at, card.due_at, card.closes_at, card.minutes, rules.max_attempts))
            persons = meant(session, viewer, card)
            if told & persons or (number and any(one.is_for_all for one in cards[: number + 1])):
                raise Invalid(
                    "twice", {"who": ["somebody would get it twice: choose groups or pupils apart"]}
                )
            told |= persons
        except Invalid as error:
            messages[number] = error.messages
    if messages:
        raise Invalid("cards", {"cards": messages})


def _given(session: Session, viewer: Viewer, page: Page, card: Card, rules: Rules) -> Assignment:
    assert viewer.audience_id is not None  # noqa: S101 - for the type checker
    assignment = Assignment(
        tenant_id=viewer.tenant_id,
        page_id=page.id,
        audience_id=viewer.audience_id,
        created_by_id=who(viewer),
        opens_at=card.opens_at,
        due_at=card.due_at,
        closes_at=card.closes_at,
        minutes=card.minutes,
        pinned=rules.pinned,
        estimated_minutes=rules.estimated_minutes,
        max_attempts=rules.max_attempts,
        counting=rules.counting,
        release=rules.release,
        preset=rules.preset,
        try_penalty=rules.try_penalty,
        shuffled=rules.shuffled,
    )
    session.add(assignment)
    session.flush()
    whom: list[dict[str, UUID]] = [{"person_id": person} for person in dict.fromkeys(card.persons)]
    if card.group_id is not None:
        whom = [{"group_id": card.group_id}]
    session.add_all(Recipient(tenant_id=viewer.tenant_id, assignment_id=assignment.id, **one) for one in whom)
    session.flush()
    return assignment


@dataclass(frozen=True)
class Terms:
    """How a link that a teacher placed gives its page: what stands here holds for the whole class."""

    activity_id: UUID | None = None
    """The only activity of the page that it is about."""
    opens_at: datetime | None = None
    due_at: datetime | None = None
    max_attempts: int = 1
    preset: Preset = Preset.HOMEWORK


def place(
    session: Session,
    tenant_id: UUID,
    page_id: UUID,
    audience_id: UUID,
    created_by_id: UUID,
    terms: Terms | None = None,
) -> Assignment:
    """The assignment behind a link that a teacher placed in a class: found, or made on its first opening.

    The caller vouches that the teacher `created_by_id`, who owns the page, placed that link. It is for the whole class.

    :param terms: None takes whatever the class was given of the page; else there is one for each set of terms.
    :raises NotFound: if there is no such page any more.
    """
    wanted = terms or Terms()
    query = (
        sa.select(Assignment)
        .where(
            Assignment.tenant_id == tenant_id,
            Assignment.page_id == page_id,
            Assignment.audience_id == audience_id,
            ~Assignment.recipients.any(),
            Assignment.activity_id == wanted.activity_id
            if wanted.activity_id is not None
            else Assignment.activity_id.is_(None),
        )
        .order_by(Assignment.id)
    )
    existing = _as_wanted(session, query, terms)
    if existing is None:  # of those who open it first at the same moment, one makes it
        page = session.get(Page, (tenant_id, page_id), with_for_update=True)
        if page is None or page.trashed_at is not None or page.binder.trashed_at is not None:
            raise NotFound("no such page")
        existing = _as_wanted(session, query, terms)
    if existing is not None:
        return existing
    assignment = Assignment(
        tenant_id=tenant_id,
        page_id=page_id,
        audience_id=audience_id,
        created_by_id=created_by_id,
        **{term.name: getattr(wanted, term.name) for term in fields(Terms)},
    )
    session.add(assignment)
    session.flush()
    return assignment


def _as_wanted(session: Session, query: sa.Select[Any], terms: Terms | None) -> Assignment | None:
    found = session.scalars(query)
    same = (
        one
        for one in found
        if terms is None or all(getattr(one, it.name) == getattr(terms, it.name) for it in fields(Terms))
    )
    return next(same, None)


def assignment_of(session: Session, viewer: Viewer, assignment_id: UUID, action: str) -> Assignment:
    """An assignment to which the viewer may do `action`: `read`, `answer` or `follow`."""
    assignment = find(
        session,
        viewer,
        Assignment,
        assignment_id,
        joinedload(Assignment.page).joinedload(Page.binder),
        joinedload(Assignment.recipients),
    )
    require(viewer, action, assignment)
    return assignment


def given_here(session: Session, viewer: Viewer) -> list[Assignment]:
    """What has been given to the viewer's class and concerns them, the newest first, with pages and binders loaded."""
    if viewer.audience_id is None:
        return []
    query = (
        sa.select(Assignment)
        .where(Assignment.tenant_id == viewer.tenant_id, Assignment.audience_id == viewer.audience_id)
        .options(
            joinedload(Assignment.page).joinedload(Page.binder),
            selectinload(Assignment.recipients).selectinload(Recipient.members),
        )
        .order_by(Assignment.id.desc())
    )
    persons = {Role.LEARNER: {viewer.person_id}, Role.MENTOR: viewer.children or {None}}.get(viewer.role)
    return [
        given
        for given in session.scalars(query)
        if persons is None or any(given.is_for(person) for person in persons)
    ]
