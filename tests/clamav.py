"""A real virus scanner for the tests: ClamAV's daemon, which knows nothing but the harmless test file."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "The tests of the virus scanner need clamd: run 'apt-get install clamav-daemon' as root, or 'make test', which does it."
EICAR = b"".join((rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$", b"EICAR-STANDARD", b"-ANTIVIRUS-TEST-FILE!", b"$H+H*"))
"""What every scanner takes for a virus, and is none; in pieces, so that none takes this file for one."""
FOUND = "Classeur.Test-File.UNOFFICIAL"
MOST = 2 << 20
PATIENCE = 30


@dataclass(frozen=True)
class Daemon:
    """A running daemon."""

    unix: str
    tcp: str


@contextmanager
def running() -> Iterator[Daemon]:
    """A daemon that goes away."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        raise RuntimeError(MISSING)
    home = Path(tempfile.mkdtemp(prefix="classeur-clamd-"))
    (home / "signatures").mkdir()
    (home / "signatures" / "test.ndb").write_text(f"Classeur.Test-File:0:*:{EICAR.hex()}\n")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / "clamd.conf").write_text(
        f"DatabaseDirectory {home}/signatures\nLocalSocket {home}/socket\nTCPSocket {port}\nTCPAddr 127.0.0.1\n"
        f"TemporaryDirectory {home}\nForeground yes\nStreamMaxLength {MOST}\n"
    )
    with (home / "log").open("wb") as log:
        daemon = subprocess.Popen([program, "-c", str(home / "clamd.conf")], stdout=log, stderr=log)
    try:
        _wait(port, daemon, home / "log")
        yield Daemon(f"unix:{home}/socket", f"tcp://127.0.0.1:{port}")
    finally:
        daemon.terminate()
        daemon.wait(PATIENCE)
        shutil.rmtree(home, ignore_errors=True)


def _wait(port: int, daemon: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while daemon.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"clamd did not start: {log.read_text(errors='replace')[-2000:]}")
