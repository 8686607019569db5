"""What blocks that show files have in common: a missing file, its credit, its weight, a transcript to open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from binder.blocks import references
from binder.blocks.base import FileView, Rendering
from binder.blocks.words import language, licence_in_words, say

__all__ = ["caption", "credit", "file_or_why_not", "transcript", "weight"]

UNITS = {"fr": ("octets", "ko", "Mo"), "en": ("bytes", "kB", "MB")}
KINDS = {
    "application/pdf": "PDF",
    "image/svg+xml": "SVG",
    "application/octet-stream": "",
    "audio/mpeg": "MP3",
}


def _missing(rendering: Rendering, why: str) -> Markup:
    return Markup('<p class="missing">{}</p>').format(say(rendering.lang, why))


def _held(rendering: Rendering, file: FileView) -> Markup:
    """A file that a virus scanner looks at, or has refused: which, and why."""
    words = say(rendering.lang, "refused" if file.state == "refused" else "scanning")
    colon = "\u00a0: " if language(rendering.lang) == "fr" else ": "
    chip = f"{words}{colon}{file.verdict}" if file.verdict else words
    return Markup('<p class="held"><span class="chip {}">{}</span> {}</p>').format(
        file.state, chip, file.name
    )


def file_or_why_not(rendering: Rendering, resource_id: str) -> FileView | Markup:
    """The file of a block, or the sentence that stands in its place."""
    if not resource_id:
        return _missing(rendering, "no_file")
    file = rendering.file(resource_id)
    if file is None:
        return _missing(rendering, "missing")
    if file.state != "ready":
        return _held(rendering, file)
    return file


def weight(file: FileView, rendering: Rendering) -> str:
    """Kind and size in words of the content's language, such as `PDF, 80 ko`."""
    spoken = language(rendering.lang)
    units = UNITS[spoken]
    size = float(file.size)
    step = 0
    while size >= 1000 and step < 2:
        size, step = size / 1000, step + 1
    number = f"{size:.0f}" if size >= 10 or step == 0 else f"{size:.1f}"
    if spoken == "fr":
        number = number.replace(".", ",")
    kind = KINDS.get(file.media_type, file.media_type.rpartition("/")[2].upper())
    return ", ".join(part for part in (kind, f"{number}\u00a0{units[step]}") if part)


def credit(file: FileView, rendering: Rendering) -> Markup:
    """Who made it and under which licence, where that is known."""
    licence = licence_in_words(rendering.lang, file.licence)
    words = " – ".join(part for part in (file.credit, licence) if part)
    return Markup(' <small class="credit">{}</small>').format(words) if words else Markup("")


def caption(words: str, file: FileView, rendering: Rendering) -> Markup:
    """The words below a figure with the credit of what it shows; empty where there are none."""
    inside = Markup("{}").format(words) + credit(file, rendering)
    return Markup("<figcaption>{}</figcaption>").format(inside) if str(inside).strip() else Markup("")


def transcript(block: Mapping[str, Any], rendering: Rendering) -> Markup:
    """What is said in a sound or film, to be opened; empty where nobody has written it down."""
    if not block["transcript"]:
        return Markup("")
    return Markup('<details class="transcript"><summary>{}</summary>{}</details>').format(
        say(rendering.lang, "transcript"), references.shown(block["transcript"], rendering)
    )
