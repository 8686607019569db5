"""What a binder says of itself – title, description, level, subject, licence, language – and whether colleagues find it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from marshmallow import ValidationError, fields, validate
from sqlalchemy.orm import Session

from binder.access import Viewer, find
from binder.blocks import digest
from binder.clock import now
from binder.content.authoring import checked_title
from binder.content.licences import licence_of
from binder.errors import Conflict, Invalid
from binder.models import Binder, Page
from binder.owning import own_binder
from binder.sanitize import storable
from binder.vocabularies import LEVELS, SUBJECTS

__all__ = [
    "DESCRIBED",
    "describe",
    "description_of",
    "lacking",
    "licence_is_fixed",
    "list_binder",
    "state_of",
    "unlist",
]

DESCRIBED = ("title", "description", "lang", "subject", "level", "licence")
NEEDED = ("description", "level", "subject", "licence")
"""What a binder of the library says of itself."""
MOST_WORDS = 20_000
LANG = fields.String(
    validate=validate.Regexp(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", error="a language such as fr or en")
)


def description_of(binder: Binder) -> dict[str, str]:
    """What stands in the form of the settings."""
    return {name: getattr(binder, name) for name in DESCRIBED}


def state_of(binder: Binder) -> str:
    """A short fingerprint of it: the form carries it, so that a change made meanwhile is noticed."""
    return digest(description_of(binder))


def licence_is_fixed(binder: Binder) -> bool:
    """Whether the binder is a copy whose licence must stay what it is."""
    licence = licence_of(binder.licence)
    return bool(binder.credit) and licence is not None and not licence.free


def _managed(session: Session, viewer: Viewer, binder_id: UUID) -> Binder:
    find(session, viewer, Binder, binder_id, lock=True)
    return own_binder(session, viewer, binder_id, "manage")


def describe(
    session: Session, viewer: Viewer, binder_id: UUID, values: Mapping[str, str], *, base: str
) -> Binder:
    """Change what a binder says of itself.

    :param values: some of `DESCRIBED`; a level or subject is the URI of a term, one of its spellings, or any text.
    :param base: `state_of` the binder when whoever writes looked.
    :raises Conflict: if a colleague has changed it meanwhile; `current` is how it is now.
    :raises Invalid: with messages by field.
    """
    binder = _managed(session, viewer, binder_id)
    new = description_of(binder) | _checked({name: values[name] for name in DESCRIBED if name in values})
    if new == description_of(binder):
        return binder
    if state_of(binder) != base:
        raise Conflict("described otherwise meanwhile", description_of(binder))
    if licence_is_fixed(binder) and new["licence"] != binder.licence:
        raise Invalid(
            "licence of a copy", {"licence": ["this is a copy: its licence stays that of the original"]}
        )
    missing = [name for name in NEEDED if not new[name]] if binder.listed_at is not None else []
    if missing:
        raise Invalid("listed", {name: ["the library needs this"] for name in missing})
    for name, value in new.items():
        setattr(binder, name, value)
    session.flush()
    return binder


def _checked(values: dict[str, str]) -> dict[str, str]:
    problems: dict[str, list[str]] = {}
    checked: dict[str, str] = {}
    for name, value in values.items():
        text = str(storable(value)).strip()
        most = MOST_WORDS if name == "description" else 255
        if len(text) > most:
            problems[name] = [f"{most} characters at the most"]
        checked[name] = text if name == "description" else " ".join(text.split())
    if "title" in checked and "title" not in problems:
        checked["title"] = checked_title(checked["title"])
    try:
        LANG.deserialize(checked.get("lang", "fr"))
    except ValidationError as error:
        problems["lang"] = [str(message) for message in error.messages]
    if problems:
        raise Invalid("not a description", problems)
    for name, vocabulary in (("level", LEVELS), ("subject", SUBJECTS)):
        if checked.get(name):
            checked[name] = vocabulary.value(checked[name])
    licence = licence_of(checked.get("licence", ""))
    return checked | ({"licence": licence.name} if licence is not None else {})


def lacking(session: Session, binder: Binder) -> list[str]:
    """What a binder must still say or have before it may stand in the library: names of fields, and `pages`."""
    named = [name for name in NEEDED if not getattr(binder, name)]
    published = sa.select(Page.id).where(
        Page.tenant_id == binder.tenant_id,
        Page.binder_id == binder.id,
        Page.trashed_at.is_(None),
        Page.published_number.is_not(None),
    )
    return named + ([] if session.scalar(published.limit(1)) is not None else ["pages"])


def list_binder(session: Session, viewer: Viewer, binder_id: UUID) -> Binder:
    """Let the school's other teachers find the binder in their library and read what is published in it.

    :raises Invalid: if something is lacking, or its licence forbids to pass a copy on.
    """
    binder = _managed(session, viewer, binder_id)
    missing = lacking(session, binder)
    if missing:
        raise Invalid("incomplete", {name: ["the library needs this"] for name in missing})
    licence = licence_of(binder.licence)
    if binder.credit and licence is not None and (licence.no_derivatives or not licence.may_copy):
        raise Invalid(
            "not to be passed on", {"licence": ["its licence does not let you pass on a changed copy"]}
        )
    binder.listed_at = binder.listed_at or now()
    session.flush()
    return binder


def unlist(session: Session, viewer: Viewer, binder_id: UUID) -> Binder:
    """Take the binder out of the library; copies that colleagues have made stay theirs."""
    binder = _managed(session, viewer, binder_id)
    binder.listed_at = None
    session.flush()
    return binder
