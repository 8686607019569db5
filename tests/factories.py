"""Plain functions that make what tests need; each flushes and gives back the row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Role, Viewer
from binder.content import authoring, composing
from binder.models import Activity, Audience, Binder, Membership, Page, Person, Tenant


def tenant(session: Session, name: str = "Collège des Quatre-Vents") -> Tenant:
    """A school."""
    row = Tenant(name=name)
    session.add(row)
    session.flush()
    return row


def audience(session: Session, tenant: Tenant, title: str = "5e A") -> Audience:
    """A class."""
    row = Audience(tenant_id=tenant.id, title=title)
    session.add(row)
    session.flush()
    return row


def viewer(
    session: Session,
    tenant: Tenant,
    audience: Audience | None = None,
    *,
    role: Role = Role.INSTRUCTOR,
    name: str = "Claire Morel",
    children: frozenset[UUID] = frozenset(),
    is_test: bool = False,
) -> Viewer:
    """A new person, a member of the class, who is looking."""
    person = Person(tenant_id=tenant.id, display_name=name, sort_name=name.casefold(), is_test=is_test)
    session.add(person)
    session.flush()
    if audience is not None:
        session.add(
            Membership(tenant_id=tenant.id, audience_id=audience.id, person_id=person.id, role=role.value)
        )
        session.flush()
    return Viewer(
        tenant_id=tenant.id,
        role=role,
        person_id=person.id,
        audience_id=audience.id if audience else None,
        children=children,
        locale="fr",
        test_user=is_test,
    )


def binder(session: Session, teacher: Viewer, title: str = "Le cycle de l’eau") -> Binder:
    """An empty binder."""
    return authoring.create_binder(session, teacher, title=title)


def page(session: Session, teacher: Viewer, binder: Binder, title: str = "L’évaporation") -> Page:
    """An empty page in a new section."""
    section = authoring.add_section(session, teacher, binder.id, title="Chapitre")
    return authoring.add_page(session, teacher, section.id, title=title)


def choice(**changes: Any) -> dict[str, Any]:
    """Data of a single-choice activity: `aaaa` is right, `bbbb` worth half, `cccc` wrong."""
    return {
        "title": "Évaporation",
        "points": "2",
        "body": {
            "prompt": "<p>Que devient l’eau chauffée ?</p>",
            "multiple": False,
            "shuffle": True,
            "options": [
                {"id": "aaaa", "html": "de la vapeur"},
                {"id": "bbbb", "html": "un nuage"},
                {"id": "cccc", "html": "de la glace"},
            ],
        },
        "key": {
            "correct": ["aaaa"],
            "mapping": {"bbbb": "1/2"},
            "feedback": {"cccc": "<p>La glace se forme au froid.</p>"},
            "explanation": "<p>L’eau s’évapore.</p>",
        },
        "scoring": {"mode": "all_or_nothing"},
        **changes,
    }


def page_with_choice(
    session: Session, teacher: Viewer, binder: Binder | None = None, **changes: Any
) -> tuple[Page, Activity]:
    """A page with a text and one choice activity on it; not yet published."""
    binder = binder or globals()["binder"](session, teacher)
    page_ = page(session, teacher, binder)
    activity = authoring.save_activity(session, teacher, binder.id, choice(**changes))
    session.expire(binder)
    composing.add_block(session, teacher, page_.id, {"type": "text", "html": "<p>Lis, puis réponds.</p>"})
    composing.add_block(session, teacher, page_.id, {"type": "activity", "activity": str(activity.id)})
    return page_, activity
