"""Our own addresses as platforms and browsers know them: of the configured host, or of the request's."""

from __future__ import annotations

from typing import Any

from flask import current_app, has_request_context, url_for

from lti.errors import SettingsInvalid
from lti.settings import Settings

__all__ = ["address"]


def address(settings: Settings, endpoint: str, **values: Any) -> str:
    """The address of one of the blueprint's endpoints.

    :raises SettingsInvalid: if there is no request to take the host from, and `LTI_BASE_URL` is not set.
    """
    base, endpoint = settings.base_url, f"lti.{endpoint}"
    if has_request_context():
        if base is None:
            return url_for(endpoint, _external=True, **values)
        return base + url_for(endpoint, **values)
    if base is None:
        raise SettingsInvalid("set LTI_BASE_URL: without it nobody knows our addresses here")
    with current_app.test_request_context(base_url=base):
        return base + url_for(endpoint, **values)
