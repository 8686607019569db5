"""Our keys: which signs, which are published, and the next step of their life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

from lti.keyring import rotation
from lti.tool import tool
from lti.views.admin.desk import Desk, page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["keys", "rotate"]


@page("/keys")
def keys(desk: Desk) -> Response:
    """Those of the settings and those of the database."""
    stored = {key.kid: key for key in rotation.keys(desk.session)}
    return desk.render(
        "keys.html",
        rows=[(key.kid, number == 0, stored.get(key.kid)) for number, key in enumerate(tool().keys.keys)],
        sealed=tool().sealer.seals,
        stored=bool(stored),
        turned="turned" in request.args,
    )


@page("/keys", "POST", alone=True)
def rotate(desk: Desk) -> BaseResponse:
    """One step on, if it is time; this process knows it at once."""
    with tool().begin() as session:
        rotation.rotate(session, tool().sealer, has_other=bool(tool().settings.private_keys))
    tool().keys.forget()
    return desk.to("keys", turned=1)
