"""Files in an object store that speaks Amazon's S3: Amazon's own, or any other. Needs the extra `s3`.

A file is the object `<prefix><tenant>/<ab>/<sha256>`, a piece of one that is arriving
`<prefix>.uploads/<tenant>/<upload>/<offset>`. An abandoned piece may outlive its upload: let the bucket forget
`<prefix>.uploads/` after ten days.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import re
import tempfile
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit
from uuid import UUID

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from binder.errors import Conflict, Invalid, NotFound, Unavailable
from binder.storage import Stored
from binder.storage.ranges import Remote
from binder.storage.staging import Pieces, receive

__all__ = ["S3Storage"]

CHUNK = 1 << 18
IN_MEMORY = 8 << 20
"""Bytes of a file on its way through us that are not written to the disk."""
DIGITS = 20
MISSING = frozenset(("404", "NoSuchKey", "NotFound"))
DENIED = frozenset(("401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"))
CONFIG = Config(
    signature_version="s3v4",
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    # sums that boto3 adds unasked are not understood by every store
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
TRANSFER = TransferConfig(multipart_threshold=16 << 20, multipart_chunksize=16 << 20, use_threads=False)


class S3Storage:
    """A bucket, or a part of it; a `binder.storage.Storage`.

    :param bucket: must exist, and be nobody's to read but ours.
    :param endpoint_url: of the store, as browsers reach it; Amazon's own without it.
    :param region: as the store calls it.
    :param prefix: what the names of all objects begin with, such as `classeur/`.
    :param lifetime: of the links given out, from ten minutes to a week; who opens a page gets new ones.
    :param client: made by `boto3.client("s3", …)` instead of all that; without it, boto3 looks for credentials where
        it always does (`AWS_ACCESS_KEY_ID`, …).
    """

    def __init__(
        self,
        bucket: str,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        prefix: str = "",
        lifetime: timedelta = timedelta(minutes=30),
        client: Any = None,
    ) -> None:
        if not timedelta(minutes=10) <= lifetime <= timedelta(days=7):
            raise ValueError("lifetime: from ten minutes to seven days")
        self.bucket, self.prefix, self.lifetime = bucket, prefix, lifetime
        self._client = client or boto3.client(
            "s3", endpoint_url=endpoint_url, region_name=region, config=CONFIG
        )

    @functools.cached_property
    def origins(self) -> Collection[str]:
        """See `Storage.origins`."""
        parts = urlsplit(self._signed("get_object", "x"))
        return (f"{parts.scheme}://{parts.netloc}",)

    def check(self) -> str:
        """See `Storage.check`; an object comes and goes."""
        name = f"{self.prefix}.check"
        with self._told():
            try:
                self._client.head_bucket(Bucket=self.bucket)
            except ClientError as error:
                if _code(error) in MISSING:
                    raise Unavailable(
                        f"there is no bucket “{self.bucket}”; make it or correct its name"
                    ) from error
                raise
            self._client.put_object(Bucket=self.bucket, Key=name, Body=b"")
            self._client.delete_object(Bucket=self.bucket, Key=name)
        return f"the bucket “{self.bucket}” at {urlsplit(self._client.meta.endpoint_url).netloc}"

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the store as ours."""
        try:
            yield
        except ClientError as error:
            if _code(error) in MISSING:
                raise NotFound("no such file") from None
            raise Unavailable(self._why(error)) from error
        except NoCredentialsError as error:
            raise Unavailable(
                "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            ) from error
        except BotoCoreError as error:
            url = self._client.meta.endpoint_url
            raise Unavailable(
                f"{url} cannot be reached ({type(error).__name__}); check its address and the network"
            ) from error

    def _why(self, error: ClientError) -> str:
        code = _code(error)
        if code == "NoSuchBucket":
            return f"there is no bucket “{self.bucket}”; make it or correct its name"
        if code in DENIED:
            return f"the credentials for the bucket “{self.bucket}” are refused ({code}); correct them or their rights"
        return f"the store of the bucket “{self.bucket}” answers {code}; look into its log"

    def _key(self, tenant_id: UUID, sha256: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise NotFound("no such file")
        return f"{self.prefix}{tenant_id}/{sha256[:2]}/{sha256}"

    def _signed(self, method: str, key: str, **params: Any) -> str:
        with self._told():
            return str(
                self._client.generate_presigned_url(
                    method,
                    Params={"Bucket": self.bucket, "Key": key, **params},
                    ExpiresIn=round(self.lifetime.total_seconds()),
                )
            )

    def save(self, tenant_id: UUID, stream: BinaryIO, *, limit: int | None = None) -> Stored:
        """See `Storage.save`; bytes that are here are written again, which is what makes them young."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as held:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise Invalid("too large", {"file": [f"larger than {limit} bytes"]})
                digest.update(chunk)
                held.write(chunk)
            held.seek(0)
            key = self._key(tenant_id, digest.hexdigest())
            with self._told():
                self._client.upload_fileobj(held, self.bucket, key, Config=TRANSFER)
        return Stored(digest.hexdigest(), size)

    def open(self, tenant_id: UUID, sha256: str) -> BinaryIO:
        """See `Storage.open`; what is skipped is not fetched."""
        key = self._key(tenant_id, sha256)
        return self._remote(key, self._head(key)["ContentLength"]).open()

    def _head(self, key: str) -> Any:
        with self._told():
            return self._client.head_object(Bucket=self.bucket, Key=key)

    def _remote(self, key: str, size: int) -> Remote:
        def fetch(at: int) -> Any:
            with self._told():
                return self._client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes={at}-")["Body"]

        return Remote(size, fetch)

    def delete(self, tenant_id: UUID, sha256: str, *, before: datetime | None = None) -> None:
        """See `Storage.delete`.

        Stores cannot delete on a condition: who saves the same bytes between our look and the deletion loses them. That
        is a moment in the life of a file that nothing has used for weeks.
        """
        key = self._key(tenant_id, sha256)
        with contextlib.suppress(NotFound), self._told():
            if before is None or self._head(key)["LastModified"] < before:
                self._client.delete_object(Bucket=self.bucket, Key=key)

    def _listed(self, begin: str) -> Iterator[Any]:
        with self._told():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=begin)
            for page in pages:
                yield from page.get("Contents", ())

    def kept(self, tenant_id: UUID) -> Iterator[tuple[str, datetime]]:
        """See `Storage.kept`."""
        for each in self._listed(f"{self.prefix}{tenant_id}/"):
            yield each["Key"].rpartition("/")[2], each["LastModified"]

    def url(self, tenant_id: UUID, sha256: str, *, media_type: str, disposition: str) -> str | None:
        """See `Storage.url`: signed, and good for `lifetime`."""
        return self._signed(
            "get_object",
            self._key(tenant_id, sha256),
            ResponseContentType=media_type,
            ResponseContentDisposition=disposition,
            ResponseCacheControl="private, max-age=3600",
        )

    def _piece(self, tenant_id: UUID, upload_id: str, offset: int | None = None) -> str:
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", upload_id):
            raise NotFound("no such upload")
        name = "" if offset is None else f"{offset:0{DIGITS}d}"
        return f"{self.prefix}.uploads/{tenant_id}/{upload_id}/{name}"

    def _pieces(self, tenant_id: UUID, upload_id: str) -> list[tuple[int, Remote, int]]:
        """Those without a gap from the beginning: (where it begins, the object, its size)."""
        found: list[tuple[int, Remote, int]] = []
        at = 0
        for each in self._listed(self._piece(tenant_id, upload_id)):
            if each["Key"].endswith(f"/{at:0{DIGITS}d}"):
                found.append((at, self._remote(each["Key"], each["Size"]), each["Size"]))
                at += each["Size"]
        return found

    def append(self, tenant_id: UUID, upload_id: str, offset: int, stream: BinaryIO, limit: int) -> int:
        """See `Storage.append`.

        Which of two pieces wins is for the store to say (`If-None-Match`). One that lets both pass keeps the later;
        who sent the other is told where to go on.
        """
        key = self._piece(tenant_id, upload_id, offset)
        here = self.arrived(tenant_id, upload_id)
        if offset != here:
            raise Conflict("the piece begins elsewhere", here)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as held:
            received = receive(stream, cast("BinaryIO", held), limit)
            if not received:
                return here
            held.seek(0)
            with self._told():
                try:
                    self._client.put_object(
                        Bucket=self.bucket, Key=key, Body=held, ContentLength=received, IfNoneMatch="*"
                    )
                except ClientError as error:
                    if _code(error) not in ("PreconditionFailed", "ConditionalRequestConflict"):
                        raise
                    here = self.arrived(tenant_id, upload_id)
                    raise Conflict("somebody else sends the same piece", here) from None
        return offset + received

    def put_url(self, tenant_id: UUID, upload_id: str, offset: int, size: int) -> str:
        """An address to which a browser may PUT a piece itself, past us.

        The request must have exactly `size` bytes and say `If-None-Match: *`, for that is signed. Afterwards `arrived`
        counts the piece, and a PATCH without bytes (tus) or `append` of nothing goes on from there. The bucket must
        allow our pages' origin by its CORS rules; sending through `append` needs nothing of the kind.
        """
        key = self._piece(tenant_id, upload_id, offset)
        return self._signed("put_object", key, ContentLength=size, IfNoneMatch="*")

    def arrived(self, tenant_id: UUID, upload_id: str) -> int:
        """See `Storage.arrived`."""
        return sum(size for _, _, size in self._pieces(tenant_id, upload_id))

    def staged(self, tenant_id: UUID, upload_id: str) -> BinaryIO:
        """See `Storage.staged`."""
        return cast("BinaryIO", io.BufferedReader(Pieces(self._pieces(tenant_id, upload_id)), CHUNK))

    def finish(self, tenant_id: UUID, upload_id: str) -> Stored:
        """See `Storage.finish`."""
        with self.staged(tenant_id, upload_id) as stream:
            return self.save(tenant_id, stream)

    def discard(self, tenant_id: UUID, upload_id: str) -> None:
        """See `Storage.discard`."""
        for each in list(self._listed(self._piece(tenant_id, upload_id))):
            with self._told():
                self._client.delete_object(Bucket=self.bucket, Key=each["Key"])


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
