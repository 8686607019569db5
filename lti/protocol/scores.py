"""What one person has got and done so far, as a gradebook is told it.

https://www.imsglobal.org/spec/lti-ags/v2p0#score-publish-service
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from lti.errors import ScoreInvalid

__all__ = ["Number", "Score", "instant", "number"]

ACTIVITY_PROGRESS = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
GRADING_PROGRESS = frozenset({"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"})
Number = int | float | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one person has got and done so far; https://www.imsglobal.org/spec/lti-ags/v2p0#score-publish-service"""

    user_id: str
    timestamp: datetime
    """Must rise with every score of one person in one line item; some platforms compare whole seconds."""
    activity_progress: str
    grading_progress: str
    score_given: Number | None = None
    """None clears an earlier score."""
    score_maximum: Number | None = None
    """Above 0; needed with `score_given`."""
    comment: str = ""
    """Plain text; an earlier one is lost if it is not sent again."""
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    scoring_user_id: str = ""

    def __post_init__(self) -> None:
        """:raises ScoreInvalid: if it is none that a gradebook could take."""
        instants = [each for each in (self.timestamp, self.started_at, self.submitted_at) if each is not None]
        for is_wrong, what in (
            (not self.user_id, "nobody is named"),
            (str(self.activity_progress) not in ACTIVITY_PROGRESS, "unknown activity progress"),
            (str(self.grading_progress) not in GRADING_PROGRESS, "unknown grading progress"),
            (any(each.utcoffset() is None for each in instants), "an instant without a time zone"),
            (self.score_given is not None and self.score_given < 0, "less than nothing"),
            (self.score_given is not None and not self.score_maximum, "a score without its maximum"),
            (self.score_maximum is not None and self.score_maximum <= 0, "a maximum that is not above 0"),
        ):
            if is_wrong:
                raise ScoreInvalid(what)
        if self.started_at and self.submitted_at and self.submitted_at < self.started_at:
            raise ScoreInvalid("handed in before it was begun")

    def as_json(self) -> dict[str, Any]:
        """As the platform wants it; what is not known is left out."""
        submission = {
            name: instant(value)
            for name, value in (("startedAt", self.started_at), ("submittedAt", self.submitted_at))
            if value is not None
        }
        body: dict[str, Any] = {
            "userId": self.user_id,
            "timestamp": instant(self.timestamp),
            "activityProgress": str(self.activity_progress),
            "gradingProgress": str(self.grading_progress),
        }
        if self.score_given is not None and self.score_maximum is not None:
            body |= {"scoreGiven": number(self.score_given), "scoreMaximum": number(self.score_maximum)}
        body |= {"comment": self.comment} if self.comment else {}
        body |= {"submission": submission} if submission else {}
        body |= {"scoringUserId": self.scoring_user_id} if self.scoring_user_id else {}
        return body


def number(value: Number) -> int | float:
    """As JSON has it."""
    return int(value) if value == int(value) else float(value)


def instant(value: datetime) -> str:
    """In UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
