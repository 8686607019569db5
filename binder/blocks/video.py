"""The block that plays a film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow
from markupsafe import Markup
from marshmallow import fields, validate

from binder.blocks import references
from binder.blocks.base import BlockSchema, BlockType, Rendering, blocks
from binder.blocks.showing import caption, file_or_why_not, transcript
from binder.blocks.values import Reference
from binder.blocks.words import language_name, say
from binder.sanitize import Html, plain

__all__ = ["KINDS", "Video"]

KINDS = ("captions", "subtitles", "descriptions")
"""What a text track is for, in the words of HTML."""
LANG = r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?\Z"
FIRST = 2
"""In a form the film's file comes first, then its poster, then those of the tracks."""


class Captions(marshmallow.Schema):
    """A text track: a WebVTT file in one language."""

    resource = Reference(load_default="")
    lang = fields.String(load_default="", validate=validate.Regexp(LANG, error="write a code such as fr"))
    kind = fields.String(load_default="captions", validate=validate.OneOf(KINDS))


@blocks.register
class Video(BlockType):
    """A film with captions, and its words for those who neither see nor hear it."""

    name = "video"

    class Schema(BlockSchema):
        """`title` names the player; `captions` and `transcript` are its other senses (RGAA 4.1 and 4.3)."""

        resource = Reference(load_default="")
        title = fields.String(load_default="", validate=validate.Length(max=255))
        captions = fields.List(fields.Nested(Captions), load_default=list, validate=validate.Length(max=30))
        transcript = Html(load_default="")
        poster = Reference(load_default="")

    def html(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        """See `BlockType.html`."""
        file = file_or_why_not(rendering, block["resource"])
        if isinstance(file, Markup):
            return file
        poster = rendering.file(block["poster"]) if block["poster"] else None
        player = Markup('<video controls preload="metadata" src="{}"{} aria-label="{}">{}</video>').format(
            file.url,
            Markup(' poster="{}"').format(poster.url) if poster and poster.state == "ready" else "",
            block["title"] or file.name,
            self._tracks(block, rendering),
        )
        return Markup('<figure class="film">{}{}{}</figure>').format(
            player, caption(block["title"], file, rendering), transcript(block, rendering)
        )

    def _tracks(self, block: Mapping[str, Any], rendering: Rendering) -> Markup:
        tracks: list[Markup] = []
        for track in block["captions"]:
            file = rendering.file(track["resource"]) if track["resource"] else None
            if file is None or file.state != "ready" or file.media_type != "text/vtt":
                continue
            lang = track["lang"] or rendering.lang
            label = f"{say(rendering.lang, track['kind'])} ({language_name(rendering.lang, lang)})"
            tracks.append(
                Markup('<track kind="{}" src="{}" srclang="{}" label="{}"{}>').format(
                    track["kind"], file.url, lang, label, "" if tracks else Markup(" default")
                )
            )
        return Markup("").join(tracks)

    def from_form(self, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `BlockType.from_form`: `resource` holds film, poster, then tracks; `lang` and `kind` are the tracks'."""
        files, langs, kinds = (form.get(name, ()) for name in ("resource", "lang", "kind"))
        dropped = form.get("out", ())
        tracks = [
            {
                "resource": resource,
                "lang": langs[number] if number < len(langs) else "",
                "kind": kinds[number] if number < len(kinds) else KINDS[0],
            }
            for number, resource in enumerate(files[FIRST:])
            if resource and str(number) not in dropped
        ]
        poster = files[1] if len(files) > 1 and "poster" not in dropped else ""
        return {**super().from_form(form), "poster": poster, "captions": tracks}

    def problems(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.problems`."""
        if not block["resource"]:
            return ["no-file"]
        spoken = any(track["resource"] and track["kind"] != "descriptions" for track in block["captions"])
        missing = {
            "no-title": block["title"].strip(),
            "no-captions": spoken,
            "no-transcript": block["transcript"],
        }
        found = [code for code, there in missing.items() if not there]
        return found + references.problems(block["transcript"])

    def resources(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.resources`."""
        files = [block["resource"], block["poster"], *(track["resource"] for track in block["captions"])]
        return [name for name in files if name] + references.resources(block["transcript"])

    def pages(self, block: Mapping[str, Any]) -> list[str]:
        """See `BlockType.pages`."""
        return references.pages(block["transcript"])

    def text(self, block: Mapping[str, Any]) -> str:
        """See `BlockType.text`."""
        return " ".join(part for part in (block["title"], plain(block["transcript"])) if part)
