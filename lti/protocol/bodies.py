"""What we tell a platform's service, looked at before it is sent; and instants as both sides write them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from lti.errors import LTIError

__all__ = [
    "BodyInvalid",
    "moment_of",
    "need_moment",
    "need_share",
    "need_text",
    "need_whole",
    "stamped",
    "wrong",
]


class BodyInvalid(LTIError):
    """A body that no platform could take: `facts["member"]` is wrong or missing. Nothing has been sent."""

    code = "service-body"


def wrong(member: str, why: str) -> BodyInvalid:
    """That a member is wrong, and why."""
    return BodyInvalid(f"{member} {why}", member=member)


def need_text(member: str, value: Any, *, most: int, needed: bool = False) -> None:
    """:raises BodyInvalid: if it is no text of at most `most` characters, or empty and needed."""
    if not isinstance(value, str) or len(value) > most:
        raise wrong(member, f"is no text of at most {most} characters")
    if needed and not value.strip():
        raise wrong(member, "is empty")


def need_whole(member: str, value: Any, least: int, most: int) -> None:
    """:raises BodyInvalid: if it is no whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise wrong(member, f"is no whole number from {least} to {most}")


def need_share(member: str, value: Any) -> None:
    """:raises BodyInvalid: if it is no number from 0 to 1."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not 0 <= value <= 1:
        raise wrong(member, "is no number from 0 to 1")


def need_moment(member: str, value: Any) -> None:
    """:raises BodyInvalid: if it is no instant with a time zone."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise wrong(member, "has no time zone")


def stamped(instant: datetime) -> str:
    """As ISO 8601 has it, in UTC, to the millisecond."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(written: Any) -> datetime | None:
    """The instant, in UTC; None where it is not written as ISO 8601 has it, with a time zone."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
