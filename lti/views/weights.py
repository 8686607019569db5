"""What a file may weigh and what kinds there are, in words: told before somebody chooses one."""

from __future__ import annotations

from binder.media.mediatypes import Kind
from lti.i18n import N_, Texts
from lti.tool import tool

__all__ = ["weight_limit"]

TOLD = {
    Kind.PICTURE: N_("Pictures up to %(most)s MB: JPEG, PNG, WebP, GIF, SVG, photos of a phone (HEIC)."),
    Kind.SOUND: N_("Sounds up to %(most)s MB: MP3, M4A, OGG, WAV, FLAC."),
    Kind.FILM: N_("Films up to %(most)s MB: MP4, WebM, MOV."),
}
FILE = N_("Files up to %(most)s MB.")


def weight_limit(kind: str, words: Texts) -> str:
    """What a chosen file of that `binder.media.mediatypes.Kind` may be."""
    most = tool().settings.limits.of(Kind(kind)) / 1_000_000
    number = f"{most:g}".replace(".", ",") if words.language == "fr" else f"{most:g}"
    return words.gettext(TOLD.get(Kind(kind), FILE), most=number)
