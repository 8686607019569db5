"""Handing out the bytes of files so that nothing in them can run in our origin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote
from uuid import UUID

from flask import Response, redirect, request

from binder.attempts import submitting
from binder.content import authoring
from binder.media.mediatypes import UNKNOWN, Kind, kind_of
from binder.models import Page, PageRevision
from binder.publication.visibility import Seen
from binder.resources import files
from binder.resources.admitting import Held
from lti.tool import tool
from lti.views.screens import Here, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["binder_file", "handed_out", "page_file", "send", "work_file"]

SHOWN = frozenset((Kind.PICTURE, Kind.SOUND, Kind.FILM, Kind.CAPTIONS))
"""What a browser may show in place, beside PDF; anything else is only saved."""
PDF = "application/pdf"
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Also a picture that is a document (SVG) has no scripts and no origin."""
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
CAPTIONS = "text/vtt"
REMEMBERED = 300
"""Seconds for which a browser may take the same way to a store again: much less than the way is open."""
CHUNK = 1 << 18
UNQUOTED = "!#$&+-.^_`|~"
"""Beside letters and digits, what stands for itself: https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1"""


def send(here: Here, resource: Held) -> BaseResponse:
    """The bytes of a file that the viewer may have: all, a part, or a picture made smaller (`?w=480`)."""
    sha256, size = _chosen(resource)
    media_type, disposition = _told(resource)
    direct = _elsewhere(here, sha256, media_type, disposition)
    if direct is not None:
        return direct
    response = Response(mimetype=media_type)
    response.headers["Content-Disposition"] = disposition
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Accept-Ranges"] = "bytes"
    response.cache_control.private = True
    response.cache_control.max_age = 3600
    response.set_etag(sha256)
    response.make_conditional(request.environ)
    if response.status_code != 200:
        return response
    part = _part(size, sha256)
    if part is None:
        response.status_code = 416
        response.headers["Content-Range"] = f"bytes */{size}"
        return response
    begin, end = part
    if (begin, end) != (0, size) or _asked(sha256):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    response.content_length = end - begin
    if request.method != "HEAD":
        stream = tool().storage.open(here.viewer.tenant_id, sha256)
        stream.seek(begin)
        response.response = _pieces(stream, end - begin)
        response.call_on_close(stream.close)
    return response


def _elsewhere(here: Here, sha256: str, media_type: str, disposition: str) -> BaseResponse | None:
    """The way to a store that hands files out itself; a browser wants captions from where the page comes from."""
    if media_type == CAPTIONS:
        return None
    url = tool().storage.url(here.viewer.tenant_id, sha256, media_type=media_type, disposition=disposition)
    if url is None:
        return None
    response = redirect(url, 302)
    response.cache_control.private = True
    response.cache_control.max_age = REMEMBERED
    response.vary.add("Cookie")
    return response


def _chosen(resource: Held) -> tuple[str, int]:
    """Digest and size of the narrowest version that is as wide as was asked for."""
    wanted = request.args.get("w", type=int)
    if wanted is not None:
        for width in sorted(resource.variants, key=int):
            if int(width) >= wanted:
                return resource.variants[width]["sha256"], resource.variants[width]["size"]
    return resource.sha256, resource.size


def _told(resource: Held) -> tuple[str, str]:
    """Media type and disposition; what might run anywhere is told to be nothing, and to be saved."""
    kind = kind_of(resource.media_type)
    shown = kind in SHOWN or resource.media_type == PDF
    media_type = UNKNOWN if kind is Kind.OTHER else resource.media_type
    return media_type, _disposition("inline" if shown else "attachment", resource.name)


def _disposition(how: str, name: str) -> str:
    """https://www.rfc-editor.org/rfc/rfc6266: a name for all, and the right one for those who know UTF-8."""
    name = "".join(letter for letter in name if letter.isprintable()) or "file"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%/]', "_", plain).strip()
    plain = plain if plain.partition(".")[0] else f"file{plain}"
    told = f'{how}; filename="{plain}"'
    return told if plain == name else f"{told}; filename*=UTF-8''{quote(name, safe=UNQUOTED)}"


def _asked(sha256: str) -> re.Match[str] | None:
    """The range that was asked for, if it is one and still of the same bytes; several are answered with the whole."""
    wanted = request.headers.get("If-Range", "").strip()
    if wanted and wanted != f'"{sha256}"':
        return None
    found = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    return None if first and last and int(last) < int(first) else found


def _part(size: int, sha256: str) -> tuple[int, int] | None:
    """Where the part begins and ends that was asked for; None if there is no such part.

    https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
    """
    asked = _asked(sha256)
    if asked is None:
        return 0, size
    first, last = asked.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    begin, end = int(first), min(int(last) + 1, size) if last else size
    return (begin, end) if begin < size else None


def _pieces(stream: BinaryIO, size: int) -> Iterator[bytes]:
    with stream:
        while size > 0 and (chunk := stream.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk


def handed_out(here: Here, shown: Page | PageRevision | Seen, resource: UUID) -> BaseResponse:
    """A file on a page, as it is shown to the viewer."""
    return send(here, files.shown_file(here.session, here.viewer, shown, resource))


@screen("/pages/<uuid:page>/files/<uuid:resource>")
def page_file(here: Here, page: UUID, resource: UUID) -> BaseResponse:
    """A file on a page of one's own."""
    return handed_out(here, authoring.own_page(here.session, here.viewer, page), resource)


@screen("/work/<uuid:assignment>/files/<uuid:resource>")
def work_file(here: Here, assignment: UUID, resource: UUID) -> BaseResponse:
    """A file on a page that was given to the viewer's class."""
    work = submitting.open_work(here.session, here.viewer, assignment)
    return handed_out(here, work.revision if here.viewer.teaches else Seen(work.blocks), resource)


@screen("/binders/<uuid:binder>/files/<uuid:resource>")
def binder_file(here: Here, binder: UUID, resource: UUID) -> BaseResponse:
    """A file of a binder that one writes, before a page shows it."""
    return send(here, files.own_file(here.session, here.viewer, binder, resource))
