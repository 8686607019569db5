"""Link & Content service: the content items that a tool has in a class, listed, made, changed and taken away.

**Draft**: 1EdTech has published no final text of it, and few platforms offer it. What is here may change with the text, and
Classeur itself does not use it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lti.claims import CLAIM
from lti.errors import ServiceError
from lti.protocol.bodies import wrong
from lti.protocol.content_items import ContentItem
from lti.protocol.services import Connector, Reply
from lti.values import mapping_of, texts_of, url_of

__all__ = [
    "CREATE",
    "DELETE",
    "READ",
    "UPDATE",
    "KeptItem",
    "LinkContentService",
    "create_item",
    "delete_item",
    "items",
    "read_item",
    "update_item",
]

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/contentitem."
READ, CREATE, UPDATE, DELETE = (SCOPE + verb for verb in ("read", "create", "update", "delete"))
SERVICE = CLAIM + "linkcontentservice"
JSON = "application/json"
MOST_ITEMS = 10_000

Item = ContentItem | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LinkContentService:
    """**Draft.** What a launch offers."""

    items_url: str | None
    """All items of the tool in the class."""
    item_url: str | None
    """The one that was opened."""
    scopes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Those that may be made; empty where the platform does not say."""
    versions: tuple[str, ...] = ()

    @classmethod
    def read(cls, claims: Mapping[str, Any]) -> LinkContentService | None:
        """None where the launch (`LaunchClaims.raw`) offers no such service.

        :raises ClaimInvalid: if its members are not of their types.
        """
        offered = mapping_of(claims, SERVICE)
        lists = (texts_of(offered, name) for name in ("scopes", "types", "version"))
        found = cls(url_of(offered, "contentitems"), url_of(offered, "contentitem"), *lists)
        return found if found.items_url or found.item_url else None


@dataclass(frozen=True, slots=True)
class KeptItem:
    """**Draft.** A content item as the platform has it."""

    id: str
    """As the platform writes it."""
    type: str
    properties: Mapping[str, Any]
    """All that was told, `id` and `type` too; to be changed and given to `update_item`."""


def items(
    connector: Connector,
    service: LinkContentService,
    *,
    resource_link_id: str = "",
    page_size: int | None = None,
) -> Iterator[KeptItem]:
    """**Draft.** The items in a class, page by page.

    :param resource_link_id: only that of one link.
    :param page_size: how many the platform may send at once; it may send fewer.
    :raises BodyInvalid: if the launch has not told where they are.
    :raises ServiceError: if the platform does not give them, or they do not end.
    """
    url = _items_url(service)
    params = {"resource_link_id": resource_link_id, "limit": str(page_size or "")}
    filters = {name: value for name, value in params.items() if value}
    count = 0
    for page in connector.pages(url, scopes=[READ], accept=JSON, params=filters):
        listed = page.body.get("items") if isinstance(page.body, dict) else None
        if not isinstance(listed, list):
            raise ServiceError(page.status, retryable=False, detail="no list of items", url=url)
        count += len(listed)
        if count > MOST_ITEMS:
            raise ServiceError(page.status, retryable=False, detail="too many items", url=url)
        yield from (_kept(page, entry, url) for entry in listed)


def create_item(connector: Connector, service: LinkContentService, item: Item) -> KeptItem:
    """**Draft.** Put an item into the class, and give it back as the platform has it.

    :raises BodyInvalid: if the platform has said that it takes none of that type; it is not sent.
    :raises ServiceError: if the platform could not be reached, or refuses.
    """
    url, body = _items_url(service), _body(item)
    if service.types and body["type"] not in service.types:
        raise wrong("type", "is not one that the platform takes")
    reply = connector.call("POST", url, scopes=[CREATE], content_type=JSON, data=json.dumps(body))
    return _kept(reply, reply.body, url)


def read_item(connector: Connector, item_url: str) -> KeptItem:
    """**Draft.** An item as the platform has it now; from `LinkContentService.item_url`.

    :raises ServiceError: if the platform could not be reached, or refuses.
    """
    reply = connector.call("GET", item_url, scopes=[READ])
    return _kept(reply, reply.body, item_url)


def update_item(connector: Connector, item_url: str, item: Item) -> KeptItem | None:
    """**Draft.** Put `item` in the place of what the platform has; None where it does not tell what it has now.

    :raises ServiceError: if the platform could not be reached, or refuses.
    """
    data = json.dumps(_body(item))
    reply = connector.call("PUT", item_url, scopes=[UPDATE], content_type=JSON, data=data)
    return None if reply.body is None else _kept(reply, reply.body, item_url)


def delete_item(connector: Connector, item_url: str) -> None:
    """**Draft.** Take an item out of the class.

    :raises ServiceError: if the platform could not be reached, or refuses.
    """
    connector.call("DELETE", item_url, scopes=[DELETE])


def _items_url(service: LinkContentService) -> str:
    if service.items_url is None:
        raise wrong("contentitems", "is not offered by this launch")
    return service.items_url


def _body(item: Item) -> dict[str, Any]:
    """:raises BodyInvalid: if it does not say what it is."""
    body = item.as_json() if isinstance(item, ContentItem) else dict(item)
    if not isinstance(body.get("type"), str) or not body["type"]:
        raise wrong("type", "is missing")
    return body


def _kept(reply: Reply, entry: Any, url: str) -> KeptItem:
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise ServiceError(reply.status, retryable=False, detail="not a content item", url=url)
    item_id = entry.get("id")
    is_id = isinstance(item_id, str | int) and not isinstance(item_id, bool)
    return KeptItem(str(item_id) if is_id else "", entry["type"], entry)
