"""Assignment and Grade Services 2.0: scores to a platform's gradebook, line items in it, results from it.

https://www.imsglobal.org/spec/lti-ags/v2p0
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lti.errors import ContentItemInvalid, ServiceError
from lti.protocol.bodies import moment_of
from lti.protocol.item_parts import Review
from lti.protocol.scores import Number, Score, instant, number
from lti.protocol.services import Connector

__all__ = [
    "LineItem",
    "Result",
    "Score",
    "create_line_item",
    "delete_line_item",
    "find_line_item",
    "line_items",
    "put_score",
    "read_line_item",
    "results",
    "score_url",
    "update_line_item",
]

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM, LINE_ITEM_READ = SCOPE + "lineitem", SCOPE + "lineitem.readonly"
RESULT_READ, SCORE = SCOPE + "result.readonly", SCOPE + "score"
MEDIA = "application/vnd.ims.lis."
LINE_ITEM_TYPE, CONTAINER_TYPE = MEDIA + "v2.lineitem+json", MEDIA + "v2.lineitemcontainer+json"
RESULT_TYPE, SCORE_TYPE = MEDIA + "v2.resultcontainer+json", MEDIA + "v1.score+json"

OWN = ("id", "label", "scoreMaximum", "resourceLinkId", "resourceId", "tag")


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column of the gradebook; `id` is its URL, empty before it exists."""

    label: str
    score_maximum: Number
    id: str = ""
    resource_link_id: str = ""
    resource_id: str = ""
    tag: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else the platform keeps of it, also what of the fields below is not written as it should; it goes back as it came."""
    starts_at: datetime | None = None
    """From when on work is taken, with a time zone."""
    ends_at: datetime | None = None
    grades_released: bool | None = None
    """Whether the platform may show marks to learners; None leaves that to it."""
    review: Review | None = None
    """From where the gradebook opens somebody's work."""

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it; what is empty is left out."""
        body = dict(self.more) | {
            "id": self.id,
            "label": self.label,
            "scoreMaximum": number(self.score_maximum),
            "resourceLinkId": self.resource_link_id,
            "resourceId": self.resource_id,
            "tag": self.tag,
        }
        typed = {
            "startDateTime": instant(self.starts_at) if self.starts_at else None,
            "endDateTime": instant(self.ends_at) if self.ends_at else None,
            "gradesReleased": self.grades_released,
            "submissionReview": self.review.as_json() if self.review else None,
        }
        body |= {name: value for name, value in typed.items() if value is not None}
        return {name: value for name, value in body.items() if value != ""}

    @classmethod
    def read(cls, body: Any) -> LineItem:
        """:raises ServiceError: if `body` is no line item."""
        if not isinstance(body, dict) or not isinstance(body.get("id"), str):
            raise ServiceError(200, retryable=False, detail="not a line item")
        maximum = body.get("scoreMaximum")
        texts = {name: str(body.get(name) or "") for name in ("label", "resourceLinkId", "resourceId", "tag")}
        typed = {field: read(body[name]) for name, (field, read) in TYPED.items() if name in body}
        understood = {name for name, (field, _) in TYPED.items() if typed.get(field) is not None}
        return cls(
            label=texts["label"],
            score_maximum=maximum if isinstance(maximum, int | float) else 1,
            id=body["id"],
            resource_link_id=texts["resourceLinkId"],
            resource_id=texts["resourceId"],
            tag=texts["tag"],
            # some platforms write null for what is not there, and refuse it in what comes back
            more={
                name: value
                for name, value in body.items()
                if value is not None and name not in {*OWN, *understood}
            },
            **typed,
        )


def _released(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _review(value: Any) -> Review | None:
    """None also where there is more in it than we would send back."""
    if not isinstance(value, dict) or not isinstance(value.get("reviewableStatus"), list):
        return None
    custom = value.get("custom")
    try:
        review = Review(
            statuses=tuple(value["reviewableStatus"]),
            label=value.get("label", ""),
            url=value.get("url", ""),
            custom=custom if isinstance(custom, dict) else {},
        )
    except (ContentItemInvalid, TypeError):
        return None
    return review if review.as_json() == value else None


TYPED: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "startDateTime": ("starts_at", moment_of),
    "endDateTime": ("ends_at", moment_of),
    "gradesReleased": ("grades_released", _released),
    "submissionReview": ("review", _review),
}
"""Member → our field, and how it is read: None where it is not what it should be."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the gradebook holds of one person; None where it holds nothing."""

    user_id: str
    score: float | None
    maximum: float
    comment: str


