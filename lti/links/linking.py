"""What a teacher chose in a platform's picker becomes content items there (deep linking)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.orm import Session

from binder.access import Viewer, who
from binder.attempts import submitting
from binder.clock import now, uuid7
from binder.content import authoring
from binder.errors import Forbidden
from binder.giving.windows import Window, checked
from binder.marks.marking import greatest_points
from binder.models import Page, PageRevision, Preset, Resource
from lti.claims import DeepLinkingSettings
from lti.errors import ContentItemsRefused
from lti.i18n import Texts
from lti.links import handouts, picking
from lti.links.fragments import fragment
from lti.links.things import Key, Kind, Thing, Why
from lti.models import Launch, Placement, Registration
from lti.protocol import content_items as items
from lti.protocol import deep_linking
from lti.protocol.messages import DEEP_LINKING_REQUEST
from lti.protocol.services import Services
from lti.services.passback import TAG

__all__ = ["MOST", "VARIABLES", "Answer", "Place", "Wish", "answer", "asked"]

MOST = 20
"""Things placed at once."""
VARIABLES = {
    "context_history": "$Context.id.history",
    "link_history": "$ResourceLink.id.history",
    "submission_end": "$ResourceLink.submission.endDateTime",
    "person_timezone": "$Person.address.timezone",
}
"""What every launch of a placed link is to tell, where the platform can.

https://www.imsglobal.org/spec/lti/v1p3#customproperty
"""


@dataclass(frozen=True)
class Answer:
    """What the browser posts to the platform: the signed choice."""

    return_url: str
    jwt: str


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Something to be placed, and how."""

    key: Key
    shape: str = ""
    """Type of content item; empty: the best that the platform takes."""
    target: str = ""
    """`iframe` or `window`; empty: as the platform likes."""
    title: str = ""
    """Empty: its own."""
    opens_at: datetime | None = None
    due_at: datetime | None = None
    max_attempts: int = 1
    preset: Preset = Preset.HOMEWORK
    column: bool = True
    """Whether the gradebook gets a column for it, where there is something to mark."""

    def options(self) -> dict[str, Any]:
        """What of it holds for the assignment, if it is not what goes without saying; `lti.launches.placements` reads it."""
        found: dict[str, Any] = {
            name: instant.isoformat()
            for name, instant in (("opens_at", self.opens_at), ("due_at", self.due_at))
            if instant is not None
        }
        if self.max_attempts != 1:
            found["max_attempts"] = self.max_attempts
        if self.preset is not Preset.HOMEWORK:
            found["preset"] = self.preset.value
        return found


@dataclass(frozen=True)
class Place:
    """Where it is placed from: our addresses, our seal, the teacher's language."""

    base_url: str
    """Of the mounted blueprint, without a slash at the end."""
    key: bytes
    words: Texts


def asked(session: Session, viewer: Viewer, launch_id: UUID) -> tuple[Launch, DeepLinkingSettings]:
    """The launch by which a platform asks for something, and what it takes.

    :raises Forbidden: if it asked for nothing.
    """
    launch = session.get(Launch, (viewer.tenant_id, launch_id))
    if launch is None or launch.message_type != DEEP_LINKING_REQUEST or launch.message is None:
        raise Forbidden("the platform asked for no link")
    return launch, DeepLinkingSettings.read(launch.message["settings"])


def answer(
    session: Session,
    viewer: Viewer,
    launch_id: UUID,
    wishes: Sequence[Wish],
    services: Services,
    place: Place,
) -> Answer:
    """Sign what the teacher chose; drafts are published by it.

    :param wishes: empty if nothing was chosen.
    :raises Forbidden: if the launch is no request for a link, or something is not the viewer's to place.
    :raises ContentItemsRefused: if the platform would not take something.
    """
    launch, settings = asked(session, viewer, launch_id)
    assert launch.message is not None  # noqa: S101 - for the type checker
    registration = services.connector(session.get_one(Registration, launch.registration_id)).registration
    if len(wishes) > MOST:
        raise ContentItemsRefused(f"more than {MOST}", reason=deep_linking.Unfit.TOO_MANY.value)
    placing = _Placing(session, viewer, settings, place, launch.context_id)
    chosen = [placing.item(wish) for wish in wishes]
    counted = Counter(item.type for item in chosen)
    log = ", ".join(f"{type} {number}" for type, number in sorted(counted.items()))
    jwt = deep_linking.response(
        registration,
        launch.message["deployment_id"],
        settings,
        chosen,
        message=_message(chosen, place.words),
        log=f"Classeur: {log}" if log else "",
    )
    return Answer(settings.return_url, jwt)


def _message(chosen: Sequence[items.ContentItem], words: Texts) -> str:
    if not chosen:
        return words.gettext("Nothing was chosen in Classeur.")
    if len(chosen) == 1:
        return words.gettext("“%(title)s” comes from Classeur.", title=chosen[0].title)
    return words.ngettext(
        "%(num)s thing comes from Classeur.", "%(num)s things come from Classeur.", len(chosen)
    )


