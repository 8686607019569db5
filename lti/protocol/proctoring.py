"""The answer to a platform that wants an assessment supervised, by a tool that supervises nobody."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from binder.clock import now
from lti.claims import DEPLOYMENT_ID, MESSAGE_TYPE, RESOURCE_LINK, VERSION
from lti.protocol.message_kinds import PROCTORING
from lti.protocol.registrations import PlatformRegistration

__all__ = ["NO_SUPERVISION", "start_assessment"]

LIFETIME = 300
"""Seconds in which the answer must arrive."""
NO_SUPERVISION = "no supervision took place: this tool does not supervise assessments"
"""For the platform's log."""


def start_assessment(registration: PlatformRegistration, message: Mapping[str, Any], *, said: str) -> str:
    """The JWT to post to `message["start_assessment_url"]` in a form field named `JWT`.

    It repeats what the platform wants to hear again. `errormsg` and `errorlog` say that nobody was supervised, so an
    honest platform lets no assessment begin that must be.

    :param message: what was kept of `LtiStartProctoring`.
    :param said: plain text for the person.
    """
    moment = int(now().timestamp())
    return registration.keys.sign(
        {
            "iss": registration.client_id,
            "aud": [registration.issuer],
            "iat": moment,
            "exp": moment + LIFETIME,
            "nonce": secrets.token_urlsafe(24),
            MESSAGE_TYPE: "LtiStartAssessment",
            VERSION: "1.3.0",
            DEPLOYMENT_ID: message["deployment_id"],
            RESOURCE_LINK: message["resource_link"],
            PROCTORING + "session_data": message["session_data"],
            PROCTORING + "attempt_number": message["attempt_number"],
            PROCTORING + "end_assessment_return": False,
            PROCTORING + "errormsg": said,
            PROCTORING + "errorlog": NO_SUPERVISION,
        }
    )
