"""Resumable uploads: tus 1.0 with creation, expiration, termination and checksum (https://tus.io/protocols/resumable-upload).

What differs from one destination to another – whose files they are, and their addresses – is a `Desk`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

from flask import Response, jsonify, request

from binder.errors import Conflict, Invalid
from binder.media.mediatypes import kind_of
from binder.resources import uploading
from binder.resources.admitting import Destination, Held
from lti.tool import tool
from lti.views.forms import problems
from lti.views.screens import Here, blueprint, texts
from lti.views.wording import told

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["Desk", "Mismatch", "Summed", "announce", "cancel", "receive", "state"]

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-defer-length,expiration,termination,checksum"
ALGORITHMS = ("sha1", "sha256")
PIECE = "application/offset+octet-stream"
NUMBER = re.compile(r"[0-9]{1,15}")
ROOM = 2_000_000
"""Bytes of a form beside its file."""
CHECKSUM_MISMATCH = 460
"""https://tus.io/protocols/resumable-upload#checksum"""


@blueprint.before_request
def bound() -> None:
    """No request needs more bytes than the largest file; a host may allow less."""
    most = tool().settings.limits.most + ROOM
    if request.max_content_length is None or request.max_content_length > most:
        request.max_content_length = most
    if request.max_form_memory_size is not None and request.max_form_memory_size < ROOM:
        request.max_form_memory_size = ROOM  # a class of long texts is more than Flask takes by itself


class Mismatch(Invalid):
    """A piece is not what its checksum says."""


