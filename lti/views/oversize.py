"""A form that is larger than the server takes: its files are let go of, its words are read all the same."""

from __future__ import annotations

from typing import IO, Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from lti.views.screens import blueprint
from lti.views.transfers.tus import ROOM

__all__ = ["read_words"]

TIMES = 4
"""How many times larger than what is taken a form may be, so that it is worth reading to its end."""


class _Nowhere:
    """What becomes of a file that is not wanted."""

    def write(self, data: bytes) -> int:
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0


def _let_go(*args: Any, **named: Any) -> IO[bytes]:
    return _Nowhere()  # type: ignore[return-value]  # all that the parser asks of it


@blueprint.before_request
def note_most() -> None:
    """Runs behind `tus.bound`: remember what is taken, for the parser forgets it."""
    request.environ["classeur.most"] = request.max_content_length


def read_words() -> bool:
    """Read the fields of the form that was too large; from then on they stand in `request.form`.

    :return: whether that was possible.
    """
    most, length = request.environ.get("classeur.most"), request.content_length
    if most is None or length is None or length > TIMES * most:
        return False
    request.max_content_length = length
    parser = FormDataParser(_let_go, max_form_memory_size=ROOM, max_form_parts=request.max_form_parts)
    try:
        _, form, _ = parser.parse(request.stream, request.mimetype, length, request.mimetype_params)
    except (RequestEntityTooLarge, ValueError, OSError):
        return False
    request.__dict__["form"], request.__dict__["files"] = form, MultiDict()
    return bool(form)
