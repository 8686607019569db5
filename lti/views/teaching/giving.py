"""Giving a page: to whom, when, and how; what may not be meant is told once before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request

from binder import recipients
from binder.access import find
from binder.content import authoring
from binder.errors import Invalid
from binder.giving import advising, assigning
from binder.giving.advising import Advice, Concern, Longer
from binder.giving.assigning import Rules
from binder.giving.windows import MAX_MINUTES, Window, checked
from binder.models import Audience, Counting, Page, Preset, Release
from binder.recipients import Card
from lti.i18n import N_
from lti.services import roster
from lti.views.forms import Problem, identifier, number, problems
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["give", "give_form", "instants", "whole"]

MOST_CARDS = 20
PENALTIES = ("0", "1/4", "1/3", "1/2", "1")
CONCERNS = {
    Concern.SOON: N_("It is due in less than 24 hours."),
    Concern.MUCH: N_("The class has two other pieces of work for that day already."),
    Concern.HOLIDAY: N_("There is no school on the day it is due."),
    Concern.OUT_OF_HOURS: N_("Pupils would see it in the evening, at night or at the week-end."),
    Concern.NO_END: N_(
        "This test has no last deadline: the right answers are shown only once everybody has handed in."
    ),
}
HOLDING = (Concern.SOON, Concern.MUCH, Concern.HOLIDAY)
"""What is worth a second click; the rest is said beside the form."""


@dataclass(frozen=True)
class Told:
    """What the teacher is told about the cards before they are given."""

    advice: Sequence[Advice] = ()
    longer: Sequence[tuple[int, Longer]] = field(default_factory=tuple)

    @property
    def code(self) -> str:
        """What was told, so that the second click is known as one."""
        holding = [f"{one.card}:{one.concern.value}" for one in self.advice if one.concern in HOLDING]
        more = [f"{card}:{one.person.id.hex[:8]}:{one.minutes}" for card, one in self.longer]
        return " ".join(sorted(holding + more))


@screen("/pages/<uuid:page>/give")
def give_form(here: Here, page: UUID) -> Response:
    """Who, when and how."""
    return _give_form(here, page)


def _count() -> int:
    """How many cards the form has."""
    return number("cards", 1, least=1, most=MOST_CARDS)


def _give_form(
    here: Here, page: UUID, error: Invalid | None = None, *, cards: int = 1, told: Told | None = None
) -> Response:
    own = authoring.own_page(here.session, here.viewer, page)
    audience_id = here.viewer.audience_id
    return render(
        "give.html",
        here,
        page=own,
        audience=find(here.session, here.viewer, Audience, audience_id) if audience_id else None,
        groups=recipients.groups_here(here.session, here.viewer) if audience_id else [],
        pupils=recipients.learners_here(here.session, here.viewer) if audience_id else [],
        cards=cards,
        presets=Preset,
        penalties=PENALTIES,
        before=told,
        words_of=CONCERNS,
        out_of_hours=_is_out_of_hours(here, own),
        fields_of=_fields_of,
        typed=request.form,
        problems=problems(error),
        status=422 if error else 200,
    )


def _fields_of(found: Sequence[Problem], labels: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """For the list of problems: field → (id of its input, its label), whatever card it is on."""
    bare = {name: name.partition("-")[0] for name, _ in found}
    return {name: (name, labels[one]) for name, one in bare.items() if one in labels}


def _is_out_of_hours(here: Here, page: Page) -> bool:
    found = advising.advice(
        here.session, here.viewer, [Card()], preset=Preset.HOMEWORK, zone=texts().school_zone
    )
    return any(one.concern is Concern.OUT_OF_HOURS for one in found)


@screen("/pages/<uuid:page>/give", "POST")
def give(here: Here, page: UUID) -> BaseResponse:
    """Give the page to all that the cards name."""
    count = 1
    try:
        count = _count()
        if request.form.get("action") in ("more", "fewer"):
            step = 1 if request.form["action"] == "more" else -1
            return _give_form(here, page, cards=min(max(count + step, 1), MOST_CARDS))
        cards, rules = [_card(at) for at in range(count)], _rules()
        told = _told(here, cards, rules)
        if told.code and "told" in request.form and request.form["told"] != told.code:
            return _give_form(here, page, cards=count, told=told)
        given = assigning.distribute(here.session, here.viewer, page, cards, rules)
    except Invalid as error:
        return _give_form(here, page, _numbered(error), cards=count)
    roster.want(here.session, given[0].tenant_id, given[0].audience_id)
    return here.to("follow_up", assignment=given[0].id) if len(given) == 1 else here.to("given")


def _told(here: Here, cards: Sequence[Card], rules: Rules) -> Told:
    """What may not be meant, and who has more time; cards that cannot be are refused before.

    :raises Invalid: as `assigning.distribute`.
    """
    if here.viewer.audience_id is None:
        return Told()
    for at, card in enumerate(cards):
        try:
            checked(Window(card.opens_at, card.due_at, card.closes_at, card.minutes, rules.max_attempts))
            recipients.meant(here.session, here.viewer, card)
        except Invalid as error:
            raise Invalid(error.detail, {"cards": {at: error.messages}}) from None
    session, viewer = here.session, here.viewer
    advice = advising.advice(session, viewer, cards, preset=rules.preset, zone=texts().school_zone)
    may_follow = viewer.role == "Instructor"
    longer = [
        (at, one)
        for at, card in enumerate(cards if may_follow else ())
        for one in advising.longer(session, viewer, card)
    ]
    return Told(advice, longer)


def _numbered(error: Invalid) -> Invalid:
    """Messages by the names that the fields have in the form."""
    cards: Any = error.messages.get("cards")
    if not isinstance(cards, dict):
        return error
    found = {_name(field, at): said for at, messages in cards.items() for field, said in messages.items()}
    if "max_attempts" in cards.get(0, {}):
        found["max_attempts"] = cards[0]["max_attempts"]
    return Invalid(error.detail, found)


def _name(field_name: str, at: int) -> str:
    return f"{field_name}-{at}" if at else field_name


def instants(*names: str) -> list[datetime | None]:
    """Instants of the form's `datetime-local` fields, None where one is empty.

    :raises Invalid: if one is none.
    """
    found = []
    for name in names:
        try:
            found.append(texts().instant(request.form.get(name, "")))
        except ValueError:
            raise Invalid("date", {name: ["write a date and a time"]}) from None
    return found


def whole(name: str, most: int = MAX_MINUTES, *, least: int = 1) -> int | None:
    """A whole number in the form's field `name`, None if it is empty.

    :raises Invalid: if it is none, or out of bounds.
    """
    return number(name, least, least=least, most=most) if request.form.get(name, "").strip() else None


def _card(at: int) -> Card:
    opens_at, due_at, closes_at = instants(*(_name(one, at) for one in ("opens_at", "due_at", "closes_at")))
    who = request.form.get(_name("who", at), "class")
    group = identifier(who.removeprefix("group:")) if who.startswith("group:") else None
    chosen = request.form.getlist(_name("person", at)) if who == "pupils" else []
    if who == "pupils" and not chosen:
        raise Invalid("nobody", {_name("who", at): ["choose at least one pupil"]})
    return Card(
        group,
        [identifier(one) for one in chosen],
        opens_at,
        due_at,
        closes_at,
        whole(_name("minutes", at)),
    )


def _rules() -> Rules:
    form = request.form
    preset = Preset(form["preset"]) if form.get("preset") in list(Preset) else Preset.HOMEWORK
    penalty = form.get("try_penalty", "0")
    is_training = preset is Preset.TRAINING
    return Rules(
        preset=preset,
        max_attempts=number("max_attempts", 1),
        release=Release.BY_HAND
        if form.get("release") == Release.BY_HAND and not is_training
        else Release.AT_ONCE,
        counting=Counting(form["counting"]) if form.get("counting") in list(Counting) else Counting.LAST,
        try_penalty=Fraction(penalty) if penalty in PENALTIES and is_training else Fraction(0),
        shuffled=form.get("shuffled") == "1",
        estimated_minutes=whole("estimated_minutes"),
        pinned=form.get("pinned") == "1",
    )
