"""Sharing a binder with colleagues, what colleagues share with oneself, and what a binder says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.access import may
from binder.colleagues import proposing
from binder.colleagues import sharing as rights
from binder.content import copying, describing
from binder.content.licences import LICENCES
from binder.content.searching import folded
from binder.errors import Conflict, Invalid
from binder.models import Right
from binder.owning import own_binder
from binder.vocabularies import LEVELS, SUBJECTS
from lti.views.forms import identifier, problems
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = [
    "change_settings",
    "change_share",
    "copy_shared",
    "leave_binder",
    "list_binder",
    "settings",
    "share",
    "shared",
    "shared_binder",
    "sharing",
]


@screen("/binders/<uuid:binder>/sharing")
def sharing(here: Here, binder: UUID) -> Response:
    """Who has which right; `?q=` looks for a colleague to add."""
    return _sharing(here, binder)


def _sharing(here: Here, binder_id: UUID, *, outrun: bool = False) -> Response:
    """:param outrun: another manager was faster."""
    binder = own_binder(here.session, here.viewer, binder_id, "manage")
    words = request.args.get("q", "").strip()[:100]
    found = rights.colleagues(here.session, here.viewer, binder_id, words) if words else []
    return render(
        "sharing/sharing.html",
        here,
        binder=binder,
        owner=rights.name_of(here.session, here.viewer, binder.owner_id),
        shares=rights.shares(here.session, here.viewer, binder_id),
        rights=list(Right),
        words_typed=words,
        too_short=bool(words) and len(folded(words)) < rights.LEAST_TYPED,
        found=found,
        outrun=outrun,
        status=409 if outrun else 200,
    )


def _right(name: str) -> Right:
    try:
        return Right(request.form.get(name, ""))
    except ValueError:
        raise Invalid("no such right", {name: ["choose a right"]}) from None


@screen("/binders/<uuid:binder>/sharing", "POST")
def share(here: Here, binder: UUID) -> BaseResponse:
    """Share it with one more colleague."""
    own_binder(here.session, here.viewer, binder, "manage")
    person = identifier(request.form.get("person", ""))
    try:
        rights.share(here.session, here.viewer, binder, person, _right("right"))
    except Conflict:
        return _sharing(here, binder, outrun=True)
    return here.to("sharing", binder=binder, _anchor=f"p-{person}")


@screen("/binders/<uuid:binder>/sharing/<uuid:colleague>", "POST")
def change_share(here: Here, binder: UUID, colleague: UUID) -> BaseResponse:
    """Give a colleague another right, or take it away."""
    own_binder(here.session, here.viewer, binder, "manage")
    base = _right("base")
    try:
        if request.form.get("action") == "remove":
            rights.remove(here.session, here.viewer, binder, colleague, base=base)
        else:
            rights.change_right(here.session, here.viewer, binder, colleague, _right("right"), base=base)
    except Conflict:
        return _sharing(here, binder, outrun=True)
    shared_still = may(here.viewer, "manage", own_binder(here.session, here.viewer, binder, "browse"))
    return here.to("sharing", binder=binder) if shared_still else here.to("shared")


@screen("/binders/<uuid:binder>/leave", "POST")
def leave_binder(here: Here, binder: UUID) -> BaseResponse:
    """Give up one's own right."""
    rights.leave(here.session, here.viewer, binder)
    return here.to("shared")


# ---- what others share ----


@screen("/shared")
def shared(here: Here) -> Response:
    """The binders that colleagues share with the viewer."""
    found = rights.shared_binders(here.session, here.viewer)
    return render(
        "sharing/shared.html",
        here,
        shares=found,
        owners=rights.names_of(here.session, here.viewer, {it.binder.owner_id for it in found}),
        waiting=proposing.open_counts(here.session, here.viewer, [it.binder_id for it in found]),
    )


@screen("/shared/<uuid:binder>")
def shared_binder(here: Here, binder: UUID) -> Response:
    """The table of contents of a colleague's binder, drafts included, for those who may not write in it."""
    found = own_binder(here.session, here.viewer, binder, "look")
    return render(
        "sharing/binder.html",
        here,
        binder=found,
        owner=rights.name_of(here.session, here.viewer, found.owner_id),
        may_propose=may(here.viewer, "propose", found),
        may_edit=may(here.viewer, "author", found),
        is_mine=found.owner_id == here.viewer.person_id,
    )


@screen("/shared/<uuid:binder>/copy", "POST")
def copy_shared(here: Here, binder: UUID) -> BaseResponse:
    """A copy of one's own, drafts included; it says whose work it was."""
    return here.to("binder", binder=copying.copy_binder(here.session, here.viewer, binder).id)


# ---- what a binder says of itself ----


@screen("/binders/<uuid:binder>/settings")
def settings(here: Here, binder: UUID) -> Response:
    """Title, description, level, subject, licence and language; and whether it stands in the library."""
    return _settings(here, binder)


def _settings(
    here: Here,
    binder_id: UUID,
    error: Invalid | None = None,
    *,
    typed: dict[str, str] | None = None,
    theirs: dict[str, str] | None = None,
) -> Response:
    """:param theirs: what a colleague has written meanwhile."""
    binder = own_binder(here.session, here.viewer, binder_id, "manage")
    return render(
        "sharing/settings.html",
        here,
        binder=binder,
        data=typed or describing.description_of(binder),
        state=describing.state_of(binder),
        levels=LEVELS,
        subjects=SUBJECTS,
        own_licences=list(LICENCES.values()),
        licence_is_fixed=describing.licence_is_fixed(binder),
        lacking=describing.lacking(here.session, binder),
        theirs=theirs,
        problems=problems(error),
        status=409 if theirs else 422 if error else 200,
    )


def _typed(now: Mapping[str, str]) -> dict[str, str]:
    """What the form says; a text of one's own counts where it was chosen, and also where it was just typed."""
    values = {name: request.form[name] for name in describing.DESCRIBED if name in request.form}
    for name in ("level", "subject", "licence"):
        other = request.form.get(f"{name}_other", "").strip()
        if values.get(name) == "other" or (other and other != now[name]):
            values[name] = other
    return values


@screen("/binders/<uuid:binder>/settings", "POST")
def change_settings(here: Here, binder: UUID) -> BaseResponse:
    """Save them."""
    now = describing.description_of(own_binder(here.session, here.viewer, binder, "manage"))
    typed, base = _typed(now), request.form.get("base", "")
    try:
        describing.describe(here.session, here.viewer, binder, typed, base=base)
    except Invalid as error:
        return _settings(here, binder, error, typed=typed)
    except Conflict as conflict:
        return _settings(here, binder, typed=typed, theirs=conflict.current)
    return here.to("settings", binder=binder, _anchor="library")


@screen("/binders/<uuid:binder>/listing", "POST")
def list_binder(here: Here, binder: UUID) -> BaseResponse:
    """Put it into the school's library, or take it out."""
    if request.form.get("action") == "unlist":
        describing.unlist(here.session, here.viewer, binder)
    else:
        try:
            describing.list_binder(here.session, here.viewer, binder)
        except Invalid as error:
            return _settings(here, binder, error)
    return here.to("settings", binder=binder, _anchor="library")
