"""Reading single values out of JSON that a platform wrote: absent, of its type, or refused.

`null` counts as absent, since several platforms send that. An identifier that comes as an integer (`"sub": 42`) counts
as its decimal digits. What is there and of another type is refused (`ClaimInvalid`), never guessed at. Characters that
no database keeps (control characters, half surrogates) are taken out of texts, and refused in identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lti.errors import ClaimInvalid

__all__ = ["clean", "flag_of", "identifier_of", "mapping_of", "origin", "text_of", "texts_of", "url_of"]

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without characters that no database keeps."""
    return UNSTORABLE.sub("", text)


def text_of(claims: Mapping[str, Any], name: str) -> str:
    """The text of a claim, without characters that no database keeps; empty if absent."""
    value = claims.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ClaimInvalid(f"{name} is not a text", claim=name)
    return clean(value)


def identifier_of(claims: Mapping[str, Any], name: str) -> str | None:
    """An identifier: 1 to 255 printable ASCII characters, or an integer; None if absent or empty."""
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 255 or not value.isascii() or not value.isprintable():
        raise ClaimInvalid(f"{name} is no identifier of at most 255 ASCII characters", claim=name)
    return value


def mapping_of(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object; empty if absent."""
    value = claims.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ClaimInvalid(f"{name} is not an object", claim=name)
    return value


def texts_of(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; empty if absent."""
    value = claims.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ClaimInvalid(f"{name} is not a list of texts", claim=name)
    return tuple(value)


def url_of(claims: Mapping[str, Any], name: str) -> str | None:
    """An absolute http(s) URL; None if absent or empty."""
    value = text_of(claims, name)
    if value and not _is_url(value):
        raise ClaimInvalid(f"{name} is not a URL", claim=name)
    return value or None


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as browsers write an origin: without the port that goes without saying."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _is_url(value: str) -> bool:
    """Also whether its host may stand in a header of ours, among others."""
    try:
        parts = urlsplit(value)
        hostname, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not hostname or re.search(r"[\s;,'\"]", parts.netloc):
        return False
    return value.startswith(("https://", "http://"))


def flag_of(claims: Mapping[str, Any], name: str) -> bool | None:
    """True or false, also as the words; None if absent."""
    value = claims.get(name)
    value = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if value is not None and not isinstance(value, bool):
        raise ClaimInvalid(f"{name} is neither true nor false", claim=name)
    return value
