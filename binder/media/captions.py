"""Captions of films: WebVTT files are checked, SubRip files become WebVTT.

https://www.w3.org/TR/webvtt1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from binder.errors import Invalid

__all__ = ["MOST", "as_webvtt", "check_name", "is_subrip"]

MOST = 2 << 20
"""Bytes of a file of captions at the most; two hours of talk take a tenth of it."""
TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
TIMING = re.compile(rf"[ \t]*{TIME}[ \t]*-->[ \t]*{TIME}[ \t]*(.*)")
SUBRIP = re.compile(rf"\s*(?:\d+[ \t]*\r?\n)?{TIMING.pattern}")
FONT = re.compile(r"</?font\b[^>]*>|\{\\[^}]*\}", re.IGNORECASE)


def is_subrip(stream: BinaryIO) -> bool:
    """Whether a text that stands at its beginning looks like a SubRip file; it stands there afterwards, too."""
    head = stream.read(1000)
    stream.seek(0)
    try:
        return SUBRIP.match(_text(head)) is not None
    except Invalid:
        return False


def check_name(name: str, media_type: str) -> None:
    """Refuse a file that calls itself captions and is none: a film would stay without them, and nobody be told.

    :raises Invalid: so that another is chosen.
    """
    if name.lower().endswith((".vtt", ".srt")) and media_type != "text/vtt":
        raise _wrong("this is no file of captions: choose a .vtt or .srt file")


def as_webvtt(data: bytes) -> bytes:
    """The same captions as WebVTT, UTF-8; what is WebVTT already stays as it is, but for its line ends.

    :raises Invalid: if it is neither WebVTT nor SubRip, or a cue of it cannot be shown.
    """
    if len(data) > MOST:
        raise _wrong("too large for a file of captions")
    lines = _text(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0] == "WEBVTT" or lines[0].startswith(("WEBVTT ", "WEBVTT\t")):
        cues = [line for line in lines if "-->" in line]
        for line in cues:
            _check(line)
        if not cues:
            raise _wrong("there is no caption in this file")
        return ("\n".join(lines).rstrip("\n") + "\n").encode()
    cues = list(_subrip(lines))
    if not cues:
        raise _wrong("this is no file of captions: choose a .vtt or .srt file")
    return ("WEBVTT\n\n" + "\n\n".join(cues) + "\n").encode()


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\0", "\ufffd").removeprefix("\ufeff")
    raise _wrong("this is no file of captions: choose a .vtt or .srt file")


def _wrong(message: str) -> Invalid:
    return Invalid("captions", {"file": [message]})


def _check(line: str) -> tuple[str, str, str]:
    """The two times of a cue as WebVTT writes them, and its settings."""
    match = TIMING.fullmatch(line)
    if match is None:
        raise _wrong(f"this is no time of a caption: {line.strip()[:80]}")
    start, end = match.groups()[:4], match.groups()[4:8]
    millis = [
        ((int(h or 0) * 60 + int(m)) * 60 + int(s)) * 1000 + int(f.ljust(3, "0"))
        for h, m, s, f in (start, end)
    ]
    if millis[1] <= millis[0]:
        raise _wrong(f"this caption ends before it begins: {line.strip()[:80]}")
    return _time(millis[0]), _time(millis[1]), match[9].strip()


def _time(millis: int) -> str:
    seconds, fraction = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{fraction:03}"


def _subrip(lines: list[str]) -> Iterator[str]:
    """The cues of a SubRip file: its numbers go, its colours too, for they are the player's."""
    at = 0
    while at < len(lines):
        if "-->" not in lines[at]:
            at += 1
            continue
        start, end, _ = _check(lines[at])
        at += 1
        words = []
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            words.append(FONT.sub("", lines[at]).strip())
            at += 1
        text = "\n".join(word for word in words if word)
        if text:
            yield f"{start} --> {end}\n{text}"
