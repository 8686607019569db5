"""What a host may set: every `LTI_…` key of its configuration, read once, checked, and kept in a frozen value."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from binder.blocks.providers import HOSTS
from binder.blocks.values import HOST
from binder.media.mediatypes import Limits
from binder.media.scanning import Clamd
from lti.errors import SettingsInvalid

__all__ = ["Settings"]

PREFIX = "LTI_"
HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
LEAST_TOKEN = 16
PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise ValueError("must be a list of texts")


def _hosts(value: Any) -> tuple[str, ...]:
    hosts = tuple(host.lower() for host in _texts(value))
    for host in hosts:
        if not HOST.fullmatch(host):
            raise ValueError(f"must be names of hosts such as tube.example, not {host!r}")
    return hosts


def _places(value: Any) -> tuple[str, ...]:
    """Names as they are, networks in their usual form; one address is a network of one."""
    places = []
    for place in _texts(value):
        try:
            places.append(str(ipaddress.ip_network(place)))
        except ValueError:
            looks_like_network = "/" in place or ":" in place or place.replace(".", "").isdecimal()
            if looks_like_network or not HOST_NAME.fullmatch(place.lower()):
                raise ValueError(
                    f"must be names of hosts (ent.school.example) or networks (10.1.0.0/16), not {place!r}"
                ) from None
            places.append(place.lower())
    return tuple(places)


def _pems(value: Any) -> tuple[str, ...]:
    whole = (
        "\n".join(value)
        if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
        else value
    )
    if not isinstance(whole, str):
        raise ValueError("must be PEM text, or a list of PEM texts")
    # a line of an environment file holds "\n" as two characters
    pems = tuple(match.group(0) for match in PEM.finditer(whole.replace("\\n", "\n")))
    if not pems and whole.strip():
        raise ValueError("holds no PEM block (-----BEGIN PRIVATE KEY-----)")
    return pems


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("must be a text of one line")
    return value.strip()


def _secrets(value: Any) -> tuple[str, ...]:
    secrets = _texts(value)
    if any(len(secret) < LEAST_TOKEN for secret in secrets):
        raise ValueError(f"must have {LEAST_TOKEN} characters or more")
    return secrets


def _url(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("must be a URL")
    parts = urlsplit(value)
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must be scheme and host only, such as https://tool.example")
    return value.rstrip("/")


def _address(like: str, *schemes: str) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        if value is None or value == "":
            return None
        parts, has_path = urlsplit(str(value)), bool(urlsplit(like).path)
        if parts.scheme not in schemes or not parts.hostname or (parts.path.strip("/") and not has_path):
            raise ValueError(f"must be a URL such as {like}")
        return str(value).rstrip("/")

    return read


PROXY = _address("http://proxy.school.example:3128", "http", "https")


def _zone(value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError("must be a time zone such as Europe/Paris")
    return value


def _token(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be a text without spaces")
    if len(value) < LEAST_TOKEN:
        raise ValueError(f"must have {LEAST_TOKEN} characters or more")
    return value


def _clamd(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return Clamd(_text(value)).address


def _flag(value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _amount(unit: str, least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not least <= number <= most:
            raise ValueError(f"must be a number of {unit} from {least:g} to {most:g}")
        return int(number) if number.is_integer() else number

    return read


_seconds = partial(_amount, "seconds")
_megabytes = partial(_amount, "megabytes", 0.001, 100_000)


def _timeout(value: Any) -> tuple[float, float]:
    parts = value.split(",") if isinstance(value, str) else value
    both = tuple(parts) if isinstance(parts, list | tuple) else (parts, parts)
    if len(both) != 2:
        raise ValueError("must be two numbers of seconds: to connect, to read")
    read = _seconds(0.1, 120)
    return read(both[0]), read(both[1])


def _setting(read: Callable[[Any], Any], default: Any, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one mounted tool; `docs/settings.md` has them in a table. Times are seconds."""

    private_keys: tuple[str, ...] = _setting(_pems, (), secret=True)
    """RSA keys in PEM: the first signs, all are published; that is how keys are rotated."""
    secret: tuple[str, ...] = _setting(_secrets, (), secret=True)
    """Seals what is secret in the database: the first seals, all open."""
    base_url: str | None = _setting(_url, None)
    """Scheme and host that browsers see, such as `https://tool.example`; None takes them from each request."""
    launch_lifetime: float = _setting(_seconds(60, 7 * 86400), 8 * 3600)
    """How long a launch stays open."""
    state_lifetime: float = _setting(_seconds(30, 3600), 600)
    """How long a platform may take between login request and launch."""
    token_max_age: float = _setting(_seconds(30, 86400), 600)
    """How old an id_token may be, by its `iat`."""
    leeway: float = _setting(_seconds(0, 300), 60)
    """How far a platform's clock may be off."""
    http_timeout: tuple[float, float] = _setting(_timeout, (5, 20))
    """To connect to a platform, and to wait for each part of its answer."""
    http_retry_seconds: float = _setting(_seconds(0, 60), 3)
    """For how long a failed call that is safe to repeat may be begun anew, two times at the most."""
    http_proxy: str | None = _setting(PROXY, None, secret=True)
    """The proxy through which platforms are reached; None: directly, whatever the environment says."""
    jwks_min_interval: float = _setting(_seconds(0, 3600), 30)
    """Least time between two readings of a key set because of an unknown key."""
    jwks_min_age: float = _setting(_seconds(0, 86400), 300)
    """A key set is taken as fresh at least so long, whatever the platform says."""
    jwks_max_age: float = _setting(_seconds(60, 7 * 86400), 86400)
    """… and at most so long; kept again so long where the platform cannot be reached."""
    trusted_audiences: tuple[str, ...] = _setting(_texts, ())
    """Audiences that a token may name beside our client id."""
    tool_name: str = _setting(_text, "Classeur")
    """What people see the tool called."""
    time_zone: str = _setting(_zone, "Europe/Paris")
    """The schools' clock (IANA): dates and times are typed and printed by it."""
    terms_url: str | None = _setting(_address("https://school.example/terms", "https"), None)
    """The host's terms of use, which people are asked to accept where a platform wants that."""
    user_agent: str = _setting(_text, "Classeur/0.1")
    """What platforms' servers see us called."""
    allow_http_loopback: bool = _setting(_flag, False)
    """Also accept http URLs of this very machine (localhost, 127.0.0.1): for tests and the demo."""
    allow_private_hosts: tuple[str, ...] = _setting(_places, ())
    """Platforms inside the school's own network: names of hosts, or networks. Others must be at public addresses."""
    metrics_token: str | None = _setting(_token, None, secret=True)
    """Who sends it as a bearer token may read `<prefix>/metrics`; None: there is no such page."""
    embed_hosts: tuple[str, ...] = _setting(_hosts, HOSTS)
    """Other sites whose pages a block may show in a frame, each exactly as written here."""
    max_picture: float = _setting(_megabytes(), 25)
    """What a picture may weigh, in megabytes of 1 000 000 bytes."""
    max_sound: float = _setting(_megabytes(), 100)
    """… a sound …"""
    max_film: float = _setting(_megabytes(), 500)
    """… a film …"""
    max_file: float = _setting(_megabytes(), 100)
    """… and any other file."""
    clamd: str | None = _setting(_clamd, None)
    """Where ClamAV's daemon looks through new files; None: nothing does."""
    visit_flush_seconds: float = _setting(_seconds(0, 3600), 10)
    """How long visits are gathered before they are written."""
    deliver_in_process: bool = _setting(_flag, False)
    """Send grades from a thread of the web process, where no `flask lti deliver` runs."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """The settings in a host's configuration; keys that do not begin with `LTI_` are not ours.

        :raises SettingsInvalid: listing every unknown key and bad value.
        """
        known = {PREFIX + each.name.upper(): each for each in fields(cls)}
        values: dict[str, Any] = {}
        problems: list[str] = []
        for key in sorted(key for key in config if key.startswith(PREFIX)):
            if key not in known:
                problems.append(f"{key} is not a setting{_nearest(key, known)}")
                continue
            try:
                values[known[key].name] = known[key].metadata["read"](config[key])
            except ValueError as error:
                problems.append(f"{key} {error}")
        problems += cls(**values)._contradictions()
        if problems:
            raise SettingsInvalid("\n".join(problems))
        return cls(**values)

    @property
    def limits(self) -> Limits:
        """What files may weigh, in bytes."""
        sizes = (self.max_picture, self.max_sound, self.max_film, self.max_file)
        return Limits(*(round(size * 1_000_000) for size in sizes))

    def allows(self, url: str) -> bool:
        """Whether `url` is one to talk to: https, or http of this very machine where the host allows that."""
        try:
            parts = urlsplit(url)
            hostname, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if not hostname or parts.username is not None:
            return False
        return parts.scheme == "https" or (
            parts.scheme == "http" and self.allow_http_loopback and _is_loopback(parts)
        )

    def _contradictions(self) -> list[str]:
        problems = []
        if self.base_url is not None and not self.allows(self.base_url):
            problems.append("LTI_BASE_URL must begin with https://")
        if self.jwks_min_age > self.jwks_max_age:
            problems.append("LTI_JWKS_MIN_AGE must not be above LTI_JWKS_MAX_AGE")
        return problems


def _nearest(key: str, known: Mapping[str, object]) -> str:
    matches = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean {matches[0]}?" if matches else ""


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
