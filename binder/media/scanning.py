"""Asking a virus scanner about the bytes of a file."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from binder.errors import Unavailable

__all__ = ["ADDRESS", "Clamd", "Scanner", "Verdict"]

ADDRESS = re.compile(
    r"tcp://(?P<host>[^/:@\s]+|\[[0-9a-fA-F:.]+\]):(?P<port>[0-9]{1,5})/?|unix:(?P<path>/\S+)"
)
CHUNK = 1 << 16
LONGEST_REPLY = 4096


@dataclass(frozen=True)
class Verdict:
    """What a scanner says of a file."""

    found: str = ""
    """Name of what is in it; empty: nothing was found."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.found


class Scanner(Protocol):
    """Something that knows viruses; `Clamd` is one."""

    def scan(self, stream: BinaryIO) -> Verdict:
        """Look through a file.

        :raises Unavailable: if there is no verdict; asking again later may bring one.
        """

    def check(self) -> str:
        """Ask whether it is there.

        :return: what it is, in words.
        :raises Unavailable: if it is not; `detail` says in one sentence what to mend.
        """


class Clamd:
    """ClamAV's daemon, spoken to over a socket: https://docs.clamav.net/manual/Usage/ClamdProtocol.html

    :param address: `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`.
    :param timeout: seconds to wait for each part of its answer; a large archive may take it long.
    """

    def __init__(self, address: str, *, timeout: float = 100) -> None:
        match = ADDRESS.fullmatch(address)
        if match is None or int(match["port"] or 1) not in range(1, 65536):
            raise ValueError("must be tcp://host:port or unix:/path")
        self.address, self.timeout = address, timeout
        self._path = match["path"]
        self._place = (match["host"] or "").strip("[]"), int(match["port"] or 0)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            with contextlib.ExitStack() as stack:
                if self._path:
                    line = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
                    line.settimeout(self.timeout)
                    line.connect(self._path)
                else:
                    line = stack.enter_context(socket.create_connection(self._place, min(self.timeout, 10)))
                    line.settimeout(self.timeout)
                yield line
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Unavailable(f"clamd cannot be reached at {self.address} ({why}); is it running?") from error

    def check(self) -> str:
        """See `Scanner.check`."""
        with self._connected() as line:
            line.sendall(b"zPING\0")
            pong = _reply(line)
        if pong != "PONG":
            raise Unavailable(f"clamd at {self.address} answers “{pong[:200]}”; look into its log")
        with self._connected() as line:
            line.sendall(b"zVERSION\0")
            return f"{_reply(line)} at {self.address}"

    def scan(self, stream: BinaryIO) -> Verdict:
        """See `Scanner.scan`."""
        with self._connected() as line:
            line.sendall(b"zINSTREAM\0")
            while chunk := stream.read(CHUNK):
                try:
                    line.sendall(struct.pack("!I", len(chunk)) + chunk)
                except (BrokenPipeError, ConnectionResetError):  # it has said why before it hung up
                    break
            else:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    line.sendall(struct.pack("!I", 0))
            reply = _reply(line)
        return self._verdict(reply)

    def _verdict(self, reply: str) -> Verdict:
        if reply == "stream: OK":
            return Verdict()
        found = re.fullmatch(r"stream: (.+) FOUND", reply)
        if found:
            return Verdict(found[1][:255])
        if "size limit exceeded" in reply:
            raise Unavailable("a file is larger than clamd takes; raise StreamMaxLength in clamd.conf")
        raise Unavailable(f"clamd at {self.address} answers “{reply[:200]}”; look into its log")


def _reply(line: socket.socket) -> str:
    """What it says, up to the NUL that ends it or to the end of the line."""
    reply = b""
    while b"\0" not in reply and len(reply) < LONGEST_REPLY:
        part = line.recv(LONGEST_REPLY)
        if not part:
            break
        reply += part
    return reply.partition(b"\0")[0].decode("utf-8", "replace").strip()
