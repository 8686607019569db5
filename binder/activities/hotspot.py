"""Click on a picture (QTI hotspot and select point interactions): zones that are seen, or that are hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import marshmallow

from binder.activities.base import ActivityType, Content, Effect, Score, Tally, activities
from binder.activities.forms import common, one, rows
from binder.activities.helping import Table
from binder.activities.hotspot_data import MOST_POINTS, Body, Key, Response, Scoring
from binder.activities.hotspot_examples import example
from binder.activities.hotspot_marks import (
    BESIDE,
    fraction_of,
    judged,
    mode_of,
    named,
    points_of,
    table,
    ticked,
    zones_of,
)
from binder.activities.picturing import picture_from_form, size_of, zone_rows
from binder.activities.values import new_id, shuffled
from binder.activities.zones import Coordinate, placed
from binder.sanitize import pictured

__all__ = ["Hotspot"]


@activities.register
class Hotspot(ActivityType):
    """Click the right places of a picture."""

    name = "hotspot"
    titles = {"fr": "Cliquer sur une image", "en": "Click on a picture"}
    lines = {
        "fr": "Montrer un endroit d’une image, que les zones se voient ou non",
        "en": "Point at a place of a picture, whether its zones are seen or not",
    }
    written = {**ActivityType.written, "alternative_prompt": "block", "zone_feedback": "block"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`."""
        body, key, zones = content.body, content.key, zones_of(content)
        ids, options = [zone["id"] for zone in zones], body["alternative"]["options"]
        labels = [" ".join(zone["label"].split()).casefold() for zone in zones]
        right, offered = set(key["correct"]), {option["id"] for option in options}
        faults = {
            "a zone that is seen stands in the body, a hidden one in the key": bool(
                (key if body["visible"] else body)["zones"]
            ),
            "draw at least one zone on the picture": not zones,
            "two zones have the same id": len(set(ids)) < len(ids),
            "say what each zone is called": body["visible"] and not all(labels),
            "two zones are called the same": body["visible"] and len(set(labels)) < len(labels),
            "tick the zones that are right": not right,
            "no such zone": not set(ids) >= right | set(key["feedback"]) | set(key["weights"]),
            "the size of the picture is not known, and a circle needs it: press “Show the picture”": not all(
                size_of(content.body["image"])
            )
            and any(zone["shape"] == "circle" for zone in zones),
            "fewer clicks are allowed than there are right zones": len(right) > body["max_points"],
        }
        found = [message for message, holds in faults.items() if holds]
        if found:
            return {"body": {"zones": found[:1]}}
        chosen = set(key["alternative"])
        wrong = {
            "two answers have the same id": len(offered) < len(options),
            "two answers say the same": len({" ".join(it["text"].split()).casefold() for it in options})
            < len(options),
            "tick the right answers of the alternative": bool(options) != bool(chosen)
            or not chosen <= offered,
            "fewer clicks are allowed than there are right answers": len(chosen) > body["max_points"],
        }
        said = [message for message, holds in wrong.items() if holds]
        return {"body": {"alternative": said[:1]}} if said else {}

    def warnings(self, content: Content) -> list[str]:
        """See `ActivityType.warnings`."""
        body = content.body
        found = {
            "those who cannot see the picture have no way to answer: write the question in words, too": not body[
                "visible"
            ]
            and not body["alternative"]["options"],
            "every zone is right: is that meant?": body["visible"]
            and len(set(content.key["correct"])) == len(body["zones"]),
        }
        return [message for message, holds in found.items() if holds]

    def resources(self, content: Content) -> list[str]:
        """See `ActivityType.resources`."""
        written = pictured(content.body["alternative"]["prompt"])
        return [*super().resources(content), content.body["image"]["resource"], *written]

    def adapted(self, content: Content, effects: Collection[Effect]) -> Content:
        """See `ActivityType.adapted`: hidden zones are asked for in words, if the author wrote them.

        Zones that are seen have their list at any rate.
        """
        body = content.body
        if Effect.ALTERNATIVES not in effects or body["visible"] or not body["alternative"]["options"]:
            return content
        prompt = body["alternative"]["prompt"] or body["prompt"]
        return replace(content, body={**body, "form": "alternative", "prompt": prompt})

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`; zones that are seen are numbered in the order that `seed` gives."""
        body, mode = content.body, mode_of(content)
        shown = {"prompt": body["prompt"], "mode": mode, "max_points": body["max_points"]}
        if mode != "alternative":
            shown["image"] = dict(body["image"])
        if mode == "visible":
            shown["zones"] = [placed(zone) for zone in shuffled(body["zones"], seed)]
        elif body["alternative"]["options"]:
            options = shuffled(body["alternative"]["options"], seed)
            shown["alternative"] = {"prompt": body["alternative"]["prompt"], "options": options}
        return shown

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`; parts are clicks by their place from 1 on, or what was ticked."""
        found = judged(content, response)
        if found is None:
            return Score.unanswered()
        return Score.of(fraction_of(content.scoring["mode"], found), found.parts)

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`: all zones, which are right, and feedback by zone that was touched."""
        found, points = judged(content, response), points_of(content, response)
        around = [named(content, point) for point in points]
        touched = {zone for zones in around for zone in zones} or set(ticked(content, response))
        labels = {zone["id"]: zone["label"] for zone in zones_of(content)}
        return {
            "zones": [placed(zone) for zone in zones_of(content)],
            "correct": sorted(set(content.key["correct"])),
            "alternative": sorted(set(content.key["alternative"])),
            "parts": dict(found.parts) if found else {},
            "places": [labels[zones[0]] if zones else "" for zones in around],
            "feedback": {zone: html for zone, html in content.key["feedback"].items() if zone in touched},
        }

    def problems(self, content: Content, response: Mapping[str, Any], lang: str) -> list[str]:
        """See `ActivityType.problems`."""
        unread = mode_of(content) == "hidden" and response.get("unread")
        return ["write the place of each point as two numbers from 0 to 100"] if unread else []

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: the zones in which clicks lie, or what was ticked."""
        return " · ".join(sorted(self._words(content, response)))

    def _words(self, content: Content, response: Mapping[str, Any] | None) -> list[str]:
        zones = {zone["id"]: zone["label"] or f"#{place}" for place, zone in enumerate(zones_of(content), 1)}
        if points := points_of(content, response):
            around = [named(content, point) for point in points]
            return [zones[found[0]] if found else BESIDE for found in around]
        options = {option["id"]: option["text"] for option in content.body["alternative"]["options"]}
        known = zones if mode_of(content) == "visible" else options
        return [known[it] for it in ticked(content, response)]

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: each zone or option by itself, and clicks beside all zones."""
        counts = Counter(words for response in responses for words in self._words(content, response))
        zones, options = zones_of(content), content.body["alternative"]["options"]
        right = {
            *(z["label"] or f"#{n}" for n, z in enumerate(zones, 1) if z["id"] in content.key["correct"]),
            *(option["text"] for option in options if option["id"] in content.key["alternative"]),
        }
        return [Tally(words, count, Fraction(int(words in right))) for words, count in counts.most_common()]

    def scoring_table(self, content: Content, lang: str) -> Table | None:
        """See `ActivityType.scoring_table`."""
        return table(content)

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`; the picture is for the author to choose."""
        return example(lang)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: `x` and `y` in percent, a line for each point; `zones` ticked."""
        points, unread, place = list[list[float]](), list[list[str]](), Coordinate()
        for x, y in list(zip(fields.get("x", ()), fields.get("y", ()), strict=False))[:MOST_POINTS]:
            typed = [text.strip().removesuffix("%").strip()[:50] for text in (x, y)]
            if not any(typed):
                continue
            try:
                points.append([place.deserialize(f"{text}%") for text in typed])
            except marshmallow.ValidationError:
                unread.append(typed)
        return {"points": points, "zones": [it for it in fields.get("zones", ()) if it], "unread": unread}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Zones are lines as `zone_rows` reads them, with `zone_label`, `zone_feedback`, `zone_weight` and `zone_right` (the
        numbers of the right lines); the alternative has lines `option`, `option_id` and `option_right`.
        """
        lines = zone_rows(fields, "zone_label", "zone_feedback", "zone_weight")
        zones = [{**line.zone(), "label": line["zone_label"]} for line in lines]
        visible = one(fields, "visible") == "1"
        correct = [line["zone_id"] for line in lines if str(line.number) in fields.get("zone_right", ())]
        options = [(row, row["option_id"] or new_id()) for row in rows(fields, "option", "option_id")]
        ticked = fields.get("option_right", ())
        data = common(fields)
        data["body"] |= {
            "image": picture_from_form(fields),
            "visible": visible,
            "max_points": one(fields, "max_points") or str(max(1, min(MOST_POINTS, len(correct)))),
            "zones": zones if visible else [],
            "alternative": {
                "prompt": one(fields, "alternative_prompt"),
                "options": [{"id": name, "text": row["option"]} for row, name in options],
            },
        }
        data["key"] |= {
            "zones": [] if visible else zones,
            "correct": correct,
            "alternative": [name for row, name in options if str(row.number) in ticked],
            "feedback": {line["zone_id"]: line["zone_feedback"] for line in lines if line["zone_feedback"]},
            "weights": {line["zone_id"]: line["zone_weight"] for line in lines if line["zone_weight"]},
        }
        data["scoring"] = {"mode": one(fields, "mode", "per_zone")}
        return data
