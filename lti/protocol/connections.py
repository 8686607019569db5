"""Connections to the address that was checked: the name is resolved once, looked at, and connected to.

So a name that answers with another address a moment later (DNS rebinding) gains nothing. Server name and certificate of
TLS are still those of the name.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family

from lti import logs
from lti.protocol.addresses import Gate

if TYPE_CHECKING:
    from socket import socket as Socket

__all__ = ["Adapter", "NotAllowed"]

log = logs.logger("http")

MOST_ADDRESSES = 4
"""Of one name that are tried, one after the other, within one time to connect."""
Place = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]


class NotAllowed(Exception):
    """A name stands for no address that may be connected to; not an `OSError`, so urllib3 lets it through."""


class _Guarded(HTTPConnection):
    gate: ClassVar[Gate]

    def _new_conn(self) -> Socket:
        host = self._dns_host.strip("[]")
        try:
            found = socket.getaddrinfo(host, self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        allowed = [place for place in found if self.gate.allows(host, str(place[4][0]))]
        if not allowed:
            addresses = sorted({str(place[4][0]) for place in found})
            logs.event(log, logs.WARNING, "address-refused", host=host, addresses=",".join(addresses[:4]))
            raise NotAllowed(f"{host} is at no public address; see LTI_ALLOW_PRIVATE_HOSTS")
        try:
            sock = self._connected(allowed[:MOST_ADDRESSES])
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"{self.host} does not answer") from error
        except OSError as error:
            raise NewConnectionError(self, f"{self.host} cannot be connected to: {error}") from error
        sys.audit("http.client.connect", self, self.host, self.port)
        return sock

    def _connected(self, places: Sequence[Place]) -> Socket:
        """The first that answers; each may use its share of the time that is left."""
        patience = self.timeout if isinstance(self.timeout, int | float) else 60.0
        until = time.monotonic() + patience
        failure: OSError = OSError("no address")
        for left, (family, kind, protocol, _, place) in zip(range(len(places), 0, -1), places, strict=True):
            sock = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(max(0.05, (until - time.monotonic()) / left))
                sock.connect(place)
                sock.settimeout(patience)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise failure


def _pools(gate: Gate) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, with connections that ask `gate`."""
    connection = type("Connection", (_Guarded,), {"gate": gate})
    secure = type("SecureConnection", (_Guarded, HTTPSConnection), {"gate": gate})
    return {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": connection}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


class Adapter(HTTPAdapter):
    """requests' way to urllib3, for connections to addresses that `gate` lets through."""

    def __init__(self, gate: Gate, *, connections: int) -> None:
        super().__init__(pool_connections=connections, pool_maxsize=connections)
        self.poolmanager.pool_classes_by_scheme = _pools(gate)
