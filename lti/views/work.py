"""The learner's side: what there is to do, the page with its activities, saving, handing in, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, request

from binder import grading, submitting
from binder.access import find
from binder.activities import activities
from binder.clock import now
from binder.errors import Closed, Conflict, Invalid
from binder.followup import VisitNote
from binder.models import Attempt, PageRevision
from lti.tool import tool
from lti.views.forms import identifier, number, problems
from lti.views.rendering import Shown, file_views, leading, still
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["save_work", "shown_work", "work"]


@screen("/work/<uuid:assignment>")
def work(here: Here, assignment: UUID) -> Response:
    """The page: with a form while it can be answered, with what was handed in after that."""
    opened = submitting.open_work(
        here.session, here.viewer, assignment, again=request.args.get("again") == "1"
    )
    if here.viewer.person_id is not None and opened.answering:
        note = VisitNote(here.viewer.tenant_id, assignment, here.viewer.person_id, now())
        tool().visits.add(note)
    return _page(here, opened, saved=request.args.get("saved") == "1")


def shown_work(
    here: Here,
    opened: submitting.Work,
    *,
    typed: dict[str, Any] | None = None,
    person_id: UUID | None = None,
    home: str = "..",
) -> Shown:
    """The page's blocks for this viewer.

    :param typed: answers that were sent and could not be saved; they stand in the form again.
    :param home: the launch's first screen, relative to this one.
    """
    folder, lang = f"{home}/work/{opened.assignment.id}/files", opened.assignment.page.binder.lang
    known = still(here, opened.revision, lang, folder, home)
    others = [block for block in opened.blocks if block["id"] not in known]
    grade = grading.released(opened.attempt) if opened.attempt else None
    mode = "form" if opened.answering else "result" if grade else "copy"
    if opened.attempt is None and not opened.answering:
        mode = "copy"
    return Shown(
        lang,
        file_views(here, others, lambda resource: f"{folder}/{resource}"),
        opened.versions,
        mode,
        submitting.seed(
            here.viewer.tenant_id, opened.assignment.id, person_id or here.viewer.person_id, opened.number
        ),
        typed if typed is not None else (opened.attempt.responses if opened.attempt else {}),
        grade.per_activity if grade else {},
        set(opened.versions) if grade else (),
        still=known,
        pages=leading(home),
    )


def _page(
    here: Here,
    opened: submitting.Work,
    *,
    saved: bool = False,
    typed: dict[str, Any] | None = None,
    error: Invalid | None = None,
    conflict: Attempt | None = None,
) -> Response:
    shown = shown_work(here, opened, typed=typed)
    attempt = conflict or opened.attempt
    return render(
        "work.html",
        here,
        work=opened,
        content=shown.whole(opened.blocks),
        grade=grading.released(opened.attempt) if opened.attempt else None,
        seq=attempt.seq if attempt else 0,
        saved=saved,
        unsaved=typed is not None,
        conflict=conflict,
        problems=problems(error),
        now=now(),
        status=409 if conflict else 422 if error else 200,
    )


@screen("/work/<uuid:assignment>", "POST")
def save_work(here: Here, assignment: UUID) -> BaseResponse:
    """Save the answers, or save and hand in."""
    revision = identifier(request.form.get("revision", ""))
    attempt_number, seq = number("number", 1, least=1, most=1000), number("seq", 0)
    responses = _answers(here, revision)
    act = submitting.hand_in if request.form.get("action") == "hand-in" else submitting.save
    try:
        act(here.session, here.viewer, assignment, revision, responses, number=attempt_number, seq=seq)
    except Conflict as conflict:
        here.session.expire_all()
        opened = submitting.open_work(here.session, here.viewer, assignment, again=True)
        return _page(here, opened, typed=responses, conflict=conflict.current or opened.attempt)
    except Invalid as error:
        opened = submitting.open_work(here.session, here.viewer, assignment, again=True)
        return _page(here, opened, typed=responses, error=error)
    except Closed as closed:
        if closed.reason != "handed-in":
            raise
    return here.to("work", assignment=assignment, saved=1, _anchor="state")


def _answers(here: Here, revision: UUID) -> dict[str, Any]:
    """The form's fields by activity: `<activity id>.<field>`, of the page that the learner was shown."""
    versions = submitting.versions_of(here.session, find(here.session, here.viewer, PageRevision, revision))
    fields: dict[str, dict[str, list[str]]] = {name: {} for name in versions}
    for key, values in request.form.to_dict(flat=False).items():
        name, dot, field = key.partition(".")
        if dot and name in fields:
            fields[name][field] = values
    return {
        name: activities[version.type].answer_from_form(fields[name]) for name, version in versions.items()
    }
