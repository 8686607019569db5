"""What is kept of a person: shown, taken away as a file, erased (LtiDataPrivacyLaunchRequest)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request, send_file
from sqlalchemy.orm import Session

from binder import privacy as erasing
from binder.errors import Forbidden, NotFound
from binder.models import Person
from lti import i18n, logs
from lti import privacy as privacy_of
from lti.i18n import N_
from lti.models import Launch
from lti.protocol.message_kinds import DATA_PRIVACY
from lti.tool import tool
from lti.views.forms import identifier
from lti.views.screens import Here, asked, render, screen, texts
from lti.views.templates import filled

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["erase_form", "erase_person", "export_person", "privacy"]

log = logs.logger("privacy")

KINDS: Mapping[str, str] = {
    "accounts": N_("Accounts of the school’s workspace"),
    "old_accounts": N_("Accounts of the workspace’s earlier connection"),
    "classes": N_("Classes and groups"),
    "attempts": N_("Copies, with answers, marks and comments"),
    "files": N_("Files handed in"),
    "uploads": N_("Files on their way"),
    "visits": N_("Works opened"),
    "meant_for": N_("Works given to this person by name"),
    "other_dates": N_("Other dates for this person"),
    "accommodations": N_("Special arrangements"),
    "binders": N_("Binders, the bank of questions among them"),
    "page_versions": N_("Versions of pages that were written"),
    "page_revisions": N_("Pages that were published"),
    "shares": N_("Binders shared by colleagues"),
    "proposals": N_("Proposals for colleagues’ pages"),
    "given": N_("Works given to classes"),
    "placements": N_("Links placed in the workspace"),
    "grades_given": N_("Copies that were marked"),
    "regrades": N_("Corrections of marks for a whole class"),
    "kept_forms": N_("Forms kept after a session had ended"),
    "feed_addresses": N_("Addresses for calendars"),
    "agreements": N_("Answers to the terms of use"),
    "launches": N_("Open sessions"),
}
"""Kind → what people call it, in the order in which it is shown."""


@dataclass(frozen=True)
class About:
    """Whose data, and who asks."""

    person_id: UUID | None
    """None for somebody of whom nothing is kept."""
    is_self: bool
    administers: bool


def _about(here: Here, session: Session) -> About:
    """:raises Forbidden: to whoever is neither the person nor an administrator."""
    message = asked(here, *DATA_PRIVACY)
    launch = session.get_one(Launch, (here.viewer.tenant_id, message.id))
    person_id = privacy_of.person_of(session, launch)
    is_self = person_id is not None and person_id == here.viewer.person_id
    administers = message.message.get("administrator") is True
    if not is_self and not administers:
        raise Forbidden("the data of somebody else")
    return About(person_id, is_self, administers)


@screen("/privacy")
def privacy(here: Here) -> Response:
    """How much of what is kept."""
    about = _about(here, here.session)
    person, counts = None, {}
    if about.person_id is not None:
        person = here.session.get_one(Person, (here.viewer.tenant_id, about.person_id))
        counts = privacy_of.counts(here.session, here.viewer.tenant_id, about.person_id)
    return render("messages/privacy.html", here, about=about, person=person, counts=counts, kinds=KINDS)


def _known(here: Here, session: Session) -> tuple[About, UUID]:
    about = _about(here, session)
    if about.person_id is None:
        raise NotFound("nothing is kept")
    return about, about.person_id


@screen("/privacy/export", "POST")
def export_person(here: Here) -> BaseResponse:
    """One zip of everything; marks that are not given back yet are for administrators only."""
    about, person_id = _known(here, here.session)
    tenant_id = here.viewer.tenant_id
    document = privacy_of.told(here.session, tenant_id, person_id, unreleased=about.administers)
    index = _index(document, _words(here, person_id))
    out = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=8 << 20))  # send_file closes it
    try:
        privacy_of.write(here.session, document, index, tool().storage, out, tenant_id)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    logs.event(log, logs.INFO, "person-exported", person=person_id, by=here.viewer.person_id)
    return send_file(out, mimetype="application/zip", as_attachment=True, download_name="classeur.zip")


def _words(here: Here, person_id: UUID) -> i18n.Texts:
    """In the person's language, where their last visit tells it; else in that of whoever asks."""
    theirs = here.session.scalar(
        sa.select(Launch.locale)
        .where(Launch.tenant_id == here.viewer.tenant_id, Launch.person_id == person_id, Launch.locale != "")
        .order_by(Launch.id.desc())
        .limit(1)
    )
    return i18n.texts(i18n.choose(theirs, texts().language))


def _index(document: Mapping[str, Any], words: i18n.Texts) -> str:
    named = {file["id"]: privacy_of.name_of(file) for file in document["files"]}
    return filled(
        "messages/person.html",
        words,
        document=document,
        kinds=KINDS,
        named=named,
        moment=datetime.fromisoformat,
        tool_name=tool().settings.tool_name,
    )


@screen("/privacy/erase")
def erase_form(here: Here) -> Response:
    """What erasing does and what it does not, and which binders it is about."""
    about, person_id = _known(here, here.session)
    return _erase_form(here, about, person_id)


def _erase_form(here: Here, about: About, person_id: UUID, *, sure: bool = False) -> Response:
    owned = privacy_of.binders_of(here.session, here.viewer.tenant_id, person_id)
    return render(
        "messages/erase.html",
        here,
        about=about,
        person=here.session.get_one(Person, (here.viewer.tenant_id, person_id)),
        owned=owned,
        chosen=[str(id) for id in _chosen(about)],
        sure=sure,
    )


def _chosen(about: About) -> list[UUID]:
    return [identifier(id) for id in request.form.getlist("binder")[:1000]] if about.administers else []


@screen("/privacy/erase", "POST", alone=True)
def erase_person(here: Here) -> Response:
    """Ask once more; then erase, and forget the bytes when that is done."""
    tool().visits.flush()
    with tool().begin() as session:
        about, person_id = _known(here, session)
        chosen = _chosen(about)
        sure = request.form.get("sure") == "1"
        erased = privacy_of.erase(session, here.viewer.tenant_id, person_id, binders=chosen) if sure else None
    if erased is None:
        return _asked_again(here)
    with tool().reading() as session:
        erasing.forget_bytes(session, here.viewer.tenant_id, erased, tool().storage)
    logs.event(
        log,
        logs.INFO,
        "person-erased",
        person=person_id,
        by=here.viewer.person_id,
        rows=sum(erased.counts.values()),
        binders_gone=erased.binders_gone,
        binders_kept=erased.binders_kept,
    )
    return render("messages/erased.html", None if about.is_self else here, erased=erased, about=about)


def _asked_again(here: Here) -> Response:
    with tool().reading() as session:
        again = replace(here, session=session)
        about, person_id = _known(again, session)
        return _erase_form(again, about, person_id, sure=True)
