"""Changes that colleagues wish for: making them on a page that one may not edit, and deciding on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

from flask import Response, request

from binder.access import may
from binder.blocks import blocks, digest
from binder.colleagues import proposed_files, proposing
from binder.colleagues.sharing import name_of
from binder.errors import Closed, Conflict, Invalid, NotFound
from binder.models import Page, Proposal, Resource
from binder.owning import own_binder, own_page
from lti.i18n import N_
from lti.tool import tool
from lti.views.authors.block_forms import credits_of, take_in
from lti.views.authors.differences import compared
from lti.views.authors.pages import own_activities
from lti.views.forms import problems
from lti.views.kinds import KINDS, kind
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, render, screen, texts
from lti.views.weights import weight_limit
from lti.views.wording import as_html

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage as SentFile
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["decide", "make_proposal", "proposal", "proposals", "propose", "propose_block"]

NEW = ("text", "heading", "callout", "embed", "image", "gallery", "audio", "video", "file")
"""Types of which a new block can be proposed."""
FIXED = frozenset({"activity", "divider", "draw"})
"""Types whose block nobody proposes to change."""
FILES = ("picture", "sound", "film", "captions", "document")
KEPT = ("hidden_until", "audience")
"""What a block says beside its content; a proposal leaves it as it is."""


# ---- making them ----


@screen("/shared/pages/<uuid:page>")
def propose(here: Here, page: UUID) -> Response:
    """A page of a shared binder as it stands; who may propose finds how beside each block."""
    shared = own_page(here.session, here.viewer, page, "look")
    mine = may(here.viewer, "propose", shared.binder)
    waiting = proposing.proposals(here.session, here.viewer, shared.binder_id) if mine else []
    return render(
        "proposals/page.html",
        here,
        page=shared,
        shown=_looked_at(here, shared),
        kind=kind,
        fixed=FIXED,
        new=[KINDS[name] for name in NEW if name in blocks],
        may_propose=mine,
        may_edit=may(here.viewer, "author", shared.binder),
        waiting=[it for it in waiting if it.page_id == page and it.state == "open"],
    )


def _looked_at(here: Here, page: Page) -> Shown:
    """The page as its author sees it, for a colleague who may look."""

    def url(resource: str) -> str:
        return here.url("binder_file", binder=page.binder_id, resource=resource)

    versions = {name: activity.current for name, activity in own_activities(page).items()}
    seen = file_views(here, page.blocks, url)
    return Shown(page.binder.lang, seen, versions, "preview", seed=str(page.id))


def _block_of(page: Page, block: str) -> Mapping[str, Any]:
    found = next((it for it in page.blocks if it["id"] == block), None)
    if found is None or found["type"] in FIXED:
        raise NotFound("no such block to propose a change of")
    return found


@screen("/shared/pages/<uuid:page>/blocks/<block>")
def propose_block(here: Here, page: UUID, block: str) -> Response:
    """The form for a change of one block, or (`new`) for a new one of the type `?type=`."""
    return _form(here, page, block)


def _form(
    here: Here,
    page_id: UUID,
    block: str,
    error: Invalid | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Response:
    page = own_page(here.session, here.viewer, page_id, "propose")
    wanted = request.values.get("type", "")
    type = wanted if wanted in NEW and wanted in blocks else NEW[0]
    existing = {"type": type} if block == "new" else _block_of(page, block)
    return render(
        "proposals/form.html",
        here,
        page=page,
        block=block,
        existing=existing,
        data=existing if typed is None else typed,
        shown=_looked_at(here, page),
        kind=kind,
        base=request.form.get("base") or (digest(existing) if block != "new" else ""),
        after=request.values.get("after", ""),
        note=request.form.get("note", ""),
        offered=[name for name in NEW if name in blocks],
        limits={name: weight_limit(name, texts()) for name in FILES},
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/shared/pages/<uuid:page>/blocks/<block>", "POST")
def make_proposal(here: Here, page: UUID, block: str) -> BaseResponse:
    """Propose what the form says."""
    shared = own_page(here.session, here.viewer, page, "propose")
    existing = {"type": request.form.get("type", "")} if block == "new" else _block_of(shared, block)
    try:
        with here.session.begin_nested():
            _propose(here, page, block, existing)
    except Invalid as error:
        known = {str(one.id) for one in shared.binder.resources}
        form = _words()
        form["resource"] = [name if name in known else "" for name in form.get("resource", [])]
        return _form(here, page, block, _with_file(error), {**existing, **_fields(existing, form)})
    return here.to("propose", page=page, _anchor="mine")


def _with_file(error: Invalid) -> Invalid:
    """The error, and that the file is to be chosen once more: what is refused keeps none."""
    if not any(sent.filename for sent in request.files.getlist("file")):
        return error
    return Invalid(error.detail, {**error.messages, "resource": [N_("choose the file once more, please")]})


def _propose(here: Here, page: UUID, block: str, existing: Mapping[str, Any]) -> None:
    form, note = _words(), request.form.get("note", "")
    if existing["type"] in blocks and existing["type"] not in FIXED:
        _take_in(here, page, form)
    fields = _fields(existing, form)
    if block == "new":
        new = {**fields, "type": existing["type"] if existing["type"] in NEW else ""}
        after = request.form.get("after", "")
        proposing.propose_new(here.session, here.viewer, page, new, after=after, note=note)
    else:
        base = request.form.get("base", "")
        proposing.propose(here.session, here.viewer, page, block, fields, base=base, note=note)


def _take_in(here: Here, page: UUID, form: dict[str, list[str]]) -> None:
    """The files that the form brings, each with its author and licence."""
    brought: dict[str, Resource] = {}

    def store(sent: SentFile) -> str:
        made = proposed_files.add_file(
            here.session,
            here.viewer,
            page,
            tool().storage,
            cast("BinaryIO", sent.stream),
            name=sent.filename or "",
            limits=tool().settings.limits,
            scan=tool().scanner is not None,
        )
        brought[str(made.id)] = made
        return str(made.id)

    take_in(store, form)
    for name, (credit, licence) in credits_of(form)[0].items():
        if name in brought and not brought[name].credit:
            proposed_files.credited(here.session, brought[name], credit, licence)


def _words() -> dict[str, list[str]]:
    """The form's fields; what people write as HTML."""
    form = request.form.to_dict(flat=False)
    for name in ("html", "transcript"):
        if name in form:
            form[name] = [as_html(text) for text in form[name]]
    return form


