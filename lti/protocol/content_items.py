"""The content items of Deep Linking 2.0: what a tool brings back, each checked when it is made.

https://www.imsglobal.org/spec/lti-dl/v2p0#content-item-types
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from lti.protocol.item_parts import (
    Box,
    Column,
    Frame,
    Period,
    Picture,
    Review,
    Window,
    check_custom,
    check_moment,
    check_text,
    check_url,
    said,
    written,
    wrong,
)

__all__ = [
    "Box",
    "Column",
    "ContentItem",
    "File",
    "Frame",
    "Html",
    "Image",
    "Link",
    "Period",
    "Picture",
    "ResourceLink",
    "Review",
    "Window",
]


@dataclass(frozen=True, kw_only=True)
class ContentItem(ABC):
    """What all items may say.

    :raises ContentItemInvalid: when one is made that no platform could take.
    """

    type: ClassVar[str]
    title: str = ""
    text: str = ""
    """Plain text."""
    icon: Picture | None = None
    thumbnail: Picture | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)
    """Vendors' properties, by their full URL."""

    def __post_init__(self) -> None:
        check_text("title", self.title, most="title")
        check_text("text", self.text)
        for name in self.extensions:
            check_url("extension", name)
        self._check()

    @abstractmethod
    def _check(self) -> None:
        """:raises ContentItemInvalid: if a property of the type's own is wrong."""

    @abstractmethod
    def _own(self) -> dict[str, Any]:
        """The type's own properties."""

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it; what is not known is left out."""
        return {
            "type": self.type,
            **said(
                title=self.title,
                text=self.text,
                icon=self.icon.as_json() if self.icon else None,
                thumbnail=self.thumbnail.as_json() if self.thumbnail else None,
            ),
            **{name: value for name, value in self._own().items() if value not in (None, "", {})},
            **self.extensions,
        }


@dataclass(frozen=True, kw_only=True)
class ResourceLink(ContentItem):
    """A link that opens by a launch. https://www.imsglobal.org/spec/lti-dl/v2p0#lti-resource-link"""

    type = "ltiResourceLink"
    url: str = ""
    """Empty: the tool's own launch URL."""
    window: Window | None = None
    iframe: Frame | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    column: Column | None = None
    available: Period = field(default_factory=Period)
    submission: Period = field(default_factory=Period)

    def _check(self) -> None:
        check_url("url", self.url, needed=False)
        check_custom("custom", self.custom)

    def _own(self) -> dict[str, Any]:
        shown = {"window": self.window, "iframe": self.iframe}
        return {
            "url": self.url,
            # an empty one is a wish too: to be shown there
            **{name: box.as_json() or {"width": 800} for name, box in shown.items() if box is not None},
            "custom": dict(self.custom),
            "lineItem": self.column.as_json() if self.column else None,
            "available": self.available.as_json(),
            "submission": self.submission.as_json(),
        }


@dataclass(frozen=True, kw_only=True)
class Link(ContentItem):
    """An ordinary link. https://www.imsglobal.org/spec/lti-dl/v2p0#link"""

    type = "link"
    url: str
    embed: str = ""
    """HTML to be put into the platform's page."""
    window: Window | None = None
    iframe: Frame | None = None

    def _check(self) -> None:
        check_url("url", self.url)
        check_text("embed.html", self.embed, most="html")
        if self.iframe is not None and not self.iframe.src:
            raise wrong("iframe.src", "is empty")

    def _own(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "embed": {"html": self.embed} if self.embed else None,
            "window": (self.window.as_json() or {"targetName": "_blank"}) if self.window else None,
            "iframe": self.iframe.as_json() if self.iframe else None,
        }


@dataclass(frozen=True, kw_only=True)
class File(ContentItem):
    """A file that the platform is to fetch, soon. https://www.imsglobal.org/spec/lti-dl/v2p0#file"""

    type = "file"
    url: str
    media_type: str = ""
    expires_at: datetime | None = None

    def _check(self) -> None:
        check_url("url", self.url)
        check_text("mediaType", self.media_type, most="name")
        check_moment("expiresAt", self.expires_at)

    def _own(self) -> dict[str, Any]:
        expires = written(self.expires_at) if self.expires_at else None
        return {"url": self.url, "mediaType": self.media_type, "expiresAt": expires}


@dataclass(frozen=True, kw_only=True)
class Html(ContentItem):
    """A piece of a page; it has neither icon nor thumbnail. https://www.imsglobal.org/spec/lti-dl/v2p0#html-fragment"""

    type = "html"
    html: str

    def _check(self) -> None:
        check_text("html", self.html, most="html", needed=True)
        if self.icon is not None or self.thumbnail is not None:
            raise wrong("icon", "has no place in a piece of a page")

    def _own(self) -> dict[str, Any]:
        return {"html": self.html}


@dataclass(frozen=True, kw_only=True)
class Image(ContentItem):
    """A picture. https://www.imsglobal.org/spec/lti-dl/v2p0#image"""

    type = "image"
    url: str
    size: Box = field(default_factory=Box)

    def _check(self) -> None:
        check_url("url", self.url)

    def _own(self) -> dict[str, Any]:
        return {"url": self.url, **self.size.as_json()}