def score_url(line_item_url: str, service: str = "scores") -> str:
    """Where scores (or `results`) of a line item are: a longer path, before the query that the URL may have."""
    parts = urlsplit(line_item_url)
    return urlunsplit(
        (parts.scheme, parts.netloc, f"{parts.path.removesuffix('/')}/{service}", parts.query, "")
    )


def put_score(connector: Connector, line_item_url: str, score: Score) -> None:
    """Send a score to a line item.

    :raises ServiceError: among others with `platform_status` 409 where the gradebook holds a newer timestamp.
    """
    data = json.dumps(score.as_json())
    connector.call("POST", score_url(line_item_url), scopes=[SCORE], content_type=SCORE_TYPE, data=data)


def line_items(
    connector: Connector, line_items_url: str, *, read_only: bool = False, **filters: str
) -> Iterator[LineItem]:
    """The line items in a container, page by page.

    :param read_only: ask with the read-only scope, where the platform grants only that.
    :param filters: `resource_link_id`, `resource_id`, `tag`, `limit`; the platform is asked to apply them.
    """
    scopes = [LINE_ITEM_READ if read_only else LINE_ITEM]
    for page in connector.pages(line_items_url, scopes=scopes, accept=CONTAINER_TYPE, params=filters):
        if not isinstance(page.body, list):
            raise ServiceError(
                page.status, retryable=False, detail="not a list of line items", url=line_items_url
            )
        yield from (LineItem.read(body) for body in page.body)


def find_line_item(
    connector: Connector,
    line_items_url: str,
    *,
    resource_id: str = "",
    tag: str = "",
    resource_link_id: str = "",
    read_only: bool = False,
) -> LineItem | None:
    """The first line item that has all that is given; None if there is none.

    A platform that ignores filters is not believed: each item is looked at.
    """
    wanted = {"resource_id": resource_id, "tag": tag, "resource_link_id": resource_link_id}
    filters = {name: value for name, value in wanted.items() if value}
    for item in line_items(connector, line_items_url, read_only=read_only, **filters):
        if all(getattr(item, name) == value for name, value in filters.items()):
            return item
    return None


def read_line_item(connector: Connector, line_item_url: str, *, read_only: bool = False) -> LineItem:
    """A column as the platform has it now."""
    scopes = [LINE_ITEM_READ if read_only else LINE_ITEM]
    reply = connector.call("GET", line_item_url, scopes=scopes, accept=LINE_ITEM_TYPE)
    return LineItem.read(reply.body)


def create_line_item(connector: Connector, line_items_url: str, item: LineItem) -> LineItem:
    """Make a column in the gradebook, and give it back with its `id`."""
    return _send(connector, "POST", line_items_url, item)


def update_line_item(connector: Connector, item: LineItem) -> LineItem:
    """Put `item` in the place of what the platform has under `item.id`."""
    return _send(connector, "PUT", item.id, item)


def delete_line_item(connector: Connector, line_item_url: str) -> None:
    """Take a column, with its scores, out of the gradebook."""
    connector.call("DELETE", line_item_url, scopes=[LINE_ITEM], accept=LINE_ITEM_TYPE)


def results(connector: Connector, line_item_url: str, *, user_id: str = "") -> Iterator[Result]:
    """What the gradebook holds for a line item, of everybody or one person."""
    params: Mapping[str, str] = {"user_id": user_id} if user_id else {}
    for page in connector.pages(
        score_url(line_item_url, "results"), scopes=[RESULT_READ], accept=RESULT_TYPE, params=params
    ):
        for body in page.body if isinstance(page.body, list) else ():
            # a platform that ignores the filter is not believed
            if (
                isinstance(body, dict)
                and isinstance(body.get("userId"), str)
                and user_id in ("", body["userId"])
            ):
                score, maximum = body.get("resultScore"), body.get("resultMaximum")
                yield Result(body["userId"], score, maximum or 1, str(body.get("comment") or ""))


def _send(connector: Connector, method: str, url: str, item: LineItem) -> LineItem:
    data = json.dumps(item.as_json())
    reply = connector.call(
        method, url, scopes=[LINE_ITEM], accept=LINE_ITEM_TYPE, content_type=LINE_ITEM_TYPE, data=data
    )
    return LineItem.read(reply.body)
