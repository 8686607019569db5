"""Draw on a blank sheet or over a picture (QTI drawing interaction): strokes are kept as numbers, a person marks them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import (
    ActivityType,
    Content,
    KeySchema,
    PromptSchema,
    Score,
    Tally,
    activities,
)
from binder.activities.forms import common, one
from binder.activities.picturing import Picture, picture_from_form
from binder.sanitize import Html

__all__ = ["INKS", "MOST_POINTS", "MOST_STROKES", "SHEETS", "WIDTHS", "Drawing"]

MOST_STROKES = 200
MOST_POINTS = 20_000
SIDE = 1000
"""The longer side of a sheet in the units of strokes."""
INKS = ("black", "blue", "red", "green")
WIDTHS = (4, 8, 16)
SHEETS = {"landscape": (1000, 750), "square": (1000, 1000), "portrait": (750, 1000)}
MOST_CHARACTERS = 12 * MOST_POINTS + 60 * MOST_STROKES
"""Of strokes as a page sends them."""
PLACE = "(?:0|[1-9][0-9]{0,2}|1000)"
PLACES = rf"{PLACE} {PLACE}(?: {PLACE} {PLACE})*\Z"
TOO_MUCH = "a drawing has 200 strokes and 20,000 points at the most"


class Stroke(marshmallow.Schema):
    """One line, drawn without lifting the pen: `points` are "x1 y1 x2 y2 …", whole numbers from 0 to 1000.

    They stand in one text, which is read, checked and drawn at once: there are many.
    """

    ink = fields.String(load_default="black", validate=validate.OneOf(INKS))
    width = fields.Integer(strict=True, load_default=WIDTHS[0], validate=validate.OneOf(WIDTHS))
    points = fields.String(
        required=True,
        validate=[
            validate.Length(max=10 * MOST_POINTS),
            validate.Regexp(PLACES, error="a stroke is a list of whole numbers from 0 to 1000"),
        ],
    )


NAMES = frozenset(("ink", "width", "points"))
BY_DEFAULT = {"ink": "black", "width": WIDTHS[0]}


class Strokes(fields.List[Any]):
    """A marshmallow field: a list of `Stroke`s, the good ones read at once; the first that is none ends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(fields.Nested(Stroke), **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > MOST_STROKES:
            raise marshmallow.ValidationError(TOO_MUCH)
        return [_stroke(number, given) for number, given in enumerate(value)]


def _stroke(number: int, given: Any) -> dict[str, Any]:
    if isinstance(given, Mapping) and given.keys() <= NAMES:
        stroke = {**BY_DEFAULT, **given}
        points = stroke.get("points")
        if (
            stroke["ink"] in INKS
            and stroke["width"] in WIDTHS
            and isinstance(points, str)
            and READABLE.match(points)
        ):
            return {**stroke, "width": int(stroke["width"])}
    try:
        loaded: dict[str, Any] = STROKE.load(given)
    except marshmallow.ValidationError as error:
        raise marshmallow.ValidationError({number: error.messages}) from None
    return loaded


READABLE = re.compile(PLACES)
STROKE = Stroke()


class Body(PromptSchema):
    """What the learner sees: a blank sheet of that shape, or a picture to draw on."""

    sheet = fields.String(load_default="landscape", validate=validate.OneOf(list(SHEETS)))
    image = fields.Nested(Picture, load_default=None, allow_none=True)


class Key(KeySchema):
    """What a good drawing shows, for those who mark and, once released, for learners."""

    model = Html(load_default="")


class Scoring(marshmallow.Schema):
    """Nothing: a person marks."""


class Response(marshmallow.Schema):
    """What was drawn, and what the learner says of it: also the answer of those who cannot draw."""

    strokes = Strokes(
        load_default=list,
        validate=validate.Length(max=MOST_STROKES, error=TOO_MUCH),
        error_messages={"null": TOO_MUCH},
    )
    text = fields.String(load_default="", validate=validate.Length(max=5000))

    @marshmallow.pre_load
    def bounded(self, data: Any, **kwargs: Any) -> Any:
        """All strokes together have so many points at the most; nothing longer is read."""
        strokes = data.get("strokes") if isinstance(data, Mapping) else None
        if not isinstance(strokes, list):
            return data
        texts = [stroke.get("points") for stroke in strokes if isinstance(stroke, Mapping)]
        count = sum(text.count(" ") + 1 for text in texts if isinstance(text, str))
        if count > 2 * MOST_POINTS:
            raise marshmallow.ValidationError(TOO_MUCH, "strokes")
        return data

    @marshmallow.post_load
    def filled(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """What was left empty is not there."""
        return {name: value for name, value in data.items() if value}


EXAMPLES = {
    "fr": (
        "Le chemin de l’eau",
        "<p>Dessine le trajet d’une goutte d’eau, de la mer jusqu’à la rivière. Ajoute des flèches.</p>",
        "<p>On doit voir l’évaporation, le nuage, la pluie et le ruissellement.</p>",
    ),
    "en": (
        "The way of the water",
        "<p>Draw the way of a drop of water from the sea to the river. Add arrows.</p>",
        "<p>Evaporation, the cloud, the rain and the run-off can be seen.</p>",
    ),
}


@activities.register
class Drawing(ActivityType):
    """Draw, or say what one wanted to draw."""

    name = "drawing"
    titles = {"fr": "Dessin", "en": "Drawing"}
    lines = {
        "fr": "Dessiner sur une feuille blanche ou sur une image ; vous corrigez",
        "en": "Draw on a blank sheet or on a picture; you mark it",
    }
    written = {**ActivityType.written, "model": "block"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        return {}

    def resources(self, content: Content) -> list[str]:
        """See `ActivityType.resources`."""
        image = content.body["image"]
        return [*super().resources(content), *([image["resource"]] if image else [])]

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; `width` and `height` are those of the sheet in the units of strokes."""
        body = content.body
        width, height = _sheet(content)
        return {
            "prompt": body["prompt"],
            "image": dict(body["image"]) if body["image"] else None,
            "width": width,
            "height": height,
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`: a person looks at it."""
        said = response or {}
        return Score.to_mark() if said.get("strokes") or said.get("text", "").strip() else Score.unanswered()

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        return {"model": content.key["model"]}

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: what was said of it, and how many strokes there are."""
        said = response or {}
        count = len(said.get("strokes", ()))
        return " · ".join(
            part for part in (" ".join(said.get("text", "").split()), f"✎ {count}" if count else "") if part
        )

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: no two drawings are the same."""
        return []

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        title, prompt, model = EXAMPLES.get(lang.partition("-")[0], EXAMPLES["fr"])
        return {
            "title": title,
            "points": "4",
            "body": {"prompt": prompt, "sheet": "landscape"},
            "key": {"model": model},
            "scoring": {},
        }

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: `strokes` is JSON, made by the script of the page, and `text`."""
        typed = one(fields, "strokes")
        strokes: Any = []
        if typed:
            try:
                strokes = json.loads(typed) if len(typed) <= MOST_CHARACTERS else None
            except (ValueError, RecursionError):
                strokes = None
        return {"strokes": strokes, "text": one(fields, "text").replace("\r\n", "\n")}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`: `sheet`, a picture if one was chosen, and `model`."""
        data, blank = common(fields), one(fields, "on") != "picture"
        data["body"] |= {
            "sheet": one(fields, "sheet", "landscape"),
            "image": None if blank else picture_from_form(fields),
        }
        data["key"]["model"] = one(fields, "model")
        return data


def _sheet(content: Content) -> tuple[int, int]:
    """Width and height in the units of strokes; a picture whose size is not known is a square."""
    image = content.body["image"]
    if not image:
        return SHEETS[content.body["sheet"]]
    width, height = image["width"] or 1, image["height"] or 1
    most = max(width, height)
    return max(1, round(SIDE * width / most)), max(1, round(SIDE * height / most))
