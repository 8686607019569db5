"""The content items of Deep Linking 2.0: what each may say, and what is kept of it."""

import json
import mimetypes
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from examples.ent import gradebook, school
from examples.ent.gradebook import LineItem
from examples.ent.markup import is_web_address, origin
from examples.ent.school import Link
from examples.ent.services import is_number
from examples.ent.tool import Tool
from examples.ent.vocabulary import ACTIVITY_PROGRESS

MOST_ITEMS = 50
LONGEST_TEXT = 5_000
LONGEST_HTML = 100_000
LARGEST = 10_000
Reason = tuple[str, str]
Item = Mapping[str, Any]


def reasons(item: Any, tool: Tool, settings: Mapping[str, Any], now: datetime) -> list[Reason]:
    """Everything that keeps an item from being taken; nothing if it may be."""
    if not isinstance(item, dict) or item.get("type") not in settings["accept_types"]:
        shown = item.get("type", "") if isinstance(item, dict) else ""
        return [("content.type", str(shown)[:100])]
    if item["type"] not in CHECKS:
        return [("content.type", str(item["type"])[:100])]
    found = [*_common(item), *CHECKS[item["type"]](item, tool, settings, now)]
    if item["type"] != "ltiResourceLink" and presentation(item, settings) is None:
        found.append(("content.target", ""))
    return list(dict.fromkeys(found))


def presentation(item: Item, settings: Mapping[str, Any]) -> str | None:
    """The document target in which an item is shown, None if the ENT accepts none that fits."""
    accepted = settings["accept_presentation_document_targets"]
    match item["type"]:
        case "html":
            fitting = ["embed"]
        case "image":
            fitting = ["embed", "window"]
        case "file":
            fitting = ["window", "iframe", "embed"]
        case _:
            fitting = [each for each in ("embed", "iframe", "window") if each in item]
            inside_first = item["type"] == "ltiResourceLink" and "window" not in item
            fitting += ["iframe", "window"] if inside_first else ["window", "iframe"]
    return next((each for each in fitting if each in accepted), None)


def store(
    connection: sqlite3.Connection, class_id: str, tool: Tool, item: Item, settings: Mapping[str, Any]
) -> Link:
    """Put a checked item on the class page, with its column in the gradebook."""
    is_lti = item["type"] == "ltiResourceLink"
    title = item.get("title") or (tool.name if is_lti else item.get("url") or tool.name)
    link = school.add_link(
        connection,
        class_id,
        tool.client_id if is_lti else None,
        title=title,
        url=item.get("url") or (tool.launch_url if is_lti else ""),
        text=item.get("text") or "",
        custom=item.get("custom") or {},
        dates={name: item[name] for name in ("available", "submission") if item.get(name)},
    )
    kept = {**item, "presentation": presentation(item, settings)}
    query = "INSERT INTO content_items VALUES (?, ?)"
    connection.execute(query, (link.id, json.dumps(kept, ensure_ascii=False)))
    if is_lti and item.get("lineItem"):
        line_item = _line_item(item["lineItem"], item, link)
        gradebook.add_line_item(connection, line_item)
    return link


def of_links(connection: sqlite3.Connection, class_id: str) -> dict[str, Item]:
    """Link → the item it came from, for the links of a class that came by deep linking."""
    query = "SELECT link_id, item FROM content_items JOIN links ON links.id = link_id WHERE class_id = ?"
    return {row["link_id"]: json.loads(row["item"]) for row in connection.execute(query, (class_id,))}


def _line_item(described: Item, item: Item, link: Link) -> LineItem:
    dates = item.get("submission") or item.get("available") or {}
    return LineItem(
        id=gradebook.new_id(),
        client_id=str(link.client_id),
        class_id=link.class_id,
        link_id=link.id,
        label=described.get("label") or link.title,
        score_maximum=float(described["scoreMaximum"]),
        resource_id=described.get("resourceId"),
        tag=described.get("tag"),
        start_date_time=dates.get("startDateTime"),
        end_date_time=dates.get("endDateTime"),
        grades_released=described.get("gradesReleased", True),
        submission_review=described.get("submissionReview"),
    )


# Checks: each yields its reasons


def _common(item: Item) -> Iterator[Reason]:
    for name in ("title", "text"):
        value = item.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            yield "content.text", name
    for name in ("icon", "thumbnail"):
        if name in item and item["type"] != "html":
            yield from _picture(item[name], name)
    for name in ("window", "iframe"):
        if name in item:
            yield from _box(item[name], name)


def _lti_link(item: Item, tool: Tool, settings: Mapping[str, Any], now: datetime) -> Iterator[Reason]:
    url = item.get("url", tool.launch_url)
    if not is_web_address(url) or origin(url) not in tool.origins:
        yield "content.url", str(url)[:200]
    if not _is_custom(item.get("custom", {})):
        yield "content.custom", ""
    for name in ("available", "submission"):
        if name in item:
            yield from _period(item[name], name)
    if "lineItem" in item:
        if settings.get("accept_lineitem") is False:
            yield "content.no_line_item", ""
        yield from _described_line_item(item["lineItem"])


