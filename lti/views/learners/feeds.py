"""A learner's work outside of any session: for a calendar, or for the home page of their school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, url_for

from binder.access import Role, Viewer
from binder.attempts.worklist import Item, work_list
from lti import feeds
from lti.tool import tool
from lti.views.screens import Here, blueprint, form_key, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["calendar_feed", "feed_addresses", "json_feed", "renew_feed"]

FRESH = 600
"""Seconds that an answer may be kept."""


def _items(secret: str) -> list[Item]:
    with tool().reading() as session:
        reader = feeds.reader_of(session, form_key(), secret)
        viewer = Viewer(tenant_id=reader.tenant_id, role=Role.LEARNER, person_id=reader.person_id)
        items = work_list(session, viewer, zone=texts().zone)
        session.expunge_all()
    return items


def _sent(response: Response) -> Response:
    response.cache_control.private = True
    response.cache_control.max_age = FRESH
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/feeds/<secret>.json")
def json_feed(secret: str) -> Response:
    """The list as JSON; `docs/feeds.md` says what stands in it."""
    return _sent(jsonify(feeds.document(_items(secret))))


@blueprint.get("/feeds/<secret>.ics")
def calendar_feed(secret: str) -> Response:
    """What is due, for a calendar."""
    words = texts()
    body = feeds.calendar(_items(secret), words, words.gettext("My work"))
    return _sent(Response(body, content_type="text/calendar; charset=utf-8"))


@screen("/work/calendar")
def feed_addresses(here: Here) -> Response:
    """The learner's addresses, and what one does with them."""
    secret = feeds.secret_of(here.session, here.viewer, form_key())
    return render(
        "feeds.html",
        here,
        calendar=url_for("lti.calendar_feed", secret=secret, _external=True),
        listing=url_for("lti.json_feed", secret=secret, _external=True),
    )


@screen("/work/calendar", "POST")
def renew_feed(here: Here) -> BaseResponse:
    """Other addresses; the old ones show nothing any more."""
    feeds.renew(here.session, here.viewer)
    return here.to("feed_addresses")