class _Placing:
    """One answer being made."""

    def __init__(
        self,
        session: Session,
        viewer: Viewer,
        settings: DeepLinkingSettings,
        place: Place,
        context_id: UUID | None,
    ) -> None:
        self.session, self.viewer, self.settings, self.place = session, viewer, settings, place
        self.context_id = context_id

    def item(self, wish: Wish) -> items.ContentItem:
        """One thing as a content item."""
        thing = picking.thing(self.session, self.viewer, self.settings, wish.key)
        if thing.why is Why.COLLEAGUE:
            raise Forbidden("a colleague's")
        shape = wish.shape or next(iter(thing.shapes), "")
        if shape not in thing.shapes:
            reason = thing.why or Why.NOT_TAKEN
            raise ContentItemsRefused(f"cannot be placed: {reason.value}", reason=reason.value)
        title = (wish.title.strip() or thing.title)[:255]
        if shape == "html":
            page = authoring.own_page(self.session, self.viewer, wish.key.id)
            return items.Html(
                title=title, html=fragment(submitting.published(self.session, page), thing.lang)
            )
        if wish.key.kind is Kind.FILE:
            return self._file(wish, shape, title)
        return self._link(wish, thing, shape, title)

    def _link(self, wish: Wish, thing: Thing, shape: str, title: str) -> items.ContentItem:
        options = wish.options()
        if self.context_id is not None and options:
            options["context"] = str(self.context_id)
        placement = self._placement(wish, options)
        url = f"{self.place.base_url}/open/{placement.id}"
        text = "" if thing.binder_title == title else thing.binder_title
        icon = items.Picture(url=f"{self.place.base_url}/static/mark.svg", width=32, height=32)
        window = items.Window(target_name="_blank") if wish.target == "window" else None
        if shape == "link":
            frame = items.Frame(src=url, height=700) if wish.target == "iframe" else None
            return items.Link(url=url, title=title, text=text, icon=icon, window=window, iframe=frame)
        return items.ResourceLink(
            url=url,
            title=title,
            text=text,
            icon=icon,
            window=window,
            iframe=items.Frame(height=700) if wish.target == "iframe" else None,
            custom={"placement": str(placement.id), **VARIABLES},
            column=self._column(wish, title, url, str(placement.id)),
            available=items.Period(wish.opens_at),
            submission=items.Period(wish.opens_at, wish.due_at),
        )

    def _column(self, wish: Wish, title: str, url: str, resource_id: str) -> items.Column | None:
        asks = wish.key.kind in (Kind.PAGE, Kind.ACTIVITY)
        if not (asks and wish.column) or self.settings.accept_lineitem is False:
            return None
        maximum = self._maximum(wish.key)
        if not maximum:
            return None
        review = items.Review(label=self.place.words.gettext("Look at the copy"), url=url)
        return items.Column(
            score_maximum=maximum,
            label=title,
            resource_id=resource_id,
            tag=TAG,
            grades_released=True,
            review=review,
        )

    def _maximum(self, key: Key) -> Fraction:
        """The most that a copy of what is published now can get."""
        page = authoring.own_page(self.session, self.viewer, key.page_id or key.id)
        revision = submitting.published(self.session, page)
        if key.kind is Kind.PAGE:
            return greatest_points(self.session, revision)
        return submitting.versions_of(self.session, revision)[str(key.id)].points

    def _file(self, wish: Wish, shape: str, title: str) -> items.ContentItem:
        placement = self._placement(wish, {"resource": str(wish.key.id)})
        file = self.session.get_one(Resource, (self.viewer.tenant_id, wish.key.id))
        until = None if shape == "image" else now() + handouts.LIFETIME
        secret = handouts.secret_of(placement, self.place.key, until=until)
        url = f"{self.place.base_url}/placed/{secret}/{quote(file.name, safe='')}"
        if shape == "image":
            size = items.Box(width=_pixels(file.width), height=_pixels(file.height))
            return items.Image(url=url, title=title, text=file.credit, size=size)
        return items.File(
            url=url, title=title, text=file.credit, media_type=file.media_type, expires_at=until
        )

    def _placement(self, wish: Wish, options: dict[str, Any]) -> Placement:
        """The row that the address names; what it shows is published."""
        key, binder_id, page_id = wish.key, None, None
        if key.kind is Kind.BINDER:
            binder_id = authoring.own_binder(self.session, self.viewer, key.id).id
        elif key.kind is Kind.SECTION:
            binder_id = picking.section_of(self.session, self.viewer, key.id).binder_id
        else:
            checked(Window(wish.opens_at, wish.due_at, None, None, wish.max_attempts))
            page = authoring.own_page(self.session, self.viewer, key.page_id or key.id)
            binder_id, page_id = page.binder_id, page.id
            if key.kind is not Kind.FILE:
                self._publish(page, key)
        placement = Placement(
            id=uuid7(),
            tenant_id=self.viewer.tenant_id,
            binder_id=binder_id,
            section_id=key.id if key.kind is Kind.SECTION else None,
            page_id=page_id,
            activity_id=key.id if key.kind is Kind.ACTIVITY else None,
            created_by_id=who(self.viewer),
            options=options,
        )
        self.session.add(placement)
        self.session.flush()
        return placement

    def _publish(self, page: Page, key: Key) -> PageRevision:
        """Pupils see what the teacher has just seen."""
        if page.published_number is None or page.changed:
            return authoring.publish(self.session, self.viewer, page.id)
        return submitting.published(self.session, page)


def _pixels(value: int | None) -> int | None:
    return value if value and value <= 10_000 else None
