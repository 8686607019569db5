"""What came along when the platform copied a class, for its teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from lti.copies import copied
from lti.views.forms import identifier
from lti.views.screens import Here, render, screen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["course_copy", "give_copied"]


@screen("/copied")
def course_copy(here: Here) -> Response:
    """Links, their work, and work without a link that may be given now."""
    return render("copied.html", here, report=copied.report(here.session, here.viewer))


@screen("/copied", "POST")
def give_copied(here: Here) -> BaseResponse:
    """Give what is ticked; it was looked at by that."""
    chosen = [identifier(value) for value in request.form.getlist("work")]
    copied.give(here.session, here.viewer, chosen, with_binders=bool(request.form.get("binders")))
    copied.seen(here.session, here.viewer)
    return here.to("given")
