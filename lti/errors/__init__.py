"""The errors of LTI: one class a failing check, each with a code for machines; words for people live in the web layer.

    LTIError
    ├── SettingsInvalid  LoginRequestInvalid  RegistrationUnknown  RegistrationAmbiguous  RegistrationInactive
    │   ServiceError     ScoreInvalid     ContentItemsRefused ── ContentItemInvalid
    └── LaunchRefused     in the order of the checks:
        ├── StateUnknown      StateExpired       OtherBrowser       PlatformError  TokenMalformed  KeysUnreachable
        ├── TokenUntrusted    all answered by 401:
        │   ├── AlgorithmRefused   KidMissing   KidUnknown   SignatureInvalid   IssuerMismatch   AudienceMismatch
        │   └── AzpMismatch        Expired      IssuedInFuture                  TooOld           NonceMismatch
        ├── DeploymentRefused all answered by 403: DeploymentUnknown  DeploymentPending  DeploymentDenied
        └── VersionUnknown    MessageTypeUnknown   DeploymentMissing  DeploymentMismatch  TargetMismatch
            ClaimInvalid      SubjectInvalid       RolesMissing       ResourceLinkMissing DeepLinkingInvalid
            MessageIncomplete

Clauses: *Core* is https://www.imsglobal.org/spec/lti/v1p3, *Security* https://www.imsglobal.org/spec/security/v1p0,
*DL* https://www.imsglobal.org/spec/lti-dl/v2p0, *OIDC* https://openid.net/specs/openid-connect-core-1_0.html.
"""

from lti.errors.general import (
    ContentItemInvalid,
    ContentItemsRefused,
    LoginRequestInvalid,
    LTIError,
    RegistrationAmbiguous,
    RegistrationInactive,
    RegistrationUnknown,
    ScoreInvalid,
    ServiceError,
    SettingsInvalid,
)
from lti.errors.refusals import (
    AlgorithmRefused,
    AudienceMismatch,
    AzpMismatch,
    ClaimInvalid,
    DeepLinkingInvalid,
    DeploymentDenied,
    DeploymentMismatch,
    DeploymentMissing,
    DeploymentPending,
    DeploymentRefused,
    DeploymentUnknown,
    Expired,
    IssuedInFuture,
    IssuerMismatch,
    KeysUnreachable,
    KidMissing,
    KidUnknown,
    LaunchRefused,
    MessageIncomplete,
    MessageTypeUnknown,
    NonceMismatch,
    OtherBrowser,
    PlatformError,
    ResourceLinkMissing,
    RolesMissing,
    SignatureInvalid,
    StateExpired,
    StateUnknown,
    SubjectInvalid,
    TargetMismatch,
    TokenMalformed,
    TokenUntrusted,
    TooOld,
    VersionUnknown,
)

__all__ = [
    "AlgorithmRefused",
    "AudienceMismatch",
    "AzpMismatch",
    "ClaimInvalid",
    "ContentItemInvalid",
    "ContentItemsRefused",
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
    "LTIError",
    "LaunchRefused",
    "LoginRequestInvalid",
    "MessageIncomplete",
    "MessageTypeUnknown",
    "NonceMismatch",
    "OtherBrowser",
    "PlatformError",
    "RegistrationAmbiguous",
    "RegistrationInactive",
    "RegistrationUnknown",
    "ResourceLinkMissing",
    "RolesMissing",
    "ScoreInvalid",
    "ServiceError",
    "SettingsInvalid",
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
