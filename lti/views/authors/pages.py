"""The teacher's pages: reading one as it stands, and publishing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response

from binder.blocks import kind_of
from binder.content import authoring
from binder.models import Activity, Page
from lti.views.rendering import Shown, file_views
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["own_activities", "page", "preview", "publish"]


def own_activities(page: Page) -> dict[str, Activity]:
    """All activities of the page's binder, by id."""
    return {str(activity.id): activity for activity in page.binder.activities}


def preview(here: Here, page: Page, blocks: Sequence[Mapping[str, Any]] | None = None) -> Shown:
    """The page as its author sees it, answers included.

    :param blocks: what is going to be shown, by default what stands on the page.
    """

    def url(resource: str) -> str:
        return here.url("page_file", page=page.id, resource=resource)

    shown = page.blocks if blocks is None else blocks
    asks = any(kind_of(block).activities(block) for block in shown)
    activities = own_activities(page) if asks else {}
    versions = {name: activity.current for name, activity in activities.items()}
    return Shown(
        page.binder.lang,
        file_views(here, shown, url),
        versions,
        "preview",
        seed=str(page.id),
        pages=lambda other: here.url("page", page=other),
    )


@screen("/pages/<uuid:page>")
def page(here: Here, page: UUID) -> Response:
    """A page of one's own as it stands, answers included."""
    own = authoring.own_page(here.session, here.viewer, page)
    return render("page.html", here, page=own, content=preview(here, own).whole(own.blocks))


@screen("/pages/<uuid:page>/publish", "POST")
def publish(here: Here, page: UUID) -> BaseResponse:
    """Show pupils the page as it stands now."""
    authoring.publish(here.session, here.viewer, page)
    return here.to("page", page=page)
