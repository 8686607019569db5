"""What the class answered, question by question, and marking one of them anew: look first, then apply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from uuid import UUID

import marshmallow
from flask import Response, request

from binder.access import may
from binder.activities import Points, Tally
from binder.errors import Invalid, NotFound
from binder.giving.assigning import assignment_of
from binder.marks import regrading, statistics
from binder.marks.regrading import Change, Kept, Kind, Move
from binder.marks.statistics import Figures
from binder.models import Activity
from lti.views.forms import problems
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["class_answers", "regrade", "regrade_preview"]

MOST_SENT = 1500
"""Characters of an answer in an address; a longer one is not offered for accepting."""
MOST_TALLIES = 30
"""Lines of a question that are shown at once; the others are a click away."""


@screen("/given/<uuid:assignment>/answers")
def class_answers(here: Here, assignment: UUID) -> Response:
    """Each question with how it went and what was answered; below, what was marked anew."""
    given = assignment_of(here.session, here.viewer, assignment, "follow")
    found = statistics.figures(here.session, here.viewer, assignment)
    past = regrading.past(here.session, here.viewer, assignment)
    own = may(here.viewer, "author", given.page.binder)
    known = {str(activity.id): activity for activity in given.page.binder.activities}
    done = next((row for row, _ in past if str(row.id) == request.args.get("done")), None)
    return render(
        "regrade/answers.html",
        here,
        assignment=given,
        rows=[(one, _lines(one), own and _is_newer(one, known.get(one.activity_id))) for one in found],
        own=own,
        past=past,
        done=done,
        nothing=request.args.get("done") == "nothing",
        fewest=statistics.FEWEST,
        most=MOST_TALLIES,
    )


def _is_newer(one: Figures, activity: Activity | None) -> bool:
    """Whether the question has another key by now, which fits the copies."""
    newest = activity.current if activity is not None else one.version
    same = (newest.key, newest.scoring, newest.points) == (
        one.version.key,
        one.version.scoring,
        one.version.points,
    )
    return not same and newest.type == one.version.type


def _lines(one: Figures) -> list[tuple[Tally, str]]:
    """What was answered, each with the answer as it is sent to be accepted; empty where it cannot be."""
    lines = []
    for tally in one.statistics.tallies:
        sent = ""
        if tally.count and tally.response is not None and tally.fraction < 1:
            sent = json.dumps(tally.response, ensure_ascii=False, separators=(",", ":"))
        lines.append((tally, sent if len(sent) <= MOST_SENT else ""))
    return lines


@screen("/given/<uuid:assignment>/answers/<uuid:activity>")
def regrade_preview(here: Here, assignment: UUID, activity: UUID) -> Response:
    """What a change would do, copy by copy, with the form to do it."""
    return _preview(here, assignment, activity, request.args)


def _preview(
    here: Here, assignment: UUID, activity: UUID, sent: Mapping[str, str], error: Invalid | None = None
) -> Response:
    given = assignment_of(here.session, here.viewer, assignment, "follow")
    moves: list[Move] = []
    lower = "lower" in sent
    said, question = "", regrading.question(here.session, here.viewer, assignment, activity)
    try:
        change = _change(sent)
        moves = regrading.preview(here.session, here.viewer, assignment, activity, change, lower=lower)
        said = regrading.said(question, change.response) if change.response else ""
    except Invalid as refused:
        error = refused
    return render(
        "regrade/preview.html",
        here,
        assignment=given,
        question=question,
        kind=sent.get("kind", ""),
        said=said,
        half=sent.get("fraction") == "1/2",
        sent={name: sent[name] for name in ("kind", "response", "fraction") if name in sent},
        moves=[move for move in moves if move.kept is not Kept.UNCHANGED],
        unchanged=sum(move.kept is Kept.UNCHANGED for move in moves),
        changed=sum(move.kept is None for move in moves),
        lower=lower,
        reason=sent.get("reason", ""),
        problems=problems(error),
        status=422 if error else 200,
    )


def _change(sent: Mapping[str, str]) -> Change:
    """The change that a form or an address asks for.

    :raises NotFound: if there is no such kind of change.
    :raises Invalid: if the answer to accept is none.
    """
    if sent.get("kind") not in list(Kind):
        raise NotFound("no such change")
    kind = Kind(sent["kind"])
    if kind is not Kind.ACCEPT:
        return Change(kind)
    try:
        fraction: Fraction = Points(maximum=Fraction(1)).deserialize(sent.get("fraction", "1"))
        response: Any = json.loads(sent.get("response", "")[: MOST_SENT * 2])
    except marshmallow.ValidationError as error:
        raise Invalid("fraction", {"fraction": error.messages}) from None
    except (ValueError, RecursionError):
        raise Invalid("answer", {"answer": ["an answer is an object"]}) from None
    return Change(kind, response, fraction)


@screen("/given/<uuid:assignment>/answers/<uuid:activity>", "POST")
def regrade(here: Here, assignment: UUID, activity: UUID) -> BaseResponse:
    """Mark the question anew."""
    try:
        with here.session.begin_nested():
            row = regrading.apply(
                here.session,
                here.viewer,
                assignment,
                activity,
                _change(request.form),
                lower="keep" not in request.form,
                reason=request.form.get("reason", ""),
            )
    except Invalid as error:
        sent = dict(request.form.items()) | ({} if "keep" in request.form else {"lower": "1"})
        return _preview(here, assignment, activity, sent, error)
    done = str(row.id) if row is not None else "nothing"
    return here.to("class_answers", assignment=assignment, done=done, _anchor="done")
