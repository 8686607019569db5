"""The `Link` header: where the next page is. RFC 8288 section 3, as platforms really write it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

__all__ = ["links_of"]

_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s=;,\"<>]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,\"<>]*))?)*)")
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


def links_of(header: str, base_url: str) -> dict[str, str]:
    """Relation (in lower case) → URL, its case kept, made absolute; the first of a relation counts."""
    links: dict[str, str] = {}
    for target, parameters in _LINK.findall(header.replace("\n", " ")):
        relation = _RELATION.search(parameters)
        if relation is None:
            continue
        for name in (relation.group(1) or relation.group(2) or "").lower().split():
            links.setdefault(name, urljoin(base_url, target.strip()))
    return links
