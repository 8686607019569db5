"""Errors that are no failed check of a launch: settings, login requests, services, what a teacher chose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

__all__ = [
    "ContentItemInvalid",
    "ContentItemsRefused",
    "LTIError",
    "LoginRequestInvalid",
    "RegistrationAmbiguous",
    "RegistrationInactive",
    "RegistrationUnknown",
    "ScoreInvalid",
    "ServiceError",
    "SettingsInvalid",
]


class LTIError(Exception):
    """Base of all errors of LTI.

    :param detail: what happened, in English, for logs and developers; holds no token and no name of a person.
    :param facts: what is safe to log: issuer, client id, the deployment id named …
    """

    code: ClassVar[str] = "lti"
    status: ClassVar[int] = 400  # HTTP, of our answer to the browser

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.facts: Mapping[str, object] = facts
        self.checks_passed: tuple[str, ...] = ()
        """Names of the checks that a launch passed before this one failed."""
        self.check_failed: str | None = None
        """Name of the check of a launch that failed; None where it was no launch."""
        self.return_url: str | None = None
        """Where the platform wants people back, if its token was believed before a later check failed."""


class SettingsInvalid(LTIError):
    """A setting is unknown or has a bad value; `detail` lists all that is to mend, one a line."""

    code = "settings"
    status = 500


class LoginRequestInvalid(LTIError):
    """The login request lacks `iss`, `login_hint` or `target_link_uri`, or one is beyond measure (Security 5.1.1.1)."""

    code = "login-request"


class RegistrationUnknown(LTIError):
    """We know no platform of that issuer with that client id (Core 3.1.3)."""

    code = "registration-unknown"
    status = 403


class RegistrationAmbiguous(LTIError):
    """The issuer has several registrations and the login request names no `client_id`; we do not guess (Core 4.1.3)."""

    code = "registration-ambiguous"


class RegistrationInactive(LTIError):
    """The platform registered itself, and an administrator has not said yes yet; or has switched it off."""

    code = "registration-inactive"
    status = 403


class ContentItemsRefused(LTIError):
    """The choice is not what the platform's picker accepts: its type, or more than one item (DL 4.4.1)."""

    code = "content-items"


class ContentItemInvalid(ContentItemsRefused):
    """A content item that no platform could take: `facts["property"]` is wrong or missing (DL 3)."""

    code = "content-item"


class ScoreInvalid(LTIError):
    """A score that no gradebook would take (AGS 2.0, 3.4): an unknown progress, an instant without a time zone, less than nothing."""

    code = "score"
    status = 500


class ServiceError(LTIError):
    """A service of the platform failed, or could not be reached.

    :param platform_status: the platform's HTTP status; None if there was no answer.
    :param retryable: whether the same request may succeed later (no answer, 408, 429, 5xx).
    :param retry_after: seconds that the platform asks to wait, where it says so.
    """

    code = "service"
    status = 502

    retry_after: float | None = None
    is_quoted = False
    """Whether `detail` is the platform's own words: for teachers' eyes, but for no log, since nobody knows what they quote."""

    def __init__(
        self, platform_status: int | None, *, retryable: bool, detail: str = "", **facts: object
    ) -> None:
        super().__init__(detail, platform_status=platform_status, **facts)
        self.platform_status = platform_status
        self.retryable = retryable
