"""What administrators' forms send: a school, a choice; what is not one of the choices is refused."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from binder.errors import Invalid, NotFound
from binder.models import Tenant
from lti.platforms import invitations

__all__ = ["chosen", "school", "school_or_new"]

LONGEST = 255
E = TypeVar("E", bound=StrEnum)


def chosen(kind: type[E], name: str) -> E:
    """One of the states that a field may say."""
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        raise Invalid(f"{name} is none of the choices") from None


def school(session: Session, name: str = "school") -> UUID | None:
    """The school that was chosen; None if none was."""
    sent = request.form.get(name, "")
    if not sent:
        return None
    with suppress(ValueError):
        if session.get(Tenant, UUID(sent)) is not None:
            return UUID(sent)
    raise NotFound


def school_or_new(session: Session) -> UUID | None:
    """The school whose name was typed, made if need be; or else the one that was chosen."""
    typed = " ".join(request.form.get("new_school", "").split())
    if not typed:
        return school(session)
    if len(typed) > LONGEST or not typed.isprintable():
        raise Invalid("the name of a school has 255 characters at the most")
    return invitations.school(session, typed).id
