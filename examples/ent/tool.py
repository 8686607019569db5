"""A tool as the ENT knows it: its addresses, its rights, its public keys."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from examples.ent.people import Privacy
from examples.ent.vocabulary import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST, SCOPES

DEPLOYMENT_ID = "college-des-quatre-vents"
KEY_SET_LIFE = 300.0
KEY_SET_SIZE = 200_000

KeySource = Sequence[Mapping[str, Any]] | Callable[[], Mapping[str, Any]]


class UnknownKey(Exception):
    """The tool publishes no usable key under this kid."""


@dataclass(frozen=True)
class Legacy:
    """What a school had agreed with the tool for LTI 1.1."""

    consumer_key: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool's registration with the ENT (LTI 1.3 core, 3.1.3).

    Without `messages` it may be sent every type of message, else only those and resource links.
    """

    name: str
    client_id: str
    login_url: str
    launch_url: str
    redirect_uris: tuple[str, ...] = ()
    jwks_url: str = ""
    jwks: KeySource | None = None
    deep_linking_url: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = SCOPES
    messages: tuple[Mapping[str, Any], ...] = ()
    privacy: Privacy | None = None
    legacy: Legacy | None = None
    deployment_id: str = DEPLOYMENT_ID
    deployment_per_class: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "redirect_uris", tuple(self.redirect_uris) or (self.launch_url,))
        object.__setattr__(
            self, "deep_linking_url", self.deep_linking_url or self.target(DEEP_LINKING_REQUEST)
        )

    @property
    def number(self) -> str:
        """What stands for the registration in service addresses."""
        return hashlib.sha256(self.client_id.encode()).hexdigest()[:8]

    @property
    def origins(self) -> list[str]:
        """Where the browser goes when it visits this tool."""
        targets = (message.get("target_link_uri") or self.launch_url for message in self.messages)
        addresses = (self.login_url, self.launch_url, self.deep_linking_url, *self.redirect_uris, *targets)
        return sorted({"{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in addresses})

    def message(self, message_type: str) -> Mapping[str, Any] | None:
        """What the tool registered for this type of message, if anything."""
        return next((each for each in self.messages if each["type"] == message_type), None)

    def offers(self, message_type: str) -> bool:
        """Whether the tool takes this type of message."""
        return not self.messages or message_type == RESOURCE_LINK_REQUEST or bool(self.message(message_type))

    def target(self, message_type: str) -> str:
        """Where messages of this type lead unless a link says otherwise."""
        return str((self.message(message_type) or {}).get("target_link_uri") or self.launch_url)

    def custom_for(self, message_type: str) -> dict[str, str]:
        """The custom parameters for this type of message; the message's own win."""
        return {**self.custom, **(self.message(message_type) or {}).get("custom_parameters", {})}

    def deployment_of(self, class_id: str) -> str:
        """The deployment through which a class uses the tool; without a class the school's (LTI 1.3 core, 3.1.3)."""
        own = self.deployment_per_class and class_id
        return f"{self.deployment_id}:{class_id}" if own else self.deployment_id

    def knows_deployment(self, deployment_id: object) -> bool:
        """Whether this may be one of the tool's deployments."""
        if not isinstance(deployment_id, str):
            return False
        of_a_class = self.deployment_per_class and deployment_id.startswith(f"{self.deployment_id}:")
        return of_a_class or deployment_id == self.deployment_id


class ToolKeys:
    """The public keys of the tools, kept for a few minutes and read again for an unknown kid."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sets: dict[str, tuple[float, dict[str, jwt.PyJWK]]] = {}

    def find(self, tool: Tool, kid: str) -> jwt.PyJWK:
        """The tool's key of that name; an unknown name makes the set be fetched once more."""
        with self._lock:
            read_at, keys = self._sets.get(tool.client_id, (float("-inf"), {}))
        if kid not in keys or time.monotonic() - read_at > KEY_SET_LIFE:
            keys = usable(_document(tool))
            with self._lock:
                self._sets[tool.client_id] = (time.monotonic(), keys)
        if kid not in keys:
            raise UnknownKey(kid)
        return keys[kid]

    def forget(self) -> None:
        """Read every set again at the next question."""
        with self._lock:
            self._sets.clear()


def usable(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """The signature keys of a JWK set by kid; a key that cannot be read is left out."""
    keys = {}
    for jwk in document.get("keys", []):
        if not isinstance(jwk, Mapping) or jwk.get("use", "sig") != "sig" or not jwk.get("kid"):
            continue
        try:
            keys[str(jwk["kid"])] = jwt.PyJWK(dict(jwk), algorithm="RS256")
        except jwt.PyJWTError:
            continue
    return keys


def _document(tool: Tool) -> Mapping[str, Any]:
    if callable(tool.jwks):
        return tool.jwks()
    if tool.jwks is not None:
        return {"keys": tool.jwks}
    try:
        answer = requests.get(tool.jwks_url, timeout=(3, 10), allow_redirects=False)
        answer.raise_for_status()
        if answer.status_code != 200 or len(answer.content) > KEY_SET_SIZE:
            raise UnknownKey(f"{tool.jwks_url} answers {answer.status_code}")
        document = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise UnknownKey(f"{tool.jwks_url}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise UnknownKey(f"{tool.jwks_url} is not a JWK set")
    return document
