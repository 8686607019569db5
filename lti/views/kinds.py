"""The kinds of block as an author chooses them: a name and a line each, those used most first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from binder.blocks import blocks
from lti.i18n import N_

__all__ = ["KINDS", "Kind", "kind", "offered"]


@dataclass(frozen=True)
class Kind:
    """A type of block in words."""

    type: str
    name: str
    line: str = ""
    """What it is for."""


KINDS: Mapping[str, Kind] = {
    one.type: one
    for one in (
        Kind("text", N_("Text"), N_("Paragraphs, lists, tables, formulas")),
        Kind("image", N_("Picture"), N_("A photo, a drawing, a diagram")),
        Kind("activity", N_("Activity"), N_("A question that pupils answer")),
        Kind("draw", N_("Random draw"), N_("Some of several questions, others for each pupil")),
        Kind("heading", N_("Heading"), N_("Opens a part of the page")),
        Kind("callout", N_("Frame"), N_("An instruction, something to remember, a warning")),
        Kind("math", N_("Formula"), N_("In a line of its own, written in LaTeX")),
        Kind("file", N_("File"), N_("A worksheet to download")),
        Kind("video", N_("Video"), N_("A film, with captions")),
        Kind("audio", N_("Audio"), N_("A recording to listen to")),
        Kind("gallery", N_("Gallery"), N_("Several pictures, one beside the other")),
        Kind("embed", N_("Content of another site"), N_("A film, a map, an exercise that stands elsewhere")),
        Kind("meeting", N_("Virtual class"), N_("A link with its date")),
        Kind("divider", N_("Line"), N_("Sets two parts apart")),
    )
}
"""What the library comes with. A type that a host has registered is offered after these, under its own name."""


def kind(type: str) -> Kind:
    """A type of block in words."""
    return KINDS.get(type) or Kind(type, type)


def offered() -> list[Kind]:
    """All that may be added to a page."""
    known = [one for one in KINDS.values() if one.type in blocks]
    return known + [Kind(block.name, block.name) for block in blocks if block.name not in KINDS]
