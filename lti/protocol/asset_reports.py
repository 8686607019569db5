"""Asset processor: what a tool has found in something that was handed in, reported to the platform.

See `lti.protocol.assets`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from binder.clock import now
from lti.errors import ServiceError
from lti.protocol.bodies import need_moment, need_text, need_whole, stamped, wrong
from lti.protocol.services import Connector

__all__ = ["REPORT", "ErrorCode", "Progress", "Report", "later_than", "send_report"]

REPORT = "https://purl.imsglobal.org/spec/lti/scope/report"
LONGEST = {"name": 255, "result": 16, "text": 5_000}
"""Characters; a result stands in a column of a list, and Canvas takes no more of it."""
STEP = timedelta(milliseconds=1)
COLOUR = re.compile("#[0-9A-Fa-f]{6}")


class Progress(StrEnum):
    """How far a report is."""

    PROCESSED = "Processed"
    PROCESSING = "Processing"
    PENDING_MANUAL = "PendingManual"
    FAILED = "Failed"
    NOT_PROCESSED = "NotProcessed"
    NOT_READY = "NotReady"


class ErrorCode(StrEnum):
    """Why processing failed, where it is one of the usual reasons; a tool may have reasons of its own."""

    UNSUPPORTED_ASSET_TYPE = "UNSUPPORTED_ASSET_TYPE"
    ASSET_TOO_LARGE = "ASSET_TOO_LARGE"
    ASSET_TOO_SMALL = "ASSET_TOO_SMALL"
    EULA_NOT_ACCEPTED = "EULA_NOT_ACCEPTED"
    DOWNLOAD_FAILED = "DOWNLOAD_FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a tool says of an asset; of those of one type, the platform shows the one with the latest timestamp.

    :raises BodyInvalid: when one is made that no platform could take.
    """

    asset_id: str
    type: str
    """The tool's own name of what is reported: a tool may report several things of one asset."""
    timestamp: datetime
    progress: str
    priority: int = 0
    """From 0, all is well, to 5, somebody must look at once."""
    title: str = ""
    result: str = ""
    """A word or a number, once it is processed: `12 %`."""
    indication_color: str = ""
    """`#RRGGBB`."""
    indication_alt: str = ""
    """What the colour means, in words."""
    error_code: str = ""
    """Of a report that failed: see `ErrorCode`."""
    comment: str = ""
    visible_to_owner: bool | None = None
    """Whether who has handed it in may see the report; None leaves that to the platform."""

    def __post_init__(self) -> None:
        need_text("assetId", self.asset_id, most=LONGEST["name"], needed=True)
        need_text("type", self.type, most=LONGEST["name"], needed=True)
        need_moment("timestamp", self.timestamp)
        if self.progress not in set(Progress):
            raise wrong("processingProgress", "is no progress of a report")
        need_whole("priority", self.priority, 0, 5)
        need_text("title", self.title, most=LONGEST["name"])
        need_text("result", self.result, most=LONGEST["result"])
        need_text("indicationAlt", self.indication_alt, most=LONGEST["name"])
        need_text("comment", self.comment, most=LONGEST["text"])
        need_text("errorCode", self.error_code, most=LONGEST["name"])
        need_text("indicationColor", self.indication_color, most=LONGEST["name"])
        if self.indication_color and not COLOUR.fullmatch(self.indication_color):
            raise wrong("indicationColor", "is not written as #RRGGBB")
        if self.error_code and self.progress != Progress.FAILED:
            raise wrong("errorCode", "is for reports that failed")
        if self.result and self.progress != Progress.PROCESSED:
            raise wrong("result", "is for what has been processed")
        if self.visible_to_owner not in (None, True, False):
            raise wrong("visibleToOwner", "is neither true nor false")

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it; what is not known is left out."""
        known = {
            "title": self.title,
            "result": self.result,
            "indicationColor": self.indication_color,
            "indicationAlt": self.indication_alt,
            "errorCode": str(self.error_code),
            "comment": self.comment,
            "visibleToOwner": self.visible_to_owner,
        }
        return {
            "assetId": self.asset_id,
            "type": self.type,
            "timestamp": stamped(self.timestamp),
            "processingProgress": str(self.progress),
            "priority": self.priority,
            **{name: value for name, value in known.items() if value not in (None, "")},
        }


def later_than(previous: datetime | None) -> datetime:
    """Now, or a millisecond after `previous` where that is later: the timestamp of a report that follows another."""
    moment = now()
    return moment if previous is None else max(moment, previous + STEP)


def send_report(
    connector: Connector, url: str, report: Report, *, previous: datetime | None = None
) -> datetime:
    """Tell the platform what was found.

    :param url: of the notice: `Submission.report_url`.
    :param previous: when the report of this type before this one was; see `later_than`.
    :return: the report's timestamp, to be kept as the next one's `previous`.
    :raises BodyInvalid: if the report is not later than `previous`, to the millisecond; it is not sent.
    :raises ServiceError: if the platform could not be reached, refuses, or confirms another report.
    """
    body = report.as_json()
    if previous is not None and body["timestamp"] <= stamped(previous):
        raise wrong("timestamp", "is not later than that of the report before")
    reply = connector.call(
        "POST", url, scopes=[REPORT], content_type="application/json", data=json.dumps(body)
    )
    echo = reply.body if isinstance(reply.body, Mapping) else {}
    if any(echo.get(name) not in (None, body[name]) for name in ("assetId", "type", "processingProgress")):
        raise ServiceError(
            reply.status, retryable=False, detail="the platform confirms another report", url=url
        )
    return report.timestamp
