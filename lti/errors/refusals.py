"""A launch that failed one of its checks: one class a check, in their order (`lti.errors` has the tree)."""

from __future__ import annotations

from lti.errors.general import LTIError

__all__ = [
    "AlgorithmRefused",
    "AudienceMismatch",
    "AzpMismatch",
    "ClaimInvalid",
    "DeepLinkingInvalid",
    "DeploymentDenied",
    "DeploymentMismatch",
    "DeploymentMissing",
    "DeploymentPending",
    "DeploymentRefused",
    "DeploymentUnknown",
    "Expired",
    "IssuedInFuture",
    "IssuerMismatch",
    "KeysUnreachable",
    "KidMissing",
    "KidUnknown",
    "LaunchRefused",
    "MessageIncomplete",
    "MessageTypeUnknown",
    "NonceMismatch",
    "OtherBrowser",
    "PlatformError",
    "ResourceLinkMissing",
    "RolesMissing",
    "SignatureInvalid",
    "StateExpired",
    "StateUnknown",
    "SubjectInvalid",
    "TargetMismatch",
    "TokenMalformed",
    "TokenUntrusted",
    "TooOld",
    "VersionUnknown",
]


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


class MessageIncomplete(LaunchRefused):
    """A claim that this type of message must have is missing; `facts["claim"]` names it.

    :param claim: its name, with those of the members that lead to it.
    """

    code = "message-incomplete"

    def __init__(self, claim: str) -> None:
        super().__init__(f"the message lacks {claim}", claim=claim)


class DeepLinkingInvalid(LaunchRefused):
    """The deep linking settings are missing or incomplete (DL 4.4.1)."""

    code = "deep-linking"
