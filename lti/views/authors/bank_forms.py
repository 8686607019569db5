"""Editing a question inside the bank: the form that questions have everywhere, without a page around it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast
from uuid import UUID

from flask import Response, request

from binder.activities import activities
from binder.bank import bank_editing, banking
from binder.errors import Invalid, NotFound
from binder.models import Activity
from lti.tool import tool
from lti.views.authors.question_actions import ACTIONS, sent
from lti.views.authors.question_forms import Asked, Place, known, stored
from lti.views.screens import Here, screen

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage as SentFile
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["edit_bank_question", "save_bank_question"]


def _found(here: Here, question: UUID) -> Activity:
    found = banking.question(here.session, here.viewer, question)
    if found.type not in activities:
        raise NotFound("this type of question is not installed here")
    return found


@screen("/bank/<uuid:question>/edit")
def edit_bank_question(here: Here, question: UUID) -> Response:
    """The form of a question of the viewer's bank."""
    found = _found(here, question)
    return Asked(Place(found.binder), known(found.type), found, stored(found)).show(here)


@screen("/bank/<uuid:question>/edit", "POST")
def save_bank_question(here: Here, question: UUID) -> BaseResponse:
    """A new version of it; buttons that only show the form again store nothing."""
    found = _found(here, question)

    def store(file: SentFile) -> str:
        made = bank_editing.add_file(
            here.session,
            here.viewer,
            tool().storage,
            cast("BinaryIO", file.stream),
            name=file.filename or "",
            limits=tool().settings.limits,
            scan=tool().scanner is not None,
        )
        return str(made.id)

    asked = sent(here, Place(found.binder), found, store)
    if request.form.get("action") in ACTIONS:
        return asked.show(here)
    tags = request.form["bank_tags"][:2000].split(",") if "bank_tags" in request.form else None
    try:
        with here.session.begin_nested():
            bank_editing.change(
                here.session, here.viewer, question, asked.data, type=asked.kind.name, tags=tags
            )
    except Invalid as error:
        return replace(asked, error=error).show(here)
    return here.to("bank_question", question=question, saved="question")
