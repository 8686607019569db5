"""What content items of Deep Linking 2.0 are made of – windows, frames, dates, columns – and how it is checked.

https://www.imsglobal.org/spec/lti-dl/v2p0#content-item-types
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from lti.errors import ContentItemInvalid

__all__ = [
    "Box",
    "Column",
    "Frame",
    "Period",
    "Picture",
    "Review",
    "Window",
    "check_custom",
    "check_moment",
    "check_text",
    "check_url",
    "said",
    "written",
    "wrong",
]

LONGEST = {"title": 255, "text": 5_000, "url": 2_000, "html": 100_000, "name": 255, "value": 2_000}
MOST_CUSTOM = 50
LARGEST = 10_000
"""Pixels."""
PROGRESS = frozenset(("Initialized", "Started", "InProgress", "Submitted", "Completed"))
"""https://www.imsglobal.org/spec/lti-ags/v2p0#activityprogress"""


def wrong(name: str, why: str) -> ContentItemInvalid:
    """That a property is wrong, and why."""
    return ContentItemInvalid(f"{name} {why}", property=name)


def check_text(name: str, value: str, *, most: str = "text", needed: bool = False) -> None:
    """:raises ContentItemInvalid: if it is no text, too long, or empty and needed."""
    if not isinstance(value, str) or len(value) > LONGEST[most]:
        raise wrong(name, f"is no text of at most {LONGEST[most]} characters")
    if needed and not value.strip():
        raise wrong(name, "is empty")


def check_url(name: str, value: str, *, needed: bool = True) -> None:
    """:raises ContentItemInvalid: if it is no address of the web."""
    check_text(name, value, most="url", needed=needed)
    if not value and not needed:
        return
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http") or not value.isprintable() or " " in value:
        raise wrong(name, "is no address of the web")


def check_size(name: str, value: int | None) -> None:
    """:raises ContentItemInvalid: if it is no number of pixels."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not (is_whole and 0 < value <= LARGEST):
        raise wrong(name, f"is no number of pixels from 1 to {LARGEST}")


def check_custom(name: str, values: Mapping[str, str]) -> None:
    """:raises ContentItemInvalid: if they are not texts by name, or too many."""
    if len(values) > MOST_CUSTOM:
        raise wrong(name, f"has more than {MOST_CUSTOM} parameters")
    for key, value in values.items():
        check_text(f"{name}.{key}", key, most="name", needed=True)
        check_text(f"{name}.{key}", value, most="value")


def check_moment(name: str, value: datetime | None) -> None:
    """:raises ContentItemInvalid: if it has no time zone."""
    if value is not None and value.tzinfo is None:
        raise wrong(name, "has no time zone")


def written(instant: datetime) -> str:
    """As ISO 8601 has it, in UTC."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def said(**values: Any) -> dict[str, Any]:
    """What is known of it."""
    return {name: value for name, value in values.items() if value not in (None, "", {})}


@dataclass(frozen=True, kw_only=True)
class Box:
    """Width and height in pixels, where they matter."""

    width: int | None = None
    height: int | None = None

    def __post_init__(self) -> None:
        check_size("width", self.width)
        check_size("height", self.height)

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it; what is not known is left out."""
        return said(width=self.width, height=self.height)


@dataclass(frozen=True, kw_only=True)
class Picture(Box):
    """An icon or a thumbnail."""

    url: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_url("url", self.url)

    def as_json(self) -> dict[str, Any]:
        """See `Box.as_json`."""
        return {"url": self.url, **super().as_json()}


@dataclass(frozen=True, kw_only=True)
class Window(Box):
    """How it opens in a window of its own."""

    target_name: str = ""
    features: str = ""
    """As `window.open` takes them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("window.targetName", self.target_name, most="name")
        check_text("window.windowFeatures", self.features, most="value")

    def as_json(self) -> dict[str, Any]:
        """See `Box.as_json`."""
        return said(targetName=self.target_name, windowFeatures=self.features, **super().as_json())


@dataclass(frozen=True, kw_only=True)
class Frame(Box):
    """How it stands in a frame; `src` is for a plain link, which needs one."""

    src: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_url("iframe.src", self.src, needed=False)

    def as_json(self) -> dict[str, Any]:
        """See `Box.as_json`."""
        return said(src=self.src, **super().as_json())


@dataclass(frozen=True)
class Period:
    """From when until when; None on a side that is open."""

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        check_moment("startDateTime", self.start)
        check_moment("endDateTime", self.end)
        if self.start and self.end and self.end <= self.start:
            raise wrong("endDateTime", "is not after startDateTime")

    def as_json(self) -> dict[str, str]:
        """As the platform wants it; empty if both sides are open."""
        sides = {"startDateTime": self.start, "endDateTime": self.end}
        return {name: written(instant) for name, instant in sides.items() if instant is not None}


@dataclass(frozen=True, kw_only=True)
class Review:
    """From where a platform's gradebook opens somebody's copy. https://www.imsglobal.org/spec/lti-sr/v1p0"""

    statuses: Collection[str] = ("Submitted", "Completed")
    """Values of activityProgress with which there is something to look at."""
    label: str = ""
    url: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := set(self.statuses) - PROGRESS:
            raise wrong("reviewableStatus", f"has unknown values: {', '.join(sorted(map(str, unknown)))}")
        check_text("submissionReview.label", self.label, most="title")
        check_url("submissionReview.url", self.url, needed=False)
        check_custom("submissionReview.custom", self.custom)

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it."""
        known = said(label=self.label, url=self.url, custom=dict(self.custom))
        return {"reviewableStatus": list(self.statuses), **known}


@dataclass(frozen=True, kw_only=True)
class Column:
    """The line item that the platform makes with a link. https://www.imsglobal.org/spec/lti-dl/v2p0#lineitem"""

    score_maximum: int | float | Fraction
    label: str = ""
    """By default the link's title."""
    resource_id: str = ""
    tag: str = ""
    grades_released: bool | None = None
    review: Review | None = None

    def __post_init__(self) -> None:
        maximum = self.score_maximum
        if isinstance(maximum, bool) or not isinstance(maximum, int | float | Fraction):
            raise wrong("scoreMaximum", "is no number")
        if not math.isfinite(maximum) or maximum <= 0:
            raise wrong("scoreMaximum", "is not above 0")
        for name, value in (("label", self.label), ("resourceId", self.resource_id), ("tag", self.tag)):
            check_text(name, value, most="name")

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it."""
        maximum = self.score_maximum
        return {
            "scoreMaximum": int(maximum) if maximum == int(maximum) else float(maximum),
            **said(
                label=self.label,
                resourceId=self.resource_id,
                tag=self.tag,
                gradesReleased=self.grades_released,
                submissionReview=self.review.as_json() if self.review else None,
            ),
        }
