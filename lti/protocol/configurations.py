"""What a platform says of itself before we register with it: its OpenID configuration, read and checked.

Dynamic Registration 1.0, https://www.imsglobal.org/spec/lti-dr/v1p0#openid-configuration
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti.errors import ClaimInvalid, LTIError, ServiceError
from lti.protocol.http import Http
from lti.settings import Settings
from lti.values import clean, mapping_of, text_of, texts_of

__all__ = ["CANVAS", "ConfigurationInvalid", "PlatformConfiguration", "bearer", "fetch", "host_of"]

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CANVAS = "https://canvas.instructure.com/lti/"
"""Before the names of Canvas's own members."""
MOST_BYTES = 256 * 1024
MOST_MESSAGES = 100
LONGEST = 2000
"""Characters of an address."""
NAMES = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")


class ConfigurationInvalid(LTIError):
    """The configuration cannot be had, or is not one that we could launch by; `facts["problem"]` says what it is about.

    `address`, `unreachable`, `not-json`, `missing`, `host`, `https`, `method`, `algorithm`.
    """

    code = "platform-configuration"
    status = 422


@dataclass(frozen=True)
class PlatformConfiguration:
    """A platform's configuration, checked."""

    url: str
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    raw: Mapping[str, Any]

    @classmethod
    def read(cls, url: str, body: Any, settings: Settings) -> PlatformConfiguration:
        """:raises ConfigurationInvalid: if it is not one that we could launch by."""
        if not isinstance(body, dict):
            raise ConfigurationInvalid("the configuration is not a JSON object", problem="not-json")
        try:
            addresses = {name: text_of(body, name) for name in NAMES}
            found = cls(url=url, raw=body, **addresses)
            found._check(settings)
            found.messages, found.scopes, found.variables, found.product_family  # noqa: B018 - reads them once
        except ClaimInvalid as error:
            raise ConfigurationInvalid(error.detail, problem="not-json") from error
        return found

    def _check(self, settings: Settings) -> None:
        for name in NAMES:
            address = getattr(self, name)
            if not address:
                raise ConfigurationInvalid(f"{name} is missing", problem="missing", parameter=name)
            if len(address) > (255 if name == "issuer" else LONGEST) or not settings.allows(address):
                raise ConfigurationInvalid(f"{name} is not an https address", problem="https", parameter=name)
        parts = urlsplit(self.issuer)
        if parts.query or parts.fragment or "?" in self.issuer or "#" in self.issuer:
            raise ConfigurationInvalid("the issuer has a query or a fragment", problem="host")
        if host_of(self.issuer) != host_of(self.url):
            raise ConfigurationInvalid("the issuer is at another host than its configuration", problem="host")
        self._support("token_endpoint_auth_methods_supported", "private_key_jwt", "method")
        self._support("token_endpoint_auth_signing_alg_values_supported", "RS256", "algorithm")
        self._support("id_token_signing_alg_values_supported", "RS256", "algorithm")
        self._support("response_types_supported", "id_token", "method")

    def _support(self, name: str, wanted: str, problem: str) -> None:
        """What a platform does not list at all, it is taken to do: it would not be one of LTI else."""
        offered = texts_of(self.raw, name)
        if offered and wanted not in offered:
            raise ConfigurationInvalid(f"{name} lacks {wanted}", problem=problem, parameter=name)

    @property
    def about(self) -> Mapping[str, Any]:
        """What is LTI's own."""
        return mapping_of(self.raw, PLATFORM_CONFIGURATION)

    @property
    def product_family(self) -> str:
        """`moodle`, `canvas` …; lower case, empty where unknown."""
        return text_of(self.about, "product_family_code").lower()[:255]

    @property
    def version(self) -> str:
        """Of the product."""
        return text_of(self.about, "version")[:64]

    @property
    def name(self) -> str:
        """What people call it, as far as it says so: else its host."""
        return (text_of(self.raw, f"{CANVAS}account_name") or host_of(self.issuer))[:255]

    @property
    def scopes(self) -> frozenset[str]:
        """What we may ask for."""
        return frozenset(texts_of(self.raw, "scopes_supported"))

    @property
    def claims(self) -> frozenset[str]:
        """What it can tell of people; empty where it does not say."""
        return frozenset(texts_of(self.raw, "claims_supported"))

    @property
    def variables(self) -> frozenset[str]:
        """Names of variables, without a dollar sign; empty where it does not say."""
        return frozenset(name.removeprefix("$") for name in texts_of(self.about, "variables"))

    @property
    def messages(self) -> dict[str, tuple[str, ...] | None]:
        """Type of message → its placements, None where the platform does not list them."""
        listed = self.about.get("messages_supported")
        if not isinstance(listed, list):
            return {}
        found: dict[str, tuple[str, ...] | None] = {}
        for each in listed[:MOST_MESSAGES]:
            if isinstance(each, str):
                found[clean(each)] = None
            elif isinstance(each, dict) and text_of(each, "type"):
                placements = texts_of(each, "placements") if "placements" in each else None
                found[text_of(each, "type")] = placements
        return found

    @property
    def token_audience(self) -> str | None:
        """Whom our assertions are for, where that is not the token endpoint."""
        server = text_of(self.raw, "authorization_server")
        return server if server and server != self.token_endpoint and len(server) <= LONGEST else None


def host_of(url: str) -> str:
    """The host of an address, and its port unless that is https's own."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in (None, 443) else ""
        return f"{(parts.hostname or '').rstrip('.')}{port}"
    except ValueError:
        return ""


def bearer(token: str) -> dict[str, str]:
    """The header for a token; none for none."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def fetch(http: Http, settings: Settings, url: str, token: str = "") -> PlatformConfiguration:
    """Read the configuration at an address that came with a browser.

    :param token: the registration token, which some platforms (Canvas) want to see here already.
    :raises ConfigurationInvalid: if it cannot be had, or is not one that we could launch by.
    """
    if not url or len(url) > LONGEST or not settings.allows(url):
        raise ConfigurationInvalid("openid_configuration is not an https address", problem="address")
    headers = {"Accept": "application/json", **bearer(token)}
    try:
        answer = http.call("GET", url, kind="registration", headers=headers, most_bytes=MOST_BYTES)
        if not answer.ok:
            raise answer.error()
        body = answer.json()
    except ServiceError as error:
        raise ConfigurationInvalid(
            f"the configuration cannot be read: {error.platform_status or error.detail}",
            problem="unreachable",
            platform_status=error.platform_status,
            url=url,
        ) from error
    return PlatformConfiguration.read(url, body, settings)
