"""What the pages' scripts and the server have agreed: that an answer is for a script, and whose a device's journal is."""

from __future__ import annotations

import hashlib

from flask import request

from lti.views.screens import Here

__all__ = ["reader", "wanted"]


def wanted() -> bool:
    """Whether the request comes from the script."""
    return request.accept_mimetypes.best == "application/json"


def reader(here: Here) -> str:
    """What stands for the viewer on a device that several people use: nobody learns from it who it is."""
    whose = f"{here.viewer.tenant_id}/{here.viewer.person_id}"
    return hashlib.sha256(whose.encode()).hexdigest()[:16]
