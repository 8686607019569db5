"""The checks of a launch: one method each, in the order of `CHECKS`; each may rely on what those before it found.

https://www.imsglobal.org/spec/security/v1p0#authentication-response-validation, then
https://www.imsglobal.org/spec/lti/v1p3#required-message-claims
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from binder.clock import now
from lti import claims as names
from lti import errors
from lti.claims import LaunchClaims
from lti.models import DeploymentStatus
from lti.protocol import messages, states
from lti.protocol.jwks import PlatformKeys
from lti.protocol.registrations import (
    Begin,
    PlatformRegistration,
    StoredDeployment,
    StoredRegistrations,
    discover,
    refuse_unless_active,
)
from lti.protocol.states import TakenState
from lti.protocol.token import Token
from lti.settings import Settings
from lti.values import clean, identifier_of, mapping_of, url_of

__all__ = ["CHECKS", "Examination"]

LTI_VERSION = "1.3.0"
ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""What a registration may allow at all: never `none`, never a shared secret."""
MOST_SECONDS = 1e11
"""No instant of ours is later: a bound for numbers that others send."""
STATUS_ERRORS: Mapping[DeploymentStatus, type[errors.DeploymentRefused]] = {
    DeploymentStatus.PENDING: errors.DeploymentPending,
    DeploymentStatus.DENIED: errors.DeploymentDenied,
}


