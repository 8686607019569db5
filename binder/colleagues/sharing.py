"""A binder and one's colleagues: who may read it, propose changes, write in it, or manage it."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from binder.access import Role, Viewer, find, require, who
from binder.content.searching import folded
from binder.errors import Conflict, Forbidden, Invalid, NotFound
from binder.models import Binder, Membership, Person, Right, Share
from binder.owning import own_binder

__all__ = [
    "change_right",
    "colleagues",
    "leave",
    "name_of",
    "names_of",
    "remove",
    "share",
    "shared_binders",
    "shares",
]

MOST_FOUND = 20
LEAST_TYPED = 2
"""Characters from which a search for a colleague begins."""
TEACHING = (Role.INSTRUCTOR.value, Role.CONTENT_DEVELOPER.value)


def _teaches(tenant_id: UUID) -> sa.Exists:
    """Whether a person teaches some class of the tenant."""
    return sa.exists().where(
        Membership.tenant_id == tenant_id,
        Membership.person_id == Person.id,
        Membership.role.in_(TEACHING),
        Membership.active.is_(True),
    )


def _managed(session: Session, viewer: Viewer, binder_id: UUID) -> Binder:
    """The binder; others who share it at this moment wait, then see this change."""
    find(session, viewer, Binder, binder_id, lock=True)
    binder = own_binder(session, viewer, binder_id, "manage")
    session.expire(binder, ["shares"])
    require(viewer, "manage", binder)  # who was taken out a moment ago manages no more
    return binder


def shares(session: Session, viewer: Viewer, binder_id: UUID) -> list[Share]:
    """The colleagues who have a right to the binder, by name."""
    binder = own_binder(session, viewer, binder_id, "manage")
    query = (
        sa.select(Share)
        .join(Person, sa.and_(Person.tenant_id == Share.tenant_id, Person.id == Share.person_id))
        .where(Share.tenant_id == viewer.tenant_id, Share.binder_id == binder.id)
        .options(joinedload(Share.person))
        .order_by(Person.sort_name, Person.id)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def colleagues(session: Session, viewer: Viewer, binder_id: UUID, words: str) -> list[Person]:
    """Colleagues of the school with whom the binder may still be shared, whose names have all of these words.

    Pupils and parents are never among them, nor anybody whose name the platform does not tell.
    """
    binder = own_binder(session, viewer, binder_id, "manage")
    wanted = folded(words)
    if len(wanted) < LEAST_TYPED:
        return []
    shared = sa.exists().where(
        Share.tenant_id == viewer.tenant_id, Share.binder_id == binder.id, Share.person_id == Person.id
    )
    query = sa.select(Person).where(
        Person.tenant_id == viewer.tenant_id,
        Person.id != binder.owner_id,
        Person.id != viewer.person_id,
        Person.display_name != "",
        Person.is_test.is_(False),
        _teaches(viewer.tenant_id),
        ~shared,
    )
    # no two databases fold accents alike, so names are compared here; a school has some hundred teachers
    rows = session.scalars(query.order_by(Person.sort_name, Person.id))
    parts = wanted.split()
    found: list[Person] = []
    for person in rows.yield_per(200):
        name = folded(f"{person.sort_name} {person.display_name}")
        if all(part in name for part in parts):
            found.append(person)
        if len(found) == MOST_FOUND:
            break
    return found


def _share_of(session: Session, binder: Binder, person_id: UUID) -> Share | None:
    query = sa.select(Share).where(
        Share.tenant_id == binder.tenant_id, Share.binder_id == binder.id, Share.person_id == person_id
    )
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def share(session: Session, viewer: Viewer, binder_id: UUID, person_id: UUID, right: Right) -> Share:
    """Give a colleague a right to the binder.

    :raises NotFound: if there is no such teacher in the school.
    :raises Conflict: if somebody has shared it with them meanwhile, by another right; `current` is that share.
    """
    binder = _managed(session, viewer, binder_id)
    person = find(session, viewer, Person, person_id)
    one = sa.select(Person.id).where(Person.tenant_id == viewer.tenant_id, Person.id == person_id)
    if person.is_test or session.scalar(one.where(_teaches(viewer.tenant_id))) is None:
        raise NotFound("no such teacher")
    if person_id == binder.owner_id:
        raise Invalid("the owner", {"person": ["the binder is theirs: they need no right"]})
    existing = _share_of(session, binder, person_id)
    if existing is not None and existing.right is not right:
        raise Conflict("shared meanwhile", existing)
    if existing is None:
        existing = Share(tenant_id=binder.tenant_id, binder_id=binder.id, person_id=person_id, right=right)
        session.add(existing)
        session.flush()
    session.expire(binder, ["shares"])
    return existing


def change_right(
    session: Session, viewer: Viewer, binder_id: UUID, person_id: UUID, right: Right, *, base: Right
) -> Share:
    """Give a colleague another right than the one that they have.

    :param base: the right that they had when whoever changes it looked.
    :raises Conflict: if it is another one meanwhile; `current` is the share, or None if it is gone.
    """
    binder = _managed(session, viewer, binder_id)
    existing = _share_of(session, binder, person_id)
    if existing is None or existing.right not in (base, right):
        raise Conflict("changed meanwhile", existing)
    existing.right = right
    session.flush()
    session.expire(binder, ["shares"])
    return existing


def remove(session: Session, viewer: Viewer, binder_id: UUID, person_id: UUID, *, base: Right) -> None:
    """Take a colleague's right away; what they wrote stays.

    :param base: as for `change_right`.
    :raises Conflict: as for `change_right`; nothing happens where it is gone already.
    """
    binder = _managed(session, viewer, binder_id)
    existing = _share_of(session, binder, person_id)
    if existing is not None and existing.right is not base:
        raise Conflict("changed meanwhile", existing)
    _delete(session, binder, existing)


def leave(session: Session, viewer: Viewer, binder_id: UUID) -> None:
    """Give up a right of one's own to a colleague's binder.

    :raises Forbidden: to the owner, who gives the binder away or throws it away instead.
    """
    binder = own_binder(session, viewer, binder_id, "look")
    existing = _share_of(session, binder, who(viewer))
    if existing is None:
        raise Forbidden("the binder is one's own")
    _delete(session, binder, existing)


def _delete(session: Session, binder: Binder, existing: Share | None) -> None:
    if existing is not None:
        session.delete(existing)
        session.flush()
        session.expire(binder, ["shares"])


def shared_binders(session: Session, viewer: Viewer) -> list[Share]:
    """What colleagues share with the viewer, the newest first; `binder` and `right` say what it is."""
    require(viewer, "write")
    query = (
        sa.select(Share)
        .join(Binder, sa.and_(Binder.tenant_id == Share.tenant_id, Binder.id == Share.binder_id))
        .where(
            Share.tenant_id == viewer.tenant_id,
            Share.person_id == viewer.person_id,
            Binder.trashed_at.is_(None),
        )
        .options(joinedload(Share.binder))
        .order_by(Share.id.desc())
    )
    return list(session.scalars(query))


def names_of(session: Session, viewer: Viewer, ids: set[UUID]) -> dict[UUID, str]:
    """Person → name; empty where the platform does not tell it."""
    query = sa.select(Person.id, Person.display_name).where(
        Person.tenant_id == viewer.tenant_id, Person.id.in_(ids)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def name_of(session: Session, viewer: Viewer, person_id: UUID) -> str:
    """The name of one person."""
    return names_of(session, viewer, {person_id}).get(person_id, "")
