"""A link that a teacher placed is opened in a class: what it names is given to that class, as they wished.

The platform may say another end than the teacher did, then or later: it holds from that launch on, and the teacher is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from binder.clock import now
from binder.giving import assigning, deadlines
from binder.models import Assignment, Preset
from binder.publication import opening
from lti.claims import LaunchClaims
from lti.models import Context, Placement, ResourceLink
from lti.services.passback import keep_line_item

__all__ = [
    "Moved",
    "follow",
    "is_known",
    "leads_elsewhere",
    "moved",
    "named_by",
    "note_told",
    "settle",
    "terms_of",
    "told_end",
]

DATES = ("opens_at", "due_at")
NAMED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CONTENT_ITEM = re.compile(f"/open/({NAMED.pattern})$")
"""End of the path of a link that deep linking made: it names a Placement; the custom parameter `placement` does too."""
ENDS = "ends"
"""In `Placement.options`: link id → what the platform said last of its end, and what became of it."""


@dataclass(frozen=True)
class Moved:
    """That the platform has said another end than held here."""

    link: str
    end: datetime
    before: datetime | None
    applied: bool
    """False: it would have ended work that is still under way, or before it opens, so it was left as it was."""


def named_by(claims: LaunchClaims) -> UUID | None:
    """The placement that a launch names."""
    match = CONTENT_ITEM.search(claims.target_link_uri.partition("?")[0])
    named = match[1] if match else claims.custom.get("placement", "")
    return UUID(named) if NAMED.fullmatch(named) else None


def leads_elsewhere(assignment_id: UUID | None, placement_id: UUID | None, claims: LaunchClaims) -> bool:
    """Whether a link names a placement that it was not known to name: a new link, or one whose content was chosen anew."""
    named = named_by(claims)
    is_new = assignment_id is None and placement_id is None
    return named is not None and (is_new or placement_id not in (None, named))


def settle(
    session: Session, context: Context, link: ResourceLink, placement: Placement, claims: LaunchClaims
) -> None:
    """The first opening of a placed link gives what it names to the class, with the link's own line item.

    :raises NotFound: if it is there no more.
    """
    link.placement_id, link.assignment_id = placement.id, None
    tenant_id, teacher = context.tenant_id, placement.created_by_id
    if placement.page_id is None:
        if placement.binder_id is not None:
            opening.open_placed(session, tenant_id, placement.binder_id, context.audience_id, teacher)
        return
    if "resource" in placement.options:  # a file has an address of its own
        return
    terms = terms_of(placement, context.id)
    given = assigning.place(session, tenant_id, placement.page_id, context.audience_id, teacher, terms)
    link.assignment_id = given.id
    if claims.ags is not None and claims.ags.lineitem:
        keep_line_item(session, tenant_id, context.id, given.id, url=claims.ags.lineitem)


def terms_of(placement: Placement, context_id: UUID) -> assigning.Terms | None:
    """How the teacher wished it to be given; None if they wished nothing, and the whole page is meant.

    :param context_id: where it is given. Dates hold in the class that they were chosen for, and in no copy of it.
    """
    options = placement.options
    if options.get("context", str(context_id)) != str(context_id):
        options = {name: value for name, value in options.items() if name not in DATES}
    if placement.activity_id is None and not {"opens_at", "due_at", "max_attempts", "preset"} & set(options):
        return None
    return assigning.Terms(
        activity_id=placement.activity_id,
        opens_at=_instant(options.get("opens_at")),
        due_at=_instant(options.get("due_at")),
        max_attempts=options.get("max_attempts", 1),
        preset=Preset(options.get("preset", Preset.HOMEWORK)),
    )


def told_end(claims: LaunchClaims) -> str:
    """The end of the work as the platform tells it (`$ResourceLink.submission.endDateTime`); empty where it does not."""
    return claims.custom.get("submission_end", "")[:64]


def follow(session: Session, link: ResourceLink, placement: Placement, claims: LaunchClaims) -> None:
    """Take over the end that the platform tells, if it is another than it told last."""
    said = told_end(claims)
    end = _instant(said)
    if end is None or link.assignment_id is None or is_known(placement.options, link.id, said):
        return
    assignment = session.get(Assignment, (link.tenant_id, link.assignment_id), with_for_update=True)
    if assignment is None:
        return
    session.refresh(placement, with_for_update=True)
    before = assignment.due_at
    entry: dict[str, Any] = {"said": said, "assignment": str(assignment.id)}
    if before is None or abs((end - before).total_seconds()) >= 60:  # platforms keep no seconds
        applied = _apply(session, assignment, end)
        told = {"before": before.isoformat() if before else None, "applied": applied, "told": False}
        entry |= told
    ends = {**placement.options.get(ENDS, {}), str(link.id): entry}
    placement.options = {**placement.options, ENDS: ends}


def is_known(options: Mapping[str, Any], link_id: UUID, said: str) -> bool:
    """Whether the platform has told that end of a link before."""
    return bool(options.get(ENDS, {}).get(str(link_id), {}).get("said") == said)


def _apply(session: Session, assignment: Assignment, end: datetime) -> bool:
    at, before = now(), assignment.due_at
    shortens = before is None or end < before
    if (shortens and end <= at) or (assignment.opens_at is not None and end <= assignment.opens_at):
        return False
    assignment.due_at = end
    if assignment.closes_at is not None and assignment.closes_at < end:
        assignment.closes_at = end
    session.flush()
    deadlines.renew(session, assignment.tenant_id, assignment_id=assignment.id)
    return True


def moved(placement: Placement, assignment_id: UUID) -> list[Moved]:
    """What the platform has changed about a piece of work, and no teacher was told yet."""
    found = []
    for link, entry in placement.options.get(ENDS, {}).items():
        end = _instant(entry["said"])
        if entry.get("told", True) or entry["assignment"] != str(assignment_id) or end is None:
            continue
        found.append(Moved(link, end, _instant(entry["before"]), entry["applied"]))
    return found


def note_told(placement: Placement, assignment_id: UUID) -> None:
    """A teacher has read it."""
    ends = {
        link: {**entry, "told": True} if entry["assignment"] == str(assignment_id) else entry
        for link, entry in placement.options.get(ENDS, {}).items()
    }
    placement.options = {**placement.options, ENDS: ends}


def _instant(text: str | None) -> datetime | None:
    """An instant as ISO 8601 has it; None if it is none, or of no time zone."""
    try:
        found = datetime.fromisoformat(text) if text else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
