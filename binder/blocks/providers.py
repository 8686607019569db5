"""Sites whose pages may stand in a frame of ours, and how the address of a page becomes that of its player.

A host is trusted exactly as it is written. The list is the default of the setting `LTI_EMBED_HOSTS`: what French
teachers use and what shows no advertising. A host that is no school may lengthen, shorten or empty it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, quote, urlencode

__all__ = ["HOSTS", "NEED_ORIGIN", "player"]

TUBES = tuple(
    f"tube-{name}.apps.education.fr"
    for name in (
        "action-educative",
        "arts-lettres-sciences-humaines",
        "cycle-2",
        "cycle-3",
        "education-physique-et-sportive",
        "enseignement-professionnel",
        "institutionnel",
        "langues-vivantes",
        "maternelle",
        "numerique-educatif",
        "sciences-technologies",
    )
)
"""The PeerTube sites of the French ministry of education."""
PEERTUBES = frozenset({*TUBES, "framatube.org"})
HOSTS = (
    *TUBES,
    "archive.org",
    "commons.wikimedia.org",
    "framatube.org",
    "learningapps.org",
    "player.vimeo.com",
    "scratch.mit.edu",
    "www.geogebra.org",
    "www.openstreetmap.org",
    "www.youtube-nocookie.com",
)
"""Hosts that frames may show."""

NEED_ORIGIN = frozenset({"www.youtube-nocookie.com"})
"""Hosts whose player refuses a page that does not say on which site it stands; the others are not told.

https://developers.google.com/youtube/terms/required-minimum-functionality#embedded-player-api-client-identity
"""

ID = r"([\w-]{1,64})"
SECONDS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
TILE = 256
WINDOW = (600, 400)
"""Pixels of a map whose address says only its middle and zoom."""


def _youtube(parts: SplitResult) -> str | None:
    query = parse_qs(parts.query)
    short = parts.netloc.lower() == "youtu.be"
    match = re.fullmatch(rf"/{ID}" if short else rf"/(?:embed|shorts|live)/{ID}", parts.path)
    name = match[1] if match else query.get("v", [""])[0]
    if not re.fullmatch(ID, name) or (not match and parts.path != "/watch"):
        return None
    start = SECONDS.fullmatch(query.get("t", query.get("start", [""]))[0])
    hours, minutes, seconds = (int(part or 0) for part in (start.groups() if start else ("", "", "")))
    total = hours * 3600 + minutes * 60 + seconds
    return f"https://www.youtube-nocookie.com/embed/{name}" + (f"?start={total}" if total else "")


def _vimeo(parts: SplitResult) -> str | None:
    match = re.fullmatch(r"/(?:video/)?(\d{1,12})(?:/(\w{1,32}))?", parts.path)
    if match is None:
        return None
    key = match[2] or parse_qs(parts.query).get("h", [""])[0]
    values = ({"h": key} if re.fullmatch(r"\w{1,32}", key) else {}) | {"dnt": "1"}
    return f"https://player.vimeo.com/video/{match[1]}?{urlencode(values)}"


def _peertube(parts: SplitResult) -> str | None:
    match = re.fullmatch(rf"/(?:w|videos/watch|videos/embed)/{ID}", parts.path)
    return f"https://{parts.netloc.lower()}/videos/embed/{match[1]}?p2p=0" if match else None


def _geogebra(parts: SplitResult) -> str | None:
    match = re.match(rf"/(?:m|material/iframe/id|material/show/id)/{ID}", parts.path)
    return f"https://www.geogebra.org/material/iframe/id/{match[1]}" if match else None


def _learningapps(parts: SplitResult) -> str | None:
    query = parse_qs(parts.query)
    match = re.fullmatch(r"/(?:view)?(\d{1,12})", parts.path)
    app, key = match[1] if match else query.get("app", [""])[0], query.get("v", [""])[0]
    if re.fullmatch(r"\d{1,12}", app):
        return f"https://learningapps.org/watch?app={app}"
    return f"https://learningapps.org/watch?v={key}" if re.fullmatch(ID, key) else None


def _map(parts: SplitResult) -> str | None:
    if parts.path == "/export/embed.html":
        return f"https://www.openstreetmap.org/export/embed.html?{parts.query}"
    match = re.match(r"map=(\d{1,2})/(-?\d{1,2}\.?\d*)/(-?\d{1,3}\.?\d*)", parts.fragment)
    if match is None or int(match[1]) > 19:
        return None
    latitude, longitude = float(match[2]), float(match[3])
    degrees = 360 / (TILE * 2 ** int(match[1]))  # of a pixel at the equator
    wide = WINDOW[0] / 2 * degrees
    high = WINDOW[1] / 2 * degrees * math.cos(math.radians(latitude))
    edges = (longitude - wide, latitude - high, longitude + wide, latitude + high)
    box = ",".join(f"{edge:.5f}" for edge in edges)
    return f"https://www.openstreetmap.org/export/embed.html?{urlencode({'bbox': box, 'layer': 'mapnik'})}"


def _commons(parts: SplitResult) -> str | None:
    match = re.fullmatch(r"/wiki/(File(?::|%3A).+)", parts.path)
    return (
        f"https://commons.wikimedia.org/wiki/{quote(match[1], safe=':%')}?embedplayer=yes" if match else None
    )


def _scratch(parts: SplitResult) -> str | None:
    match = re.match(r"/projects/(\d{1,12})", parts.path)
    return f"https://scratch.mit.edu/projects/{match[1]}/embed" if match else None


def _archive(parts: SplitResult) -> str | None:
    match = re.fullmatch(r"/(?:details|embed)/([\w.-]{1,120})", parts.path)
    return f"https://archive.org/embed/{match[1]}" if match else None


PLAYERS: dict[str, Callable[[SplitResult], str | None]] = {
    "archive.org": _archive,
    "commons.wikimedia.org": _commons,
    "learningapps.org": _learningapps,
    "m.youtube.com": _youtube,
    "openstreetmap.org": _map,
    "player.vimeo.com": _vimeo,
    "scratch.mit.edu": _scratch,
    "vimeo.com": _vimeo,
    "www.geogebra.org": _geogebra,
    "www.openstreetmap.org": _map,
    "www.youtube-nocookie.com": _youtube,
    "www.youtube.com": _youtube,
    "youtu.be": _youtube,
    "youtube.com": _youtube,
    **dict.fromkeys(PEERTUBES, _peertube),
}
"""Host → how the address of one of its pages becomes that of its player."""


def player(parts: SplitResult) -> str:
    """The address to put into a frame for a page, as `values.https_parts` gives its parts.

    The page's own where nothing better is known: a host that the school has added itself, say.
    """
    known = PLAYERS.get(parts.netloc.lower())
    found = known(parts) if known else None
    return found or parts._replace(netloc=parts.netloc.lower(), fragment="").geturl()
