"""Which addresses we may connect to: public ones, and those of a school's own network that a setting names.

A platform's addresses come from registrations and from signed messages; whoever can write one of them must not be able to
make us ask the machines beside us. https://www.iana.org/assignments/iana-ipv4-special-registry
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from lti.settings import Settings

__all__ = ["Gate", "literal"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


INTERNAL = _networks("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""What schools number their own machines with; a name in `LTI_ALLOW_PRIVATE_HOSTS` may lead there."""
LOOPBACK = _networks("127.0.0.0/8", "::1/128")
METADATA = _networks("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128")
"""Where clouds tell a machine its secrets, beside the link-local address that most of them use."""
SPECIAL = METADATA + _networks(
    "0.0.0.0/8",
    "169.254.0.0/16",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",  # multicast, reserved, broadcast
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
)
GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
EMBEDDING = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))
"""Networks whose last four bytes are an address of version 4, which is what is reached."""


def literal(host: str) -> str | None:
    """The address that `host` is, in whatever notation the system takes; None if it is a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


class Gate:
    """Says of each address that a name stands for whether it may be connected to."""

    def __init__(self, settings: Settings) -> None:
        networks: list[Network] = []
        names: set[str] = set()
        for entry in settings.allow_private_hosts:
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError:
                names.add(entry)
        self._networks = (*networks, *LOOPBACK) if settings.allow_http_loopback else tuple(networks)
        self._names = frozenset(names)

    def knows(self, host: str) -> bool:
        """Whether `host` is one of our own network, by its name or its address."""
        address = literal(host)
        if address is not None:
            return _within(_reached(address), self._networks)
        return _plain(host) in self._names

    def allows(self, host: str, address: str) -> bool:
        """Whether `address`, found for the name `host`, may be connected to."""
        reached = _reached(address)
        if _within(reached, self._networks):
            return True
        if _within(reached, SPECIAL):
            return False
        if _within(reached, INTERNAL) or _within(reached, LOOPBACK):
            return _plain(host) in self._names
        return reached.version == 4 or reached in GLOBAL_V6


def _plain(host: str) -> str:
    return host.lower().rstrip(".")


def _reached(address: str) -> Address:
    reached = ipaddress.ip_address(address.partition("%")[0])
    if any(reached in network for network in EMBEDDING):
        return ipaddress.IPv4Address(int(reached) & 0xFFFFFFFF)
    return reached


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
