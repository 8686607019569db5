"""Asset processor: what was handed in, fetched from its platform, by a package that processes such things.

Classeur itself processes nothing. What is found goes back by `lti.protocol.asset_reports`; the notice and the messages
that tell of all this are read by `lti.protocol.asset_messages`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, ClassVar

import requests
import urllib3

from lti.claims import CLAIM
from lti.errors import ClaimInvalid, MessageIncomplete, ServiceError
from lti.protocol.bodies import moment_of, stamped
from lti.protocol.services import Connector
from lti.values import identifier_of, text_of, url_of

__all__ = ["ASSET_READ", "Asset", "AssetAltered", "AssetTooLarge", "fetch"]

ASSET_READ = "https://purl.imsglobal.org/spec/lti/scope/asset.readonly"
ASSET_SERVICE = CLAIM + "assetservice"
MOST_BYTES = 100 * 1024 * 1024
MOST_SECONDS = 300.0
"""For one asset, however slowly it arrives."""


class AssetTooLarge(ServiceError):
    """The asset has more bytes than we take; the report that it failed has `ErrorCode.ASSET_TOO_LARGE`."""

    code: ClassVar[str] = "asset-too-large"


class AssetAltered(ServiceError):
    """What arrived is not what the platform has told of: another length or SHA-256; worth one more try."""

    code: ClassVar[str] = "asset-altered"


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that was handed in, as the notice of it tells."""

    id: str
    url: str = field(repr=False)
    """It may open the file to whoever has it: for no log."""
    sha256: bytes
    size: int | None = None
    """Bytes."""
    content_type: str = ""
    title: str = field(default="", repr=False)
    filename: str = field(default="", repr=False)
    """As its author has named it: not a path to write to."""
    timestamp: datetime | None = None

    @classmethod
    def read(cls, body: Any) -> Asset:
        """:raises LaunchRefused: if `body` is no asset: without id, address or checksum, or of wrong types."""
        if not isinstance(body, Mapping):
            raise ClaimInvalid("an asset is not an object", claim=ASSET_SERVICE)
        asset_id, url = identifier_of(body, "asset_id"), url_of(body, "url")
        if asset_id is None or url is None:
            raise MessageIncomplete("assetservice.assets.asset_id" if url else "assetservice.assets.url")
        size = body.get("size")
        if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 0):
            raise ClaimInvalid("size is no number of bytes", claim="size")
        return cls(
            id=asset_id,
            url=url,
            sha256=_digest(body),
            size=size,
            content_type=text_of(body, "content_type"),
            title=text_of(body, "title"),
            filename=text_of(body, "filename"),
            timestamp=moment_of(body.get("timestamp")),
        )

    def as_json(self) -> dict[str, Any]:
        """As it was told."""
        body = {
            "asset_id": self.id,
            "url": self.url,
            "sha256_checksum": base64.b64encode(self.sha256).decode(),
            "size": self.size,
            "content_type": self.content_type,
            "title": self.title,
            "filename": self.filename,
            "timestamp": stamped(self.timestamp) if self.timestamp else None,
        }
        return {name: value for name, value in body.items() if value not in (None, "")}


def _digest(body: Mapping[str, Any]) -> bytes:
    written = text_of(body, "sha256_checksum")
    if not written:
        raise MessageIncomplete("assetservice.assets.sha256_checksum")
    try:
        digest = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise ClaimInvalid("sha256_checksum is no SHA-256 in base64", claim="sha256_checksum")
    return digest


def fetch(connector: Connector, asset: Asset, out: BinaryIO, *, most_bytes: int = MOST_BYTES) -> int:
    """Write an asset to `out`, piece by piece; what stands there after an error is worth nothing.

    :return: how many bytes it has.
    :raises AssetTooLarge: if these are more than `most_bytes`, said or found.
    :raises AssetAltered: if they are not those that the platform has told of.
    :raises ServiceError: if the platform does not give them, or redirects to another origin.
    """
    if asset.size is not None and asset.size > most_bytes:
        raise AssetTooLarge(None, retryable=False, detail=f"more than {most_bytes} bytes")
    arriving = _Arriving(out, most_bytes)
    try:
        status = connector.download(asset.url, scopes=[ASSET_READ], kind="asset", receive=arriving)
    except ServiceError as error:
        if arriving.is_too_large:
            raise AssetTooLarge(200, retryable=False, detail=f"more than {most_bytes} bytes") from error
        raise
    if arriving.digest.digest() != asset.sha256 or asset.size not in (None, arriving.size):
        raise AssetAltered(status, retryable=True, detail="not the bytes that were told of")
    return arriving.size


class _Arriving:
    """A hook of requests: writes the body away while it arrives, so that no file is ever whole in memory."""

    def __init__(self, out: BinaryIO, most_bytes: int) -> None:
        self.out, self.most_bytes = out, most_bytes
        self.digest, self.size, self.is_too_large = hashlib.sha256(), 0, False

    def __call__(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """:raises requests.exceptions.RequestException: if it is too long, too slow, or ends too soon."""
        if response.status_code != 200:
            return
        until = time.monotonic() + MOST_SECONDS
        try:
            while piece := _piece(response):
                self.size += len(piece)
                self.is_too_large = self.size > self.most_bytes
                if self.is_too_large:
                    raise requests.exceptions.ContentDecodingError("the asset is too long")
                if time.monotonic() > until:
                    raise requests.exceptions.ReadTimeout("the asset is too slow")
                self.digest.update(piece)
                self.out.write(piece)
        except BaseException:
            response.close()
            raise


def _piece(response: requests.Response) -> bytes:
    try:
        piece: bytes = response.raw.read1(65536, decode_content=True)
    except urllib3.exceptions.TimeoutError as error:
        raise requests.exceptions.ReadTimeout(str(error)) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise requests.exceptions.ChunkedEncodingError(str(error)) from error
    return piece
