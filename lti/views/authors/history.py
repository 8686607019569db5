"""What a page was: its versions, one against another, and bringing back a block or the whole; what publishing changes."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.content import authoring, restoring
from binder.content import history as past
from binder.errors import Conflict, Invalid, NotFound
from binder.models import Page, PageRevision
from binder.publication.revisions import published
from lti.views.authors.differences import compared, line, runs
from lti.views.forms import problems
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["changes", "history", "history_version", "name_version", "restore_block", "restore_page"]

MOST_SHOWN = 50


@screen("/pages/<uuid:page>/history")
def history(here: Here, page: UUID) -> Response:
    """All versions, by day; `?before=` goes on with older ones."""
    own = authoring.own_page(here.session, here.viewer, page)
    before = request.args.get("before", type=int)
    found = past.versions(here.session, here.viewer, page, before=before, limit=MOST_SHOWN + 1)
    zone = texts().zone
    days = groupby(found[:MOST_SHOWN], lambda version: version.saved_at.astimezone(zone).date())
    newest = past.newest(here.session, here.viewer.tenant_id, page)
    return render(
        "history/list.html",
        here,
        page=own,
        days=[(day, list(versions)) for day, versions in days],
        newest=newest.number if newest is not None else 0,
        more=found[MOST_SHOWN - 1].number if len(found) > MOST_SHOWN else None,
    )


@screen("/pages/<uuid:page>/history/<int:number>")
def history_version(here: Here, page: UUID, number: int) -> Response:
    """One version against what the page is now, or (`?against=before`) against the version before it."""
    return _version(here, page, number)


def _version(
    here: Here, page: UUID, number: int, error: Invalid | None = None, *, outrun: bool = False
) -> Response:
    """:param outrun: somebody has changed meanwhile what was to be brought back."""
    own = authoring.own_page(here.session, here.viewer, page)
    found = past.version(here.session, here.viewer, page, number)
    around = past.versions(here.session, here.viewer, page, before=number, limit=1)
    before = around[0] if around else None
    backwards = request.args.get("against") == "before"
    older, newer = (before, found) if backwards else (found, own)
    return render(
        "history/version.html",
        here,
        page=own,
        version=found,
        before=before,
        backwards=backwards,
        title=line(older.title if older else "", newer.title),
        same_title=older is not None and older.title == newer.title,
        runs=runs(compared(here, own, older.blocks if older else [], newer.blocks)),
        state=past.state_of(own),
        is_now=(found.title, found.blocks) == (own.title, own.blocks),
        outrun=outrun,
        problems=problems(error),
        status=409 if outrun else 422 if error else 200,
    )


@screen("/pages/<uuid:page>/history/<int:number>/name", "POST")
def name_version(here: Here, page: UUID, number: int) -> BaseResponse:
    """Name a version, or take its name away."""
    name = request.form.get("name", "")
    try:
        past.name_version(here.session, here.viewer, page, number, name)
    except Invalid as error:
        return _version(here, page, number, error)
    return here.to("history", page=page, _anchor=f"v-{number}")


@screen("/pages/<uuid:page>/history/<int:number>/restore", "POST")
def restore_page(here: Here, page: UUID, number: int) -> BaseResponse:
    """Bring the whole page back."""
    base = request.form.get("base", "")
    try:
        restoring.restore_page(here.session, here.viewer, page, number, base=base)
    except Conflict:
        return _version(here, page, number, outrun=True)
    except Invalid as error:
        return _version(here, page, number, error)
    return here.to("edit_page", page=page)


@screen("/pages/<uuid:page>/history/<int:number>/restore/<block>", "POST")
def restore_block(here: Here, page: UUID, number: int, block: str) -> BaseResponse:
    """Bring one block back."""
    base = request.form.get("base", "")
    try:
        restoring.restore_block(here.session, here.viewer, page, number, block, base=base)
    except Conflict:
        return _version(here, page, number, outrun=True)
    except Invalid as error:
        return _version(here, page, number, error)
    return here.to("edit_page", page=page, _anchor=f"b-{block}")


@screen("/pages/<uuid:page>/changes")
def changes(here: Here, page: UUID) -> Response:
    """What pupils will see change once the page is published."""
    own = authoring.own_page(here.session, here.viewer, page)
    shown = _published(here, own)
    return render(
        "history/changes.html",
        here,
        page=own,
        shown=shown,
        title=line(shown.title if shown else "", own.title),
        same_title=shown is not None and shown.title == own.title,
        runs=runs(
            compared(here, own, shown.blocks if shown else [], own.blocks, renewed=_renewed(own, shown))
        ),
    )


def _published(here: Here, page: Page) -> PageRevision | None:
    try:
        return published(here.session, page)
    except NotFound:
        return None


def _renewed(page: Page, shown: PageRevision | None) -> set[str]:
    """Activities that pupils do not see as they are now."""
    if shown is None:
        return set()
    now = {str(activity.id): str(activity.current.id) for activity in page.binder.activities}
    return {name for name, version in shown.activities.items() if now.get(name) != version}
