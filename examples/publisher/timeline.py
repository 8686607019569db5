"""A time line (frise chronologique): for each event, the year in which it took place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import marshmallow
from marshmallow import fields, validate

from binder.activities import ActivityType, Content, KeySchema, PromptSchema, Score, Tally
from binder.activities.forms import common, one
from binder.activities.values import shuffled
from binder.sanitize import InlineHtml, plain
from examples.publisher import rows
from examples.publisher.data import (
    MODES,
    MOST_EVENTS,
    MOST_WORDS,
    MOST_YEARS,
    ByEvent,
    Event,
    Year,
    Years,
)
from examples.publisher.samples import example

__all__ = ["Timeline"]

LEAST_EVENTS = 2


class Body(PromptSchema):
    """What the learner sees: events, and all the years that may be chosen."""

    events = fields.List(
        fields.Nested(Event), required=True, validate=validate.Length(min=LEAST_EVENTS, max=MOST_EVENTS)
    )
    years = Years(required=True, validate=validate.Length(min=2, max=MOST_YEARS))


class Key(KeySchema):
    """Event id → the years that are right, and → what is said of the event after release."""

    years = ByEvent("year", Years(validate=validate.Length(max=MOST_YEARS)), required=True)
    feedback = ByEvent("feedback", InlineHtml(validate=validate.Length(max=MOST_WORDS)), load_default=dict)


class Scoring(marshmallow.Schema):
    """How events become points."""

    mode = fields.String(load_default="per_event", validate=validate.OneOf(MODES))


class Response(marshmallow.Schema):
    """Event id → the year that was chosen for it."""

    years = ByEvent("year", Year(), load_default=dict)


class Timeline(ActivityType):
    """Put events on a line of years."""

    name = "timeline"
    titles = {"fr": "Frise chronologique", "en": "Timeline"}
    lines = {"fr": "Placer des événements sur une ligne du temps", "en": "Put events on a line of years"}
    written = {**ActivityType.written, "event": "inline", "feedback": "inline"}
    Body, Key, Scoring, Response = Body, Key, Scoring, Response

    def check(self, content: Content) -> dict[str, Any]:
        """See `ActivityType.check`; what concerns one event stands under `event-<id>` or `year-<id>`."""
        events, offered = content.body["events"], set(content.body["years"])
        ids = [event["id"] for event in events]
        if len(set(ids)) < len(ids):
            return {"body": {"events": ["two events have the same id"]}}
        if not set(content.key["years"]) | set(content.key["feedback"]) <= set(ids):
            return {"key": {"years": ["a year or a feedback belongs to no event"]}}
        told = Counter(_words(event) for event in events)
        wrong: dict[str, Any] = {"body": {}, "key": {}}
        for event in events:
            years = content.key["years"].get(event["id"], [])
            if not _words(event):
                wrong["body"][f"event-{event['id']}"] = ["say what happened"]
            elif told[_words(event)] > 1:
                wrong["body"][f"event-{event['id']}"] = ["another event says the same"]
            if not years:
                wrong["key"][f"year-{event['id']}"] = ["write the year of this event"]
            elif not set(years) <= offered:
                wrong["key"][f"year-{event['id']}"] = ["this year is not among those to choose from"]
        return {part: messages for part, messages in wrong.items() if messages}

    def public(self, content: Content, seed: str) -> dict[str, Any]:
        """See `ActivityType.public`: authors write events as they happened, so their order is another one."""
        return {
            "prompt": content.body["prompt"],
            "events": shuffled([{"id": e["id"], "html": e["html"]} for e in content.body["events"]], seed),
            "years": list(content.body["years"]),
        }

    def score(self, content: Content, response: Mapping[str, Any] | None) -> Score:
        """See `ActivityType.score`."""
        chosen = _chosen(content, response)
        if not chosen:
            return Score.unanswered()
        parts = {}
        for event in content.body["events"]:
            name = event["id"]
            right = _is_right(content, name, chosen.get(name))
            reason = "match" if right else "no_match" if name in chosen else "unanswered"
            parts[name] = {"fraction": str(int(right)), "reason": reason}
        share = Fraction(sum(part["reason"] == "match" for part in parts.values()), len(parts))
        if content.scoring["mode"] == "exact":
            share = Fraction(int(share == 1))
        return Score.of(share, parts)

    def solution(self, content: Content, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """See `ActivityType.solution`."""
        return {"years": dict(content.key["years"]), "feedback": dict(content.key["feedback"])}

    def summary(self, content: Content, response: Mapping[str, Any] | None) -> str:
        """See `ActivityType.summary`: event by event."""
        chosen = _chosen(content, response)
        placed = [(event, chosen.get(event["id"])) for event in content.body["events"]]
        return " · ".join(_placed(event, year) for event, year in placed if year is not None)

    def tallies(self, content: Content, responses: Sequence[Mapping[str, Any] | None]) -> list[Tally]:
        """See `ActivityType.tallies`: how often each event was put at each year."""
        counts = Counter(pair for response in responses for pair in _chosen(content, response).items())
        made = [
            Tally(
                _placed(event, year),
                counts[event["id"], year],
                Fraction(int(_is_right(content, event["id"], year))),
                {"years": {event["id"]: year}},
            )
            for event in content.body["events"]
            for year in content.body["years"]
            if counts[event["id"], year]
        ]
        return sorted(made, key=lambda tally: -tally.count)

    def accepting(
        self, content: Content, response: Mapping[str, Any], fraction: Fraction
    ) -> dict[str, Any] | None:
        """See `ActivityType.accepting`: one more year for one event, never in part."""
        wrong = [
            (name, year)
            for name, year in _chosen(content, response).items()
            if not _is_right(content, name, year)
        ]
        if len(wrong) != 1 or fraction != 1:
            return None
        ((name, year),) = wrong
        years = {**content.key["years"], name: sorted([*content.key["years"][name], year])}
        return {
            "points": str(content.points),
            "body": content.body,
            "key": {**content.key, "years": years},
            "scoring": content.scoring,
        }

    def example(self, lang: str) -> dict[str, Any]:
        """See `ActivityType.example`."""
        return example(lang)

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.answer_from_form`: a field `year.<event id>` for each event."""
        chosen = {
            name.removeprefix("year."): one(fields, name) for name in fields if name.startswith("year.")
        }
        return {"years": {name: year for name, year in chosen.items() if year}}

    def content_from_form(self, fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """See `ActivityType.content_from_form`.

        Events are rows of `event_id` (empty in new rows), `event`, `year` and `feedback`; `years` has those that are
        too many.
        """
        data, lines = common(fields), rows.lines(fields)
        others = rows.years(one(fields, "years"))
        right = [year for line in lines for year in line.years if rows.is_year(year)]
        data["body"] |= {
            "events": [{"id": line.id, "html": line.event} for line in lines],
            "years": list(dict.fromkeys([*right, *others])),
        }
        data["key"] |= {
            "years": {line.id: line.years for line in lines},
            "feedback": {line.id: line.feedback for line in lines if line.feedback},
        }
        data["scoring"] = {"mode": one(fields, "mode", "per_event")}
        return data


def _chosen(content: Content, response: Mapping[str, Any] | None) -> dict[str, int]:
    """What an answer says of events that there are, with years that may be chosen."""
    ids, offered = {event["id"] for event in content.body["events"]}, set(content.body["years"])
    years = (response or {}).get("years", {})
    return {name: year for name, year in years.items() if name in ids and year in offered}


def _is_right(content: Content, name: str, year: int | None) -> bool:
    return year in content.key["years"][name]


def _words(event: Mapping[str, Any]) -> str:
    return " ".join(plain(event["html"]).split())


def _placed(event: Mapping[str, Any], year: int) -> str:
    return f"{_words(event)} → {year}"
