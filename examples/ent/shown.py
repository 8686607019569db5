"""How what came by deep linking stands on the class page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from examples.ent.markup import origin, sanitized


@dataclass(frozen=True)
class Shown:
    """What the class page needs of an item beside its link."""

    kind: str
    presentation: str | None
    embedded: Markup | None = None
    picture: Mapping[str, Any] | None = None
    icon: Mapping[str, Any] | None = None
    window: Mapping[str, Any] | None = None
    expired: bool = False
    origins: frozenset[str] = field(default_factory=frozenset)


def shown_item(item: Mapping[str, Any], now: datetime, *, is_copied: bool = False) -> Shown:
    """An item as the class page shows it; its HTML is written anew."""
    kind, presentation, title = item["type"], item.get("presentation"), item.get("title") or item["type"]
    embedded, origins = None, set[str]()
    html = item.get("html") if kind == "html" else (item.get("embed") or {}).get("html")
    if html and presentation == "embed":
        embedded, origins = sanitized(html, title)
    icon = item.get("icon") or item.get("thumbnail")
    is_shown = kind == "image" and presentation == "embed"
    picture = item if is_shown else None
    origins |= {origin(each["url"]) for each in (icon, picture) if each}
    return Shown(
        kind=kind,
        presentation=presentation,
        embedded=embedded,
        picture=picture,
        icon=icon,
        window=item.get("window"),
        expired=is_expired(item, now) and not is_copied,
        origins=frozenset(origins),
    )


def is_expired(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether the address of a file no longer leads to it."""
    return "expiresAt" in item and datetime.fromisoformat(item["expiresAt"]) <= now
