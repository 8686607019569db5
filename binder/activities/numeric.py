"""A number, with a tolerance and perhaps a unit (QTI text entry interaction of a float)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities.base import ActivityType, Content, KeySchema, PromptSchema, Score, activities
from binder.activities.forms import Row, common, one, rows
from binder.activities.numbers import NumberError, Reading, Unit, echo, find_unit, plain, read, unit_key
from binder.activities.quantities import (
    TYPED,
    AcceptedNumber,
    UnitName,
    canonical,
    matches,
    ranged,
    typed_row,
)
from binder.activities.values import Points

__all__ = ["MAX_TYPED", "NO_UNIT", "UNIT_MODES", "Language", "Numeric"]

MAX_TYPED = 200
"""Characters that a learner may send; more than a number has, so that what is too long gets a message."""
UNIT_MODES = ("none", "optional", "required")
NO_UNIT = "write the number only, without a unit"
Language = validate.Regexp(r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z", error="a language such as fr or en")


class Body(PromptSchema):
    """What the learner sees. `answer_lang` says what comma and point mean, `show_unit` stands behind the field."""

    answer_lang = fields.String(load_default="fr", validate=Language)
    unit_mode = fields.String(load_default="none", validate=validate.OneOf(UNIT_MODES))
    show_unit = fields.String(load_default="", validate=validate.Length(max=30))


class Key(KeySchema):
    """What is right, and the units in which it may be said; the first is that of the accepted numbers."""

    accepted = fields.List(
        fields.Nested(AcceptedNumber), required=True, validate=validate.Length(min=1, max=20)
    )
    units = fields.List(fields.Nested(UnitName), load_default=list, validate=validate.Length(max=20))


class Scoring(marshmallow.Schema):
    """`unit_penalty`: part of the points that a wrong or missing unit costs."""

    unit_penalty = Points(maximum=Fraction(1), load_default=Fraction(1, 2))

    @marshmallow.post_load
    def keep_exact(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Fractions are stored as text, exactly."""
        return {"unit_penalty": str(data["unit_penalty"])}


