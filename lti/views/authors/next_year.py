"""A binder for next year's class: choose the class and the holidays, look at old and new dates, then confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, request

from binder.clock import now
from binder.errors import Invalid
from binder.giving import next_year
from binder.giving.next_year import Shift, Wanted
from binder.giving.school_year import ZONES, SchoolYear
from binder.models import Binder
from binder.owning import own_binder
from lti.views.forms import identifier, problems
from lti.views.screens import Here, render, screen, texts

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["carry_over", "plan_next_year"]


def _shift() -> Shift:
    """What the form says of year and holidays; by default the year after the present one, counted in whole weeks."""
    clock = texts().school_zone
    present = SchoolYear.of(now().astimezone(clock).date(), "").begins
    typed = request.values.get("year", "")
    year = int(typed) if typed.isdecimal() and len(typed) == 4 else present + 1
    zone = request.values.get("zone", "")
    return Shift(min(max(year, present), present + 3), zone if zone in ZONES else "", clock)


def _class(known: list[UUID]) -> UUID | None:
    typed = request.values.get("class", "")
    if typed:
        return identifier(typed)
    return known[0] if known else None


@screen("/binders/<uuid:binder>/next-year")
def plan_next_year(here: Here, binder: UUID) -> Response:
    """The wizard: each choice shows the plan anew; nothing is made before it is confirmed."""
    return _wizard(here, own_binder(here.session, here.viewer, binder))


def _wizard(here: Here, binder: Binder, error: Invalid | None = None) -> Response:
    shift = _shift()
    classes = next_year.classes(here.session, here.viewer, binder.id)
    chosen = _class([known.id for known in classes])
    plan = next_year.plan(here.session, here.viewer, binder.id, chosen, shift) if chosen else []
    years = [SchoolYear.of(now().astimezone(shift.clock).date(), "").begins + more for more in range(4)]
    return render(
        "next_year.html",
        here,
        binder=binder,
        classes=classes,
        chosen=chosen,
        plan=plan,
        shift=shift,
        years=years,
        zones=ZONES,
        is_known=SchoolYear(shift.year, shift.zone).is_known,
        typed=request.form,
        problems=problems(error),
        status=422 if error else 200,
    )


@screen("/binders/<uuid:binder>/next-year", "POST")
def carry_over(here: Here, binder: UUID) -> BaseResponse:
    """Make the copy, and give what was ticked to the class that the teacher came from."""
    own = own_binder(here.session, here.viewer, binder)
    try:
        new = next_year.carry_over(
            here.session,
            here.viewer,
            binder,
            title=request.form.get("title", ""),
            wanted={identifier(id): _dates(id) for id in request.form.getlist("give")},
            shift=_shift(),
        )
    except Invalid as error:
        return _wizard(here, own, error)
    return here.to("binder", binder=new.id)


def _dates(id: str) -> Wanted:
    words = texts()
    try:
        opens_at, due_at = (words.instant(request.form.get(f"{name}-{id}", "")) for name in ("opens", "due"))
    except ValueError:
        raise Invalid("dates", {"due_at": ["write a date and a time"]}) from None
    return Wanted(opens_at, due_at)