def _link(item: Item, tool: Tool, settings: Mapping[str, Any], now: datetime) -> Iterator[Reason]:
    yield from _address(item, "url")
    if "embed" in item:
        embed = item["embed"] if isinstance(item["embed"], dict) else {}
        yield from _html(embed, "embed.html")
    if "iframe" in item and isinstance(item["iframe"], dict):
        yield from _address(item["iframe"], "src")


def _file(item: Item, tool: Tool, settings: Mapping[str, Any], now: datetime) -> Iterator[Reason]:
    yield from _address(item, "url")
    if "expiresAt" in item:
        moment = _moment(item["expiresAt"])
        if moment is None or moment <= now:
            yield "content.date", "expiresAt"
    accepted = [
        each.strip() for each in (settings.get("accept_media_types") or "").split(",") if each.strip()
    ]
    given = item.get("mediaType") or mimetypes.guess_type(urlsplit(str(item.get("url"))).path)[0]
    if not isinstance(given, str | None):
        yield "content.media_type", ""
    elif accepted and given and not any(_is_of(given, each) for each in accepted):
        yield "content.media_type", given[:100]


def _html_item(item: Item, tool: Tool, settings: Mapping[str, Any], now: datetime) -> Iterator[Reason]:
    yield from _html(item, "html")


def _image(item: Item, tool: Tool, settings: Mapping[str, Any], now: datetime) -> Iterator[Reason]:
    yield from _address(item, "url")
    yield from _sizes(item, "image")


CHECKS: dict[str, Callable[[Item, Tool, Mapping[str, Any], datetime], Iterator[Reason]]] = {
    "ltiResourceLink": _lti_link,
    "link": _link,
    "file": _file,
    "html": _html_item,
    "image": _image,
}


def _described_line_item(described: Any) -> Iterator[Reason]:
    """The line item of a content item (Deep Linking 2.0, 3.1.3)."""
    if not isinstance(described, dict):
        yield "content.line_item", ""
        return
    maximum = described.get("scoreMaximum")
    if not is_number(maximum) or not maximum > 0:
        yield "content.line_item", "scoreMaximum"
    for name in ("label", "resourceId", "tag"):
        if not isinstance(described.get(name, ""), str):
            yield "content.line_item", name
    if not isinstance(described.get("gradesReleased", True), bool):
        yield "content.line_item", "gradesReleased"
    if "submissionReview" in described and not is_review(described["submissionReview"]):
        yield "content.line_item", "submissionReview"


def is_review(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether this describes how submissions can be looked at (AGS 2.0, submission review)."""
    if not isinstance(value, dict):
        return False
    statuses, url = value.get("reviewableStatus", []), value.get("url")
    return (
        isinstance(statuses, list)
        and all(each in (*ACTIVITY_PROGRESS, "None") for each in statuses)
        and (url is None or is_web_address(url))
        and isinstance(value.get("label", ""), str)
        and _is_custom(value.get("custom", {}))
    )


def _picture(value: Any, name: str) -> Iterator[Reason]:
    if not isinstance(value, dict):
        yield "content.picture", name
        return
    if not is_web_address(value.get("url")):
        yield "content.picture", f"{name}.url"
    yield from _sizes(value, name)


def _box(value: Any, name: str) -> Iterator[Reason]:
    if not isinstance(value, dict):
        yield "content.presentation", name
        return
    yield from _sizes(value, name)
    for part in ("targetName", "windowFeatures"):
        if not isinstance(value.get(part, ""), str):
            yield "content.presentation", f"{name}.{part}"


def _sizes(value: Item, name: str) -> Iterator[Reason]:
    for part in ("width", "height"):
        size = value.get(part, 1)
        if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= LARGEST:
            yield "content.presentation", f"{name}.{part}"


def _address(value: Item, name: str) -> Iterator[Reason]:
    if not is_web_address(value.get(name)):
        yield "content.url", str(value.get(name, name))[:200]


def _html(value: Item, name: str) -> Iterator[Reason]:
    text = value.get("html")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_HTML:
        yield "content.html", name


def _period(value: Any, name: str) -> Iterator[Reason]:
    if not isinstance(value, dict):
        yield "content.date", name
        return
    moments = [_moment(value[end]) for end in ("startDateTime", "endDateTime") if value.get(end) is not None]
    known = [each for each in moments if each]
    if len(known) < len(moments) or known != sorted(known):
        yield "content.date", name


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _is_custom(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_of(media_type: str, accepted: str) -> bool:
    kind, _, part = accepted.lower().partition("/")
    return (
        accepted == "*/*"
        or media_type.lower() == accepted.lower()
        or (part == "*" and media_type.lower().startswith(f"{kind}/"))
    )
