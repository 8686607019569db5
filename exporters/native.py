"""Reading our own zip back: the native document, and its files by their digest."""

from __future__ import annotations

import json
import re
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, Self

from binder.schemas import FORMAT, VERSION
from exporters.archive import DEFAULT_LIMITS, Limits, SafeZip
from exporters.errors import Unreadable

__all__ = ["DOCUMENT", "FILES", "MAX_DOCUMENT", "Archive", "dump_json", "file_path", "read_archive"]

DOCUMENT = "data/binder.json"
"""Where the native document stands in the zip."""
FILES = "f/"
"""The folder of the binder's files; each is named by its SHA-256."""
MAX_DOCUMENT = 64 << 20
"""Bytes of a native document at the most."""

EXTENSIONS = {
    "application/epub+zip": "epub",
    "application/pdf": "pdf",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/zip": "zip",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/webp": "webp",
    "text/plain": "txt",
    "text/vtt": "vtt",
    "video/mp4": "mp4",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
OWN_EXTENSIONS = frozenset(
    "csv docx epub ggb gz h5p kmz mbz mid midi mscz odg odp ods odt pptx rtf sb3 stl txt webm xlsx".split()
)
"""Kept from the author's file name where the bytes tell too little; never one that a browser would run."""


def file_path(sha256: str, media_type: str, name: str) -> str:
    """The path of a file in the zip: its digest, and an ending by which computers know what opens it."""
    own = name.rpartition(".")[2].lower()
    generic = media_type in ("application/octet-stream", "application/zip", "text/plain")
    ending = own if generic and own in OWN_EXTENSIONS else EXTENSIONS.get(media_type, "bin")
    return f"{FILES}{sha256}.{ending}"


def dump_json(document: Any) -> bytes:
    """A native document as bytes, always the same; half a character pair, which UTF-8 cannot hold, is escaped."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
    return (text + "\n").encode("utf-8", "backslashreplace")


class Archive:
    """A zip of ours, open: its document as it was written, not yet checked by `binder.schemas`, and its files.

    Give `document` and `open` to `binder.content.importing.import_binder`.
    """

    def __init__(self, zip_: SafeZip) -> None:
        self._zip = zip_
        folder = _folder(zip_)
        self.document: Any = _document(zip_, folder + DOCUMENT)
        pattern = re.compile(re.escape(folder + FILES) + r"([0-9a-f]{64})\.[a-z0-9]{1,8}")
        matches = [pattern.fullmatch(name) for name in zip_.names]
        self._files = {match[1]: match[0] for match in matches if match}

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of a file; whoever stores them compares the digest.

        :raises KeyError: if the zip has no such file.
        """
        return self._zip.open(self._files[sha256])

    def close(self) -> None:
        """Let go of the zip; the stream stays open."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_archive(stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Archive:
    """Open a zip that the exporter `html` wrote, also if somebody unpacked it and packed the folder again.

    :param stream: seekable; it must stay open as long as the archive.
    :raises Unreadable: with what to do.
    """
    zip_ = SafeZip(stream, limits)
    try:
        return Archive(zip_)
    except Unreadable:
        zip_.close()
        raise


def _folder(zip_: SafeZip) -> str:
    if DOCUMENT in zip_:
        return ""
    folders = [name.removesuffix(DOCUMENT) for name in zip_.names if re.fullmatch(r"[^/]+/" + DOCUMENT, name)]
    if len(folders) != 1:
        raise Unreadable(
            "no-binder",
            f"there is no {DOCUMENT} in the zip: choose a teacher's export of Classeur; "
            "a copy for pupils cannot be brought in",
        )
    return folders[0]


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _document(zip_: SafeZip, name: str) -> Any:
    with zip_.open(name) as source:
        data = source.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise Unreadable(
            "too-large", f"{DOCUMENT} is larger than {MAX_DOCUMENT} bytes: export the binder in parts"
        )
    try:
        document = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable("damaged", f"{DOCUMENT} is damaged ({error}): export the binder again") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Unreadable("no-binder", f"{DOCUMENT} is no binder: choose a teacher's export of Classeur")
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise Unreadable("too-new", "this file comes from a newer Classeur: update this one first")
    return document
