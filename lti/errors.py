"""The errors of LTI: one class a failing check, each with a code for machines; words for people live in the web layer.

    LTIError
    ├── SettingsInvalid  LoginRequestInvalid  RegistrationUnknown  RegistrationAmbiguous  RegistrationInactive
    │   ServiceError     ContentItemsRefused ── ContentItemInvalid
    └── LaunchRefused     in the order of the checks:
        ├── StateUnknown      StateExpired       OtherBrowser       PlatformError  TokenMalformed  KeysUnreachable
        ├── TokenUntrusted    all answered by 401:
        │   ├── AlgorithmRefused   KidMissing   KidUnknown   SignatureInvalid   IssuerMismatch   AudienceMismatch
        │   └── AzpMismatch        Expired      IssuedInFuture                  TooOld           NonceMismatch
        ├── DeploymentRefused all answered by 403: DeploymentUnknown  DeploymentPending  DeploymentDenied
        └── VersionUnknown    MessageTypeUnknown   DeploymentMissing  DeploymentMismatch  TargetMismatch
            ClaimInvalid      SubjectInvalid       RolesMissing       ResourceLinkMissing DeepLinkingInvalid

Clauses: *Core* is https://www.imsglobal.org/spec/lti/v1p3, *Security* https://www.imsglobal.org/spec/security/v1p0,
*DL* https://www.imsglobal.org/spec/lti-dl/v2p0, *OIDC* https://openid.net/specs/openid-connect-core-1_0.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


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


class LaunchRefused(LTIError):
    """A launch failed one of its checks (Security 5.1.3)."""


class StateUnknown(LaunchRefused):
    """There is no such login under way: it never was, was used already, or is long over (Security 5.1.1.3)."""

    code = "state-unknown"


class StateExpired(LaunchRefused):
    """The login took longer than `LTI_STATE_LIFETIME` (Security 5.1.1.3)."""

    code = "state-expired"


class OtherBrowser(LaunchRefused):
    """The launch comes from another browser than began the login, or it keeps no cookies for us (RFC 6749, 10.12)."""

    code = "other-browser"


class PlatformError(LaunchRefused):
    """The platform answered the login with an error instead of a token (OIDC 3.1.2.6).

    :param error: the platform's code, such as `login_required`.
    :param description: the platform's words: plain text, to be escaped where shown.
    """

    code = "platform-error"

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(f"the platform answered {error}", error=error, error_description=description)
        self.error = error
        self.description = description


class TokenMalformed(LaunchRefused):
    """There is no id_token, or it is not a signed JWT of three parts (RFC 7519, 7.2)."""

    code = "token-malformed"


class TokenUntrusted(LaunchRefused):
    """The token may not be believed: wrong key, wrong parties, wrong time, or used already (Security 5.1.3)."""

    status = 401


class AlgorithmRefused(TokenUntrusted):
    """Signed in a way that the registration does not allow: `none`, HS256 … (Security 5.1.3 point 6; RFC 8725, 3.1)."""

    code = "algorithm"


class KidMissing(TokenUntrusted):
    """The token's header names no key (Security 6.2)."""

    code = "kid-missing"


class KidUnknown(TokenUntrusted):
    """The platform's key set has no such key, even read afresh (Security 6.3)."""

    code = "kid-unknown"


class KeysUnreachable(LaunchRefused):
    """The platform's key set cannot be read, and none was read before (Security 6.3)."""

    code = "keys-unreachable"
    status = 502


class SignatureInvalid(TokenUntrusted):
    """The signature is not that of the platform's key (Security 5.1.3 point 1)."""

    code = "signature"


class IssuerMismatch(TokenUntrusted):
    """`iss` is not exactly the issuer that the login began with (Security 5.1.3 point 2)."""

    code = "issuer"


class AudienceMismatch(TokenUntrusted):
    """`aud` lacks our client id, or names somebody whom we do not trust (Security 5.1.3 point 3)."""

    code = "audience"


class AzpMismatch(TokenUntrusted):
    """`azp` is missing beside several audiences, or is not our client id (Security 5.1.3 points 4 and 5)."""

    code = "azp"


class Expired(TokenUntrusted):
    """`exp` has passed (Security 5.1.3 point 7)."""

    code = "expired"


class IssuedInFuture(TokenUntrusted):
    """`iat` (or `nbf`) lies further ahead than the leeway: a clock is wrong (Security 5.1.3 point 8)."""

    code = "issued-in-future"


class TooOld(TokenUntrusted):
    """`iat` is older than `LTI_TOKEN_MAX_AGE` (Security 5.1.3 point 8)."""

    code = "too-old"


class NonceMismatch(TokenUntrusted):
    """`nonce` is missing, or not the one of this login (Security 5.1.3 point 9)."""

    code = "nonce"


class VersionUnknown(LaunchRefused):
    """The version claim is missing or not 1.3.0 (Core 5.3.2)."""

    code = "version"


class MessageTypeUnknown(LaunchRefused):
    """The message type is missing, or one that nobody registered (Core 5.3.1)."""

    code = "message-type"


class DeploymentMissing(LaunchRefused):
    """The deployment claim is missing, empty, or not 255 printable ASCII characters at the most (Core 5.3.3)."""

    code = "deployment-missing"


class DeploymentMismatch(LaunchRefused):
    """The token names another deployment than the login request did (Core 4.1.2)."""

    code = "deployment-mismatch"


class DeploymentRefused(LaunchRefused):
    """The deployment may not launch (Core 3.1.3); `facts` names it, so that an administrator can act."""

    status = 403


class DeploymentUnknown(DeploymentRefused):
    """Nobody has told us of this deployment (Core 3.1.3)."""

    code = "deployment-unknown"


class DeploymentPending(DeploymentRefused):
    """An administrator has yet to approve the deployment (Core 3.1.3)."""

    code = "deployment-pending"


class DeploymentDenied(DeploymentRefused):
    """An administrator has shut the deployment out (Core 3.1.3)."""

    code = "deployment-denied"


class TargetMismatch(LaunchRefused):
    """The signed `target_link_uri` is missing, not that of the login request, or not one of ours (Core 5.3.4)."""

    code = "target"


class ClaimInvalid(LaunchRefused):
    """A claim is missing or not of its type; `facts["claim"]` names it (Core 5.3 and 5.4, OIDC 2)."""

    code = "claim-type"


class SubjectInvalid(LaunchRefused):
    """`sub` is there but no identifier: 1 to 255 printable ASCII characters; absent is anonymous (Core 5.3.6)."""

    code = "subject"


class RolesMissing(LaunchRefused):
    """The message has no roles claim; an empty list would do (Core 5.3.7)."""

    code = "roles"


class ResourceLinkMissing(LaunchRefused):
    """The message has no resource link with an id (Core 5.3.5)."""

    code = "resource-link"


class DeepLinkingInvalid(LaunchRefused):
    """The deep linking settings are missing or incomplete (DL 4.4.1)."""

    code = "deep-linking"