class Summed(io.RawIOBase):
    """A piece that is compared with its checksum when all of it has been read.

    :raises Mismatch: if it differs, or breaks off.
    """

    def __init__(self, stream: BinaryIO, algorithm: str, digest: bytes) -> None:
        self._stream, self._digest = stream, digest
        self._sum: _Hash = hashlib.new(algorithm, usedforsecurity=False)

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase.read`."""
        try:
            chunk = self._stream.read(size)
        except Exception as error:  # the connection broke: a part cannot be compared
            raise Mismatch("broken off") from error
        self._sum.update(chunk)
        if not chunk and self._sum.digest() != self._digest:
            raise Mismatch("another checksum")
        return chunk


def _answer(status: int, body: Any = None, **headers: str) -> Response:
    response = jsonify(body) if body is not None else Response(status=status)
    response.status_code = status
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _refused(error: Invalid) -> Response:
    """Why a file is not taken, in words for people; JSON where that was asked for."""
    messages = [told(message, texts()) for _, message in problems(error)]
    status = 413 if error.detail == "too large" else 422
    if _wants_json():
        found = [{"field": "file", "message": message} for message in messages]
        return _answer(status, {"error": "invalid", "problems": found})
    response = _answer(status)
    response.set_data(" ".join(messages))
    response.mimetype = "text/plain"
    return response


def _wants_json() -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _other_version() -> Response | None:
    if request.headers.get("Tus-Resumable") != VERSION:
        return _answer(412, Tus_Version=VERSION)
    return None


def _number(name: str) -> int | None:
    value = request.headers.get(name, "")
    return int(value) if NUMBER.fullmatch(value) else None


def _expires(instant: datetime) -> str:
    return format_datetime(instant, usegmt=True)


def _metadata() -> dict[str, str]:
    """`Upload-Metadata`: names and values in base64; what cannot be read is left out."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


@dataclass(frozen=True)
class Desk:
    """Where files are handed in."""

    here: Here
    to: Destination
    upload_url: Callable[[UUID], str]
    """Upload → address of its pieces."""
    file_url: Callable[[UUID], str]
    """File → address of its bytes."""
    more: Callable[[Held], dict[str, Any]] = lambda file: {}
    """What else a script is told of a file that is here."""


def announce(desk: Desk) -> Response:
    """What we can; and the announcement of a file: where to send it."""
    here, limits = desk.here, tool().settings.limits
    terms = desk.to.enter(here.session, here.viewer, limits)
    if request.method == "OPTIONS":
        return _answer(
            204,
            Tus_Version=VERSION,
            Tus_Extension=EXTENSIONS,
            Tus_Max_Size=str(terms.limits.most),
            Tus_Checksum_Algorithm=",".join(ALGORITHMS),
        )
    if (other := _other_version()) is not None:
        return other
    size = _number("Upload-Length")
    if size is None and request.headers.get("Upload-Defer-Length") != "1":
        return _answer(400)
    told = _metadata()
    name = told.get("filename") or told.get("name") or ""
    try:
        upload = uploading.begin(here.session, here.viewer, desk.to, name=name, size=size, limits=limits)
    except Invalid as error:
        return _refused(error)
    return _answer(201, Location=desk.upload_url(upload.id), Upload_Expires=_expires(upload.expires_at))


def state(desk: Desk, upload: UUID) -> Response:
    """How much of a file is here: what is safe in the store counts, not what a request once announced."""
    here = desk.here
    found = uploading.upload_of(here.session, here.viewer, desk.to, upload)
    if request.method == "OPTIONS":
        return _answer(204, Tus_Version=VERSION, Tus_Extension=EXTENSIONS)
    if (other := _other_version()) is not None:
        return other
    here_now = tool().storage.arrived(here.viewer.tenant_id, str(upload))
    length = {"Upload_Length": str(found.size)} if found.size else {"Upload_Defer_Length": "1"}
    answer = _answer(
        200,
        Upload_Offset=str(found.size if found.resource_id else here_now),
        Upload_Expires=_expires(found.expires_at),
        **length,
    )
    if found.resource_id is not None:
        answer.headers["X-Classeur-Resource"] = str(found.resource_id)
    return answer


def receive(desk: Desk, upload: UUID) -> Response:
    """A piece of a file; no transaction is open while it arrives."""
    viewer = desk.here.viewer
    with tool().reading() as session:
        found = uploading.upload_of(session, viewer, desk.to, upload)
    if (other := _other_version()) is not None:
        return other
    if request.mimetype != PIECE:
        return _answer(415)
    offset, size = _number("Upload-Offset"), _number("Upload-Length")
    stream = _piece()
    if offset is None or stream is None or (found.size and size not in (None, found.size)):
        return _answer(400)
    try:
        here_now, file = uploading.receive(
            tool().begin,
            viewer,
            desk.to,
            upload,
            tool().storage,
            stream,
            offset=offset,
            limits=tool().settings.limits,
            scan=tool().scanner is not None,
            size=size,
        )
    except Conflict as conflict:
        return _answer(409, Upload_Offset=str(conflict.current))
    except Mismatch:
        return _answer(CHECKSUM_MISMATCH)
    except Invalid as error:
        return _refused(error)
    return _received(desk, here_now, file)


def _received(desk: Desk, here_now: int, file: Held | None) -> Response:
    if file is None:
        return _answer(204, Upload_Offset=str(here_now))
    headers = {"Upload_Offset": str(here_now), "X_Classeur_Resource": str(file.id)}
    if not _wants_json():
        return _answer(204, **headers)
    found = {
        "resource": str(file.id),
        "name": file.name,
        "kind": kind_of(file.media_type).value,
        "url": desk.file_url(file.id),
        **desk.more(file),
    }
    return _answer(200, found, **headers)


def _piece() -> BinaryIO | None:
    """The body as it arrives; None if its checksum cannot be understood."""
    stream = cast("BinaryIO", request.stream)
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return stream
    algorithm, _, digest = said.partition(" ")
    try:
        wanted = base64.b64decode(digest, validate=True)
    except binascii.Error:
        return None
    return cast("BinaryIO", Summed(stream, algorithm, wanted)) if algorithm in ALGORITHMS else None


def cancel(desk: Desk, upload: UUID) -> Response:
    """Somebody does not want to send the rest."""
    here = desk.here
    found = uploading.upload_of(here.session, here.viewer, desk.to, upload)
    if (other := _other_version()) is not None:
        return other
    uploading.cancel(here.session, here.viewer, desk.to, found.id, tool().storage)
    return _answer(204)
