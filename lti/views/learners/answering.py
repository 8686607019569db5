"""A learner's form of answers: what came with it, and what their script is told in JSON when it saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request

from binder.access import find
from binder.activities import type_of
from binder.attempts import submitting
from binder.attempts.submitting import Work
from binder.content.asking import content_of
from binder.errors import Closed, Invalid
from binder.models import ActivityVersion, Attempt, PageRevision
from lti.i18n import N_
from lti.views.forms import identifier, number, problems
from lti.views.screens import Here, texts
from lti.views.transfers import handed
from lti.views.wording import told

__all__ = [
    "ENDED",
    "Answer",
    "Sent",
    "conflict",
    "kept",
    "not_taken_in",
    "over",
    "refused",
    "saved_words",
    "sent",
]

CHECK = "check:"
ENDED = {
    "time-over": N_("Time is over: what was saved in time has been handed in."),
    "handed-in": N_("This copy has been handed in already."),
    "over": N_("This work is no longer open: nothing can be taken in any more."),
}
"""Why nothing more is taken in."""


@dataclass(frozen=True)
class Sent:
    """What a form of answers says."""

    action: str
    """`save`, `hand-in`, `begin` or `check:<activity id>`."""
    revision: UUID
    number: int
    seq: int
    writer: str
    versions: Mapping[str, ActivityVersion]
    responses: Mapping[str, Any]
    """Activity id → answer, not yet checked."""
    partial: bool
    """Whether there are answers to some questions only."""
    refused: Invalid | None
    """Why files that came with it were not taken in."""

    @property
    def checks(self) -> str:
        """The question whose answer is to be told at once; empty if none is."""
        return self.action.removeprefix(CHECK) if self.action.startswith(CHECK) else ""


@dataclass(frozen=True)
class Answer:
    """An answer in words."""

    title: str
    text: str


def sent(here: Here, assignment: UUID) -> Sent:
    """The form's fields by activity: `<activity id>.<field>`, of the page that the learner was shown.

    `only` names the questions that were sent, where these are not all.
    """
    revision = find(here.session, here.viewer, PageRevision, identifier(request.form.get("revision", "")))
    versions = submitting.versions_of(here.session, revision)
    only = set(request.form.getlist("only"))
    fields: dict[str, dict[str, list[str]]] = {name: {} for name in versions if not only or name in only}
    for key, values in request.form.to_dict(flat=False).items():
        name, dot, field = key.partition(".")
        if dot and name in fields:
            fields[name][field] = values
    wanted = {name: versions[name] for name in fields}
    without = handed.take_in(here, assignment, wanted, fields) if request.files else None
    responses = {name: type_of(one.type).answer_from_form(fields[name]) for name, one in wanted.items()}
    return Sent(
        request.form.get("action", "save"),
        revision.id,
        number("number", 1, least=1, most=1000),
        number("seq", 0),
        request.form.get("writer", "")[:32],
        versions,
        responses,
        bool(only),
        without,
    )


def _summaries(versions: Mapping[str, ActivityVersion], responses: Mapping[str, Any]) -> dict[str, str]:
    """Activity id → its answer in words; what cannot be understood is told as far as it can be."""
    found = {}
    for name, version in versions.items():
        kind, response = type_of(version.type), responses.get(name)
        if response is None:
            continue
        try:
            found[name] = kind.summary(content_of(version), kind.answer(response))
        except Invalid:
            found[name] = " · ".join(str(value) for value in response.values() if value)[:2000]
    return found


def not_taken_in(form: Sent, attempt: Attempt | None) -> list[Answer]:
    """What was sent and is not among what is kept, in words, so that nothing is lost."""
    kept_words = _summaries(form.versions, attempt.responses if attempt is not None else {})
    words = _summaries(form.versions, form.responses)
    return [
        Answer(version.title, words[name])
        for name, version in form.versions.items()
        if words.get(name) and words[name] != kept_words.get(name)
    ]


def saved_words(attempt: Attempt) -> str:
    """When it was saved, by the server's clock."""
    words = texts()
    local = attempt.saved_at.astimezone(words.zone)
    clock = local.strftime("%H h %M" if words.language == "fr" else "%H:%M")
    return words.gettext("Saved at %(time)s", time=clock)


def _state(attempt: Attempt, opened: Work | None) -> dict[str, Any]:
    return {
        "seq": attempt.seq,
        "saved": saved_words(attempt),
        "saved_at": attempt.saved_at.isoformat(),
        "remaining": opened.remaining if opened is not None else None,
        "handed_in": attempt.submitted_at is not None,
    }


def kept(here: Here, attempt: Attempt, form: Sent) -> Response:
    """The answers are kept; `problems` says what in them cannot be read, `checked` what a question was worth."""
    words = texts()
    lang = attempt.assignment.page.binder.lang
    opened = submitting.open_work(here.session, here.viewer, attempt.assignment_id)
    unreadable = [
        {"field": name, "message": told(message, words)}
        for name, version in form.versions.items()
        if name in form.responses and (response := attempt.responses.get(name)) is not None
        for message in type_of(version.type).problems(content_of(version), response, lang)
    ]
    answer = _state(attempt, opened) | {"problems": unreadable}
    if form.checks in attempt.checks:
        answer["checked"] = {form.checks: attempt.checks[form.checks]["result"]}
    if attempt.submitted_at is not None:
        answer["receipt"] = attempt.receipt
    return jsonify(answer)


def conflict(form: Sent, attempt: Attempt | None) -> Response:
    """Another tab or device has saved other answers since; nothing of either is dropped."""
    answer: dict[str, Any] = {"error": "conflict", "yours": _summaries(form.versions, form.responses)}
    if attempt is not None:
        answer |= _state(attempt, None)
        answer["responses"] = _summaries(form.versions, attempt.responses)
    response = jsonify(answer)
    response.status_code = 409
    return response


def over(closed: Closed) -> Response:
    """Time is over, or it was handed in: what was sent is not taken in."""
    message = texts().gettext(ENDED.get(closed.reason, ENDED["over"]))
    response = jsonify(error="closed", reason=closed.reason, message=message)
    response.status_code = 409
    return response


def refused(error: Invalid) -> Response:
    """What was sent cannot be understood; `field` is the question, where one is meant."""
    words = texts()
    found = []
    for name, messages in error.messages.items():
        for _, message in problems(Invalid("", {name: messages})):
            found.append({"field": name, "message": told(message, words)})
    response = jsonify(error="invalid", problems=found)
    response.status_code = 422
    return response
