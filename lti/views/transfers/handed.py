"""Files that learners hand in: sent in pieces or with the form, shown in their copy, and handed out to who may have them."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

from babel.numbers import format_decimal
from flask import Response, request

from binder.activities import type_of
from binder.activities.marked import MOST_FILES, Marked
from binder.attempts import answer_files, handing
from binder.attempts.handing import ToAssignment
from binder.attempts.submitting import Work
from binder.errors import Closed, Invalid, NotFound
from binder.media.mediatypes import Kind, kind_of
from binder.models import ActivityVersion, AnswerFile
from binder.resources.admitting import Held
from lti.i18n import Texts
from lti.tool import tool
from lti.views.forms import problems
from lti.views.screens import Here, screen, texts
from lti.views.transfers import tus
from lti.views.transfers.files import send
from lti.views.wording import told

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage as SentFile
    from werkzeug.wrappers import Response as BaseResponse

__all__ = [
    "Handed",
    "Row",
    "answer_file",
    "answer_upload",
    "answer_uploads",
    "cancel_answer_upload",
    "copy_file",
    "of",
    "receive_answer_piece",
    "take_in",
]

MEGA = 1_000_000


def _weight(size: float, words: Texts) -> str:
    """Bytes as people say them."""
    large = size >= MEGA
    value = round(size / MEGA, 1) if large else max(1, round(size / 1000))
    number = format_decimal(value, locale=words.locale)
    return words.gettext("%(size)s MB", size=number) if large else words.gettext("%(size)s kB", size=number)


@dataclass(frozen=True)
class Row:
    """A file of an answer, as it is shown."""

    id: str
    state: str = "missing"
    """That of the file, or `missing`."""
    name: str = ""
    url: str = ""
    kind: str = ""
    weight: str = ""
    received_at: datetime | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Handed:
    """The files of one learner's copy, for the templates of its questions."""

    uploads: str = ""
    """Where a script announces files; empty where the viewer can send none."""
    rows: Mapping[str, Row] = field(default_factory=dict)

    def files(self, response: Mapping[str, Any]) -> list[Row]:
        """Those of an answer, in its order."""
        return [self.rows.get(id) or Row(id) for id in response.get("files", ())]

    def weight(self, most_bytes: int, *kinds: str) -> str:
        """What a file may weigh: as the question has it, or else the tool."""
        limits = tool().settings.limits
        most = max((limits.of(Kind(kind)) for kind in kinds), default=limits.most)
        return _weight(min(most, most_bytes), texts())


def of(here: Here, opened: Work, person_id: UUID | None, home: str) -> Handed:
    """The files of a learner's copy, where the page has questions that take any.

    :param home: the launch's first screen, relative to this one.
    """
    if person_id is None or not any(_takes_files(version) for version in opened.versions.values()):
        return Handed()
    work = f"{home}/work/{opened.assignment.id}"
    folder = f"{work}/answers"
    if here.viewer.teaches and opened.attempt is not None:
        folder = f"{home}/copies/{opened.attempt.id}/files"
    files = answer_files.files_of(here.session, here.viewer.tenant_id, opened.assignment.id, person_id)
    rows = {
        str(file.id): _row(file, f"{folder}/{file.id}", person_id == here.viewer.person_id) for file in files
    }
    return Handed(f"{work}/uploads" if opened.answering else "", rows)


def _takes_files(version: ActivityVersion) -> bool:
    return isinstance(type_of(version.type), Marked)


def _row(file: AnswerFile, url: str, own: bool) -> Row:
    is_open = file.state.value == "ready" or (own and file.state.value == "scanning")
    return Row(
        str(file.id),
        file.state.value,
        file.name,
        url if is_open else "",
        kind_of(file.media_type).value,
        _weight(file.size, texts()),
        file.created_at,
        file.width,
        file.height,
    )


def take_in(
    here: Here,
    assignment: UUID,
    versions: Mapping[str, ActivityVersion],
    fields: Mapping[str, MutableMapping[str, list[str]]],
) -> Invalid | None:
    """Store the files that came with a form of answers, and name them in its fields.

    :param fields: activity id → field → values.
    :return: why some were not taken, if any; the others are, and nothing of what was typed is lost.
    """
    refused: list[str] = []
    for name in versions:
        for sent in request.files.getlist(f"{name}.file")[:MOST_FILES]:
            if not sent.filename:
                continue
            try:
                file = _stored(here, ToAssignment(assignment, name), sent)
            except Invalid as error:
                why = " ".join(told(message, texts()) for _, message in problems(error))
                refused.append(
                    texts().gettext("“%(name)s”: %(message)s", name=sent.filename[:255], message=why)
                )
            except (Closed, NotFound):  # who saves the answers says so
                continue
            else:
                fields[name].setdefault("files", []).append(str(file.id))
    return Invalid("files", {"files": refused}) if refused else None


def _stored(here: Here, to: ToAssignment, sent: SentFile) -> AnswerFile:
    return handing.add(
        here.session,
        here.viewer,
        to,
        tool().storage,
        cast("BinaryIO", sent.stream),
        name=sent.filename or "",
        limits=tool().settings.limits,
        scan=tool().scanner is not None,
    )


# In pieces


def _desk(here: Here, assignment: UUID) -> tus.Desk:
    question = request.args.get("question", "")[:64]
    return tus.Desk(
        here,
        ToAssignment(assignment, question),
        lambda upload: here.url("answer_upload", assignment=assignment, upload=upload, question=question),
        lambda file: here.url("answer_file", assignment=assignment, file=file),
        _more,
    )


def _more(file: Held) -> dict[str, Any]:
    """What a learner is told of a file that is here; the instant is the server's."""
    words = texts()
    received = words.date_time(file.created_at) if isinstance(file, AnswerFile) else ""
    return {
        "weight": _weight(file.size, words),
        "received": words.gettext("received %(time)s", time=received),
        "state": file.state.value,
    }


UPLOAD = "/work/<uuid:assignment>/uploads/<uuid:upload>"


@screen("/work/<uuid:assignment>/uploads", "OPTIONS", "POST")
def answer_uploads(here: Here, assignment: UUID) -> Response:
    """See `tus.announce`; `?question=` says to which question the file is an answer."""
    return tus.announce(_desk(here, assignment))


@screen(UPLOAD, "HEAD", "OPTIONS")
def answer_upload(here: Here, assignment: UUID, upload: UUID) -> Response:
    """See `tus.state`."""
    return tus.state(_desk(here, assignment), upload)


@screen(UPLOAD, "PATCH", alone=True)
def receive_answer_piece(here: Here, assignment: UUID, upload: UUID) -> Response:
    """See `tus.receive`."""
    return tus.receive(_desk(here, assignment), upload)


@screen(UPLOAD, "DELETE")
def cancel_answer_upload(here: Here, assignment: UUID, upload: UUID) -> Response:
    """See `tus.cancel`."""
    return tus.cancel(_desk(here, assignment), upload)


# To look at


@screen("/work/<uuid:assignment>/answers/<uuid:file>")
def answer_file(here: Here, assignment: UUID, file: UUID) -> BaseResponse:
    """A file that a learner sent, for themselves and their family."""
    return send(here, answer_files.answer_file(here.session, here.viewer, assignment, file))


@screen("/copies/<uuid:attempt>/files/<uuid:file>")
def copy_file(here: Here, attempt: UUID, file: UUID) -> BaseResponse:
    """A file of a copy, for those who mark it."""
    return send(here, answer_files.copy_file(here.session, here.viewer, attempt, file))