def _fields(existing: Mapping[str, Any], form: Mapping[str, list[str]]) -> dict[str, Any]:
    """A block's fields as its form sends them; who sees it stays as it is."""
    if existing["type"] not in blocks:
        return {}
    kept = {name: existing[name] for name in KEPT if name in existing}
    return {**blocks[existing["type"]].from_form(form), **kept}


# ---- deciding ----


@screen("/binders/<uuid:binder>/proposals")
def proposals(here: Here, binder: UUID) -> Response:
    """All proposals for a binder, or one's own; those that wait come first."""
    shared = own_binder(here.session, here.viewer, binder, "propose")
    found = proposing.proposals(here.session, here.viewer, binder)
    return render(
        "proposals/list.html",
        here,
        binder=shared,
        waiting=[it for it in found if it.state == "open"],
        decided=[it for it in found if it.state != "open"],
        may_edit=may(here.viewer, "author", shared),
        kind=kind,
    )


@screen("/proposals/<uuid:proposal>")
def proposal(here: Here, proposal: UUID) -> Response:
    """One proposal: what would change, why, and what was said to it."""
    return _proposal(here, proposal)


def _proposal(
    here: Here, proposal_id: UUID, error: Invalid | None = None, *, outrun: bool = False
) -> Response:
    """:param outrun: the block was changed after the proposal was made, or just now."""
    found = proposing.proposal(here.session, here.viewer, proposal_id)
    page = own_page(here.session, here.viewer, found.page_id, "propose")
    current = next((it for it in page.blocks if it["id"] == found.block_id), None)
    old = [current] if current is not None and found.state == "open" else []
    decider = name_of(here.session, here.viewer, found.decided_by_id) if found.decided_by_id else ""
    return render(
        "proposals/one.html",
        here,
        page=page,
        proposal=found,
        compared=compared(here, page, old, [found.block])[0],
        kind=kind,
        decider=decider,
        base=digest(current) if current is not None else "",
        is_outdated=_is_outdated(found, current),
        is_gone=bool(found.base) and current is None,
        outrun=outrun,
        may_edit=may(here.viewer, "author", page.binder),
        is_mine=found.person_id == here.viewer.person_id,
        problems=problems(error),
        status=409 if outrun else 422 if error else 200,
    )


def _is_outdated(found: Proposal, current: Mapping[str, Any] | None) -> bool:
    return current is not None and bool(found.base) and digest(current) != found.base


@screen("/proposals/<uuid:proposal>", "POST")
def decide(here: Here, proposal: UUID) -> BaseResponse:
    """Accept, decline or withdraw it."""
    action, answer = request.form.get("action", ""), request.form.get("answer", "")
    try:
        if action == "withdraw":
            page = proposing.withdraw(here.session, here.viewer, proposal)
            return here.to("propose", page=page)
        if action == "accept":
            base = request.form.get("base")
            proposing.accept(here.session, here.viewer, proposal, base=base, answer=answer)
        else:
            proposing.decline(here.session, here.viewer, proposal, answer=answer)
    except Conflict:
        return _proposal(here, proposal, outrun=True)
    except Invalid as error:
        return _proposal(here, proposal, error)
    except Closed:
        pass  # whoever was faster is named there
    return here.to("proposal", proposal=proposal)
