"""A page that a teacher chose in a platform's picker becomes a link there (deep linking)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from binder import authoring, submitting
from binder.access import Viewer, who
from binder.clock import uuid7
from binder.errors import Forbidden
from binder.models import Binder, Page
from lti.claims import DeepLinkingSettings
from lti.models import Launch, Placement, Registration
from lti.passback import TAG
from lti.protocol import ags, deep_linking
from lti.protocol.messages import DEEP_LINKING_REQUEST
from lti.protocol.services import Services

__all__ = ["Answer", "answer", "choices"]


@dataclass(frozen=True)
class Answer:
    """What the browser posts to the platform: the signed choice."""

    return_url: str
    jwt: str


def choices(session: Session, viewer: Viewer) -> list[Page]:
    """The pages that the viewer may place: all of their own, by binder."""
    own = [binder.id for binder in authoring.own_binders(session, viewer)]
    query = (
        sa.select(Page)
        .join(Binder, sa.and_(Binder.tenant_id == Page.tenant_id, Binder.id == Page.binder_id))
        .where(Page.tenant_id == viewer.tenant_id, Page.binder_id.in_(own), Page.trashed_at.is_(None))
        .options(sa.orm.joinedload(Page.binder))
        .order_by(Binder.title, Binder.id, Page.section_id, Page.position)
    )
    return list(session.scalars(query))


def answer(
    session: Session,
    viewer: Viewer,
    launch_id: UUID,
    page_id: UUID | None,
    services: Services,
    *,
    base_url: str,
) -> Answer:
    """Sign what the teacher chose; a draft is published by it.

    :param page_id: None if nothing was chosen.
    :param base_url: of the mounted blueprint, without a slash at the end.
    :raises Forbidden: if the launch is no request for a link.
    """
    launch = session.get(Launch, (viewer.tenant_id, launch_id))
    if launch is None or launch.message_type != DEEP_LINKING_REQUEST or launch.message is None:
        raise Forbidden("the platform asked for no link")
    settings = DeepLinkingSettings.read(launch.message["settings"])
    registration = services.connector(session.get_one(Registration, launch.registration_id)).registration
    items = []
    if page_id is not None:
        items.append(_item(session, viewer, page_id, settings, base_url))
    jwt = deep_linking.response(registration, launch.message["deployment_id"], settings, items)
    return Answer(settings.return_url, jwt)


def _item(
    session: Session, viewer: Viewer, page_id: UUID, settings: DeepLinkingSettings, base_url: str
) -> dict[str, object]:
    page = authoring.own_page(session, viewer, page_id)
    revision = None
    if page.published_number is None or page.changed:
        revision = authoring.publish(session, viewer, page_id)
    item = Placement(
        id=uuid7(),
        tenant_id=viewer.tenant_id,
        binder_id=page.binder_id,
        page_id=page.id,
        created_by_id=who(viewer),
        options={},
    )
    session.add(item)
    revision = revision or submitting.published(session, page)
    maximum = sum((v.points for v in submitting.versions_of(session, revision).values()), Fraction(0))
    line_item = None
    if maximum > 0 and settings.accept_lineitem is not False:
        line_item = ags.LineItem(label=page.title, score_maximum=maximum, resource_id=str(item.id), tag=TAG)
    return deep_linking.resource_link(
        url=f"{base_url}/open/{item.id}", title=page.title, text=page.binder.title, line_item=line_item
    )
