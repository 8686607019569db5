"""Values in a block: references to rows, instants, and addresses on the web, all kept as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import marshmallow
from marshmallow import fields

__all__ = ["Instant", "Reference", "https_parts"]

HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\"`{}|^]")
YEARS = range(1900, 3000)


class Reference(fields.UUID):
    """A marshmallow field: the id of a row as text; empty where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_none": True, **options})

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See `marshmallow.fields.Field.deserialize`; nothing is an empty text."""
        found = super().deserialize(None if value == "" else value, attr, data, **kwargs)
        return found if found is marshmallow.missing else str(found or "")


class Instant(fields.String):
    """A marshmallow field: an instant in ISO 8601 with the offset of the clock it was read from; empty where none.

    The offset is kept, so that the block says the hour that its author meant, whoever shows it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_none": True, **options})

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """See `marshmallow.fields.Field.deserialize`; nothing is an empty text."""
        found = super().deserialize(value, attr, data, **kwargs)
        return "" if found is None else found

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            return ""
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            instant = datetime.min
        if instant.tzinfo is None or instant.year not in YEARS:
            raise marshmallow.ValidationError("write a date and a time")
        return instant.isoformat(timespec="seconds")


def https_parts(url: str) -> SplitResult | None:
    """The parts of an address that is safe to lead to: https, a plain host, no user, no port, nothing odd; else None."""
    if len(url) > 2000 or UNFIT.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or port is not None or "@" in parts.netloc or ":" in parts.netloc:
        return None
    return parts if HOST.fullmatch(parts.netloc.lower()) else None
