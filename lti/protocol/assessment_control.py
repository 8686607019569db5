"""Assessment control service: a tool that supervises an assessment has it paused, resumed, ended, given more time, or flagged.

Classeur supervises nobody; this is for packages that do. https://www.imsglobal.org/spec/proctoring/v1p0
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lti.errors import ServiceError
from lti.protocol.bodies import need_moment, need_share, need_text, need_whole, stamped, wrong
from lti.protocol.message_kinds import MOST_ATTEMPTS, PROCTORING
from lti.protocol.services import Connector
from lti.values import mapping_of, texts_of, url_of

__all__ = ["SCOPE", "Action", "Control", "ControlService", "Outcome", "Status", "send"]

SCOPE = "https://purl.imsglobal.org/spec/lti-ap/scope/control.all"
MEDIA_TYPE = "application/vnd.ims.lti-ap.v1.control+json"
CLAIM = PROCTORING + "acs"
MOST_MINUTES = 7 * 24 * 60
LONGEST = {"id": 255, "code": 255, "message": 5_000}


class Action(StrEnum):
    """What is to happen to an attempt."""

    PAUSE = "pause"
    RESUME = "resume"
    TERMINATE = "terminate"
    UPDATE = "update"
    """Give more time."""
    FLAG = "flag"
    """Let somebody look at it later."""


class Status(StrEnum):
    """How an attempt stands."""

    NONE = "none"
    """It has not begun."""
    RUNNING = "running"
    PAUSED = "paused"
    TERMINATED = "terminated"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class ControlService:
    """What a message that starts supervision offers."""

    url: str
    actions: tuple[str, ...]
    """Those that the platform takes; empty where it does not say."""

    @classmethod
    def read(cls, claims: Mapping[str, Any]) -> ControlService | None:
        """None where the message (`LaunchClaims.raw`) offers no such service.

        :raises ClaimInvalid: if its members are not of their types.
        """
        offered = mapping_of(claims, CLAIM)
        url = url_of(offered, "assessment_control_url")
        return cls(url, texts_of(offered, "actions")) if url else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One action on one attempt.

    :raises BodyInvalid: when one is made that no platform could take.
    """

    action: str
    subject: str = field(repr=False)
    """The platform's id of the person."""
    resource_link_id: str
    attempt_number: int
    incident_time: datetime
    """When it happened that is acted on."""
    incident_severity: float
    """From 0.0 to 1.0."""
    extra_time: int | None = None
    """Minutes; needed to update."""
    reason_code: str = ""
    """The tool's own."""
    reason_message: str = field(default="", repr=False)
    """Plain text for people."""

    def __post_init__(self) -> None:
        if self.action not in set(Action):
            raise wrong("action", "is no action on an assessment")
        need_text("user.sub", self.subject, most=LONGEST["id"], needed=True)
        need_text("resource_link.id", self.resource_link_id, most=LONGEST["id"], needed=True)
        need_whole("attempt_number", self.attempt_number, 0, MOST_ATTEMPTS)
        need_moment("incident_time", self.incident_time)
        need_share("incident_severity", self.incident_severity)
        if self.extra_time is not None:
            need_whole("extra_time", self.extra_time, 0, MOST_MINUTES)
        elif self.action == Action.UPDATE:
            raise wrong("extra_time", "is missing")
        need_text("reason_code", self.reason_code, most=LONGEST["code"])
        need_text("reason_msg", self.reason_message, most=LONGEST["message"])

    def as_json(self, issuer: str) -> dict[str, Any]:
        """As the platform wants it; what is not known is left out."""
        known = {
            "extra_time": self.extra_time,
            "reason_code": self.reason_code,
            "reason_msg": self.reason_message,
        }
        return {
            "user": {"iss": issuer, "sub": self.subject},
            "resource_link": {"id": self.resource_link_id},
            "attempt_number": self.attempt_number,
            "action": str(self.action),
            "incident_time": stamped(self.incident_time),
            "incident_severity": self.incident_severity,
            **{name: value for name, value in known.items() if value not in (None, "")},
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the attempt stands after an action."""

    status: Status
    extra_time: int | float | None
    """Minutes, where the platform tells them."""


def send(connector: Connector, service: ControlService, control: Control) -> Outcome:
    """Have an action done.

    :raises BodyInvalid: if the platform has said that it does not take such an action; it is not sent.
    :raises ServiceError: if the platform could not be reached, refuses, or does not tell how the attempt stands.
    """
    if service.actions and control.action not in service.actions:
        raise wrong("action", "is not one that the platform takes")
    body = control.as_json(connector.registration.issuer)
    reply = connector.call(
        "POST",
        service.url,
        scopes=[SCOPE],
        accept=MEDIA_TYPE,
        content_type=MEDIA_TYPE,
        data=json.dumps(body),
    )
    said = reply.body if isinstance(reply.body, Mapping) else {}
    status, minutes = said.get("status"), said.get("extra_time")
    if not isinstance(status, str) or status not in set(Status):
        raise ServiceError(
            reply.status, retryable=False, detail="no status of an assessment", url=service.url
        )
    is_number = isinstance(minutes, int | float) and not isinstance(minutes, bool)
    return Outcome(Status(status), minutes if is_number else None)