@dataclass(slots=True)
class Examination:
    """One launch under examination; the lower fields are found by the checks."""

    form: Mapping[str, str]
    secret: str | None
    tool_url: str
    begin: Begin
    platform_keys: PlatformKeys
    settings: Settings
    now: datetime = field(default_factory=now)
    taken: TakenState = field(init=False)
    token: Token = field(init=False)
    registration: PlatformRegistration = field(init=False)
    expected_deployment: str | None = field(init=False, default=None)
    """`lti_deployment_id` of the login request."""
    named_deployment: StoredDeployment | None = field(init=False, default=None)
    deployment: StoredDeployment = field(init=False)
    claims: LaunchClaims = field(init=False)

    def facts(self) -> dict[str, object]:
        """What is safe to log of it."""
        registration = getattr(self, "registration", None)
        if registration is None:
            return {}
        return {
            "issuer": registration.issuer,
            "client_id": registration.client_id,
            "platform": registration.name,
        }

    def return_url(self) -> str | None:
        """Where the platform wants people back; for a token that is believed."""
        try:
            return url_of(mapping_of(self.token.claims, names.LAUNCH_PRESENTATION), "return_url")
        except errors.ClaimInvalid:
            return None

    def check_state(self) -> None:
        """The login was begun by this browser, a moment ago; taking it uses up state and nonce."""
        with self.begin() as connection:
            self.taken = states.take(connection, self.form.get("state", ""), self.secret)
            self.expected_deployment = self.taken.deployment_id
            known = StoredRegistrations(connection)
            found, self.named_deployment = known.find_both(self.taken.registration_id, self._peek())
        if found is not None:
            self.registration = found
        if self.taken.expires_at <= self.now:
            raise errors.StateExpired("the login took too long")

    def _peek(self) -> str | None:
        """The deployment that the token names, not believed yet: to fetch its row in the same transaction."""
        try:
            self.token = Token.parse(self.form.get("id_token", ""))
            return identifier_of(self.token.claims, names.DEPLOYMENT_ID)
        except errors.LaunchRefused:
            return None

    def check_platform_error(self) -> None:
        """The platform did not answer with an error."""
        error = self.form.get("error")
        if error is not None:
            raise errors.PlatformError(clean(error)[:80], clean(self.form.get("error_description", ""))[:500])

    def check_registration(self) -> None:
        """The login names the registration, and it is still there; no unsigned claim has a say in it."""
        if getattr(self, "registration", None) is None:
            raise errors.RegistrationUnknown("the registration was taken away meanwhile")
        refuse_unless_active(self.registration)

    def check_token(self) -> None:
        """The token is a JWS of three parts."""
        if getattr(self, "token", None) is None:
            self.token = Token.parse(self.form.get("id_token", ""))

    def check_algorithm(self) -> None:
        """It is signed as the registration allows."""
        algorithm = self.token.header.get("alg")
        allowed = ASYMMETRIC.intersection(self.registration.algorithms)
        if not isinstance(algorithm, str) or algorithm not in allowed:
            raise errors.AlgorithmRefused(f"signed by {str(algorithm)[:20]!r}")

    def check_kid(self) -> None:
        """It names the key."""
        kid = self.token.header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise errors.KidMissing("the header names no key")

    def check_signature(self) -> None:
        """It is signed by that key of the platform."""
        algorithm = self.token.header["alg"]
        key = self.platform_keys.key(self.registration.jwks_uri, self.token.header["kid"])
        if not key.fits(algorithm):
            raise errors.AlgorithmRefused("the key is for another algorithm")
        if not key.verifies(self.token.signed, self.token.signature, algorithm):
            raise errors.SignatureInvalid("not signed by the platform's key")

    def check_issuer(self) -> None:
        """It is from the platform that the login began with, to the letter."""
        if self.token.claims.get("iss") != self.registration.issuer:
            raise errors.IssuerMismatch("iss is another")

    def check_audience(self) -> None:
        """It is for us, and for nobody whom we do not trust."""
        audience = self.token.claims.get("aud")
        named = [audience] if isinstance(audience, str) else audience
        if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
            raise errors.AudienceMismatch("aud is neither a text nor a list of texts")
        if self.registration.client_id not in named:
            raise errors.AudienceMismatch("aud lacks our client id")
        if set(named) - {self.registration.client_id, *self.settings.trusted_audiences}:
            raise errors.AudienceMismatch("aud names somebody whom we do not trust")

    def check_azp(self) -> None:
        """Of several audiences, we are the one that asked."""
        azp, audience = self.token.claims.get("azp"), self.token.claims["aud"]
        if azp is None and isinstance(audience, list) and len(audience) > 1:
            raise errors.AzpMismatch("several audiences and no azp")
        if azp is not None and azp != self.registration.client_id:
            raise errors.AzpMismatch("azp is not our client id")

    def check_expiry(self) -> None:
        """It has not expired."""
        if self._seconds("exp") + self.settings.leeway <= self.now.timestamp():
            raise errors.Expired("exp has passed")

    def check_age(self) -> None:
        """It was issued a moment ago, as far as clocks agree."""
        issued, present, leeway = self._seconds("iat"), self.now.timestamp(), self.settings.leeway
        valid_from = issued if self.token.claims.get("nbf") is None else max(issued, self._seconds("nbf"))
        if valid_from > present + leeway:
            raise errors.IssuedInFuture("iat or nbf is in the future: a clock is wrong")
        if issued < present - leeway - self.settings.token_max_age:
            raise errors.TooOld("iat is too long ago")

    def _seconds(self, name: str) -> float:
        value = self.token.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < MOST_SECONDS:
            raise errors.ClaimInvalid(f"{name} is missing or no number of seconds", claim=name)
        return value

    def check_nonce(self) -> None:
        """It answers this login and no other."""
        if self.token.claims.get("nonce") != self.taken.nonce:
            raise errors.NonceMismatch("nonce is another")

    def check_version(self) -> None:
        """It speaks LTI 1.3."""
        if self.token.claims.get(names.VERSION) != LTI_VERSION:
            raise errors.VersionUnknown("version is not 1.3.0")

    def check_message_type(self) -> None:
        """It is of a type that is registered."""
        messages.message_type(self.token.claims.get(names.MESSAGE_TYPE))

    def check_deployment(self) -> None:
        """It is from a deployment that we know and that may launch."""
        named = self.token.claims.get(names.DEPLOYMENT_ID)
        if (
            not isinstance(named, str)
            or not 0 < len(named) <= 255
            or not (named.isascii() and named.isprintable())
        ):
            raise errors.DeploymentMissing("no deployment id")
        if self.expected_deployment not in (None, named):
            raise errors.DeploymentMismatch("not the deployment of the login request", deployment_id=named)
        if self.named_deployment is None:
            with self.begin() as connection:
                self.named_deployment = discover(connection, self.registration, named)
        if self.named_deployment is None:
            raise errors.DeploymentUnknown(f"deployment {named!r} is unknown", deployment_id=named)
        refusal = STATUS_ERRORS.get(self.named_deployment.status)
        if refusal is not None:
            raise refusal(f"deployment {named!r} is {self.named_deployment.status}", deployment_id=named)
        self.deployment = self.named_deployment

    def check_target(self) -> None:
        """It leads where the login request said, and that is to us.

        The signed word is the one that counts; where a platform is known to say another at login, that one is let be.
        """
        target = self.token.claims.get(names.TARGET_LINK_URI)
        if not isinstance(target, str) or not target:
            raise errors.TargetMismatch("no target_link_uri")
        if target != self.taken.target_link_uri and not self.registration.loose_target:
            raise errors.TargetMismatch("not the target_link_uri of the login request")
        if not self.settings.allows(target) or _origin(target) != _origin(self.tool_url):
            raise errors.TargetMismatch("target_link_uri does not lead to us")

    def check_claims(self) -> None:
        """All claims that we read are of their types."""
        self.claims = LaunchClaims.read(self.token.claims, self.registration.client_id)

    def check_message(self) -> None:
        """It says what a message of its type must."""
        messages.message_type(self.claims.message_type).check(self.claims)


CHECKS: tuple[tuple[str, Callable[[Examination], None]], ...] = (
    ("state", Examination.check_state),
    ("platform-error", Examination.check_platform_error),
    ("registration", Examination.check_registration),
    ("token", Examination.check_token),
    ("algorithm", Examination.check_algorithm),
    ("kid", Examination.check_kid),
    ("signature", Examination.check_signature),
    ("issuer", Examination.check_issuer),
    ("audience", Examination.check_audience),
    ("azp", Examination.check_azp),
    ("expiry", Examination.check_expiry),
    ("age", Examination.check_age),
    ("nonce", Examination.check_nonce),
    ("version", Examination.check_version),
    ("message-type", Examination.check_message_type),
    ("deployment", Examination.check_deployment),
    ("target", Examination.check_target),
    ("claims", Examination.check_claims),
    ("message", Examination.check_message),
)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port