class Response(marshmallow.Schema):
    """`raw` as it was typed under `lang`; `value`, `unit` and `read` follow from it and are made here, whoever sends them."""

    raw = fields.String(load_default="", validate=validate.Length(max=MAX_TYPED))
    lang = fields.String(load_default="fr", validate=Language)

    class Meta:
        unknown = marshmallow.EXCLUDE

    @marshmallow.post_load
    def add_reading(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Say what was read; what is blank is no answer."""
        if not data["raw"].strip():
            return {}
        try:
            reading = read(data["raw"], data["lang"])
        except NumberError:
            return data
        said = echo(reading, data["lang"])
        return {**data, "value": str(reading.value), "unit": reading.unit, "read": said}


@activities.register
class Numeric(ActivityType):
    """Write a number."""

    name = "numeric"
    titles = {"fr": "Nombre", "en": "Number"}
    lines = {
        "fr": "Écrire un nombre, exact ou à peu près, avec ou sans unité",
        "en": "Write a number, exact or roughly, with or without a unit",
    }
    written = {**ActivityType.written, "accepted_feedback": "block"}
    tried_field = "raw"
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        accepted, units = content.key["accepted"], content.key["units"]
        names = [unit_key(unit["unit"]) for unit in units]
        mode = content.body["unit_mode"]
        messages: dict[str, Any] = {}
        if all(Fraction(each["fraction"]) != 1 for each in accepted):
            messages["key"] = {"accepted": ["one accepted number is worth all the points"]}
        elif any(each["tolerance"]["kind"] == "rel" and not Fraction(each["value"]) for each in accepted):
            messages["key"] = {"accepted": ["a percentage of 0 is 0: write how far off a number may be"]}
        elif len(set(names)) < len(names):
            messages["key"] = {"units": ["two units are the same"]}
        elif mode != "none" and not units:
            messages["key"] = {"units": ["write the units that are accepted"]}
        elif units and mode == "none":
            messages["key"] = {"units": ["units are accepted only where pupils may write one"]}
        elif units and Fraction(units[0]["multiplier"]) != 1:
            messages["key"] = {"units": ["the first unit is that of the accepted numbers: it is worth 1"]}
        return messages

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        found = []
        shown = content.body["show_unit"]
        if content.body["unit_mode"] != "none" and shown:
            found.append("the unit stands behind the field already: pupils may write it twice")
        kinds = {each["tolerance"]["kind"] for each in content.key["accepted"]}
        if len(content.key["units"]) > 1 and kinds & {"decimals", "sigfigs"}:
            found.append("digits are counted in the unit that a pupil chooses: is that meant?")
        return found

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        english = lang.startswith("en")
        return {
            "title": "Average speed" if english else "Vitesse moyenne",
            "points": "2",
            "body": {
                "prompt": "<p>A train covers 150 km in 1 h 15 min. What is its average speed?</p>"
                if english
                else "<p>Un train parcourt 150 km en 1 h 15 min. Quelle est sa vitesse moyenne ?</p>",
                "answer_lang": lang if english else "fr",
                "unit_mode": "required",
            },
            "key": {
                "accepted": [{"value": "120"}],
                "units": [{"unit": "km/h"}, {"unit": "m/s", "multiplier": "3.6"}],
                "explanation": "<p>150 km ÷ 1.25 h = 120 km/h</p>"
                if english
                else "<p>1 h 15 min = 1,25 h, et 150 km ÷ 1,25 h = 120 km/h.</p>",
            },
            "scoring": {"unit_penalty": "1/2"},
        }

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`."""
        return {name: content.body[name] for name in ("prompt", "answer_lang", "unit_mode", "show_unit")}

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; the one part is called `number`."""
        reading = _reading(content, response)
        if isinstance(reading, str) or reading is None:
            return Score.unanswered()
        unit, reason = _unit(content, reading)
        best = _best(content, reading, unit)
        fraction = Fraction(best["fraction"]) if best else Fraction(0)
        if fraction and reason:
            fraction = max(Fraction(0), fraction - Fraction(content.scoring["unit_penalty"]))
        said = reason if best and reason else "match" if fraction else "no_match"
        return Score.of(fraction, {"number": {"fraction": str(fraction), "reason": said}})

    def problems(self, content: Content, response: Mapping[str, Any], lang: str) -> list[str]:
        """See `ActivityType.problems`."""
        reading = _reading(content, response)
        return [reading] if isinstance(reading, str) else []

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`; `accepted` holds what is worth everything, in signs."""
        lang = content.body["answer_lang"]
        units = [each["unit"] for each in content.key["units"]]
        accepted = [
            {
                "text": ranged(each, lang),
                "kind": each["tolerance"]["kind"],
                "digits": each["tolerance"]["digits"],
            }
            for each in content.key["accepted"]
            if Fraction(each["fraction"]) == 1
        ]
        reading = _reading(content, response)
        best = _best(content, reading, _unit(content, reading)[0]) if isinstance(reading, Reading) else None
        return {"accepted": accepted, "units": units, "feedback": best["feedback"] if best else ""}

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: the number as it was read."""
        reading = _reading(content, response)
        if isinstance(reading, Reading):
            return echo(reading, content.body["answer_lang"])
        return " ".join(response["raw"].split()) if response and reading else ""

    def echo(self, content: Content | None, text: str, lang: str) -> str:
        """What is read in a text that somebody types.

        :raises NumberError: where it is no number.
        """
        return echo(read(text, content.body["answer_lang"] if content else lang), lang)

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`: another number, without a tolerance."""
        reading = _reading(content, response)
        if not isinstance(reading, Reading) or len(content.key["accepted"]) >= 20:
            return None
        unit = _unit(content, reading)[0]
        value = reading.value * (unit.multiplier if unit else 1)
        added = {"value": plain(value), "fraction": str(fraction)}
        return {
            "points": str(content.points),
            "body": content.body,
            "key": {**content.key, "accepted": [*content.key["accepted"], added]},
            "scoring": content.scoring,
        }

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: the field `raw`, and `lang`, in which it was typed."""
        return {"raw": one(fields, "raw"), "lang": one(fields, "lang", "fr")}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`: rows of `quantities.TYPED`, and of `unit` with `unit_multiplier`."""
        lang = one(fields, "answer_lang", "fr")
        data = common(fields)
        data["body"] |= {
            "answer_lang": lang,
            "unit_mode": one(fields, "unit_mode", "none"),
            "show_unit": one(fields, "show_unit"),
        }
        data["key"] |= {
            "accepted": [typed_row(line, lang) for line in rows(fields, *TYPED)],
            "units": [_typed_unit(line, lang) for line in rows(fields, "unit", "unit_multiplier")],
        }
        data["scoring"] = {"unit_penalty": one(fields, "unit_penalty", "1/2") or "1/2"}
        return data


def _typed_unit(line: Row, lang: str) -> dict[str, Any]:
    return {"unit": line["unit"], "multiplier": canonical(line["unit_multiplier"], lang) or "1"}


def _reading(content: Content, response: Mapping[str, Any] | None) -> Reading | str | None:
    """What was typed as a number; or why it is none; None if nothing was."""
    raw = (response or {}).get("raw", "")
    if not raw.strip():
        return None
    try:
        reading = read(raw, content.body["answer_lang"])
    except NumberError as error:
        return error.message
    return NO_UNIT if reading.unit and content.body["unit_mode"] == "none" else reading


def _unit(content: Content, reading: Reading) -> tuple[Unit | None, str]:
    """The unit in which a number was typed, and what is wrong with it."""
    units = [Unit(each["unit"], Fraction(each["multiplier"])) for each in content.key["units"]]
    if not reading.unit:
        return None, "unit_missing" if content.body["unit_mode"] == "required" else ""
    found = find_unit(reading.unit, units)
    return found, "" if found else "unit_wrong"


def _best(content: Content, reading: Reading, unit: Unit | None) -> Mapping[str, Any] | None:
    """Of the accepted numbers that this is one of, that which is worth most."""
    found = [each for each in content.key["accepted"] if matches(each, reading, unit)]
    return max(found, key=lambda each: Fraction(each["fraction"]), default=None)
