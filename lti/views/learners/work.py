"""The learner's side: the page with its activities, beginning, saving, checking, handing in, the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Response, redirect, request
from markupsafe import Markup

from binder.attempts import submitting
from binder.errors import Closed, Conflict, Invalid
from binder.giving.windows import deadline
from binder.marks import feedback
from binder.marks.followup import VisitNote
from binder.models import Attempt, Preset
from lti.tool import tool
from lti.views.forms import number, problems
from lti.views.learners import answering
from lti.views.learners.answering import CHECK, ENDED, Answer, Sent
from lti.views.rendering import Shown, file_views, leading, still
from lti.views.screens import Here, render, screen, texts
from lti.views.scripts import reader, wanted
from lti.views.transfers import handed

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["close_overdue", "save_work", "shown_work", "work"]


@screen("/work/<uuid:assignment>")
def work(here: Here, assignment: UUID) -> BaseResponse:
    """The page: with a form while it can be answered, with what was handed in after that."""
    opened = submitting.open_work(
        here.session, here.viewer, assignment, again=request.args.get("again") == "1"
    )
    if opened.is_overdue and (again := close_overdue(assignment)):
        return again
    if here.viewer.person_id is not None and opened.answering:
        note = VisitNote(here.viewer.tenant_id, assignment, here.viewer.person_id, opened.at)
        tool().visits.add(note)
    return _page(here, opened, saved=request.args.get("saved") == "1")


def close_overdue(assignment: UUID) -> BaseResponse | None:
    """Hand in for learners whose time is over; then the screen must be shown anew.

    :return: None if there was nothing that could be handed in.
    """
    with tool().begin() as session:
        closed = submitting.close_overdue(session, assignment_id=assignment)
    return redirect(request.full_path.rstrip("?"), 303) if closed else None


@dataclass
class Answering(Shown):
    """A page being answered; where answers are told at once, each question has a button for that."""

    checking: bool = False

    def activity(self, activity_id: str) -> Markup:
        """See `Rendering.activity`."""
        html = super().activity(activity_id)
        if not self.checking or not html:
            return html
        words = texts()
        about = words.gettext("Question %(number)s", number=self._number)
        return Markup(
            '{}<p class="actions check"><button name="action" value="{}" formnovalidate>{}'
            '<span class="visually-hidden"> – {}</span></button></p>'
        ).format(html, f"{CHECK}{activity_id}", words.gettext("Check this answer"), about)


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
    assignment, attempt = opened.assignment, opened.attempt
    folder, lang = f"{home}/work/{assignment.id}/files", assignment.page.binder.lang
    known = still(here, opened.revision, lang, folder, home)
    others = [block for block in opened.blocks if block["id"] not in known]
    seen = feedback.visible(here.session, here.viewer, assignment, attempt, opened.at)
    grade = feedback.grade_shown(here.viewer, attempt) if seen.marks else None
    results, right = feedback.checked(attempt if opened.answering and typed is None else None)
    whose = person_id or here.viewer.person_id
    return Answering(
        lang,
        file_views(here, others, lambda resource: f"{folder}/{resource}"),
        opened.versions,
        "form" if opened.answering else "result" if seen.marks else "copy",
        submitting.seed(here.viewer.tenant_id, assignment.id, whose, opened.number),
        typed if typed is not None else (attempt.responses if attempt else {}),
        grade.per_activity if grade else results,
        set(opened.versions) if seen.answers else right,
        effects=opened.effects,
        still=known,
        pages=leading(home),
        handed=handed.of(here, opened, whose, home),
        checking=opened.answering and assignment.preset is Preset.TRAINING,
    )


def _page(
    here: Here,
    opened: submitting.Work,
    *,
    saved: bool = False,
    typed: dict[str, Any] | None = None,
    error: Invalid | None = None,
    conflict: Attempt | None = None,
    late: list[Answer] | None = None,
    ended: str = "",
) -> Response:
    shown = shown_work(here, opened, typed=typed)
    attempt = conflict or opened.attempt
    seen = feedback.visible(here.session, here.viewer, opened.assignment, opened.attempt, opened.at)
    ends_at = deadline(opened.window, opened.at) if opened.attempt is None else opened.ends_at
    return render(
        "work.html",
        here,
        work=opened,
        content=shown.whole(opened.blocks),
        grade=feedback.grade_shown(here.viewer, opened.attempt) if seen.marks else None,
        answers_later=seen.marks and not seen.answers,
        seq=attempt.seq if attempt else 0,
        saved=saved,
        unsaved=typed is not None,
        conflict=conflict,
        late=late,
        ended=ended,
        problems=problems(error),
        now=opened.at,
        ends_at=ends_at,
        minutes_left=int((ends_at - opened.at).total_seconds() // 60) if ends_at else None,
        reader=reader(here),
        status=409 if conflict or late else 422 if error else 200,
    )


@screen("/work/<uuid:assignment>", "POST")
def save_work(here: Here, assignment: UUID) -> BaseResponse:
    """Begin, save the answers, check one, or save and hand in; a script gets JSON."""
    if request.form.get("action") == "begin":
        return _begin(here, assignment)
    form = answering.sent(here, assignment)
    try:
        attempt = _act(here, assignment, form)
    except Conflict as conflict:
        return _conflict(here, assignment, form, conflict.current)
    except Invalid as error:
        return _again(here, assignment, form, error)
    except Closed as closed:
        return _closed(here, assignment, form, closed)
    if form.refused is not None:
        return _again(here, assignment, form, form.refused)
    if wanted():
        return answering.kept(here, attempt, form)
    return here.to("work", assignment=assignment, saved=1, _anchor=form.checks or "state")


def _begin(here: Here, assignment: UUID) -> BaseResponse:
    submitting.begin(here.session, here.viewer, assignment, number=number("number", 1, least=1, most=1000))
    return here.to("work", assignment=assignment, _anchor="state")


def _act(here: Here, assignment: UUID, form: Sent) -> Attempt:
    """What the button says; with files that could not be taken in, nothing is handed in yet."""
    session, viewer = here.session, here.viewer
    responses = form.responses
    if form.action == "hand-in" and form.refused is None and not form.partial:
        return submitting.hand_in(
            session,
            viewer,
            assignment,
            form.revision,
            responses,
            number=form.number,
            seq=form.seq,
            writer=form.writer,
        )
    attempt = submitting.save(
        session,
        viewer,
        assignment,
        form.revision,
        responses,
        number=form.number,
        seq=form.seq,
        writer=form.writer,
        partial=form.partial,
    )
    if not form.checks:
        return attempt
    return submitting.check(
        session,
        viewer,
        assignment,
        form.revision,
        form.checks,
        responses.get(form.checks),
        number=form.number,
        seq=attempt.seq,
        writer=form.writer,
    )


def _conflict(here: Here, assignment: UUID, form: Sent, current: Attempt | None) -> Response:
    if wanted():
        return answering.conflict(form, current)
    here.session.expire_all()
    opened = submitting.open_work(here.session, here.viewer, assignment, again=True)
    return _page(here, opened, typed=dict(form.responses), conflict=current or opened.attempt)


def _again(here: Here, assignment: UUID, form: Sent, error: Invalid) -> Response:
    if wanted():
        return answering.refused(error)
    opened = submitting.open_work(here.session, here.viewer, assignment, again=True)
    return _page(here, opened, typed=dict(form.responses), error=error)


def _closed(here: Here, assignment: UUID, form: Sent, closed: Closed) -> BaseResponse:
    """What was sent is not taken in: it is shown, so that it can be printed or copied."""
    if closed.reason not in ("handed-in", "time-over", "over"):
        raise closed
    if closed.reason == "time-over":
        submitting.close_overdue(here.session, assignment_id=assignment)
        here.session.expire_all()
    if wanted():
        return answering.over(closed)
    opened = submitting.open_work(here.session, here.viewer, assignment)
    late = answering.not_taken_in(form, opened.attempt)
    if late:
        return _page(here, opened, late=late, ended=ENDED[closed.reason])
    if closed.reason == "over":
        raise closed
    return here.to("work", assignment=assignment, saved=1, _anchor="state")
